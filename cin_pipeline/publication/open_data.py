"""Open-data files in the form of explore education statistics: a data file and a metadata file for each table.

Names and columns are those of the Department's own files of this release, without the years in the name. The words are
written down here: what checks the files (`screening`) has its own, so that a wrong one shows.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd
from pandas import DataFrame, Series

from cin_pipeline.publication.declaring import ALL, COUNT, DAYS, LOCAL_AUTHORITY, NATIONAL, PERCENT, RATE, Table
from cin_pipeline.reference.authorities import ENGLAND, Authority, authorities, every_authority, places

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

TIME = ("time_period", "time_identifier")
COUNTRY = ("country_code", "country_name")
REGION = ("region_code", "region_name")
LA = ("old_la_code", "la_name", "new_la_code")
REPORTING_YEAR = "Reporting year"
META_COLUMNS = (
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
)  # fmt: skip
FILTER, INDICATOR = "Filter", "Indicator"
WHOLE = "Total"
CATEGORY = "category"  # the column the Department's files have where there is nothing to filter
_KEYS = ["collection_year", "geographic_level", "geography_code", "la_code"]
_UNITS = {COUNT: "", PERCENT: "%", RATE: "", DAYS: ""}


class Where(NamedTuple):
    """The year and place of a row."""

    year: int
    level: str
    geography_code: str
    la_code: str


def open_data_files(tables: Mapping[str, Table], protected: DataFrame) -> dict[str, bytes]:
    """Both files of every table that has cells, by file name, as UTF-8 with line feeds.

    `tables` by id; `protected`: cells as published (`disclosure.protect`)."""
    files: dict[str, bytes] = {}
    for table_id, cells in protected.groupby("table", sort=False):
        table, name = tables[str(table_id)], FILE_NAMES[str(table_id)]
        data = data_file(table, cells)
        files[f"{name}.csv"] = _csv(data)
        files[f"{name}.meta.csv"] = _csv(meta_file(table, data))
    return files


def data_file(table: Table, cells: DataFrame) -> DataFrame:
    """One row for each year, place and combination of filters, one column for each indicator; every cell a text."""
    wide = wide_rows(table, cells)
    where = DataFrame([_place(each, table.levels) for each in where_of(wide)])
    filters = [*(filter_.name for filter_ in table.filters)]
    named = wide[[*filters, *(indicator.name for indicator in table.indicators)]]
    if not filters:
        named = named.assign(**{CATEGORY: WHOLE})[[CATEGORY, *named.columns]]
    return pd.concat([where, named], axis="columns")


def wide_rows(table: Table, cells: DataFrame) -> DataFrame:
    """The cells of a table with a column for each indicator, as text, and one for each filter, holding labels.

    Before them collection_year, geographic_level, geography_code, la_code; rows in the order of the cells."""
    filters = [f"filter_{n}_category" for n, _ in enumerate(table.filters, start=1)]
    texts = Series(
        [symbol or str(shown) for symbol, shown in zip(cells["symbol"], cells["shown"], strict=True)],
        index=cells.index,
        dtype="str",
    )
    row = cells.groupby([*_KEYS, *filters], sort=False).ngroup()
    values = DataFrame({"row": row, "indicator": cells["indicator"], "text": texts})
    wide = values.pivot(index="row", columns="indicator", values="text")
    keys = cells[[*_KEYS, *filters]][~row.duplicated()].reset_index(drop=True)
    for column, filter_ in zip(filters, table.filters, strict=True):
        labels = {category.code: _label(category.code, category.label) for category in filter_.categories}
        keys[filter_.name] = keys.pop(column).map(labels)
    return pd.concat([keys, wide[[indicator.name for indicator in table.indicators]].reset_index(drop=True)], axis=1)


def _label(code: str, label: str) -> str:
    return WHOLE if code == ALL else label


def meta_file(table: Table, data: DataFrame) -> DataFrame:
    """What the filters and indicators of a data file are; a column that is the same in every row is not described."""
    filters = [
        {
            "col_name": each.name,
            "col_type": FILTER,
            "label": each.label,
            "filter_hint": f"Filter by {_in_a_sentence(each.label)}",
        }
        for each in table.filters
        if data[each.name].nunique() > 1
    ]
    indicators = [
        {
            "col_name": each.name,
            "col_type": INDICATOR,
            "label": each.label,
            "indicator_unit": _UNITS[each.unit],
            "indicator_dp": str(each.dp),
        }
        for each in table.indicators
    ]
    blank = dict.fromkeys(META_COLUMNS, "")
    return DataFrame([blank | row for row in (*filters, *indicators)])


def _in_a_sentence(label: str) -> str:
    return label[:1].lower() + label[1:]


def where_of(rows: DataFrame) -> Iterator[Where]:
    """The year and place of each row of `wide_rows`."""
    for year, *place in rows[_KEYS].itertuples(index=False, name=None):
        yield Where(int(year), *place)


def _place(where: Where, levels: tuple[str, ...]) -> dict[str, str]:
    """The columns of time and place of a row; those of other levels are blank."""
    row = {
        **dict(zip(TIME, (str(where.year), REPORTING_YEAR), strict=True)),
        "geographic_level": where.level,
        **dict(zip(COUNTRY, (ENGLAND, "England"), strict=True)),
    }
    if levels == (NATIONAL,):
        return row
    region, la = ("", ""), ("", "", "")
    if where.level == LOCAL_AUTHORITY:
        authority = authority_of(where.la_code, where.year)
        region, la = region_of(authority), (where.la_code, authority.name, authority.new_la_code)
    elif where.level != NATIONAL:
        region = (where.geography_code, place_names()[where.geography_code])
    return {**row, **dict(zip((*REGION, *LA), (*region, *la), strict=True))}


def authority_of(la_code: str, year: int) -> Authority:
    """An LA as it stood in a collection year; as it stood last where it did not exist then."""
    return authorities(year).get(la_code) or every_authority()[la_code]


def region_of(authority: Authority) -> tuple[str, str]:
    """Code and name of an LA's region; in London, as in the Department's files, of Inner or Outer London."""
    if authority.london_subregion_code:
        return authority.london_subregion_code, authority.london_subregion_name
    return authority.region_code, authority.region_name


def place_names() -> dict[str, str]:
    """Names of England and the regions by geography code."""
    return {place.geography_code: place.name for place in places()}


def _csv(frame: DataFrame) -> bytes:
    return bytes(frame.to_csv(index=False, lineterminator="\n"), "utf-8")
