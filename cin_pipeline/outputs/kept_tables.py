"""The tables of a release between the step that makes them and the one that makes it a release.

The cells are kept with what was suppressed in them, so they lie with the state's own tables and never in a release."""

from dataclasses import dataclass
from decimal import Decimal

from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.outputs.publishing import Tables
from cin_pipeline.outputs.release_inputs import ReleaseRefused, provenance
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.manifest import manifest
from cin_pipeline.publication.profiles import DEFAULT, profile_named
from cin_pipeline.store.bundles import BundleDamaged, BundleMissing
from cin_pipeline.store.row_tables import TablesDamaged, TablesMissing
from cin_pipeline.store.store import Store

_CELLS, _MADE_FROM = "cells", "made_from"


@dataclass(frozen=True)
class Asked:
    """In which form a release was asked for, and with which vintage of the population, if with one."""

    profile: str = DEFAULT
    vintage: int | None = None


def keep_tables(store: Store, release: ReleaseInput, asked: Asked, tables: Tables) -> None:
    """Keeps the files, which are no release without a manifest, and the cells."""
    shown = [None if cell is None else str(cell) for cell in tables.protected["shown"]]
    cells = tables.protected.assign(shown=DataFrame({"shown": shown}, dtype="str")["shown"].to_numpy())
    manifest_ = _made_from(store, release, asked)
    made_from = DataFrame({"manifest": [manifest_], "profile": [asked.profile], "vintage": [str(asked.vintage or "")]})
    store.bundles.write(_files_of(release.year), tables.files)
    store.tables.write(_place(release.year), {_CELLS: cells, _MADE_FROM: made_from})


def asked_for(store: Store, year: CollectionYear) -> Asked:
    """How the tables that are kept of a year were asked for. Raises ReleaseRefused where there are none."""
    made_from = _kept(store, year)[_MADE_FROM]
    if "profile" not in made_from:
        raise ReleaseRefused(f"the tables of {year} were made by an earlier version: run job publish again")
    vintage = made_from["vintage"].item()
    return Asked(str(made_from["profile"].item()), int(vintage) if vintage else None)


def _kept(store: Store, year: CollectionYear) -> dict[str, DataFrame]:
    try:
        return store.tables.read(_place(year))
    except TablesMissing:
        raise ReleaseRefused(f"the tables of {year} were never made: run job publish for it") from None
    except TablesDamaged as damaged:
        raise ReleaseRefused(str(damaged)) from None


def tables_kept(store: Store, release: ReleaseInput, asked: Asked) -> Tables:
    """The tables as they were kept. Raises ReleaseRefused where there are none, or they are of other inputs by now."""
    year = release.year
    kept = _kept(store, year)
    if kept[_MADE_FROM]["manifest"].item() != _made_from(store, release, asked):
        raise ReleaseRefused(
            f"the tables of {year} were made from other inputs than the current ones: run job publish again"
        )
    cells = kept[_CELLS]
    numbers = [_number(cell) for cell in cells["shown"]]
    try:
        files = store.bundles.read(_files_of(year))
    except (BundleMissing, BundleDamaged) as lost:
        raise ReleaseRefused(f"the files of the tables of {year} are lost ({lost}): run job publish again") from None
    return Tables(cells.assign(shown=DataFrame({"shown": numbers}, dtype=object)["shown"].to_numpy()), files)


def _place(year: CollectionYear) -> str:
    return f"publication_tables/{year.ending}"


def _files_of(year: CollectionYear) -> str:
    return f"publication_files/{year.ending}"


def _made_from(store: Store, release: ReleaseInput, asked: Asked) -> str:
    return manifest(release.year, provenance(store, release, profile_named(asked.profile)), {}).decode()


def _number(cell: object) -> int | Decimal | None:
    if not isinstance(cell, str):
        return None
    return Decimal(cell) if "." in cell else int(cell)
