"""Every collection year from made-up returns to a release, by the commands alone: small, and nothing not available that
is not for a reason."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cin_pipeline.census.years import COLLECTION_YEARS, CollectionYear
from cin_pipeline.cli import app
from cin_pipeline.reference.code_sets import codes

LA = "209"  # in every year
WITHOUT_POPULATION = (2026, 2027)
FACTORS = {  # columns of C3 of factors that were not always collected
    "Physical_Abuse_child_on_child": "18B",
    "Physical_Abuse_adult_on_child": "18C",
    "Sexual_Abuse_child_on_child": "19B",
    "Sexual_Abuse_adult_on_child": "19C",
    "Female_Genital_Mutilation": "22A",
    "Faith_linked_abuse": "23A",
    "Child_criminal_exploitation": "24A",
}


def command(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)], env={"COLUMNS": "200"})


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all is written."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "expected.csv").write_text(f"la_code\n{LA}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("year", [year.ending for year in COLLECTION_YEARS])
def test_a_year_from_returns_to_release(year: int, office: Path) -> None:
    landing, output, release = (office / f"{name}_{year}" for name in ("landing", "results", "release"))
    made = command("synthesise", "--year", year, "--out", landing, "--la", LA)
    assert made.exit_code == 0, made.output
    people = landing.with_name(f"{landing.name}_population.csv")
    assert people.is_file() == (year in WITHOUT_POPULATION)
    options = ("--population", people) if people.is_file() else ()

    run = command(
        *("run", "--landing", landing, "--year", year, "--output", output, "--expected", office / "expected.csv"),
        *options,
    )
    assert run.exit_code == 0, run.output
    assert ("provisional" in run.output) == bool(CollectionYear(year).provisional)

    checked = command("validate", landing / f"{LA}_{year}.xml", "--output", office / f"checked_{year}")
    assert checked.exit_code in (0, 1), checked.output

    published = command("publish", "--year", year, "--output", release, "--state", output / "state")
    assert published.exit_code == 0, published.output
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    assert ("provisional" in manifest["release"]) == bool(CollectionYear(year).provisional)
    absent = set(_not_available(release / "open-data", year))
    assert absent == set(_expected_to_be_absent(year))


def _not_available(files: Path, year: int) -> Iterator[tuple[str, str]]:
    """File, by its first letters, and column of each figure of the year that is shown as not available."""
    for path in sorted(files.glob("*.csv")):
        if not path.name.endswith(".meta.csv"):
            with path.open(newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    for column, text in row.items():
                        if text == "x" and row["time_period"] == str(year):
                            yield path.name.partition("_")[0], column


def _expected_to_be_absent(year: int) -> Iterator[tuple[str, str]]:
    """Re-referrals of the first year, and factors not collected."""
    if year == COLLECTION_YEARS[0].ending:
        yield from (("a1", column) for column in ("number", "percent"))
        kinds = ("count", "percent", "child_count", "child_percent")
        yield from (("c1", f"rereferral_{kind}") for kind in kinds)
    if year >= 2018:
        yield from (("c3", name) for name, code in FACTORS.items() if code not in codes("AssessmentFactors", year))
