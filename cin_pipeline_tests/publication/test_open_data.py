"""The open-data pairs as files: names, columns and rows as the Department's own."""

import io
from itertools import pairwise

import pandas as pd
import pytest
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.publication import arranging, open_data
from cin_pipeline.publication.arranging import FILE_NAMES, tidy
from cin_pipeline.publication.checking import broken_screening
from cin_pipeline.publication.open_data import open_data_files
from cin_pipeline.publication.release import table_files
from cin_pipeline.publication.release_tables import TABLES, labelled, table
from cin_pipeline.publication.screening.ours import EXEMPTIONS
from cin_pipeline.publication.screening.running import findings_of
from cin_pipeline.publication.workbook.building import release_sheets
from cin_pipeline_tests.support.release_frames import protected

PLACE = [
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name",
    "old_la_code", "la_name", "new_la_code",
]  # fmt: skip
# As in the Department's files of 2021, which have no rates.
REAL = {
    "b1_children_in_need": [
        "category", "Anypoint_episodes", "Anypoint_child", "Started_episodes", "Started_child", "Ended_episodes",
        "Ended_child", "At31_episodes", "awaiting_assessment",
    ],
    "c1_children_in_need_referrals_and_rereferrals": [
        "category", "referral_count", "rereferral_count", "rereferral_percent", "no_further_action_count",
        "no_further_action_percent", "not_in_need_count", "not_in_need_percent", "referral_child_count",
        "rereferral_child_count", "rereferral_child_percent",
    ],
    "d3_cpps_subsequent_plan": ["category", "CPP_start", "CPP_subsequent", "CPP_subsequent_percent"],
}  # fmt: skip


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return open_data_files(tidy(labelled(2017), protected()))


def read(files: dict[str, bytes], name: str) -> DataFrame:
    return pd.read_csv(io.BytesIO(files[f"{name}.csv"]), dtype=str, keep_default_na=False)


def test_a_pair_for_every_table(files: dict[str, bytes]) -> None:
    made = [FILE_NAMES[table.id] for table in TABLES if table.since <= 2017]
    assert list(files) == [name for stem in made for name in (f"{stem}.csv", f"{stem}.meta.csv")]
    assert set(FILE_NAMES) == {table.id for table in TABLES}


@pytest.mark.parametrize("name", REAL)
def test_columns_are_the_real_ones(files: dict[str, bytes], name: str) -> None:
    columns = list(read(files, name))
    assert [column for column in columns if not column.endswith("_rate")] == [*PLACE, *REAL[name]]


@pytest.mark.parametrize(
    ("name", "rates"), [("b1_children_in_need", 8), ("c4_children_in_need_section_47s_and_icpcs", 4)]
)
def test_each_rate_follows_its_count(files: dict[str, bytes], name: str, rates: int) -> None:
    columns = list(read(files, name))
    found = [(before, column) for before, column in pairwise(columns) if column.endswith("_rate")]
    assert len(found) == rates
    assert all(before.removesuffix("_count") == rate.removesuffix("_rate") for before, rate in found)


def test_rows_hold_time_and_place(files: dict[str, bytes]) -> None:
    rows = read(files, "c1_children_in_need_referrals_and_rereferrals")[PLACE].to_numpy().tolist()
    england = ["2016", "Reporting year", "National", "E92000001", "England"]
    assert rows[0] == [*england, "", "", "", "", ""]
    assert rows[1] == [*england[:2], "Regional", *england[3:], "E12000001", "North East", "", "", ""]
    local = [*england[:2], "Local authority", *england[3:]]
    assert rows[4] == [*local, "E13000001", "Inner London", "201", "City of London", "E09000001"]
    assert rows[6] == [*local, "E12000001", "North East", "390", "Gateshead", "E08000037"]
    assert [row[0] for row in rows] == ["2016"] * 7 + ["2017"] * 7


def test_england_tables_have_no_columns_of_other_places(files: dict[str, bytes]) -> None:
    columns = list(read(files, "a4_cin_by_ethnicity_and_age_gender"))
    assert columns[:5] == PLACE[:5]
    assert not set(columns) & set(PLACE[5:])


