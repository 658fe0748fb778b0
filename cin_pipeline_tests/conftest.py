"""What all tests share. In CI a skipped test fails; elsewhere the run ends by saying what was skipped and why."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cin_pipeline.settings import Settings
from cin_pipeline_tests.support.databases import POSTGRESQL, SQLITE, Server, started

SKIPPED_HELP = "Skipped parts need, once: apt-get install chromium (the browser of the system tests)."


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=(SQLITE, POSTGRESQL),
        default=SQLITE,
        help="what every test that names no database of its own keeps its state, and Dagster its history, in",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the tests that are about SQLite's files, where another database was asked for.

    Tests of real servers first: they wait more than they work, and the other worker has the machine meanwhile."""
    if config.getoption("database") != SQLITE:
        left_out = [item for item in items if item.get_closest_marker("sqlite_only")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
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
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a deployment of this test alone, on the database that --database names; so are commands that are run."""
    if request.config.getoption("database") == POSTGRESQL:
        monkeypatch.setenv("CIN_DATABASE", request.getfixturevalue("postgresql_url"))
    return Settings.from_environment(state=tmp_path / "state")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A real PostgreSQL server that lives as long as the tests of this worker."""
    # Not below pytest's folder, which every session that starts closes to other users, such as the server's.
    with TemporaryDirectory(prefix="postgresql-") as directory, started(Path(directory) / "data") as server:
        yield server


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest, postgresql_server: Server) -> Iterator[str]:
    """A database on it: empty, or with --database one that has all tables, ours and Dagster's."""
    full = request.config.getoption("database") == POSTGRESQL and "empty_database" not in request.keywords
    with postgresql_server.database(full=full) as url:
        yield url


@pytest.fixture
def another_url(postgresql_server: Server) -> Iterator[str]:
    """Another database on it, which is empty."""
    with postgresql_server.database(full=False) as url:
        yield url
