"""Transactions that write: they exclude each other, and ask first whether who writes may still do so.

They are begun again where the connection is lost before anything was done in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from sqlalchemy import Connection, Engine, Executable, RootTransaction, func, select, text
from sqlalchemy.exc import DBAPIError

# Of one that was lost before it did anything. Connecting waits for the server, so a second follows only where the
# server goes away between connecting and the first statement: the few moments of a restart.
_TRIES = 3
# Of one whose process is stopped in the middle, before the server ends it: until then all others wait for its locks.
_IDLE, _IDLE_SECONDS = "idle_in_transaction_session_timeout", 60

# Called in a transaction before it writes; raises LeaseLost. See Liveness.check.
Guard: TypeAlias = Callable[[Connection], None]


def unguarded(_connection: Connection) -> None:
    """The guard of who holds nothing that could be lost."""


@contextmanager
def alone(engine: Engine, name: str, guard: Guard = unguarded) -> Iterator[Connection]:
    """A transaction beside which no other of the same name is at work, on any host; for what replaces rows.

    Else two on PostgreSQL that delete and insert the same would leave both what they inserted. On SQLite every one
    that writes is alone from its first statement on. Raises LeaseLost."""
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            guard(connection)
            yield connection
        return
    # Two names of one hash wait for each other now and then, and nothing worse.
    limit = func.set_config(_IDLE, f"{_IDLE_SECONDS}s", True)
    with _begun(engine, select(limit, func.pg_advisory_xact_lock(func.hashtextextended(name, 0)))) as connection:
        guard(connection)  # once it has waited for its turn: its lease may have run out meanwhile
        yield connection


@contextmanager
def alone_in(engine: Engine, table: str, guard: Guard = unguarded) -> Iterator[Connection]:
    """A transaction in which what was read of a table stays true until it is written: no other can write to it.

    Raises LeaseLost."""
    sqlite = engine.dialect.name == "sqlite"
    lock = f"SET LOCAL {_IDLE} = '{_IDLE_SECONDS}s'; LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"
    first = text("BEGIN IMMEDIATE" if sqlite else lock)
    with _begun(engine, first) as connection:
        guard(connection)
        yield connection


@contextmanager
def _begun(engine: Engine, first: Executable) -> Iterator[Connection]:
    """A transaction whose first statement, which changes nothing, was done. What follows is never done twice: where
    its end is lost, nobody knows whether it holds."""
    connection, transaction = _begin(engine, first)
    with connection, transaction:
        yield connection


def _begin(engine: Engine, first: Executable) -> tuple[Connection, RootTransaction]:
    for left in reversed(range(_TRIES)):
        connection = engine.connect()
        try:
            transaction = connection.begin()
            connection.execute(first)
        except DBAPIError as error:
            connection.close()
            if not (error.connection_invalidated and left):
                raise
        except BaseException:
            connection.close()
            raise
        else:
            return connection, transaction
    raise AssertionError("the last try raises or returns")
