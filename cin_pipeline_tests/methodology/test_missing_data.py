"""What is done about missing figures: estimated, left out, carried forward from an earlier year [A68; A69]."""

from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from cin_pipeline.methodology.carrying import Carried, Treatment, as_of_year
from cin_pipeline.methodology.catalogue import MEASURES, catalogue_of
from cin_pipeline.methodology.estimates import EstimateImpossible, estimate_england, figures_by_la
from cin_pipeline.methodology.identities import broken_national_identities
from cin_pipeline.methodology.measures import MEASURE_COLUMNS
from cin_pipeline.methodology.missing import UnusableItem, without_unusable
from cin_pipeline.methodology.tracing import categories
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline.reference.figure_keys import FigureKey
from cin_pipeline.reference.missing_data import Practice, practice_of
from cin_pipeline_tests.support.pipeline import measures_table
from cin_pipeline_tests.support.random_returns import messy_return

# Inner London, Outer London, Inner London, North East, as in docs/definitions.md; and Hackney, Inner London.
A, B, C, D, HACKNEY = "202", "203", "201", "390", "204"
EXPECTED = (A, B, C, D)
POPULATION = {A: 1000, B: 3000, D: 2000, HACKNEY: 500}
ENGLAND, LONDON, INNER, OUTER, NORTH_EAST = "E92000001", "E12000007", "E13000001", "E13000002", "E12000001"
STOCK = "cin_episodes_at_31_march"

Row = tuple[float, float | None, float | None, str]


def sent(la_code: str, year: int, figures: Mapping[str, int | Mapping[str, int] | None]) -> DataFrame:
    """The measures of an LA: a total by name, 0 where there is none here; by `measure/breakdown` its categories."""
    rows: list[tuple[object, ...]] = []
    for measure in catalogue_of(year):
        total = figures.get(measure.name, 0)
        status = "not_available" if total is None else "known"
        rows.append((year, la_code, measure.name, "total", "total", total, status))
        for breakdown in measure.breakdowns:
            counts = figures.get(f"{measure.name}/{breakdown}", {})
            assert isinstance(counts, Mapping)
            rows += [(year, la_code, measure.name, breakdown, each, count, "known") for each, count in counts.items()]
            if total is None:
                rows.append((year, la_code, measure.name, breakdown, "", None, status))
    return DataFrame(rows, columns=list(MEASURE_COLUMNS)).astype({"value": "Int64"})


def example(year: int) -> DataFrame:
    """A, B and C of the example of the definitions: C without a previous year's return, D without a return."""
    months = {A: "05", B: "05", C: "04"}
    totals = {A: (4, 1), B: (12, 3), C: (5, None)}
    tables = [
        sent(
            la,
            year,
            {"referrals": whole, "re_referrals": part, "referrals/month": {f"{year - 1}-{months[la]}": whole}},
        )
        for la, (whole, part) in totals.items()
    ]
    return pd.concat(tables, ignore_index=True)


def rows_of(england: DataFrame) -> dict[tuple[str, str, str, str], Row]:
    def number(value: float) -> float | None:
        return None if pd.isna(value) else float(value)

    return {
        (row.geography_code, row.measure, row.breakdown, row.category): (
            row.known,
            number(row.estimated),
            number(row.value),
            row.missing_data,
        )
        for row in england.itertuples()
    }


def factor(england: DataFrame, measure: str, category: str = "total") -> float:
    found = england[(england["geography_code"] == ENGLAND) & (england["measure"] == measure)]
    return float(found[found["category"] == category]["grossing_factor"].item())


@pytest.mark.parametrize(
    ("year", "practice"), [(2014, "estimate"), (2018, "estimate"), (2019, "leave-out"), (2027, "leave-out")]
)
def test_the_practice_of_a_year(year: int, practice: str) -> None:
    assert practice_of(year) == practice


