"""Nothing suppressed can be worked out: rows worked by hand, and a disclosure audit on LAs made at random."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from cin_pipeline.publication.cells import release_cells
from cin_pipeline.publication.disclosure import protect, rounded_cells
from cin_pipeline.publication.disclosure_audit import recoverable
from cin_pipeline.publication.intruder import is_small
from cin_pipeline.publication.rounding import rounded
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline_tests.support.small_las import measures_of, release_of

BANDS = ("up_to_3_months", "over_3_to_6_months", "over_6_months_to_1_year", "1_to_2_years", "2_years_or_more")
NORTH_EAST = ("390", "391", "392", "393")
PEOPLE = dict.fromkeys(NORTH_EAST, 50_000) | {"201": 600, "202": 47_000}


def d5(*rows: tuple[int, ...], tables: tuple[str, ...] = ("D5",), on_the_day: int = 0) -> DataFrame:
    """Cells of D5 (or other tables) of LAs of one region with these plans by duration; so many of the first are open
    for 3 months to the day."""
    las = NORTH_EAST[: len(rows)]
    made = []
    for la, row in zip(las, rows, strict=True):
        measures = measures_of(la, np.random.default_rng(int(la)), 0)
        totals = {
            "cpp_at_31_march": sum(row),
            "cpp_any_point": sum(row),
            "cpp_open_3_months_at_31_march": sum(row[1:]) + on_the_day,
        }
        for name, total in totals.items():
            measures.loc[(measures["measure"] == name) & (measures["breakdown"] == "total"), "value"] = total
        bands = [
            (2017, la, "cpp_at_31_march", "duration", band, n, "known") for band, n in zip(BANDS, row, strict=True) if n
        ]
        made += [measures, DataFrame(bands, columns=measures.columns).astype({"value": "Int64"})]
    cells = release_cells(release_of(pd.concat(made, ignore_index=True), {2017: las}, PEOPLE))
    return cells[cells["table"].isin(tables)].reset_index(drop=True)


def shown(protected: DataFrame, la: str) -> list[object]:
    """The row of an LA as published: total, then the bands."""
    row = protected[(protected["la_code"] == la) & (protected["unit"] == "count")]
    return [symbol or number for symbol, number in zip(row["symbol"], row["shown"], strict=True)]


def test_the_two_longest_bands_are_suppressed_together() -> None:
    """As published for Greenwich in 2016: 272 plans, 77, 69, 86, c, c."""
    protected = protect(d5((77, 69, 86, 37, 3), (80, 70, 60, 50, 40), (80, 70, 60, 50, 40)))
    assert shown(protected, "390") == [272, 77, 69, 86, "c", "c"]
    percentages = protected[(protected["la_code"] == "390") & (protected["unit"] == "percent")]
    assert list(percentages["suppressed"]) == ["", "", "", "", "dependent", "dependent"]
    assert recoverable(protected).empty


@pytest.mark.parametrize(
    ("row", "published"),
    [
        ((77, 69, 86, 2, 3), [237, 77, 69, 86, "c", "c"]),  # two that may each be 1 to 4
        ((77, 69, 86, 1, 1), [234, 77, "c", 86, "c", "c"]),  # two suppressed that add up to 2 would both be 1
        ((3, 0, 0, 0, 0), ["c", "c", 0, 0, 0, 0]),
        ((6, 0, 0, 0, 0), [6, 6, 0, 0, 0, 0]),
    ],
)
def test_rows_by_hand(row: tuple[int, ...], published: list[object]) -> None:
    others = [(80, 70, 60, 1, 2), (90, 75, 65, 3, 4), (70, 50, 40, 2, 4)]
    protected = protect(d5(row, *others))
    assert shown(protected, "390") == published
    assert recoverable(protected).empty


def test_zero_is_shown_and_nothing_else_suppressed_for_it() -> None:
    protected = protect(d5((77, 69, 86, 37, 0), (80, 70, 60, 50, 40)))
    assert shown(protected, "390") == [269, 77, 69, 86, 37, 0]
    assert set(protected["suppressed"]) == {""}


def test_a_lone_suppressed_count_of_a_region_is_not_given_away_by_rounding() -> None:
    """260 shown of the others and 270 of the region: the suppressed band is 5 to 14, so 5. Another LA's is suppressed
    too."""
    protected = protect(d5((77, 69, 86, 37, 5), (80, 70, 60, 50, 120), (80, 70, 60, 50, 140)))
    longest = protected[(protected["filter_1_category"] == BANDS[4]) & (protected["unit"] == "count")]
    assert sorted(longest["suppressed"][longest["la_code"] != ""]) == ["", "primary", "secondary"]
    assert recoverable(protected).empty


@pytest.mark.parametrize("on_the_day", [0, 1])
def test_plans_open_for_3_months_give_the_shortest_band_away(on_the_day: int) -> None:
    """Of 200 plans 197 are open for 3 months (or 198): the shortest band is 3 as a rule, so the 197 are suppressed
    too."""
    cells = d5((3, 60, 60, 40, 37), (80, 70, 60, 50, 40), tables=("D5", "D6"), on_the_day=on_the_day)
    protected = protect(cells)
    assert shown(protected[protected["table"] == "D5"], "390")[:2] == [200, "c"]
    row = protected[(protected["table"] == "D6") & (protected["la_code"] == "390")]
    assert list(row["symbol"][row["indicator"] == "CPP_open_3_months"]) == ["c"]
    assert recoverable(protected).empty


def test_a_rule_that_is_seen_not_to_hold_suppresses_nothing() -> None:
    """When it was taken to hold all the same, 746 counts of D5 went in a full release."""
    cells = d5((77, 69, 86, 37, 3), (80, 70, 60, 50, 40), tables=("D5", "D6"), on_the_day=2)
    assert shown(protect(cells[cells["table"] == "D5"]), "390") == [272, 77, 69, 86, "c", "c"]
    assert shown(protect(cells), "390")[:6] == [272, 77, 69, 86, "c", "c"]


def test_a_rule_that_would_make_a_small_count_large_is_seen_not_to_hold() -> None:
    """Seven conferences of seven children, shown; four waited 21 working days or more, three have impossible dates. By
    the rule, bands add up to the total, there would be seven of a count that is known to be small."""
    measures = measures_of("390", np.random.default_rng(1), 0)
    total = (measures["breakdown"] == "total") & measures["measure"].isin(["icpcs", "children_icpc"])
    measures.loc[total, "value"] = 7
    bands = [(2017, "390", "icpcs", name, band, 4, "known") for name, band in (("wait", "21+"), ("working_days", "33"))]
    made = pd.concat([measures, DataFrame(bands, columns=measures.columns).astype({"value": "Int64"})])
    cells = release_cells(release_of(made, {2017: ("390",)}, PEOPLE))
    protected = protect(cells[cells["table"] == "C4"].reset_index(drop=True))
    row = protected[protected["la_code"] == "390"].set_index("indicator")["symbol"]
    assert row[["icpc_21_or_more_count", "icpc_child_count"]].tolist() == ["c", ""]
    assert recoverable(protected).empty


def unprotected(cells: DataFrame, *suppressed: tuple[str, str]) -> DataFrame:
    """As published if no more than these counts, by LA and category, were suppressed."""
    protected = protect(cells)
    keep = protected["la_code"] != ""
    protected.loc[keep, "symbol"] = protected.loc[keep, "symbol"].replace("c", "")
    protected.loc[keep, "shown"] = protected.loc[keep, "value"].map(lambda value: value if pd.notna(value) else None)
    for la, category in suppressed:
        at = (protected["la_code"] == la) & (protected["filter_1_category"] == category)
        protected.loc[at, "symbol"] = "c"
        protected.loc[at, "shown"] = None
    return protected


def test_the_audit_subtracts_in_a_row() -> None:
    cells = d5((77, 69, 86, 37, 3), (80, 70, 60, 50, 40))
    found = recoverable(unprotected(cells, ("390", BANDS[4])))
    assert found[["la_code", "lowest", "highest", "found_by"]].to_numpy().tolist() == [["390", 3.0, 3.0, "subtraction"]]


def test_the_audit_uses_that_suppressed_counts_are_at_least_1() -> None:
    cells = d5((77, 69, 86, 1, 1), (80, 70, 60, 50, 40))
    found = recoverable(unprotected(cells, ("390", BANDS[3]), ("390", BANDS[4])))
    assert list(found["highest"]) == [1.0, 1.0]


def test_the_audit_uses_rows_and_regions_together() -> None:
    """The row alone leaves 1 to 41; the region is 70 with 65 of others, so that 5 to 14 are left: of small ones 5."""
    cells = d5((77, 69, 86, 37, 5), (80, 70, 60, 50, 1), (80, 70, 60, 50, 64))
    found = recoverable(unprotected(cells, ("390", BANDS[3]), ("390", BANDS[4])))
    assert ("390", BANDS[4]) in set(zip(found["la_code"], found["filter_1_category"], strict=True))


def random_release(seed: int, scales: list[int], silent: tuple[str, ...]) -> DataFrame:
    """Cells of LAs of these sizes; the silent ones are expected too, and so are estimated."""
    rng = np.random.default_rng(seed)
    las = ("390", "391", "201", "202")[: len(scales)]
    measures = pd.concat(
        [measures_of(la, rng, scale) for la, scale in zip(las, scales, strict=True)], ignore_index=True
    )
    return release_cells(release_of(measures, {2017: (*las, *silent)}, PEOPLE))


random_releases = given(
    seed=st.integers(0, 10**6),
    scales=st.lists(st.sampled_from([0, 2, 5, 15, 40, 200]), min_size=1, max_size=4),
    silent=st.sampled_from([(), ("392",), ("392", "393")]),
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@random_releases
@example(seed=734577, scales=[2, 0], silent=("392", "393"))  # given away over two relations by a place
@example(seed=163948, scales=[15, 40, 15, 200], silent=("392", "393"))
def test_nothing_is_recovered_from_random_las(seed: int, scales: list[int], silent: tuple[str, ...]) -> None:
    protected = protect(random_release(seed, scales, silent))
    of_las = protected[(protected["unit"] == "count") & (protected["la_code"] != "")]
    assert (of_las["symbol"][of_las["value"].between(1, 5)] == "c").all()
    assert (of_las["shown"][of_las["value"] == 0] == 0).all()
    of_places = protected[(protected["unit"] == "count") & (protected["la_code"] == "")]
    small = is_small(of_places["value"].to_numpy(dtype=np.float64))
    assert (of_places["suppressed"] == "primary").tolist() == small.tolist()
    assert not (of_places["suppressed"] == "primary")[of_places["symbol"] != "c"].any()
    assert set(protected["symbol"]) <= {"", "c", "x", "z", "k"}
    found = recoverable(protected)
    assert found.empty, found


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@random_releases
@example(seed=397, scales=[2], silent=())  # a lower quartile of no working days, of an assessment on the same day
def test_what_the_audit_works_out_is_true(seed: int, scales: list[int], silent: tuple[str, ...]) -> None:
    """With the small counts alone suppressed much is worked out, and the true count is always among what is left."""
    cells = rounded_cells(random_release(seed, scales, silent))
    of_las = cells["la_code"] != ""
    small = is_small(cells["value"].to_numpy(dtype=np.float64)) & (cells["unit"] == "count")
    suppressed = (small | (of_las & (cells["unit"] != "count"))) & (cells["symbol"] == "")
    bare = cells.assign(symbol=cells["symbol"].mask(suppressed, "c"), shown=cells["shown"].mask(suppressed, None))
    keys = ["table", "la_code", "filter_1_category", "filter_2_category", "indicator"]
    found = recoverable(bare).merge(bare[[*keys, "value"]], on=keys)
    assert set(found["found_by"]) <= {"subtraction", "linear programming"}
    assert (found["lowest"] - 1e-6 <= found["value"]).all(), found
    assert (found["value"] <= found["highest"] + 1e-6).all(), found


def of_place(protected: DataFrame, code: str, unit: str, column: str) -> list[object]:
    """What of a place is said in a column, row by row."""
    return list(protected[column][(protected["geography_code"] == code) & (protected["unit"] == unit)])


@pytest.mark.parametrize("code", ["E92000001", "E12000001"])
def test_a_small_count_of_a_place_takes_the_next_smallest_of_its_row_with_it(code: str) -> None:
    """Three plans of two years in the whole region: with the 87 of one to two years they are suppressed, as published
    for the East Midlands in 2017 (table B6: RC3 and RC6), and so are their percentages."""
    protected = protect(d5((77, 69, 86, 37, 0), (80, 70, 60, 50, 3)))
    reasons = ["", "", "", "", "secondary", "primary"]
    assert of_place(protected, code, "count", "suppressed") == reasons
    assert of_place(protected, code, "count", "symbol") == ["", "", "", "", "c", "c"]
    assert of_place(protected, code, "percent", "suppressed") == ["dependent" if reason else "" for reason in reasons]
    assert recoverable(protected).empty


def test_a_small_count_of_a_region_may_be_made_up_of_small_ones_of_its_las() -> None:
    """Four LAs with one plan of two years each. A suppressed count of a region says nothing of them, for it may be
    suppressed for its own sake or for another's."""
    protected = protect(d5((77, 69, 86, 37, 1), (80, 70, 60, 50, 1), (90, 75, 65, 50, 1), (70, 50, 40, 33, 1)))
    assert of_place(protected, "E12000001", "count", "suppressed")[-1] == "primary"
    assert recoverable(protected).empty


