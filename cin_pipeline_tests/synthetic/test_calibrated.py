"""The plan of the calibrated England and the cases drawn from it. The figures themselves: see backtests."""

import hashlib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.figure_keys import FigureKey
from cin_pipeline.reference.published import SUPPRESSED, published_england_figures, published_la_figures
from cin_pipeline.synthetic import CALIBRATED, left_off, returns_planned, synthesise_calibrated
from cin_pipeline.synthetic.calibrated import calibrated_timeline
from cin_pipeline.synthetic.calibrated import england as e
from cin_pipeline.synthetic.calibrated.apportion import apportion, spread, spread_shares
from cin_pipeline.synthetic.calibrated.figures import COLUMNS, PLAN_BANDS, figures
from cin_pipeline.synthetic.calibrated.flows import Flows, flows
from cin_pipeline.synthetic.calibrated.histories import draw_histories
from cin_pipeline.synthetic.calibrated.windows import YearDays, year_days
from cin_pipeline.synthetic.cases import IN_NEED, NFA, NOT_IN_NEED, Cases
from cin_pipeline.synthetic.days import NONE
from cin_pipeline_tests.backtests.known import KNOWN_FOR_ENGLAND

FIRST, LAST = CALIBRATED
LAS = sorted(authorities(LAST))


def england(name: str, year: int) -> int:
    return sum(flows(la)(name, year) for la in LAS)


@pytest.mark.parametrize(
    ("total", "weights", "low", "high", "expected"),
    [
        (10, [1, 1, 3], 0, np.inf, [2, 2, 6]),
        (10, [1, 1, 3], 0, [9, 9, 4], [3, 3, 4]),  # what one cannot take, the others do
        (10, [1, 1, 3], [5, 0, 0], np.inf, [5, 1, 4]),
        (7, [1, 1], 0, [2, 2], [2, 2]),  # the nearest total there can be
        (0, [1, 2], 0, np.inf, [0, 0]),
        (5, [0, 1], 0, np.inf, [0, 5]),
        (5, [0, 1], 0, [9, 3], [2, 3]),
    ],
)
def test_apportion(total: int, weights: list[float], low: list[int], high: list[int], expected: list[int]) -> None:
    assert apportion(total, weights, low, high).tolist() == expected


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 5000),
    st.lists(st.tuples(st.floats(0, 1e5), st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=40),
)
def test_apportioned_parts_add_up_within_their_bounds(total: int, parts: list[tuple[float, int, int]]) -> None:
    weights, low, more = (np.array(column) for column in zip(*parts, strict=True))
    shared = apportion(total, weights, low, low + more)
    assert (shared >= low).all()
    assert (shared <= low + more).all()
    assert shared.sum() == np.clip(total, low.sum(), (low + more).sum())


def test_spread_gives_each_position_its_number_in_any_order() -> None:
    rng = np.random.default_rng(1)
    assert np.bincount(spread(rng, [2, 0, 5])).tolist() == [2, 0, 5]
    shares = np.bincount(spread_shares(rng, (1, 3), 100))
    assert abs(shares[0] - 25) <= 1
    assert len(spread_shares(rng, (1, 3), 0)) == 0


@pytest.mark.parametrize("year", CALIBRATED)
def test_the_figures_are_the_published_ones_and_hold_the_identities(year: int) -> None:
    table = figures(year)
    assert (table["any_point"] == table["ending"] + table["at_end"]).all()
    assert (table["starting"] == table["referrals"] - table["no_further_action"] - table["not_in_need"]).all()
    assert (table[PLAN_BANDS].sum(axis=1) == table["plans"]).all()
    off = {(each.la_code, each.key) for each in left_off(year)}
    for la_code, cells in published_la_figures(year).items():
        suppressed_bands = [band for band in PLAN_BANDS if cells[COLUMNS[band]] == SUPPRESSED]
        for name, cell in COLUMNS.items():
            ours = table.loc[la_code, name]
            if isinstance(cells[cell], int) and (la_code, cell) not in off:
                assert ours == cells[cell], (la_code, name)
            if cells[cell] == SUPPRESSED and name not in suppressed_bands[:-1]:
                assert 1 <= ours <= 5, (la_code, name)


