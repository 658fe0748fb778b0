"""Whether England's figures are what would be made now: one answer, held against counting them again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal
from sqlalchemy import delete

from cin_pipeline.methodology import estimates
from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.methodology.missing import without_unusable
from cin_pipeline.outputs.release_inputs import ReleaseRefused, release_input
from cin_pipeline.settings import Settings
from cin_pipeline.store import made_from
from cin_pipeline.store.database import LA_MEASURES
from cin_pipeline.store.figures import Input
from cin_pipeline.store.made_from import (
    ESTIMATES,
    NATIONAL_MEASURES,
    NOT_NOTED,
    SinceChanged,
    current_version,
    note_made_from,
    outdated,
    since_changed,
    why_uncounted,
)
from cin_pipeline_tests.methodology.test_worked_examples import child, referral
from cin_pipeline_tests.support.kept import write_input
from cin_pipeline_tests.support.random_returns import whole_return
from cin_pipeline_tests.support.stored import Office


def sent(referrals: int, la_code: str) -> bytes:
    return whole_return("\n".join(child(referral("2016-05-01")) for _ in range(referrals)), 2017, la_code)


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    """201 and 202 sent a return, 390 did not; England was made."""
    made = Office(settings)
    made.declare(tmp_path / "files", "202,referrals,month,not recorded")
    made.accept("201", sent(3, "201"))
    made.accept("202", sent(5, "202"))
    made.make_england()
    return made


def write(office: Office, name: str, *lines: str) -> None:
    write_input(office.state, f"{name}.csv", "\n".join(lines) + "\n")


def made_again(office: Office) -> None:
    """Figures again with whatever is current now, and nothing else."""
    inputs = office.state.inputs.of(2017)
    current = office.state.figures.current_la_measures(2017)
    given = without_unusable(current[current["la_code"].isin(inputs.expected)], inputs.unusable)
    now = estimate_england(given, inputs.expected, inputs.population, 2017)
    keys = ["geography_code", "measure", "breakdown", "category"]
    stored = office.state.figures.estimates(2017)
    assert_frame_equal(
        *(
            table.sort_values(keys, ignore_index=True)[[*keys, "known", "estimated", "value"]]
            for table in (stored, now)
        ),
        check_dtype=False,
        check_exact=True,
    )


PEOPLE = ("la_code,population", "201,1000", "202,2000")
UNUSABLE = "year,la_code,measure,breakdown,reason"
CHANGES: dict[str, tuple[Callable[[Office], object], SinceChanged]] = {
    "a return": (lambda office: office.accept("202", sent(6, "202")), SinceChanged(("202",))),
    "the same figures of another file": (
        lambda office: office.accept("202", sent(5, "202") + b"\n"),
        SinceChanged(("202",)),
    ),
    "one withdrawn": (lambda office: office.state.registry.withdraw(1, "ann", "why"), SinceChanged(("201",))),
    "a new one": (lambda office: office.accept("390", sent(1, "390")), SinceChanged(("390",))),
    "one that nobody expects": (lambda office: office.accept("203", sent(1, "203")), SinceChanged()),
    "who is expected": (
        lambda office: write(office, "expected", "la_code", "201", "390"),
        SinceChanged(("202",), ("expected authorities", "population", "regions")),
    ),
    "people of who sent nothing": (
        lambda office: write(office, "population", *PEOPLE, "390,4000"),
        SinceChanged((), ("population",)),
    ),
    "people of nobody expected": (
        lambda office: write(office, "population", *PEOPLE, "390,3000", "203,1"),
        SinceChanged(),
    ),
    "what is unusable": (
        lambda office: write(office, "unusable", UNUSABLE, "2017,201,referrals,month,not recorded"),
        SinceChanged((), ("unusable items",)),
    ),
    "why it is": (
        lambda office: write(office, "unusable", UNUSABLE, "2017,202,referrals,month,lost"),
        SinceChanged(),
    ),
    "what is unusable of another year": (
        lambda office: write(office, "unusable", UNUSABLE, "2017,202,referrals,month,lost", "2016,202,icpcs,,lost"),
        SinceChanged(),
    ),
    "nothing": (lambda _: None, SinceChanged()),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_changed_is_named_and_figures_said_to_be_current_are(case: str, office: Office) -> None:
    change, expected = CHANGES[case]
    before = current_version(office.state, ESTIMATES, 2017)
    change(office)
    found = since_changed(office.state, ESTIMATES, 2017)
    assert found == expected
    assert bool(found) == (expected != SinceChanged())
    if not found:
        made_again(office)
    if found:
        assert current_version(office.state, ESTIMATES, 2017) != before
        office.make_england()
        assert not since_changed(office.state, ESTIMATES, 2017)


def test_another_method_or_region_makes_figures_old(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(made_from, "METHOD_VERSION", f"{estimates.METHOD_VERSION}+")
        assert since_changed(office.state, ESTIMATES, 2017) == SinceChanged((), ("method",))
    las = {**made_from.every_authority()}
    las["201"] = replace(las["201"], region_code=las["390"].region_code)
    with monkeypatch.context() as patched:
        patched.setattr(made_from, "every_authority", lambda: las)
        assert since_changed(office.state, ESTIMATES, 2017) == SinceChanged((), ("regions",))


def test_another_vintage_makes_estimates_old_and_no_sums(office: Office, tmp_path: Path) -> None:
    copy = tmp_path / "copy.csv"
    copy.write_bytes(office.state.bundles.read("inputs/2017")["expected.csv"])
    office.state.inputs.keep(2017, expected=copy, people=None, unusable=None)
    office.make_england()
    inputs, returns = office.state.inputs.of(2017), office.state.figures.current_inputs(2017)
    note_made_from(office.state, NATIONAL_MEASURES, 2017, returns, inputs)
    for vintage, found in ((2011, SinceChanged()), (2021, SinceChanged((), ("population",)))):
        office.state.inputs.keep(2017, expected=copy, people=None, unusable=None, vintage=vintage)
        assert since_changed(office.state, ESTIMATES, 2017) == found
        assert not since_changed(office.state, NATIONAL_MEASURES, 2017)


def test_sums_look_at_no_population(office: Office) -> None:
    inputs, returns = office.state.inputs.of(2017), office.state.figures.current_inputs(2017)
    note_made_from(office.state, NATIONAL_MEASURES, 2017, returns, inputs)
    write(office, "population", *PEOPLE)
    assert not since_changed(office.state, NATIONAL_MEASURES, 2017)
    write(office, "expected", "la_code", "202", "201", "390")
    assert since_changed(office.state, NATIONAL_MEASURES, 2017).inputs == ("expected authorities",)


def test_what_an_earlier_version_did_not_note_is_made_again(office: Office) -> None:
    office.state.figures.write_manifest(ESTIMATES, 2017, office.state.figures.manifest(ESTIMATES, 2017), {})
    assert str(since_changed(office.state, ESTIMATES, 2017)) == NOT_NOTED
    office.make_england()
    assert not since_changed(office.state, ESTIMATES, 2017)


def test_figures_that_were_lost_or_not_counted_yet_do_not_make_an_la_missing(office: Office) -> None:
    """An LA that has a return and no figure of a measure would be estimated, and nobody told."""
    assert why_uncounted(office.state, 2017) == ""
    number = office.state.registry.current(2017, "202").submission
    lost = LA_MEASURES.c.submission == number
    for which in (lost & (LA_MEASURES.c.measure == "cpp_ending_first_6_months"), lost):
        with office.state.engine.begin() as connection:
            connection.execute(delete(LA_MEASURES).where(which))
        why = why_uncounted(office.state, 2017)
        assert "the current returns of 1 LA (202) have not all figures of 2016 to 2017" in why
        with pytest.raises(ReleaseRefused, match=r"\(202\) have not all figures"):
            release_input(office.state, 2017)


def test_a_year_without_anything_is_not_old(office: Office) -> None:
    assert not since_changed(office.state, ESTIMATES, 2018)
    assert since_changed(office.state, NATIONAL_MEASURES, 2017).las == ("201", "202")  # was never made


def test_outdated_names_who_is_new_gone_or_counted_again() -> None:
    made = [Input("201", 1, "a", "v1"), Input("202", 2, "b", "v1"), Input("203", 3, "c", "v1")]
    now = [made[0], Input("202", 2, "b", "v2"), Input("204", 4, "d", "v1")]
    assert outdated(made, now) == ("202", "203", "204")
    assert outdated(made, reversed(made)) == ()
