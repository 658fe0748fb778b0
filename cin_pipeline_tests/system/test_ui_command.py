"""`cin-pipeline ui` as a script starts it: in the background, where shells have SIGINT ignored."""

import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store

COMMAND = Path(sys.executable).with_name("cin-pipeline")


@pytest.mark.system
def test_it_can_be_ended(settings: Settings) -> None:
    """With SIGINT ignored Dagster ignored SIGTERM too, and waited a minute for each process it could not end."""
    _ = Store(settings).engine
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(COMMAND), "ui", "--state", str(settings.state), "--port", str(port)]
    server = subprocess.Popen(
        ["/bin/sh", "-c", f"trap '' INT; exec {shlex.join(words)}"],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert server.stdout is not None
    try:
        assert any("Serving" in line for line in server.stdout), "it ended before it served"
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.communicate()
