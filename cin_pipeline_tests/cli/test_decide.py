"""What people decide, and running again what was received, from the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
from cin_pipeline.synthetic import synthesise
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.stored import Office


def said(*args: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


def test_decisions_and_reruns_over_one_state(tmp_path: Path) -> None:
    landing, state = tmp_path / "landing", tmp_path / "output" / "state"
    landing.mkdir()
    (landing / "201.xml").write_bytes(messy_return(1, 3, 2017, "201"))
    expected = tmp_path / "expected.csv"
    expected.write_text("la_code\n201\n")
    said("run", "--landing", landing, "--year", 2017, "--output", tmp_path / "output", "--expected", expected)

    again = said("run", "--la", 201, "--year", 2017, "--state", state)
    assert "Returns taken: 1 for 2016 to 2017" in again
    assert "measures.csv" not in again  # no output was named
    assert "no return of 202" in said("run", "--la", 202, "--year", 2017, "--state", state, code=2)

    reason = ("--reason", "wrong file", "--by", "ann", "--state", state)
    assert "submission 1 is accepted" in said("reject", 1, *reason, code=2)
    withdrawn = said("withdraw", 1, *reason)
    assert "nothing is current in its place" in withdrawn
    assert f"with: cin-pipeline run --year 2017 --state {state}" in withdrawn  # not --la: nothing of it is left
    assert "withdrawn" in said("withdraw", 1, *reason, code=2)
    accepted = said("accept", 1, *reason)
    assert "current, as it was counted before" in accepted
    assert f"with: cin-pipeline run --year 2017 --la 201 --state {state}" in accepted
    assert "there is no submission 9" in said("accept", 9, *reason, code=2)
    assert "--reason is empty" in said("accept", 1, "--reason", " ", "--state", state, code=2)
    events = Store(Settings.from_environment({}, state=state)).registry.events(1)
    assert [(event.to_state, event.decided_by) for event in events] == [
        ("landed", ""),
        ("claimed", ""),
        ("accepted", ""),
        ("withdrawn", "ann"),
        ("accepted", "ann"),
    ]


def test_what_is_held_is_told_at_every_run_until_a_person_decides(tmp_path: Path) -> None:
    """The return of 2015-16 with the header of 2016-17."""
    landing, state = tmp_path / "landing", tmp_path / "output" / "state"
    (path, _) = synthesise(2017, 0.02, 1, landing, ["302"])
    for year in (b"<Year>%d<", b"<ReferenceDate>%d-"):
        path.write_bytes(path.read_bytes().replace(year % 2016, year % 2017))
    path.rename(landing / "302_2017.xml")
    expected = tmp_path / "expected.csv"
    expected.write_text("la_code\n302\n")
    run = ("run", "--year", 2017, "--output", tmp_path / "output")
    first = said(*run, "--landing", landing, "--expected", expected, code=1)
    assert "Held for confirmation: 1 return. England is made without them" in first
    assert "held 302_2017.xml (302, 2016 to 2017, submission 1): " in first
    assert "of its dates lie in 2015 to 2016, the year before the one its header names" in first
    assert f"cin-pipeline accept 1 --reason TEXT --state {state}" in first
    assert "Rejected" not in first

    status = said("status", "--year", 2017, "--state", state)
    assert "0 current, 1 held for confirmation" in status
    assert "Held for confirmation: 1 return" in said("run", "--year", 2017, "--state", state, code=1)
    accepted = said("accept", 1, "--reason", "it is what they have", "--state", state)
    assert "Submission 1 (302, 2016 to 2017) is current, as it was counted before." in accepted
    assert "Held" not in said("run", "--year", 2017, "--state", state)

    other = ("run", "--year", 2017, "--output", tmp_path / "other", "--landing", landing, "--expected", expected)
    taken = said(*other, "--confirm-held")
    assert "Taken with --confirm-held, which releases say: 1 return" in taken
    turned_down = said("reject", 1, "--reason", "last year's", "--state", state, code=2)
    assert "only one that is landed or held can be rejected, withdraw it" in turned_down


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("run", "--year", 2017), "there is no state in"),
        (("run", "--year", 2017, "--landing", "."), "--output is missing"),
        (("run", "--year", 2017, "--state", ".", "--expected", "e.csv"), "belong to --landing"),
        (("withdraw", 1, "--reason", "x"), "there is no state in"),
    ],
)
def test_wrong_use_is_told(
    args: tuple[object, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.csv").touch()
    assert told in said(*args, code=2)


def test_a_decision_about_the_previous_years_return_names_the_year_whose_figures_it_moves(settings: Settings) -> None:
    office = Office(settings, ("201", "202"))
    for year in (2016, 2017):
        office.accept("201", messy_return(1, 5, year, "201"), year)
    office.make_england()
    told = said("withdraw", 1, "--reason", "wrong file", "--state", settings.state)
    assert f"or with: cin-pipeline run --year 2017 --la 201 --state {settings.state}" in told
    told = said("withdraw", 2, "--reason", "wrong file", "--state", settings.state)
    assert f"or with: cin-pipeline run --year 2017 --state {settings.state}" in told
