"""The files a run writes for people and programs: `measures.csv` and `england.csv`, unrounded, in a fixed order."""

import re
from pathlib import Path

from pandas import DataFrame, Series

from cin_pipeline.methodology.estimates import ESTIMATE_COLUMNS
from cin_pipeline.methodology.measures import MEASURE_COLUMNS, in_catalogue_order

_NUMBERS = re.compile(r"(\d+)")


def write_measures(measures: DataFrame, path: Path) -> None:
    """Writes the measures of all LAs of a year; columns as MEASURE_COLUMNS."""
    _write(measures[list(MEASURE_COLUMNS)], measures["la_code"], path)


def write_england(estimates: DataFrame, path: Path) -> None:
    """Writes the figures of England and its regions; columns as ESTIMATE_COLUMNS."""
    places = estimates["geographic_level"] + estimates["geography_code"]  # England first
    _write(estimates[list(ESTIMATE_COLUMNS)], places, path)


def _write(rows: DataFrame, places: "Series[str]", path: Path) -> None:
    keys = Series([_natural(category) for category in rows["category"]], index=rows.index)
    by_category = rows.assign(_place=places).loc[keys.sort_values(kind="stable").index]
    ordered = in_catalogue_order(by_category, "_place").drop(columns="_place")
    for column in ordered.select_dtypes("float64"):
        ordered[column] = [_number(value) for value in ordered[column]]
    temporary = path.with_name(f".{path.name}")
    ordered.to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8")
    temporary.replace(path)


def _natural(category: str) -> list[tuple[int, str]]:
    """Sorts 2 before 10, and 2016-04 before 2016-11."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _NUMBERS.split(category)]


def _number(value: float) -> str:
    """The shortest text that reads back as the same number; whole numbers without a point, missing empty."""
    if value != value:  # missing
        return ""
    return str(int(value)) if value == int(value) else repr(value)
