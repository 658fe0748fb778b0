"""Jobs: one run per LA and year, one for England, and the bulk lane."""

import dagster as dg

from cin_pipeline.orchestration.bulk import FIGURES, load_returns
from cin_pipeline.store.state import State

LA_JOB, NATIONAL_JOB, PUBLISH_JOB, BULK_JOB = "la_return", "england", "publish", "bulk_load"

la_return_job = dg.define_asset_job(
    LA_JOB,
    selection=dg.AssetSelection.groups(*FIGURES, "validation"),
    description="One LA's return of one year: reading, cleaning, rules, measures. Always one partition a run: "
    "a range would give every LA the same data version and let one LA's failure stop the others.",
)

england_job = dg.define_asset_job(
    NATIONAL_JOB,
    selection=dg.AssetSelection.groups("england"),
    description="England and its regions for one year, from the returns in force.",
)


publish_job = dg.define_asset_job(
    PUBLISH_JOB,
    selection=dg.AssetSelection.groups("publication"),
    description="The release of one year, from the figures in force: what cin-pipeline publish writes, to the byte.",
)


class BulkConfig(dg.Config):
    """What a bulk load works through."""

    submissions: list[int]


@dg.op(description="Runs the job of each LA in warm worker processes, largest file first.")
def load_many_returns(context: dg.OpExecutionContext, config: BulkConfig, state: dg.ResourceParam[State]) -> None:
    """See orchestration.bulk.load_returns."""
    submissions = [state.registry.get(number) for number in config.submissions]
    for outcome in load_returns(submissions, state.settings):
        context.log.info(f"{outcome.la_code} {outcome.year}: {'accepted' if outcome.accepted else 'not accepted'}")


@dg.job(
    name=BULK_JOB,
    description="Many returns at once: the same run per LA as la_return, in warm processes. For a folder of returns.",
    executor_def=dg.in_process_executor,
)
def bulk_load_job() -> None:
    """One op that runs the others."""
    load_many_returns()
