"""Every rule of the open-data screener: a file that breaks it, and one that nearly does."""

from collections.abc import Callable

import pandas as pd
import pytest
from pandas import DataFrame

from cin_pipeline.publication.open_data import data_file, meta_file
from cin_pipeline.publication.release_tables import table
from cin_pipeline.publication.screening import RULES, SHAPE, Pair, screen_files, screen_pair
from cin_pipeline_tests.support.release_frames import protected

Change = Callable[[DataFrame, DataFrame], tuple[DataFrame, DataFrame]]

SOURCES = table("C5")  # one filter, all levels


def pair(change: Change | None = None) -> Pair:
    data = data_file(SOURCES, protected((2017,), (SOURCES,)))
    meta = meta_file(SOURCES, data)
    return Pair("c5_referrals", *(change(data, meta) if change else (data, meta)))


def cell(column: str, value: str, row: int = 0, *, where: str = "") -> Change:
    """Writes a value into one row of the data, counted among those of a level."""

    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        rows = data.index if not where else data.index[data["geographic_level"] == where]
        changed = data.copy()
        changed.loc[rows[row], column] = value
        return changed, meta

    return change


def all_cells(column: str, value: str) -> Change:
    return lambda data, meta: (data.assign(**{column: value}), meta)


def described(col_name: str, **values: str) -> Change:
    """Changes a row of the metadata."""

    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        changed = meta.set_index("col_name", drop=False)
        for column, value in values.items():
            changed.loc[col_name, column] = value
        return data, changed.reset_index(drop=True)

    return change


def also_described(**values: str) -> Change:
    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        row = DataFrame([dict.fromkeys(meta.columns, "") | values])
        return data, pd.concat([meta, row], ignore_index=True)

    return change


def renamed(old: str, new: str) -> Change:
    """Renames a column, in the metadata too."""

    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        return data.rename(columns={old: new}), meta.replace({"col_name": {old: new}})

    return change


def without(column: str) -> Change:
    return lambda data, meta: (data.drop(columns=column), meta)


def both(*changes: Change) -> Change:
    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        for each in changes:
            data, meta = each(data, meta)
        return data, meta

    return change


def grouped(group_of: Callable[[str], str]) -> Change:
    """Gives the filter a grouping column."""

    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        with_group = data.assign(source_group=data["referral_source"].map(group_of))
        return described("referral_source", filter_grouping_column="source_group")(with_group, meta)

    return change


def first_letter(item: str) -> str:
    return item if item == "Total" else item[0]


def rows_dropped(*items: str, la: str = "") -> Change:
    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        gone = data["referral_source"].isin(items) if items else pd.Series(True, index=data.index)
        return data[~(gone & ((data["old_la_code"] == la) | (not la)))], meta

    return change


