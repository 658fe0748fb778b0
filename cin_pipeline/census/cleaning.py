"""From the text of a return to typed tables, with a list of every value that could not be read.

A bad value is reported and taken as missing [measures: Values]; no record is ever dropped here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame, Series

from cin_pipeline.census.return_tables import ReturnTables, code_dtype, links
from cin_pipeline.census.specification import Item, Table, ValueType, tables
from cin_pipeline.reference.days import read_day
from cin_pipeline.tables.columns import LINE, NUMBER_OF_CHILD, RECORD, TABLE
from cin_pipeline.tables.declaring import TEXT, WHOLE, Column, TableDeclaration, held_once
from cin_pipeline.tables.held_once import repeated

VALUE_ISSUES = TableDeclaration(
    "value_issues",
    "A value that could not be read, an expected one that is missing, or a child's id that an earlier child has.",
    (
        held_once(TABLE),
        RECORD,
        replace(NUMBER_OF_CHILD, dtype=WHOLE),
        LINE,
        held_once(Column("item", TEXT, "The element of the item, or of the group that is missing.")),
        Column(
            "value", TEXT, "The text as sent, trimmed; empty where it is missing.", caution="A value of the return."
        ),
        held_once(Column("expected", TEXT, "What was expected, in words.")),
    ),
)
ISSUE_COLUMNS = VALUE_ISSUES.names

_WHOLE_NUMBER = re.compile(r"[0-9]+")
_UPN = re.compile(r"[A-Za-z][0-9]{11}[0-9A-Za-z]")
_FLAGS = {"1": True, "true": True, "0": False, "false": False}
_LARGEST_COUNT = 10**9  # a longer run of digits is still a number, just not a plausible one
_LONGEST_LIST = 200  # characters in which several codes of a set are looked for
_BETWEEN_CODES = r"(?:[^\w]|_|\band\b)"
ONE_CODE_EACH = "one code each"  # how the expectation begins where several codes of the set stand in one element
_CODES_NAMED = 12  # a longer code set is named, not listed, in an expectation


@dataclass(frozen=True)
class CleanedReturn:
    """The typed tables of a return, and its value issues.

    `issues` has one row per value that could not be read, expected value that is missing, or repeated child id; columns
    as VALUE_ISSUES."""

    tables: ReturnTables
    issues: DataFrame


def clean_return(raw: ReturnTables, year: int) -> CleanedReturn:
    """Types every value of a return of the collection year `year`.

    White space round a value is trimmed; nothing left is missing. Dates become days, codes categories of the year's
    code set, flags and counts nullable; ids and UPNs stay text. What cannot be read becomes null and an issue."""
    specifications = tables(year)
    child_numbers = _child_numbers(raw, specifications)
    typed: dict[str, DataFrame] = {}
    issues: list[_Issues] = []
    for name, records in raw.items():
        typed[name], faults = _typed(records, specifications[name], year)
        if name == "children":
            faults.append(_repeated_ids(typed[name]))
        lines = records["line"].to_numpy()
        issues += [
            _Issues(name, fault, lines[fault.at], child_numbers[name][fault.at]) for fault in faults if len(fault.at)
        ]
    return CleanedReturn(ReturnTables(**typed), _issue_rows(issues))


@dataclass(frozen=True)
class _Fault:
    """The same fault in the same item of some records of a table."""

    item: str
    at: NDArray[np.int64]  # positions of the records
    values: NDArray[np.object_] | None  # of these, as sent; None where the fault is that it is missing
    expected: str


@dataclass(frozen=True)
class _Issues:
    """A fault of a table with the places of its records."""

    table: str
    fault: _Fault
    lines: NDArray[np.int64]
    child_numbers: NDArray[np.int64]


def _typed(records: DataFrame, table: Table, year: int) -> tuple[DataFrame, list[_Fault]]:
    columns: dict[str, object] = {link: records[link] for link in links(table)}
    faults: list[_Fault] = []
    for item in table.items:
        column = records[item.column].astype("category").cat
        # Each different text is read once; the empty one at the end is what a missing value's code, -1, picks.
        texts = [*(str(text).strip() for text in column.categories), ""]
        which = column.codes.to_numpy()
        values, readable = _read(item, texts, year)
        columns[item.column] = values[which]
        held = np.array([bool(text) for text in texts])
        sent = np.array(texts, dtype=object)
        several = np.array([_are_codes(text, item, year) for text in texts]) & ~readable
        one_each = f"{ONE_CODE_EACH}, {_expectation(item, year)}"
        for of_kind, expected in ((held & ~readable & ~several, _expectation(item, year)), (several, one_each)):
            wrong = np.flatnonzero(of_kind[which])
            faults.append(_Fault(item.element, wrong, sent[which[wrong]], expected))
        if item.required:
            at = ~held[which]
            if item.required_unless:
                at &= ~_usable(records[item.required_unless], table, item.required_unless, year)
            missing = np.flatnonzero(at)
            faults.append(_Fault(item.element, missing, None, f"{_expectation(item, year)}, but it is missing"))
    for group in table.required_groups:
        at = np.flatnonzero(~records[f"has_{group}"].to_numpy())
        faults.append(_Fault(group, at, None, "the group, but it is missing"))
    return DataFrame(columns, index=records.index), faults


def _usable(column: "Series[str]", table: Table, name: str, year: int) -> NDArray[np.bool_]:
    """Whether each value of another column of the table can be read: nothing else makes up for a missing value."""
    item = next(item for item in table.items if item.column == name)
    texts = column.astype("category").cat
    _, readable = _read(item, [*(str(text).strip() for text in texts.categories), ""], year)
    usable: NDArray[np.bool_] = readable[texts.codes.to_numpy()]
    return usable


def _read(item: Item, texts: Sequence[str], year: int) -> tuple[pd.api.extensions.ExtensionArray, NDArray[np.bool_]]:
    """The value of each text, null where there is none, and whether it could be read."""
    match item.type:
        case ValueType.DATE:
            days = np.array([read_day(text) for text in texts], dtype="datetime64[us]")
            return pd.array(days, dtype="datetime64[us]"), ~np.isnat(days)
        case ValueType.CODE:
            kind = code_dtype(item.code_set, year)
            found = kind.categories.get_indexer(pd.Index(list(texts), dtype="str"))
            return pd.Categorical.from_codes(found, dtype=kind), found >= 0
        case ValueType.FLAG:
            flags = [_FLAGS.get(text.lower()) for text in texts]
            return pd.array(flags, dtype="boolean"), np.array([flag is not None for flag in flags])
        case ValueType.COUNT:
            counts = [_count(text) for text in texts]
            return pd.array(counts, dtype="Int64"), np.array([count is not None for count in counts])
        case ValueType.TEXT | ValueType.UPN:
            pattern = _UPN if item.type is ValueType.UPN else re.compile("(?s:.*)")
            readable = np.array([bool(pattern.fullmatch(text)) for text in texts])
            return pd.array([text or None for text in texts], dtype="str"), readable


def _are_codes(text: str, item: Item, year: int) -> bool:
    """Whether a text is several codes of the item's code set, such as `N1, N2`."""
    if item.type is not ValueType.CODE or len(text) > _LONGEST_LIST:
        return False
    return _several(item.code_set, year).fullmatch(text) is not None


