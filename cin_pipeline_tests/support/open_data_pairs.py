"""A small pair of open-data files, written by hand, and changes to it. Nothing of what writes our files is used."""

import io
from collections.abc import Callable
from itertools import product

import pandas as pd
from pandas import DataFrame

from cin_pipeline.publication.screening.pair import Pair

Change = Callable[[DataFrame, DataFrame], tuple[DataFrame, DataFrame]]

PLACES = """\
2017,Reporting year,National,E92000001,England,,,,,
2017,Reporting year,Regional,E92000001,England,E12000001,North East,,,
2017,Reporting year,Local authority,E92000001,England,E12000001,North East,390,Gateshead,E08000037
2017,Reporting year,Local authority,E92000001,England,E13000001,Inner London,202,Camden,E09000007
"""
ITEMS = """\
Total,110,100
Police,60,54.5
School,c,c
Schools nearby,z,z
"""
COLUMNS = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,"
    "old_la_code,la_name,new_la_code,source,referrals,percent"
)
METADATA = """\
col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,filter_grouping_column
source,Filter,Source of referral,,,,Filter by source,
referrals,Indicator,Referrals,,,0,,
percent,Indicator,Percentage of referrals,,%,1,,
"""
LOCAL, REGIONAL, NATIONAL = "Local authority", "Regional", "National"
BLANK_PLACE = dict.fromkeys(("region_code", "region_name", "old_la_code", "la_name", "new_la_code"), "")


def pair(*changes: Change) -> Pair:
    """The pair, changed."""
    lines = [COLUMNS, *(f"{place},{item}" for place, item in product(PLACES.splitlines(), ITEMS.splitlines()))]
    data, meta = (
        pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False) for text in ("\n".join(lines), METADATA)
    )
    for change in changes:
        data, meta = change(data.copy(), meta.copy())
    return Pair("c5_referrals", data, meta)


def same(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
    return data, meta


def both(*changes: Change) -> Change:
    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        for each in changes:
            data, meta = each(data, meta)
        return data, meta

    return change


# Data.


def cell(column: str, value: str, row: int = 0, *, where: str = "") -> Change:
    """Writes a value into one row of the data, counted among those of a level."""

    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        rows = data.index if not where else data.index[data["geographic_level"] == where]
        data.loc[rows[row], column] = value
        return data, meta

    return change


def every_cell(column: str, value: str, *, where: str = "") -> Change:
    """Writes a value into every row of the data, or of a level; also into a column that was not there."""

    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        rows = (data["geographic_level"] == where) | (not where)
        before = data[column] if column in data.columns else ""
        data[column] = pd.Series(before, index=data.index, dtype="str").where(~rows, value)
        return data, meta

    return change


def replaced(column: str, values: dict[str, str]) -> Change:
    return lambda data, meta: (data.assign(**{column: data[column].replace(values)}), meta)


def without(*columns: str) -> Change:
    return lambda data, meta: (data.drop(columns=[*columns]), meta)


def only(column: str, *values: str) -> Change:
    return lambda data, meta: (data[data[column].isin(values)], meta)


def dropped(**where: str) -> Change:
    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        gone = pd.concat([data[column] == value for column, value in where.items()], axis="columns").all(axis="columns")
        return data[~gone], meta

    return change


def row_repeated(**values: str) -> Change:
    return lambda data, meta: (pd.concat([data, data.tail(1).assign(**values)], ignore_index=True), meta)


def at_level(level: str, **columns: str) -> Change:
    """Every row is of a level that our tables do not have, with no other place than its own."""

    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        rows = data[data["geographic_level"] == NATIONAL].assign(geographic_level=level, **(BLANK_PLACE | columns))
        return rows.reset_index(drop=True), meta

    return change


def also_at(level: str, **columns: str) -> Change:
    """Rows of another level beside the others."""

    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        more = data[data["geographic_level"] == NATIONAL].assign(geographic_level=level, **(BLANK_PLACE | columns))
        return pd.concat([data, more], ignore_index=True).fillna(""), meta

    return change


# Metadata.


def described(col_name: str, **values: str) -> Change:
    """Changes a row of the metadata."""

    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        for column, value in values.items():
            meta.loc[meta["col_name"] == col_name, column] = value
        return data, meta.fillna("")

    return change


def also_described(**values: str) -> Change:
    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        row = DataFrame([dict.fromkeys(meta.columns, "") | values])
        return data, pd.concat([meta, row], ignore_index=True)

    return change


def renamed(old: str, new: str) -> Change:
    """Renames a column, in the metadata too."""
    return lambda data, meta: (data.rename(columns={old: new}), meta.replace({"col_name": {old: new}}))


def meta_without(column: str) -> Change:
    return lambda data, meta: (data, meta.drop(columns=column))


def meta_with(column: str, value: str = "") -> Change:
    return lambda data, meta: (data, meta.assign(**{column: value}))


def grouped(group_of: dict[str, str], *, by: str = "kind") -> Change:
    """Gives the filter a grouping column that is described as a filter too."""

    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        return both(
            lambda data, meta: (data.assign(**{by: data["source"].map(group_of)}), meta),
            described("source", filter_grouping_column=by),
            also_described(col_name=by, col_type="Filter", label="Kind of source"),
        )(data, meta)

    return change


def filtered(column: str, values: dict[str, str]) -> Change:
    """Gives the data a second filter that follows from the first."""
    return both(
        lambda data, meta: (data.assign(**{column: data["source"].map(values)}), meta),
        also_described(col_name=column, col_type="Filter", label=f"Filter {column}"),
    )
