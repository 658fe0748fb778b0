"""The files written for people and programs: `measures.csv` and `england.csv`, unrounded, in a fixed order, and
`validation_issues.csv`, safe to open in a spreadsheet."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from pandas import DataFrame, Series
from pandas.api.types import is_numeric_dtype

from cin_pipeline.census.errors import StructureFaults
from cin_pipeline.methodology.estimates import ESTIMATE_COLUMNS
from cin_pipeline.methodology.measures import MEASURE_COLUMNS, in_catalogue_order
from cin_pipeline.validation.checking import WHOLE_RETURN
from cin_pipeline.validation.results import RULE_HITS

# The child's id says which child; its number in the file would only be one more.
ISSUE_COLUMNS = ("collection_year", "la_code", *(name for name in RULE_HITS.names if name != "child_number"))

STRUCTURE = "STRUCTURE"  # the rule id of a fault of structure, which no rule sees

_ROWS_AT_A_TIME = 50_000  # of issues, written as text

# A spreadsheet takes a cell that starts so for a formula, or drops the character and looks again.
_FORMULA = re.compile(r"^(?=[=+\-@\t\r\n])")
_NUMBERS = re.compile(r"(\d+)")


def write_measures(measures: DataFrame, path: Path) -> None:
    """Writes the measures of all LAs of a year; columns as MEASURE_COLUMNS."""
    _write(measures[list(MEASURE_COLUMNS)], measures["la_code"], path)


def write_england(estimates: DataFrame, path: Path) -> None:
    """Writes the figures of England and its regions; columns as ESTIMATE_COLUMNS."""
    places = estimates["geographic_level"] + estimates["geography_code"]  # England first
    _write(estimates[list(ESTIMATE_COLUMNS)], places, path)


def issue_rows(issues: DataFrame, year: int, la_code: str) -> DataFrame:
    """The issues of one return (`RuleResults.issues`) as rows of `validation_issues.csv`; columns as ISSUE_COLUMNS."""
    same = {"collection_year": year, "la_code": la_code}  # in every row, so each is held once
    codes = np.zeros(len(issues), dtype=np.int8)
    held = {name: pd.Categorical.from_codes(codes, categories=[value]) for name, value in same.items()}
    return issues.assign(**held)[list(ISSUE_COLUMNS)]


def structure_rows(found: StructureFaults, year: int, la_code: str) -> DataFrame:
    """The faults of structure of a file as rows of `issues.csv`, those that are kept one by one; columns as
    ISSUE_COLUMNS."""
    rows = DataFrame(
        {
            "fields": [fault.element for fault in found.faults],
            "line": [fault.line for fault in found.faults],
            "message": [fault.reason for fault in found.faults],
        }
    )
    return rows.assign(
        collection_year=year, la_code=la_code, rule_id=STRUCTURE, severity="error", la_child_id="", table=WHOLE_RETURN,
        record=None,
    )[list(ISSUE_COLUMNS)]  # fmt: skip


def write_issues(returns: Iterable[DataFrame], path: Path) -> None:
    """Writes the rows (`issue_rows`) of any number of returns, one after the other; without any, just the header.

    Safe to open in a spreadsheet: text that could be taken for a formula starts with an apostrophe. Only one return is
    held in memory at a time."""
    with _whole_or_not_at_all(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(ISSUE_COLUMNS)
        for rows in returns:
            columns = [_cells(rows[name]) for name in ISSUE_COLUMNS]
            for start in range(0, len(rows), _ROWS_AT_A_TIME):
                some = slice(start, start + _ROWS_AT_A_TIME)
                writer.writerows(zip(*(cells(some) for cells in columns), strict=True))


def _cells(column: "Series[str]") -> Callable[[slice], list[object]]:
    """Gives the cells of some rows of a column as `csv` writes them, safe to open in a spreadsheet."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        texts = [*harmless(Series(column.cat.categories, dtype="object")), None]
        codes = column.cat.codes.to_numpy()
        return lambda some: [texts[code] for code in codes[some].tolist()]
    return lambda some: _some_cells(column.iloc[some])


def _some_cells(column: "Series[str]") -> list[object]:
    cells = column.astype("object").where(column.notna(), None)
    return list(cells if is_numeric_dtype(column.dtype) else harmless(cells))


def write_table(table: DataFrame, path: Path) -> None:
    """Writes any table for people, safe to open in a spreadsheet."""
    with _whole_or_not_at_all(path) as temporary:
        _to_csv(DataFrame({name: harmless(column) for name, column in table.items()}), temporary)


def harmless(column: "Series[str]") -> "Series[str]":
    """A column of a CSV file with an apostrophe before every text that a spreadsheet would run as a formula."""
    return column.map(harmless_cell)


def harmless_cell(cell: object) -> object:
    """One cell of such a column."""
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell


def _write(rows: DataFrame, places: "Series[str]", path: Path) -> None:
    keys = Series([_natural(category) for category in rows["category"]], index=rows.index)
    by_category = rows.assign(_place=places).loc[keys.sort_values(kind="stable").index]
    ordered = in_catalogue_order(by_category, "_place").drop(columns="_place")
    for column in ordered.select_dtypes("float64"):
        ordered[column] = [_number(value) for value in ordered[column]]
    with _whole_or_not_at_all(path) as temporary:
        _to_csv(ordered, temporary)


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` once everything is written."""
    temporary = path.with_name(f".{path.name}")
    yield temporary
    temporary.replace(path)


def _to_csv(rows: DataFrame, path: Path) -> None:
    rows.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _natural(category: str) -> list[tuple[int, str]]:
    """Sorts 2 before 10, and 2016-04 before 2016-11."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _NUMBERS.split(category)]


def _number(value: float) -> str:
    """The shortest text that reads back as the same number; whole numbers without a point, missing empty."""
    if value != value:  # missing
        return ""
    return str(int(value)) if value == int(value) else repr(value)
