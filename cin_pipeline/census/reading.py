"""From the bytes of a file to a return as sent: its header and its linked tables.

The document comes in pieces (`pieces`); of each the structure is proved by a look-up per tag, and its values are added
to the columns as numbers. Where the proof fails, the faults are collected in a reading of their own (`faults`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import compress

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.census.bounds import BOUNDS, beyond
from cin_pipeline.census.faults import structure_faults
from cin_pipeline.census.header import Header, beginning
from cin_pipeline.census.pieces import Piece, pieces
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.specification import RECORD_NUMBER, Table, tables
from cin_pipeline.census.structure import Structure, Tags, structure
from cin_pipeline.census.text import MAX_BYTES, xml_document
from cin_pipeline.census.xml import WHITE_SPACE

_Integers = NDArray[np.int64]


@dataclass(frozen=True)
class SentReturn:
    """A return as sent: its header, an empty one where it has none, and its records."""

    header: Header
    tables: ReturnTables


def read_return(data: bytes, year: int, max_bytes: int = MAX_BYTES) -> SentReturn:
    """A return of the collection year `year`, every value as the text that was sent.

    Item columns are categories of text (missing: absent, or empty without white space); `has_<Group>` tells whether
    a record holds a group that is expected in it, or that means something when empty (Reviews). Raises ReturnRejected
    where the file is not well-formed XML or goes beyond a bound; StructureFaults, which is one, where an element is
    unknown, out of order, wrongly nested or repeated against the specification of `year`."""
    document = xml_document(data, max_bytes)
    begins = beginning(document)
    found = _Tables(year, BOUNDS.records_in(len(document)))
    for piece in pieces(document, structure(year), begins.header.namespace):
        if not found.add(piece):
            raise structure_faults(document, year, begins.header.namespace)
    return SentReturn(begins.header, found.tables())


@cache
def nothing_sent(year: int) -> ReturnTables:
    """The tables of a return of `year` that holds nothing, as they are read."""
    return read_return(b"<Message><Children></Children></Message>", year).tables


class _Numbered(dict[str, int]):
    """Texts by the number they were first met under, so that each is held once."""

    def __missing__(self, text: str) -> int:
        return self.setdefault(text, len(self))


class _Column:
    """An item's values: for each that was sent the record it belongs to, and the number of its text."""

    def __init__(self) -> None:
        self._records: list[NDArray[np.int32]] = []
        self._values: list[NDArray[np.int32]] = []

    def add(self, records: _Integers, values: NDArray[np.int32]) -> None:
        self._records.append(records.astype(np.int32))
        self._values.append(values)

    def categories(self, count: int, texts: NDArray[np.object_]) -> pd.Categorical:
        """The column of `count` records, texts in their order as categories."""
        numbers = np.full(count, -1, dtype=np.int32)
        for records, values in zip(self._records, self._values, strict=True):
            numbers[records] = values
        self._records, self._values = [], []
        met = np.zeros(len(texts) + 1, dtype=bool)
        met[numbers] = True
        different = np.flatnonzero(met[:-1])
        words = texts[different]
        order = np.argsort(words, kind="stable")
        code = np.full(len(texts) + 1, -1, dtype=np.int32)
        code[different[order]] = np.arange(len(order))
        return pd.Categorical.from_codes(code[numbers], categories=pd.Index(words[order]))


