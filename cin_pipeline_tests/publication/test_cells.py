"""The cells, each against a plain calculation; and what stands where something is missing."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.methodology.estimates import ESTIMATE_COLUMNS
from cin_pipeline.methodology.identities import broken_identities
from cin_pipeline.methodology.measures import MEASURE_COLUMNS
from cin_pipeline.methodology.missing import UnusableItem, without_unusable
from cin_pipeline.publication.cells import CELL_COLUMNS, ReleaseInput, release_cells
from cin_pipeline.publication.checking import broken_identities as counts_not_those_of
from cin_pipeline.publication.disclosure import protect
from cin_pipeline.reference.authorities import authorities, every_authority
from cin_pipeline_tests.support.plain_release import Plain, exists, people_of
from cin_pipeline_tests.support.small_las import measures_of, release_of

LAS = ("390", "391", "201", "202")
PEOPLE = {"390": 40_000, "391": 51_000, "201": 600, "202": 47_001}
KEY = ["table", "collection_year", "geography_code", "filter_1_category", "filter_2_category", "indicator"]


@pytest.fixture(scope="module")
def release() -> ReleaseInput:
    rng = np.random.default_rng(20)
    scales = {2016: (300, 400, 3, 90), 2017: (350, 380, 6, 100)}
    measures = [
        measures_of(la, rng, scale, year)
        for year, by_la in scales.items()
        for la, scale in zip(LAS, by_la, strict=True)
    ]
    assert not any(broken_identities(each) for each in measures)
    return release_of(pd.concat(measures, ignore_index=True), {2016: LAS, 2017: LAS}, PEOPLE)


@pytest.fixture(scope="module")
def cells(release: ReleaseInput) -> DataFrame:
    return release_cells(release)


def test_every_cell_is_that_of_a_plain_calculation(release: ReleaseInput, cells: DataFrame) -> None:
    checked = 0
    for (year, code, la), of_place in cells.groupby(["collection_year", "geography_code", "la_code"]):
        source = release.measures if la else release.estimates
        place = source[
            (source["collection_year"] == year) & (source["la_code" if la else "geography_code"] == (la or code))
        ]
        if not la and not any(code in every_authority()[each].places for each in LAS):
            assert set(of_place["status"]) == {"not_applicable"}
            continue
        plain = Plain(place, people_of(code, la, PEOPLE, LAS), year)
        for cell in of_place.itertuples():
            expected = plain.cell(cell.table, cell.filter_1_category, cell.filter_2_category, cell.indicator)
            if not exists(cell.table, cell.filter_1_category, year):
                assert (cell.status, np.isnan(cell.value)) == ("not_available", True), cell
            elif expected is None:
                assert (cell.status, np.isnan(cell.value)) == ("not_applicable", True), cell
            else:
                assert cell.status == "known", cell
                assert cell.value == pytest.approx(float(expected), rel=1e-12, abs=1e-9), cell
            checked += 1
    assert checked > 7_000


def test_every_published_number_is_the_rounded_plain_one(release: ReleaseInput, cells: DataFrame) -> None:
    protected = protect(cells)
    for cell in protected[protected["symbol"] == ""].itertuples():
        to = (
            Fraction(10)
            if cell.unit == "count" and not cell.la_code
            else Fraction(1, 10 if cell.unit in ("percent", "rate") else 1)
        )
        assert abs(Fraction(cell.shown) - Fraction(cell.value)) <= to / 2 + Fraction(1, 10**9), cell
        assert Fraction(cell.shown) % to == 0
        assert isinstance(cell.shown, Decimal if cell.unit in ("percent", "rate") else int)


# Published for England, 2016-17, on the population below; by row number, rate and percentage ("z": there is none).
PUBLISHED_A2 = {
    "section_47": (185_680, 159.1, "z"),
    "section_47_child": (167_670, 143.7, "z"),
    "icpc": (76_930, 65.9, "z"),
    "icpc_child": (75_890, 65.0, "z"),
    "cpp_at31": (51_080, 43.8, "z"),
    "cpp_open_3_months": (34_950, "z", "z"),
    "cpp_reviewed": (32_210, "z", 92.2),  # published 92.1, of unrounded counts
    "cpp_start": (66_410, 56.9, "z"),
    "cpp_subsequent": (12_420, "z", 18.7),
    "cpp_start_child": (66_180, 56.7, "z"),
    "cpp_end": (65_420, 56.1, "z"),
    "cpp_end_2_years": (2_230, "z", 3.4),
    "cpp_end_child": (65_200, 55.9, "z"),
}
MEASURES_OF_A2 = {
    "section_47": ("section_47_enquiries", "total", "total"),
    "section_47_child": ("children_section_47", "total", "total"),
    "icpc": ("icpcs", "total", "total"),
    "icpc_child": ("children_icpc", "total", "total"),
    "cpp_at31": ("cpp_at_31_march", "total", "total"),
    "cpp_open_3_months": ("cpp_open_3_months_at_31_march", "total", "total"),
    "cpp_reviewed": ("cpp_reviewed_in_time_at_31_march", "total", "total"),
    "cpp_start": ("cpp_starting", "total", "total"),
    "cpp_subsequent": ("cpp_starting_second_or_subsequent", "total", "total"),
    "cpp_start_child": ("children_cpp_starting", "total", "total"),
    "cpp_end": ("cpp_ending", "total", "total"),
    "cpp_end_2_years": ("cpp_ending", "duration", "2_years_or_more"),
    "cpp_end_child": ("children_cpp_ending", "total", "total"),
}


def test_table_a2_has_the_published_rows_with_their_rates_and_percentages() -> None:
    estimates = DataFrame(
        [
            (2017, "National", "E92000001", *MEASURES_OF_A2[row], number, 0.0, float(number), 1.0, "")
            for row, (number, *_) in PUBLISHED_A2.items()
        ],
        columns=list(ESTIMATE_COLUMNS),
    )
    las = tuple(authorities(2017))
    measures = DataFrame(
        [(2017, la, "cpp_starting", "total", "total", 9, "known") for la in las], columns=list(MEASURE_COLUMNS)
    )
    release = ReleaseInput(CollectionYear(2017), measures, estimates, {2017: las}, {2017: {"E92000001": 11_671_521}})
    cells = release_cells(release)
    a2 = protect(cells[cells["table"] == "A2"])
    shown = {(row.filter_1_category, row.indicator): row.symbol or float(row.shown) for row in a2.itertuples()}
    assert list(dict.fromkeys(a2["filter_1_category"])) == list(PUBLISHED_A2)
    for row, published in PUBLISHED_A2.items():
        assert tuple(shown[row, indicator] for indicator in ("number", "rate", "percent")) == published, row


def a_return(*children: tuple[str, str]) -> DataFrame:
    """The measures of one LA with so many episodes (and as many plans) of children of a gender and an age band."""
    measures = measures_of("390", np.random.default_rng(1), 0)
    found = []
    for measure, first in (
        ("cin_episodes_at_31_march", {"primary_need": "N1", "ethnicity": "WBRI"}),
        ("cpp_at_31_march", {"initial_category": "NEG"}),
    ):
        measures.loc[(measures["measure"] == measure) & (measures["breakdown"] == "total"), "value"] = len(children)
        for gender, age in children:
            items = {**first, "gender": gender, "age_band": age}
            found += [
                (measure, breakdown, ":".join(items[item] for item in breakdown.split(":")))
                for breakdown in MEASURES[measure].breakdowns
                if set(breakdown.split(":")) <= set(items)
            ]
    rows = [(2017, "390", *key, count, "known") for key, count in Counter(found).items()]
    return pd.concat([measures, DataFrame(rows, columns=measures.columns).astype({"value": "Int64"})])


def test_unborn_children_are_in_no_row_by_gender() -> None:
    """Three boys, a girl, one of unknown gender, and three unborn children, one of whom has a gender recorded."""
    boys, girl, unknown = [("1", "1-4"), ("1", "16+"), ("1", "unknown")], ("2", "5-9"), ("9", "under_1")
    unborn = [("0", "unborn"), ("unknown", "unborn"), ("2", "unborn")]
    found = release_cells(release_of(a_return(*boys, girl, unknown, *unborn), {2017: ("390",)}, PEOPLE))
    counts = found[(found["unit"] == "count") & (found["geography_code"] == "E92000001")]
    for table, row, filter_ in (
        ("A7", "", "filter_1_category"),
        ("A3", "N1", "filter_2_category"),
        ("A3", "Total", "filter_2_category"),
        ("A4", "white", "filter_2_category"),
        ("A4", "Total", "filter_2_category"),
        ("A5", "NEG", "filter_2_category"),
        ("A5", "Total", "filter_2_category"),
    ):
        rows = counts[(counts["table"] == table) & ((row == "") | (counts["filter_1_category"] == row))]
        by_row = dict(zip(rows[filter_], rows["value"], strict=True))
        wanted = {"Total": 8, "gender_male": 3, "gender_female": 1, "gender_unknown": 1, "age_unborn": 3}
        assert {name: by_row[name] for name in wanted} == wanted, (table, row)


def test_genders_and_unborn_add_up_in_unrounded_figures(cells: DataFrame) -> None:
    """As published, within rounding: of 2016-17 206,060 + 175,320 + 690 + 6,970 = 389,040."""
    parts = ("gender_male", "gender_female", "gender_unknown", "age_unborn")
    compared = 0
    for table in ("A3", "A4", "A5", "A7"):
        counts = cells[(cells["table"] == table) & (cells["unit"] == "count")]
        by = "filter_1_category" if table == "A7" else "filter_2_category"
        others = ["collection_year", *([] if table == "A7" else ["filter_1_category"])]
        summed = counts[counts[by].isin(parts)].groupby(others)["value"].sum()
        whole = counts[counts[by] == "Total"].set_index(others)["value"]
        assert np.allclose(summed.sort_index(), whole.sort_index())
        compared += len(whole)
    assert compared == 2 * (11 + 8 + 7 + 1)  # years, rows of A3, A4, A5 and A7


def test_rows_and_columns(cells: DataFrame) -> None:
    assert list(cells.columns) == list(CELL_COLUMNS)
    assert not cells.duplicated(KEY).any()
    assert sorted(cells["table"].unique()) == [
        f"{a}{n}" for a, to in (("A", 7), ("B", 6), ("C", 6), ("D", 8)) for n in range(1, to + 1)
    ]  # B7 from 2022
    england_only = cells[cells["table"].str.startswith("A")]
    assert set(england_only["geographic_level"]) == {"National"}
    in_each = cells.groupby(["table", "collection_year", "geography_code"]).size().groupby("table").nunique()
    assert (in_each == 1).all()  # every combination in every place and year


def value_of(
    cells: DataFrame, table: str, code: str, indicator: str, category: str = "", year: int = 2017
) -> tuple[object, str]:
    row = cells[
        (cells["table"] == table)
        & ((cells["la_code"] == code) | (cells["geography_code"] == code))
        & (cells["indicator"] == indicator)
        & (cells["filter_1_category"] == category)
        & (cells["collection_year"] == year)
    ]
    assert len(row) == 1
    return row["value"].iloc[0], row["status"].iloc[0]


def test_missing_previous_year_and_unusable_items(release: ReleaseInput) -> None:
    measures = release.measures[release.measures["collection_year"] == 2017]
    unusable = [
        UnusableItem(2017, "391", "re_referrals", "no return for the previous year"),
        UnusableItem(2017, "202", "referrals", "source not recorded", "referral_source"),
    ]
    found = release_cells(release_of(without_unusable(measures, unusable), {2017: LAS}, PEOPLE))
    assert np.isnan(value_of(found, "C1", "391", "rereferral_count")[0])
    assert value_of(found, "C1", "391", "rereferral_count")[1] == "not_available"
    assert value_of(found, "C1", "391", "rereferral_percent")[1] == "not_available"
    assert value_of(found, "C1", "E12000001", "rereferral_count")[1] == "estimated"
    assert value_of(found, "C5", "202", "referral_count", "police")[1] == "not_available"
    assert value_of(found, "C5", "202", "referral_count", "Total")[1] == "known"
    assert value_of(found, "C5", "E12000001", "referral_count", "police")[1] == "known"
    shown = protect(found)
    assert set(
        shown["symbol"][
            (shown["table"] == "C5") & (shown["la_code"] == "202") & (shown["filter_1_category"] == "police")
        ]
    ) == {"x"}


def test_child_in_need_plans_have_rows_from_2022_on() -> None:
    rng = np.random.default_rng(3)
    measures = pd.concat([measures_of(la, rng, 90, year) for year in (2021, 2022) for la in LAS], ignore_index=True)
    release = release_of(measures, {2021: LAS, 2022: LAS}, PEOPLE, 2022)
    cells = release_cells(release)
    b7 = cells[cells["table"] == "B7"]
    assert set(b7["collection_year"]) == {2022}
    for la in LAS:
        plain = Plain(measures[(measures["la_code"] == la) & (measures["collection_year"] == 2022)], PEOPLE[la], 2022)
        for cell in b7[b7["la_code"] == la].itertuples():
            assert cell.value == pytest.approx(float(plain.cell("B7", "", "", cell.indicator) or 0)), cell
    of_factors = cells["table"] == "C3"  # some of which were not collected yet
    assert protect(cells)["symbol"][~of_factors].isin(["", "c", "z", "k"]).all()


def test_gender_of_all_is_taken_from_what_every_la_gave(release: ReleaseInput, cells: DataFrame) -> None:
    """Gender by age is counted within need and within ethnicity: without its needs an LA still has its girls."""
    measures = release.measures[release.measures["collection_year"] == 2017]
    as_it_was = cells[cells["collection_year"] == 2017]
    for lacking, whole in (
        ("primary_need", True),
        ("ethnicity", True),
        ("both", False),
    ):
        breakdowns = ("primary_need", "ethnicity") if lacking == "both" else (lacking,)
        unusable = [UnusableItem(2017, "391", "cin_episodes_at_31_march", "not recorded", each) for each in breakdowns]
        found = release_cells(release_of(without_unusable(measures, unusable), {2017: LAS}, PEOPLE))
        for table in ("A3", "A4", "A7"):
            by = "filter_1_category" if table == "A7" else "filter_2_category"
            girls = [
                frame[(frame["table"] == table) & (frame[by] == "gender_female") & (frame["unit"] == "count")].iloc[0]
                for frame in (found, as_it_was)
            ]
            assert (girls[0]["status"] == "known") == whole, (lacking, table)
            assert (girls[0]["value"] == girls[1]["value"]) == whole
        need = found[(found["table"] == "A3") & (found["filter_1_category"] == "N1") & (found["unit"] == "count")]
        estimated = set(need["status"][need["filter_2_category"] == "gender_female"]) == {"estimated"}
        assert estimated == (lacking != "ethnicity")


def test_an_la_without_population_has_no_rate(release: ReleaseInput) -> None:
    people = {la: number for la, number in PEOPLE.items() if la != "201"}
    found = release_cells(replace(release, population={2016: people, 2017: people}))
    assert value_of(found, "D1", "201", "CPP_start_rate")[1] == "not_available"
    assert value_of(found, "D1", "E13000001", "CPP_start_rate")[1] == "not_available"  # its region counts it
    assert value_of(found, "D1", "202", "CPP_start_rate")[1] == "known"


def test_a_year_with_no_return_has_no_figure(release: ReleaseInput) -> None:
    nothing = ReleaseInput(
        CollectionYear(2017),
        DataFrame(columns=list(MEASURE_COLUMNS)),
        DataFrame(columns=list(ESTIMATE_COLUMNS)),
        {2017: LAS},
        {2017: PEOPLE},
    )
    found = protect(release_cells(nothing))
    assert set(found["symbol"]) == {"x", "z"}
    assert found["value"].isna().all()
    assert set(found["symbol"][found["la_code"] == "390"]) == {"x"}


def test_a_year_without_expected_las() -> None:
    empty = ReleaseInput(
        CollectionYear(2017),
        DataFrame(columns=list(MEASURE_COLUMNS)),
        DataFrame(columns=list(ESTIMATE_COLUMNS)),
        {},
        {},
    )
    assert set(protect(release_cells(empty))["symbol"]) == {"z"}


def test_all_zero_is_shown_as_zero() -> None:
    measures = measures_of("390", np.random.default_rng(1), 0)
    found = protect(release_cells(release_of(measures, {2017: ("390",)}, PEOPLE)))
    counts = found[(found["unit"] == "count") & (found["la_code"] == "390") & (found["table"] != "C3")]
    assert set(counts["shown"]) == {0}
    percentages = found[(found["unit"] == "percent") & (found["la_code"] == "390")]
    assert set(percentages["symbol"]) == {"z"}
    assert set(found["symbol"][(found["unit"] == "days") & (found["la_code"] == "390")]) == {"z"}


def test_what_is_of_low_reliability_is_not_shown_of_its_la_and_counted_everywhere_else(
    release: ReleaseInput, cells: DataFrame
) -> None:
    """Referrals of an LA: their sources and months, percentages of them, their rate; nothing of another LA or year."""
    found = release_cells(replace(release, low_reliability=frozenset({(2017, "391", "referrals")})))
    unreliable = found["status"] == "low_reliability"
    assert set(zip(found["collection_year"][unreliable], found["la_code"][unreliable], strict=True)) == {(2017, "391")}
    touched = found[unreliable].groupby("table")["indicator"].agg(lambda names: sorted(set(names)))
    assert dict(touched) == {
        "C1": ["no_further_action_percent", "not_in_need_percent", "referral_count", "referral_rate",
               "rereferral_percent"],
        "C5": ["referral_count", "referral_percent"],
        "C6": ["referral_count", "referral_percent"],
    }  # fmt: skip
    assert found["value"].equals(cells["value"])
    protected, before = protect(found), protect(cells)
    assert (protected["symbol"] == "u").tolist() == unreliable.tolist()
    assert protected["shown"][unreliable].isna().all()
    assert protected["symbol"][~unreliable].equals(before["symbol"][~unreliable])


def test_what_is_not_available_stays_so_whatever_its_reliability(release: ReleaseInput) -> None:
    measures = release.measures[release.measures["collection_year"] == 2017]
    unusable = [UnusableItem(2017, "391", "re_referrals", "no return for the previous year")]
    without = release_of(without_unusable(measures, unusable), {2017: LAS}, PEOPLE)
    found = release_cells(replace(without, low_reliability=frozenset({(2017, "391", "re_referrals")})))
    assert value_of(found, "C1", "391", "rereferral_count")[1] == "not_available"


def test_counts_shown_are_checked_however_the_rows_are_labelled(release: ReleaseInput, cells: DataFrame) -> None:
    """Measures and estimates whose rows by month have the same labels: their categories name the year, and lose it."""

    def months_first(rows: DataFrame) -> DataFrame:
        by_month = rows["breakdown"] == "month"
        return pd.concat([rows[by_month], rows[~by_month]], ignore_index=True)

    labelled = replace(release, measures=months_first(release.measures), estimates=months_first(release.estimates))
    assert counts_not_those_of(labelled, protect(cells)) == []
