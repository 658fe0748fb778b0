"""What a sheet of the workbook is, whatever format it is written in."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TypeAlias

PLAIN, COUNT, ONE_DECIMAL = "plain", "count", "one decimal"  # how numbers of a column are shown
LINE = 15  # points that a line of text is high
_BOLD = 1.15  # how much wider bold letters are


@dataclass(frozen=True)
class Link:
    """A text that leads to the first cell of another sheet."""

    text: str
    sheet: str

    def __str__(self) -> str:
        return self.text


Cell: TypeAlias = str | int | Decimal | Link


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its width in characters, how its numbers are shown, whether text is wrapped."""

    heading: str
    width: int
    shown: str = PLAIN
    wrapped: bool = False


@dataclass(frozen=True)
class Sheet:
    """Lines of text in column A, the first of them the title, then at most one table, without a blank row between.

    `table` names the table; it has the columns' headings as its one header row. A sheet without a table has one column
    for its lines. `line_width`: characters of that column."""

    name: str
    lines: tuple[str | Link, ...]
    table: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    line_width: int = 80

    @property
    def header_row(self) -> int:
        """Number of rows above the table's header."""
        return len(self.lines)

    def height(self, row: tuple[Cell, ...]) -> int:
        """How many lines a row of the table needs."""
        wrapped = (cell for cell, column in zip(row, self.columns, strict=True) if column.wrapped)
        widths = (column.width for column in self.columns if column.wrapped)
        return max(map(_lines, wrapped, widths), default=1)

    @property
    def header_height(self) -> int:
        """How many lines the header needs."""
        return max(_lines(column.heading, column.width / _BOLD) for column in self.columns)

    def line_height(self, line: str | Link) -> int:
        """How many lines a text above a table needs, which runs on to the right, or one on a sheet without a table."""
        return 1 if self.columns else _lines(line, self.line_width)


def column_letters(number: int) -> str:
    """The name of a column counted from 0: A, B, ... Z, AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@cache
def _lines(text: Cell, width: float) -> int:
    """Lines that a text is broken into at words, within a width in characters."""
    lines, used = 1, 0
    for word in str(text).split():
        if used and used + 1 + len(word) > width:
            lines, used = lines + 1, 0
        used += len(word) + (1 if used else 0)
    return lines
