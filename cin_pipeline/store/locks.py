"""Who is alive, and who works on what: locks on files, which the system lets go when a process ends, however it does.

A clock, a process number or Dagster's own record of a run that was killed cannot tell; a lock can. The files lie in
the state directory, so every process that shares the state sees them.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path


class Life(Enum):
    """What a lock says about the run or command it is named after."""

    ALIVE = auto()
    DEAD = auto()  # it ended without saying so
    UNKNOWN = auto()  # it has not begun, or ended as it should


class Locks:
    """The locks of one state directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @contextmanager
    def alive(self, name: str) -> Iterator[None]:
        """Shows that a run or command is alive for as long as its process is, at most to the end of the block."""
        path = self._path(name)
        beginning = path.with_name(f".{path.name}-{os.getpid()}")
        with beginning.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            beginning.rename(path)  # under its name it is locked from the start
            try:
                yield
            finally:
                path.unlink(missing_ok=True)

    def look(self, name: str) -> Life:
        """Whether the run or command of that name is alive."""
        try:
            with self._path(name).open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return Life.UNKNOWN
        except BlockingIOError:
            return Life.ALIVE
        return Life.DEAD

    def forget(self, name: str) -> None:
        """Removes what a dead run left behind."""
        self._path(name).unlink(missing_ok=True)

    @contextmanager
    def one_at_a_time(self, name: str) -> Iterator[None]:
        """Waits until nobody else is in a block of that name."""
        with self._path(f"only-{name}").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _path(self, name: str) -> Path:
        self._directory.mkdir(parents=True, exist_ok=True)
        return self._directory / name
