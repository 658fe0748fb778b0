"""The values that a hit is about: of the fields its rule looks at, as sent.

They are the hit record's own, those of the records it belongs to, and those of the first ten records named with the
hit in a table; where none is named in any other table, those of the first ten beside or below it. White space round a
value is left out, as everywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pandas import DataFrame

from cin_pipeline.census.specification import tables
from cin_pipeline.census.text import visible
from cin_pipeline.validation.hits import MOST_NAMED_BESIDE, first_of_each
from cin_pipeline.validation.inputs import Positions, Records, RuleInput, Texts
from cin_pipeline.validation.results import RuleResults

_HEADER_ITEMS = {
    "Header.Collection": "collection",
    "Header.Year": "year",
    "Header.ReferenceDate": "reference_date",
    "Header.LEA": "la_code",
}


class Value(NamedTuple):
    """One value of one hit. `table`, `record` and `line` say where it stands, unless that is the hit's own record;
    record 0: there is no record of that table."""

    field: str
    text: str  # empty where the value is missing
    table: str = ""
    record: int = 0
    line: int = 0


@dataclass(frozen=True)
class _Column:
    records: Records
    name: str  # empty: not a column, but the records themselves

    @property
    def texts(self) -> Texts:
        """As sent; of the records themselves, that they were."""
        return self.records.text(self.name) if self.name else Texts(np.zeros(self.records.count, np.int32), ("sent",))


@dataclass(frozen=True)
class _Alike:
    """Issues in one table about the same fields: their numbers, their records' positions, the records named."""

    own: Records | None  # None: the return as a whole
    issues: Positions
    at: Positions
    named: DataFrame


def hit_values(sent: RuleInput, results: RuleResults) -> list[list[Value]]:
    """The values of every issue, in the order of `results.issues`."""
    found: list[list[Value]] = [[] for _ in range(len(results.issues))]
    columns = _columns_by_field(sent)
    issues = results.issues
    for (table, fields), at in issues.groupby(["table", "fields"], sort=False).indices.items():
        records = issues["record"].to_numpy(dtype=np.int64, na_value=0)[at]
        named = results.named[results.named["issue"].isin(at)]
        alike = _Alike(sent.tables.get(str(table)), at, records - 1, named)
        for field in str(fields).split(", "):
            if field in _HEADER_ITEMS:
                for issue in at:
                    found[issue].append(Value(field, visible(getattr(sent.header, _HEADER_ITEMS[field]))))
            for column in columns.get(field, ()):
                for issue, value in _values(field, column, alike):
                    if value not in found[issue]:
                        found[issue].append(value)
    return found


def _values(field: str, column: _Column, alike: _Alike) -> Iterator[tuple[int, Value]]:
    """Issue number and value for each record of the column's table that has to do with one of the issues."""
    records, own = column.records, alike.own
    if own is records:
        yield from _read(field, column, alike.issues, alike.at, is_own=True)
    elif own is not None and records in _lineage(own):
        yield from _read(field, column, alike.issues, own.up(records)[alike.at])
    elif own is not None:
        yield from _nearby(field, column, alike, own)
    beside = alike.named[alike.named["table"] == records.name].groupby("issue").head(MOST_NAMED_BESIDE)
    yield from _read(field, column, beside["issue"].to_numpy(), beside["record"].to_numpy(dtype=np.int64) - 1)


def _nearby(field: str, column: _Column, alike: _Alike, own: Records) -> Iterator[tuple[int, Value]]:
    """The values of records beside or below the hit, where none is named elsewhere; or that there is none at all."""
    lineage = list(_lineage(own))
    shared = next(each for each in _lineage(column.records) if each in lineage)
    wanted = alike.at if own is shared else own.up(shared)[alike.at]
    hit, found = first_of_each(wanted, column.records.up(shared))
    elsewhere = alike.named[~alike.named["table"].isin([each.name for each in lineage])]["issue"]
    unnamed = ~np.isin(alike.issues, elsewhere)
    yield from _read(field, column, alike.issues[hit][unnamed[hit]], found[unnamed[hit]])
    none = unnamed | (own is shared)
    none[hit] = False
    yield from ((issue, Value(field, "", column.records.name)) for issue in alike.issues[none].tolist())


def _read(
    field: str, column: _Column, issues: Positions, positions: Positions, is_own: bool = False
) -> Iterator[tuple[int, Value]]:
    sent = column.texts
    shown = [*(visible(text) for text in sent.different), ""]
    texts = sent.numbers[positions].tolist()
    lines = column.records.line[positions].tolist()
    for issue, text, position, line in zip(issues.tolist(), texts, positions.tolist(), lines, strict=True):
        where = () if is_own else (column.records.name, position + 1, line)
        yield issue, Value(field, shown[text], *where)


def _lineage(records: Records) -> Iterator[Records]:
    """A table and those above it."""
    above: Records | None = records
    while above is not None:
        yield above
        above = above.parent


def _columns_by_field(sent: RuleInput) -> dict[str, list[_Column]]:
    """The columns that a field names: by its element, or by its group's and its own where one name stands in two; and
    the records that one names by their group."""
    found: dict[str, list[_Column]] = {}
    for name, table in tables(sent.year).items():
        if all(item.element != table.element for item in table.items):
            found.setdefault(table.element, []).append(_Column(sent.tables[name], ""))
        for item in table.items:
            column = _Column(sent.tables[name], item.column)
            for field in (item.element, f"{table.element}.{item.element}"):
                found.setdefault(field, []).append(column)
    return found
