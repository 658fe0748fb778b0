"""Leases on a real PostgreSQL: real processes that live, end as they should, are stopped or killed."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from copy import copy

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import TimeoutError as PoolExhausted

from cin_pipeline.store.liveness import LeaseLost, Life
from cin_pipeline.store.liveness.leases import Leases
from cin_pipeline.store.opening import open_database
from cin_pipeline_tests.support.databases import Server

HOLDS = """
import sys
from cin_pipeline.store.liveness.leases import Leases
from cin_pipeline.store.opening import open_database
with Leases(open_database(sys.argv[1])).{block}("run"):
    print("begun", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    engine = open_database(postgresql_url)
    yield engine
    engine.dispose()


@contextmanager
def another_process(url: str, block: str) -> Iterator[subprocess.Popen[str]]:
    """It is in the block when this begins, and leaves it when its input ends."""
    command = [sys.executable, "-c", HOLDS.format(block=block), url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        try:
            yield process
        finally:
            process.kill()


def let_run_out(engine: Engine) -> None:
    """As if nobody had renewed any lease for a minute."""
    with engine.begin() as connection:
        connection.execute(text("update leases set until = clock_timestamp()"))


def names(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(text("select name from leases")).scalars())


def test_one_that_ends_as_it_should_leaves_nothing_behind(engine: Engine, postgresql_url: str) -> None:
    leases = Leases(engine)
    assert leases.look("run") is Life.UNKNOWN
    with another_process(postgresql_url, "alive") as process:
        assert leases.look("run") is Life.ALIVE
        leases.forget("run")  # it lives: nothing is forgotten
        assert leases.look("run") is Life.ALIVE
        process.communicate("")
        assert leases.look("run") is Life.UNKNOWN
    assert names(engine) == set()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_one_that_is_killed_or_stopped_is_dead_once_its_lease_has_run_out(
    engine: Engine, postgresql_url: str, how: signal.Signals
) -> None:
    leases = Leases(engine)
    with another_process(postgresql_url, "alive") as process:
        process.send_signal(how)
        assert leases.look("run") is Life.ALIVE, "nobody can know yet"
        let_run_out(engine)
        assert leases.look("run") is Life.DEAD
        leases.forget("run")
        assert leases.look("run") is Life.UNKNOWN


def test_a_lease_is_renewed_while_its_holder_lives(engine: Engine) -> None:
    leases = Leases(engine, seconds=0.6)
    until = text("select until from leases where name = 'run'")
    with leases.alive("run"), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        first = connection.execute(until).scalar_one()
        while connection.execute(until).scalar_one() == first:
            pass
    assert names(engine) == set()


def test_one_that_slept_past_its_end_takes_nothing_back(engine: Engine) -> None:
    """Its run was given to another: what it renews, and what it lets go, is no more than its own."""
    slept, awake = Leases(engine), Leases(engine)
    with slept.alive("run"):
        let_run_out(engine)
        with awake.alive("run"):
            until = text("select until from leases")
            with engine.connect() as connection:
                before = connection.execute(until).scalar_one()
            slept._renew("run", slept.fence("run"))
            with engine.connect() as connection:
                assert connection.execute(until).scalar_one() == before
            assert awake.look("run") is Life.ALIVE
        assert slept.look("run") is Life.UNKNOWN
    assert names(engine) == set()


def test_the_fence_grows_also_where_nothing_is_left_of_the_one_before(engine: Engine) -> None:
    leases, fences = Leases(engine), []
    for how in ("ends as it should", "runs out", "ends as it should"):
        with Leases(engine).alive("run") if how == "runs out" else leases.alive("run"):
            if how == "runs out":
                let_run_out(engine)
                with leases.alive("run"):
                    fences.append(leases.fence("run"))
            else:
                fences.append(leases.fence("run"))
    assert fences == sorted(set(fences))


def test_one_that_ran_out_while_the_server_was_away_holds_until_it_can_be_renewed(
    engine: Engine, postgresql_server: Server
) -> None:
    """Else a database that is restarted too slowly would end every run there is."""
    leases = Leases(engine)
    with leases.alive("run"):
        let_run_out(engine)
        assert leases.look("run") is Life.DEAD
        with postgresql_server.stopped():
            pass
        assert leases.look("run") is Life.ALIVE
        leases.forget("run")
        assert Leases(engine)._take("run") == 0
        with engine.begin() as connection:
            leases.check(connection)
        let_run_out(engine)
        assert leases.look("run") is Life.DEAD


def test_one_at_a_time_is_one_at_a_time(engine: Engine) -> None:
    inside, most = [], []

    def work(number: int) -> None:
        with Leases(engine).one_at_a_time("load"):
            inside.append(number)
            most.append(len(inside))
            with engine.connect() as connection:
                connection.execute(text("select count(*) from pg_class"))
            inside.remove(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert most == [1] * 8


def test_who_died_in_its_block_is_not_waited_for_for_ever(engine: Engine, postgresql_url: str) -> None:
    with another_process(postgresql_url, "one_at_a_time") as process:
        process.kill()
        process.wait()
        let_run_out(engine)
        with Leases(engine).one_at_a_time("run"):
            assert names(engine) == {"only-run"}


def test_a_lease_is_renewed_again_after_no_connection_was_free(engine: Engine) -> None:
    """A process whose threads held every connection for a while is alive: its heart goes on."""
    refused, renewed = threading.Event(), threading.Event()

    class Watched(Leases):
        def _renew(self, name: str, fence: int) -> None:
            try:
                super()._renew(name, fence)
            except PoolExhausted:
                refused.set()
                raise
            renewed.set()

    narrow = create_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with Watched(narrow, seconds=0.6).alive("run"):
        with narrow.connect():
            assert refused.wait(60)
            renewed.clear()
        assert renewed.wait(60)
    narrow.dispose()


def test_what_another_thread_lets_go_meanwhile_is_not_lost(engine: Engine) -> None:
    """It ended as it should between the look at what is held here and the question whether it still is."""
    leases, other = Leases(engine), ExitStack()
    other.enter_context(leases.alive("other"))
    with leases.alive("run"), engine.begin() as connection:
        event.listen(connection, "before_cursor_execute", lambda *_: other.close(), once=True)
        leases.check(connection)
    assert names(engine) == set()


def test_what_was_lost_is_the_same_told_by_a_worker_process() -> None:
    """Which hands it on as a copy is made."""
    lost = LeaseLost(["only-2017-201", "run"])
    assert str(copy(lost)) == str(lost)
