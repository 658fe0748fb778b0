"""How many records of a return each reading of the methodology touches.

Where the methodology document is silent, ambiguous or contradicts itself, a reading was fixed (A1, A2, ... in
docs/methodology.md). A reading matters in a year only as far as there are records it decides about: here they are
counted, so that a release can say so. Counts only, never a record.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pandas import DataFrame, Series

from cin_pipeline.methodology import assessments, episodes, plans, section47
from cin_pipeline.methodology.activity import counted_referrals
from cin_pipeline.methodology.calendar import DURATION_BANDS, days_of
from cin_pipeline.methodology.children import NO_DISABILITY, UNKNOWN
from cin_pipeline.methodology.episodes import CLOSED_AFTER_ASSESSMENT, in_year
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.referrals import RE_REFERRAL_DAYS, consecutive_referrals, re_referrals, received
from cin_pipeline.reference.days import add_months
from cin_pipeline.tables.columns import COLLECTION_YEAR, LA_CODE
from cin_pipeline.tables.declaring import TEXT, WHOLE, Column, TableDeclaration

READING_COUNTS = TableDeclaration(
    "reading_counts",
    "How many records of an LA's return one case of an interpretation of the methodology touches.",
    (
        COLLECTION_YEAR,
        LA_CODE,
        Column("reading_case", TEXT, "The case, by its name in `methodology/readings.py`.", longest=64),
        Column("records", WHOLE, "How many records it touches; 0 too.", "records"),
    ),
    key=("collection_year", "la_code", "reading_case"),
)
READING_COLUMNS = READING_COUNTS.names

ADULT = 18  # years of age from which the population of the rates no longer holds a child [A52]
LONG_PAST = 3  # months after an expected birth date without a birth date [A54]
DAY_BANDS = (91, 182, 364, 729)  # the same bands in days: the last day of each but the longest [A40]

Count = Callable[[ReturnFacts], int]


@dataclass(frozen=True)
class Case:
    """Records that a reading decides about: its name, the number of the reading, what is counted and what is done."""

    name: str
    reading: str
    what: str
    count: Count


def touched_by_readings(facts: ReturnFacts, la_code: str) -> DataFrame:
    """How many records of an LA's return each case of CASES touches; a row for every case, columns READING_COLUMNS."""
    rows = [(facts.year.ending, la_code, case.name, case.count(facts)) for case in CASES]
    return DataFrame(rows, columns=list(READING_COLUMNS))


# Referrals


def _no_further_action_of_other_years(facts: ReturnFacts) -> int:
    referrals = facts.episodes
    dated = referrals["referral_date"].notna()
    return _number(referrals["no_further_action"] & dated & ~referrals["referral_date"].between(*in_year(facts.year)))


def _no_activity(facts: ReturnFacts) -> int:
    """Closed as not in need without an assessment, or anything else that would have made it an episode."""
    found = episodes.at_any_point(facts)
    codes = facts.tables.referrals["reason_for_closure"].reindex(found.index).isin(CLOSED_AFTER_ASSESSMENT)
    found = found[codes.to_numpy() & ~found["has_assessment"].to_numpy()]
    tables = facts.tables
    others = (tables.section47["referral_number"], tables.plans["referral_number"])
    active = np.logical_or.reduce([found.index.isin(other) for other in others])
    transferred = tables.referrals["date_of_initial_cpc"].reindex(found.index).notna().to_numpy()
    return _number(~active & ~transferred)


def _not_in_need_of_earlier_years(facts: ReturnFacts) -> int:
    referrals = facts.episodes
    start, _ = in_year(facts.year)
    earlier = (referrals["referral_date"] < start) & ~(referrals["closure_date"] < start)
    return _number(referrals["not_in_need"] & earlier)


def _ended_of_earlier_referral(facts: ReturnFacts) -> int:
    return _number(episodes.ending(facts)["referral_date"] < in_year(facts.year)[0])


def _on_the_first_or_last_day(facts: ReturnFacts) -> int:
    found, (start, end) = episodes.at_any_point(facts), in_year(facts.year)
    return _number((found["closure_date"] == start) | (found["referral_date"] == end))