def test_what_is_left_off_are_rows_that_do_not_add_up() -> None:
    off = {(each.year, each.la_code): each for year in CALIBRATED for each in left_off(year)}
    assert off[(2017, "938")].ours - off[(2017, "938")].published == 40
    assert off[(2017, "867")].ours - off[(2017, "867")].published == 2
    assert len(off) == 11
    for each in off.values():
        cells = published_la_figures(each.year)[each.la_code]
        parts = [
            cells[FigureKey.one(name)] for name in ("referrals_no_further_action", "referrals_assessed_not_in_need")
        ]
        rest = cells[FigureKey("referrals")] - sum(part if isinstance(part, int) else 5 for part in parts)  # type: ignore[operator]
        assert each.ours == rest != each.published


@pytest.mark.parametrize("year", CALIBRATED)
def test_england_adds_up_to_its_published_figures(year: int) -> None:
    ours = {cell: figures(year)[name].sum() for name, cell in COLUMNS.items()}
    held = 0
    for figure in published_england_figures(year):
        if figure.unit == "count" and figure.key in ours:
            rounded = (Decimal(int(ours[figure.key])) / 10).quantize(Decimal(1), ROUND_HALF_UP) * 10
            assert (rounded == figure.value) == ((year, figure.named, "count") not in KNOWN_FOR_ENGLAND), figure
            held += 1
    assert held == 22  # every column


@pytest.mark.parametrize("year", CALIBRATED)
def test_what_is_published_for_england_alone_is_shared_out_whole(year: int) -> None:
    at_end = england("at_end", year)
    shares = [england(f"kept_new{band}", year) / at_end for band in range(3)]
    assert np.allclose(100 * np.array(shares), np.array(e.OPEN_FOR[year][:3]), atol=0.05)
    assert england("assessed", year) == e.ASSESSMENTS[year]
    assert [england(f"wait{band}", year) for band in range(4)] == list(e.CONFERENCES_BY_WAIT[year])
    reviewable = england("plans", year) - england("plans_3_months", year)
    assert reviewable - england("plans_reviewed_late", year) == e.REVIEWED_IN_TIME[year]
    ended = england("plans_ended_new", year) + (
        england("plans_ended_old", FIRST)
        if year == FIRST
        else england("plans_ended_began", LAST)
        + england("plans_ended_older", LAST)
        + england("plans_ended_2_years_old", LAST)
    )
    assert ended == e.PLANS_ENDING[year]


@pytest.mark.parametrize("seed", [3, 4])
def test_cases_of_every_la_add_up_to_its_figures(seed: int) -> None:
    for la_code in LAS:
        timeline = calibrated_timeline(np.random.default_rng([seed, int(la_code)]), la_code, year_before=seed == 4)
        for year in CALIBRATED:
            expected = figures(year).loc[la_code]
            assert counts(timeline.cases, timeline.child, year_days(year), year) == {
                name: expected[name] for name in counted
            }, (la_code, year)