@pytest.mark.parametrize(
    ("value", "small", "shown"), [(0.49, False, 0), (0.5, True, 0), (5.49, True, 10), (5.5, False, 10)]
)
def test_estimates_are_small_to_the_nearest_whole_number(value: float, small: bool, shown: int) -> None:
    assert is_small(np.array([value])).tolist() == [small]
    assert rounded(value, "count", "Regional") == shown


def test_a_row_of_england_alone_is_closed_too() -> None:
    """Table A5: two boys with plans for sexual abuse, 40 with plans for neglect, none for the rest."""
    measures = measures_of("390", np.random.default_rng(1), 0)
    crossing = "initial_category:gender:age_band"
    cells = [("NEG:1:5-9", 40), ("SAB:1:5-9", 2)]
    rows = [(2017, "390", "cpp_at_31_march", crossing, name, count, "known") for name, count in cells]
    rows.append((2017, "390", "cpp_at_31_march", "gender:age_band", "1:5-9", 42, "known"))
    made = pd.concat([measures, DataFrame(rows, columns=measures.columns).astype({"value": "Int64"})])
    protected = protect(release_cells(release_of(made, {2017: ("390",)}, PEOPLE)))
    boys = protected[(protected["table"] == "A5") & (protected["filter_2_category"] == "gender_male")]
    counts = boys[boys["unit"] == "count"]
    reasons = dict(zip(counts["filter_1_category"], counts["suppressed"], strict=True))
    assert reasons == dict.fromkeys(reasons, "") | {"SAB": "primary", "NEG": "secondary"}


