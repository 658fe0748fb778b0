"""Figures of the 2016-17 release as later revised, which the calibrated England and the backtests are held against."""

from functools import cache
from typing import NamedTuple

from cin_pipeline.reference.tables import rows

HIDDEN = "c"  # 1 to 5, or hidden so that such a cell cannot be worked out
NOT_AVAILABLE = "x"


class Cell(NamedTuple):
    """A measure, with a breakdown and one of its categories or `total` and `total`."""

    measure: str
    breakdown: str = "total"
    category: str = "total"


@cache
def published_la_figures(year: int) -> dict[str, dict[Cell, int | str]]:
    """By LA code the count of each cell published for it (tables B1, C1, D3 and D5), or HIDDEN or NOT_AVAILABLE.

    Published for 2016 and 2017; empty for other years."""
    figures: dict[str, dict[Cell, int | str]] = {}
    for row in rows("published-la-figures"):
        if row["collection_year"] == str(year):
            cell = Cell(row["measure"], row["breakdown"], row["category"])
            value = row["value"]
            figures.setdefault(row["la_code"], {})[cell] = int(value) if value.isdigit() else value
    return figures