def _closed_after_the_year(facts: ReturnFacts) -> int:
    return _number(episodes.at_31_march(facts)["closure_date"].notna())


def _undated_referrals(facts: ReturnFacts) -> int:
    return _number(facts.episodes["referral_date"].isna())


def _closed_before_referred(facts: ReturnFacts) -> int:
    referrals = facts.episodes
    return _number(referrals["closure_date"] < referrals["referral_date"])


def _without_nfa_flag(facts: ReturnFacts) -> int:
    return _number(facts.tables.referrals["referral_nfa"].isna())


def _more_than_one_open(facts: ReturnFacts) -> int:
    return _repeated(episodes.at_31_march(facts), ["child"])


def _repeated_children(facts: ReturnFacts) -> int:
    ids = facts.tables.children["la_child_id"]
    return int(ids.notna().sum() - ids.nunique())


def _same_day_referrals(facts: ReturnFacts) -> int:
    return _repeated(received(facts), ["child", "referral_date"])


def _re_referrals_with_no_further_action(facts: ReturnFacts) -> int:
    pairs = re_referrals(facts)
    if pairs is None:
        return 0
    flagged = facts.episodes.index[facts.episodes["no_further_action"]]
    before = pairs["follows"].isin(flagged) & ~pairs["follows_last_year"]
    return _number(before | pairs["referral_number"].isin(flagged))


def _pairs_of(days: int) -> Count:
    def count(facts: ReturnFacts) -> int:
        pairs = consecutive_referrals(facts)
        return 0 if pairs is None else _number(pairs["days"] == days)

    return count


def _without_previous_return(facts: ReturnFacts) -> int:
    return len(received(facts)) if facts.prior_referrals is None else 0


def _without_child_id(facts: ReturnFacts) -> int:
    return _number(received(facts)["la_child_id"].isna())


# Assessments and factors


def _assessments_of_children_not_in_need(facts: ReturnFacts) -> int:
    return _number(assessments.completed(facts)["referral_number"].isin(_not_in_need(facts)))


def _assessments_left_out(facts: ReturnFacts) -> int:
    found = facts.tables.assessments
    in_the_year = found["assessment_authorisation_date"].between(*in_year(facts.year))
    return _number(in_the_year & found["referral_number"].isin(_no_further_action(facts)))


def _assessments_without_a_working_day(facts: ReturnFacts) -> int:
    found = assessments.completed(facts)
    differs = found["assessment_start_date"] != found["assessment_authorisation_date"]
    return _number((found["working_days"] == "0") & differs)


def _assessments_without_duration(facts: ReturnFacts) -> int:
    return _number(assessments.completed(facts)["duration"].isna())


def _assessments_started_later(facts: ReturnFacts) -> int:
    found = assessments.completed(facts)
    return _number(found["assessment_start_date"] > found["referral_date"])


def _no_factors_alone(facts: ReturnFacts) -> int:
    return int(assessments.factors(facts)["referral_number"].nunique()) - len(assessments.with_factors(facts))


def _factors_of_one_group(facts: ReturnFacts) -> int:
    return len(assessments.factors(facts)) - len(assessments.factor_groups(facts))


def _factors_of_children_not_in_need(facts: ReturnFacts) -> int:
    return _number(assessments.with_factors(facts)["referral_number"].isin(_not_in_need(facts)))


# Section 47 enquiries and conferences


def _repeated_enquiries(facts: ReturnFacts) -> int:
    return len(section47.started(facts)) - len(section47.enquiries(facts))


def _enquiries_left_out(facts: ReturnFacts) -> int:
    found = facts.tables.section47
    in_the_year = found["s47_start_date"].between(*in_year(facts.year))
    return _number(in_the_year & found["referral_number"].isin(_no_further_action(facts)))


def _repeated_conferences(facts: ReturnFacts) -> int:
    return len(section47.held(facts)) - len(section47.conferences(facts))


def _transfer_in_conferences(facts: ReturnFacts) -> int:
    return _number(section47.conferences(facts)["transfer_in"])


def _several_enquiries_one_conference(facts: ReturnFacts) -> int:
    found = section47.held(facts)
    starts = found[~found["transfer_in"]].drop_duplicates(["child", "date_of_initial_cpc", "clock_start"])
    keys = ["child", "date_of_initial_cpc"]
    return len(starts[starts.duplicated(keys, keep=False)].drop_duplicates(keys))


