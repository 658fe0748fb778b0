"""A command that is told to end, or loses its database: one sentence, an exit code, nothing rejected, all goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from cin_pipeline.cli import TRY_AGAIN, main
from cin_pipeline.settings import Settings
from cin_pipeline.store.liveness.files import FileLocks
from cin_pipeline.store.store import Store
from cin_pipeline_tests.support.random_returns import messy_return

COMMAND = Path(sys.executable).with_name("cin-pipeline")
LAS = ("201", "202", "203", "204", "205")
LAST = "205"
STOPPED = "cin-pipeline: stopped. What was accepted is kept; the same command goes on with the rest.\n"
LOST = "cin-pipeline: the connection to the database was lost. What was accepted is kept; the same command goes on with"


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    landing = tmp_path / "landing"
    landing.mkdir()
    for seed, la in enumerate(LAS):
        children = 5 if la == LAST else 20  # the largest first
        (landing / f"{la}.xml").write_bytes(messy_return(seed, children, 2017, la))
    return landing


def arguments(landing: Path, output: Path) -> list[str]:
    return ["run", "--landing", str(landing), "--year", "2017", "--output", str(output)]


def workers_of(process: int) -> set[str]:
    """The worker processes that a run has started."""
    # It says with exit code 1 that there is no process.
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(process)], capture_output=True, text=True, check=False
    )
    return {each.split()[0] for each in listed.stdout.splitlines() if "spawn_main" in each}


def running() -> set[str]:
    return set(subprocess.run(["ps", "-eo", "pid="], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(("how", "workers"), [(signal.SIGINT, "1"), (signal.SIGTERM, "2")])
def test_a_run_that_is_told_to_end_rejects_nothing_and_goes_on_when_asked_again(
    landing: Path, tmp_path: Path, how: signal.Signals, workers: str
) -> None:
    output = tmp_path / "results"
    command = [COMMAND, *arguments(landing, output)]
    environment = {**os.environ, "CIN_WORKERS": workers}
    with (
        FileLocks(output / "state" / "locks").one_at_a_time(f"2016-04-01-{LAST}"),  # its run waits for this to end
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        ) as process,
    ):
        try:
            assert process.stdout is not None
            while "Reading returns and counting: 4 of 5" not in process.stdout.readline():
                assert process.poll() is None
            others = workers_of(process.pid)
            assert bool(others) is (workers != "1")
            process.send_signal(how)
            _, said = process.communicate()
        finally:
            process.kill()  # else one that waits for the lock would be waited for
    assert (process.returncode, said) == (128 + how, STOPPED)
    assert not others & running()
    store = Store(Settings.from_environment({}, state=output / "state"))
    found = {each.la_code: (each.state, each.attempt) for each in store.registry.history(2017)}
    store.close()
    assert found == dict.fromkeys(LAS, ("accepted", 1)) | {LAST: ("landed", 0)}
    again = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert "Returns taken: 5 for 2016 to 2017" in again.stdout
    assert "rejected" not in again.stdout


def test_a_run_that_loses_its_database_says_so_and_goes_on_when_asked_again(
    landing: Path,
    tmp_path: Path,
    postgresql_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CIN_DATABASE", postgresql_url)
    monkeypatch.setenv("CIN_WORKERS", "1")
    store = Store(Settings.from_environment(os.environ, state=tmp_path / "results" / "state"))

    def cut(connection: Connection, *_: object) -> None:
        """Its own, in the middle of what is written: before that a lost connection is replaced."""
        connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    with monkeypatch.context() as patched:
        patched.setattr("cin_pipeline.store.figures._replace", cut)
        with pytest.raises(SystemExit) as ended:
            main(arguments(landing, tmp_path / "results"))
    said = capsys.readouterr().err
    assert (ended.value.code, said.partition(LOST)[:2]) == (TRY_AGAIN, ("", LOST))
    assert [(each.state, each.attempt) for each in store.registry.history(2017)] == 5 * [("landed", 0)]
    store.close()
    with pytest.raises(SystemExit):
        main(arguments(landing, tmp_path / "results"))
    assert "Returns taken: 5 for 2016 to 2017" in capsys.readouterr().out


def test_a_database_that_nobody_listens_at_is_told_without_its_password(
    landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CIN_DATABASE", "postgresql+psycopg2://ann:secret@127.0.0.1:1/cin")
    with pytest.raises(SystemExit) as ended:
        main(arguments(landing, tmp_path / "results"))
    said = capsys.readouterr()
    assert ended.value.code == 2  # nothing was begun
    assert "the database 127.0.0.1:1/cin cannot be used: nothing answers there" in said.out + said.err
    assert "secret" not in said.out + said.err
