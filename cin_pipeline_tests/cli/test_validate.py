"""`cin-pipeline validate`: exit codes, what is written, and that no file whatever ends in a traceback."""

import csv
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.validation import checking
from cin_pipeline_tests.census.test_reading import BAD, CHILDREN, IDENTITIES, STRUCTURE, whole
from cin_pipeline_tests.support.building import (
    assessment,
    child,
    header,
    return_xml,
    valid_children,
    with_assessments,
)
from cin_pipeline_tests.support.parses import Parses
from cin_pipeline_tests.support.reported import text_of
from cin_pipeline_tests.validation.test_report import with_a_crash

CLEAN = return_xml(valid_children())
QUERY = return_xml([child(UPN=None), *valid_children()])
ERROR = return_xml([child(Ethnicity="<b>=1"), child(LAchildID="q", UPN=None), *valid_children()])


@pytest.fixture
def validate(tmp_path):
    """Runs the command on a file of these bytes: exit code, output, folder with what was written."""

    def run(data, *options, name="201_2017.xml"):
        file = tmp_path / name
        file.write_bytes(data)
        result = CliRunner().invoke(app, ["validate", str(file), "--output", str(tmp_path / "out"), *options])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result.exit_code, result.output, tmp_path / "out"

    return run


def _rows(folder):
    with (folder / "issues.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    ("data", "code", "said", "rules"),
    [
        (CLEAN, 0, "Errors: 0. Queries: 0.", []),
        (QUERY, 1, "Errors: 0. Queries: 1.", ["8770Q"]),
        (ERROR, 3, "Errors: 1. Queries: 1.", ["4220", "8770Q"]),
    ],
)
def test_exit_code_and_files_say_how_good_a_return_is(validate, data, code, said, rules):
    exit_code, output, folder = validate(data)
    assert exit_code == code
    assert said in output
    assert "City of London (201), 2016 to 2017: 201_2017.xml" in output
    assert "Not run, not in force in 2016 to 2017: 34" in output
    assert "Not run, no return for the previous year: 14 (YonY01, YonY02, " in output
    assert "Checking the return: 4 of 4" in output
    assert all(f"│ {rule} " in output for rule in rules)
    assert [row[2] for row in _rows(folder)[1:]] == rules
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(path.name for path in folder.iterdir()) == ["issues.csv", "report.html"]


def test_a_file_is_parsed_once_after_a_look_at_its_header(validate, monkeypatch):
    parses = Parses(monkeypatch)
    assert validate(ERROR)[0] == 3
    assert parses.since() == (1, 1)


def test_no_child_shows_in_the_terminal(validate):
    _, output, _ = validate(ERROR)
    assert "subject" not in output


def test_without_output_nothing_is_written(tmp_path):
    (tmp_path / "r.xml").write_bytes(ERROR)
    assert CliRunner().invoke(app, ["validate", str(tmp_path / "r.xml")]).exit_code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["r.xml"]


STRUCTURAL = {name: (whole(CHILDREN.replace(old, new)).encode(), "line") for name, (old, new, _) in STRUCTURE.items()}
FUTURE = return_xml(valid_children()).replace(b"2017", b"2031")
UNREADABLE = BAD | IDENTITIES | STRUCTURAL | {"a year to come": (FUTURE, "2030 to 2031")}


@pytest.mark.parametrize("case", UNREADABLE)
def test_every_unreadable_file_gives_a_report_and_no_traceback(validate, case):
    data, _ = UNREADABLE[case]
    code, output, folder = validate(data)
    assert code == 4
    assert "not readable as a return" in output
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "This file could not be read as a return" in page
    assert [row[2] for row in _rows(folder)[1:]] == ["STRUCTURE"] * (case in STRUCTURAL)
    if "line " in output.partition("xml:")[2][:6]:
        assert "<dt>Line</dt><dd>not known" not in page