def few_columns(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
    return data[data.columns[:5]], meta


def row_repeated(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
    return pd.concat([data, data.tail(1).assign(referral_count="12345")], ignore_index=True), meta


def column_twice(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
    return pd.concat([data, data[["referral_count"]]], axis="columns"), meta


def same(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
    return data, meta


LOCAL, REGIONAL, NATIONAL = "Local authority", "Regional", "National"
COUNT, PERCENT, SOURCE = "referral_count", "referral_percent", "referral_source"
OWN = {"col_type": "Indicator", "label": "Another", "indicator_dp": "0"}

# Rule, what breaks it, what nearly does.
CASES: list[tuple[str, Change, Change]] = [
    ("mandatory_columns", without("country_name"), without("region_name")),
    ("mandatory_columns", lambda data, meta: (data, meta.drop(columns="label")), same),
    ("columns_once", column_twice, same),
    (
        "col_name_once",
        also_described(col_name=COUNT, **OWN),
        both(all_cells("own", "1"), also_described(col_name="own", **OWN)),
    ),
    ("column_names", renamed(COUNT, "referral count"), renamed(COUNT, "Referral_Count")),
    ("column_names", renamed(COUNT, "1st_count"), renamed(COUNT, "count_1st")),
    ("column_names", renamed(COUNT, "c" * 51), renamed(COUNT, "c" * 50)),
    (
        "fewer_rows_of_metadata_than_columns",
        both(few_columns, also_described(col_name="a", **OWN), also_described(col_name="b", **OWN)),
        both(few_columns, also_described(col_name="a", **OWN)),
    ),
    ("column_types", described(COUNT, col_type="indicator"), same),
    ("column_types", both(described(COUNT, col_type="Filter"), described(PERCENT, col_type="Filter")), same),
    ("metadata_in_data", without(PERCENT), same),
    ("metadata_in_data", described(SOURCE, filter_grouping_column="nowhere"), grouped(first_letter)),
    ("data_in_metadata", both(all_cells("own", "1"), cell("own", "2")), all_cells("own", "1")),
    ("no_rows_for_time_or_place", also_described(col_name="region_name", **OWN), same),
    ("labels", described(COUNT, label=""), described(COUNT, label="N")),
    ("labels", described(COUNT, label="Percentage of the total"), described(COUNT, label="percentage of the total")),
    ("labels", described(COUNT, label=" Number"), described(COUNT, label="Number of all")),
    ("metadata_of_filters", described(COUNT, filter_hint="Choose"), described(SOURCE, filter_hint="")),
    ("metadata_of_filters", described(COUNT, filter_grouping_column=SOURCE), grouped(first_letter)),
    (
        "metadata_of_filters",
        both(grouped(first_letter), also_described(col_name="source_group", col_type="Filter", label="Group")),
        grouped(first_letter),
    ),
    ("metadata_of_indicators", described(SOURCE, indicator_unit="%"), described(COUNT, indicator_unit="%")),
    ("metadata_of_indicators", described(COUNT, indicator_unit="percent"), described(COUNT, indicator_unit="pp")),
    ("metadata_of_indicators", described(COUNT, indicator_dp=""), described(PERCENT, indicator_dp="2")),
    ("metadata_of_indicators", described(COUNT, indicator_dp="-1"), described(COUNT, indicator_grouping="Counts")),
    ("indicators_hold_no_filter_items", renamed(COUNT, "count_female"), renamed(COUNT, "count_females")),
    ("time_periods", all_cells("time_period", "201617"), all_cells("time_period", "2016")),
    ("time_periods", cell("time_identifier", "Financial year"), same),
    ("geographic_levels", cell("geographic_level", "Local Authority", where=LOCAL), same),
    ("geographic_levels", without("la_name"), same),
    ("places_completed", cell("region_name", "", where=REGIONAL), cell("region_name", "", where=NATIONAL)),
    ("places_completed", cell("region_code", "", where=LOCAL), cell("la_name", "", where=REGIONAL)),
    ("places_completed", cell("new_la_code", "E09000001", where=REGIONAL), same),
    ("places_known", cell("country_name", "Wales"), same),
    ("places_known", cell("region_name", "North", where=REGIONAL), same),
    ("places_known", all_cells("country_code", "E92000002"), same),
    ("places_known", cell("la_name", "London", where=LOCAL), same),
    (
        "places_known",
        both(cell("region_code", "E12000001", where=LOCAL), cell("region_name", "North East", where=LOCAL)),
        both(cell("region_code", "E12000007", where=LOCAL), cell("region_name", "London", where=LOCAL)),
    ),
    ("places_known", cell("old_la_code", "999", where=LOCAL), same),
    ("no_totals_of_time_or_place", cell("la_name", "Total", where=REGIONAL), cell(SOURCE, "Total")),
    ("filters_have_items", lambda data, meta: (data[data[SOURCE] == "Total"], meta), same),
    ("filters_have_items", cell(SOURCE, "", 1), same),
    ("filters_have_items", cell(SOURCE, "Police ", 1), same),
    ("filters_have_totals", rows_dropped("Total"), same),
    ("groups_are_coarser", grouped(lambda item: item), grouped(first_letter)),
    ("no_duplicate_rows", row_repeated, same),
    ("every_combination", rows_dropped("Police", la="202"), rows_dropped("Police")),
    ("every_combination", rows_dropped("Police", la="202"), rows_dropped(la="202")),
    ("no_null_words", cell(COUNT, "NA"), cell("la_name", "Nauru")),
    ("no_null_words", described(SOURCE, filter_hint="null"), described(SOURCE, filter_hint="No null")),
    ("cells_are_numbers_or_symbols", cell(COUNT, "1,234"), cell(COUNT, "1234")),
    ("cells_are_numbers_or_symbols", cell(PERCENT, "12.5%"), cell(PERCENT, "12.5")),
    ("cells_are_numbers_or_symbols", cell(PERCENT, "12.55"), cell(PERCENT, "12")),
    ("cells_are_numbers_or_symbols", cell(COUNT, ""), cell(COUNT, "0")),
    ("cells_are_numbers_or_symbols", cell(COUNT, ":"), cell(COUNT, "z")),
    ("cells_are_numbers_or_symbols", cell(COUNT, "~"), cell(COUNT, "low")),
    ("cells_are_numbers_or_symbols", cell(COUNT, "C"), cell(COUNT, "c")),
]


def broken(change: Change | None = None) -> set[str]:
    return {message.split(": ")[1] for message in screen_pair(pair(change))}


@pytest.mark.parametrize(("rule", "hit", "near_miss"), CASES)
def test_a_rule(rule: str, hit: Change, near_miss: Change) -> None:
    assert rule in broken(hit)
    assert rule not in broken(near_miss)


def test_every_rule_has_a_case() -> None:
    assert {rule.__name__ for rule in (*SHAPE, *RULES)} == {rule for rule, _, _ in CASES}


def test_a_good_pair_passes() -> None:
    assert screen_pair(pair()) == []
    assert screen_pair(pair(grouped(first_letter))) == []


def files(name: str = "c5_referrals", meta: str = "c5_referrals") -> dict[str, bytes]:
    good = pair()
    return {
        f"{name}.csv": good.data.to_csv(index=False).encode(),
        f"{meta}.meta.csv": good.meta.to_csv(index=False).encode(),
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (files(), ""),
        (files("C5_referrals", "C5_referrals"), "lower-case"),
        (files("c5 referrals", "c5 referrals"), "lower-case"),
        (files("c5_referrals_2017", "c5_referrals_2017"), "holds a year"),
        (files("c5_referrals_20170", "c5_referrals_20170"), ""),
        (files("c" * 66, "c" * 66), "longer than 65"),
        (files(meta="c5_other"), "c5_referrals.meta.csv is missing"),
        (files() | {"c5_referrals.csv": b"time_period\n\xff\n"}, "not UTF-8"),
        (files() | {"c5_referrals.csv": "\ufeff".encode() + files()["c5_referrals.csv"]}, "byte order mark"),
        (files() | {"c5_referrals.csv": b"time_period\n"}, "has no rows"),
        (files() | {"c5_referrals.csv": b"a,b\n1,2\n1\n"}, "line 3 has another number of cells"),
    ],
)
def test_files(given: dict[str, bytes], said: str) -> None:
    messages = screen_files(given)
    assert bool(messages) == bool(said)
    assert not said or any(said in message for message in messages)
