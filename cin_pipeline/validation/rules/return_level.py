"""Rules on the return as a whole, and on what two children of it may not share."""

import numpy as np

from cin_pipeline.reference.days import read_day
from cin_pipeline.validation.hits import Hits, hits, whole_return
from cin_pipeline.validation.inputs import Mask, RuleInput, Texts
from cin_pipeline.validation.registry import rule

_FEWEST_DISABILITIES = 8  # different ones, expected in any return [2887Q]
_LEAST_CHILDREN_PER_UNKNOWN_GENDER = 50  # 2% [2886Q]


@rule(
    "100",
    message="The header's ReferenceDate is missing or is not the last day of the collection year; "
    "give 31 March of the year this return is for",
)
def reference_date_not_end_of_year(sent: RuleInput) -> Hits:
    """The year is that of the collection being run, not the one the header names."""
    return whole_return(str(read_day(sent.header.reference_date)) != str(sent.reference_date))


@rule(
    "1520",
    message="Another child of the return has the same UPN; each child has its own, "
    "so correct the wrong one or merge the two records",
)
def upn_shared(sent: RuleInput) -> Hits:
    """Every child record that shares its UPN."""
    return hits(sent.children, _shared(sent.children.text("upn")))


@rule(
    "8510",
    message="Another child of the return has the same LAchildID; give each child one id and one record",
    demands=("la_child_id",),
)
def child_id_shared(sent: RuleInput) -> Hits:
    """Every child record that shares its id; missing ids are no shared ones."""
    return hits(sent.children, _shared(sent.children.text("la_child_id")))


def _shared(texts: Texts) -> Mask:
    times = np.bincount(texts.numbers[texts.given], minlength=len(texts.different) + 1)
    return texts.given & (times > 1)[texts.numbers]


@rule(
    "2883",
    message="More child protection plans start in the year than initial conferences were held in it; "
    "give the date of the conference that each plan came from, under Section47 or, for a transfer in, CINdetails",
)
def more_plans_than_conferences(sent: RuleInput) -> Hits:
    """Counts every group, without linking plans to conferences."""
    conferences = sum(
        int(sent.in_period(table.day("date_of_initial_cpc")).sum()) for table in (sent.referrals, sent.section47)
    )
    return whole_return(int(sent.in_period(sent.plans.day("cpp_start_date")).sum()) > conferences)


@rule(
    "2886Q",
    message="More than 2% of the children have no known gender though no expected birth date says they are unborn; "
    "check that gender is filled in from your system",
)
def many_without_gender(sent: RuleInput) -> Hits:
    """Gender 0 or missing (Sex: U or missing)."""
    gender = sent.children.text("gender")
    unknown = (~gender.given | gender.among({sent.unborn_gender})) & ~sent.children.dated("expected_birth_date")
    return whole_return(int(unknown.sum()) * _LEAST_CHILDREN_PER_UNKNOWN_GENDER > sent.children.count)


@rule(
    "2887Q",
    message="Fewer than 8 different disabilities occur in the whole return; "
    "check that disabilities are recorded, and by their kind",
)
def few_kinds_of_disability(sent: RuleInput) -> Hits:
    """Counts codes as sent, leaving out NONE."""
    numbers = sent.disabilities.text("disability").numbers[sent.disability_names]
    return whole_return(len(np.unique(numbers)) < _FEWEST_DISABILITIES)


@rule(
    "2888Q",
    message="No child of the return has more than one disability; check that every disability of a child is sent",
)
def no_child_with_several_disabilities(sent: RuleInput) -> Hits:
    """Counts values, leaving out NONE and empty ones."""
    return whole_return(not sent.disabilities.several_in(sent.children, sent.disability_names).any())
