"""Plans of children in need (table B7, from 2021-22) [A72]."""

from pandas import DataFrame

from cin_pipeline.census.specification import tables
from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.methodology.activity import under_referrals
from cin_pipeline.methodology.facts import ReturnFacts, counted_rows
from cin_pipeline.methodology.periods import ending_in, open_at_end_of, open_in, starting_in

SINCE = min(year.ending for year in COLLECTION_YEARS if tables(year.ending)["cin_plans"].items)


@counted_rows
def starting(facts: ReturnFacts) -> DataFrame:
    """Child in need plans with their start in the year [A72]."""
    plans = _plans(facts)
    return plans[starting_in(facts.year, plans["cin_plan_start_date"])]


@counted_rows
def ending(facts: ReturnFacts) -> DataFrame:
    """Child in need plans with their end in the year that had started by its end [A72, A85]."""
    plans = _plans(facts)
    return plans[ending_in(facts.year, plans["cin_plan_start_date"], plans["cin_plan_end_date"])]


@counted_rows
def at_any_point(facts: ReturnFacts) -> DataFrame:
    """Child in need plans started by the end of the year and not ended before it began [A72]."""
    plans = _plans(facts)
    return plans[open_in(facts.year, plans["cin_plan_start_date"], plans["cin_plan_end_date"])]


@counted_rows
def at_31_march(facts: ReturnFacts) -> DataFrame:
    """Child in need plans started by 31 March and not ended by then, under closed referrals too [A36, A72]."""
    plans = _plans(facts)
    return plans[open_at_end_of(facts.year, plans["cin_plan_start_date"], plans["cin_plan_end_date"])]


@counted_rows
def _plans(facts: ReturnFacts) -> DataFrame:
    """Child in need plans with a usable start under counted referrals, those not in need too; every record counts
    [A7, A38, A72]."""
    plans = under_referrals(facts.tables.cin_plans, facts)
    return plans[plans["cin_plan_start_date"].notna()]
