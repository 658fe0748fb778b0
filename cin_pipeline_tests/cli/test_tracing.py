"""`status`, `diff` and `explain` as a user meets them."""

import csv
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.settings import Settings
from cin_pipeline.store.sent_returns import RAW_RETURN, sent_return
from cin_pipeline.store.store import place_of
from cin_pipeline.store.stored_returns import tables_of_sent
from cin_pipeline_tests.methodology.test_worked_examples import child, referral
from cin_pipeline_tests.support.kept import folder_of
from cin_pipeline_tests.support.random_returns import whole_return
from cin_pipeline_tests.support.stored import Office

THIS = tuple(child(referral(day), child_id=f"Secret{n}") for n, day in enumerate(("2016-05-01", "2016-06-01")))
AGAIN = (*THIS[:1], child(referral("2016-06-01", nfa="1"), child_id="Secret1"), child(referral("2016-07-01")))
BEFORE = (child(referral("2016-02-01"), child_id="Secret0"),)


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    """201 sent the previous year's and twice this year's, 202 once, 390 nothing; England was made after the first."""
    made = Office(settings)
    made.declare(tmp_path / "files", "202,referrals,month,not recorded")
    made.accept("201", whole_return("\n" + "\n".join(BEFORE), 2016, "201"), 2016)
    made.accept("202", whole_return("\n".join(THIS), 2017, "202"))
    made.accept("201", whole_return("\n" + "\n".join(THIS), 2017, "201"))
    made.make_england()
    return made


def again(office: Office) -> None:
    office.accept("201", whole_return("\n" + "\n".join(AGAIN), 2017, "201"))


def command(office: Office, *args: object) -> Result:
    words = [*map(str, args), "--state", str(office.state.settings.state)]
    return CliRunner().invoke(app, words, env={"COLUMNS": "200"})


def cells(output: str) -> list[list[str]]:
    """The rows of the tables in an output."""
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in output.splitlines() if "│" in line]


def test_status(office: Office, tmp_path: Path) -> None:
    found = command(office, "status", "--year", 2017, "--csv", tmp_path / "status.csv")
    assert found.exit_code == 0
    assert [row[0] for row in cells(found.output) if row[0]] == ["390", "202", "201"]
    assert "2016 to 2017: 3 expected, 2 current, 1 no return" in found.output
    with (tmp_path / "status.csv").open(newline="") as file:
        rows = {row["la_code"]: row for row in csv.DictReader(file)}
    assert rows["202"]["missing"] == "no return of 2015 to 2016; 1 declared unusable"
    assert rows["201"]["submissions"] == "1"


def test_diff(office: Office, tmp_path: Path) -> None:
    again(office)
    found = command(office, "diff", "--la", 201, "--year", 2017, "--csv", tmp_path / "diff.csv")
    assert found.exit_code == 0
    rows = cells(found.output)
    assert ["children", "2", "3", "1", "0", "0"] in rows
    assert ["referrals", "2", "3", "1", "0", "1"] in rows
    assert ["referrals", "ReferralNFA", "1"] in rows
    assert ["referrals_no_further_action", "total", "total", "0", "1", "+1"] in rows
    assert "1 (#3)" in found.output
    assert "2 (#4)" in found.output
    with (tmp_path / "diff.csv").open(newline="") as file:
        listed = list(csv.DictReader(file))
    assert [(row["table"], row["change"], row["line_after"]) for row in listed] == [
        ("children", "added", "5"),
        ("referrals", "changed", "4"),
        ("referrals", "added", "5"),
    ]
    assert "Secret" not in found.output + (tmp_path / "diff.csv").read_text()
    shown = command(office, "diff", "--la", 201, "--year", 2017, "--from", 2, "--to", "#3", "--show-children")
    assert ["children", "3", "2", "0", "1", "0"] in cells(shown.output)
    assert "Secret1" in shown.output
    same = command(office, "diff", "--la", 201, "--year", 2017, "--from", 2, "--to", 2)
    assert "No record differs" in same.output
    assert "No figure moved" in same.output


