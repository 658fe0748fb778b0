"""Two Celery workers over Redis and PostgreSQL, a daemon that runs nothing itself, and a load through the inbox."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pandas import DataFrame

from cin_pipeline.settings import Settings
from cin_pipeline_tests.orchestration.test_sensors import Living
from cin_pipeline_tests.servers.support.broker import Broker
from cin_pipeline_tests.servers.support.hosts import CONFIGURATION
from cin_pipeline_tests.servers.support.processes import Process
from cin_pipeline_tests.support.daemon import Daemon
from cin_pipeline_tests.support.kept import write_input
from cin_pipeline_tests.support.random_returns import messy_return

pytestmark = pytest.mark.system

YEAR = 2017
LAS = tuple(str(la) for la in range(201, 211))  # the last one comes when the others are done
SENT_AGAIN = LAS[0]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A Redis server that holds nothing."""
    server = Broker(tmp_path)
    server.start()
    yield server
    server.stop()


@contextmanager
def worker(queue: str, processes: int, directory: Path, settings: Settings) -> Iterator[Path]:
    """A worker of a queue, as on a host of its own: its DAGSTER_HOME holds the same dagster.yaml and nothing else."""
    home = directory / queue
    home.mkdir()
    shutil.copy(CONFIGURATION, home / "dagster.yaml")
    command = [sys.executable, "-m", "celery", "-A", "dagster_celery.app", "worker", "-Q", queue, "-n", f"{queue}@%h"]
    command += ["-c", str(processes), "--prefetch-multiplier=1", "--without-gossip", "--without-mingle"]
    environment = {**settings.environment(), "DAGSTER_HOME": str(home), "CIN_SENSORS": "off"}
    process = Process(command, directory / f"{queue}.log", environment)
    process.start()
    try:
        yield home
    finally:
        process.stop()


def return_of(la: str, seed: int = 0) -> bytes:
    return messy_return(seed or int(la), 4, YEAR, la)


def test_a_load_is_placed_on_workers_and_gives_what_one_machine_gives(
    broker: Broker, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", broker.url)
    monkeypatch.setenv("CELERY_RESULT_BACKEND", broker.url)
    monkeypatch.setenv("CIN_DATABASE", postgresql_url)
    base = replace(Settings.from_environment({}, state=tmp_path / "state"), database=postgresql_url)
    base.dagster_home.mkdir(parents=True)
    shutil.copy(CONFIGURATION, base.dagster_home / "dagster.yaml")
    daemon = Daemon(tmp_path, quiet=3600, years=frozenset({YEAR}), base=base)
    write_input(daemon.state, "expected.csv", "\n".join(("la_code", *LAS, "")))
    for la in LAS[:-1]:
        daemon.put(f"{la}.xml", return_of(la))
    with (
        closing_daemon(daemon),
        worker("bulk", 2, tmp_path, daemon.settings) as bulk_home,
        worker("dagster", 1, tmp_path, daemon.settings) as single_home,
    ):
        daemon.start()
        daemon.wait("the load", lambda: daemon.ended(9), 300)
        daemon.put(f"{SENT_AGAIN} again.xml", return_of(SENT_AGAIN, seed=7))
        daemon.put(f"{LAS[-1]}.xml", return_of(LAS[-1]))
        daemon.wait("the others", lambda: daemon.ended(11), 120)
        assert daemon.states() == {"accepted": 10, "superseded": 1}
        assert set(daemon.acceptances().values()) == {1}
        assert [run.tags.get("dagster-celery/queue") for run in daemon.runs("bulk_load")] == ["bulk", "bulk"]
        parts = [run for run in daemon.runs("la_return") if "cin/holder" in run.tags]
        assert len(parts) == 9
        assert len({run.tags["cin/holder"] for run in parts}) == 2
        for home in (bulk_home, single_home):  # each may be mounted to be read
            assert [path.name for path in home.iterdir()] == ["dagster.yaml"]
        figures = daemon.state.figures.current_la_measures(YEAR)
    assert figures_of(figures) == embedded(tmp_path / "embedded")


@contextmanager
def closing_daemon(daemon: Daemon) -> Iterator[None]:
    try:
        yield
    finally:
        daemon.stop()


def embedded(directory: Path) -> str:
    """The figures of the same returns, on SQLite and in this process."""
    directory.mkdir()
    settings = Settings.from_environment({}, state=directory / "state")
    with Living.opened(directory / "inbox", settings) as living:
        write_input(living.state, "expected.csv", "\n".join(("la_code", *LAS, "")))
        for la in LAS:
            (living.inbox / f"{la}.xml").write_bytes(return_of(la, seed=7 if la == SENT_AGAIN else 0))
        for request in living.landing():
            assert living.run(request).success
        return figures_of(living.state.figures.current_la_measures(YEAR))


def figures_of(table: DataFrame) -> str:
    return table.sort_values(list(table)).to_csv(index=False)
