"""What a release table is made of: the words in which `tables` declares all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from cin_pipeline.methodology.breakdowns import Breakdown
from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.methodology.children import UNKNOWN
from cin_pipeline.reference.code_sets import every_code
from cin_pipeline.reference.figure_keys import FigureKey

COUNT, PERCENT, RATE, DAYS = "count", "percent", "rate", "days"  # units
NATIONAL, REGIONAL, LOCAL_AUTHORITY = "National", "Regional", "Local authority"
ENGLAND_ONLY = (NATIONAL,)
ALL_LEVELS = (NATIONAL, REGIONAL, LOCAL_AUTHORITY)
ALL = "Total"  # the category of a filter that takes in every other
DECIMALS = {COUNT: 0, PERCENT: 1, RATE: 1, DAYS: 0}


@dataclass(frozen=True)
class Category:
    """One row of a filter: which categories of which breakdown it counts, or which measure.

    `percent_of` is the category its percentages are of; empty where there are none. `rated`: whether it has a rate."""

    code: str
    label: str
    breakdown: str = ""
    categories: tuple[str, ...] = ()
    measure: str = ""
    percent_of: str = ALL
    rated: bool = True
    years: tuple[int, int] = (0, 9999)  # first and last collection year that had it

    def exists_in(self, year: int) -> bool:
        """Whether the census could count it in a collection year."""
        first, last = self.years
        return first <= year <= last


@dataclass(frozen=True)
class Filter:
    """A column that says which part of the figure a row is of.

    `sums`: codes of a whole, then of the categories that make it up, each once."""

    name: str
    label: str
    categories: tuple[Category, ...]
    sums: tuple[tuple[str, ...], ...] = ()

    def __getitem__(self, code: str) -> Category:
        return next(category for category in self.categories if category.code == code)


@dataclass(frozen=True)
class Indicator:
    """A column of figures.

    A count counts `measure` (else that of the category), by `breakdown` and `categories` (else those of the rows). A
    percentage is of the indicators `of`: the first in percent of the second, or, where there is one alone, of itself in
    the category named by `percent_of`. A rate is `of` per 10,000 people aged 0 to 17. Days are the `quantile` of the
    working days of `measure`: the smallest whole number of days in which at least that part was done."""

    name: str
    label: str
    unit: str
    measure: str = ""
    breakdown: str = ""
    categories: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    quantile: float = 0.0

    @property
    def dp(self) -> int:
        """Decimal places it is published with."""
        return DECIMALS[self.unit]


@dataclass(frozen=True)
class Table:
    """A table of the release. `first_year` is that of the Department's series; ours has every year held from `since`,
    the first in which what it counts is collected."""

    id: str
    title: str
    description: str
    levels: tuple[str, ...]
    first_year: int
    filters: tuple[Filter, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    notes: tuple[str, ...] = ()
    since: int = 0

    def indicator(self, name: str) -> Indicator:
        """The indicator of that name."""
        return next(indicator for indicator in self.indicators if indicator.name == name)


@dataclass(frozen=True)
class Figure:
    """One figure of a table, of any place and year: what it counts, and for a percentage of what.

    `applies` is False where the table has no such figure (a percentage of nothing, a rate of what has none)."""

    table: Table
    row: tuple[Category, ...]
    indicator: Indicator
    numerator: FigureKey
    denominator: FigureKey | None = None
    applies: bool = True

    @property
    def of(self) -> str:
        """The figures it depends on, in words: `numerator / denominator`."""
        if self.indicator.unit not in (PERCENT, RATE) or not self.applies:
            return ""
        if self.indicator.unit == RATE:
            return f"{self.indicator.of[0]} / population"
        if len(self.indicator.of) > 1:
            return " / ".join(self.indicator.of)
        return f"{self.indicator.of[0]} / {self.indicator.of[0]} of {self.row[0].percent_of}"

    def exists_in(self, year: int) -> bool:
        """Whether there can be a figure in a collection year."""
        return all(category.exists_in(year) for category in self.row)


def figures_of(table: Table) -> Iterator[Figure]:
    """Every figure of a table, row by row, in the order of its filters and indicators."""
    for row in product(*(each.categories for each in table.filters)):
        for indicator in table.indicators:
            yield _figure(table, row, indicator)


def _figure(table: Table, row: tuple[Category, ...], indicator: Indicator) -> Figure:
    if indicator.unit in (COUNT, DAYS):
        return Figure(table, row, indicator, _count(indicator, row))
    numerator = table.indicator(indicator.of[0])
    counted = _count(numerator, row)
    if indicator.unit == RATE:
        return Figure(table, row, indicator, counted, applies=all(category.rated for category in row))
    if len(indicator.of) > 1:
        return Figure(table, row, indicator, counted, _count(table.indicator(indicator.of[1]), row))
    if not row[0].percent_of:
        return Figure(table, row, indicator, counted, applies=False)
    whole = (table.filters[0][row[0].percent_of], *row[1:])
    return Figure(table, row, indicator, counted, _count(numerator, whole))


def _count(indicator: Indicator, row: tuple[Category, ...]) -> FigureKey:
    """What an indicator counts in a row; of two filters the crossing, as the catalogue names it."""
    measure = indicator.measure or next(category.measure for category in row if category.measure)
    if indicator.categories:
        return FigureKey(measure, indicator.breakdown, indicator.categories)
    parts = [category for category in row if category.categories]
    if not parts:
        return FigureKey(measure)
    breakdowns = [
        indicator.breakdown if indicator.breakdown and n == 0 else part.breakdown for n, part in enumerate(parts)
    ]
    crossed = product(*(part.categories for part in parts))
    return FigureKey(measure, ":".join(breakdowns), tuple(":".join(names) for names in crossed))


@cache
def held_as(count: FigureKey) -> tuple[FigureKey, ...]:
    """The counts of the catalogue that each give this one: itself, or, of a crossing that is there only within finer
    ones (gender by age of all episodes), each of those added up over what else it is by."""
    breakdowns = MEASURES[count.measure].breakdowns
    if count.is_whole or count.breakdown in breakdowns:
        return (count,)
    return tuple(
        FigureKey(count.measure, name, tuple(map(":".join, product(_categories_of(finer), count.categories))))
        for name, finer in breakdowns.items()
        if name.endswith(f":{count.breakdown}")
    )


def _categories_of(finer: Breakdown) -> tuple[str, ...]:
    """Every category of the first item of a crossing."""
    return (*(code.code for code in every_code(finer.items[0].code_set)), UNKNOWN)
