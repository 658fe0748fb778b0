"""Cells as they are published, made by hand: every table, every combination, figures that follow from their place."""

from collections.abc import Iterator
from decimal import Decimal

from pandas import DataFrame

from cin_pipeline.publication.cells import CELL_COLUMNS
from cin_pipeline.publication.declaring import COUNT, DAYS, LOCAL_AUTHORITY, NATIONAL, Figure, Table, figures_of
from cin_pipeline.publication.release_tables import TABLES
from cin_pipeline.reference.authorities import ENGLAND, every_authority

NORTH_EAST = ("Regional", "E12000001", "")
LONDON, INNER = ("Regional", "E12000007", ""), ("Regional", "E13000001", "")
PLACES = (
    (NATIONAL, ENGLAND, ""),
    NORTH_EAST,
    LONDON,
    INNER,
    *((LOCAL_AUTHORITY, every_authority()[la].new_la_code, la) for la in ("201", "202", "390")),
)


def protected(
    years: tuple[int, ...] = (2016, 2017),
    tables: tuple[Table, ...] = TABLES,
    places: tuple[tuple[str, str, str], ...] = PLACES,
) -> DataFrame:
    """Every cell; a count of an LA below 3 is suppressed, and figures of years without them are not available."""
    rows = [row for table in tables for row in _rows(table, years, places)]
    columns = [*CELL_COLUMNS, "shown", "symbol", "suppressed"]
    return DataFrame(rows, columns=columns).astype({"shown": object})


def _rows(
    table: Table, years: tuple[int, ...], places: tuple[tuple[str, str, str], ...]
) -> Iterator[tuple[object, ...]]:
    for year in (each for each in years if each >= table.since):
        for n, place in enumerate(each for each in places if each[0] in table.levels):
            for m, figure in enumerate(figures_of(table)):
                value = float((7 * m + 3 * n + year) % 50)
                yield (table.id, year, *place, *_filters(figure), *_shown(figure, year, place[0], value))


def _filters(figure: Figure) -> Iterator[str]:
    for n in range(2):
        yield figure.table.filters[n].name if n < len(figure.row) else ""
        yield figure.row[n].code if n < len(figure.row) else ""


def _shown(figure: Figure, year: int, level: str, value: float) -> tuple[object, ...]:
    indicator = figure.indicator
    about = (indicator.name, indicator.unit)
    if not figure.applies:
        return (*about, float("nan"), "not_applicable", figure.of, None, "z", "")
    if not figure.exists_in(year):
        return (*about, float("nan"), "not_available", figure.of, None, "x", "")
    if indicator.unit == COUNT and level == LOCAL_AUTHORITY and 0 < value < 3:
        return (*about, value, "known", figure.of, None, "c", "primary")
    if indicator.unit in (COUNT, DAYS):
        return (*about, value, "known", figure.of, int(value), "", "")
    return (*about, value, "known", figure.of, Decimal(str(value)), "", "")
