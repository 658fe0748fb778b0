"""What changed between two returns of one authority and year: records added, removed and changed, by table.

Record numbers mean nothing across two files, so records are matched by natural keys (`KEYS`): a child by its id, all
else by a date or code of its own below the same record, repeats by their order. Within one key equal records are
matched first, so that leaving out one of several repeats shows as one record removed. A record whose key itself was
corrected is therefore one removed and one added, with all it holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame, Series

from cin_pipeline.census.return_tables import ReturnTables, links
from cin_pipeline.census.specification import RECORD_NUMBER, TABLES, Table, tables

# By table the column that, with the record it lies in, says which record it is.
KEYS = {table.name: table.key for table in TABLES.values()}

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
CHANGE_COLUMNS = (
    "table", "change", "fields", "record_before", "line_before", "record_after", "line_after", "la_child_id",
)  # fmt: skip

_Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Comparison:
    """How two returns differ.

    `by_table`: a row per table with its number of records before and after, added, removed, changed. `by_field`: how
    many of the records changed in each item or group (table, field, records). `records`: one row per record that
    differs, columns CHANGE_COLUMNS, with the fields that changed and where it stands in each file (missing where it is
    not). Only `records` holds child ids; none holds another value of a return."""

    by_table: DataFrame
    by_field: DataFrame
    records: DataFrame

    @property
    def differs(self) -> bool:
        """Whether any record does."""
        return len(self.records) > 0


def compare_returns(before: ReturnTables, after: ReturnTables, year: int) -> Comparison:
    """Compares two returns as sent (`census.reading.read_return`); white space round a value is no difference."""
    matched: dict[str, _Matched] = {}
    for table in tables(year).values():
        matched[table.name] = _match(table, before, after, matched.get(table.parent))
    by_table = [(name, *each.counts()) for name, each in matched.items()]
    by_field = [(name, *pair) for name, each in matched.items() for pair in each.changes_by_field()]
    records = [each.records().assign(table=name) for name, each in matched.items()]
    return Comparison(
        DataFrame(by_table, columns=["table", "before", "after", ADDED, REMOVED, CHANGED]),
        DataFrame(by_field, columns=["table", "field", "records"]),
        pd.concat(records, ignore_index=True)[list(CHANGE_COLUMNS)],
    )


@dataclass(frozen=True)
class _Matched:
    """The records of a table in both returns. `at_before` and `at_after` are the positions of those matched, in step;
    `pairs` numbers all records, first those before, then those after, matched ones alike; `ids` are their children's.
    """

    before: DataFrame
    after: DataFrame
    at_before: _Numbers
    at_after: _Numbers
    pairs: _Numbers
    ids: NDArray[np.object_]
    differs: dict[str, NDArray[np.bool_]]  # by field, for the matched records

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Which of the matched records differ in any field."""
        none = np.zeros(len(self.at_before), dtype=bool)
        result: NDArray[np.bool_] = np.logical_or.reduce([none, *self.differs.values()])
        return result

    def counts(self) -> tuple[int, int, int, int, int]:
        """Records before and after, added, removed, changed."""
        before, after, matched = len(self.before), len(self.after), len(self.at_before)
        return before, after, after - matched, before - matched, int(self.changed.sum())

    def changes_by_field(self) -> list[tuple[str, int]]:
        """Each field that changed, with the number of records."""
        return [(field, int(at.sum())) for field, at in self.differs.items() if at.any()]

    def records(self) -> DataFrame:
        """The records that differ: changed ones, then removed ones, then added ones."""
        changed = self.changed
        fields = np.full(int(changed.sum()), "", dtype=object)
        for field, at in self.differs.items():
            fields[at[changed]] += f"{field} "
        was, now = self.at_before[changed], self.at_after[changed]
        gone = np.setdiff1d(np.arange(len(self.before)), self.at_before)
        come = np.setdiff1d(np.arange(len(self.after)), self.at_after)
        rows = [
            self._rows(CHANGED, was, now).assign(fields=[text.rstrip() for text in fields]),
            self._rows(REMOVED, gone, np.full(len(gone), -1)),
            self._rows(ADDED, np.full(len(come), -1), come),
        ]
        return pd.concat(rows, ignore_index=True).astype({"fields": "str", "la_child_id": "str"})

    def _rows(self, change: str, before: _Numbers, after: _Numbers) -> DataFrame:
        """Records by their positions in both returns, -1 where a return has none."""
        at = np.where(after >= 0, len(self.before) + after, before)
        return DataFrame(
            {
                "change": change,
                "fields": "",
                "record_before": _or_missing(self.before.index, before),
                "line_before": _or_missing(self.before["line"], before),
                "record_after": _or_missing(self.after.index, after),
                "line_after": _or_missing(self.after["line"], after),
                "la_child_id": self.ids[at],
            }
        )


