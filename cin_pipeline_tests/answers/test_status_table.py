"""One line per LA: its state, how good its return is, what is missing, and who needs attention first."""

from pathlib import Path

import pandas as pd
import pytest

from cin_pipeline.answers.status_table import STATUS_COLUMNS, status_of_year, status_summary, status_table
from cin_pipeline.settings import Settings
from cin_pipeline.store.quality import Grade
from cin_pipeline_tests.support.databases import BOTH
from cin_pipeline_tests.support.random_returns import whole_return
from cin_pipeline_tests.support.stored import FIRST_DAY, Office

EMPTY = whole_return("", 2017, "201")


def edition(number: int) -> bytes:
    return EMPTY.replace(b"<SerialNo>001", f"<SerialNo>{number:03}".encode())


@pytest.fixture(params=BOTH)
def office(request: pytest.FixtureRequest, settings: Settings) -> Office:
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        settings = Settings(settings.state, url, settings.dagster_home)
    return Office(settings, ("201", "202", "203", "204", "206", "390"))


def test_who_needs_attention_comes_first(office: Office, tmp_path: Path) -> None:
    office.declare(tmp_path / "files", "204,referrals,,counted twice")
    for la in ("201", "203", "204", "390"):
        office.accept(la, edition(1), 2016)
    first = office.accept("201", edition(2))
    office.refuse("202", "the file is empty")
    office.accept("203", edition(1))
    office.refuse("203", "line 3: no")
    fourth = office.accept("204", edition(1))
    sixth = office.accept("390", edition(1))
    seventh = office.accept("391", edition(1))  # not expected
    quality = office.state.quality
    for number, (submission, grade) in enumerate(((first, "low"), (fourth, "high"), (sixth, "medium")), start=1):
        quality.note_confidence(submission.submission, grade)
        quality.note_rules(submission.submission, errors=number, queries=10 * number, crashed=0)
    quality.note_rules(first.submission, errors=7, queries=8, crashed=0)  # done again: replaced
    table = status_of_year(office.state, 2017)
    assert tuple(table.columns) == STATUS_COLUMNS
    shown = table[["la_code", "state", "submissions", "errors", "confidence", "missing"]].astype(object)
    assert shown.where(shown.notna(), None).values.tolist() == [
        ["202", "rejected", 1, None, None, "submission 6 is rejected: the file is empty; no return of 2015 to 2016"],
        ["206", "no return", 0, None, None, "no return; no return of 2015 to 2016"],
        ["203", "rejected", 2, None, None, "submission 8 is rejected: line 3: no"],
        ["201", "accepted", 1, 7, "low", ""],
        ["204", "accepted", 1, 2, "high", "1 declared unusable"],
        ["391", "accepted", 1, None, None, "not among the expected authorities; no return of 2015 to 2016"],
        ["390", "accepted", 1, 3, "medium", ""],
    ]
    by_la = table.set_index("la_code")
    assert by_la.loc["203", "current"] == 7
    assert pd.isna(by_la.loc["202", "current"])
    assert by_la.loc["391", "current"] == seventh.submission
    assert by_la.loc["201", "received"] == first.received.astimezone(FIRST_DAY.tzinfo)
    assert status_summary(table) == (
        "6 expected, 4 current, 1 rejected, 1 no return, 1 current but not expected, 12 errors, 58 queries, "
        "1 of low confidence"
    )


def test_a_resubmission_is_one_line_with_what_is_in_force(office: Office, tmp_path: Path) -> None:
    office.declare(tmp_path / "files")
    old, new = office.accept("201", edition(1)), office.accept("201", edition(2))
    office.state.quality.note_rules(old.submission, errors=9, queries=9, crashed=0)
    office.state.quality.note_rules(new.submission, errors=1, queries=0, crashed=2)
    row = status_of_year(office.state, 2017).set_index("la_code").loc["201"]
    assert [row["submissions"], row["current"], row["errors"]] == [2, new.submission, 1]
    assert "2 rules crashed" in row["missing"]


def test_the_first_year_has_none_before(office: Office) -> None:
    table = status_table(2014, ["201"], [], {1: Grade()}, None, ())
    assert list(table["missing"]) == ["no return"]
    assert status_of_year(office.state, 2014)["state"].eq("no return").all()


def test_a_state_that_is_not_known_yet_is_shown_as_it_is(office: Office, tmp_path: Path) -> None:
    office.declare(tmp_path / "files")
    office.land("201", edition(1))
    row = status_of_year(office.state, 2017).set_index("la_code").loc["201"]
    assert row["state"] == "landed"
    assert row["missing"].startswith("submission 1 is landed")
