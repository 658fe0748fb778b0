"""What a release profile is made of: its files, their columns and rows, what is known of them and what assumed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

POPULATION = "population"  # the file that has people and no figure of a table


class Cell(NamedTuple):
    """Which cells of a place and year: table, categories of its filters, indicator."""

    table: str
    filter_1_category: str
    filter_2_category: str
    indicator: str


class Column(NamedTuple):
    """A column of figures: those of an indicator of a table in a category of its filter; empty where the rows of the
    file are by it, or the table has none."""

    name: str
    label: str
    table: str
    indicator: str
    category: str


class Row(NamedTuple):
    """A row of each place and year: what stands in its columns of words, and the category of the table it is of."""

    words: tuple[str, ...]
    code: str


@dataclass(frozen=True)
class File:
    """A file of a release. `id`: of the table it is made from, or `headline` or `population`; `stem`: its name without
    the years. `rows_by`: which filter of the table its rows are by, 0 where it has one row for a place and year.
    `filters`: the columns of words that are described as filters, the last of them grouped by `grouping`."""

    id: str
    stem: str
    title: str
    first_year: int
    words: tuple[str, ...]
    filters: tuple[str, ...]
    grouping: str
    rows_by: int
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables its figures are of."""
        return tuple(dict.fromkeys(column.table for column in self.columns))

    def cell(self, row: Row, column: Column) -> Cell:
        """Which cell stands in a row and column."""
        first, second = (row.code, column.category) if self.rows_by == 1 else (column.category, row.code)
        return Cell(column.table, first, second, column.indicator)


class Assumption(NamedTuple):
    """What is not known of some files of a profile, and what was taken for it."""

    files: tuple[str, ...]
    what: str
    taken: str

    def __str__(self) -> str:
        return f"{', '.join(self.files)}: {self.what} ({self.taken})"


@dataclass(frozen=True)
class Profile:
    """What the files of a release are, and how figures stand in them.

    `files`: empty for our own long form, which has every figure. `vintage`: of the population that rates are per 10,000
    of; None: that which the release year is estimated with. `symbols`: what stands for each of ours."""

    name: str
    vintage: int | None = None
    files: tuple[File, ...] = ()
    symbols: Mapping[str, str] = field(default_factory=dict, hash=False)
    assumed: tuple[Assumption, ...] = ()

    @property
    def is_tidy(self) -> bool:
        """Whether it is our own long form."""
        return not self.files

    @property
    def has_population(self) -> bool:
        """Whether the people that its rates are of are a file of it."""
        return any(file.id == POPULATION for file in self.files)

    def first_years(self) -> dict[Cell, int]:
        """Every cell that stands in a file, and the first collection year it is shown of."""
        found: dict[Cell, int] = {}
        for file in self.files:
            for row in file.rows:
                for column in file.columns if file.id != POPULATION else ():
                    cell = file.cell(row, column)
                    found[cell] = min(file.first_year, found.get(cell, file.first_year))
        return found
