"""From typed tables to every measure of an LA."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from pandas import DataFrame

from cin_pipeline.census.cleaning import CleanedReturn
from cin_pipeline.methodology.episodes import EPISODES, flag_episodes
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.identities import broken_identities
from cin_pipeline.methodology.interpretations import INTERPRETATION_COUNTS, touched_by_interpretations
from cin_pipeline.methodology.measures import LA_MEASURES, la_measures
from cin_pipeline.methodology.moving import moved_figures
from cin_pipeline.methodology.referrals import PRIOR_REFERRALS, latest_referrals
from cin_pipeline.orchestration import groups
from cin_pipeline.orchestration.checks import check, count_faults, result, schema_check, schema_result, stopping
from cin_pipeline.orchestration.io_managers import Counted, PreviousReturn, PriorYear
from cin_pipeline.orchestration.metadata import (
    OWNERS,
    declared_columns,
    frame_metadata,
    markdown_table,
    moved,
    provisional,
)
from cin_pipeline.orchestration.partitions import by_year_la, same_la_year_before
from cin_pipeline.orchestration.submissions import Work
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.store.figures import version_of
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission

EPISODES_SCHEMA = schema_check("episodes")
EPISODES_RECONCILE = check("reconcile", "episodes", "One row for every referral of the return.", blocking=True)
UNDATED = check("referrals_dated", "episodes", "Every referral has a usable date; others are in no measure.")


@dg.asset(
    description="Referrals with their flags: no further action, not in need, episode of need. Holds open episodes of "
    "earlier years too: select by date, never by presence.",
    group_name=groups.MEASURES,
    owners=OWNERS,
    kinds={"pandas", "parquet"},
    partitions_def=by_year_la,
    check_specs=[EPISODES_SCHEMA, EPISODES_RECONCILE, UNDATED],
    metadata=declared_columns(EPISODES),
    code_version="1",
    io_manager_key="row_tables",
)
def episodes(
    work: dg.ResourceParam[Work], cleaned_return: CleanedReturn
) -> Iterator[dg.Output[DataFrame] | dg.AssetCheckResult]:
    """See methodology.episodes.flag_episodes."""
    submission, tables = work.submission, cleaned_return.tables
    table = flag_episodes(tables, work.year)
    yield dg.Output(table, metadata=frame_metadata(table))
    lost = count_faults({"referrals": len(tables.referrals)}, {"referrals": len(table)})
    undated = int(table["referral_date"].isna().sum())
    checks = [
        schema_result(EPISODES_SCHEMA, (EPISODES, table), overridden=submission.overridden),
        result(EPISODES_RECONCILE, lost, overridden=submission.overridden),
        result(UNDATED, [f"{undated} referrals without a usable date"] if undated else [], {"undated": undated}),
    ]
    yield from work.judge(submission, checks)


PRIOR_SCHEMA = schema_check("prior_year_referrals")


@dg.asset(
    description="Each child's latest referral in the previous year, from the LA's return of that year, of a new LA "
    "without one from its predecessor's. Without either re-referrals are not available.",
    group_name=groups.MEASURES,
    owners=OWNERS,
    kinds={"pandas", "parquet"},
    partitions_def=by_year_la,
    ins={"cleaned_return": dg.AssetIn(partition_mapping=same_la_year_before)},
    check_specs=[PRIOR_SCHEMA],
    metadata=declared_columns(PRIOR_REFERRALS),
    code_version="3",
    io_manager_key="row_tables",
)
def prior_year_referrals(
    work: dg.ResourceParam[Work], cleaned_return: Any
) -> Iterator[dg.Output[PriorYear] | dg.AssetCheckResult]:
    """See methodology.referrals.latest_referrals."""
    submission = work.submission
    before: PreviousReturn | None = cleaned_return
    if before is None:
        prior = PriorYear(PRIOR_REFERRALS.empty())
        metadata: dict[str, Any] = {"return_of_year_before": False}
    else:
        prior = PriorYear(latest_referrals(before.cleaned.tables, work.year.previous), before.submission)
        metadata = {"return_of_year_before": True, "submission_of_year_before": before.submission}
        sender = work.store.registry.get(before.submission).la_code
        metadata |= {} if sender == work.la_code else {"predecessor": sender}
        metadata |= frame_metadata(prior.referrals)
    yield dg.Output(prior, metadata=metadata)
    schema = schema_result(PRIOR_SCHEMA, (PRIOR_REFERRALS, prior.referrals), overridden=submission.overridden)
    yield from work.judge(submission, [schema])


MEASURES_SCHEMA = schema_check("la_measures")
IDENTITIES = check(
    "identities", "la_measures", "The identities between an LA's figures hold, on any input.", blocking=True
)
NOT_HELD = check(
    "not_held",
    "la_measures",
    "Nothing in the return contradicts its header. What does is held, as if it had not been sent, until a person "
    "confirms or rejects it: cin-pipeline accept, reject.",
)


@dg.asset(
    name="la_measures",
    description="Every measure of the LA with all its breakdowns: a long table of counts. With it the return is "
    "accepted and becomes the current return, or is held for confirmation.",
    group_name=groups.MEASURES,
    owners=OWNERS,
    kinds={"pandas", "sql"},
    partitions_def=by_year_la,
    check_specs=[MEASURES_SCHEMA, IDENTITIES, NOT_HELD],
    metadata=declared_columns(LA_MEASURES),
    code_version="2",
    io_manager_key="figure_tables",
)
def la_measures_asset(
    work: dg.ResourceParam[Work],
    episodes: DataFrame,
    cleaned_return: CleanedReturn,
    prior_year_referrals: PriorYear,
) -> Iterator[dg.Output[Counted] | dg.AssetCheckResult]:
    """See methodology.measures.la_measures."""
    submission = work.submission
    prior = prior_year_referrals.referrals if prior_year_referrals.submission is not None else None
    facts = ReturnFacts(work.year, episodes, cleaned_return.tables, prior)
    table = la_measures(facts, work.la_code)
    totals = table[table["breakdown"] == TOTAL]
    shown = totals["value"].astype(object).where(totals["value"].notna(), "not available")
    rows = zip(totals["measure"], shown, strict=True)
    # Here, where the rows that are counted are at hand: an asset of its own would count them again.
    touched = touched_by_interpretations(facts, work.la_code)
    checks = [
        schema_result(
            MEASURES_SCHEMA, (LA_MEASURES, table), (INTERPRETATION_COUNTS, touched), overridden=submission.overridden
        ),
        result(IDENTITIES, broken_identities(table), overridden=submission.overridden),
    ]
    if submission.state is SubmissionState.ACCEPTED and (failed := stopping(checks)):
        # What is current has one set of figures, and these would take their place.
        raise dg.Failure(
            f"The figures counted again fail check {' and '.join(failed)}; the current ones stay.", allow_retries=False
        )
    yield dg.Output(
        Counted(table, prior_year_referrals.submission, touched),
        # Of the figures themselves: what depends on them is outdated when a figure moves, and only then.
        data_version=dg.DataVersion(version_of(table)),
        metadata={
            "submission": submission.submission,
            **provisional(work.year),
            **frame_metadata(table),
            "totals": markdown_table(("measure", "value"), rows),
            **_moved(work.store, submission, table),
        },
    )
    yield from work.judge(submission, checks, last=cleaned_return.tables)
    after = work.store.registry.get(submission.submission)
    held = after.state is SubmissionState.HELD
    yield result(NOT_HELD, [after.told] if held else [], {"state": str(after.state)})


def _moved(store: Store, submission: Submission, table: DataFrame) -> dict[str, Any]:
    """The figures that moved since the submission that was accepted before, where there is one that was counted."""
    earlier = store.registry.accepted_before(submission)
    counted = None if earlier is None else store.figures.la_measures_of(earlier.submission)
    if earlier is None or counted is None or counted.empty:
        return {}
    return moved(moved_figures(counted, table), earlier.submission)
