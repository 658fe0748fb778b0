"""From the measures of all LAs to England and its regions."""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology import estimates as methodology_estimates
from cin_pipeline.methodology import national
from cin_pipeline.methodology.estimates import METHOD_VERSION, EstimateImpossible, estimate_england
from cin_pipeline.methodology.identities import broken_national_identities
from cin_pipeline.methodology.missing import without_unusable
from cin_pipeline.methodology.national import sum_known
from cin_pipeline.methodology.practice import MissingData
from cin_pipeline.orchestration import groups
from cin_pipeline.orchestration.assets.measures import la_measures_asset
from cin_pipeline.orchestration.checks import national_check, result, schema_check, schema_result
from cin_pipeline.orchestration.io_managers import CurrentFigures
from cin_pipeline.orchestration.metadata import (
    OWNERS,
    bar,
    declared_columns,
    frame_metadata,
    markdown_table,
    partition_link,
    provisional,
)
from cin_pipeline.orchestration.partitions import all_las_of_year, by_year, partition_key
from cin_pipeline.reference.authorities import ENGLAND, authorities
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.settings.log import happened
from cin_pipeline.store.figures import Input
from cin_pipeline.store.made_from import ESTIMATES, NATIONAL_MEASURES, note_made_from, since_changed, why_uncounted
from cin_pipeline.store.missing_data import missing_data_of, treatment_of
from cin_pipeline.store.store import Store

population = dg.AssetSpec(
    "population",
    description="People aged 0 to 17 by LA: the mid-year estimate of the calendar year before, of the vintage of the "
    "year or of the one asked for, or the user's own file.",
    group_name=groups.ENGLAND,
    owners=OWNERS,
    kinds={"csv"},
    partitions_def=by_year,
)

KNOWN_SCHEMA = schema_check("national_measures", national=True)
COMPLETENESS = national_check("completeness", "national_measures", "Every expected LA has an accepted return.")


@dg.asset(
    description="Known figures added up over all LAs with an accepted return, how many LAs gave each, and a manifest "
    "of the submissions that went in.",
    group_name=groups.ENGLAND,
    owners=OWNERS,
    kinds={"pandas"},
    partitions_def=by_year,
    ins={"la_measures": dg.AssetIn(key=la_measures_asset.key, partition_mapping=all_las_of_year)},
    check_specs=[KNOWN_SCHEMA, COMPLETENESS],
    metadata=declared_columns(national.NATIONAL_MEASURES),
    code_version="1",
)
def national_measures(
    context: dg.AssetExecutionContext, store: dg.ResourceParam[Store], la_measures: CurrentFigures
) -> dg.MaterializeResult:  # the sums are shown, and nothing is made from them
    """See methodology.national.sum_known."""
    year = CollectionYear.from_key(context.partition_key)
    _refuse_uncounted(store, year)
    inputs = store.inputs.of(year.ending)
    known = la_measures.measures[la_measures.measures["la_code"].isin(inputs.expected)]
    made_from = [each for each in la_measures.inputs if each.la_code in inputs.expected]
    table = sum_known(without_unusable(known, inputs.unusable), year.ending)
    missing = sorted(set(inputs.expected) - set(known["la_code"]))
    note_made_from(store, NATIONAL_MEASURES, year.ending, made_from, inputs)
    schema = schema_result(KNOWN_SCHEMA, (national.NATIONAL_MEASURES, table))
    complete = result(
        COMPLETENESS,
        [f"no accepted return of {', '.join(missing)}"] if missing else [],
        {"expected": len(inputs.expected), "missing": len(missing)},
    )
    metadata = {**provisional(year), **frame_metadata(table), **_missing(missing, year), **_manifest(made_from)}
    return dg.MaterializeResult(metadata=metadata, check_results=[schema, complete])


ESTIMATES_SCHEMA = schema_check("estimates", national=True)
NATIONAL_IDENTITIES = national_check(
    "identities",
    "estimates",
    "Nine regions add up to England, Inner and Outer to London, categories to their whole, or to less where some are "
    "left out or carried forward.",
    blocking=True,
)


