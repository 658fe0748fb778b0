"""Synthetic returns: readable, the same every time, one story over two years, about as much of all as published."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from pandas import DataFrame, Series, Timestamp

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.header import Identity, identify
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.years import COLLECTION_YEARS, FIRST_YEAR, LAST_YEAR
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.synthetic import returns_planned, synthesise
from cin_pipeline.validation.files import check_file

CALDERDALE, CITY_OF_LONDON = "381", "201"

Cleaned = Callable[[int], ReturnTables]


def cleaned(path: Path) -> ReturnTables:
    """The tables of a file, which must have nothing wrong with it."""
    year = int(path.stem[-4:])
    data = path.read_bytes()
    assert identify(data) == Identity(path.stem[:3], year)
    result = clean_return(read_return(data, year).tables, year)
    assert result.issues.empty, result.issues.head().to_string()
    return result.tables


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return list(synthesise(2017, 1, 42, tmp_path_factory.mktemp("returns"), [CITY_OF_LONDON, CALDERDALE]))


@pytest.fixture(scope="module")
def calderdale(files: list[Path]) -> dict[int, ReturnTables]:
    """The tables of one LA of full size, by year."""
    return {int(path.stem[-4:]): cleaned(path) for path in files if path.stem.startswith(CALDERDALE)}


def referrals_of(tables: ReturnTables) -> DataFrame:
    """Referrals with the id of the child."""
    ids = tables.children["la_child_id"].reindex(tables.referrals["child_number"]).to_numpy()
    return tables.referrals.assign(
        la_child_id=ids, nfa=tables.referrals["referral_nfa"].astype(bool), number=tables.referrals.index
    )


def in_year(dates: "Series[Timestamp]", year: int) -> "Series[bool]":
    return dates.between(Timestamp(year - 1, 4, 1), Timestamp(year, 3, 31))


def test_two_files_per_la_in_the_order_of_codes(files: list[Path]) -> None:
    assert [path.name for path in files] == ["201_2016.xml", "201_2017.xml", "381_2016.xml", "381_2017.xml"]


def test_layout_and_header(files: list[Path]) -> None:
    text = files[1].read_text(encoding="utf-8")
    assert text.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<Message>\n  <Header>\n    <CollectionDetails>\n'
        "      <Collection>CIN</Collection>\n      <Year>2017</Year>\n"
        "      <ReferenceDate>2017-03-31</ReferenceDate>\n    </CollectionDetails>\n    <Source>\n"
        "      <SourceLevel>L</SourceLevel>\n      <LEA>201</LEA>\n"
    )
    assert text.endswith("</Message>\n")
    lines = text.splitlines()[1:]
    assert [line for line in lines if not re.fullmatch(r" *(<\w+>[^<>]+</\w+>|</?\w+>)", line)] == []


def test_same_arguments_give_the_same_bytes(files: list[Path], tmp_path: Path) -> None:
    """Whichever other LAs are asked for."""
    (first, second) = synthesise(2017, 1, 42, tmp_path, [CITY_OF_LONDON])
    assert (first.read_bytes(), second.read_bytes()) == (files[0].read_bytes(), files[1].read_bytes())


def test_another_seed_gives_other_children(files: list[Path], tmp_path: Path) -> None:
    (first, _) = synthesise(2017, 1, 43, tmp_path, [CITY_OF_LONDON])
    assert first.read_bytes() != files[0].read_bytes()


def test_open_cases_and_their_children_go_on(calderdale: dict[int, ReturnTables]) -> None:
    before, after = (referrals_of(calderdale[year]) for year in (2016, 2017))
    still_open = before[before["closure_date"].isna() & ~before["nfa"]]
    key = ["la_child_id", "referral_date", "referral_source", "primary_need"]
    again = still_open.merge(after, on=key, suffixes=("", "_after"))
    assert len(again) == len(still_open) > 1000
    assert again["closure_date_after"].notna().any()
    assert again["closure_date_after"].isna().any()
    known = [calderdale[year].children.set_index("la_child_id") for year in (2016, 2017)]
    both = known[0].merge(known[1], left_index=True, right_index=True, suffixes=("", "_after"))
    born = both["birth_date"].notna()
    assert (both["birth_date"][born] == both["birth_date_after"][born]).all()
    assert both["birth_date_after"][~born].notna().any()  # born in between
    assert (both["ethnicity"].astype(str) == both["ethnicity_after"].astype(str)).all()


def test_closed_cases_do_not_come_back(calderdale: dict[int, ReturnTables]) -> None:
    before, after = (referrals_of(calderdale[year]) for year in (2016, 2017))
    closed = before[before["closure_date"].notna() | before["nfa"]]
    assert closed.merge(after, on=["la_child_id", "referral_date"]).empty
    assert (after["closure_date"].dropna() >= Timestamp(2016, 4, 1)).all()


def test_open_plans_go_on_with_their_reviews(calderdale: dict[int, ReturnTables]) -> None:
    def plans(year: int) -> DataFrame:
        tables = calderdale[year]
        reviews = tables.reviews.groupby("plan_number").size().reindex(tables.plans.index, fill_value=0)
        ids = referrals_of(tables)["la_child_id"].reindex(tables.plans["referral_number"]).to_numpy()
        return tables.plans.assign(reviews=reviews, la_child_id=ids)

    before, after = plans(2016), plans(2017)
    still_open = before[before["cpp_end_date"].isna()]
    key = ["la_child_id", "cpp_start_date", "initial_category", "number_of_previous_cpp"]
    again = still_open.merge(after, on=key, suffixes=("", "_after"))
    assert len(again) == len(still_open) > 50
    assert (again["reviews_after"] >= again["reviews"]).all()
    assert (again["reviews_after"] > again["reviews"]).any()


def test_every_module_is_there(calderdale: dict[int, ReturnTables]) -> None:
    counts = calderdale[2017].row_counts()
    # Collected from 2022 and from 2027 on.
    assert [table for table, count in counts.items() if not count] == ["cin_plans", "pre_proceedings"]
    filled = {
        (name, column): int(table[column].notna().sum())
        for name, table in calderdale[2017].items()
        for column in table
        if name not in ("cin_plans", "pre_proceedings")
    }
    assert [column for column, count in filled.items() if not count] == []


def test_proportions_are_near_those_published(calderdale: dict[int, ReturnTables]) -> None:
    tables = calderdale[2017]
    referrals = referrals_of(tables)
    of_year = referrals[in_year(referrals["referral_date"], 2017)]
    not_in_need = of_year["reason_for_closure"] == "RC8"
    before = referrals_of(calderdale[2016])
    seen = pd.concat([before[in_year(before["referral_date"], 2016)], of_year], keys=["before", "now"])
    gaps = seen.sort_values(["la_child_id", "referral_date"]).groupby("la_child_id")["referral_date"].diff()
    re_referrals = gaps.loc["now"].dt.days.between(0, 365)
    s47, plans = tables.section47, tables.plans
    starting = plans[in_year(plans["cpp_start_date"], 2017)]
    conferences = s47["date_of_initial_cpc"].notna().sum() + referrals["date_of_initial_cpc"].notna().sum()
    # England's children by the LA's share, 46,000 of 11.76 million people under 18.
    measured = {
        "children": len(tables.children) / (850_000 * 46_000 / 11_760_000),
        "referrals": len(of_year) / (646_000 * 46_000 / 11_760_000),
        "nfa": of_year["nfa"].mean() / 0.102,
        "not_in_need": not_in_need.mean() / 0.278,
        "re_referrals": re_referrals.mean() / 0.219,
        "open": (referrals["closure_date"].isna() & ~referrals["nfa"]).sum() / len(of_year) / (389 / 646),
        "s47": in_year(s47["s47_start_date"], 2017).sum() / len(of_year) / (185 / 646),
        "conferences": conferences / len(of_year) / (77 / 646),
        "plans": len(starting) / len(of_year) / (66 / 646),
        "plans_open": plans["cpp_end_date"].isna().sum() / len(of_year) / (51 / 646),
    }
    # One LA: chance alone moves the smaller of these by a tenth.
    assert {name: round(ratio, 2) for name, ratio in measured.items() if not 0.8 < ratio < 1.25} == {}


def test_dates_keep_to_the_rules_that_link_records(calderdale: dict[int, ReturnTables]) -> None:
    """The relations the validation rules are strictest about; the rules themselves are tested where they are."""
    for year, tables in calderdale.items():
        referrals, assessments, s47, plans = tables.referrals, tables.assessments, tables.section47, tables.plans
        done = assessments["assessment_authorisation_date"].dropna()
        assert in_year(done, year).all()
        closed = referrals["closure_date"].reindex(assessments["referral_number"]).to_numpy()
        assert assessments.loc[~pd.isna(closed), "assessment_authorisation_date"].notna().all()
        starting = plans[in_year(plans["cpp_start_date"], year)]
        held = set(zip(s47["referral_number"], s47["date_of_initial_cpc"], strict=True)) | set(
            referrals["date_of_initial_cpc"].items()
        )
        assert set(zip(starting["referral_number"], starting["cpp_start_date"], strict=True)) <= held
        assert (s47["date_of_initial_cpc"].dropna().dt.day_of_week < 5).all()
        nfa = referrals.index[referrals["referral_nfa"].astype(bool)]
        for below in (assessments, s47, plans):
            assert not below["referral_number"].isin(nfa).any()
        no_need = referrals.index[referrals["reason_for_closure"] == "RC8"]
        assert no_need.isin(assessments["referral_number"]).all()
        assert not no_need.isin(s47["referral_number"]).any()


def test_upns_are_right_and_different(calderdale: dict[int, ReturnTables]) -> None:
    upns = calderdale[2017].children["upn"].dropna()
    assert upns.is_unique
    assert len(upns) > 1000

    def check_letter(upn: str) -> str:
        total = sum(place * int(digit) for place, digit in enumerate(upn[1:], start=2))
        return "ABCDEFGHJKLMNPQRTUVWXYZ"[total % 23]

    assert [upn for upn in upns if not upn[1:].isdigit() or upn[0] != check_letter(upn)] == []


@pytest.mark.parametrize("year", [2015, 2016, 2020, 2022, 2023, 2025, 2026, 2027])
def test_other_years_are_readable(year: int, tmp_path: Path) -> None:
    las = {2020: ["835", "838"], 2022: ["380", "940"]}.get(year, ["380"])
    tables = {path.name: cleaned(path) for path in synthesise(year, 0.05, 1, tmp_path, las)}
    assert len(tables) == returns_planned(year, las)
    last = tables[f"{las[-1]}_{year}.xml"]
    assert last.cin_plans.empty == (year < 2022)
    assert last.pre_proceedings.empty == (year < 2027)
    reasons = set(last.referrals["reason_for_closure"].dropna())
    assert ("RC9" in reasons) == (year >= 2023)
    factors = set(last.assessment_factors["factor"])
    assert ("18C" in factors) == (year >= 2021)
    assert ("18A" in factors) == (year < 2021)


def test_pre_proceedings_go_as_far_as_the_year_and_the_case(tmp_path: Path) -> None:
    """A step never without the one before, and none after the closure: it would not have happened."""
    *_, of_2027 = (cleaned(path) for path in synthesise(2027, 0.2, 1, tmp_path, ["380"]))
    groups = of_2027.pre_proceedings
    steps = ["pp_start_date", "lbp_sent_date", "initial_pp_meeting_date", "step_decision_date", "court_app_date",
             "letter_init_cp_date"]  # fmt: skip
    for earlier, later in pairwise(steps):
        given = groups[groups[later].notna()]
        assert len(given) > 3
        assert (given[earlier] <= given[later]).all()
    closure = of_2027.referrals["closure_date"].loc[groups["referral_number"]].to_numpy()
    assert not any((groups[step].to_numpy() > closure).any() for step in steps)
    assert set(groups["pp_outcome"].dropna()) == {"A", "B", "C"}
    assert not of_2027.referrals["referral_nfa"].loc[groups["referral_number"]].any()


def test_no_return_is_without_pre_proceedings_in_2026_27(tmp_path: Path) -> None:
    """Such a return is queried (8995Q)."""
    for path in synthesise(2027, 1e-9, 1, tmp_path, sorted(authorities(2027))[:10]):
        assert cleaned(path).pre_proceedings.empty == path.name.endswith("2026.xml")


def test_reorganised_las_send_returns_for_the_years_they_existed() -> None:
    assert returns_planned(2017) == 304
    assert returns_planned(2020) == len(authorities(2019)) + len(authorities(2020)) == 303
    assert returns_planned(2020, ["835"]) == 1


def test_the_smallest_england_has_children_everywhere(tmp_path: Path) -> None:
    """And enough kinds of disability for no return to be queried as a whole (2887Q, 2888Q)."""
    las = [*sorted(authorities(2017))[:10], "420"]
    for path in synthesise(2017, 1e-9, 1, tmp_path, las):
        tables = cleaned(path)
        assert len(tables.children) >= 3
        disabilities = tables.disabilities[tables.disabilities["disability"] != "NONE"]
        assert disabilities["disability"].nunique() > 7


@pytest.mark.parametrize(
    ("year", "scale", "las", "complaint"),
    [
        (FIRST_YEAR - 1, 1.0, None, f"one from {FIRST_YEAR} to {LAST_YEAR} was expected"),
        (LAST_YEAR + 1, 1.0, None, f"one from {FIRST_YEAR} to {LAST_YEAR} was expected"),
        (2017, 0.0, None, "above 0"),
        (2017, 1.0, ["999", "201"], "no authority of 2015 to 2017: 999"),
        (2017, 1.0, ["838"], "no authority of 2015 to 2017: 838"),
    ],
)
def test_impossible_arguments(year: int, scale: float, las: list[str] | None, complaint: str, tmp_path: Path) -> None:
    """Before a file is written, not when the first is asked for."""
    with pytest.raises(ValueError, match=complaint):
        synthesise(year, scale, 1, tmp_path / "out", las)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("year", [each.ending for each in COLLECTION_YEARS])
def test_every_collection_year_has_returns_without_an_error(year: int, tmp_path: Path) -> None:
    """The first year alone, every other with the year before."""
    paths = list(synthesise(year, 0.2, 1, tmp_path, [CITY_OF_LONDON]))
    years = [each for each in (year - 1, year) if each >= FIRST_YEAR]
    assert [path.stem for path in paths] == [f"{CITY_OF_LONDON}_{each}" for each in years]
    assert returns_planned(year, [CITY_OF_LONDON]) == len(paths)
    for path in paths:
        found = check_file(path.read_bytes(), int(path.stem[-4:])).results.issues
        assert found[found["severity"] == "error"].empty
