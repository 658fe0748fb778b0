"""Commands where the database is a server's and what is kept lies elsewhere: the local state is empty."""

import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.settings import Settings
from cin_pipeline.store.objects import ObjectsUnavailable
from cin_pipeline_tests.methodology.test_worked_examples import child, referral
from cin_pipeline_tests.support.random_returns import whole_return
from cin_pipeline_tests.support.stored import Office


class Elsewhere:
    """A state whose database and objects are named by variables alone; each command has a new local directory."""

    def __init__(self, url: str, directory: Path) -> None:
        self.directory = directory
        self.environment = {"CIN_DATABASE": url, "CIN_OBJECTS": str(directory / "objects"), "COLUMNS": "200"}
        self.office = Office(Settings.from_environment(self.environment, state=directory / "made-with"))
        self.office.declare(directory / "files")
        for la in ("201", "202"):
            self.office.accept(la, whole_return("\n" + child(referral("2016-05-01")), 2017, la))
        self.office.make_england()
        self.office.state.close()
        shutil.rmtree(directory / "made-with", ignore_errors=True)

    def run(self, *words: object, **environment: str) -> Result:
        settings = {**self.environment, "CIN_STATE": str(self.directory / "new"), **environment}
        result = CliRunner().invoke(app, [*map(str, words)], env=settings)
        assert "Traceback" not in result.output
        return result


@pytest.fixture
def elsewhere(postgresql_url: str, tmp_path: Path) -> Elsewhere:
    return Elsewhere(postgresql_url, tmp_path)


def test_commands_need_nothing_in_the_local_state(elsewhere: Elsewhere) -> None:
    status = elsewhere.run("status", "--year", 2017)
    assert (status.exit_code, "3 expected, 2 current" in status.output) == (0, True), status.output
    explained = elsewhere.run("explain", "--year", 2017, "--la", 201, "--measure", "referrals")
    assert explained.exit_code == 0, explained.output
    release = elsewhere.run("publish", "--year", 2017, "--profile", "tidy", "--output", elsewhere.directory / "release")
    assert release.exit_code == 0, release.output
    reason = ("--reason", "not theirs", "--by", "ann")
    assert "nothing is current in its place" in elsewhere.run("withdraw", 1, *reason).output
    assert "current, as it was counted before" in elsewhere.run("accept", 1, *reason).output
    kept = [path.name for path in (elsewhere.directory / "new").iterdir()]
    assert not {"returns", "tables", "inputs", "cin.db"} & set(kept)


def test_a_bucket_that_is_away_is_one_sentence_from_every_command_that_needs_it(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cin_pipeline.store.objects.bucket._RETRY_SECONDS", 0.0)
    away = {
        "CIN_OBJECTS": "s3://cin/a",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "cin",
        "AWS_SECRET_ACCESS_KEY": "hunter2",
    }
    landing = elsewhere.directory / "landing"
    landing.mkdir()
    (landing / "201.xml").write_bytes(whole_return("\n" + child(referral("2016-06-01")), 2017, "201"))
    output = elsewhere.directory / "output"
    for words in (
        ("status", "--year", 2017),
        ("explain", "--year", 2017, "--la", 201, "--measure", "referrals"),
        ("publish", "--year", 2017, "--output", output),
        ("run", "--year", 2017, "--landing", landing, "--output", output),
        ("run", "--year", 2017),
    ):
        found = elsewhere.run(*words, **away)
        told = "cin-pipeline: s3://cin/a: the bucket cannot be used (GenericError)"
        if words[0] == "run":  # to be tried again: exit code 75, see cli.main
            assert isinstance(found.exception, ObjectsUnavailable), found.output
        else:
            assert (found.exit_code, found.output.splitlines()[-1]) == (2, told), found.output
        wrong = elsewhere.run(*words, **away | {"AWS_ENDPOINT_URL": "cin:hunter2@127.0.0.1:1"})
        assert wrong.exit_code == 2
        assert wrong.output.splitlines()[-1].startswith("cin-pipeline: AWS_ENDPOINT_URL is no address; one that")
        assert "hunter2" not in found.output + wrong.output
