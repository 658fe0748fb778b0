"""Published figures found by what they count, whatever table and column they stand in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
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
    """The protected cells of a release (`disclosure.protect`), and the tables that declare them.

    `people`: those aged 0 to 17 by LA code and geography code, by year, that the release publishes: rates that no table
    has are worked out from them and the counts shown."""

    cells: DataFrame
    tables: tuple[Table, ...]
    people: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    def england(self, wanted: InUnit, year: int) -> Shown:
        """A figure of England; ABSENT where no table has it."""
        found = (self._england.get((cell, year)) for cell in self._places_of(wanted))
        first = next((shown for shown in found if shown is not None), ABSENT)
        if first == ABSENT and wanted.unit == RATE:
            count = self.england(InUnit(wanted.key), year)
            return _rate(count, self.people.get(year, {}).get(ENGLAND))
        return first

    def by_la(self, wanted: InUnit, year: int) -> dict[str, Shown]:
        """A figure of every LA that a table has, by LA code."""
        for cell in self._places_of(wanted):
            at = self._rows_of_las.get((*cell, year))
            if at is not None:
                rows = self._las.iloc[at]
                return dict(zip(rows["la_code"], _shown(rows), strict=True))
        if wanted.unit != RATE or year not in self.people:
            return {}
        counts = self.by_la(InUnit(wanted.key), year)
        return {la: _rate(count, self.people[year].get(la)) for la, count in counts.items()}

    def categories(self, measure: str, breakdown: str, year: int) -> list[tuple[str, InUnit]]:
        """The categories of a breakdown as the first table that has it lists them, those collected in the year: label,
        and what is counted. A group of categories (private fostering) may stand among them."""
        for table in self.tables:
            found = [
                (_label(figure), InUnit(figure.numerator))
                for figure in self._figures(table)
                if figure.indicator.unit == COUNT
                and figure.exists_in(year)
                and figure.numerator[:2] in ((measure, breakdown), (measure, f"{breakdown}_group"))
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


def _rate(count: Shown, people: int | None) -> Shown:
    """The rate per 10,000 people of a count as it is shown; why there is none, where there is none."""
    if count.number is None:
        return count._replace(unit=RATE)
    if not people:
        return Shown(None, UNAVAILABLE, RATE)
    return Shown((count.number * 10_000 / people).quantize(Decimal("0.1"), ROUND_HALF_UP), "", RATE)


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