def test_a_percentage_that_rounds_to_zero_is_k_unless_its_count_is_zero() -> None:
    """8 plans of 44,008 are 0.02%."""
    protected = protect(d5((20_000, 8_000, 16_000, 0, 8)))
    for code in ("E92000001", every_authority()["390"].new_la_code):
        assert of_place(protected, code, "percent", "symbol") == ["", "", "", "", "", "k"]
        assert of_place(protected, code, "percent", "shown")[4] == 0
    assert of_place(protected, "E92000001", "count", "shown") == [44_010, 20_000, 8_000, 16_000, 0, 10]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_recovered_beside_figures_of_low_reliability(seed: int) -> None:
    """Small ones among them stay as uncertain as suppressed ones."""
    rng = np.random.default_rng(seed)
    las = ("390", "391", "201", "202")
    measures = pd.concat([measures_of(la, rng, 15) for la in las], ignore_index=True)
    unreliable = frozenset((2017, "390", name) for name in ("cpp_at_31_march", "icpcs", "cin_episodes_at_31_march"))
    release = replace(release_of(measures, {2017: las}, PEOPLE), low_reliability=unreliable)
    protected = protect(release_cells(release))
    not_shown = protected[protected["symbol"] == "u"]
    assert set(not_shown["la_code"]) == {"390"}
    assert (not_shown["suppressed"] == "primary").any()
    found = recoverable(protected)
    assert found.empty, found
