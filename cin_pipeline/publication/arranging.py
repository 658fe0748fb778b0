"""A file of a release between its cells and its bytes: which rows and columns it has, every cell a text.

The open-data pair and the sheet of the workbook are both written from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
from pandas import DataFrame, Series

from cin_pipeline.publication.declaring import ALL, Table

FILE_NAMES = {
    "A1": "a1_cin_referrals_assessments",
    "A2": "a2_section47_icpc_cpp",
    "A3": "a3_cin_primary_need_by_age_gender",
    "A4": "a4_cin_by_ethnicity_and_age_gender",
    "A5": "a5_cpp_initial_category_of_abuse_by_gender_age_ethnicity",
    "A6": "a6_cpp_initial_category_of_abuse",
    "A7": "a7_cin_by_age_gender_ethnicity",
    "B1": "b1_children_in_need",
    "B2": "b2_children_in_need_recorded_disability",
    "B3": "b3_cin_primary_need",
    "B4": "b4_children_in_need_duration_of_open_episode",
    "B5": "b5_children_in_need_duration_of_ended_episode",
    "B6": "b6_children_in_need_reason_for_closure",
    "B7": "b7_child_in_need_plans",
    "C1": "c1_children_in_need_referrals_and_rereferrals",
    "C2": "c2_children_in_need_assessments_duration",
    "C3": "c3_factors_identified_at_end_of_assessment",
    "C4": "c4_children_in_need_section_47s_and_icpcs",
    "C5": "c5_children_in_need_referrals_by_source",
    "C6": "c6_children_in_need_referrals_by_month",
    "D1": "d1_child_protection_plans",
    "D2": "d2_cpps_starting_by_category_of_abuse",
    "D3": "d3_cpps_subsequent_plan",
    "D4": "d4_cpps_at31march_by_category_of_abuse",
    "D5": "d5_cpps_at31march_by_duration",
    "D6": "d6_cpps_reviewed_within_timescales",
    "D7": "d7_cpps_ending_by_duration",
    "D8": "d8_cpps_ending_in_first_6months_by_duration",
}

WHOLE = "Total"
CATEGORY = "category"  # the column the Department's files have where there is nothing to filter
KEYS = ["collection_year", "geographic_level", "geography_code", "la_code"]


class Where(NamedTuple):
    """The year and place of a row."""

    year: int
    level: str
    geography_code: str
    la_code: str


@dataclass(frozen=True)
class Words:
    """A column of words. `is_filter`: described as a filter; `grouped_by`: the column that groups its items."""

    name: str
    label: str
    is_filter: bool = False
    grouped_by: str = ""


class Figures(NamedTuple):
    """A column of figures, each a number or a symbol."""

    name: str
    label: str
    unit: str
    dp: int


@dataclass(frozen=True)
class Arranged:
    """A file of a release and its rows: columns KEYS, then those of `words` and of `figures`, all texts.

    `id` names its sheet, `name` its files. `levels`: of the places in it. `mid_years`: time is a calendar year, in
    column `mid_year`. `code_before_name`: whether the nine-character code of an LA stands before its name."""

    id: str
    name: str
    title: str
    description: str
    levels: tuple[str, ...]
    words: tuple[Words, ...]
    figures: tuple[Figures, ...]
    rows: DataFrame
    notes: tuple[str, ...] = ()
    mid_years: bool = False
    code_before_name: bool = False


def tidy(tables: Mapping[str, Table], protected: DataFrame) -> tuple[Arranged, ...]:
    """Our own form of every table that has cells: a row for each year, place and combination of filters, a column for
    each indicator. `tables` by id; `protected`: cells as published (`disclosure.protect`)."""
    return tuple(_tidy(tables[str(table_id)], cells) for table_id, cells in protected.groupby("table", sort=False))


def _tidy(table: Table, cells: DataFrame) -> Arranged:
    rows = _wide_rows(table, cells)
    words = tuple(Words(each.name, each.label, is_filter=rows[each.name].nunique() > 1) for each in table.filters)
    if not words:
        words, rows = (Words(CATEGORY, "Category"),), rows.assign(**{CATEGORY: WHOLE})
    figures = tuple(Figures(each.name, each.label, each.unit, each.dp) for each in table.indicators)
    return Arranged(
        table.id,
        FILE_NAMES[table.id],
        table.title,
        table.description,
        table.levels,
        words,
        figures,
        rows,
        table.notes,
    )


def _wide_rows(table: Table, cells: DataFrame) -> DataFrame:
    """The cells of a table with a column for each indicator, as text, and one for each filter, holding labels.

    Before them KEYS; rows in the order of the cells."""
    filters = [f"filter_{n}_category" for n, _ in enumerate(table.filters, start=1)]
    texts = Series(
        [symbol or str(shown) for symbol, shown in zip(cells["symbol"], cells["shown"], strict=True)],
        index=cells.index,
        dtype="str",
    )
    row = cells.groupby([*KEYS, *filters], sort=False).ngroup()
    values = DataFrame({"row": row, "indicator": cells["indicator"], "text": texts})
    wide = values.pivot(index="row", columns="indicator", values="text")
    keys = cells[[*KEYS, *filters]][~row.duplicated()].reset_index(drop=True)
    for column, filter_ in zip(filters, table.filters, strict=True):
        labels = {category.code: _label(category.code, category.label) for category in filter_.categories}
        keys[filter_.name] = keys.pop(column).map(labels)
    return pd.concat([keys, wide[[indicator.name for indicator in table.indicators]].reset_index(drop=True)], axis=1)


def _label(code: str, label: str) -> str:
    return WHOLE if code == ALL else label


def where_of(rows: DataFrame) -> Iterator[Where]:
    """The year and place of each row."""
    for year, *place in rows[KEYS].itertuples(index=False, name=None):
        yield Where(int(year), *place)
