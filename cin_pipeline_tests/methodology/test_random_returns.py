"""Random returns, full of boundaries and mess: the pipeline agrees with the independent calculation, and the identities
of the contract hold on any input."""

import re
from functools import cache
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.methodology.identities import broken_identities, broken_national_identities
from cin_pipeline_tests.support import oracle
from cin_pipeline_tests.support.missing_data_examples import Example
from cin_pipeline_tests.support.pipeline import as_floats, by_the_pipeline, counted, estimated, measures_table
from cin_pipeline_tests.support.random_returns import messy_return, return_pairs, returns

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

OVERLAPPING = ("disability", "factor", "factor_group")
SUBSETS = [
    *((f"cin_children_{when}", f"cin_episodes_{when}") for when in ("starting", "ending", "any_point", "at_31_march")),
    *((f"children_cpp_{when}", f"cpp_{when}") for when in ("starting", "ending", "any_point", "at_31_march")),
    *oracle.WHOLE_OF.items(),
    ("cpp_open_3_months_at_31_march", "cpp_at_31_march"),
    ("cpp_reviewed_in_time_at_31_march", "cpp_open_3_months_at_31_march"),
    ("children_referred", "referrals"),
    ("children_re_referred", "re_referrals"),
    ("children_section_47", "section_47_enquiries"),
    ("children_icpc", "icpcs"),
    *((f"children_cin_plan_{when}", f"cin_plans_{when}") for when in ("starting", "ending", "any_point")),
    ("cpp_ending_first_6_months", "cpp_ending"),
    ("cpp_ending_first_6_months_transferred", "cpp_ending_first_6_months"),
]


def assert_identities(found: oracle.Measures, year: int) -> None:
    measured = oracle.catalogue_of(year)
    assert {key[0] for key in found} == set(measured)
    number = {name: found[(name, "total", "total")] for name in measured}
    for name in ("cin_episodes", "cpp", *(("cin_plans",) if year >= 2022 else ())):
        assert number[f"{name}_any_point"] == number[f"{name}_ending"] + number[f"{name}_at_31_march"]
    dropped = number["referrals_no_further_action"] + number["referrals_assessed_not_in_need"]
    assert number["cin_episodes_starting"] == number["referrals"] - dropped
    for part, whole in SUBSETS:
        if number.get(part) is not None:
            assert number[part] <= number[whole]
    for measure, breakdowns in measured.items():
        for name in breakdowns:
            parts = sum(count for key, count in found.items() if key[:2] == (measure, name))
            if name in ("wait", "working_days", "remained_in_need") or (
                name == "duration" and "at_31_march" not in measure
            ):
                assert parts <= number[measure]
            elif name not in OVERLAPPING:
                assert parts == number[measure]


@QUICK
@given(return_pairs())
def test_the_pipeline_counts_as_the_independent_calculation(pair: tuple[bytes, bytes | None]) -> None:
    found = counted(*pair, 2017)
    assert found == oracle.la_measures(*pair, 2017)
    assert_identities(found, 2017)


@settings(QUICK, max_examples=20)
@given(returns(2026, "838"))
def test_so_it_does_in_a_late_year_with_other_items_and_codes(xml: bytes) -> None:
    found = counted(xml, None, 2026)
    assert found == oracle.la_measures(xml, None, 2026)
    assert_identities(found, 2026)


@settings(QUICK, max_examples=20)
@given(returns(2027, "838"))
def test_no_figure_knows_of_pre_proceedings(xml: bytes) -> None:
    """The independent calculation does not look at them either; without them, the same figures come out."""
    found = counted(xml, None, 2027)
    assert found == oracle.la_measures(xml, None, 2027)
    without = re.sub(rb"<PreProceedingsandFGDM/>|<PreProceedingsandFGDM>.*?</PreProceedingsandFGDM>", b"", xml)
    assert found == counted(without, None, 2027)


@pytest.mark.parametrize("seed", range(4))
def test_large_random_returns_of_many_years(seed: int) -> None:
    years = (2015, 2016, 2017, 2022, 2026, 2027)
    made = {year: messy_return(seed, 250, year, "201") for year in years}
    for before, year in pairwise(years):
        found = counted(made[year], made[before] if before == year - 1 else None, year)
        assert found == oracle.la_measures(made[year], made[before] if before == year - 1 else None, year)
        assert_identities(found, year)
    assert all(found[(measure, "total", "total")] for measure in oracle.CATALOGUE if "re_ref" not in measure)


def test_the_identity_check_finds_what_is_wrong() -> None:
    table = measures_table(messy_return(1, 60, 2017, "201"), messy_return(1, 60, 2016, "201"), 2017)
    assert broken_identities(table) == []
    totals = table["breakdown"] == "total"
    for measure in ("cin_episodes_ending", "cpp_at_31_march", "referrals_no_further_action", "children_referred"):
        wrong = table.assign(value=table["value"].mask(totals & (table["measure"] == measure), 10_000))
        assert any(measure in fault or "any_point" in fault for fault in broken_identities(wrong)), measure
    wrong = table.assign(value=table["value"].mask(table["breakdown"] == "primary_need", 0))
    assert broken_identities(wrong) == [
        f"cin_episodes_at_31_march by primary_need sums to 0, its total is {_total(table, 'cin_episodes_at_31_march')}"
    ]


