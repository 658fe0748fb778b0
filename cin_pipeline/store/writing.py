"""Transactions that write: each asks first whether who writes may still do so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from sqlalchemy import Connection, Engine

# Called in a transaction before it writes; raises LeaseLost. See Liveness.check.
Guard: TypeAlias = Callable[[Connection], None]


def unguarded(_connection: Connection) -> None:
    """The guard of who holds nothing that could be lost."""


@contextmanager
def writing(engine: Engine, guard: Guard) -> Iterator[Connection]:
    """A transaction that writes, by one who still holds what it works under. Raises LeaseLost."""
    with engine.begin() as connection:
        guard(connection)
        yield connection