def test_cells_are_what_is_shown_or_its_symbol() -> None:
    cells = protected((2017,))
    texts = iter(("c", "x", "z", "k", "u"))
    b1 = cells["table"] == "B1"
    local = cells[b1 & (cells["la_code"] == "202")].index
    for row, symbol in zip(local, texts, strict=False):
        cells.loc[row, ["shown", "symbol"]] = [None, symbol]
    written = read(open_data_files(tidy(labelled(2017), cells)), "b1_children_in_need")
    row = written[written["old_la_code"] == "202"].iloc[0]
    first = row[[figure.name for figure in table("B1").indicators[:5]]]
    assert first.tolist() == ["c", "x", "z", "k", "u"]
    assert row["At31_episodes_rate"].count(".") == 1


def test_what_is_not_described_is_always_the_same(files: dict[str, bytes]) -> None:
    for name in FILE_NAMES.values():
        if f"{name}.csv" in files:
            meta = read(files, f"{name}.meta")
            data = read(files, name)
            assert data[[name for name in data if name not in [*PLACE, *meta["col_name"]]]].nunique().le(1).all()
            assert meta.loc[meta["col_type"] == "Indicator", "indicator_dp"].isin(["0", "1"]).all()
    percent = read(files, "b3_cin_primary_need.meta").set_index("col_name").loc["cin_at31_percent"]
    assert percent[["indicator_unit", "indicator_dp"]].tolist() == ["%", "1"]


def test_all_files_pass_the_screener() -> None:
    assert broken_screening(table_files(protected(), CollectionYear(2017))) == []
    assert broken_screening(table_files(protected((2017,)), CollectionYear(2017))) == []


def test_every_exemption_from_the_screener_is_needed(files: dict[str, bytes]) -> None:
    found = findings_of(files)
    assert found
    assert all(any(each.covers(finding) for each in EXEMPTIONS) for finding in found)
    assert all(any(each.covers(finding) for finding in found) for each in EXEMPTIONS)
    turned_away = {(finding.file, finding.column) for finding in found if finding.verdict != "advised"}
    assert turned_away == {(f"{FILE_NAMES[table]}.meta.csv", "primary_need") for table in ("A3", "B3")}


@pytest.mark.parametrize(
    ("word", "wrong", "said"),
    [
        ("TIME", ("time_period", "time_ident"), "precheck_col_req_data: time_identifier"),
        ("COUNTRY", ("country_name", "country_code"), "check_geog_country_combos: country_code"),
        ("REGION", ("region_code", "region"), "check_geog_region_col_present: region_name"),
        ("LA", ("new_la_code", "la_name", "old_la_code"), "check_geog_la_combos: old_la_code"),
        ("REPORTING_YEAR", "Reporting Year", "precheck_time_id_valid: time_identifier"),
        ("META_COLUMNS", open_data.META_COLUMNS[:-1], "precheck_col_req_meta: filter_grouping_column"),
        ("FILTER", "Filters", "precheck_meta_col_type: col_type"),
        ("INDICATOR", "indicator", "precheck_meta_col_type: col_type"),
        ("WHOLE", "All", "check_filter_defaults: referral_source"),
        ("ENGLAND", "E92000002", "check_geog_country_combos: country_code"),
        ("_UNITS", {"count": "", "percent": "percent"}, "check_meta_ind_unit_validation: referral_percent"),
    ],
)
def test_a_wrong_word_of_the_writer_is_seen(
    monkeypatch: pytest.MonkeyPatch, word: str, wrong: object, said: str
) -> None:
    """The screener does not take its words from the writer."""
    monkeypatch.setattr(arranging if word == "WHOLE" else open_data, word, wrong)
    written = open_data_files(tidy(labelled(2017), protected((2017,), (table("C5"),))))
    assert any(said in str(finding) for finding in findings_of(written))


@pytest.mark.parametrize(("year", "word", "other"), [(2024, "gender", "sex"), (2025, "sex", "gender")])
def test_labels_say_what_was_collected(year: int, word: str, other: str) -> None:
    """Gender to 2023-24, sex since: in titles of sheets and tables, in labels of rows and columns."""
    cells = protected((year,), (table("A3"),))
    arranged = tidy(labelled(year), cells)
    written = open_data_files(arranged)
    texts = [
        *(text.decode() for text in written.values()),
        *(str(line) for sheet in release_sheets(arranged, cells, CollectionYear(year)) for line in sheet.lines),
    ]
    found = " ".join(texts).lower()
    assert word in found
    assert other not in found


def test_the_census_says_domestic_abuse() -> None:
    """As in the Department's table C3."""
    labels = [category.label for category in table("C3").filters[0].categories if category.code[0] == "3"]
    assert [label.partition(":")[0] for label in labels] == ["Domestic abuse"] * 3
