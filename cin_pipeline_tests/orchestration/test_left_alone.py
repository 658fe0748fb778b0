"""What a run over a folder leaves alone: returns that a person has decided against and that lie there, and notes."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.orchestration.folder_run import NothingToRun, Report
from cin_pipeline.settings import Settings
from cin_pipeline.store.registry import Registry
from cin_pipeline.store.store import Store
from cin_pipeline_tests.orchestration.test_folder_run import Job
from cin_pipeline_tests.support.building import header, return_xml, valid_children
from cin_pipeline_tests.support.random_returns import messy_return


@pytest.fixture
def job(tmp_path: Path, settings: Settings) -> Job:
    return Job(tmp_path, settings)


def registry(job: Job, do: Callable[[Registry], object]) -> None:
    with closing(Store(job.settings)) as store:
        do(store.registry)


def put_valid_returns(job: Job) -> None:
    """Of three LAs; none is in doubt, which would end a run with 1."""
    for la in ("201", "202", "390"):
        (job.landing / f"{la}_2017.xml").write_bytes(return_xml(valid_children(), head=header(LEA=la)))


def outcome(report: Report) -> tuple[list[int], list[str], list[str]]:
    return (
        [each.submission for each in report.landed],
        [each.file_name for each in report.left_alone],
        [each.file_name for each in report.rejected],
    )


def test_what_a_person_withdrew_is_not_taken_again_until_it_is_sent_again(job: Job) -> None:
    data = job.put("201", 2017)
    assert outcome(job.run()) == ([1], [], [])
    registry(job, lambda registry: registry.withdraw(1, "ann", "asked for by telephone"))
    lying = job.landing / "201_2017.xml"
    lying.touch()
    for _ in range(2):
        assert outcome(job.run()) == ([], ["201_2017.xml"], [])
    (job.landing / "201_a.xml").write_bytes(data)  # beside it, and after it in the order of names
    for _ in range(2):
        report = job.run()
        assert outcome(report) == ([2], ["201_2017.xml"], [])
    (alone,) = report.left_alone
    assert (alone.submission, alone.decided_by, alone.reason) == (1, "ann", "asked for by telephone")
    registry(job, lambda registry: registry.withdraw(2, "ann", "again"))
    assert outcome(job.run()) == ([], ["201_2017.xml", "201_a.xml"], [])


def test_other_bytes_are_taken_beside_what_a_person_withdrew(job: Job) -> None:
    job.put("201", 2017)
    job.run()
    registry(job, lambda registry: registry.withdraw(1, "ann", "wrong file"))
    (job.landing / "201_b.xml").write_bytes(messy_return(2, 8, 2017, "201"))
    for _ in range(2):
        assert outcome(job.run()) == ([2], ["201_2017.xml"], [])
    # Written over with other bytes and back again, the file is a delivery: A, B, A are three.
    (job.landing / "201_b.xml").unlink()
    job.put("201", 2017, seed=3)
    assert outcome(job.run()) == ([3], [], [])
    job.put("201", 2017)
    assert outcome(job.run()) == ([4], [], [])


def test_a_run_says_what_it_left_alone_without_an_exit_code_of_its_own(job: Job) -> None:
    put_valid_returns(job)
    job.run()
    registry(job, lambda registry: registry.withdraw(1, "ann", "asked for by telephone"))
    registry(job, lambda registry: registry.land(
        year=2017, la_code="201", file_name="other.xml", sha256="0" * 64, size=1, received=registry.get(1).received
    ))  # fmt: skip
    registry(job, lambda registry: registry.turn_down(4, "ben", "not theirs"))
    args = ["run", "--landing", job.landing, "--year", 2017, "--output", job.output, "--expected", job.expected]
    result = CliRunner().invoke(app, [*map(str, args), "--state", str(job.settings.state)])
    said = " ".join(result.output.split())
    assert result.exit_code == 0, said
    assert "left alone 201_2017.xml: withdrawn by ann: asked for by telephone; send it under another name, or: " in said
    assert "cin-pipeline accept 1" in said
    assert "Rejected" not in said


def test_notes_beside_returns_are_one_line_without_an_exit_code(job: Job) -> None:
    put_valid_returns(job)
    notes = {"read me.txt": b"390 is late", "late/letter.pdf": b"%PDF-1.7"}
    (job.landing / "late").mkdir()
    for name, data in notes.items():
        (job.landing / name).write_bytes(data)
    args = ["run", "--landing", job.landing, "--year", 2017, "--output", job.output, "--expected", job.expected]
    args += ["--state", job.settings.state]
    result = CliRunner().invoke(app, [*map(str, args)])
    assert result.exit_code == 0, result.output
    assert "not returns, left alone: 2." in result.output
    assert "Rejected" not in result.output
    with closing(Store(job.settings)) as store:
        assert store.registry.refused_files() == []
        assert store.registry.last_number() == 3
    (job.landing / "390.zip").write_bytes(b"PK\x03\x04\x14\x00")
    result = CliRunner().invoke(app, [*map(str, args)])
    assert result.exit_code == 1
    assert "Rejected: 1 file" in result.output


def test_a_folder_with_nothing_but_notes_is_wrong_use(job: Job) -> None:
    (job.landing / "read me.txt").write_bytes(b"the returns are on the other disk")
    with pytest.raises(NothingToRun, match="there are no returns in the folder; not returns, left alone: 1"):
        job.run()
    assert not job.output.exists()
