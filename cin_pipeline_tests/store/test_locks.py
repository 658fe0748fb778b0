"""Who is alive: real processes that live, end as they should, or are killed."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import Timeout

from cin_pipeline.store.liveness import Life
from cin_pipeline.store.liveness.files import FileLocks

pytestmark = pytest.mark.sqlite_only("locks on files; on PostgreSQL there are leases, see test_leases")

HOLDS = """
import sys
from pathlib import Path
from cin_pipeline.store.liveness.files import FileLocks
with FileLocks(Path(sys.argv[1])).{block}("run"):
    print("begun", flush=True)
    sys.stdin.read()
"""
BEGINS_AND_ENDS = """
import sys
from pathlib import Path
from cin_pipeline.store.liveness.files import FileLocks
for _ in range(200):
    with FileLocks(Path(sys.argv[1])).alive("run"):
        pass
"""


@contextmanager
def another_process(directory: Path, block: str) -> Iterator[subprocess.Popen[str]]:
    """It is in the block when this begins, and leaves it when its input ends."""
    command = [sys.executable, "-c", HOLDS.format(block=block), str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        yield process


def test_one_that_ends_as_it_should_leaves_nothing_behind(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path)
    with another_process(tmp_path, "alive") as process:
        assert locks.look("run") is Life.ALIVE
        process.communicate("")
        assert locks.look("run") is Life.UNKNOWN
    assert [path.name for path in tmp_path.iterdir()] == ["only-looking"]


def test_one_that_is_killed_is_dead_until_it_is_forgotten(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path)
    with another_process(tmp_path, "alive") as process:
        process.kill()
        process.wait()
        assert locks.look("run") is locks.look("run") is Life.DEAD
    locks.forget("run")
    assert locks.look("run") is Life.UNKNOWN
    assert [path.name for path in tmp_path.iterdir()] == ["only-looking"]


def test_at_no_moment_does_the_living_look_dead(tmp_path: Path) -> None:
    """Looked at while it begins and ends, again and again."""
    locks, seen = FileLocks(tmp_path), set()
    with subprocess.Popen([sys.executable, "-c", BEGINS_AND_ENDS, str(tmp_path)]) as process:
        while process.poll() is None:
            seen.add(locks.look("run"))
    assert process.returncode == 0
    assert seen <= {Life.ALIVE, Life.UNKNOWN}
    assert not (tmp_path / "run.lock").exists()


def test_those_who_look_at_the_dead_do_not_take_each_other_for_it(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: FileLocks(tmp_path).look("run"), range(80))) == {Life.DEAD}


def test_what_the_version_before_left_behind_is_dead(tmp_path: Path) -> None:
    """It held the lock on the mark itself."""
    (tmp_path / "run").touch()
    assert FileLocks(tmp_path).look("run") is Life.DEAD


def test_one_at_a_time_lets_the_next_in_when_a_process_is_killed(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path)

    def next_one() -> bool:
        with locks.one_at_a_time("run"):
            return True

    with another_process(tmp_path, "one_at_a_time") as process, ThreadPoolExecutor(1) as pool:
        waits = pool.submit(next_one)
        assert not waits.done()
        process.kill()
        assert waits.result()


def test_a_lock_in_use_is_not_waited_for_by_who_looks(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path)
    with locks.alive("run"), pytest.raises(Timeout), locks._lock_of("run").acquire(blocking=False):
        pass