def test_explain_from_england_to_the_authorities(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "las.csv"
    found = command(office, "explain", "--year", 2017, "--measure", "referrals", "--csv", path)
    assert found.exit_code == 0
    assert "England: 8 = 4 known + 4 estimated; grossing factor 2.0000" in found.output
    assert "own rate [s5; A44, A47]: its people aged 0 to 17 x 4 referrals / 3,000 people aged 0 to 17" in found.output
    assert "no further action included [s4; A11, A12]" in found.output
    why = "no accepted return for 2016 to 2017; from 3,000 people aged 0 to 17"
    assert ["390", "Gateshead", "estimated", "4", why] in cells(found.output)
    assert path.read_text().startswith("la_code,la_name,status,value,base,why\n390,Gateshead,estimated,4.0,3000.0,")
    inner = command(office, "explain", "--year", 2017, "--measure", "referrals", "--place", "inner london")
    assert "Inner London: 4 = 4 known + 0 estimated" in inner.output
    month = ("--measure", "referrals", "--breakdown", "month", "--category", "2016-05")
    category = command(office, "explain", "--year", 2017, *month, "--la", 202)
    assert "category of a total [s5; A46]" in category.output
    assert "Of that Camden, 202: 1 estimated, declared unusable: not recorded; from 2 referrals" in category.output


def test_explain_to_the_records(office: Office, tmp_path: Path) -> None:
    words = ("explain", "--year", 2017, "--measure", "re_referrals", "--la", 201)
    found = command(office, *words)
    assert found.exit_code == 0
    assert "0 to 365 days [s4; A12-A17]" in found.output
    assert "City of London (201) itself: 1" in found.output
    assert "submission 1 (#3): 201_2017.xml, sha256" in found.output
    assert "the previous year's, 1 (#1): 201_2016.xml" in found.output
    assert [row for row in cells(found.output) if "referrals" in row] == [
        ["1", "1", "2017", "referrals", "1", "3"],
        ["1", "1", "2016", "referrals", "1", "3"],
    ]
    assert "1 counted, from 2 records" in found.output
    assert "Secret" not in found.output
    shown = command(office, *words, "--show-children", "--csv", tmp_path / "records.csv")
    assert "Secret0" in shown.output
    assert (tmp_path / "records.csv").read_text().splitlines()[1] == "1,1,2017,referrals,1,3,Secret0"
    none = command(office, "explain", "--year", 2017, "--measure", "referrals", "--la", 390)
    assert "Gateshead (390) itself: not available" in none.output
    assert none.exit_code == 0


def test_a_figure_that_is_older_than_the_returns_is_told(office: Office) -> None:
    again(office)
    found = command(office, "explain", "--year", 2017, "--measure", "referrals", "--la", 201)
    assert found.exit_code == 1
    assert "do not add up to that: it was made from other returns" in found.output
    office.make_england()
    assert command(office, "explain", "--year", 2017, "--measure", "referrals").exit_code == 0
    newer = whole_return("\n".join(child(referral("2016-03-01"), child_id=f"Secret{n}") for n in (0, 1)), 2016, "201")
    office.accept("201", newer, 2016)
    late = command(office, "explain", "--year", 2017, "--measure", "re_referrals", "--la", 201)
    assert late.exit_code == 1
    assert "The current returns now give 2" in late.output


def test_a_stored_table_that_is_gone_is_told(office: Office) -> None:
    words = ("explain", "--year", 2017, "--measure", "referrals", "--la", 201)
    current = office.state.registry.current(2017, "201")
    assert current
    office.state.tables.write(place_of(RAW_RETURN, current), tables_of_sent(sent_return(office.state, current)))
    assert command(office, *words).exit_code == 0
    (folder_of(office.state, RAW_RETURN, current) / "children.parquet").unlink()
    found = command(office, *words)
    assert (found.exit_code, "are gone or damaged: run the return again" in " ".join(found.output.split())) == (2, True)


WRONG = {
    "a measure": (["explain", "--measure", "referals"], "did you mean referrals or re_referrals"),
    "a breakdown": (["explain", "--measure", "referrals", "--breakdown", "months"], "did you mean month?"),
    "a category": (
        ["explain", "--measure", "referrals", "--breakdown", "month", "--category", "2016-5"],
        "did you mean 2016-05",
    ),
    "no category": (["explain", "--measure", "referrals", "--breakdown", "month"], "has no category total"),
    "an LA": (["explain", "--measure", "referrals", "--la", "Camdn"], "did you mean 202 (Camden)?"),
    "an LA of elsewhere": (
        ["explain", "--measure", "referrals", "--la", "201", "--place", "North East"],
        "City of London is not in North East",
    ),
    "a place": (["explain", "--measure", "referrals", "--place", "Wales"], "E12000001 North East"),
    "a submission": (["diff", "--la", "201", "--from", "7", "--to", "1"], "there are 1 (#3, accepted)"),
    "one submission": (["diff", "--la", "202"], "two submissions are needed; 202 has 1 of 2016 to 2017"),
    "no figures": (["explain", "--measure", "referrals", "--year", "2016"], "England"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_is_told_with_what_was_meant(case: str, office: Office) -> None:
    args, said = WRONG[case]
    found = command(office, *args, *(() if "--year" in args else ("--year", 2017)))
    assert found.exit_code == 2, found.output
    assert said in found.output
    assert "Traceback" not in found.output


@pytest.mark.parametrize("verb", ["status", "diff", "explain"])
def test_a_folder_without_a_state_is_told_and_left_as_it_is(verb: str, tmp_path: Path) -> None:
    more = {"status": [], "diff": ["--la", "201"], "explain": ["--measure", "referrals"]}[verb]
    found = CliRunner().invoke(app, [verb, "--year", "2017", "--state", str(tmp_path), *more])
    assert found.exit_code == 2
    assert "no state of a run" in found.output
    assert list(tmp_path.iterdir()) == []