def test_to_2018_the_example_of_the_definitions_is_estimated_and_says_so() -> None:
    unusable = [UnusableItem(2017, B, "referrals", "x", "month")]
    england = estimate_england(without_unusable(example(2017), unusable), EXPECTED, POPULATION, 2017)
    rows = rows_of(england)
    assert rows[ENGLAND, "referrals", "total", "total"] == (21, 8, 29, "estimate")
    assert rows[LONDON, "referrals", "total", "total"] == (21, 0, 21, "")
    assert rows[INNER, "re_referrals", "total", "total"] == (1, 1.25, 2.25, "estimate")
    assert rows[OUTER, "re_referrals", "total", "total"] == (3, 0, 3, "")
    assert rows[OUTER, "referrals", "month", "2016-05"][3] == "estimate"
    assert rows[INNER, "referrals", "month", "2016-05"][3] == ""
    nobody = [UnusableItem(2017, la, "icpcs", "x") for la in EXPECTED]
    rows = rows_of(estimate_england(without_unusable(example(2017), nobody), EXPECTED, POPULATION, 2017))
    assert rows[ENGLAND, "icpcs", "total", "total"] == (0, None, None, "estimate")  # what would have been done


def test_from_2019_the_same_is_left_out() -> None:
    unusable = [UnusableItem(2019, B, "referrals", "x", "month")]
    england = estimate_england(without_unusable(example(2019), unusable), EXPECTED, {}, 2019)
    rows = rows_of(england)
    assert rows[ENGLAND, "referrals", "total", "total"] == (21, 0, 21, "leave-out")
    assert rows[LONDON, "referrals", "total", "total"] == (21, 0, 21, "")
    assert rows[NORTH_EAST, "referrals", "total", "total"] == (0, None, None, "leave-out")  # not 0
    assert rows["E12000009", "referrals", "total", "total"] == (0, 0, 0, "")  # nobody is expected there
    assert rows[ENGLAND, "re_referrals", "total", "total"] == (4, 0, 4, "leave-out")
    assert rows[INNER, "re_referrals", "total", "total"] == (1, 0, 1, "leave-out")
    assert rows[ENGLAND, "referrals", "month", "2018-05"] == (4, 0, 4, "leave-out")
    assert rows[OUTER, "referrals", "month", "2018-05"] == (0, None, None, "leave-out")
    assert (OUTER, "icpcs", "wait", "0-10") not in rows
    assert factor(england, "referrals") == 1
    assert england[england["geographic_level"] == "Regional"]["grossing_factor"].isna().all()
    assert broken_national_identities(england) == []
    nobody = [UnusableItem(2019, la, "icpcs", "x") for la in EXPECTED]
    england = estimate_england(without_unusable(example(2019), nobody), EXPECTED, {}, 2019)
    assert rows_of(england)[ENGLAND, "icpcs", "total", "total"] == (0, None, None, "leave-out")
    assert pd.isna(factor(england, "icpcs"))


def test_either_practice_can_be_had_in_any_year() -> None:
    left_out = estimate_england(example(2017), EXPECTED, {}, 2017, Treatment(Practice.LEAVE_OUT))
    assert rows_of(left_out)[ENGLAND, "referrals", "total", "total"] == (21, 0, 21, "leave-out")
    estimated = estimate_england(example(2019), EXPECTED, POPULATION, 2019, Treatment(Practice.ESTIMATE))
    assert rows_of(estimated)[ENGLAND, "referrals", "total", "total"] == (21, 8, 29, "estimate")
    with pytest.raises(EstimateImpossible, match="390"):
        estimate_england(example(2019), EXPECTED, {A: 1000}, 2019, Treatment(Practice.ESTIMATE))


def of_2020() -> DataFrame:
    """Hackney's return of 2020."""
    return sent(
        HACKNEY,
        2020,
        {
            "referrals": 7,
            "re_referrals": None,
            "referrals/month": {"2019-04": 6, "2020-03": 1},
            "children_referred": 6,
            "factor_episodes": 3,
            "factor_episodes/factor": {"18A": 2, "21": 1},
            STOCK: 10,
            f"{STOCK}/gender": {"1": 4, "2": 3, "0": 1, "9": 2},
            f"{STOCK}/primary_need": {"N1": 10},
        },
    )