def _match(table: Table, returned: ReturnTables, again: ReturnTables, above: _Matched | None) -> _Matched:
    before, after = returned[table.name], again[table.name]
    count, key = len(before), KEYS[table.name]
    values = {name: _codes(before[name], after[name]) for name in before if name not in links(table)}
    identity = [values[key]] if key in values else []
    if above is None:
        ids = np.concatenate([_trimmed(side["la_child_id"]) for side in (before, after)])
    else:
        number = RECORD_NUMBER[table.parent]
        parents = np.concatenate([before[number] - 1, after[number] - 1 + len(above.before)]).astype(np.int64)
        identity.append(above.pairs[parents])
        ids = above.ids[parents]
    keys = _numbered(len(ids), identity)
    # Equal records first; what is left over goes by its order within the key.
    at_before, at_after = _in_step(_numbered(len(ids), [keys, *values.values()]), count)
    left = np.setdiff1d(np.arange(len(ids)), np.concatenate([at_before, at_after + count]))
    more_before, more_after = _in_step(keys[left], int((left < count).sum()))
    at_before = np.concatenate([at_before, left[left < count][more_before]])
    at_after = np.concatenate([at_after, left[left >= count][more_after] - count])
    pairs = np.arange(len(ids))
    pairs[count + at_after] = at_before
    elements = {item.column: item.element for item in table.items}
    differs = {
        elements.get(name, name.removeprefix("has_")): code[at_before] != code[count + at_after]
        for name, code in values.items()
        if name != key
    }
    return _Matched(before, after, at_before, at_after, pairs, ids, differs)


def _codes(before: "Series[str]", after: "Series[str]") -> _Numbers:
    """The values of a column in both returns, one after the other, as numbers: equal ones alike, missing ones -1."""
    codes, _ = pd.factorize(np.concatenate([_trimmed(before), _trimmed(after)]))
    return np.asarray(codes, dtype=np.int64)


def _trimmed(column: "Series[str]") -> NDArray[np.object_]:
    """The values without white space round them, None where nothing is left."""
    if column.dtype == bool:
        return np.array(column, dtype=object)
    texts = column.astype("category").cat
    each = np.array([*(str(text).strip() or None for text in texts.categories), None], dtype=object)
    trimmed: NDArray[np.object_] = each[texts.codes.to_numpy()]
    return trimmed


def _numbered(count: int, columns: Iterable[_Numbers]) -> _Numbers:
    """The rows of some columns of numbers as one number each: equal rows have equal ones."""
    number = np.zeros(count, dtype=np.int64)
    for column in columns:
        # A number of a record above may be larger than there are records here.
        codes, _ = pd.factorize(number * (column.max(initial=-1) + 2) + column + 1)
        number = np.asarray(codes, dtype=np.int64)
    return number


def _in_step(keys: _Numbers, count: int) -> tuple[_Numbers, _Numbers]:
    """The positions of records with the same key in both returns, the first with the first, the second with the second.

    `keys` are those of the return before, `count` of them, then those of the return after."""
    sides = (keys[:count], keys[count:])
    repeats = [Series(side).groupby(side).cumcount().to_numpy(dtype=np.int64) for side in sides]
    exact = _numbered(len(keys), [keys, np.concatenate(repeats)])
    _, before, after = np.intersect1d(exact[:count], exact[count:], assume_unique=True, return_indices=True)
    return before, after


def _or_missing(numbers: "Series[int]", positions: _Numbers) -> "pd.arrays.IntegerArray":
    found = np.asarray(numbers, dtype=np.int64)
    there = positions >= 0
    values = np.zeros(len(positions), dtype=np.int64)
    values[there] = found[positions[there]]
    return pd.arrays.IntegerArray(values, ~there)
