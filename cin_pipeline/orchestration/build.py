"""Everything Dagster is given, put together in one place."""

import dagster as dg

from cin_pipeline.orchestration import jobs
from cin_pipeline.orchestration.assets import national, publication, submission_status
from cin_pipeline.orchestration.la_job import LA_ASSETS, la_return_job
from cin_pipeline.orchestration.resources import resources_of
from cin_pipeline.orchestration.sensors import all_sensors
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store

_EXECUTORS = {"in_process": dg.in_process_executor, "multiprocess": dg.multiprocess_executor}


def build_definitions(settings: Settings, store: Store | None = None) -> dg.Definitions:
    """All that Dagster is given over the state that the settings name, or one that is open already. Opens nothing."""
    store = store or Store(settings)
    return dg.Definitions(
        assets=[
            *LA_ASSETS,
            national.population,
            national.national_measures,
            national.estimates,
            submission_status.submission_status,
            publication.publication_tables_asset,
            publication.release_report,
        ],
        asset_checks=[*national.INPUTS_CURRENT.values(), submission_status.returns_due],
        jobs=[
            la_return_job,
            jobs.england_job,
            jobs.publish_job,
            jobs.bulk_load_job,
            jobs.inputs_current_job,
            jobs.returns_due_job,
        ],
        sensors=all_sensors(store),
        resources=resources_of(store),
        # The built-in default starts a process per step: 44 CPU seconds an LA instead of 8.
        executor=_EXECUTORS[settings.executor],
    )
