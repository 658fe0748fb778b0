"""Our connections to a real PostgreSQL: how many there are, what becomes of those that are lost, who waits for whom."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.settings import Settings
from cin_pipeline.store import postgresql, surroundings, transactions
from cin_pipeline.store.database import ESTIMATES
from cin_pipeline.store.opening import open_database
from cin_pipeline.store.postgresql import AGAIN_SECONDS, patience, pooled_engine
from cin_pipeline.store.store import Store
from cin_pipeline.store.transactions import alone, alone_in
from cin_pipeline.store.versions import StateRefused
from cin_pipeline_tests.support.databases import Server

HIDDEN = "hunter2"
OURS = "select count(*) from pg_stat_activity where application_name = 'cin_pipeline' and datname = current_database()"


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    engine = open_database(postgresql_url)
    yield engine
    engine.dispose()


def ask(engine: Engine, question: str) -> object:
    with engine.connect() as connection:
        return connection.execute(text(question)).scalar()


def backend(engine: Engine) -> object:
    return ask(engine, "select pg_backend_pid()")


def until(true: Callable[[], bool]) -> None:
    """Looks again and again: each look goes to the server and back."""
    for _ in range(100_000):
        if true():
            return
    raise AssertionError("it never came true")


def waiting(engine: Engine, number: int) -> Callable[[], bool]:
    return lambda: ask(engine, "select count(*) from pg_locks where not granted and locktype = 'advisory'") == number


# How many.


def test_all_stores_of_a_process_share_one_connection(postgresql_url: str, settings: Settings) -> None:
    for state in ("one", "two", "three"):
        store = Store(Settings(settings.state / state, postgresql_url, settings.dagster_home))
        assert store.registry.waiting() == []
    assert ask(store.engine, OURS) == 1


def test_at_most_two_are_kept(engine: Engine) -> None:
    together = threading.Barrier(4)

    def work(_: int) -> None:
        with engine.connect() as connection:
            together.wait()
            connection.execute(text("select 1"))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    until(lambda: ask(engine, OURS) == 2)


def test_the_url_wins_over_what_is_chosen_for_it(postgresql_url: str) -> None:
    with closing(pooled_engine(f"{postgresql_url}&application_name=other").connect()) as connection:
        assert connection.execute(text("select current_setting('application_name')")).scalar() == "other"


def test_a_forked_process_speaks_on_connections_of_its_own(engine: Engine) -> None:
    here = backend(engine)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(backend(engine)).encode())
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert int(os.read(reading, 100)) != here
    assert backend(engine) == here  # and its end took nothing away


# Those that are lost.


def test_a_connection_that_died_in_the_pool_is_replaced(engine: Engine, postgresql_server: Server) -> None:
    first = backend(engine)
    with postgresql_server.administered() as connection:
        connection.execute(text(f"select pg_terminate_backend({first})"))
    assert backend(engine) != first


def test_a_server_that_restarts_is_waited_for(
    postgresql_url: str, settings: Settings, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(Settings(settings.state, postgresql_url, settings.dagster_home))
    assert store.registry.waiting() == []
    tried = threading.Event()
    monkeypatch.setattr(postgresql, "sleep", lambda _seconds: tried.set())
    with postgresql_server.stopped() as start, ThreadPoolExecutor() as threads:
        refused = threads.submit(store.registry.note_requests_in_vain, {})
        assert tried.wait(60)
        assert not refused.done()
        start()
        refused.result()
    assert store.registry.waiting() == []


@pytest.mark.parametrize(("begun", "place"), [(alone, "estimates 2017"), (alone_in, "submissions")])
def test_who_falls_silent_in_a_transaction_keeps_nobody_waiting_for_long(
    engine: Engine,
    postgresql_url: str,
    monkeypatch: pytest.MonkeyPatch,
    begun: Callable[[Engine, str], AbstractContextManager[Connection]],
    place: str,
) -> None:
    """A process that was stopped, or a host that vanished: the server alone can end what it began."""
    monkeypatch.setattr(transactions, "_IDLE_SECONDS", 0.2)
    limited = pooled_engine(postgresql_url, statement_seconds=30)  # else a failure of this test would never end
    with pytest.raises(DBAPIError) as ended, begun(engine, place), begun(limited, place) as other:
        assert other.execute(text("select 1")).scalar() == 1
    assert "the connection to the database was lost" in str(surroundings.fault_of(ended.value))


def test_but_not_for_ever(
    engine: Engine, postgresql_url: str, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert backend(engine)
    clock = iter(range(0, 1000, 30))
    monkeypatch.setattr(postgresql, "monotonic", lambda: next(clock))
    pauses: list[float] = []
    monkeypatch.setattr(postgresql, "sleep", pauses.append)
    with postgresql_server.stopped():
        with pytest.raises(OperationalError):
            backend(engine)
        assert pauses == [0.1]  # 30 seconds have gone by then, and 60 after it
        with pytest.raises(StateRefused, match=r"CIN_DATABASE: the database .* cannot be used: nothing answers there"):
            open_database(postgresql_url)


@pytest.mark.parametrize(
    ("message", "first", "again"),
    [
        ('connection to server at "db", port 5432 failed: Connection refused', 0, AGAIN_SECONDS),
        ("FATAL:  the database system is starting up", AGAIN_SECONDS, AGAIN_SECONDS),
        ("FATAL:  the database system is shutting down", AGAIN_SECONDS, AGAIN_SECONDS),
        ("FATAL:  sorry, too many clients already", AGAIN_SECONDS, AGAIN_SECONDS),
        ('FATAL:  password authentication failed for user "cin"', 0, 0),
        ('FATAL:  database "cni" does not exist', 0, AGAIN_SECONDS),
        ('could not translate host name "bd" to address', 0, AGAIN_SECONDS),
    ],
)
def test_what_it_is_worth_to_wait_for(message: str, first: float, again: float) -> None:
    assert (patience(message, reached=False), patience(message, reached=True)) == (first, again)


def test_a_database_that_is_not_there_is_told_at_once_and_without_the_password(postgresql_server: Server) -> None:
    url = postgresql_server.url.set(database="cni", password=HIDDEN).render_as_string(hide_password=False)
    with pytest.raises(StateRefused, match="/cni cannot be used: it has no database of that name") as told:
        open_database(url)
    assert HIDDEN not in str(told.value)


def test_a_url_without_a_driver_serves_as_well(postgresql_url: str) -> None:
    engine = open_database(postgresql_url.replace("postgresql+psycopg2://", "postgresql://"))
    assert engine.dialect.driver == "psycopg2"


def test_a_driver_that_is_not_installed_is_told(postgresql_url: str) -> None:
    with pytest.raises(StateRefused, match=r"begins with postgresql\+psycopg://; "):
        open_database(postgresql_url.replace("psycopg2", "psycopg"))


# Who waits for whom.


def test_transactions_of_one_name_wait_for_each_other_and_others_do_not(engine: Engine) -> None:
    done: list[str] = []

    def work(name: str) -> None:
        with alone(engine, name):
            done.append(name)

    with ThreadPoolExecutor() as threads:
        with alone(engine, "estimates 2017"):
            same = threads.submit(work, "estimates 2017")
            until(waiting(engine, 1))
            work("estimates 2018")
            assert done == ["estimates 2018"]
        same.result()
    assert done == ["estimates 2018", "estimates 2017"]


def test_two_that_replace_the_same_rows_leave_those_of_one(engine: Engine, settings: Settings) -> None:
    row = {
        column.name: 0 if column.type.python_type in (int, float) else ""
        for column in ESTIMATES.c
        if not column.nullable
    }
    row |= {"collection_year": 2017, "breakdown": TOTAL}
    rows = pd.DataFrame([row]).reindex(columns=[column.key for column in ESTIMATES.c])
    figures = Store(Settings(settings.state, engine.url.render_as_string(False), settings.dagster_home)).figures
    with ThreadPoolExecutor() as threads:
        with alone(engine, f"{ESTIMATES.name} 2017"):
            both = [threads.submit(figures.write_estimates, rows, 2017) for _ in range(2)]
            until(waiting(engine, 2))
        for each in both:
            each.result()
    assert ask(engine, "select count(*) from estimates") == 1


LANDS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
who, state = sys.argv[1:]
registry = Store(Settings.from_environment(state=Path(state))).registry
print("begun", flush=True)
sys.stdin.readline()
for number in range(15):
    sent = {"file_name": "a.xml", "sha256": f"{number}-{who}", "size": 1, "received": datetime.now(UTC)}
    registry.land(year=2017, la_code="201", **sent)
won = [number for number in range(1, 16) if registry.claim(number, who)]
print(len(won))
"""


def test_two_processes_give_every_number_once_and_every_claim_to_one(
    engine: Engine, postgresql_url: str, settings: Settings
) -> None:
    environment = {**os.environ, "CIN_DATABASE": postgresql_url}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", LANDS, who, str(settings.state)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for who in ("a", "b")
    ]
    for each in processes:
        assert each.stdout is not None
        assert each.stdout.readline() == "begun\n"
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    won = [int(each.communicate()[0]) for each in processes]
    assert [each.returncode for each in processes] == [0, 0]
    registry = Store(Settings(settings.state, postgresql_url, settings.dagster_home)).registry
    assert [each.submission for each in registry.history(2017)] == list(range(1, 31))
    assert sum(won) == 15
    assert len(registry.claims(range(1, 16))) == 15


def test_who_stops_in_the_middle_of_writing_keeps_no_lock_for_ever(engine: Engine) -> None:
    limit = text("show idle_in_transaction_session_timeout")
    for transaction in (alone(engine, "estimates 2017"), alone_in(engine, "submissions")):
        with transaction as connection:
            assert connection.execute(limit).scalar() == "1min"
    with engine.connect() as connection:
        assert connection.execute(limit).scalar() == "0"
