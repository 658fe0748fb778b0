"""`publish` and `compare` as a user meets them: real state, real command, real files."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.outputs.release_folders import files_in
from cin_pipeline.publication.manifest import digest
from cin_pipeline.settings import Settings
from cin_pipeline_tests.methodology.test_worked_examples import child, referral
from cin_pipeline_tests.support.random_returns import messy_return, whole_return
from cin_pipeline_tests.support.stored import Office

LAS = ("201", "202", "390")


def office(settings: Settings, tmp_path: Path, *las: str, before: tuple[str, ...] = LAS) -> Office:
    """These LAs sent a return of the year, `before` one of the previous year; England is made for the year."""
    made = Office(settings, LAS)
    made.declare(tmp_path / "files")
    for la in before:
        made.accept(la, messy_return(int(la), 20, 2016, la), 2016)
    for la in las:
        made.accept(la, messy_return(int(la) + 1, 20, 2017, la))
    made.make_england()
    return made


def command(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)], env={"COLUMNS": "200"})


def publish(made: Office, output: Path, *options: object, profile: str = "tidy") -> Result:
    words = ("--output", output, "--state", made.state.settings.state, "--profile", profile)
    return command("publish", "--year", 2017, *words, *options)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "open-data" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_release_compared_with_itself_and_with_a_later_one(settings: Settings, tmp_path: Path) -> None:
    made = office(settings, tmp_path, *LAS)
    first, again, later = (tmp_path / name for name in ("first", "again", "later"))
    found = publish(made, first)
    assert found.exit_code == 0, found.output
    assert (
        "Left out: 2015 to 2016. Its returns are in the state, but England was never made for it: run job"
        in found.output
    )
    files = {name: (first / name).read_bytes() for name in files_in(first)}
    for name, content in files.items():
        if not name.startswith("open-data/"):
            assert re.search(rf"{re.escape(name)} .*{len(content):,}", found.output)
    assert f"open-data/ ({2 * 27} files)" in found.output

    manifest = json.loads(files.pop("manifest.json"))
    assert {name: each["sha256"] for name, each in manifest["files"].items()} == {
        name: digest(content) for name, content in files.items()
    }
    current = made.state.registry.all_current(2017)
    assert manifest["inputs"]["2017"]["submissions"] == [
        {"la_code": each.la_code, "submission": each.submission, "sha256": each.sha256} for each in current
    ]
    assert manifest["inputs"]["2017"]["population"]["vintage"] == "user's own file"
    assert manifest["settings"]["years"] == [2017]

    # The same inputs, the same bytes.
    assert publish(made, again).exit_code == 0
    assert {name: (again / name).read_bytes() for name in files_in(again)} == {
        name: (first / name).read_bytes() for name in files_in(first)
    }
    same = command("compare", first, again)
    assert (same.exit_code, same.output) == (0, "The releases are the same.\n")

    # A release is what its manifest says.
    altered = tmp_path / "altered"
    shutil.copytree(first, altered)
    file = altered / "open-data" / "b1_children_in_need.csv"
    for content, said in (
        (file.read_bytes() + b"\n", "was changed after it was published"),
        (None, "is missing, which"),
    ):
        file.unlink() if content is None else file.write_bytes(content)
        told = command("compare", first, altered)
        assert (told.exit_code, str(altered) in told.output) == (2, True)
        assert f"b1_children_in_need.csv {said}" in told.output

    # An LA sends a correction: refused until England is made again, then every cell that moved is listed.
    made.accept("202", messy_return(5, 30, 2017, "202"))
    shutil.copytree(first, later)
    stale = publish(made, later)
    assert stale.exit_code == 2
    assert command("compare", first, later).exit_code == 0
    assert "older than the current returns or inputs: run job england" in stale.output
    made.make_england()
    assert publish(made, later).exit_code == 0
    differs = command("compare", first, later, "--csv", tmp_path / "changes.csv")
    assert differs.exit_code == 1
    assert "inputs.2017.submissions.202" in differs.output
    assert "Files changed: manifest.json, open-data/a1" in differs.output
    with (tmp_path / "changes.csv").open(newline="", encoding="utf-8") as file:
        listed = {tuple(row.values())[:6]: (row["old"], row["new"]) for row in csv.DictReader(file)}
    assert listed == changed_by_hand(first, later)
    assert f"{len(listed):,} published cells changed." in differs.output
    assert {"E09000007", "E92000001"} <= {key[2] for key in listed}
    # Not among somebody's own files.
    (first / "notes.txt").write_text("mine")
    others = publish(made, first)
    assert others.exit_code == 2
    assert "holds notes.txt, which is no file of a release" in others.output


def changed_by_hand(old: Path, new: Path) -> dict[tuple[str, ...], tuple[str, str]]:
    """Every cell that differs, line by line: the files have the same rows."""
    found = {}
    for path in sorted((old / "open-data").glob("*.csv")):
        name = path.name.removesuffix(".csv")
        if name.endswith(".meta"):
            continue
        described = {row["col_name"]: row for row in rows(old, f"{name}.meta")}
        for before, after in zip(rows(old, name), rows(new, name), strict=True):
            code = before.get("new_la_code") or before.get("region_code") or before["country_code"]
            place = before.get("la_name") or before.get("region_name") or before["country_name"]
            items = [before[column] for column, row in described.items() if row["col_type"] == "Filter"]
            for column, row in described.items():
                if row["col_type"] == "Indicator" and before[column] != after[column]:
                    key = (name, before["time_period"], code, place, "; ".join(items), column)
                    found[key] = (before[column], after[column])
    return found


def test_one_la_and_no_year_before(settings: Settings, tmp_path: Path) -> None:
    """Symbols where nothing is known, figures where something is, never a zero for what nobody gave; and no child."""
    made = Office(settings, LAS)
    made.declare(tmp_path / "files")
    children = [child(referral(f"2016-05-{day}"), child_id=f"Secret{day}") for day in range(10, 17)]
    made.accept("202", whole_return("\n" + "\n".join(children), 2017, "202"))
    made.make_england()
    found = publish(made, tmp_path / "release")
    assert found.exit_code == 0, found.output
    c1 = rows(tmp_path / "release", "c1_children_in_need_referrals_and_rereferrals")
    referrals = {row["la_name"] or row["region_name"] or row["country_name"]: row for row in c1}
    assert referrals["Camden"]["referral_count"] == "7"
    assert referrals["Camden"]["rereferral_count"] == "x"  # no return for the previous year
    assert referrals["City of London"]["referral_count"] == "x"  # no return
    assert referrals["England"]["rereferral_count"] == "x"
    assert referrals["England"]["referral_count"] == "20"  # 7 of 2,000 people in Camden, so of 6,000 in all three 21
    texts = [(tmp_path / "release" / name).read_bytes() for name in files_in(tmp_path / "release")]
    assert not any(text in content for text in (b"Secret", b"2016-05-1", b"/05/2016") for content in texts)


def test_a_year_with_no_return_at_all(settings: Settings, tmp_path: Path) -> None:
    made = office(settings, tmp_path, before=("201",))
    found = publish(made, tmp_path / "release")
    assert found.exit_code == 0, found.output
    for row in rows(tmp_path / "release", "b1_children_in_need"):
        assert {row["At31_episodes"], row["Anypoint_child"]} <= {"x", "z"}


def test_whose_population(settings: Settings, tmp_path: Path) -> None:
    """Poole is in one vintage alone: the screen names it, and the places that it leaves without a rate."""
    made = Office(settings, ("836", "390"))
    made.declare(tmp_path / "files")
    for la in made.expected:
        made.accept(la, messy_return(int(la), 20, 2017, la))
    expected = tmp_path / "files" / "expected.csv"
    made.state.inputs.keep(2017, expected=expected, people=None, unusable=None)
    made.make_england()
    found = publish(made, tmp_path / "release")
    assert found.exit_code == 0, found.output
    assert "Rates of 2016 to 2017: per 10,000 people aged 0 to 17, 2011 Census, mid-2016." in found.output
    assert "No population" not in found.output
    by_vintage = publish(made, tmp_path / "rebased", "--vintage", 2021)
    assert by_vintage.exit_code == 0, by_vintage.output
    assert (
        "No population, so no rate of 2016 to 2017 (x): England, South West, Poole. Give it: cin-pipeline run "
        "--year 2017 with the returns and --population FILE, or publish with --vintage 2011"
    ) in " ".join(by_vintage.output.split())
    inputs = json.loads((tmp_path / "rebased" / "manifest.json").read_text())["inputs"]["2017"]
    assert inputs["population"]["vintage"] == "2011 Census, mid-2016"
    assert (inputs["population"]["las"], inputs["population_of_rates"]["las"]) == (152, 1)
    assert inputs["population_of_rates"]["vintage"] == "2021 Census, mid-2016"
    assert "2021 Census, mid-2016 (2016 to 2017)." in (tmp_path / "rebased" / "release.html").read_text()
    assert "estimated with 2011 Census, mid-2016; rates are per 10,000 of 2021 Census, mid-2016." in (
        tmp_path / "rebased" / "quality.html"
    ).read_text(encoding="utf-8")
    rates = {
        name: {
            row["la_name"] or row["region_name"] or row["country_name"]: row["At31_episodes_rate"]
            for row in rows(tmp_path / name, "b1_children_in_need")
        }
        for name in ("release", "rebased")
    }
    without = {place for place, rate in rates["rebased"].items() if rate == "x"}
    assert without == {"England", "South West", "Poole"}
    assert "x" not in rates["release"].values()


def test_a_year_of_which_no_population_is_held(settings: Settings, tmp_path: Path) -> None:
    made = Office(settings, ("201",))
    made.declare(tmp_path / "files")
    made.accept("201", messy_return(1, 20, 2026, "201"), 2026)
    expected = tmp_path / "files" / "expected.csv"
    made.state.inputs.keep(2026, expected=expected, people=None, unusable=None)
    made.make_england(2026)
    found = command("publish", "--year", 2026, "--output", tmp_path / "release", "--state", settings.state)
    assert (found.exit_code, (tmp_path / "release").exists()) == (2, False)
    assert "2025 to 2026 is held (2021 Census, no estimate held), so there would be no rate at all" in found.output
    assert "--population FILE" in found.output


def test_what_cannot_be_published(settings: Settings, tmp_path: Path) -> None:
    made = Office(settings, LAS)
    made.declare(tmp_path / "files")
    made.accept("201", messy_return(1, 5, 2017, "201"))
    none = publish(made, tmp_path / "release")
    assert none.exit_code == 2
    assert "there are no figures of England for 2016 to 2017: run job england" in none.output
    made.make_england()
    manifest = made.state.figures.manifest("estimates", 2017)
    made.state.figures.write_manifest("estimates", 2017, manifest, {})
    earlier = publish(made, tmp_path / "release")
    assert "for 2016 to 2017 were made by an earlier version, which did not note" in earlier.output
    made.make_england()
    # Another list of expected LAs makes England's figures those of others.
    made.declare(tmp_path / "files", "201,referrals,month,not recorded")
    stale = publish(made, tmp_path / "release")
    assert "older than the current returns or inputs" in stale.output
    assert stale.output.endswith(
        f"run job england for it in the UI, or cin-pipeline run --year 2017 --state {settings.state}\n"
    )
    assert not (tmp_path / "release").exists()
    (tmp_path / "file").write_text("")
    below = command("publish", "--year", 2017, "--output", tmp_path / "file" / "release", "--state", settings.state)
    assert (below.exit_code, "Not a directory" in below.output) == (2, True)
    earlier = command("publish", "--year", 2014, "--output", tmp_path / "release", "--state", settings.state)
    assert "no return of 2013 to 2014 is current; there are returns of: 2016 to 2017" in earlier.output
    missing = command("publish", "--year", 2017, "--output", tmp_path / "release", "--state", tmp_path)
    assert missing.exit_code == 2
    assert "there is no state of a run here" in missing.output


def test_the_form_of_a_release(settings: Settings, tmp_path: Path) -> None:
    """The newest profile by default; the same bytes each time; not compared with another form, nor made in an unknown
    one."""
    made = office(settings, tmp_path, *LAS)
    first, again, of_2022 = (tmp_path / name for name in ("first", "again", "of_2022"))
    words = ("publish", "--year", 2017, "--state", settings.state, "--output")
    found = command(*words, first)
    assert found.exit_code == 0, found.output
    assert "Profile 2025: part of it is assumed, as manifest.json says." in found.output
    names = sorted(path.name for path in (first / "open-data").glob("*.csv"))
    assert "b1_children_in_need_2017.csv" in names
    assert "ons_mid-year_population_estimates_2016.csv" in names
    assert not any(name.startswith(("a3", "a4", "a5", "b7", "c3")) for name in names)  # begin later than 2017
    b1 = rows(first, "b1_children_in_need_2017")
    assert not [column for column in b1[0] if column.endswith("_rate")]
    profile = json.loads((first / "manifest.json").read_text())["profile"]
    assert profile["name"] == "2025"
    assert "D1: columns (those of 2024 without the rates)" in profile["assumed"]

    assert command(*words, again, "--profile", "2025").exit_code == 0
    assert {name: (again / name).read_bytes() for name in files_in(again)} == {
        name: (first / name).read_bytes() for name in files_in(first)
    }
    assert command("compare", first, again).exit_code == 0

    assert publish(made, of_2022, profile="2022").exit_code == 0
    assert "b1_children_in_need_2017.csv" in {path.name for path in (of_2022 / "open-data").iterdir()}
    different = command("compare", first, of_2022)
    assert different.exit_code == 2
    assert "of different profiles, 2025 and 2022: only those of one can be compared" in different.output

    unknown = publish(made, tmp_path / "none", profile="2023")
    assert (unknown.exit_code, (tmp_path / "none").exists()) == (2, False)
    assert unknown.output.endswith("'2023' is no profile of a release; one of 2022, 2024, 2025, tidy was expected\n")


def test_the_vintage_is_that_of_the_profile_unless_told_otherwise(settings: Settings, tmp_path: Path) -> None:
    made = Office(settings, ("390",))
    made.declare(tmp_path / "files")
    made.accept("390", messy_return(390, 20, 2017, "390"))
    made.state.inputs.keep(2017, expected=tmp_path / "files" / "expected.csv", people=None, unusable=None)
    made.make_england()
    for options, census in (
        ({"profile": "2025"}, 2021),
        ({"profile": "2022"}, 2011),
        ({"profile": "tidy"}, 2011),  # that which 2017 is estimated with
    ):
        found = publish(made, tmp_path / "release", **options)
        assert f"Rates of 2016 to 2017: per 10,000 people aged 0 to 17, {census} Census" in found.output
    told = publish(made, tmp_path / "release", "--vintage", 2011, profile="2025")
    assert "2011 Census, mid-2016" in told.output


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "there is no manifest.json"), ("{", "is not JSON"), ("[]", "not that of a release")],
)
def test_folders_that_are_no_release(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    found = command("compare", tmp_path, tmp_path)
    assert found.exit_code == 2
    assert said in found.output
