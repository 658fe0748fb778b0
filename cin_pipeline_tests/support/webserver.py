"""A real Dagster webserver over a state."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from cin_pipeline.settings import Settings
from cin_pipeline_tests.test_contracts import ROOT

# Dagster says "Serving" before anything listens; its server says afterwards that something does.
SAYS_WHEN, LISTENS = ("--uvicorn-log-level", "info"), "Uvicorn running on"
WAIT = 60_000  # milliseconds; the UI asks the server for each part of a page


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def webserver(settings: Settings, *options: str, workspace: Path = ROOT / "workspace.yaml") -> Iterator[str]:
    """The address of a webserver that loads a workspace."""
    port = free_port()
    command = ["dagster-webserver", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port), *options]
    with served(settings, [*command, *SAYS_WHEN], LISTENS):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def served(settings: Settings, command: Sequence[str], said: str) -> Iterator[None]:
    """A command of Dagster's, from the line on in which it says that it serves until the end of the block."""
    server = subprocess.Popen(
        [Path(sys.executable).with_name(command[0]), *command[1:]],
        env={**os.environ, **settings.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    # Each line is waited for; the end of the output ends it.
    assert any(said in line for line in server.stdout), f"{command[0]} ended before it served"
    drain = Thread(target=server.stdout.read)  # a full pipe would stop it
    drain.start()
    try:
        yield
    finally:
        server.terminate()
        server.wait()
        drain.join()
        server.stdout.close()
