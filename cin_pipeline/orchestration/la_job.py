"""The job of one LA's return, and what of it is run again when only the previous year's return has changed.

What a worker of the bulk lane needs to run it is here too: the LA's assets and no other definition.
"""

import dagster as dg

from cin_pipeline.orchestration import groups
from cin_pipeline.orchestration.assets import measures, returns, validation
from cin_pipeline.orchestration.resources import resources_of
from cin_pipeline.orchestration.runs import LANE_TAG, SINGLE_LANE
from cin_pipeline.store.store import Store, place_of
from cin_pipeline.store.submissions import Submission

LA_JOB = "la_return"
FIGURES = (groups.RETURNS, groups.MEASURES)  # the groups that figures depend on
# What depends on the return of the previous year: figures, and where the rules were run, what they find.
RECOUNTED = ("prior_year_referrals", "la_measures")
CHECKED_AGAIN = ("validation_issues", "data_confidence")

# Dagster logs every event; a run of 300 would drown the terminal. The event log has them all.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

LA_ASSETS: tuple[dg.AssetsDefinition | dg.AssetSpec, ...] = (
    returns.return_file,
    returns.raw_return,
    returns.cleaned_return,
    measures.episodes,
    measures.prior_year_referrals,
    measures.la_measures_asset,
    validation.validation_issues,
    validation.data_confidence_asset,
)

la_return_job = dg.define_asset_job(
    LA_JOB,
    selection=dg.AssetSelection.groups(*FIGURES, groups.VALIDATION),
    tags={LANE_TAG: SINGLE_LANE},
    description="One LA's return of one year: reading, cleaning, rules, measures. Always one partition a run: "
    "a range would give every LA the same data version and let one LA's failure stop the others.",
)


def la_definitions(store: Store) -> dg.Definitions:
    """The LA's assets and their job, over a store that is open."""
    return dg.Definitions(
        assets=LA_ASSETS, jobs=[la_return_job], resources=resources_of(store), executor=dg.in_process_executor
    )


def recounted_assets(submission: Submission, store: Store) -> list[dg.AssetKey]:
    """What is made again when the return of the previous year changes: nothing of another LA, and nothing is read."""
    rules_ran = store.tables.has(place_of("validation_issues", submission))
    return [dg.AssetKey(name) for name in ((*RECOUNTED, *CHECKED_AGAIN) if rules_ran else RECOUNTED)]
