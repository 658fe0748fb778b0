"""Tables of coded columns as the text of a return, laid out as the specification of the data items says.

Works on whole columns: every value of an item becomes its line of XML by a look-up, and the lines of a record are
joined once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.census.specification import Group, Item, message

_INDENT = "  "


class Vocabulary:
    """The values that a column takes. Keeps the line of XML of each value once it has been asked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._lines: dict[tuple[str, int], NDArray[np.object_]] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def lines(self, element: str, depth: int) -> NDArray[np.object_]:
        """The element with each value, then with none: an empty text, at position -1."""
        key = (element, depth)
        if key not in self._lines:
            before, after = f"{_INDENT * depth}<{element}>", f"</{element}>\n"
            lines = np.array([*(before + text + after if text else "" for text in self._texts), ""], dtype=object)
            self._lines[key] = lines
        return self._lines[key]


@dataclass(frozen=True)
class Column:
    """The values of one item: for each record the position in a vocabulary, -1 where the item is left out."""

    positions: NDArray[np.int64]
    vocabulary: Vocabulary

    def lines(self, element: str, depth: int) -> list[str]:
        """The line of XML of each record."""
        lines: list[str] = self.vocabulary.lines(element, depth)[self.positions].tolist()
        return lines


@dataclass(frozen=True)
class TableRecords:
    """The records of one table. `parent` is the position of each one's parent record, in order."""

    columns: Mapping[str, Column]
    parent: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())).positions)


def return_text(year: int, header: Mapping[str, str], tables: Mapping[str, TableRecords]) -> str:
    """A return of the collection year `year`: the header's values by column name, and its tables by name."""
    columns = {name: Column(np.zeros(1, dtype=np.int64), Vocabulary([value])) for name, value in header.items()}
    # A single record holds the whole message; the children belong to it.
    tables = {
        **tables,
        "children": TableRecords(tables["children"].columns, np.zeros(len(tables["children"]), np.int64)),
    }
    (text,) = _group(message(year), TableRecords(columns), 1, tables, depth=0)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + text


def _group(
    group: Group, records: TableRecords, count: int, tables: Mapping[str, TableRecords], depth: int
) -> list[str]:
    """The text of a group for each of `count` records; empty where nothing is in it."""
    parts = [part for member in group.members if (part := _member(member, records, count, tables, depth + 1))]
    if not parts:
        return []
    start, end = f"{_INDENT * depth}<{group.element}>\n", f"{_INDENT * depth}</{group.element}>\n"
    contents = map("".join, zip(*parts, strict=True)) if len(parts) > 1 else parts[0]
    return [f"{start}{content}{end}" if content else "" for content in contents]


def _member(
    member: Group | Item, records: TableRecords, count: int, tables: Mapping[str, TableRecords], depth: int
) -> list[str]:
    """The text of a member of a group for each of `count` records; nothing where no record has it."""
    if not member.table:
        if isinstance(member, Group):
            return _group(member, records, count, tables, depth)
        column = records.columns.get(member.column)
        return column.lines(member.element, depth) if column else []
    inner = tables.get(member.table)
    if inner is None:
        return []
    if isinstance(member, Group):
        texts = _group(member, inner, len(inner), tables, depth)
    else:
        texts = inner.columns[member.column].lines(member.element, depth)
    return _by_parent(texts, inner.parent, count)


def _by_parent(texts: list[str], parent: NDArray[np.int64], count: int) -> list[str]:
    """The texts of child records joined for each of `count` parents."""
    bounds = np.searchsorted(parent, np.arange(count + 1)).tolist()
    return ["".join(texts[first:last]) for first, last in pairwise(bounds)]
