"""Who is alive, and who works on what: locks on files, which the system lets go when a process ends, however it does.

A clock, a process number or Dagster's own record of a run that was killed cannot tell; a lock can. The files lie in
the state directory, so every process that shares the state sees them.

A run or command that is alive has two files: a lock that it holds, and a mark that says it began. The mark is made
after the lock is taken and goes before it is given back. So a mark whose lock nobody holds is of the dead, and at no
moment does one that is alive look so.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection

from cin_pipeline.store.liveness.protocol import Life

_POLL_SECONDS = 0.01


class FileLocks:
    """The locks of one state directory, which every process that shares it sees."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @contextmanager
    def alive(self, name: str) -> Iterator[None]:
        """See Liveness.alive."""
        mark, lock = self._mark(name), self._lock_of(name)
        with _held(lock):
            mark.touch()
            try:
                yield
            finally:
                mark.unlink(missing_ok=True)

    def look(self, name: str) -> Life:
        """See Liveness.look."""
        mark, lock = self._mark(name), self._lock_of(name)
        if not mark.exists():
            return Life.UNKNOWN
        with self.one_at_a_time("looking"):  # else one who looks would be taken for the one looked for
            try:
                with _held(lock, blocking=False):
                    # It may have ended as it should since the mark was seen.
                    return Life.DEAD if mark.exists() else Life.UNKNOWN
            except Timeout:
                return Life.ALIVE

    def forget(self, name: str) -> None:
        """See Liveness.forget."""
        self._mark(name).unlink(missing_ok=True)

    @contextmanager
    def one_at_a_time(self, name: str) -> Iterator[None]:
        """See Liveness.one_at_a_time."""
        with _lock(self._mark(f"only-{name}")):
            yield

    def fence(self, name: str) -> int:
        """See Liveness.fence. The system lets nobody else have a lock before its holder has ended."""
        return 0

    def join(self, name: str, fence: int) -> None:
        """See Liveness.join."""

    def check(self, connection: Connection) -> None:
        """See Liveness.check."""

    def _mark(self, name: str) -> Path:
        self._directory.mkdir(parents=True, exist_ok=True)
        return self._directory / name

    def _lock_of(self, name: str) -> FileLock:
        return _lock(self._directory / f"{name}.lock")


def _lock(path: Path) -> FileLock:
    # Never a file that only stands for a lock, as filelock makes where the system has none: it would outlive a process.
    return FileLock(path, thread_local=False, poll_interval=_POLL_SECONDS, fallback_to_soft=False)


@contextmanager
def _held(lock: FileLock, *, blocking: bool = True) -> Iterator[None]:
    """Holds a lock whose file goes with it. Raises Timeout where another holds it and it is not waited for."""
    path, left = Path(lock.lock_file), False
    with lock.acquire(blocking=blocking):
        try:
            yield
        finally:
            try:
                # While it is held: whoever waits for this file then sees that it is gone, and begins anew.
                path.unlink(missing_ok=True)
            except PermissionError:
                left = True
    if left:  # Windows removes no file that is open; nor, then, one that another holds by now
        with suppress(PermissionError):
            path.unlink(missing_ok=True)
