"""A real Dagster webserver over a state."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from cin_pipeline.settings import Settings
from cin_pipeline_tests.test_contracts import ROOT

WAIT = 60_000  # milliseconds; the UI asks the server for each part of a page


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def webserver(settings: Settings, *options: str) -> Iterator[str]:
    """The address of a webserver that loads workspace.yaml."""
    port = free_port()
    server = subprocess.Popen(
        [
            Path(sys.executable).with_name("dagster-webserver"),
            *("-w", ROOT / "workspace.yaml", "-h", "127.0.0.1", "-p", str(port), *options),
        ],
        env={**os.environ, **settings.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    # Each line is waited for; the end of the output ends it.
    assert any("Serving" in line for line in server.stdout), "the webserver ended before it served"
    drain = Thread(target=server.stdout.read)  # a full pipe would stop it
    drain.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()
        drain.join()
        server.stdout.close()