class _Tables:
    """Linked tables, made piece by piece.

    Correct because the structure is proved: the record an element belongs to is the last one begun before it."""

    def __init__(self, year: int, most_records: int) -> None:
        self._most_records = most_records
        self._structure: Structure = structure(year)
        self._specifications = {name: table for name, table in tables(year).items() if name in self._structure.records}
        self._all = tables(year)
        self._before = self._structure.nothing
        self._texts = _Numbered()
        self._counts = dict.fromkeys(self._all, 0)
        self._lines: dict[str, list[_Integers]] = {name: [] for name in self._all}
        self._parents: dict[str, list[NDArray[np.int32]]] = {name: [] for name in self._all}
        self._columns = {key: _Column() for key in self._structure.items}
        self._groups: dict[tuple[str, str], list[_Integers]] = {
            (name, group): []
            for name, table in self._all.items()
            for group in (*table.required_groups, *table.noted_groups)
        }

    def add(self, piece: Piece) -> bool:
        """Adds the records and values of the next piece; False where it is not structured as specified."""
        known = self._structure
        tags = known.placed(piece.tags, self._before)
        if not (piece.attributes_fit and known.allowed(tags, self._before)):
            return False
        is_value = known.holds_text[tags[piece.at - 1]] & (piece.at > 0)
        if "".join(compress(piece.texts, ~is_value)).strip(WHITE_SPACE):
            return False
        self._before = int(tags[-1])
        values = np.full(len(tags), -1, dtype=np.int32)
        values[piece.at[is_value] - 1] = np.fromiter(
            map(self._texts.__getitem__, compress(piece.texts, is_value)), dtype=np.int32, count=int(is_value.sum())
        )
        self._add(_Where(tags, known.nothing), piece.lines, values)
        return True

    def _add(self, where: "_Where", lines: _Integers, values: NDArray[np.int32]) -> None:
        known = self._structure
        records = {name: where.of(start) for name, start in known.records.items()}
        for name, table in self._specifications.items():
            at = records[name]
            if len(at):
                self._lines[name].append(lines[at])
            if table.parent and len(at):
                above = self._counts[table.parent] + np.searchsorted(records[table.parent], at)
                self._parents[name].append(above.astype(np.int32))
        for (name, column), start in known.items.items():
            at = where.of(start)
            at = at[values[at] >= 0]
            if len(at):
                self._columns[name, column].add(self._record(name, records, at), values[at])
        for (name, group), found in self._groups.items():
            if name in records and len(at := where.of(known.groups[name, group])):
                found.append(self._record(name, records, at))
        begun = np.sort(np.concatenate(list(records.values())))
        for bound, most, so_far, at in (
            ("children", BOUNDS.children, self._counts["children"], records["children"]),
            ("records", self._most_records, sum(self._counts.values()), begun),
        ):
            if so_far + len(at) > most:
                raise beyond(bound, most, int(lines[at[most - so_far]]))
        for name, at in records.items():
            self._counts[name] += len(at)

    def _record(self, table: str, records: dict[str, _Integers], at: _Integers) -> _Integers:
        """The position in a table of the record begun last before (or at) some tags."""
        begun: _Integers = np.searchsorted(records[table], at, side="right")
        return self._counts[table] - 1 + begun

    def tables(self) -> ReturnTables:
        """The tables, once every piece was added."""
        texts = np.array([*self._texts], dtype=object)
        self._texts = _Numbered()
        return ReturnTables(**{name: self._table(table, texts) for name, table in self._all.items()})

    def _table(self, table: Table, texts: NDArray[np.object_]) -> DataFrame:
        name, count = table.name, self._counts[table.name]
        columns: dict[str, object] = {}
        if table.parent:
            columns[RECORD_NUMBER[table.parent]] = _whole(self._parents.pop(name))
        columns["line"] = _whole(self._lines.pop(name))
        for group in (*table.required_groups, *table.noted_groups):
            present = np.zeros(count, dtype=bool)
            present[_whole(self._groups.pop((name, group)))] = True
            columns[f"has_{group}"] = present
        for item in table.items:
            columns[item.column] = self._columns[name, item.column].categories(count, texts)
        return DataFrame(columns, index=pd.RangeIndex(1, count + 1, name=table.number))


class _Where:
    """Where each tag stands in a piece."""

    def __init__(self, tags: Tags, highest: int) -> None:
        self._order = np.argsort(tags, kind="stable")
        self._bounds = np.searchsorted(tags[self._order], np.arange(highest + 2))

    def of(self, tag: int) -> _Integers:
        """The places of a tag, ascending."""
        return self._order[self._bounds[tag] : self._bounds[tag + 1]]


def _whole(parts: Iterable[NDArray[np.integer]]) -> _Integers:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts]).astype(np.int64)
