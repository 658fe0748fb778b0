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
from cin_pipeline.orchestration import groups
from cin_pipeline.orchestration.checks import check, count_faults, result, stopping
from cin_pipeline.orchestration.io_managers import Counted, PreviousReturn, PriorYear
from cin_pipeline.orchestration.metadata import OWNERS, frame_metadata, markdown_table, moved
from cin_pipeline.orchestration.partitions import by_year_la, same_la_year_before, year_and_la
from cin_pipeline.orchestration.submissions import holder_of, submission_at_work
from cin_pipeline.store.figures import version_of
from cin_pipeline.store.registry import Submission, SubmissionState
from cin_pipeline.store.store import Store

EPISODES_RECONCILE = check("reconcile", "episodes", "One row for every referral of the return.", blocking=True)
UNDATED = check("referrals_dated", "episodes", "Every referral has a usable date; others are in no measure.")


@dg.asset(
    description="Referrals with their flags: no further action, not in need, episode of need. Holds open episodes of "
    "earlier years too: select by date, never by presence.",
    group_name=groups.MEASURES,
    owners=OWNERS,
    kinds={"pandas", "parquet"},
    partitions_def=by_year_la,
    check_specs=[EPISODES_RECONCILE, UNDATED],
    code_version="1",
    io_manager_key="row_tables",
)
def episodes(
    context: dg.AssetExecutionContext, store: dg.ResourceParam[Store], cleaned_return: CleanedReturn
) -> Iterator[dg.Output[DataFrame] | dg.AssetCheckResult]:
    """See methodology.episodes.flag_episodes."""
    year, la_code = year_and_la(context.partition_key)
    submission = submission_at_work(store, year.ending, la_code, context.run)
    tables = cleaned_return.tables
    table = flag_episodes(tables, year)
    yield dg.Output(table, metadata=frame_metadata(table))
    lost = count_faults({"referrals": len(tables.referrals)}, {"referrals": len(table)})
    reconciled = result(EPISODES_RECONCILE, lost, overridden=submission.overridden)
    yield reconciled
    undated = int(table["referral_date"].isna().sum())
    yield result(UNDATED, [f"{undated} referrals without a usable date"] if undated else [], {"undated": undated})
    if stopping([reconciled]):
        store.registry.reject(submission.submission, "checks failed: reconcile of episodes", holder_of(context.run))


@dg.asset(
    description="Each child's latest referral in the year before, from the LA's return of that year. Without such a "
    "return re-referrals are not available.",
    group_name=groups.MEASURES,
    owners=OWNERS,
    kinds={"pandas", "parquet"},
    partitions_def=by_year_la,
    ins={"cleaned_return": dg.AssetIn(partition_mapping=same_la_year_before)},
    code_version="2",
    io_manager_key="row_tables",
)
def prior_year_referrals(context: dg.AssetExecutionContext, cleaned_return: Any) -> dg.Output[PriorYear]:
    """See methodology.referrals.latest_referrals."""
    year, _ = year_and_la(context.partition_key)
    if cleaned_return is None:
        nothing = DataFrame({"la_child_id": [], "referral_date": []})
        return dg.Output(PriorYear(nothing.assign(no_return=True)), metadata={"return_of_year_before": False})
    before: PreviousReturn = cleaned_return
    table = latest_referrals(before.cleaned.tables, year.previous)
    return dg.Output(
        PriorYear(table, before.submission),
        metadata={
            "return_of_year_before": True,
            "submission_of_year_before": before.submission,
            **frame_metadata(table),
        },
    )


IDENTITIES = check(
    "identities", "la_measures", "The identities between an LA's figures hold, on any input.", blocking=True
)


@dg.asset(
    name="la_measures",
    description="Every measure of the LA with all its breakdowns: a long table of counts. With it the return is "
    "accepted and becomes the current return.",
    group_name=groups.MEASURES,
    owners=OWNERS,
    kinds={"pandas", "sql"},
    partitions_def=by_year_la,
    check_specs=[IDENTITIES],
    code_version="1",
    io_manager_key="figure_tables",
)
def la_measures_asset(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    episodes: DataFrame,
    cleaned_return: CleanedReturn,
    prior_year_referrals: PriorYear,
) -> Iterator[dg.Output[Counted] | dg.AssetCheckResult]:
    """See methodology.measures.la_measures."""
    year, la_code = year_and_la(context.partition_key)
    submission = submission_at_work(store, year.ending, la_code, context.run)
    prior = prior_year_referrals.referrals if prior_year_referrals.submission is not None else None
    facts = ReturnFacts(year, episodes, cleaned_return.tables, prior)
    table = la_measures(facts, la_code)
    totals = table[table["breakdown"] == TOTAL]
    shown = totals["value"].astype(object).where(totals["value"].notna(), "not available")
    rows = zip(totals["measure"], shown, strict=True)
    identities = result(IDENTITIES, broken_identities(table), overridden=submission.overridden)
    if submission.state is SubmissionState.ACCEPTED and stopping([identities]):
        # What is current has one set of figures, and these would take their place.
        raise dg.Failure("The figures counted again break an identity; the current ones stay.", allow_retries=False)
    # Here, where the populations are at hand: an asset of its own would load them and count them again.
    store.figures.write_interpretation_counts(touched_by_readings(facts, la_code), submission.submission)
    yield dg.Output(
        Counted(table, prior_year_referrals.submission),
        # Of the figures themselves: what depends on them is outdated when a figure moves, and only then.
        data_version=dg.DataVersion(version_of(table)),
        metadata={
            "submission": submission.submission,
            **frame_metadata(table),
            "totals": markdown_table(("measure", "value"), rows),
            **_moved(store, submission, table),
        },
    )
    yield identities
    if stopping([identities]):
        reason = "its measures break an identity, see check identities"
        store.registry.reject(submission.submission, reason, holder_of(context.run))
    else:
        store.registry.accept(submission.submission, holder_of(context.run))


def _moved(store: Store, submission: Submission, table: DataFrame) -> dict[str, Any]:
    """The figures that moved since the submission that was accepted before, where there is one that was counted."""
    earlier = store.registry.accepted_before(submission)
    counted = None if earlier is None else store.figures.la_measures_of(earlier.submission)
    if earlier is None or counted is None or counted.empty:
        return {}
    return moved(moved_figures(counted, table), earlier.submission)