@dg.asset(
    description="England, regions, and Inner and Outer London. What LAs could not give is estimated, left out or "
    "carried forward, as the practice of the year has it.",
    group_name=groups.ENGLAND,
    owners=OWNERS,
    kinds={"pandas", "sql"},
    partitions_def=by_year,
    deps=[population, national_measures],
    ins={"la_measures": dg.AssetIn(key=la_measures_asset.key, partition_mapping=all_las_of_year)},
    check_specs=[ESTIMATES_SCHEMA, NATIONAL_IDENTITIES],
    metadata=declared_columns(methodology_estimates.ESTIMATES),
    code_version=METHOD_VERSION,
    io_manager_key="figure_tables",
)
def estimates(
    context: dg.AssetExecutionContext, store: dg.ResourceParam[Store], la_measures: CurrentFigures
) -> Iterator[dg.Output[DataFrame] | dg.AssetCheckResult]:
    """See methodology.estimates.estimate_england."""
    began = time.monotonic()
    year = CollectionYear.from_key(context.partition_key)
    _refuse_uncounted(store, year)
    inputs = store.inputs.of(year.ending)
    given = without_unusable(la_measures.measures, inputs.unusable)
    treatment = treatment_of(store, year.ending, inputs)
    made_from = [each for each in la_measures.inputs if each.la_code in inputs.expected]
    try:
        table = estimate_england(given, inputs.expected, inputs.population, year.ending, treatment)
    except EstimateImpossible as impossible:
        store.figures.clear_estimates(year.ending)
        # Nothing is what these returns give; asked again, they would give the same.
        note_made_from(store, ESTIMATES, year.ending, made_from, inputs, treatment)
        raise dg.Failure(str(impossible), allow_retries=False) from None
    told = _practice(missing_data_of(store, year.ending))
    yield dg.Output(
        table,
        metadata={**provisional(year), **frame_metadata(table), **_headline(table), **told, **_manifest(made_from)},
    )
    note_made_from(store, ESTIMATES, year.ending, made_from, inputs, treatment)
    happened("england_made", year=year.ending, run=context.run.run_id, seconds=time.monotonic() - began)
    yield schema_result(ESTIMATES_SCHEMA, (methodology_estimates.ESTIMATES, table))
    yield result(NATIONAL_IDENTITIES, broken_national_identities(table))


def _inputs_current(asset: str) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        name="inputs_current",
        asset=asset,
        description="These figures were made from the current returns and inputs. Looked at again when that changes.",
        partitions_def=by_year,
    )
    def inputs_current(context: dg.AssetCheckExecutionContext, store: dg.ResourceParam[Store]) -> dg.AssetCheckResult:
        year = CollectionYear.from_key(context.op_execution_context.partition_key)
        changed = since_changed(store, asset, year.ending)
        return dg.AssetCheckResult(
            passed=not changed,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"since changed: {changed}" if changed else None,
            metadata={"las": len(changed.las), "inputs": len(changed.inputs)},
        )

    return inputs_current


# Checks of their own, as they are looked at again without making the figures again.
INPUTS_CURRENT = {asset: _inputs_current(asset) for asset in (NATIONAL_MEASURES, ESTIMATES)}


def _refuse_uncounted(store: Store, year: CollectionYear) -> None:
    if why := why_uncounted(store, year.ending):
        raise dg.Failure(f"England cannot be made: {why}", allow_retries=False)


def _missing(la_codes: list[str], year: CollectionYear) -> dict[str, Any]:
    """The LAs without an accepted return, each with a link to its partition."""
    names = authorities(year.ending)
    rows = [
        (
            partition_link("raw_return", partition_key(year.ending, la_code), la_code),
            getattr(names.get(la_code), "name", ""),
        )
        for la_code in la_codes
    ]
    return {"missing": markdown_table(("no accepted return", "authority"), rows)} if rows else {}


def _headline(estimates: DataFrame) -> dict[str, Any]:
    """England's figures, and how much of each is estimated."""
    england = estimates[(estimates["geography_code"] == ENGLAND) & (estimates["breakdown"] == TOTAL)]
    rows = [
        (row.measure, f"{row.known:,.0f}", bar(row.estimated / row.value) if row.value else "", f"{row.value:,.0f}")
        if row.value == row.value  # not where it could not be estimated
        else (row.measure, f"{row.known:,.0f}", "not available", "")
        for row in england.itertuples()
    ]
    return {"england": markdown_table(("measure", "known", "estimated share", "value"), rows)}


def _practice(missing: MissingData) -> dict[str, Any]:
    """What is done about missing data, and what could not be as declared."""
    rows = [(each,) for each in (*missing.sentences(), *missing.warnings())]
    return {
        "practice": str(missing.practice),
        "missing_data": markdown_table(("what is done about missing data",), rows),
    }


def _manifest(made_from: list[Input]) -> dict[str, Any]:
    rows = [(each.la_code, each.sha256[:12], each.data_version, each.submission) for each in made_from]
    heading = ("LA", "sha256", "data version", "submission")
    return {"current_returns": len(made_from), "manifest": markdown_table(heading, rows)}
