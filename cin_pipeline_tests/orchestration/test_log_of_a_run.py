"""The log of a whole run: what it says, and that nothing of a return is in it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cin_pipeline.orchestration.folder_run import Folder, run_folder
from cin_pipeline.outputs.publishing import unseen
from cin_pipeline.settings import Settings
from cin_pipeline.settings.log import begin_logging
from cin_pipeline_tests.support.random_returns import messy_return


@pytest.fixture
def json_settings(settings: Settings) -> Iterator[Settings]:
    yield replace(settings, log="json")
    begin_logging("text")


def test_a_run_is_told_step_by_step_and_no_return_is_quoted(
    json_settings: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every id, date and UPN of the returns is looked for, and their file names, which a sender chose."""
    landing = tmp_path / "landing"
    landing.mkdir()
    sent = messy_return(1, 12, 2017, "201")
    (landing / "JANE-DOE-201.xml").write_bytes(sent)
    broken = messy_return(2, 12, 2017, "202")
    (landing / "JANE-DOE-202.xml").write_bytes(broken.replace(b"<Child>", b"<Child><JaneDoe>2009-03-14</JaneDoe>", 1))
    (landing / "JANE-DOE.xml").write_bytes(b"<JaneDoe>A920101234567</JaneDoe>")
    expected = tmp_path / "expected.csv"
    expected.write_text("la_code\n201\n202\n")
    folder = Folder(landing, 2017, tmp_path / "output", expected=expected)
    report = run_folder(folder, json_settings, datetime(2017, 6, 1, tzinfo=UTC), unseen)
    assert not report.impossible
    written = capfd.readouterr().err
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    told = [(each["event"], each.get("la_code"), each.get("why")) for each in lines]
    assert {
        ("file_refused", None, None),
        ("landed", "201", None),
        ("claimed", "201", None),
        ("accepted", "201", None),
        ("rejected", "202", "it cannot be read"),
        ("england_made", None, None),
    } <= set(told)
    assert told[-1][0] == "england_made"
    assert all(each["seconds"] >= 0 for each in lines if each["event"] in ("accepted", "rejected", "england_made"))
    words = {word.decode() for word in re.findall(rb">([^<>\s]{6,})<", sent + broken)}
    assert len(words) > 50
    logged = "\n".join(line for line in written.splitlines() if line.startswith("{"))
    assert not [word for word in (*words, "JANE", "JaneDoe", "A920101234567", ".xml") if word in logged]
