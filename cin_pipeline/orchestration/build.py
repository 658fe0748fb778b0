"""Everything Dagster is given, put together in one place."""

import dagster as dg

from cin_pipeline.orchestration import jobs
from cin_pipeline.orchestration.assets import measures, national, publication, returns, status, validation
from cin_pipeline.orchestration.io_managers import FigureTables, RowTables
from cin_pipeline.settings import Settings
from cin_pipeline.store.state import State

_EXECUTORS = {"in_process": dg.in_process_executor, "multiprocess": dg.multiprocess_executor}


def build_definitions(settings: Settings, state: State | None = None) -> dg.Definitions:
    """The assets, checks and jobs over the state that the settings name, or one that is open already. Opens nothing."""
    state = state or State(settings)
    return dg.Definitions(
        assets=[
            returns.return_file,
            returns.raw_return,
            returns.cleaned_return,
            measures.episodes,
            measures.prior_year_referrals,
            measures.la_measures_asset,
            validation.validation_issues,
            validation.data_confidence_asset,
            national.population,
            national.national_measures,
            national.estimates,
            status.submission_status,
            publication.publication_tables_asset,
            publication.release_report,
        ],
        jobs=[jobs.la_return_job, jobs.england_job, jobs.publish_job, jobs.bulk_load_job],
        resources={
            "state": state,
            "row_tables": dg.IOManagerDefinition.hardcoded_io_manager(RowTables(state)),
            "figure_tables": dg.IOManagerDefinition.hardcoded_io_manager(FigureTables(state)),
        },
        # The built-in default starts a process per step: 44 CPU seconds an LA instead of 8.
        executor=_EXECUTORS[settings.executor],
    )
