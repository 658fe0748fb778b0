"""Processes that a test starts, and waits for by asking them; each writes what it says into a file of its own."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PAUSE = 0.2  # seconds between two looks


def wait_for(what: str, done: Callable[[], object], seconds: float, log: Path | None = None) -> None:
    """Looks again and again until it is done. Raises AssertionError with the end of the log once time is up."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            tail = log.read_text(errors="replace")[-4000:] if log and log.exists() else ""
            raise AssertionError(f"{what} did not happen in {seconds} s\n{tail}")
        time.sleep(PAUSE)


def answers(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


class Process:
    """A process with everything it starts, in a group of its own."""

    def __init__(self, command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.command = [str(part) for part in command]
        self.log = log
        self.environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process_id(self) -> int:
        """Of the process, and of its session."""
        assert self._process is not None, f"{self.command[0]} was not started"
        return self._process.pid

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def signal(self, number: int, *, group: bool = True) -> None:
        """Sends a signal to the process, or to all of its group."""
        with suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.process_id, number)

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wait(self, seconds: float) -> int:
        """Waits for its end; its exit code."""
        assert self._process is not None, f"{self.command[0]} was not started"
        code = self._process.wait(seconds)
        self._process = None
        return code

    def kill(self) -> None:
        """Ends it and all it started at once, as a power cut does."""
        if self._process:
            self.signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self, seconds: float = 20) -> int | None:
        """Asks it to end, then ends what is left; its exit code."""
        if not self._process:
            return None
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self.signal(signal.SIGKILL)
        code = self._process.wait()
        self._process = None
        return code
