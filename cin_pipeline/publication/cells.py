"""The cells of all tables: what is published of each place and year, before rounding and hiding."""

from collections.abc import Mapping
from dataclasses import dataclass

from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear

CELL_COLUMNS = (
    "table",
    "collection_year",
    "geographic_level",
    "geography_code",
    "la_code",
    "filter_1",
    "filter_1_category",
    "filter_2",
    "filter_2_category",
    "indicator",
    "unit",
    "value",
    "status",
    "of",
)


@dataclass(frozen=True)
class ReleaseInput:
    """What a release is made of; frames hold the release year and any number of earlier years.

    `expected`: codes of the LAs that should have sent a return, by year. `population`: people aged 0 to 17 by LA code
    and by geography code of places, by year; LAs and places without a figure are absent."""

    year: CollectionYear
    measures: DataFrame  # columns as MEASURE_COLUMNS
    estimates: DataFrame  # columns as ESTIMATE_COLUMNS
    expected: Mapping[int, tuple[str, ...]]
    population: Mapping[int, Mapping[str, int]]


def release_cells(release: ReleaseInput) -> DataFrame:
    """Every cell of every table, columns CELL_COLUMNS, in the order of tables, years, places, rows, indicators."""
    raise NotImplementedError
