"""`cin-pipeline rules`: the list, a year's list, and one rule explained."""

import pytest
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.reference.validation_rules import rule_variants


def _output(*arguments, code=0):
    result = CliRunner().invoke(app, ["rules", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_lists_every_rule():
    output = _output()
    assert "139 validation rules" in output
    assert all(f"│ {rule_id} " in output for rule_id in rule_variants())


def test_lists_the_rules_of_a_year():
    output = _output("--year", "2017")
    assert "105 of 139 validation rules run in 2016 to 2017" in output
    assert "│ 1570 " not in output
    assert "Not run: 1570, 1580" in output


EXPLAINED = {
    ("8600",): ["Rule 8600", "CINreferralDate is missing", "severity:            error", "last year:           open"],
    ("8863", "--year", "2017"): ["In force in 2016 to 2017, as 8863, error."],
    ("8530", "--year", "2017"): ["Rule 8530Q", "In force in 2016 to 2017, as 8530Q, query."],
    ("4180",): ["GenderCurrent", "Sex", "run:                 from 2024-25"],
    ("4180", "--year", "2025"): ["Sex", "In force in 2024 to 2025, as 4180, error."],
    ("4001", "--year", "2017"): ["Not in force in 2016 to 2017: it belongs to other years."],
    ("8899q", "--year", "2017"): ["Not run in 2016 to 2017: taken not to have been in force", "confidence: medium"],
    ("yony04", "--year", "2017"): [
        "Rule YonY04",
        "asked about from 25% up or down",
        '"The validation YonY04 has been reviewed and the change in S47 enquiries from the previous return to this is '
        'as expected"',
        "In force in 2016 to 2017, as YonY04, query.",
    ],
    ("YonY09", "--year", "2022"): ["Not in force in 2021 to 2022: it belongs to other years."],
    ("value",): ["VALUE, error, in every year: A value cannot be read"],
}


@pytest.mark.parametrize("arguments", EXPLAINED, ids=" ".join)
def test_explains_a_rule(arguments):
    output = " ".join(_output(*arguments).split())
    for part in EXPLAINED[arguments]:
        assert " ".join(part.split()) in output


@pytest.mark.parametrize("arguments", [["9999"], ["[red]"], ["--year", "1999"], ["8600", "8610"]])
def test_wrong_use_is_2(arguments):
    _output(*arguments, code=2)