def test_figures_carried_forward_are_estimated_and_in_no_rate() -> None:
    """Hackney 2020 in 2021, estimating: D has A's 4 referrals in 1,000 people; Hackney's 7 in 500 are in no rate."""
    everyone = (A, D, HACKNEY)
    one = sent(A, 2021, {"referrals": 4, "re_referrals": 1, "referrals/month": {"2020-04": 4}, STOCK: 2})
    carried = {HACKNEY: Carried(2020, of_2020())}
    rows = rows_of(estimate_england(one, everyone, POPULATION, 2021, Treatment(Practice.ESTIMATE, carried)))
    assert rows[ENGLAND, "referrals", "total", "total"] == (4, 8 + 7, 19, "carry-forward; estimate")
    assert rows[INNER, "referrals", "total", "total"] == (4, 7, 11, "carry-forward")
    assert rows[NORTH_EAST, "referrals", "total", "total"] == (0, 8, 8, "estimate")
    # Re-referrals of 2020 were not available: D's are a quarter of its 8 referrals, Hackney's are left out.
    assert rows[ENGLAND, "re_referrals", "total", "total"] == (1, 2, 3, "estimate; leave-out")
    assert rows[INNER, "re_referrals", "total", "total"] == (1, 0, 1, "leave-out")
    assert rows[INNER, "referrals", "month", "2020-04"] == (4, 6, 10, "carry-forward")  # months move with the year
    assert rows[INNER, "referrals", "month", "2021-03"] == (0, 1, 1, "carry-forward")
    assert rows[ENGLAND, "referrals", "month", "2021-03"] == (0, 1, 1, "carry-forward; estimate")


def test_carried_figures_in_a_year_that_leaves_out() -> None:
    one = sent(
        A, 2021, {"referrals": 4, STOCK: 2, "factor_episodes": 9, "factor_episodes/factor": {"18B": 5, "18A": 4}}
    )
    carried = {HACKNEY: Carried(2020, of_2020())}
    england = estimate_england(one, (A, D, HACKNEY), {}, 2021, Treatment(Practice.LEAVE_OUT, carried))
    rows = rows_of(england)
    assert rows[ENGLAND, "referrals", "total", "total"] == (4, 7, 11, "carry-forward; leave-out")
    assert factor(england, "referrals") == 11 / 4
    assert rows[LONDON, "referrals", "total", "total"] == (4, 7, 11, "carry-forward")
    assert rows[INNER, STOCK, "gender", "1"] == (0, 4, 4, "carry-forward")
    assert rows[INNER, "factor_episodes", "factor", "18A"] == (4, 2, 6, "carry-forward")
    # A factor of 2021: there was none to carry.
    assert rows[INNER, "factor_episodes", "factor", "18B"] == (5, 0, 5, "leave-out")
    assert rows[NORTH_EAST, "referrals", "total", "total"] == (0, None, None, "leave-out")
    assert broken_national_identities(england) == []


def test_what_the_earlier_year_did_not_count_is_left_out() -> None:
    one = sent(A, 2022, {"cin_plans_starting": 3})
    carried = {HACKNEY: Carried(2020, of_2020())}
    for practice in (Practice.LEAVE_OUT, Practice.ESTIMATE):
        rows = rows_of(estimate_england(one, (A, HACKNEY), {}, 2022, Treatment(practice, carried)))
        assert rows[INNER, "cin_plans_starting", "total", "total"] == (3, 0, 3, "leave-out")
        assert rows[INNER, "referrals", "total", "total"] == (0, 7, 7, "carry-forward")
    alone = rows_of(estimate_england(one, (A, B, HACKNEY), {}, 2022, Treatment(Practice.LEAVE_OUT, carried)))
    assert alone[OUTER, "cin_plans_starting", "total", "total"] == (0, None, None, "leave-out")


def test_what_was_unusable_in_the_earlier_year_is_not_carried() -> None:
    items = [UnusableItem(2020, HACKNEY, STOCK, "x", "gender"), UnusableItem(2020, HACKNEY, "children_referred", "x")]
    carried = {HACKNEY: Carried(2020, without_unusable(of_2020(), items))}
    one = sent(
        A, 2021, {STOCK: 2, f"{STOCK}/gender": {"1": 2}, f"{STOCK}/primary_need": {"N1": 2}, "children_referred": 1}
    )
    rows = rows_of(estimate_england(one, (A, HACKNEY), {}, 2021, Treatment(Practice.LEAVE_OUT, carried)))
    assert rows[ENGLAND, STOCK, "total", "total"] == (2, 10, 12, "carry-forward")
    assert rows[ENGLAND, STOCK, "gender", "1"] == (2, 0, 2, "leave-out")
    assert rows[ENGLAND, STOCK, "primary_need", "N1"] == (2, 10, 12, "carry-forward")
    assert rows[ENGLAND, "children_referred", "total", "total"] == (1, 0, 1, "leave-out")