@cache
def _several(code_set: str, year: int) -> re.Pattern[str]:
    """Two codes or more, with something between them; codes of one character may not stand side by side, as any number
    is made of such."""
    known = sorted(code_dtype(code_set, year).categories, key=len, reverse=True)
    one = f"(?:{'|'.join(map(re.escape, known))})"
    between = f"{_BETWEEN_CODES}{'*' if min(map(len, known)) > 1 else '+'}"
    return re.compile(f"{_BETWEEN_CODES}*{one}(?:{between}{one})+{_BETWEEN_CODES}*", re.IGNORECASE)


def _count(text: str) -> int | None:
    if not _WHOLE_NUMBER.fullmatch(text):
        return None
    return min(int(text.lstrip("0")[:11] or "0"), _LARGEST_COUNT)


def _expectation(item: Item, year: int) -> str:
    if item.type is not ValueType.CODE:
        return str(item.type.value)
    codes = list(code_dtype(item.code_set, year).categories)
    if len(codes) > _CODES_NAMED:
        return f"a code of {item.code_set} in {year - 1} to {year}"
    return f"one of {', '.join(codes)}"


def _repeated_ids(children: DataFrame) -> _Fault:
    ids = children["la_child_id"]
    at = np.flatnonzero((ids.notna() & ids.duplicated()).to_numpy())
    return _Fault("LAchildID", at, ids.to_numpy(dtype=object)[at], "an id that no earlier Child of the return has")


def _child_numbers(raw: ReturnTables, specifications: dict[str, Table]) -> dict[str, NDArray[np.int64]]:
    """The record number of the child that each record of each table belongs to."""
    numbers: dict[str, NDArray[np.int64]] = {}
    for name, records in raw.items():
        parent = specifications[name].parent
        if not parent:
            numbers[name] = records.index.to_numpy(dtype=np.int64)
            continue
        numbers[name] = numbers[parent][records[specifications[parent].number].to_numpy() - 1]
    return numbers


def _issue_rows(found: list[_Issues]) -> DataFrame:
    """A row for each issue, by line, table, record and item. Columns are made once, for all of them."""
    times = [len(each.lines) for each in found]
    tables_, items, expected = (
        repeated(texts, times)
        for texts in (
            [each.table for each in found],
            [each.fault.item for each in found],
            [each.fault.expected for each in found],
        )
    )
    lines, children, records = (
        np.concatenate([np.empty(0, dtype=np.int64), *parts])
        for parts in (
            [each.lines for each in found],
            [each.child_numbers for each in found],
            [each.fault.at + 1 for each in found],
        )
    )
    values = np.concatenate(
        [np.empty(0, dtype=object)]
        + [
            np.full(len(each.lines), "", dtype=object) if each.fault.values is None else each.fault.values
            for each in found
        ]
    )
    order = np.lexsort((items.codes, records, tables_.codes, lines))
    columns = {
        "table": tables_, "record": records, "child_number": children, "line": lines, "item": items, "value": values,
        "expected": expected,
    }  # fmt: skip
    return VALUE_ISSUES.typed(DataFrame({name: column[order] for name, column in columns.items()}))
