"""From the measures of all LAs to England and its regions."""

from collections.abc import Iterator

import dagster as dg
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.estimates import EstimateImpossible, estimate_england
from cin_pipeline.methodology.identities import broken_national_identities
from cin_pipeline.methodology.missing import without_unusable
from cin_pipeline.methodology.national import sum_known
from cin_pipeline.orchestration.assets.measures import la_measures_asset
from cin_pipeline.orchestration.checks import national_check, result
from cin_pipeline.orchestration.metadata import OWNERS, frame_metadata
from cin_pipeline.orchestration.partitions import all_las_of_year, by_year
from cin_pipeline.store.state import State

GROUP = "england"

population = dg.AssetSpec(
    "population",
    description="People aged 0 to 17 by LA: the mid-year estimate of the calendar year before, or the user's own file.",
    group_name=GROUP,
    owners=OWNERS,
    kinds={"csv"},
    partitions_def=by_year,
)

COMPLETENESS = national_check("completeness", "national_measures", "Every expected LA has an accepted return.")


@dg.asset(
    description="Known figures added up over all LAs with an accepted return, how many LAs gave each, and a manifest "
    "of the submissions that went in.",
    group_name=GROUP,
    owners=OWNERS,
    kinds={"pandas", "sql"},
    partitions_def=by_year,
    ins={"la_measures": dg.AssetIn(key=la_measures_asset.key, partition_mapping=all_las_of_year)},
    check_specs=[COMPLETENESS],
    code_version="1",
    io_manager_key="figure_tables",
)
def national_measures(
    context: dg.AssetExecutionContext, state: dg.ResourceParam[State], la_measures: DataFrame
) -> Iterator[dg.Output[DataFrame] | dg.AssetCheckResult]:
    """See methodology.national.sum_known."""
    year = CollectionYear.from_key(context.partition_key)
    inputs = state.inputs.of(year.ending)
    in_force = [each for each in state.registry.all_in_force(year.ending) if each.la_code in inputs.expected]
    known = la_measures[la_measures["la_code"].isin(inputs.expected)]
    table = sum_known(without_unusable(known, inputs.unusable), year.ending)
    manifest = "\n".join(f"| {each.la_code} | {each.submission} | {each.sha256[:12]} |" for each in in_force)
    yield dg.Output(
        table,
        metadata={
            **frame_metadata(table),
            "las_in_force": len(in_force),
            "manifest": dg.MetadataValue.md(f"| LA | submission | sha256 |\n|---|---:|---|\n{manifest}"),
        },
    )
    missing = sorted(set(inputs.expected) - set(known["la_code"]))
    yield result(
        COMPLETENESS,
        [f"no accepted return of {', '.join(missing)}"] if missing else [],
        {"expected": len(inputs.expected), "missing": len(missing)},
    )


NATIONAL_IDENTITIES = national_check(
    "identities",
    "estimates",
    "Nine regions add up to England, Inner and Outer to London, categories to their whole.",
    blocking=True,
)


@dg.asset(
    description="England, regions, and Inner and Outer London, with estimates for what LAs could not give.",
    group_name=GROUP,
    owners=OWNERS,
    kinds={"pandas", "sql"},
    partitions_def=by_year,
    deps=[population, national_measures],
    ins={"la_measures": dg.AssetIn(key=la_measures_asset.key, partition_mapping=all_las_of_year)},
    check_specs=[NATIONAL_IDENTITIES],
    code_version="1",
    io_manager_key="figure_tables",
)
def estimates(
    context: dg.AssetExecutionContext, state: dg.ResourceParam[State], la_measures: DataFrame
) -> Iterator[dg.Output[DataFrame] | dg.AssetCheckResult]:
    """See methodology.estimates.estimate_england."""
    year = CollectionYear.from_key(context.partition_key)
    inputs = state.inputs.of(year.ending)
    given = without_unusable(la_measures, inputs.unusable)
    try:
        table = estimate_england(given, inputs.expected, inputs.population, year.ending)
    except EstimateImpossible as impossible:
        state.figures.clear_estimates(year.ending)
        raise dg.Failure(str(impossible), allow_retries=False) from None
    yield dg.Output(table, metadata=frame_metadata(table))
    yield result(NATIONAL_IDENTITIES, broken_national_identities(table))
