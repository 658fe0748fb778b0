"""From typed tables to every measure of an LA."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from pandas import DataFrame

from cin_pipeline.census.cleaning import CleanedReturn
from cin_pipeline.methodology.episodes import flag_episodes
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.identities import broken_identities
from cin_pipeline.methodology.measures import TOTAL, la_measures
from cin_pipeline.methodology.moving import moved_figures
from cin_pipeline.methodology.readings import touched_by_readings
from cin_pipeline.methodology.referrals import latest_referrals
from cin_pipeline.orchestration.checks import check, count_faults, result
from cin_pipeline.orchestration.metadata import OWNERS, frame_metadata, markdown_table, moved
from cin_pipeline.orchestration.partitions import by_year_la, same_la_year_before, year_and_la
from cin_pipeline.orchestration.submissions import submission_at_work
from cin_pipeline.store.registry import Submission
from cin_pipeline.store.state import State

GROUP = "measures"

EPISODES_RECONCILE = check("reconcile", "episodes", "One row for every referral of the return.", blocking=True)
UNDATED = check("referrals_dated", "episodes", "Every referral has a usable date; others are in no measure.")


@dg.asset(
    description="Referrals with their flags: no further action, not in need, episode of need. Holds open episodes of "
    "earlier years too: select by date, never by presence.",
    group_name=GROUP,
    owners=OWNERS,
    kinds={"pandas", "parquet"},
    partitions_def=by_year_la,
    check_specs=[EPISODES_RECONCILE, UNDATED],
    code_version="1",
    io_manager_key="row_tables",
)
def episodes(
    context: dg.AssetExecutionContext, cleaned_return: CleanedReturn
) -> Iterator[dg.Output[DataFrame] | dg.AssetCheckResult]:
    """See methodology.episodes.flag_episodes."""
    year, _ = year_and_la(context.partition_key)
    tables = cleaned_return.tables
    table = flag_episodes(tables, year)
    yield dg.Output(table, metadata=frame_metadata(table))
    yield result(EPISODES_RECONCILE, count_faults({"referrals": len(tables.referrals)}, {"referrals": len(table)}))
    undated = int(table["referral_date"].isna().sum())
    yield result(UNDATED, [f"{undated} referrals without a usable date"] if undated else [], {"undated": undated})


@dg.asset(
    description="Each child's latest referral in the year before, from the LA's return of that year. Without such a "
    "return re-referrals are not available.",
    group_name=GROUP,
    owners=OWNERS,
    kinds={"pandas", "parquet"},
    partitions_def=by_year_la,
    ins={"cleaned_return": dg.AssetIn(partition_mapping=same_la_year_before)},
    code_version="2",
    io_manager_key="row_tables",
)
def prior_year_referrals(context: dg.AssetExecutionContext, cleaned_return: Any) -> dg.Output[DataFrame]:
    """See methodology.referrals.latest_referrals."""
    year, _ = year_and_la(context.partition_key)
    if cleaned_return is None:
        nothing = DataFrame({"la_child_id": [], "referral_date": []})
        return dg.Output(nothing.assign(no_return=True), metadata={"return_of_year_before": False})
    table = latest_referrals(cleaned_return.tables, year.previous)
    return dg.Output(table, metadata={"return_of_year_before": True, **frame_metadata(table)})


IDENTITIES = check(
    "identities", "la_measures", "The identities between an LA's figures hold, on any input.", blocking=True
)


@dg.asset(
    name="la_measures",
    description="Every measure of the LA with all its breakdowns: a long table of counts. With it the return is "
    "accepted and in force.",
    group_name=GROUP,
    owners=OWNERS,
    kinds={"pandas", "sql"},
    partitions_def=by_year_la,
    check_specs=[IDENTITIES],
    code_version="1",
    io_manager_key="figure_tables",
)
def la_measures_asset(
    context: dg.AssetExecutionContext,
    state: dg.ResourceParam[State],
    episodes: DataFrame,
    cleaned_return: CleanedReturn,
    prior_year_referrals: DataFrame,
) -> Iterator[dg.Output[DataFrame] | dg.AssetCheckResult]:
    """See methodology.measures.la_measures."""
    year, la_code = year_and_la(context.partition_key)
    prior = None if "no_return" in prior_year_referrals else prior_year_referrals
    facts = ReturnFacts(year, episodes, cleaned_return.tables, prior)
    table = la_measures(facts, la_code)
    totals = table[table["breakdown"] == TOTAL]
    shown = totals["value"].astype(object).where(totals["value"].notna(), "not available")
    rows = zip(totals["measure"], shown, strict=True)
    submission = submission_at_work(state, year.ending, la_code, context.run.tags)
    # Here, where the populations are at hand: an asset of its own would load them and count them again.
    state.figures.write_reading_counts(touched_by_readings(facts, la_code), submission.submission)
    yield dg.Output(
        table,
        metadata={
            **frame_metadata(table),
            "totals": markdown_table(("measure", "value"), rows),
            **_moved(state, submission, table),
        },
    )
    identities = result(IDENTITIES, broken_identities(table))
    yield identities
    if identities.passed:
        state.registry.accept(submission.submission)
    else:
        state.registry.reject(submission.submission, "its measures break an identity, see check identities")


def _moved(state: State, submission: Submission, table: DataFrame) -> dict[str, Any]:
    """The figures that moved since the submission that was accepted before, where there is one that was counted."""
    earlier = state.registry.accepted_before(submission)
    counted = None if earlier is None else state.figures.la_measures_of(earlier.submission)
    if earlier is None or counted is None or counted.empty:
        return {}
    return moved(moved_figures(counted, table), earlier.submission)