def test_a_return_of_the_year_wins_and_a_declared_la_without_either_is_left_out() -> None:
    own = pd.concat([sent(A, 2021, {"referrals": 4}), sent(HACKNEY, 2021, {"referrals": 1})])
    carried = {HACKNEY: Carried(2020, of_2020())}
    rows = rows_of(estimate_england(own, (A, HACKNEY), {}, 2021, Treatment(Practice.LEAVE_OUT, carried)))
    assert rows[ENGLAND, "referrals", "total", "total"] == (5, 0, 5, "")
    neither = {HACKNEY: Carried(2020, of_2020().iloc[:0])}
    # In a year that estimates too.
    one = sent(A, 2021, {"referrals": 4})
    rows = rows_of(estimate_england(one, (A, HACKNEY), POPULATION, 2021, Treatment(Practice.ESTIMATE, neither)))
    assert rows[ENGLAND, "referrals", "total", "total"] == (4, 0, 4, "leave-out")


@pytest.mark.parametrize(
    ("from_year", "year", "breakdown", "before", "after"),
    [
        (2020, 2022, "referrals/month", {"2019-04": 1, "2020-03": 2}, {"2021-04": 1, "2022-03": 2}),
        (2024, 2025, f"{STOCK}/gender", {"1": 5, "2": 4, "0": 3, "9": 2, "unknown": 1},
         {"M": 5, "F": 4, "U": 5, "unknown": 1}),
        (2024, 2025, f"{STOCK}/ethnicity:gender", {"WBRI:0": 2, "WBRI:9": 1}, {"WBRI:U": 3}),
        (2023, 2022, "cin_episodes_ending/reason_for_closure", {"RC9": 3, "RC1": 2, "unknown": 1},
         {"unknown": 4, "RC1": 2}),
        (2022, 2021, "factor_episodes/factor", {"24A": 3, "21": 1}, {"21": 1}),
        (2022, 2021, "factor_episodes/factor_group", {"24": 3, "21": 1}, {"21": 1}),
        (2020, 2021, "assessments_completed/working_days", {"0": 3, "1234": 1}, {"0": 3, "1234": 1}),
    ],
)  # fmt: skip
def test_categories_become_those_of_the_year(
    from_year: int, year: int, breakdown: str, before: dict[str, int], after: dict[str, int]
) -> None:
    measure, _, name = breakdown.partition("/")
    figures = sent(HACKNEY, from_year, {measure: 20, breakdown: before})
    moved = as_of_year(figures, from_year, year)
    found = moved[(moved["measure"] == measure) & (moved["breakdown"] == name)]
    assert dict(zip(found["category"], found["value"], strict=True)) == after
    assert set(moved["collection_year"]) == {year}
    assert moved[(moved["measure"] == measure) & (moved["breakdown"] == "total")]["value"].item() == 20


@pytest.mark.parametrize(("from_year", "year"), [(2016, 2017), (2020, 2021), (2020, 2022), (2024, 2025), (2023, 2026)])
def test_every_category_carried_is_one_of_the_year_and_parts_still_add_up(from_year: int, year: int) -> None:
    figures = measures_table(messy_return(4, 150, from_year, HACKNEY), None, from_year, HACKNEY)
    moved = as_of_year(figures, from_year, year)
    before = figures.groupby(["measure", "breakdown"])["value"].sum()
    for (name, breakdown), rows in moved.groupby(["measure", "breakdown"]):
        known = categories(MEASURES[str(name)], str(breakdown), year) if breakdown != "total" else ("total",)
        assert set(rows["category"]) <= set(known) or not known
        if breakdown not in ("factor", "factor_group", "disability"):
            assert rows["value"].sum() == before[str(name), str(breakdown)]


