"""Leases: a row that its holder renews while it lives, by the clock of the database server alone.

So hosts whose clocks differ agree, and one that is cut off, stopped or killed is known to be dead once its lease has
run out, whatever a launcher says of it. A holder that slept past that end renews nothing that another has taken.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import ColumnElement, Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from cin_pipeline.store.database import LEASES
from cin_pipeline.store.liveness.protocol import Life

SECONDS = 60.0  # that a lease holds from each renewal
_WAIT_SECONDS = 0.2  # from one try to the next of who waits


class Leases:
    """The leases of one database."""

    def __init__(self, engine: Engine, seconds: float = SECONDS) -> None:
        self._engine = engine
        self._seconds = seconds

    @contextmanager
    def alive(self, name: str) -> Iterator[None]:
        """See Liveness.alive. Taken anew where one of that name has run out: a run that was launched again."""
        with self._held(name):
            yield

    def look(self, name: str) -> Life:
        """See Liveness.look."""
        with self._engine.connect() as connection:
            lives = connection.execute(select(LEASES.c.until > _now()).where(LEASES.c.name == name)).scalar()
        if lives is None:
            return Life.UNKNOWN
        return Life.ALIVE if lives else Life.DEAD

    def forget(self, name: str) -> None:
        """See Liveness.forget. A lease that still holds stays."""
        with self._engine.begin() as connection:
            connection.execute(delete(LEASES).where(LEASES.c.name == name, LEASES.c.until <= _now()))

    @contextmanager
    def one_at_a_time(self, name: str) -> Iterator[None]:
        """See Liveness.one_at_a_time. Who died in its block is waited for no longer than its lease."""
        with self._held(f"only-{name}"):
            yield

    @contextmanager
    def _held(self, name: str) -> Iterator[None]:
        holder, ended = uuid4().hex, threading.Event()
        while not self._take(name, holder):
            ended.wait(_WAIT_SECONDS)
        heart = threading.Thread(target=self._beat, args=(name, holder, ended), daemon=True, name=f"lease {name}")
        heart.start()
        try:
            yield
        finally:
            ended.set()
            heart.join()
            with self._engine.begin() as connection:
                connection.execute(delete(LEASES).where(LEASES.c.name == name, LEASES.c.holder == holder))

    def _take(self, name: str, holder: str) -> bool:
        """Whether the lease is this holder's now: nobody has it, or it has run out."""
        values = {"holder": holder, "until": self._end()}
        try:
            with self._engine.begin() as connection:
                over = (LEASES.c.name == name) & (LEASES.c.until <= _now())
                if connection.execute(update(LEASES).where(over).values(**values)).rowcount:
                    return True
                connection.execute(insert(LEASES).values(name=name, **values))
        except IntegrityError:
            return False
        return True

    def _beat(self, name: str, holder: str, ended: threading.Event) -> None:
        while not ended.wait(self._seconds / 6):
            try:
                self._renew(name, holder)
            except DBAPIError:  # the database is away: the next beat tries again, and without one the lease runs out
                continue

    def _renew(self, name: str, holder: str) -> None:
        with self._engine.begin() as connection:
            ours = (LEASES.c.name == name) & (LEASES.c.holder == holder)
            connection.execute(update(LEASES).where(ours).values(until=self._end()))

    def _end(self) -> ColumnElement[object]:
        return _now() + text(f"interval '{self._seconds} seconds'")


def _now() -> ColumnElement[object]:
    """The server's clock, not that of the transaction's begin, which may have waited."""
    return func.clock_timestamp()