def _conference_in_another_year(facts: ReturnFacts) -> int:
    found = facts.tables.section47
    found = found[found["referral_number"].isin(counted_referrals(facts).index)]
    started = found["s47_start_date"].between(*in_year(facts.year))
    held = found["date_of_initial_cpc"].between(*in_year(facts.year))
    both = found["s47_start_date"].notna() & found["date_of_initial_cpc"].notna()
    return _number(both & (started != held))


# Plans and reviews


def _plans_starting_on_the_last_day(facts: ReturnFacts) -> int:
    return _number(plans.at_any_point(facts)["cpp_start_date"] == in_year(facts.year)[1])


def _open_plans_with_later_end(facts: ReturnFacts) -> int:
    return _number(plans.at_31_march(facts)["cpp_end_date"].notna())


def _open_plans_of_closed_referrals(facts: ReturnFacts) -> int:
    closed = facts.episodes["closure_date"] <= in_year(facts.year)[1]
    return _number(plans.at_31_march(facts)["referral_number"].isin(closed.index[closed]))


def _plans_of_one_day(facts: ReturnFacts) -> int:
    found = plans.ending(facts)
    return _number(found["cpp_start_date"] == found["cpp_end_date"])


def _repeated_plans(facts: ReturnFacts) -> int:
    return _repeated(plans.at_any_point(facts), ["child", "cpp_start_date"])


def _without_number_of_plans(facts: ReturnFacts) -> int:
    return _number(plans.starting(facts)["number_of_previous_cpp"].isna())


def _other_band_in_days(facts: ReturnFacts) -> int:
    found = plans.at_31_march(facts)
    days = (facts.year.end - days_of(found["cpp_start_date"])).astype(np.int64)
    in_days = np.array(DURATION_BANDS)[np.searchsorted(DAY_BANDS, days, side="left")]
    return _number(in_days != found["duration"].astype("str").to_numpy())


def _plans_without_review(facts: ReturnFacts) -> int:
    reviewed = facts.tables.reviews.loc[facts.tables.reviews["cpp_review_date"].notna(), "plan_number"]
    return _number(~plans.open_3_months(facts).index.isin(reviewed))


# Children in need at 31 March


def _without_primary_need(facts: ReturnFacts) -> int:
    return _number(episodes.at_31_march(facts)["primary_need"] == UNKNOWN)


def _unborn(facts: ReturnFacts) -> int:
    return _number(episodes.at_31_march(facts)["age_band"] == "unborn")


def _adults(facts: ReturnFacts) -> int:
    birth = _of_children(facts, "birth_date")
    return _number(birth <= pd.Timestamp(add_months(np.array([facts.year.end]), -12 * ADULT)[0]))


def _long_expected(facts: ReturnFacts) -> int:
    expected = _of_children(facts, "expected_birth_date")
    unborn = episodes.at_31_march(facts)["age_band"].to_numpy() == "unborn"
    return _number(unborn & (expected < pd.Timestamp(add_months(np.array([facts.year.end]), -LONG_PAST)[0])).to_numpy())


def _deceased(facts: ReturnFacts) -> int:
    return _number(_of_children(facts, "death_date") <= in_year(facts.year)[1])


def _without_disability_code(facts: ReturnFacts) -> int:
    coded = facts.tables.disabilities.loc[facts.tables.disabilities["disability"].notna(), "child_number"]
    found = episodes.at_31_march(facts)
    return _number(~found["child"].isin(coded) & (found["age_band"] != "unborn"))


def _disability_beside_none(facts: ReturnFacts) -> int:
    codes = facts.tables.disabilities
    none = codes.loc[codes["disability"] == NO_DISABILITY, "child_number"]
    found = episodes.at_31_march(facts)
    return _number((found["has_disability"] == "yes") & found["child"].isin(none))


def _unclear_gender_of_born(facts: ReturnFacts) -> int:
    found = episodes.at_31_march(facts)
    unclear = found["gender"].isin(["0", "9", "U", "I", UNKNOWN])
    return _number(unclear & (found["age_band"] != "unborn"))


