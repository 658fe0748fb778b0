"""What all tests share. In CI a skipped test fails; elsewhere the run ends by saying what was skipped and why."""

import os
from pathlib import Path

import pytest

from cin_pipeline.settings import Settings

SKIPPED_HELP = "Skipped parts need, once: apt-get install chromium (the browser of the system tests)."


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
