"""A real Dagster daemon over a state, with the sensors on, and ways to wait for it; for benchmarks/living.py too."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import dagster as dg

from cin_pipeline.orchestration.home import open_instance, prepare_home
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission

ROOT = Path(__file__).parents[2]
PAUSE = 0.5  # between two looks


class Daemon:
    """Inbox, state and the daemon's processes. `tick` and `quiet` in seconds; `base`: settings but for these."""

    def __init__(
        self,
        directory: Path,
        *,
        tick: int = 1,
        quiet: int = 2,
        years: frozenset[int] = frozenset(),
        base: Settings | None = None,
    ) -> None:
        self.inbox = directory / "inbox"
        self.inbox.mkdir(parents=True)
        base = base or Settings.from_environment({}, state=directory / "state")
        self.settings = replace(
            base, inbox=self.inbox, sensors=True, tick_seconds=tick, quiet_seconds=quiet, years=years
        )
        self.state = Store(self.settings)
        self.log = directory / "daemon.log"
        self._process: subprocess.Popen[bytes] | None = None
        prepare_home(self.settings)
        with open_instance(self.settings):
            pass  # so that no two processes make it
        _ = self.state.engine

    def put(self, name: str, data: bytes) -> None:
        """Drops a file that was complete long ago."""
        path = self.inbox / name
        path.write_bytes(data)
        os.utime(path, (time.time() - 3600,) * 2)

    def start(self) -> None:
        command = [sys.executable, "-m", "dagster._daemon", "run", "-w", ROOT / "workspace.yaml"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **self.settings.environment(), "PYTHONWARNINGS": "ignore"},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # its code server and runs are in its group
            )

    @property
    def process_id(self) -> int:
        """The daemon's, which is also the session of everything it started."""
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        """Ends the daemon, its code server and every run at once, as a power cut does."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Ends it politely, then what is left of it."""
        if self._process:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(15)
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        self.state.close()

    def wait(self, what: str, done: Callable[[], object], seconds: float) -> None:
        """Looks again and again until it is done. Raises AssertionError with what there is once time is up."""
        until = time.monotonic() + seconds
        while not done():
            if time.monotonic() > until:
                tail = self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""
                raise AssertionError(f"{what} did not happen in {seconds} s: {self.states()}\n{tail}")
            time.sleep(PAUSE)

    def submissions(self) -> list[Submission]:
        """All of them, in their order."""
        registry = self.state.registry
        refused = {file.number for file in registry.refused_files()}
        return [registry.get(number) for number in range(1, registry.last_number() + 1) if number not in refused]

    def states(self) -> dict[str, int]:
        """How many submissions are in each state, and how many files were refused."""
        refused = len(self.state.registry.refused_files())
        return dict(Counter(str(each.state) for each in self.submissions())) | ({"refused": refused} if refused else {})

    def ended(self, count: int) -> bool:
        """Whether there are so many submissions and refused files, and none waits."""
        return self.state.registry.last_number() == count and not self.state.registry.waiting()

    def runs(self, job: str) -> list[dg.DagsterRun]:
        """The runs of a job."""
        with open_instance(self.settings) as instance:
            return list(instance.get_runs(dg.RunsFilter(job_name=job)))

    def acceptances(self) -> Counter[int]:
        """How often each submission was accepted or rejected."""
        return Counter(
            each.submission
            for each in self.submissions()
            for event in self.state.registry.events(each.submission)
            if event.to_state in ("accepted", "rejected")
        )
