"""A real Dagster webserver over a state, and pictures of what it shows."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page

from cin_pipeline.settings import Settings
from cin_pipeline_tests.test_contracts import ROOT

CHROMIUM = shutil.which("chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
WAIT = 60_000  # milliseconds; the UI asks the server for each part of a page

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="the browser tests need chromium")


@contextmanager
def webserver(settings: Settings) -> Iterator[str]:
    """The address of a webserver that loads workspace.yaml."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            Path(sys.executable).with_name("dagster-webserver"),
            *("-w", ROOT / "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)),
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


def shot(page: Page, name: str) -> None:
    """Keeps a picture where CIN_SCREENSHOTS says, for people to look at."""
    if folder := os.environ.get("CIN_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")
