"""The files of each profile beside what is known of the Department's: names, columns and their order, labels, rows."""

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.publication.cells import release_cells
from cin_pipeline.publication.checking import broken_screening
from cin_pipeline.publication.declaring import figures_of
from cin_pipeline.publication.disclosure import protect
from cin_pipeline.publication.disclosure_audit import recoverable
from cin_pipeline.publication.open_data import open_data_files
from cin_pipeline.publication.profiles import (
    NAMES,
    People,
    UnknownProfile,
    filled,
    labelled_by,
    profile_named,
    protected_for,
    shown_by,
)
from cin_pipeline.publication.release import table_files
from cin_pipeline.publication.release_tables import labelled, table
from cin_pipeline.publication.screening.ours import EXEMPTIONS_OF_ITS_FORM
from cin_pipeline.publication.screening.running import findings_of
from cin_pipeline_tests.support.release_frames import protected
from cin_pipeline_tests.support.small_las import measures_of, release_of

FACTS = Path(__file__).parents[1] / "support" / "data"
YEARS = tuple(range(2014, 2025))
PEOPLE = {year: People(year - 1, {"E92000001": 12_000_000, "201": 800}) for year in YEARS}
PLACE = ["region_code", "region_name", "old_la_code", "new_la_code", "la_name"]
TIME = ["time_period", "time_identifier", "geographic_level", "country_code", "country_name"]
ORDER_NOT_HELD = ("b1", "c1", "c4", "ons")  # these of 2024: what is held is of 2025


