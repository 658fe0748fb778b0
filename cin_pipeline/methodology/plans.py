"""Child protection plans, their reviews, and what followed them (tables D1 to D8) [s4, s7; A75]."""

import numpy as np
from pandas import DataFrame

from cin_pipeline.methodology.activity import counted_referrals, under_referrals
from cin_pipeline.methodology.calendar import REMAINED_BANDS, days_of, duration_bands, remained_bands
from cin_pipeline.methodology.children import with_unknown
from cin_pipeline.methodology.facts import ReturnFacts, counted_rows
from cin_pipeline.methodology.periods import ending_in, open_at_end_of, open_in, starting_in
from cin_pipeline.reference.days import Days, add_months

FIRST_REVIEW_MONTHS = 3  # after the plan's start [s7]
LATER_REVIEW_MONTHS = 6  # after the review before [s7]
TRANSFERRED = "RC5"  # reason for closure: to the children's services of another LA


@counted_rows
def starting(facts: ReturnFacts) -> DataFrame:
    """Plans with their start in the year [s4]."""
    plans = _plans(facts)
    return plans[starting_in(facts.year, plans["cpp_start_date"])]


@counted_rows
def second_or_subsequent(facts: ReturnFacts) -> DataFrame:
    """Of the plans starting in the year, those with at least one previous plan; missing is none [A39]."""
    plans = starting(facts)
    return plans[plans["number_of_previous_cpp"].fillna(0) >= 1]


@counted_rows
def ending(facts: ReturnFacts) -> DataFrame:
    """Plans with their end in the year that had started by its end [s4]. Adds duration."""
    plans = _plans(facts)
    ended = plans[ending_in(facts.year, plans["cpp_start_date"], plans["cpp_end_date"])]
    return _with_duration(ended, days_of(ended["cpp_end_date"]))


@counted_rows
def at_any_point(facts: ReturnFacts) -> DataFrame:
    """Plans started by the end of the year and not ended before it began [s4; A35]."""
    plans = _plans(facts)
    return plans[open_in(facts.year, plans["cpp_start_date"], plans["cpp_end_date"])]


@counted_rows
def at_31_march(facts: ReturnFacts) -> DataFrame:
    """Plans started by 31 March and not ended by then, under closed referrals too [s4; A36]. Adds duration."""
    plans = _plans(facts)
    open_ = plans[open_at_end_of(facts.year, plans["cpp_start_date"], plans["cpp_end_date"])]
    return _with_duration(open_, np.full(len(open_), facts.year.end))


@counted_rows
def open_3_months(facts: ReturnFacts) -> DataFrame:
    """Of the plans at 31 March, those that started at least three months before [A41]."""
    plans = at_31_march(facts)
    return plans[add_months(days_of(plans["cpp_start_date"]), FIRST_REVIEW_MONTHS) <= facts.year.end]


@counted_rows
def reviewed_in_time(facts: ReturnFacts) -> DataFrame:
    """Of the plans open three months or more, those whose reviews all were in time [s7; A41].

    The first within 3 months of the start, each later one within 6 months of the one before, and 31 March within 6
    months of the last (without a review, within 3 months of the start), ends included. Reviews before the start or
    after 31 March are ignored."""
    plans = open_3_months(facts)
    start = plans["cpp_start_date"]
    reviews = facts.tables.reviews[facts.tables.reviews["plan_number"].isin(plans.index)].join(start, on="plan_number")
    in_scope = reviews["cpp_review_date"].between(reviews["cpp_start_date"], facts.year.end)
    reviews = reviews[in_scope].sort_values(["plan_number", "cpp_review_date"])
    before = reviews.groupby("plan_number")["cpp_review_date"].shift()
    late = days_of(reviews["cpp_review_date"]) > _due(days_of(reviews["cpp_start_date"]), days_of(before))
    last = reviews.groupby("plan_number")["cpp_review_date"].max().reindex(plans.index)
    next_due = _due(days_of(start), days_of(last))
    return plans[~plans.index.isin(reviews["plan_number"][late]) & (facts.year.end <= next_due)]


def _due(start: Days, review_before: Days) -> Days:
    """The last day for the next review: 6 months after the one before, else 3 months after the start."""
    first = np.isnat(review_before)
    return np.where(first, add_months(start, FIRST_REVIEW_MONTHS), add_months(review_before, LATER_REVIEW_MONTHS))


@counted_rows
def ending_first_6_months(facts: ReturnFacts) -> DataFrame:
    """Of the plans ending in the year, those that ended from 1 April to 30 September [A75]. Adds remained_in_need, and
    the closure of the referral and its reason."""
    plans = ending(facts)
    plans = plans[plans["cpp_end_date"] <= np.datetime64(f"{facts.year.ending - 1:04}-09-30")]
    plans = plans.join(counted_referrals(facts)[["closure_date", "reason_for_closure"]], on="referral_number")
    ends, closures = days_of(plans["cpp_end_date"]), days_of(plans["closure_date"])
    return plans.assign(remained_in_need=remained_bands(ends, closures, facts.year.end))


@counted_rows
def transferred(facts: ReturnFacts) -> DataFrame:
    """Of the plans that ended from 1 April to 30 September, those whose referral was closed within 3 months because the
    case went to another LA [A75]."""
    plans = ending_first_6_months(facts)
    return plans[(plans["remained_in_need"] == REMAINED_BANDS[0]) & (plans["reason_for_closure"] == TRANSFERRED)]


@counted_rows
def _plans(facts: ReturnFacts) -> DataFrame:
    """Plans with a usable start under counted referrals [A7, A38]."""
    plans = under_referrals(facts.tables.plans, facts)
    plans = plans[plans["cpp_start_date"].notna()]
    return plans.assign(
        initial_category=with_unknown(plans["initial_category"]), latest_category=with_unknown(plans["latest_category"])
    )


def _with_duration(plans: DataFrame, ends: Days) -> DataFrame:
    return plans.assign(duration=duration_bands(days_of(plans["cpp_start_date"]), ends))
