"""Figures that the Department published, those of 2015-16 and 2016-17 mostly as later revised: what the calibrated
England and the backtests are held against, and what a release is shown beside."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from cin_pipeline.reference.data_files import rows
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey

SUPPRESSED = "c"  # 1 to 5, or suppressed so that such a cell cannot be worked out
NOT_AVAILABLE = "x"


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
def published_la_figures(year: int) -> dict[str, dict[FigureKey, int | str]]:
    """By LA code the count of each cell published for it (tables B1, C1, D3 and D5), or SUPPRESSED or NOT_AVAILABLE.

    Published for 2016 and 2017; empty for other years."""
    figures: dict[str, dict[FigureKey, int | str]] = {}
    for row in rows("published-la-figures"):
        if row["collection_year"] == str(year):
            key = FigureKey.one(row["measure"], row["breakdown"], row["category"])
            value = row["value"]
            figures.setdefault(row["la_code"], {})[key] = int(value) if value.isdigit() else value
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