def test_what_each_la_adds_is_the_figure_of_every_place_with_carried_figures() -> None:
    las = (A, B, C, D, HACKNEY)
    given_ = pd.concat(
        [measures_table(messy_return(n, 40, 2021, la), None, 2021, la) for n, la in enumerate((A, B, C))]
    )
    measures = without_unusable(given_, [UnusableItem(2021, B, STOCK, "x", "gender")])
    before = measures_table(messy_return(9, 40, 2020, HACKNEY), None, 2020, HACKNEY)
    for practice in (Practice.LEAVE_OUT, Practice.ESTIMATE):
        treatment = Treatment(practice, {HACKNEY: Carried(2020, before)})
        people = dict.fromkeys(las, 1000)
        england = estimate_england(measures, las, people, 2021, treatment).sample(frac=0.01, random_state=1)
        for row in england.itertuples():
            key = FigureKey.one(row.measure, row.breakdown, row.category)
            table, _ = figures_by_la(measures, las, people, 2021, key, treatment)
            stands_in = table.set_index("la_code")["missing_data"][HACKNEY] == "carry-forward"
            assert stands_in == treatment.carried[HACKNEY].stands_in_for(key, 2021)
            inside = table[[row.geography_code in every_authority()[la].places for la in table["la_code"]]]
            assert inside["known"].sum() == row.known
            done = sorted({each for each in inside["missing_data"] if each})
            assert "; ".join(done) == row.missing_data
            left_out = inside["missing_data"] == "leave-out"
            added = inside["estimated"][inside["known"].isna() & ~left_out].sum(skipna=False)
            if not left_out.all() or not len(inside):
                assert added == pytest.approx(row.estimated, nan_ok=True)


LAS = ["201", "202", "203", "204", "390", "391", "800"]
SENT = [
    measures_table(messy_return(n, 12, 2021, "201"), messy_return(n, 12, 2020, "201") if n % 3 else None, 2021)
    for n in range(5)
]
BEFORE = [measures_table(messy_return(n, 12, 2020, "201"), None, 2020) for n in range(5, 8)]
NAMES = [(measure.name, each) for measure in catalogue_of(2021) for each in ("", *measure.breakdowns)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    returned=st.dictionaries(st.sampled_from(LAS), st.sampled_from(range(len(SENT)))),
    carried=st.dictionaries(st.sampled_from(LAS), st.sampled_from([-1, *range(len(BEFORE))])),
    unusable=st.lists(st.tuples(st.sampled_from(LAS), st.sampled_from(NAMES)), max_size=8),
    practice=st.sampled_from([Practice.ESTIMATE, Practice.LEAVE_OUT]),
)
def test_the_identities_of_england_hold_whatever_is_missing(
    returned: dict[str, int],
    carried: dict[str, int],
    unusable: list[tuple[str, tuple[str, str]]],
    practice: Practice,
) -> None:
    tables = [SENT[n].assign(la_code=la) for la, n in returned.items()]
    measures = pd.concat(tables, ignore_index=True) if tables else SENT[0].iloc[:0]
    items = [UnusableItem(2021, la, measure, "x", breakdown) for la, (measure, breakdown) in unusable]
    earlier = {
        la: Carried(2020, (BEFORE[n] if n >= 0 else BEFORE[0].iloc[:0]).assign(la_code=la)) for la, n in carried.items()
    }
    england = estimate_england(
        without_unusable(measures, items), LAS, dict.fromkeys(LAS, 1000), 2021, Treatment(practice, earlier)
    )
    assert broken_national_identities(england) == []
    told = england.set_index(["geography_code", "measure", "breakdown", "category"])["missing_data"]
    assert set(told) <= {
        "", "carry-forward", "estimate", "leave-out", "carry-forward; estimate", "carry-forward; leave-out",
        "estimate; leave-out", "carry-forward; estimate; leave-out",
    }  # fmt: skip
    assert set(returned) != set(LAS) or items or not told[ENGLAND, "cpp_ending", "total", "total"]
    if practice is Practice.LEAVE_OUT:
        assert not told.str.contains("estimate").any()


def test_the_check_of_identities_sees_categories_that_are_more_than_their_whole() -> None:
    england = estimate_england(
        without_unusable(example(2019), [UnusableItem(2019, B, "referrals", "x", "month")]), EXPECTED, {}, 2019
    )
    assert broken_national_identities(england) == []
    month = (england["breakdown"] == "month") & england["geography_code"].isin([ENGLAND, LONDON])
    wrong = england.assign(value=england["value"].mask(month, england["value"] * 9))
    assert "referrals by month adds up to more than its whole" in broken_national_identities(wrong)
    as_given = estimate_england(example(2019), EXPECTED[:3], {}, 2019)
    wrong = as_given.assign(value=as_given["value"].mask(as_given["breakdown"] == "month", 1))
    assert "referrals by month does not add up to its whole" in broken_national_identities(wrong)