def facts(name: str) -> list[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def stem(name: str) -> str:
    return re.sub(r"_[0-9]{4}(_to_[0-9]{4})?$", "", name)


def files_of(name: str, cells: DataFrame | None = None, year: int = 2024) -> dict[str, bytes]:
    """The open-data files of a profile, by name without years and ending."""
    arranged = filled(profile_named(name), labelled(year), protected(YEARS) if cells is None else cells, year, PEOPLE)
    return open_data_files(arranged)


@pytest.fixture(scope="module")
def of_2024() -> dict[str, bytes]:
    return files_of("2024")


@pytest.fixture(scope="module")
def of_2025() -> dict[str, bytes]:
    return files_of("2025")


def read(files: dict[str, bytes], name: str, ending: str = "") -> DataFrame:
    """A file by the beginning of its name."""
    (found,) = (each for each in files if each.startswith(f"{name}_") and each.endswith(f"{ending}.csv")
                and (".meta" in each) == (ending == ".meta"))  # fmt: skip
    return pd.read_csv(io.BytesIO(files[found]), dtype=str, keep_default_na=False)


def described() -> dict[str, dict[str, str]]:
    """By the stem of a file of 2024 its variables and their labels."""
    found: dict[str, dict[str, str]] = {}
    for row in facts("columns-of-2024"):
        found.setdefault(stem(row["file"]), {})[row["name"]] = row["label"]
    return found


def test_the_files_of_2024_have_the_names_levels_and_years_of_the_department(of_2024: dict[str, bytes]) -> None:
    known = facts("files-of-2024")
    expected = []
    for row in known:
        first, last = int(row["first_year"]), int(row["last_year"])
        # Nothing is held of 2012-13, which the Department's begin with; population files begin a year before.
        earliest = 2013 if row["file"].startswith("ons") else 2014
        name = f"{stem(row['file'])}_{max(first, earliest)}_to_{last}"
        expected += [f"{name}.csv", f"{name}.meta.csv"]
        levels = set(read(of_2024, row["file"].split("_")[0])["geographic_level"])
        assert levels == set(row["levels"].split("; ")), name
    assert list(of_2024) == expected
    assert len(known) == 30


@pytest.mark.parametrize("name", sorted(described()))
def test_columns_of_2024_have_the_names_and_labels_of_the_guidance(of_2024: dict[str, bytes], name: str) -> None:
    key = name.split("_")[0]
    data, meta = read(of_2024, key), read(of_2024, key, ".meta")
    own = [column for column in data if column not in (*TIME, *PLACE)]
    known = described()[name]
    # Besides, where it is not described: the one value of a file, or what groups the filter.
    assert set(own) - set(known) <= {"category", "characteristic"}
    assert set(known) <= set(own)
    labels = dict(zip(meta["col_name"], meta["label"], strict=True))
    assert labels == {column: label for column, label in known.items() if column != "age_group"}
    assert list(data)[:5] == TIME
    assert list(data)[5:10] == PLACE or set(data["geographic_level"]) == {"National"}


@pytest.mark.parametrize("row", facts("order-of-columns"), ids=lambda row: str(row["table"]))
def test_columns_stand_in_the_published_order(
    of_2024: dict[str, bytes], of_2025: dict[str, bytes], row: dict[str, str]
) -> None:
    key, expected = row["table"], row["columns"].split()
    own = [column for column in read(of_2024, key) if column not in (*TIME, *PLACE)]
    if key[0] in "bcd":
        assert own.pop(0) == "category"
    if key not in ORDER_NOT_HELD:
        assert own == expected
        return
    # Of 2025, whose files have no rates: counts in that order, each rate behind its count.
    assert [column for column in read(of_2025, key) if column not in (*TIME, *PLACE, "category")] == expected
    counts = [column for column in own if not column.endswith("_rate")]
    assert len(counts) == len(expected)
    if key != "c1":  # named otherwise
        assert [name.lower() for name in counts] == [name.lower() for name in expected]
    for n, column in enumerate(own):
        if column.endswith("_rate"):
            assert own[n - 1] == column.removesuffix("_rate")


def test_rows_of_the_a_tables_are_the_published_ones(of_2024: dict[str, bytes]) -> None:
    known = facts("rows-of-2024")
    for key in ("a1", "a2", "a3", "a4", "a5", "a6", "a7"):
        data = read(of_2024, key)
        words = [
            word for word in ("category", "characteristic", "characteristic_type", "category_type") if word in data
        ]
        of_year = data[data["time_period"] == "2024"][words].to_dict("records")
        assert of_year == [{word: row[word] for word in words} for row in known if row["table"] == key], key


def test_rates_of_2025_are_gone_where_they_went_and_c1_is_renamed(
    of_2024: dict[str, bytes], of_2025: dict[str, bytes]
) -> None:
    newest, before = of_2025, of_2024
    assert {name.removesuffix(".csv") for name in newest} == {name.removesuffix(".csv") for name in before}
    for key in {name.split("_")[0] for name in before}:
        new, old = list(read(newest, key)), list(read(before, key))
        if key in ("b1", "c1", "c4", "d1"):
            assert not [column for column in new if column.endswith("_rate")]
        if key == "c1":
            assert {"referral_count", "rereferral_count"} <= set(new)
            assert not {"Referrals", "Re_referrals"} & set(new)
        elif key == "b1":
            assert new[-1] == "awaiting_assessment"
        else:
            rates_dropped = key in ("c4", "d1")
            assert new == [column for column in old if not (rates_dropped and column.endswith("_rate"))]


def test_2022_has_its_28_files_and_no_symbols_of_later_releases() -> None:
    cells = protected((2021, 2022))
    b6 = (cells["table"] == "B6") & (cells["unit"] == "percent") & (cells["filter_1_category"] == "RC2")
    cells.loc[b6, ["shown", "symbol"]] = [None, "k"]
    cells.loc[cells["table"] == "D3", ["shown", "symbol"]] = [None, "u"]
    old, new = (files_of(name, cells, 2022) for name in ("2022", "2024"))
    assert len(old) == 2 * 28
    assert len(new) == 2 * 30
    assert set(read(old, "b6")["RC2_Died_percent"]) == {"0"}
    assert set(read(new, "b6")["RC2_Died_percent"]) == {"k"}
    assert set(read(old, "d3")["CPP_start"]) == {"x"}
    assert set(read(new, "d3")["CPP_start"]) == {"u"}
    assert any(name.startswith("b7_child_in_need_plans_2022.") for name in old)
    assert [profile_named(name).vintage for name in NAMES] == [2011, 2021, 2021, None]


# Column (and row) by hand: what it counts.
CELLS = [
    ("b1", "Ended_child", "", "cin_children_ending"),
    ("b1", "Awaiting_assessment_rate", "", "cin_awaiting_assessment_at_31_march"),
    ("b2", "Hand_Function_percent", "", "cin_episodes_at_31_march, disability HAND"),
    ("b2", "Other_percent", "", "cin_episodes_at_31_march, disability DDA"),
    ("b3", "N0_Not_stated", "", "cin_episodes_at_31_march, primary_need N0+unknown"),
    ("b4", "2years+", "", "cin_episodes_at_31_march, duration 2_years_or_more"),
    ("b6", "unknown_percent", "", "cin_episodes_ending, reason_for_closure RC8+RC9+unknown"),
    ("b7", "CINPlan_child_anypoint_rate", "", "children_cin_plan_any_point"),
    ("c1", "Not_in_Need_percent", "", "referrals_assessed_not_in_need"),
    ("c2", "61+_days", "", "assessments_completed, duration 61+"),
    ("c2", "75th_Percentile_days", "", "assessments_completed"),
    ("c3", "Domestic_Abuse_parent", "", "factor_episodes, factor 3B"),
    ("c3", "Sexual_Abuse_adult_on_child", "", "factor_episodes, factor 19C"),
    ("c3", "Other", "", "factor_episodes, factor 20"),
    ("c4", "ICPC_child_rate", "", "children_icpc"),
    ("c4", "Duration_21+_days", "", "icpcs, wait 21+"),
    ("c5", "LA_Services", "", "referrals, referral_source 5A+5B+5C+5D"),
    ("c6", "January", "", "referrals, month 01"),
    ("d1", "CPP_child_start", "", "children_cpp_starting"),
    ("d2", "Neglect_Latest", "", "cpp_starting, latest_category NEG"),
    ("d4", "Multiple_Initial", "", "cpp_at_31_march, initial_category MUL"),
    ("d6", "Reviewed_within_timescales", "", "cpp_reviewed_in_time_at_31_march"),
    ("d7", "more_than_6_months_less_than_1_year", "", "cpp_ending, duration over_6_months_to_1_year"),
    ("d8", "3_months_or_less_transfer_percent", "", "cpp_ending_first_6_months_transferred"),
    ("a1", "percent", "Children re-referred within 12 months of a previous referral", "children_re_referred"),
    ("a2", "number", "CPPs ending that had lasted two years or more", "cpp_ending, duration 2_years_or_more"),
    ("a3", "N1_Abuse_or_neglect", "Female Aged 1 to 4 years",
     "cin_episodes_at_31_march, primary_need:gender:age_band N1:2:1-4+N1:F:1-4"),
    ("a5", "Sexual_Abuse_Initial", "Unborn", "cpp_at_31_march, initial_category:age_band SAB:unborn"),
    ("a7", "percent", "Gypsy or Irish Traveller", "cin_episodes_at_31_march, ethnicity WIRT+WROM"),
    ("headline", "completed_assessments", "", "assessments_completed"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "column", "row", "counts"), CELLS)
def test_what_stands_in_a_column(key: str, column: str, row: str, counts: str) -> None:
    (file,) = (each for each in profile_named("2024").files if each.stem.startswith(f"{key}_"))
    (found,) = (each for each in file.columns if each.name == column)
    (of_row,) = (each for each in file.rows if not row or each.words[-1] == row)
    cell = file.cell(of_row, found)
    (figure,) = (
        each
        for each in figures_of(table(cell.table))
        if ([*(category.code for category in each.row), "", ""][:2], each.indicator.name)
        == ([cell.filter_1_category, cell.filter_2_category], cell.indicator)
    )
    assert str(figure.numerator) == counts
    unit = next((unit for unit in ("percent", "rate") if column.endswith(unit)), "")
    assert figure.indicator.unit == unit or (not unit and figure.indicator.unit in ("count", "days"))


def test_cells_are_what_is_shown_without_trailing_zeros() -> None:
    cells = protected((2024,))
    local = cells[(cells["table"] == "B4") & (cells["la_code"] == "202")]
    percent = local[(local["unit"] == "percent") & (local["filter_1_category"] == "up_to_3_months")].index
    cells.loc[percent, ["shown", "symbol"]] = [Decimal("100.0"), ""]
    data = read(files_of("2024", cells), "b4")
    row = data[data["old_la_code"] == "202"].iloc[0]
    assert row["3_months_or_less_percent"] == "100"
    at = local.set_index(["filter_1_category", "indicator"])
    for column, category in (("2years+", "2_years_or_more"), ("At31_episodes", "Total")):
        cell = at.loc[(category, "cin_at31_count")]
        assert row[column] == (cell["symbol"] or str(cell["shown"]))


def test_the_population_is_that_of_the_middle_of_the_year(of_2024: dict[str, bytes]) -> None:
    data = read(of_2024, "ons")
    of_england = data[data["geographic_level"] == "National"]
    assert of_england["time_period"].tolist() == [str(year) for year in range(2013, 2024)]
    assert set(of_england["population_estimate"]) == {"12000000"}
    assert set(data["population_estimate"][data["old_la_code"] == "201"]) == {"800"}
    assert set(data["population_estimate"][data["old_la_code"] == "202"]) == {"x"}
    assert set(data["age_group"]) == {"0 to 17"}


@pytest.mark.parametrize("name", ["2022", "2024", "2025"])
def test_files_pass_the_screener_but_for_what_the_departments_own_would_not(name: str) -> None:
    files = table_files(protected((2021, 2022)), CollectionYear(2022), profile_named(name), PEOPLE)
    assert broken_screening(files, profile_named(name)) == []


def test_every_exemption_of_the_form_is_needed() -> None:
    found = findings_of(files_of("2024", protected((2023, 2024))))
    needed = [each for each in EXEMPTIONS_OF_ITS_FORM if each.check != "las_of_their_year_and_region"]
    assert all(any(each.covers(finding) for finding in found) for each in needed)
    turned_away = {finding.check for finding in found if finding.verdict == "refused"}
    assert turned_away == {"check_col_ind_smushed"}


def test_sheets_have_the_labels_of_the_profile() -> None:
    profile = profile_named("2025")
    arranged = {
        each.id: each
        for each in filled(
            profile, labelled(2025), protected((2024, 2025)), 2025, {2024: PEOPLE[2023], 2025: PEOPLE[2024]}
        )
    }
    assert [each.label for each in arranged["B1"].figures][:2] == [
        "Episodes of need at any point during the year",
        "Children with an episode of need at any point during the year",
    ]
    assert "sex" in arranged["A7"].title
    assert set(arranged["A3"].rows["characteristic"]) >= {
        "Unknown or Indeterminate sex",
        "Female Aged 16 years and over",
    }
    assert not any("per 10,000" in note for note in arranged["D1"].notes)
    tables = labelled_by(profile, 2025)
    assert tables["C3"].filters[0]["16A"].label == "Neglect"
    assert tables["B4"].filters[0]["2_years_or_more"].label == "2 years and over"
    assert tables["D2"].filters[0]["NEG"].label == "Neglect"
    assert tables["C4"].indicator("icpc_count").label == "Number of ICPCs"


def test_there_is_no_other_profile() -> None:
    with pytest.raises(UnknownProfile, match="'2023' is no profile of a release; one of 2022, 2024, 2025, tidy was"):
        profile_named("2023")


@pytest.mark.parametrize("name", ["2022", "2024", "2025"])
def test_what_is_assumed_names_files_of_the_profile(name: str) -> None:
    profile = profile_named(name)
    ids = {file.id for file in profile.files}
    assert profile.assumed
    assert all(set(each.files) <= ids for each in profile.assumed)
    assert not profile_named("tidy").assumed


LAS = ("390", "391", "201", "202")
OF_LAS = dict.fromkeys(LAS, 50_000)


def cells_of_las(seed: int, scale: int) -> DataFrame:
    rng = np.random.default_rng(seed)
    measures = pd.concat([measures_of(la, rng, scale, 2024) for la in LAS], ignore_index=True)
    return release_cells(release_of(measures, {2024: LAS}, OF_LAS, 2024))


@pytest.mark.parametrize("name", ["2022", "2024", "2025"])
@pytest.mark.parametrize(("seed", "scale"), [(1, 15), (2, 60), (3, 5)])
def test_nothing_suppressed_is_recovered_from_what_a_profile_shows(name: str, seed: int, scale: int) -> None:
    profile = profile_named(name)
    found = protect(protected_for(profile, cells_of_las(seed, scale)))
    assert recoverable(found).empty
    of_las = found[(found["unit"] == "count") & (found["la_code"] != "")]
    assert (of_las["symbol"][of_las["value"].between(1, 5)] == "c").all()
    shown = shown_by(profile, found)
    # A percentage of a small count is not shown, whether or not the count is.
    disabled = shown[(shown["table"] == "B2") & (shown["la_code"] != "") & (shown["filter_1_category"] == "MOB")]
    assert set(disabled["unit"]) == {"percent"}
    counts = found[(found["table"] == "B2") & (found["filter_1_category"] == "MOB") & (found["unit"] == "count")]
    small = set(counts["la_code"][counts["value"].between(1, 5)]) - {""}
    assert (disabled["symbol"][disabled["la_code"].isin(small)] == "c").all()


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10**6),
    scales=st.lists(st.sampled_from([0, 2, 15, 60]), min_size=1, max_size=4),
    silent=st.sampled_from([(), ("392",), ("392", "393")]),
    name=st.sampled_from(["2022", "2024", "2025"]),
)
@example(seed=964895, scales=[2, 15, 200, 200], silent=("392", "393"), name="2024")
def test_nothing_is_recovered_from_any_las_in_any_form(
    seed: int, scales: list[int], silent: tuple[str, ...], name: str
) -> None:
    rng = np.random.default_rng(seed)
    las = LAS[: len(scales)]
    measures = pd.concat([measures_of(la, rng, scale, 2024) for la, scale in zip(las, scales, strict=True)])
    people = OF_LAS | dict.fromkeys(silent, 50_000)
    cells = release_cells(release_of(measures.reset_index(drop=True), {2024: (*las, *silent)}, people, 2024))
    found = recoverable(protect(protected_for(profile_named(name), cells)))
    assert found.empty, found