def test_every_fault_of_structure_is_told_by_kind_and_has_a_row(validate):
    data = return_xml(valid_children()).replace(b"<ReferralNFA>", b"<Colour/>\n<ReferralNFA>")
    data = data.replace(b"<Header>", b"stray<Header>", 1)
    code, output, folder = validate(data)
    number = data.count(b"<Colour/>")
    assert code == 4
    assert f"Faults of structure: {number + 1}" in output
    assert "run cin-pipeline validate" not in output
    lines = [re.findall(r"[^│]+", line) for line in output.splitlines() if line.startswith("│")]
    assert [[cell.strip() for cell in line][:3] for line in lines] == [
        ["unknown element", "Colour", str(number)], ["text between elements", "Message", "1"],
    ]  # fmt: skip
    rows = _rows(folder)
    assert len(rows) == number + 2
    assert rows[1][:9] == ["2017", "201", "STRUCTURE", "error", "", "return", "", "Message", "2"]
    assert all(row[9].startswith("element Colour is unknown in 2016 to 2017; expected here: ") for row in rows[2:])
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert f"{number + 1} faults of structure" in page
    assert "Only the first fault" not in page


def test_more_faults_of_structure_than_rows_are_counted_and_the_limit_is_said(validate):
    data = return_xml(valid_children()).replace(b"</Child>", b"<Colour/>" * 2_000 + b"</Child>", 1)
    code, output, folder = validate(data)
    assert code == 4
    assert "Faults of structure: 2,000" in output
    assert "issues.csv has a row for each of the first 1,000 only." in output
    assert len(_rows(folder)) == 1_001
    assert "has a row for each of the first 1,000." in (folder / "report.html").read_text(encoding="utf-8")


def test_the_previous_years_faults_of_structure_are_counted(validate, tmp_path):
    before = tmp_path / "201_2016.xml"
    before.write_bytes(return_xml(valid_children(), 2016).replace(b"</Child>", b"<Colour/></Child>"))
    code, output, _ = validate(CLEAN, "--previous", str(before))
    assert code == 2
    assert "more structure faults: run cin-pipeline validate" in output.replace("\n", " ")


def test_a_return_in_a_namespace_is_read_with_one_query_for_all_of_it(validate):
    code, output, folder = validate(CLEAN.replace(b"<Message>", b'<Message xmlns="urn:x">'))
    assert code == 1
    assert "Errors: 0. Queries: 1." in output
    (row,) = _rows(folder)[1:]
    assert row[2:8] == ["NAMESPACE", "query", "", "return", "", "Message"]
    assert "Every element of the return is in an XML namespace" in row[9]
    assert "Every element of the return is in an XML namespace" in (folder / "report.html").read_text(encoding="utf-8")


def test_an_oversize_file_is_not_even_read(validate, monkeypatch):
    monkeypatch.setenv("CIN_MAX_RETURN_BYTES", "1000")
    code, output, folder = validate(CLEAN)
    assert code == 4
    assert "at most 1,000 bytes" in output
    assert "SHA-256" not in (folder / "report.html").read_text(encoding="utf-8")


def test_a_file_without_end_is_read_no_further_than_a_return_may_be_long(tmp_path, monkeypatch):
    monkeypatch.setenv("CIN_MAX_RETURN_BYTES", "1000")
    result = CliRunner().invoke(app, ["validate", "/dev/zero", "--output", str(tmp_path)])
    assert result.exit_code == 4
    assert "at most 1,000 bytes" in result.output


def test_a_rule_that_crashed_is_loud(validate, monkeypatch):
    monkeypatch.setattr(checking, "rule_set", with_a_crash)
    code, output, _ = validate(CLEAN)
    assert code == 5
    assert "CRASHED  rule 8500, error" in output
    assert "ZeroDivisionError at test_report.py:" in output
    assert "Passed: 96 of 97 checks" in output


def test_a_hostile_file_name_is_shown_and_does_nothing(validate):
    code, output, folder = validate(ERROR, name="[red]<img src=x>\x1b[31m.xml")
    assert code == 3
    assert "\x1b[31m" not in output
    assert "[red]<img src=x>[U+001B][31m.xml" in output
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "[red]&lt;img src=x&gt;[U+001B][31m.xml" in page


