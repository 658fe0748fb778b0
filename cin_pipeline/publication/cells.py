"""The cells of all tables: what is published of each place and year, before rounding and suppressing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.doubts import Doubt
from cin_pipeline.methodology.measures import KNOWN, NOT_AVAILABLE
from cin_pipeline.methodology.practice import MissingData
from cin_pipeline.publication.declaring import ALL_LEVELS, COUNT, DAYS, PERCENT, RATE, Figure, Table, figures_of
from cin_pipeline.publication.numbers import Flags, Floats, YearNumbers, numbers_of
from cin_pipeline.publication.release_tables import TABLES
from cin_pipeline.reference.missing_data import practice_of
from cin_pipeline.reference.population import PopulationSource
from cin_pipeline.tables.columns import COLLECTION_YEAR, LA_CODE
from cin_pipeline.tables.declaring import NUMBER, TEXT, Column, TableDeclaration

# Beside what a measure of an LA may be.
ESTIMATED, NOT_APPLICABLE, LOW_RELIABILITY = "estimated", "not_applicable", "low_reliability"

CELLS = TableDeclaration(
    "release_cells",
    "A cell of a table of the release: one figure of one place and year, before rounding.",
    (
        Column("table", TEXT, "The table of the release.", values=tuple(table.id for table in TABLES)),
        COLLECTION_YEAR,
        Column("geographic_level", TEXT, "What kind of place it is.", values=ALL_LEVELS),
        Column("geography_code", TEXT, "The nine-character code of the place."),
        replace(LA_CODE, meaning="The three-digit code of the LA; empty for England and regions."),
        Column("filter_1", TEXT, "What the rows of the table are by; empty where it has none."),
        Column("filter_1_category", TEXT, "Which row."),
        Column("filter_2", TEXT, "What the rows are by besides; empty where it is nothing."),
        Column("filter_2_category", TEXT, "Which of these."),
        Column("indicator", TEXT, "What the column shows."),
        Column(
            "unit",
            TEXT,
            "What the value is of: a count, a percentage, a rate per 10,000 people aged 0 to 17, working days.",
            values=(COUNT, PERCENT, RATE, DAYS),
        ),
        Column(
            "value", NUMBER, "The figure, not rounded; missing where there is none.", "as `unit` says", nullable=True
        ),
        Column(
            "status",
            TEXT,
            "Whether it is known, holds an estimate, is of low reliability, is not available, or cannot be.",
            values=(KNOWN, ESTIMATED, LOW_RELIABILITY, NOT_AVAILABLE, NOT_APPLICABLE),
        ),
        Column("of", TEXT, "The figures it depends on, as `numerator / denominator`; empty for counts."),
    ),
    key=("table", "collection_year", "geography_code", "filter_1_category", "filter_2_category", "indicator"),
    caution="Small counts of LAs are in it: only what `protect` makes of it is published.",
)
CELL_COLUMNS = CELLS.names


@dataclass(frozen=True)
class ReleaseInput:
    """What a release is made of; frames hold the release year and any number of earlier years.

    `expected`: codes of the LAs that should have sent a return, by year. `population`: people aged 0 to 17 by LA code
    and by geography code of places, by year; LAs and places without a figure are absent. `population_sources`: where
    they are from, by year. `missing`: what was done about missing data, by year. `low_reliability`: year, LA and
    measure of figures that count in England and are not shown of the LA itself [A71]; not of an LA whose figures are
    carried forward. `doubts`: the current returns in doubt, of all its years."""

    year: CollectionYear
    measures: DataFrame  # columns as MEASURE_COLUMNS
    estimates: DataFrame  # columns as ESTIMATE_COLUMNS
    expected: Mapping[int, tuple[str, ...]]
    population: Mapping[int, Mapping[str, int]]
    population_sources: Mapping[int, PopulationSource] = field(default_factory=dict)
    missing: Mapping[int, MissingData] = field(default_factory=dict)
    low_reliability: frozenset[tuple[int, str, str]] = frozenset()
    doubts: tuple[Doubt, ...] = ()

    def missing_in(self, year: int) -> MissingData:
        """What was done about missing data in a year: where nothing is known of it, the practice of the year."""
        return self.missing.get(year, MissingData(year, practice_of(year)))

    @property
    def years(self) -> tuple[int, ...]:
        """The collection years held, the release year the last, whether or not anything was returned for it."""
        return tuple(sorted({self.year.ending, *(year for year in self.expected if year <= self.year.ending)}))


def release_cells(release: ReleaseInput) -> DataFrame:
    """Every cell of every table, columns CELL_COLUMNS, in the order of tables, years, places, rows, indicators.

    `value` is unrounded, empty where there is none; a place none of whose LAs is expected has nothing that applies."""
    by_table: dict[str, list[DataFrame]] = {table.id: [] for table in TABLES}
    for year in release.years:
        expected, population = release.expected.get(year, ()), release.population.get(year, {})
        numbers = numbers_of(year, release.measures, release.estimates, expected, population)
        unreliable = _unreliable(release, numbers)
        for table in TABLES:
            if year >= table.since and (figures := _figures_held(table, release.years)):
                by_table[table.id].append(_block(table, figures, numbers, unreliable))
    blocks = [block for found in by_table.values() for block in found]
    return pd.concat(blocks, ignore_index=True)[list(CELL_COLUMNS)]


def _figures_held(table: Table, years: tuple[int, ...]) -> list[Figure]:
    """The figures of a table without the rows that no year held could have."""
    return [
        figure
        for figure in figures_of(table)
        if any(all(category.exists_in(year) for category in figure.row) for year in years)
    ]


def _unreliable(release: ReleaseInput, numbers: YearNumbers) -> dict[str, Flags]:
    """By measure, of which LAs its figures are of low reliability, in the rows of places."""
    las = numbers.places["la_code"].to_numpy()
    of_year = [(la, measure) for year, la, measure in release.low_reliability if year == numbers.year]
    return {name: np.isin(las, [la for la, each in of_year if each == name]) for name in {name for _, name in of_year}}


def _block(table: Table, figures: list[Figure], numbers: YearNumbers, unreliable: Mapping[str, Flags]) -> DataFrame:
    """The cells of a table and year: places, and in each the figures in their order."""
    places = numbers.places[numbers.places["geographic_level"].isin(table.levels)]
    found = [_of_figure(figure, numbers, unreliable, places.index.to_numpy()) for figure in figures]
    block = places.loc[places.index.repeat(len(figures))].reset_index(drop=True)
    times = len(places)
    block = block.assign(
        table=table.id,
        collection_year=numbers.year,
        indicator=[figure.indicator.name for figure in figures] * times,
        unit=[figure.indicator.unit for figure in figures] * times,
        of=[figure.of for figure in figures] * times,
        value=np.stack([value for value, _ in found], axis=1).ravel(),
        status=np.stack([status for _, status in found], axis=1).ravel(),
    )
    for n in (0, 1):
        has = n < len(table.filters)
        block[f"filter_{n + 1}"] = table.filters[n].name if has else ""
        block[f"filter_{n + 1}_category"] = [figure.row[n].code if has else "" for figure in figures] * times
    return block


def _of_figure(
    figure: Figure, numbers: YearNumbers, unreliable: Mapping[str, Flags], places: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.object_]]:
    """Value and status of a figure in some places."""
    if not figure.applies or not figure.exists_in(numbers.year):
        never = numbers.nothing_expected | (not figure.applies)
        without = np.where(never, NOT_APPLICABLE, NOT_AVAILABLE).astype(object)
        return np.full(len(places), np.nan), without[places]
    if figure.indicator.unit == DAYS:
        value, estimated, none = numbers.quantile(figure.numerator.measure, figure.indicator.quantile)
    else:
        value, estimated = numbers.count(figure.numerator)
        none = np.zeros(len(value), dtype=bool)
    if figure.denominator is not None:
        whole, whole_estimated = numbers.count(figure.denominator)
        none = (whole == 0) & (value == 0)
        value = _divided(100 * value, whole)
        estimated = estimated | whole_estimated
    elif figure.indicator.unit == RATE:
        value = _divided(10_000 * numbers.as_rated(value), numbers.people)
    none = none | numbers.nothing_expected
    status = np.select([none, np.isnan(value), estimated], [NOT_APPLICABLE, NOT_AVAILABLE, ESTIMATED], KNOWN)
    value = np.where((status == KNOWN) | (status == ESTIMATED), value, np.nan)
    status = status.astype(object)
    for count in filter(None, (figure.numerator, figure.denominator)):
        if count.measure in unreliable:
            status[unreliable[count.measure] & (status == KNOWN)] = LOW_RELIABILITY
    return value[places], status[places]


def _divided(part: Floats, whole: Floats) -> Floats:
    """Quotients, empty where the whole is 0 or empty. Exact wholes give the float nearest to the true quotient."""
    quotient: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return quotient
