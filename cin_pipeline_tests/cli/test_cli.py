"""The command line as a user meets it."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cin_pipeline.cli import app, main
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.population import CENSUS_2021, population
from cin_pipeline_tests.support import oracle
from cin_pipeline_tests.support.random_returns import messy_return

COMMAND = Path(sys.executable).with_name("cin-pipeline")


def command(*args: object, directory: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [COMMAND, *map(str, args)], capture_output=True, text=True, check=False, cwd=directory, timeout=300
    )


@pytest.mark.parametrize("verb", [command.name for command in app.registered_commands])
def test_every_command_has_help(verb: str) -> None:
    result = CliRunner().invoke(app, [verb, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


WRONG = {
    "no such folder": (["run", "--landing", "nowhere", "--year", "2017", "--output", "o"], "does not exist"),
    "no such year": (["run", "--landing", ".", "--year", "1999", "--output", "o"], "to 2014"),
    "no such LA": (["run", "--landing", ".", "--year", "2017", "--output", "o", "--la", "999"], "999"),
    "no such vintage": (["run", "--landing", ".", "--year", "2017", "--output", "o", "--vintage", "2001"], "2011"),
    "no such vintage of rates": (["publish", "--year", "2017", "--output", "o", "--vintage", "2001"], "2011"),
    "a vintage without returns": (["run", "--year", "2017", "--output", "o", "--vintage", "2021"], "--vintage"),
    "no such practice": (
        ["run", "--landing", ".", "--year", "2017", "--output", "o", "--missing", "guess"],
        "leave-out",
    ),
    "a practice without returns": (["run", "--year", "2017", "--output", "o", "--missing", "estimate"], "--missing"),
    **{
        f"{option} without returns": (["run", "--year", "2017", "--output", "o", option, __file__], option)
        for option in ("--carry-forward", "--predecessors", "--low-reliability")
    },
    **{
        f"to {practice} what is carried forward": (
            [
                *("run", "--landing", ".", "--year", "2017", "--output", "o"),
                *("--missing", practice, "--carry-forward", __file__),
            ],
            f"--missing {practice} carries nothing forward",
        )
        for practice in ("estimate", "leave-out")
    },
    "no such option": (["run", "--lending", "."], "--lending"),
    "no such verb": (["walk"], "walk"),
    "a scale of nothing": (["synthesise", "--year", "2017", "--out", "o", "--scale", "0"], "--scale"),
    "an LA of another time": (["synthesise", "--year", "2017", "--out", "o", "--la", "838"], "838"),
    "calibrated to a year without tables": (
        ["synthesise", "--calibrated", "--year", "2025", "--out", "o"],
        "2016 to 2024, one of which was expected",
    ),
    "calibrated to an LA of which nothing is published": (
        ["synthesise", "--calibrated", "--year", "2022", "--out", "o", "--la", "204"],
        "nothing is published",
    ),
    "no mistakes": (["synthesise", "--year", "2017", "--out", "o", "--mistakes", "0"], "--mistakes 0"),
    "more mistakes than children": (["synthesise", "--year", "2017", "--out", "o", "--mistakes", "1.5"], "up to 1"),
    "every LA missing": (["synthesise", "--year", "2017", "--out", "o", "--missing", "152"], "one whole one"),
    "fewer than no LA missing": (["synthesise", "--year", "2017", "--out", "o", "--missing", "-1"], "--missing"),
    "a broken season": (
        ["synthesise", "--year", "2017", "--out", "o", "--broken", "1", "--resubmissions"],
        "do not go together",
    ),
    "nothing beside the folder": (["synthesise", "--year", "2017", "--out", "/"], "nothing beside it"),
    "a folder that is no season": (["replay", ".", "--into", "o"], "season.csv is not there"),
    "a day that is none": (["replay", ".", "--into", "o", "--until", "2017-02-30"], "--until"),
    "an empty folder": (["run", "--landing", ".", "--year", "2017", "--output", "o"], "no files"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_is_told_in_a_sentence_with_exit_code_2(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    args, said = WRONG[case]
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_rules_can_be_left_out_and_a_wrong_id_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "201.xml"
    path.write_bytes(messy_return(1, 30, 2017, "201"))

    def found() -> str:
        CliRunner().invoke(app, ["validate", str(path), "--output", str(tmp_path / "o")])
        return (tmp_path / "o" / "issues.csv").read_text()

    assert ",8600," in found()
    monkeypatch.setenv("CIN_RULES_REMOVED", "8600")
    assert ",8600," not in found()
    monkeypatch.setenv("CIN_RULES_REMOVED", "9999")
    for args in (["validate", str(path)], ["rules", "--year", "2017"], ["run", "--landing", ".", "--year", "2017"]):
        result = CliRunner().invoke(app, [*args, *(["--output", str(tmp_path / "r")] if args[0] == "run" else [])])
        assert result.exit_code == 2
        assert "9999" in result.output


def test_a_wrong_file_of_the_users_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "201.xml").write_bytes(messy_return(1, 1, 2017, "201"))
    unusable = tmp_path / "unusable.csv"
    unusable.write_text("year,la_code,measure,reason\n2017,201,refferals,x\n")
    args = ["run", "--landing", tmp_path, "--year", 2017, "--output", tmp_path / "o", "--unusable", unusable]
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    assert result.exit_code == 2
    assert "line 2" in result.output
    assert "refferals" in result.output
    carried = tmp_path / "carried.csv"
    carried.write_text("year,la_code,from_year\n2017,201,2016\n")
    result = CliRunner().invoke(app, [*map(str, args[:-2]), "--carry-forward", str(carried)])
    assert result.exit_code == 2
    assert "of which neither the state holds an accepted return nor the folder has a file" in " ".join(
        result.output.split()
    )
    assert not (tmp_path / "o").exists()  # nor the state in it


def test_results_are_never_taken_for_returns(tmp_path: Path) -> None:
    (tmp_path / "201.xml").write_bytes(messy_return(1, 1, 2017, "201"))
    result = CliRunner().invoke(app, ["run", "--landing", str(tmp_path), "--year", "2017", "--output", str(tmp_path)])
    assert result.exit_code == 2
    assert "holds the results of runs" in result.output


def test_a_fault_of_ours_is_one_sentence_with_its_own_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError("1999-12-31")

    monkeypatch.setattr("cin_pipeline.cli.app", crash)
    with pytest.raises(SystemExit) as ended:
        main(["rules"])
    assert ended.value.code == 70
    said = capsys.readouterr().err
    assert "internal error (ZeroDivisionError)" in said
    assert "1999" not in said
    monkeypatch.setenv("CIN_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["rules"])


BREAK = {
    "truncated": lambda data: data[: len(data) // 2],
    "not XML": lambda _: b"This is not a return.\n",
    "another LA": lambda data: data.replace(b"<LEA>", b"<LEA>9", 1),
    "a document type": lambda data: b"<!DOCTYPE Message>" + data.split(b"?>", 1)[-1],
    "wrong order": lambda data: data.replace(b"<Children>", b"<Children/><Children>", 1),
}


def test_five_broken_returns_among_twenty(tmp_path: Path) -> None:
    """The user sees one sentence for each; the other fifteen are right; the exit code says that some were rejected."""
    landing, output, expected = tmp_path / "landing", tmp_path / "output", tmp_path / "expected.csv"
    landing.mkdir()
    las = list(authorities(2017))[:20]
    expected.write_text("la_code\n" + "\n".join(las) + "\n")
    sent = {la: messy_return(n, 6, 2017, la) for n, la in enumerate(las)}
    broken = dict(zip(las[::4], BREAK, strict=True))
    for la, data in sent.items():
        (landing / f"{la} (2017).xml").write_bytes(BREAK[broken[la]](data) if la in broken else data)
    result = command("run", "--landing", landing, "--year", 2017, "--output", output, "--expected", expected)
    assert result.returncode == 1, result.stderr
    rejected = [line for line in result.stdout.splitlines() if line.strip().startswith("rejected")]
    assert len(rejected) == 5
    for la in broken:
        assert sum(f"{la} (2017).xml" in line for line in rejected) == 1
    assert "Traceback" not in result.stdout + result.stderr
    with (output / "measures.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for la in las:
        ours = {
            (row["measure"], row["breakdown"], row["category"]): int(row["value"]) if row["value"] else None
            for row in rows
            if row["la_code"] == la
        }
        assert ours == ({} if la in broken else oracle.la_measures(sent[la], None, 2017))
    shutil.rmtree(output)


def test_synthesise_gives_what_its_seed_says_and_run_takes_it(tmp_path: Path) -> None:
    for name in ("one", "two"):
        made = command(
            "synthesise", "--year", 2017, "--scale", 0.01, "--seed", 3, "--out", tmp_path / name, "--la", 201
        )
        assert made.returncode == 0, made.stderr
        assert "Writing synthetic returns: 2 of 2" in made.stdout  # progress, also where there is no terminal
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["201_2016.xml", "201_2017.xml"]
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)
    expected = tmp_path / "expected.csv"
    expected.write_text("la_code\n201\n")
    args = ("--landing", "one", "--year", 2017, "--output", "out", "--expected", expected)
    result = command("run", *args, directory=tmp_path)
    assert result.returncode == 0, result.stdout
    assert "England, 2016 to 2017" in result.stdout
    assert "Returns taken: 1 for 2016 to 2017, 1 for 2015 to 2016" in result.stdout
    assert (tmp_path / "out" / "england.csv").exists()


def test_synthesise_writes_a_population_for_a_year_without_one(tmp_path: Path) -> None:
    """Beside the folder, with the newest figures that are held, and the command that takes it."""
    returns = tmp_path / "returns"
    made = command("synthesise", "--year", 2026, "--scale", 0.01, "--out", returns, "--la", 202)
    assert made.returncode == 0, made.stderr
    assert sorted(path.name for path in returns.iterdir()) == ["202_2025.xml", "202_2026.xml"]
    people = tmp_path / "returns_population.csv"
    said = " ".join(made.stdout.split())
    assert f"cin-pipeline run --landing {returns} --year 2026 --population {people}" in said
    with people.open(encoding="utf-8", newline="") as file:
        rows = {row["la_code"]: row for row in csv.DictReader(file)}
    assert rows.keys() == authorities(2026).keys()
    assert int(rows["202"]["population"]) == population(2025, CENSUS_2021)["202"]
    assert "mid-2024 carried forward" in rows["202"]["source"]
    (tmp_path / "expected.csv").write_text("la_code\n202\n")
    result = command(
        "run", "--landing", returns, "--year", 2026, "--population", people, "--output", tmp_path / "out",
        "--expected", tmp_path / "expected.csv",
    )  # fmt: skip
    assert result.returncode == 0, result.stdout
    assert "user's own file" in result.stdout


def test_synthesise_says_what_is_not_published(tmp_path: Path) -> None:
    options = ("--calibrated", "--year", 2021, "--out", tmp_path / "returns", "--la", 201, "--la", 204)
    made = command("synthesise", *options)
    assert made.returncode == 0, made.stderr
    assert "No return of 204 for 2020 to 2021" in made.stdout
    names = sorted(path.name for path in (tmp_path / "returns").iterdir())
    assert names == ["201_2020.xml", "201_2021.xml", "204_2020.xml"]


def test_synthesise_takes_an_authority_of_the_year_before(tmp_path: Path) -> None:
    made = command("synthesise", "--year", 2020, "--scale", 0.01, "--out", tmp_path / "returns", "--la", 836)
    assert made.returncode == 0, made.stderr
    assert [path.name for path in (tmp_path / "returns").iterdir()] == ["836_2019.xml"]


def test_an_england_with_mistakes_missing_and_broken_returns_can_be_run(tmp_path: Path) -> None:
    """What the key says is left out or broken is what the run says, and it takes nothing beside the folder."""
    las = ("201", "202", "203")
    asked = [option for la in las for option in ("--la", la)]
    made = command(
        "synthesise", "--year", 2017, "--scale", 0.01, "--out", tmp_path / "returns", "--mistakes", 0.3, "--missing", 1,
        "--broken", 1, *asked,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "Writing synthetic returns: 5 of 5" in made.stdout
    assert "returns_key.csv" in made.stdout
    with (tmp_path / "returns_key.csv").open(encoding="utf-8", newline="") as file:
        key = list(csv.DictReader(file))
    (missing,) = [row["la_code"] for row in key if row["kind"] == "left_out"]
    (bad,) = [row["file"] for row in key if row["kind"] == "structure"]
    expected = tmp_path / "expected.csv"
    expected.write_text("\n".join(("la_code", *las)))
    args = ("--landing", tmp_path / "returns", "--year", 2017, "--output", tmp_path / "out", "--expected", expected)
    result = command("run", *args)
    assert result.returncode == 1, result.stdout
    assert "Rejected: 1 file" in result.stdout
    assert bad in result.stdout
    assert "Returns taken: 1 for 2016 to 2017, 3 for 2015 to 2016" in result.stdout
    with (tmp_path / "out" / "measures.csv").open(encoding="utf-8", newline="") as file:
        assert {row["la_code"] for row in csv.DictReader(file)} == set(las) - {missing, bad[:3]}


def test_replay_copies_a_season(tmp_path: Path) -> None:
    season, inbox = tmp_path / "season", tmp_path / "inbox"
    CliRunner().invoke(
        app, ["synthesise", "--year", "2017", "--la", "201", "--scale", "0.01", "--out", str(season), "--resubmissions"]
    )
    result = CliRunner().invoke(app, ["replay", str(season), "--into", str(inbox), "--until", "2017-04-01"])
    assert (result.exit_code, result.output.split()[:2]) == (0, ["1", "files"])
    assert [path.name for path in inbox.iterdir()] == ["2017-04-01T0600_201_2016.xml"]