def test_the_return_of_the_year_before_must_be_that(validate, tmp_path):
    before = tmp_path / "201_2016.xml"
    before.write_bytes(return_xml(valid_children(), 2016))
    code, _, folder = validate(CLEAN, "--previous", str(before))
    assert code == 0
    assert "201_2016.xml" in (folder / "report.html").read_text(encoding="utf-8")
    for data, said in (
        (CLEAN, "it is the return of 201 for 2016 to 2017; the return of 201 for 2015 to 2016 was expected"),
        (return_xml(valid_children(), 2016, header(LEA="202")), "it is the return of 202"),
        (b"<Message>", "the file"),
    ):
        before.write_bytes(data)
        code, output, _ = validate(CLEAN, "--previous", str(before))
        assert code == 2
        assert said in output.replace("\n", " ")


def test_what_changed_much_on_the_previous_year_is_a_query_of_the_return(validate, tmp_path):
    """In place of the last child, who has a referral, an assessment and two enquiries with conferences, the previous
    year has one without a referral: 8 and 9 referrals (+12.5%), 2 and 3 assessments, 3 and 5 enquiries, 2 and 4
    conferences, 4 and 5 episodes open, 5 and 6 starting (+20%)."""
    before = tmp_path / "201_2016.xml"
    *most, _ = valid_children()
    before.write_bytes(return_xml([*most, child(LAchildID="n", CINdetails=[])], 2016))
    code, output, folder = validate(CLEAN, "--previous", str(before))
    said = "Initial child protection conferences held in the year: 2 in the previous year's return, 4 in this one"
    assert code == 1
    assert "Errors: 0. Queries: 4." in output
    rows = {row[2]: row for row in _rows(folder)[1:]}
    assert list(rows) == ["YonY03", "YonY04", "YonY11", "YonY12"]
    assert rows["YonY11"][3:7] == ["query", "", "return", ""]
    assert rows["YonY11"][-1].startswith(f"{said} (+100.0%); asked about from 25% up or down.")
    assert said in " ".join(text_of((folder / "report.html").read_text(encoding="utf-8")).split())
    assert "no return for the previous year" not in output


@pytest.mark.parametrize(
    "arguments", [[], ["missing.xml"], ["."], ["r.xml", "--output", "r.xml"], ["r.xml", "--la", "1"]]
)
def test_wrong_use_is_2(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.xml").write_bytes(CLEAN)
    assert CliRunner().invoke(app, ["validate", *arguments]).exit_code == 2


def test_what_cannot_be_written_is_told_in_a_sentence(tmp_path):
    (tmp_path / "r.xml").write_bytes(CLEAN)
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    result = CliRunner().invoke(app, ["validate", str(tmp_path / "r.xml"), "--output", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "Is a directory" in result.output


def test_a_year_with_other_rules(validate):
    code, output, _ = validate(return_xml(valid_children(), 2025))
    assert code == 0
    assert "2024 to 2025" in output


def test_help_documents_the_exit_codes():
    output = CliRunner().invoke(app, ["validate", "--help"]).output
    assert all(f"{code}  " in output for code in range(6))


def test_needs_no_dagster(tmp_path):
    """Dagster takes seconds to load, and an LA that validates has no use for it."""
    program = (
        "import sys; from cin_pipeline.cli import app\n"
        "try: app(['validate', sys.argv[1]])\n"
        "except SystemExit as done: assert done.code == 0, done.code\n"
        "assert not [name for name in sys.modules if name.startswith(('dagster', 'sqlalchemy'))]"
    )
    (tmp_path / "r.xml").write_bytes(CLEAN)
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "r.xml")], check=True)


def test_formulas_in_a_return_stay_text_in_a_spreadsheet(validate):
    record = with_assessments(assessment(AssessmentAuthorisationDate="=1+1")) | {"LAchildID": "=1+1"}
    _, _, folder = validate(return_xml([record, *valid_children()]))
    assert {row[4] for row in _rows(folder)[1:]} == {"'=1+1"}


def test_a_reason_is_told_even_when_the_names_in_it_are_endless(validate):
    code, output, folder = validate(CLEAN.replace(b"<ReferralNFA>", b"<" + b"x" * 40_000 + b"/><ReferralNFA>", 1))
    assert code == 4
    assert "element xxx" in output
    assert len(output) < 1_000
    assert len((folder / "report.html").read_text(encoding="utf-8")) < 20_000
