"""`cin-pipeline ui`: who can reach it, and that it says so."""

import os
import signal
from pathlib import Path

import pytest

from cin_pipeline.cli import main
from cin_pipeline.cli.ui import is_loopback


@pytest.mark.parametrize(
    ("host", "only_here"),
    [
        ("127.0.0.1", True),
        ("127.3.2.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - what is asked about
        ("::", False),
        ("192.0.2.7", False),
        ("cin.department.example", False),
    ],
)
def test_what_only_this_machine_reaches(host: str, only_here: bool) -> None:
    assert is_loopback(host) == only_here


@pytest.mark.parametrize(("options", "warned"), [([], False), (["--host", "0.0.0.0", "--port", "8123"], True)])  # noqa: S104
def test_it_says_who_else_can_start_runs(
    options: list[str],
    warned: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Dagster asks nobody for a login."""
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execve", lambda _program, command, _environment: started.append(command))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    (tmp_path / "state").mkdir()
    with pytest.raises(SystemExit) as ended:
        main(["ui", "--state", str(tmp_path / "state"), *options])
    assert ended.value.code == 0
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if "start and stop runs" in line] == (
        [
            "Whoever reaches port 8123 of 0.0.0.0 can start and stop runs, without a login: put a proxy in front "
            "(docs/deployment.md)"
        ]
        if warned
        else []
    )
    [command] = started
    assert command[-4:] == (["-h", "0.0.0.0", "-p", "8123"] if warned else ["-h", "127.0.0.1", "-p", "3000"])  # noqa: S104
