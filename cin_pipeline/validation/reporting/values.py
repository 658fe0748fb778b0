"""The values that a hit is about: of the fields its rule looks at, in the records it concerns, as sent.

They are the hit record's own, those of the records it belongs to, and those of the records named with the hit.
White space round a value is left out, as everywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pandas import DataFrame

from cin_pipeline.census.specification import tables
from cin_pipeline.census.text import visible
from cin_pipeline.validation.inputs import Positions, Records, RuleInput
from cin_pipeline.validation.results import RuleResults

_HEADER_ITEMS = {"Header.Year": "year", "Header.ReferenceDate": "reference_date", "Header.LEA": "la_code"}


class Value(NamedTuple):
    """One value of one hit. `table`, `record` and `line` say where it stands, unless that is the hit's own record."""

    field: str
    text: str  # empty where the value is missing
    table: str = ""
    record: int = 0
    line: int = 0


@dataclass(frozen=True)
class _Column:
    records: Records
    name: str


def hit_values(sent: RuleInput, results: RuleResults) -> list[list[Value]]:
    """The values of every issue, in the order of `results.issues`."""
    found: list[list[Value]] = [[] for _ in range(len(results.issues))]
    columns = _columns_by_field(sent)
    issues = results.issues
    for (table, fields), at in issues.groupby(["table", "fields"], sort=False).indices.items():
        own = sent.tables.get(str(table))
        own_at = issues["record"].to_numpy(dtype=np.int64, na_value=0)[at] - 1
        named = results.named[results.named["issue"].isin(at)]
        for field in str(fields).split(", "):
            if field in _HEADER_ITEMS:
                for n in at:
                    found[n].append(Value(field, visible(getattr(sent.header, _HEADER_ITEMS[field]))))
            for column in columns.get(field, ()):
                for issue, value in _values(field, column, own, at, own_at, named):
                    if value not in found[issue]:
                        found[issue].append(value)
    return found


def _values(
    field: str, column: _Column, own: Records | None, at: Positions, own_at: Positions, named: DataFrame
) -> Iterator[tuple[int, Value]]:
    """Issue number and value for each record of the column's table that has to do with one of the issues."""
    records = column.records
    if own is not None and (position := _own_or_above(own, records, own_at)) is not None:
        yield from _read(field, column, at, position, is_own=records is own)
    beside = named[named["table"] == records.name]
    if len(beside):
        positions = beside["record"].to_numpy(dtype=np.int64) - 1
        yield from _read(field, column, beside["issue"].to_numpy(), positions, is_own=False)


def _own_or_above(own: Records, records: Records, own_at: Positions) -> Positions | None:
    if records is own:
        return own_at
    above = own.parent
    while above is not None and above is not records:
        above = above.parent
    return None if above is None else own.up(records)[own_at]


def _read(
    field: str, column: _Column, issues: Positions, positions: Positions, is_own: bool
) -> Iterator[tuple[int, Value]]:
    sent = column.records.text(column.name)
    shown = [*(visible(text) for text in sent.different), ""]
    texts = sent.numbers[positions].tolist()
    lines = column.records.line[positions].tolist()
    for issue, text, position, line in zip(issues.tolist(), texts, positions.tolist(), lines, strict=True):
        where = () if is_own else (column.records.name, position + 1, line)
        yield issue, Value(field, shown[text], *where)


def _columns_by_field(sent: RuleInput) -> dict[str, list[_Column]]:
    """The columns that a field names: by its element, or by its group's and its own where one name stands in two."""
    found: dict[str, list[_Column]] = {}
    for name, table in tables(sent.year).items():
        for item in table.items:
            column = _Column(sent.tables[name], item.column)
            for field in (item.element, f"{table.element}.{item.element}"):
                found.setdefault(field, []).append(column)
    return found
