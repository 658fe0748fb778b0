"""Figures that the Department published: what the calibrated England and the backtests are held against, and what a
release is shown beside.

The tables themselves (`published_table`) are of the open data, 2013 to 2024 (some to 2025): one revised series of
all LAs, regions and England. Of the single figures all kinds are of 2015-16 and 2016-17, most as later revised; the
series of some go from 2013 to 2025.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from cin_pipeline.reference.data_files import rows
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey
from cin_pipeline.reference.published_columns import count_columns

SUPPRESSED = "c"  # 1 to 5, or suppressed so that such a cell cannot be worked out

NATIONAL, REGIONAL, LOCAL = "N", "R", "L"  # geographic levels of the published tables
# The published tables, by their letters; those beside the first seven have a row for each place and year.
ENGLAND_TABLES = ("a1", "a2", "a3", "a4", "a5", "a6", "a7")
PLACE_TABLES = (
    *("b1", "b2", "b3", "b4", "b5", "b6", "b7"),
    *("c1", "c2", "c3", "c4", "c5", "c6"),
    *("d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"),
)


@dataclass(frozen=True)
class EnglandFigure:
    """A figure of England as published, and what it is of.

    `unit` is count (rounded to 10), percent of the total of the measure `of`, rate per 10,000 of `population`, or
    median (of the categories, whole numbers; the key names none)."""

    key: FigureKey
    unit: str
    value: Decimal
    of: str
    population: int | None
    series: str  # revised, or first published

    @property
    def named(self) -> str:
        """What it is, in words."""
        measure, breakdown, categories = self.key
        parts = [measure, *([] if self.key.is_whole else [breakdown, "+".join(categories)])]
        return " ".join(filter(None, parts))


@cache
def published_rows(table: str) -> tuple[dict[str, str], ...]:
    """The rows of a published table, A1 to D8 by its letters in small ones, or `headline`: cells as published, by the
    columns of the Department's file, in its order, symbols among them.

    `year` is the collection year. Tables by place have `level` (NATIONAL, REGIONAL, LOCAL) and `code` (of the place,
    of LAs the three digits); no rate is in B1, C1 and C4, whose figures are of the release of 2025."""
    return tuple(rows(f"published-tables/{table}"))


@cache
def published_table(table: str, year: int) -> dict[tuple[str, str], dict[str, str]]:
    """The cells of a table by place in a collection year, by geographic level and code: by column as published.

    Empty for a year without. Raises ValueError for a table that is not one of PLACE_TABLES."""
    if table not in PLACE_TABLES:
        raise ValueError(f"{table} is no table by place; one of {', '.join(PLACE_TABLES)} was expected")
    return _by_year(table).get(str(year), {})


@cache
def _by_year(table: str) -> dict[str, dict[tuple[str, str], dict[str, str]]]:
    found: dict[str, dict[tuple[str, str], dict[str, str]]] = {}
    for row in published_rows(table):
        cells = dict(row)
        year, level, code = (cells.pop(name) for name in ("year", "level", "code"))
        found.setdefault(year, {})[level, code] = cells
    return found


@cache
def published_la_figures(year: int) -> dict[str, dict[FigureKey, int | str]]:
    """By LA code the count of each cell published for it (tables B1 to D8), or the symbol in its place.

    Published for 2013 to 2024, in part for 2025; empty for other years."""
    return _figures(year, (LOCAL,))


@cache
def published_place_figures(year: int) -> dict[str, dict[FigureKey, int | str]]:
    """The same for England and the regions by geography code, counts rounded to 10."""
    return _figures(year, (NATIONAL, REGIONAL))


def _figures(year: int, levels: tuple[str, ...]) -> dict[str, dict[FigureKey, int | str]]:
    figures: dict[str, dict[FigureKey, int | str]] = {}
    for table in PLACE_TABLES:
        columns = count_columns(table, year)
        for (level, code), cells in published_table(table, year).items():
            if level in levels:
                row = figures.setdefault(code, {})
                for column, key in columns.items():
                    # Of several tables with a count the first: those after it hold it beside its categories.
                    row.setdefault(key, int(cells[column]) if cells[column].isdigit() else cells[column])
    return figures


@cache
def published_england_figures(year: int) -> tuple[EnglandFigure, ...]:
    """England's figures, those that were found: all kinds for 2016 and 2017, the series of tables B1 and C1 for 2013 to
    2025, none for other years."""
    return tuple(
        EnglandFigure(
            key=FigureKey(row["measure"], row["breakdown"], tuple(row["categories"].split())),
            unit=row["unit"],
            value=Decimal(row["value"]),
            of=row["of"] or row["measure"],
            population=int(row["population"]) if row["population"] else None,
            series=row["series"],
        )
        for row in rows("published-england-figures")
        if row["collection_year"] == str(year)
    )


@cache
def published_england_series() -> dict[str, dict[int, int]]:
    """By measure England's published count in each collection year, rounded to 10, as later revised: 2013 to 2025 for
    the measures of tables B1 and C1."""
    series: dict[str, dict[int, int]] = {}
    for row in rows("published-england-figures"):
        if (row["breakdown"], row["unit"], row["series"]) == (TOTAL, "count", "revised"):
            series.setdefault(row["measure"], {})[int(row["collection_year"])] = int(row["value"])
    return {measure: dict(sorted(by_year.items())) for measure, by_year in series.items()}
