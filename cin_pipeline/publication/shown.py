"""Published figures found by what they count, whatever table and column they stand in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.publication.declaring import COUNT, DAYS, LOCAL_AUTHORITY, PERCENT, RATE, Figure, Table, figures_of
from cin_pipeline.publication.symbols import INAPPLICABLE, ROUNDS_TO_ZERO, SUPPRESSED, UNAVAILABLE, UNRELIABLE
from cin_pipeline.reference.authorities import ENGLAND
from cin_pipeline.reference.figure_keys import FigureKey

# In words what stands where a figure does not: the neutral symbols of `disclosure.protect`.
SYMBOLS = {
    "": "no figure",
    SUPPRESSED: "suppressed",
    UNAVAILABLE: "not available",
    INAPPLICABLE: "not applicable",
    ROUNDS_TO_ZERO: "rounds to zero",
    UNRELIABLE: "of low reliability",
}
_UNITS = {COUNT: "", PERCENT: "%", RATE: "", DAYS: ""}


class Shown(NamedTuple):
    """A figure as published: a number, or None and why."""

    number: Decimal | None
    symbol: str
    unit: str

    @property
    def text(self) -> str:
        """As people read it."""
        if self.number is None:
            return SYMBOLS.get(self.symbol, self.symbol)
        return f"{self.number:,}{_UNITS[self.unit]}"


ABSENT = Shown(None, "", COUNT)


class InUnit(NamedTuple):
    """A figure in a unit; a percentage of the measure `of`, empty: of its own. `quantile`: of days."""

    key: FigureKey
    unit: str = COUNT
    of: str = ""
    quantile: float = 0.0


def measure_in(measure: str, unit: str = COUNT, of: str = "", quantile: float = 0.0) -> InUnit:
    """A measure as a whole in a unit."""
    return InUnit(FigureKey(measure), unit, of, quantile)


class _Cell(NamedTuple):
    table: str
    filter_1_category: str
    filter_2_category: str
    indicator: str


@dataclass(frozen=True)
class Published:
    """The protected cells of a release (`disclosure.protect`), and the tables that declare them."""

    cells: DataFrame
    tables: tuple[Table, ...]

    def england(self, wanted: InUnit, year: int) -> Shown:
        """A figure of England; ABSENT where no table has it."""
        found = (self._england.get((cell, year)) for cell in self._places_of(wanted))
        return next((shown for shown in found if shown is not None), ABSENT)

    def by_la(self, wanted: InUnit, year: int) -> dict[str, Shown]:
        """A figure of every LA that a table has, by LA code."""
        for cell in self._places_of(wanted):
            at = self._rows_of_las.get((*cell, year))
            if at is not None:
                rows = self._las.iloc[at]
                return dict(zip(rows["la_code"], _shown(rows), strict=True))
        return {}

    def categories(self, measure: str, breakdown: str) -> list[tuple[str, InUnit]]:
        """The categories of a breakdown as the first table that has it lists them: label, and what is counted."""
        for table in self.tables:
            found = [
                (_label(figure), InUnit(figure.numerator))
                for figure in self._figures(table)
                if figure.indicator.unit == COUNT
                and figure.numerator[:2] == (measure, breakdown)
                and not any(category.measure for category in figure.row)  # a row of a series is no list
            ]
            if found:
                return found
        return []

    @cached_property
    def _england(self) -> dict[tuple[_Cell, int], Shown]:
        rows = self.cells[self.cells["geography_code"] == ENGLAND]
        keys = zip(rows["table"], rows["filter_1_category"], rows["filter_2_category"], rows["indicator"], strict=True)
        years = rows["collection_year"].tolist()
        return {(_Cell(*key), year): shown for key, year, shown in zip(keys, years, _shown(rows), strict=True)}

    @cached_property
    def _las(self) -> DataFrame:
        return self.cells[self.cells["geographic_level"] == LOCAL_AUTHORITY]

    @cached_property
    def _rows_of_las(self) -> dict[tuple[str | int, ...], NDArray[np.intp]]:
        indices: dict[tuple[str | int, ...], NDArray[np.intp]] = self._las.groupby(
            [*_Cell._fields, "collection_year"], sort=False
        ).indices
        return indices

    @cached_property
    def _cells_by_figure(self) -> dict[InUnit, list[_Cell]]:
        found: dict[InUnit, list[_Cell]] = {}
        for table in self.tables:
            for figure in self._figures(table):
                first, second, *_ = [*(category.code for category in figure.row), "", ""]
                cell = _Cell(table.id, first, second, figure.indicator.name)
                found.setdefault(_in_unit(figure), []).append(cell)
        return found

    def _places_of(self, wanted: InUnit) -> list[_Cell]:
        return self._cells_by_figure.get(wanted, [])

    def _figures(self, table: Table) -> Iterable[Figure]:
        return (figure for figure in figures_of(table) if figure.applies)


def _in_unit(figure: Figure) -> InUnit:
    unit, numerator = figure.indicator.unit, figure.numerator
    of = figure.denominator.measure if figure.denominator and figure.denominator.measure != numerator.measure else ""
    return InUnit(numerator, unit, of, figure.indicator.quantile if unit == DAYS else 0.0)


def _label(figure: Figure) -> str:
    """What a figure is of, within its table."""
    rows = [category.label for category in figure.row if category.categories]
    return ", ".join(rows) or figure.indicator.label


def _shown(rows: DataFrame) -> Iterator[Shown]:
    for number, symbol, unit in zip(rows["shown"], rows["symbol"], rows["unit"], strict=True):
        missing = symbol != "" or number is None or pd.isna(number)
        yield Shown(None if missing else Decimal(str(number)), symbol, unit)
