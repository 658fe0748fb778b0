"""Completeness: which items are due in which records, as data, and how many of those hold a usable value.

What is due follows the column "when supplied" of the census guide and the rules that demand an item, in square
brackets. An item that no record must hold (FormerUPN, a closure date) is not here: its absence says nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.specification import tables
from cin_pipeline.reference.days import add_months
from cin_pipeline.validation.confidence.grading import Indicator, graded_completeness
from cin_pipeline.validation.inputs import Mask, RuleInput, years_later

_SOURCE_COLLECTED_FROM = np.datetime64("2013-04-01", "D")  # [8866]
_SCHOOL_AGE = 6  # [8770Q]
_SIX_BY_31_AUGUST_SINCE = 2025  # [8770Q] on the reference date before
_FIRST_REVIEW_MONTHS = 3  # [s7]

_Of = Callable[[RuleInput], Mask]  # which records of the item's module


@dataclass(frozen=True)
class DueItem:
    """An item, where it is due, and when a record holds it: a readable value that is no code for "not known"."""

    module: str  # the table whose records are counted
    item: str
    column: str
    when: str  # in words
    due: _Of
    not_known: tuple[str, ...] = ()
    held: _Of | None = None  # where one column of the module's own table does not say it


def _always(sent: RuleInput, module: str) -> Mask:
    return np.ones(sent.tables[module].count, dtype=bool)


def _went_on(sent: RuleInput) -> Mask:
    return sent.referrals.any_in(sent.children, sent.not_nfa)


def _born(sent: RuleInput) -> Mask:
    return sent.children.dated("birth_date")


def _of_school_age(sent: RuleInput) -> Mask:
    by = sent.reference_date if sent.year < _SIX_BY_31_AUGUST_SINCE else np.datetime64(f"{sent.year:04}-08-31", "D")
    born_by = years_later(np.array([by]), -_SCHOOL_AGE)[0]
    old_enough: Mask = sent.children.day("birth_date") <= born_by
    return old_enough & _went_on(sent)


def _open_over_first_review(sent: RuleInput) -> Mask:
    due = add_months(sent.plans.day("cpp_start_date"), _FIRST_REVIEW_MONTHS)
    return due < np.minimum(sent.or_reference_date(sent.plans.day("cpp_end_date")), sent.reference_date)


def _each(module: str, item: str, column: str, not_known: tuple[str, ...] = ()) -> DueItem:
    return DueItem(module, item, column, "always", lambda sent: _always(sent, module), not_known)


DUE_ITEMS = (
    _each("children", "LAchildID", "la_child_id"),
    DueItem(
        "children",
        "UPN or UPNunknown",
        "upn",
        "children of school age (six) with a referral that went on [8770Q]",
        _of_school_age,
        held=lambda sent: sent.children.readable("upn") | sent.children.text("upn_unknown").invalid({"UN1"}),
    ),
    DueItem(
        "children",
        "PersonBirthDate or ExpectedPersonBirthDate",
        "birth_date",
        "always",
        lambda sent: _always(sent, "children"),
        held=lambda sent: sent.children.dated("birth_date") | sent.children.dated("expected_birth_date"),
    ),
    DueItem("children", "GenderCurrent", "gender", "born children", _born, not_known=("0",)),
    DueItem("children", "Sex", "gender", "born children", _born, not_known=("U",)),
    _each("children", "Ethnicity", "ethnicity", not_known=("REFU", "NOBT")),
    DueItem(
        "children",
        "Disability",
        "",
        "born children with a referral that went on [8540]",
        lambda sent: _born(sent) & _went_on(sent),
        held=lambda sent: sent.disabilities.any_in(sent.children, sent.disabilities.readable("disability")),
    ),
    _each("referrals", "CINreferralDate", "referral_date"),
    DueItem(
        "referrals",
        "ReferralSource",
        "referral_source",
        "referrals of 1 April 2013 or later [8866]",
        lambda sent: sent.referrals.day("referral_date") >= _SOURCE_COLLECTED_FROM,
        not_known=("10",),
    ),
    DueItem(
        "referrals",
        "PrimaryNeedCode",
        "primary_need",
        "referrals that went on [8610]",
        lambda sent: sent.not_nfa,
        not_known=("N0",),
    ),
    DueItem(
        "referrals",
        "ReasonForClosure",
        "reason_for_closure",
        "referrals with a closure date [8805]",
        lambda sent: sent.closed,
    ),
    _each("referrals", "ReferralNFA", "referral_nfa"),
    _each("assessments", "AssessmentActualStartDate", "assessment_start_date"),
    DueItem(
        "assessments",
        "AssessmentFactors",
        "",
        "assessments authorised in or after the year [8897Q]",
        lambda sent: sent.authorised_since_start,
        held=lambda sent: sent.assessment_factors.any_in(sent.assessments, sent.assessment_factors.readable("factor")),
    ),
    _each("cin_plans", "CINPlanStartDate", "cin_plan_start_date"),
    DueItem(
        "section47",
        "S47ActualStartDate",
        "s47_start_date",
        "unless there is a conference date",
        lambda sent: sent.no_conference,
    ),
    _each("section47", "ICPCnotRequired", "icpc_not_required"),
    DueItem(
        "section47",
        "InitialCPCtarget",
        "icpc_target_date",
        "a conference is required (ICPCnotRequired false)",
        lambda sent: sent.section47.flag("icpc_not_required", False),
    ),
    _each("plans", "CPPstartDate", "cpp_start_date"),
    _each("plans", "InitialCategoryOfAbuse", "initial_category"),
    _each("plans", "LatestCategoryOfAbuse", "latest_category"),
    _each("plans", "NumberOfPreviousCPP", "number_of_previous_cpp"),
    DueItem(
        "plans",
        "Reviews",
        "",
        "plans that lasted more than three months: at least one review date",
        _open_over_first_review,
        held=lambda sent: sent.reviews.any_in(sent.plans, sent.reviews.dated("cpp_review_date")),
    ),
    _each("reviews", "CPPreviewDate", "cpp_review_date"),
    _each("pre_proceedings", "PPStartDate", "pp_start_date"),
    DueItem(
        "pre_proceedings",
        "FGDMMeetingOffer",
        "fgdm_meeting_offer",
        "a letter before proceedings was sent [9007]",
        lambda sent: sent.pre_proceedings.dated("lbp_sent_date"),
    ),
    DueItem(
        "pre_proceedings",
        "FGDMMeetingFac",
        "fgdm_meeting_fac",
        "a family group decision-making meeting was offered [9010Q]",
        lambda sent: sent.pre_proceedings.flag("fgdm_meeting_offer", True),
    ),
    DueItem(
        "pre_proceedings",
        "ReviewMeetingsCount",
        "review_meetings_count",
        "a first pre-proceedings meeting was held [9015Q]",
        lambda sent: sent.pre_proceedings.dated("initial_pp_meeting_date"),
    ),
)


def due_items(year: int) -> Iterator[DueItem]:
    """The items that the collection year asks for."""
    for due in DUE_ITEMS:
        items = tables(year)[due.module].items
        if items and (not due.column or any(i.column == due.column and _named(due, i.element) for i in items)):
            yield due


def completeness(cleaned: ReturnTables, year: int) -> Iterator[Indicator]:
    """An indicator for each item of the year: records that hold a usable value, of those where it is due."""
    sent = RuleInput.from_cleaned(cleaned, year)
    for due in due_items(year):
        where = due.due(sent)
        held = due.held(sent) if due.held else _usable(sent, due)
        yield graded_completeness(due.module, due.item, int((where & held).sum()), int(where.sum()))


def _named(due: DueItem, element: str) -> bool:
    """GenderCurrent and Sex share a column; the year's element says which one is asked for."""
    return element in due.item.split(" or ")


def _usable(sent: RuleInput, due: DueItem) -> Mask:
    records = sent.tables[due.module]
    if due.not_known:
        return records.text(due.column).invalid(due.not_known)
    return records.readable(due.column)
