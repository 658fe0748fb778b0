"""Open-data files in the form of explore education statistics: a data file and a metadata file for each file.

The words are written down here: what checks the files (`screening`) has its own, so that a wrong one shows.
"""

from collections.abc import Iterable

import pandas as pd
from pandas import DataFrame

from cin_pipeline.publication.arranging import Arranged, Where, where_of
from cin_pipeline.publication.declaring import COUNT, DAYS, LOCAL_AUTHORITY, NATIONAL, PERCENT, RATE
from cin_pipeline.reference.authorities import ENGLAND, Authority, authorities, every_authority, places

TIME = ("time_period", "time_identifier")
COUNTRY = ("country_code", "country_name")
REGION = ("region_code", "region_name")
LA = ("old_la_code", "la_name", "new_la_code")
REPORTING_YEAR, CALENDAR_YEAR = "Reporting year", "Calendar year"
META_COLUMNS = (
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
)  # fmt: skip
FILTER, INDICATOR = "Filter", "Indicator"
_UNITS = {COUNT: "", PERCENT: "%", RATE: "", DAYS: ""}


def open_data_files(files: Iterable[Arranged]) -> dict[str, bytes]:
    """Both files of each, by file name, as UTF-8 with line feeds."""
    written: dict[str, bytes] = {}
    for each in files:
        written[f"{each.name}.csv"] = _csv(data_file(each))
        written[f"{each.name}.meta.csv"] = _csv(meta_file(each))
    return written


def data_file(file: Arranged) -> DataFrame:
    """The columns of time and place, then those of words and figures; every cell a text."""
    where = DataFrame([_place(each, file.levels) for each in where_of(file.rows)])
    if file.mid_years:
        where[TIME[0]], where[TIME[1]] = file.rows["mid_year"].astype(str), CALENDAR_YEAR
    if file.code_before_name and file.levels != (NATIONAL,):
        *others, code, name, new_code = where.columns
        where = where[[*others, code, new_code, name]]
    named = file.rows[[*(each.name for each in file.words), *(each.name for each in file.figures)]]
    return pd.concat([where, named], axis="columns")


def meta_file(file: Arranged) -> DataFrame:
    """What the filters and indicators of a data file are; a column that is the same in every row is not described."""
    filters = [
        {
            "col_name": each.name,
            "col_type": FILTER,
            "label": each.label,
            "filter_hint": f"Filter by {_in_a_sentence(each.label)}",
            "filter_grouping_column": each.grouped_by,
        }
        for each in file.words
        if each.is_filter
    ]
    indicators = [
        {
            "col_name": each.name,
            "col_type": INDICATOR,
            "label": each.label,
            "indicator_unit": _UNITS[each.unit],
            "indicator_dp": str(each.dp),
        }
        for each in file.figures
    ]
    return DataFrame([{name: row.get(name, "") for name in META_COLUMNS} for row in (*filters, *indicators)])


def _in_a_sentence(label: str) -> str:
    return label[:1].lower() + label[1:]


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