def _not_in_need(facts: ReturnFacts) -> pd.Index:
    return facts.episodes.index[facts.episodes["not_in_need"]]


def _no_further_action(facts: ReturnFacts) -> pd.Index:
    return facts.episodes.index[facts.episodes["no_further_action"]]


def _of_children(facts: ReturnFacts, item: str) -> "Series[pd.Timestamp]":
    """An item of the child of each episode at 31 March."""
    return facts.tables.children[item].reindex(episodes.at_31_march(facts)["child"])


def _repeated(rows: DataFrame, keys: list[str]) -> int:
    return int(rows.duplicated(keys).sum())


def _number(which: ArrayLike) -> int:
    return int(np.count_nonzero(which))


CASES = (
    Case(
        "nfa_of_other_years",
        "A1",
        "Referrals flagged as no further action and dated outside the year: in no figure",
        _no_further_action_of_other_years,
    ),
    Case(
        "no_activity",
        "A2",
        "Referrals closed as not in need with no assessment or other activity recorded: counted as episodes of need",
        _no_activity,
    ),
    Case(
        "not_in_need_of_earlier_years",
        "A3",
        "Referrals of earlier years that were open in the year and closed as not in need: no episodes of need",
        _not_in_need_of_earlier_years,
    ),
    Case(
        "ended_of_earlier_referral",
        "A4",
        "Episodes ending in the year that were referred before it: counted as ending",
        _ended_of_earlier_referral,
    ),
    Case(
        "first_or_last_day",
        "A5",
        "Episodes closed on 1 April or referred on 31 March: counted as in need at some point of the year",
        _on_the_first_or_last_day,
    ),
    Case(
        "closed_after_the_year",
        "A6",
        "Episodes with a closure date after 31 March: counted as open at 31 March",
        _closed_after_the_year,
    ),
    Case("undated_referrals", "A7", "Referrals without a usable date: in no figure", _undated_referrals),
    Case(
        "closed_before_referred",
        "A7",
        "Referrals dated after their own closure: counted by whichever date a figure asks for",
        _closed_before_referred,
    ),
    Case(
        "no_nfa_flag",
        "A7",
        "Referrals that do not say whether they came to no further action: taken as not",
        _without_nfa_flag,
    ),
    Case(
        "more_than_one_open",
        "A8",
        "Further episodes open at 31 March of a child that has one: each counted as an episode",
        _more_than_one_open,
    ),
    Case("repeated_children", "A9", "Child records with an identifier that came before: one child", _repeated_children),
    Case(
        "same_day_referrals",
        "A12",
        "Further referrals of a child on a day it was referred already: each counted",
        _same_day_referrals,
    ),
    Case(
        "nfa_in_pairs",
        "A14",
        "Re-referrals in which one of the two referrals came to no further action: counted",
        _re_referrals_with_no_further_action,
    ),
    Case("gap_of_0_days", "A15", "Re-referrals on the day of the referral before: counted", _pairs_of(0)),
    Case(
        "gap_of_366_days",
        "A15",
        "Referrals 366 days after the one before, a year and a leap day: not counted as re-referrals",
        _pairs_of(RE_REFERRAL_DAYS + 1),
    ),
    Case(
        "no_previous_return",
        "A18",
        "Referrals of authorities without a return of the year before: their re-referrals are estimated",
        _without_previous_return,
    ),
    Case(
        "no_child_id",
        "A19",
        "Referrals of children without an identifier: linked to no other referral",
        _without_child_id,
    ),
    Case(
        "assessments_not_in_need",
        "A21",
        "Assessments of children found not to be in need: counted as assessments",
        _assessments_of_children_not_in_need,
    ),
    Case(
        "assessments_nfa",
        "A21",
        "Assessments under referrals that came to no further action: in no figure",
        _assessments_left_out,
    ),
    Case(
        "assessments_weekend",
        "A22",
        "Assessments that lasted no working day but ended on another date: counted as 1 to 10 working days",
        _assessments_without_a_working_day,
    ),
    Case(
        "assessments_undatable",
        "A24",
        "Assessments with no start, or one after the end: in the total, in no duration",
        _assessments_without_duration,
    ),
    Case(
        "assessments_started_later",
        "A25",
        "Assessments that started after the day of the referral: timed from their own start",
        _assessments_started_later,
    ),
    Case(
        "only_factor_21",
        "A26",
        "Referrals whose assessments found no factors: left out of the total of referrals with factors",
        _no_factors_alone,
    ),
    Case(
        "factors_of_one_group",
        "A27",
        "Further factors of a referral within one group, such as of child, parent and another person: one in the group",
        _factors_of_one_group,
    ),
    Case(
        "factors_not_in_need",
        "A28",
        "Referrals with factors that were found not to be in need: counted with the factors",
        _factors_of_children_not_in_need,
    ),
    Case(
        "no_primary_need",
        "A29",
        "Episodes at 31 March without a valid primary need: counted as not known",
        _without_primary_need,
    ),
    Case(
        "repeated_enquiries",
        "A30",
        "Further section 47 records of a child with the same start date: one enquiry",
        _repeated_enquiries,
    ),
    Case(
        "enquiries_nfa",
        "A30",
        "Section 47 records under referrals that came to no further action: in no figure",
        _enquiries_left_out,
    ),
    Case(
        "repeated_conferences",
        "A31",
        "Further records of a child with the same conference date, over both modules: one conference",
        _repeated_conferences,
    ),
    Case(
        "transfer_in",
        "A32",
        "Conferences recorded with the referral only, of children who moved in on a plan: waits from the referral",
        _transfer_in_conferences,
    ),
    Case(
        "several_enquiries",
        "A33",
        "Conferences that follow section 47 enquiries with different starts: waits count from the earliest",
        _several_enquiries_one_conference,
    ),
    Case(
        "conference_in_another_year",
        "A34",
        "Section 47 enquiries with their conference in another year: each counted in the year of its own date",
        _conference_in_another_year,
    ),
    Case(
        "plans_from_last_day",
        "A35",
        "Plans starting on 31 March: counted as open at some point of the year",
        _plans_starting_on_the_last_day,
    ),
    Case(
        "plans_ending_later",
        "A36",
        "Plans with an end after 31 March: counted as open at 31 March",
        _open_plans_with_later_end,
    ),
    Case(
        "plans_of_closed_referrals",
        "A36",
        "Plans open at 31 March under referrals that are closed: counted",
        _open_plans_of_closed_referrals,
    ),
    Case("plans_of_one_day", "A37", "Plans that ended on the day they started: counted in both", _plans_of_one_day),
    Case("repeated_plans", "A38", "Further plans of a child with the same start date: each counted", _repeated_plans),
    Case(
        "no_number_of_plans",
        "A39",
        "Plans starting without a usable number of previous plans: taken as the first",
        _without_number_of_plans,
    ),
    Case(
        "bands_in_days",
        "A40",
        "Plans at 31 March that bands of 91, 182, 364 and 729 days would put elsewhere than calendar months do",
        _other_band_in_days,
    ),
    Case(
        "plans_without_review",
        "A41",
        "Plans open three months or more without any review recorded: not reviewed in time",
        _plans_without_review,
    ),
    Case("unborn", "A51", "Episodes at 31 March of unborn children: counted", _unborn),
    Case("adults", "A52", "Episodes at 31 March of people aged 18 and over: counted, as 16 and over", _adults),
    Case(
        "long_expected",
        "A54",
        "Episodes at 31 March of children expected three months before or earlier and not said to be born: unborn",
        _long_expected,
    ),
    Case("deceased", "A55", "Episodes at 31 March of children who have died: counted", _deceased),
    Case(
        "no_disability_code",
        "A56",
        "Episodes at 31 March of born children without any valid disability code, not even none: without disability",
        _without_disability_code,
    ),
    Case(
        "disability_and_none",
        "A56",
        "Episodes at 31 March of children with a disability and the code for none: with disability",
        _disability_beside_none,
    ),
    Case(
        "unclear_gender",
        "A57",
        "Episodes at 31 March of born children whose gender is not recorded or unclear: as not known",
        _unclear_gender_of_born,
    ),
)

CASES_BY_NAME = {case.name: case for case in CASES}