def _total(table: pd.DataFrame, measure: str) -> int:
    return int(table[(table["breakdown"] == "total") & (table["measure"] == measure)]["value"].iloc[0])


AUTHORITIES = ["201", "202", "203", "390", "391", "800"]
# Every third LA has no return for the previous year.
SENT = [
    oracle.la_measures(messy_return(n, 12, 2017, "201"), messy_return(n, 12, 2016, "201") if n % 3 else None, 2017)
    for n in range(6)
]
NAMES = [(measure, None) for measure in oracle.catalogue_of(2017)] + [
    (measure, breakdown) for measure, breakdowns in oracle.catalogue_of(2017).items() for breakdown in breakdowns
]
UNUSABLE = st.lists(st.tuples(st.sampled_from(AUTHORITIES), st.sampled_from(NAMES)), max_size=8)


@settings(QUICK, max_examples=40)
@given(
    sent=st.dictionaries(st.sampled_from(AUTHORITIES), st.sampled_from(SENT)),
    population=st.dictionaries(st.sampled_from(AUTHORITIES), st.integers(0, 5000)),
    unusable=UNUSABLE,
)
def test_estimates_agree_with_the_independent_calculation(
    sent: dict[str, oracle.Measures], population: dict[str, int], unusable: list[tuple[str, tuple[str, str | None]]]
) -> None:
    entries = [(la, measure, breakdown) for la, (measure, breakdown) in unusable]
    try:
        theirs = as_floats(oracle.estimates(sent, AUTHORITIES, population, entries, 2017))
    except ValueError:
        with pytest.raises(ValueError, match="population"):
            estimated(sent, AUTHORITIES, population, entries, 2017)
        return
    ours = estimated(sent, AUTHORITIES, population, entries, 2017)
    assert ours.keys() == theirs.keys()
    for key, row in theirs.items():
        assert ours[key] == pytest.approx(row, rel=1e-9, nan_ok=True), key


EARLIER = {2018: 2016, 2022: 2020, 2025: 2024}  # collection year: the year whose figures are carried forward


@cache
def measured(year: int) -> list[oracle.Measures]:
    return [oracle.la_measures(messy_return(n, 12, year, "201"), None, year) for n in range(3)]


@settings(QUICK, max_examples=15)
@given(
    year=st.sampled_from(sorted(EARLIER)),
    sent=st.dictionaries(st.sampled_from(AUTHORITIES), st.integers(0, 2)),
    carried=st.dictionaries(st.sampled_from(AUTHORITIES), st.integers(0, 2)),
    unusable=UNUSABLE,
    unusable_then=UNUSABLE,
    practice=st.sampled_from([None, "estimate", "leave-out", "carry-forward"]),
)
def test_every_practice_agrees_with_the_independent_calculation(
    year: int,
    sent: dict[str, int],
    carried: dict[str, int],
    unusable: list[tuple[str, tuple[str, str | None]]],
    unusable_then: list[tuple[str, tuple[str, str | None]]],
    practice: str | None,
) -> None:
    of_then = {la: tuple(name for where, name in unusable_then if where == la) for la in carried}
    example = Example(
        name="drawn",
        year=year,
        measures={la: measured(year)[n] for la, n in sent.items()},
        expected=AUTHORITIES,
        rows={},
        population={la: 1000 * n for n, la in enumerate(AUTHORITIES, start=1)},
        unusable=[(la, *name) for la, name in unusable],
        practice=practice,
        carried={
            la: oracle.Carried(EARLIER[year], measured(EARLIER[year])[n], of_then[la])
            for la, n in carried.items()
            if la not in sent
        },
    )
    theirs = oracle.england_rows(
        example.measures,
        example.expected,
        example.population,
        example.unusable,
        example.year,
        example.practice,
        example.carried,
    )
    ours = by_the_pipeline(example)
    assert ours.keys() == theirs.keys()
    for key, row in theirs.items():
        assert ours[key].missing_data == row.missing_data, key
        for number, expected in zip(ours[key][:4], row[:4], strict=True):
            assert number == (None if expected is None else pytest.approx(float(expected), rel=1e-9)), key


def test_regions_add_up_to_england_whatever_is_missing() -> None:
    table = measures_table(messy_return(3, 80, 2017, "201"), None, 2017)
    for missing in range(4):
        sent = [table.assign(la_code=la) for la in AUTHORITIES[missing:]]
        people = {la: 1000 * n for n, la in enumerate(AUTHORITIES, start=1)}
        england = estimate_england(pd.concat(sent, ignore_index=True), AUTHORITIES, people, CollectionYear(2017).ending)
        assert broken_national_identities(england) == []
        wrong = england.assign(value=england["value"].mask(england["geography_code"] == "E12000001", -1))
        assert any("nine regions" in fault for fault in broken_national_identities(wrong))