@pytest.mark.parametrize("la_code", LAS[::8])
def test_what_is_drawn_lies_within_its_case_and_comes_once_a_year(la_code: str) -> None:
    """The invariants that docs/synthetic.md names."""
    timeline = calibrated_timeline(np.random.default_rng([5, int(la_code)]), la_code, year_before=True)
    cases, child = timeline.cases, timeline.child
    same = child[1:] == child[:-1]
    assert (cases.closure >= cases.referral).all()
    assert (cases.referral[1:] >= cases.closure[:-1])[same].all()
    assert (cases.referral[1:] > cases.referral[:-1])[same].all()

    plans, enquiries, assessments = cases.plans, cases.section47, cases.assessments
    assert (cases.kind[plans.case] == IN_NEED).all()
    for spans in (plans, enquiries, assessments):
        assert (spans.start >= cases.referral[spans.case]).all()
        assert (spans.start <= cases.closure[spans.case]).all()
        assert (spans.end <= cases.closure[spans.case]).all()
    held = enquiries.end != NONE
    for year in CALIBRATED:
        days = year_days(year)
        of_year = (plans.start <= days.end) & (plans.end >= days.start)
        begun = (enquiries.start >= days.start) & (enquiries.start <= days.end)
        conference = held & (enquiries.end >= days.start) & (enquiries.end <= days.end)
        assert (conference == (held & begun)).all()
        for case in (plans.case[of_year], enquiries.case[begun], enquiries.case[conference]):
            assert len(np.unique(case)) == len(case)


counted = (
    "any_point", "any_point_children", "starting", "starting_children", "ending", "ending_children", "at_end",
    "referrals", "no_further_action", "children_referred",
)  # fmt: skip


def counts(cases: Cases, child: np.ndarray, days: YearDays, year: int) -> dict[str, int]:
    """Table B1 and most of C1 from the cases themselves."""
    there = (cases.referral <= days.end) & (cases.closure >= days.start) & (cases.recorded <= year)
    referred = (cases.referral >= days.start) & (cases.referral <= days.end) & (cases.recorded <= year)
    closed = cases.closure <= days.end
    need = there & (cases.kind != NFA) & ~((cases.kind == NOT_IN_NEED) & closed)
    groups = {"any_point": need, "starting": need & referred, "ending": need & closed, "at_end": need & ~closed}
    found = {name: int(group.sum()) for name, group in groups.items()}
    found |= {f"{name}_children": len(np.unique(child[group])) for name, group in groups.items()}
    found |= {
        "referrals": int(referred.sum()),
        "no_further_action": int((referred & (cases.kind == NFA)).sum()),
        "children_referred": len(np.unique(child[referred])),
    }
    return {name: found[name] for name in counted}


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.xml")}


@pytest.mark.parametrize(
    ("changed", "by", "said"),
    [
        ("ended_new0_2016", 1, "start and end in 2016 by their histories"),
        ("kept_new0_2017", -1, "of 2017 stay open by their histories"),
        ("across_and_again_2016", 10_000, "too few children are referred several times"),
    ],
)
def test_a_plan_that_contradicts_itself_is_told_from_its_figures(changed: str, by: int, said: str) -> None:
    """What somebody sees who changes one number of the calibration too far."""
    counts = dict(flows("381").counts)
    counts[changed] += by
    with pytest.raises(ValueError, match=said):
        draw_histories(np.random.default_rng(1), Flows(counts), year_before=False)


def test_the_same_seed_gives_the_same_bytes_whichever_other_las_are_asked_for(tmp_path: Path) -> None:
    both = [path.name for path in synthesise_calibrated(7, tmp_path / "both", ["420", "201"])]
    assert both == ["201_2016.xml", "201_2017.xml", "420_2016.xml", "420_2017.xml"]
    list(synthesise_calibrated(7, tmp_path / "one", ["420"]))
    list(synthesise_calibrated(8, tmp_path / "other", ["420"]))
    one, other, together = (digests(tmp_path / name) for name in ("one", "other", "both"))
    assert one.items() <= together.items()
    assert all(one[name] != other[name] for name in one)


def test_a_third_year_on_request(tmp_path: Path) -> None:
    paths = list(synthesise_calibrated(7, tmp_path, ["420"], year_before=True))
    assert [path.name for path in paths] == ["420_2015.xml", "420_2016.xml", "420_2017.xml"]
    assert returns_planned(2017, ["420"], year_before=True) == 3
    assert returns_planned(2017) == 304
