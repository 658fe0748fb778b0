"""From England's figures to the release: its tables, which must pass their checks, then reports and manifest."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.orchestration import groups
from cin_pipeline.orchestration.assets.measures import la_measures_asset
from cin_pipeline.orchestration.assets.national import estimates
from cin_pipeline.orchestration.assets.validation import data_confidence_asset, validation_issues
from cin_pipeline.orchestration.checks import national_check, result
from cin_pipeline.orchestration.metadata import OWNERS, declared_columns, in_doubt, markdown_table, provisional
from cin_pipeline.orchestration.partitions import all_las_of_year, by_year
from cin_pipeline.outputs.kept_tables import Asked, asked_for, keep_tables, tables_kept
from cin_pipeline.outputs.publishing import broken_checks, publication_tables, unseen, whole_release
from cin_pipeline.outputs.release_inputs import ReleaseRefused, release_input
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.manifest import digest
from cin_pipeline.publication.profiles import DEFAULT, Profile, UnknownProfile, profile_named
from cin_pipeline.publication.protected_cells import PROTECTED_CELLS
from cin_pipeline.reference.population import VINTAGES
from cin_pipeline.settings.log import happened
from cin_pipeline.store.row_tables import TablesDamaged
from cin_pipeline.store.store import Store

TABLES = "publication_tables"


class ReleaseConfig(dg.Config):
    """The form of a release.

    profile: which files it has, as the Department's release of that year, or tidy. vintage: of the population that
    rates are per 10,000 of, 2011 or 2021; by default the profile's."""

    profile: str = DEFAULT
    vintage: int | None = None


CHECKS = {
    name: national_check(name, TABLES, description, blocking=True)
    for name, description in (
        ("schema", "The cells have the columns, types and values that are declared for them."),
        ("screening", "The open-data screener would take the files."),
        (
            "disclosure",
            "No suppressed cell can be worked out from what is shown, by subtraction or linear programming.",
        ),
        ("identities", "Every count shown is that of the measures, of places that of the estimates within rounding."),
    )
}


@dg.asset(
    name=TABLES,
    description="The tables of the release, rounded and with small counts suppressed: open-data files and workbooks, "
    "in the state under releases. They are a release only once the manifest of release_report is beside them.",
    group_name=groups.PUBLICATION,
    owners=OWNERS,
    kinds={"csv", "excel"},
    partitions_def=by_year,
    deps=[estimates, dg.AssetDep(la_measures_asset.key, partition_mapping=all_las_of_year)],
    check_specs=list(CHECKS.values()),
    metadata=declared_columns(PROTECTED_CELLS),
    code_version="1",
)
def publication_tables_asset(
    context: dg.AssetExecutionContext, config: ReleaseConfig, store: dg.ResourceParam[Store]
) -> Iterator[dg.MaterializeResult]:
    """See outputs.publishing.publication_tables."""
    asked = Asked(config.profile, config.vintage)
    profile, release = _release(context, store, asked)
    tables = publication_tables(release, profile, unseen)
    faults = broken_checks(release, profile, tables, unseen)
    keep_tables(store, release, asked, tables)
    suppressed = tables.protected.groupby("table", sort=False)["suppressed"].agg(lambda cells: int((cells != "").sum()))
    cells = tables.protected.groupby("table", sort=False).size()
    rows = [(table, f"{cells[table]:,}", f"{suppressed[table]:,}") for table in cells.index]
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(tables.protected),
            "profile": profile.name,
            "years": ", ".join(CollectionYear(year).label for year in release.years),
            **provisional(release.year),
            **in_doubt(release.doubts),
            "cells": markdown_table(("table", "cells", "suppressed"), rows),
            **_files(tables.files),
        },
        check_results=[result(CHECKS[name], found) for name, found in faults.items()],
    )


@dg.asset(
    description="The release report, the quality report, and the manifest that makes the folder a release.",
    group_name=groups.PUBLICATION,
    owners=OWNERS,
    kinds={"html"},
    partitions_def=by_year,
    deps=[
        publication_tables_asset,
        *(
            dg.AssetDep(asset.key, partition_mapping=all_las_of_year)
            for asset in (validation_issues, data_confidence_asset)
        ),
    ],
    code_version="1",
)
def release_report(context: dg.AssetExecutionContext, store: dg.ResourceParam[Store]) -> dg.MaterializeResult:
    """See outputs.publishing.whole_release. In the form in which the tables were asked for."""
    try:
        asked = asked_for(store, CollectionYear.from_key(context.partition_key))
        profile, release = _release(context, store, asked)
        files = whole_release(store, release, profile, tables_kept(store, release, asked), unseen)
    except (ReleaseRefused, TablesDamaged) as refused:
        raise dg.Failure(str(refused), allow_retries=False) from None
    prefix = store.bundles.write(f"releases/{release.year.ending}", files, run=context.run.run_id)
    happened("published", year=release.year.ending, run=context.run.run_id)
    where = dg.MetadataValue.path(f"{store.objects.place}/{prefix}")
    return dg.MaterializeResult(metadata={**in_doubt(release.doubts), "folder": where, **_files(files)})


def _release(context: dg.AssetExecutionContext, store: Store, asked: Asked) -> tuple[Profile, ReleaseInput]:
    if asked.vintage not in (None, *VINTAGES):
        known = " or ".join(map(str, VINTAGES))
        raise dg.Failure(f"{asked.vintage} is no vintage of the population; {known} was expected", allow_retries=False)
    try:
        profile = profile_named(asked.profile)
        year = CollectionYear.from_key(context.partition_key).ending
        return profile, release_input(store, year, asked.vintage, profile)
    except (ReleaseRefused, UnknownProfile) as refused:
        raise dg.Failure(str(refused), allow_retries=False) from None


def _files(files: dict[str, bytes]) -> dict[str, Any]:
    rows = [(name, digest(content)[:12], f"{len(content):,}") for name, content in sorted(files.items())]
    return {"files": markdown_table(("file", "sha256", "bytes"), rows)}
