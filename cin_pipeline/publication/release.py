"""The files of a release, made from cells as they are published."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.changes import OPEN_DATA
from cin_pipeline.publication.manifest import MANIFEST, Provenance, manifest
from cin_pipeline.publication.missing_notes import with_missing_notes
from cin_pipeline.publication.open_data import open_data_files
from cin_pipeline.publication.profiles import TIDY, People, Profile, filled
from cin_pipeline.publication.release_tables import labelled
from cin_pipeline.publication.workbook.building import release_sheets, title_of
from cin_pipeline.publication.workbook.ods import ods
from cin_pipeline.publication.workbook.xlsx import xlsx


def table_files(
    protected: DataFrame,
    year: CollectionYear,
    profile: Profile = TIDY,
    people: Mapping[int, People] = MappingProxyType({}),
    release: ReleaseInput | None = None,
) -> dict[str, bytes]:
    """The open-data files and both workbooks in the form of a profile, by path in the release.

    `protected` as `disclosure.protect` gives it; `people` by collection year; `release`: what it is made of, where
    notes say what is missing in it."""
    tables = labelled(year.ending)
    if release is not None:
        tables = with_missing_notes(tables, release)
    files = filled(profile, tables, protected, year.ending, people)
    sheets = release_sheets(files, protected, year)
    title, made = title_of(year), datetime(year.ending, 3, 31)
    return {
        **{f"{OPEN_DATA}{name}": content for name, content in open_data_files(files).items()},
        "tables.xlsx": xlsx(sheets, title=title, made=made),
        "tables.ods": ods(sheets, title=title, made=made),
    }


def with_manifest(files: Mapping[str, bytes], year: CollectionYear, provenance: Provenance) -> dict[str, bytes]:
    """The whole release: these files and the manifest that lists them."""
    return {**files, MANIFEST: manifest(year, provenance, files)}
