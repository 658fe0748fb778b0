"""The years that commands take, and what they say of one that is provisional: 2026-27 with its module 5."""

import csv
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from cin_pipeline.census.years import LAST_YEAR, PROVISIONAL, CollectionYear
from cin_pipeline.cli import app
from cin_pipeline.reference.validation_rules import rule_variants
from cin_pipeline_tests.cli.test_cli import command
from cin_pipeline_tests.support.building import pre_proceedings, return_xml, valid_children, with_referral
from cin_pipeline_tests.support.reported import text_of

SAID = CollectionYear(2027).provisional
OF_2027 = {rule_id for rule_id, variants in rule_variants().items() if variants[0].first_year == 2027}


def said(*args: object) -> tuple[int, str]:
    """Exit code, and what was said on one line."""
    result = CliRunner().invoke(app, [*map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.output.split())


AFTER_THE_LAST = {
    "run": ("--landing", ".", "--output", "o"),
    "synthesise": ("--out", "o"),
    "rules": (),
    "status": ("--state", "."),
    "diff": ("--la", "201", "--state", "."),
    "explain": ("--measure", "referrals", "--state", "."),
    "publish": ("--output", "o", "--state", "."),
}


@pytest.mark.parametrize("verb", AFTER_THE_LAST)
def test_a_year_after_the_last_is_wrong_use_in_one_sentence(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said(verb, "--year", LAST_YEAR + 1, *AFTER_THE_LAST[verb]) == (
        2,
        "cin-pipeline: --year 2028: a year from 2014 (2013 to 2014) to 2027 (2026 to 2027) was expected",
    )
    assert list(tmp_path.iterdir()) == []


def test_whatever_is_called_provisional_stands_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(PROVISIONAL) == [2027]
    assert SAID.startswith("Collection year 2027 (2026-27) is provisional: ")
    assert not CollectionYear(2026).provisional
    assert SAID in said("rules")[1]
    assert SAID in said("rules", "9007", "--year", "2027")[1]
    monkeypatch.setitem(PROVISIONAL, 2017, "nobody knows")
    assert "Collection year 2017 (2016-17) is provisional: nobody knows." in said("rules", "--year", "2017")[1]
    monkeypatch.delitem(PROVISIONAL, 2027)
    assert "provisional" not in said("rules", "--year", "2027")[1]


def validated(tmp_path: Path, data: bytes) -> tuple[int, str, str, list[str]]:
    """Exit code, what was said, the report as text, and the rules with hits."""
    (tmp_path / "r.xml").write_bytes(data)
    code, output = said("validate", tmp_path / "r.xml", "--output", tmp_path / "out")
    with (tmp_path / "out" / "issues.csv").open(encoding="utf-8", newline="") as file:
        rules = [row["rule_id"] for row in csv.DictReader(file)]
    return code, output, text_of((tmp_path / "out" / "report.html").read_text(encoding="utf-8")), rules


WITHOUT = valid_children()
for record in WITHOUT:
    record["CINdetails"] = [
        {name: value for name, value in referral.items() if name != "PreProceedingsandFGDM"}
        for referral in record["CINdetails"]  # type: ignore[attr-defined]
    ]
START_WITHOUT = [*WITHOUT, with_referral(PreProceedingsandFGDM=[pre_proceedings(PPStartDate=None)])]


@pytest.mark.parametrize(
    ("children", "code", "rules"),
    [
        (valid_children(), 0, []),
        (WITHOUT, 1, ["8995Q"]),
        (START_WITHOUT, 1, ["9000Q"]),
        ([*valid_children(), with_referral(PreProceedingsandFGDM=[pre_proceedings(PPOutcome="D")])], 3, ["9011"]),
    ],
    ids=["complete", "without module 5", "without any start", "an unknown outcome"],
)
def test_validate_checks_a_return_of_2026_27_and_says_it_is_provisional(
    children: list[dict[str, object]], code: int, rules: list[str], tmp_path: Path
) -> None:
    found = validated(tmp_path, return_xml(children, 2027))
    assert (found[0], found[3]) == (code, rules)
    assert SAID in found[1]
    assert SAID in found[2]


def test_a_return_of_2025_26_is_not_called_provisional_nor_checked_by_the_new_rules(tmp_path: Path) -> None:
    code, output, page, rules = validated(tmp_path, return_xml(valid_children(), 2026))
    assert (code, rules) == (0, [])
    assert "provisional" not in page
    assert "provisional" not in output
    assert all(rule in output.partition("Not run, not in force in 2025 to 2026: ")[2] for rule in OF_2027)


def headed(data: bytes, year: int) -> bytes:
    """A return of 2026-27 under the whole header of another year."""
    for element in ("<Year>", "<ReferenceDate>"):
        data = data.replace(f"{element}2027".encode(), f"{element}{year}".encode())
    return data


REFUSED = {
    "module 5 in 2025-26": (
        headed(return_xml(valid_children(), 2027), 2026),
        "PreProceedingsandFGDM: from 2026-27 (provisional); 2025-26 does not ask for it",
    ),
    "2027-28": (
        headed(return_xml(valid_children(), 2027), 2028),
        "the return is for 2027 to 2028; one of 2013 to 2014 up to 2026 to 2027 was expected",
    ),
    "2026-27 with an element of no year": (
        return_xml(valid_children(), 2027).replace(b"<PPStartDate>", b"<PPBegin/><PPStartDate>"),
        "element PPBegin is unknown in 2026 to 2027; expected here: PPStartDate",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_validate_refuses_with_exit_code_4(case: str, tmp_path: Path) -> None:
    data, why = REFUSED[case]
    code, output, page, _ = validated(tmp_path, data)
    assert code == 4
    assert why in output
    assert f"{why[0].upper()}{why[1:]}" in page
    assert (SAID in output) == (SAID in page) == case.startswith("2026-27")


def test_a_small_england_of_2026_27_from_returns_to_release(tmp_path: Path) -> None:
    """A return of a later year is rejected beside it, module 5 is stored, and the year is called provisional."""
    landing, output, release = tmp_path / "landing", tmp_path / "output", tmp_path / "release"
    made = command("synthesise", "--year", 2027, "--scale", 0.05, "--out", landing, "--la", 201, "--la", 390)
    assert made.returncode == 0, made.stderr
    assert SAID in made.stdout
    later = headed((landing / "201_2027.xml").read_bytes(), 2028)
    (landing / "201_2028.xml").write_bytes(later)
    (tmp_path / "expected.csv").write_text("la_code\n201\n390\n")
    arguments = ("--landing", landing, "--year", 2027, "--output", output, "--expected", tmp_path / "expected.csv")

    ran = command("run", *arguments)
    assert ran.returncode == 1, ran.stderr
    rejected = "201_2028.xml: the return is for 2027 to 2028; one for 2025 to 2026 or 2026 to 2027 was expected"
    assert rejected in ran.stdout
    assert "Rejected: 1 file." in ran.stdout
    assert "Returns taken: 2 for 2026 to 2027, 2 for 2025 to 2026." in ran.stdout
    assert "Without them 2026 to 2027 has no rates" in ran.stdout
    assert "--population FILE" in ran.stdout
    assert SAID in ran.stdout

    refused = command("publish", "--year", 2027, "--output", release, "--state", output / "state")
    assert refused.returncode == 2
    assert "--population FILE" in refused.stderr
    (landing / "201_2028.xml").unlink()
    (tmp_path / "people.csv").write_text("la_code,population\n201,900\n390,40000\n")
    again = command("run", *arguments, "--population", tmp_path / "people.csv")
    assert again.returncode == 0, again.stdout
    published = command("publish", "--year", 2027, "--output", release, "--state", output / "state")
    assert published.returncode == 0, published.stderr
    assert SAID in published.stdout
    assert json.loads((release / "manifest.json").read_text())["release"]["provisional"] == SAID
    cover = openpyxl.load_workbook(release / "tables.xlsx")["Cover"]
    assert SAID in [row[0].value for row in cover.iter_rows()]
    assert all(SAID in text_of((release / name).read_text()) for name in ("release.html", "quality.html"))

    state = ("--state", output / "state")
    for verb in (("status",), ("explain", "--measure", "referrals")):
        assert SAID in command(*verb, "--year", 2027, *state).stdout
        assert "provisional" not in command(*verb, "--year", 2026, *state).stdout
    stored = list((output / "state").rglob("pre_proceedings.parquet"))
    assert any(len(pd.read_parquet(path)) for path in stored)
    assert any(not len(pd.read_parquet(path)) for path in stored)  # of 2025-26
