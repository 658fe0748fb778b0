"""The jobs beside that of an LA: England, the release, the look at its inputs, and the bulk lane."""

import dagster as dg

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.orchestration import groups
from cin_pipeline.orchestration.assets.national import INPUTS_CURRENT
from cin_pipeline.orchestration.assets.submission_status import returns_due
from cin_pipeline.orchestration.bulk import Load, load_chunk
from cin_pipeline.orchestration.faults import giving_back
from cin_pipeline.orchestration.la_job import QUIET
from cin_pipeline.orchestration.runs import BULK_LANE, LANE_TAG, PARTITION_TAG
from cin_pipeline.store.store import Store

NATIONAL_JOB, PUBLISH_JOB = "england", "publish"
BULK_JOB, INPUTS_JOB = "bulk_load", "inputs_current"
RETURNS_DUE_JOB = "returns_due"

england_job = dg.define_asset_job(
    NATIONAL_JOB,
    selection=dg.AssetSelection.groups(groups.ENGLAND),
    description="England and its regions for one year, from the current returns.",
)

inputs_current_job = dg.define_asset_job(
    INPUTS_JOB,
    selection=dg.AssetSelection.checks(*INPUTS_CURRENT.values()),
    description="Whether England of a year was made from the current returns.",
)


def look_at_inputs(job: dg.JobDefinition, instance: dg.DagsterInstance, store: Store, year: int) -> None:
    """Runs that job here, where figures of the year were made: a run of its own would cost ten times as much.

    Not a check result without a run: Dagster 1.13 keeps only one of those for each partition."""
    if any(store.figures.manifest(asset, year) for asset in INPUTS_CURRENT):
        _check_here(job, instance, year)


returns_due_job = dg.define_asset_job(
    RETURNS_DUE_JOB,
    selection=dg.AssetSelection.checks(returns_due),
    description="Whether every return of a year that is due is there.",
)


def look_at_returns_due(job: dg.JobDefinition, instance: dg.DagsterInstance, year: int) -> None:
    """Runs that job here, as `look_at_inputs` does."""
    _check_here(job, instance, year)


def _check_here(job: dg.JobDefinition, instance: dg.DagsterInstance, year: int) -> None:
    # By tag: Dagster sees no partitions in a job of checks only.
    tags = {PARTITION_TAG: CollectionYear(year).key}
    job.execute_in_process(instance=instance, tags=tags, run_config=QUIET, raise_on_error=False)


publish_job = dg.define_asset_job(
    PUBLISH_JOB,
    selection=dg.AssetSelection.groups(groups.PUBLICATION),
    description="The release of one year, from the current figures: what cin-pipeline publish writes, to the byte.",
)


class BulkConfig(dg.Config):
    """What a bulk run works through: a chunk of what waited together.

    submissions: their numbers. recount: only count again with the previous year's return. previous: which was that when
    the recount was asked for, by submission; not there where there was none."""

    submissions: list[int]
    recount: bool = False
    previous: dict[str, int] = {}  # noqa: RUF012 - Dagster copies it


@dg.op(description="Runs the job of each LA in this process, one after the other, largest file first.")
def load_many_returns(context: dg.OpExecutionContext, config: BulkConfig, store: dg.ResourceParam[Store]) -> None:
    """See orchestration.bulk.load_chunk."""
    submissions = [store.registry.get(number) for number in config.submissions]
    fence = store.liveness.fence(context.run_id) if store.settings.executor == "in_process" else 0
    load = Load(context.run_id, try_again=True, recount=config.recount, fence=fence)
    with giving_back(store, context.run_id):
        for outcome in load_chunk(submissions, store.settings, load):
            done = "accepted" if outcome.accepted else "left to another run" if outcome.elsewhere else "not accepted"
            context.log.info(f"{outcome.la_code} {outcome.year}: {done}")


# After all that is smaller; and under Celery in a queue of its own, so that a worker can be kept for that.
BULK_TAGS = {LANE_TAG: BULK_LANE, "dagster/priority": "-1", "dagster-celery/queue": "bulk"}


@dg.job(
    name=BULK_JOB,
    description="Many returns: the same run per LA as la_return, in one warm process. For a folder of returns.",
    executor_def=dg.in_process_executor,
    tags=BULK_TAGS,
)
def bulk_load_job() -> None:
    """One op that runs the others."""
    load_many_returns()