def test_a_row_is_closed_though_what_was_not_recorded_is_not_shown() -> None:
    """Twelve plans began: 9 for neglect, 3 for physical abuse, which two categories alone would say."""
    measures = measures_of("390", np.random.default_rng(1), 0, 2024)
    measures.loc[(measures["measure"] == "cpp_starting") & (measures["breakdown"] == "total"), "value"] = 12
    rows = [
        (2024, "390", "cpp_starting", f"{which}_category", code, number, "known")
        for which in ("initial", "latest")
        for code, number in (("NEG", 9), ("PHY", 3))
    ]
    made = pd.concat([measures, DataFrame(rows, columns=measures.columns).astype({"value": "Int64"})])
    cells = release_cells(release_of(made, {2024: ("390",)}, OF_LAS, 2024))
    found = protect(protected_for(profile_named("2024"), cells))
    row = found[
        (found["table"] == "D2") & (found["la_code"] == "390") & (found["indicator"] == "CPP_start_initial_count")
    ]
    assert dict(zip(row["filter_1_category"], row["symbol"], strict=True)) == {
        "Total": "", "NEG": "c", "PHY": "c", "SAB": "", "EMO": "", "MUL": "",
    }  # fmt: skip
    assert recoverable(found).empty


def test_a_factor_that_no_year_held_collected_is_not_available() -> None:
    people = dict.fromkeys((2019, 2020), PEOPLE[2023])
    cells = protected((2019, 2020))
    held = cells[cells["filter_1_category"] != "24A"]  # as release_cells leaves it out
    files = filled(profile_named("2024"), labelled(2020), held, 2020, people)
    factors = next(each.rows for each in files if each.id == "C3")
    assert set(factors["Child_criminal_exploitation"]) == {"x"}
