"""Leases: a row that its holder renews while it lives, by the clock of the database server alone.

So hosts whose clocks differ agree, and one that is cut off, stopped or killed is known to be dead once its lease has
run out, whatever a launcher says of it. Every taking has a fence, a number higher than all before it. A holder that
slept past its end finds another fence in the row, or none: it renews nothing, and each of its transactions that would
write is refused (`check`). See docs/adr/0009-leases-and-fences.md.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from cin_pipeline.store.database import FENCES, LEASES
from cin_pipeline.store.liveness.protocol import LeaseLost, Life

SECONDS = 60.0  # that a lease holds from each renewal
_WAIT_SECONDS = 0.2  # from one try to the next of who waits


class Leases:
    """The leases of one database, and which of them are held here."""

    def __init__(self, engine: Engine, seconds: float = SECONDS) -> None:
        self._engine = engine
        self._seconds = seconds
        self._fences: dict[str, int] = {}  # of what is held here, by name

    @contextmanager
    def alive(self, name: str) -> Iterator[None]:
        """See Liveness.alive. Taken anew where one of that name has run out: a run that was launched again."""
        with self._held(name):
            yield

    def look(self, name: str) -> Life:
        """See Liveness.look."""
        with self._engine.connect() as connection:
            lives = connection.execute(select(self._holds()).where(LEASES.c.name == name)).scalar()
        if lives is None:
            return Life.UNKNOWN
        return Life.ALIVE if lives else Life.DEAD

    def forget(self, name: str) -> None:
        """See Liveness.forget. A lease that still holds stays."""
        with self._engine.begin() as connection:
            connection.execute(delete(LEASES).where(LEASES.c.name == name, ~self._holds()))

    @contextmanager
    def one_at_a_time(self, name: str) -> Iterator[None]:
        """See Liveness.one_at_a_time. Who died in its block is waited for no longer than its lease."""
        with self._held(f"only-{name}"):
            yield

    def fence(self, name: str) -> int:
        """See Liveness.fence. Raises KeyError for a name that is not held here."""
        return self._fences[name]

    def join(self, name: str, fence: int) -> None:
        """See Liveness.join."""
        self._fences[name] = fence

    def check(self, connection: Connection) -> None:
        """See Liveness.check. Nobody can take the rows while the transaction lasts: they are locked for sharing."""
        if not self._fences:
            return
        fences = dict(self._fences)
        ours = tuple_(LEASES.c.name, LEASES.c.fence).in_(list(fences.items()))
        query = select(LEASES.c.name).where(ours, self._holds()).with_for_update(read=True)
        gone = fences.keys() - set(connection.execute(query).scalars())
        # What another thread has let go meanwhile, as it should, is not lost.
        if lost := [name for name in gone if self._fences.get(name) == fences[name]]:
            raise LeaseLost(sorted(lost))

    @contextmanager
    def _held(self, name: str) -> Iterator[None]:
        ended = threading.Event()
        while not (fence := self._take(name)):
            ended.wait(_WAIT_SECONDS)
        heart = threading.Thread(target=self._beat, args=(name, fence, ended), daemon=True, name=f"lease {name}")
        heart.start()
        self._fences[name] = fence
        try:
            yield
        finally:
            del self._fences[name]
            ended.set()
            heart.join()
            # Where the database is away, or takes no more connections, it runs out by itself.
            with suppress(SQLAlchemyError), self._engine.begin() as connection:
                connection.execute(delete(LEASES).where(LEASES.c.name == name, LEASES.c.fence == fence))

    def _take(self, name: str) -> int:
        """The fence, where the lease is taken: nobody has it, or it has run out. Else 0."""
        holder = f"{socket.gethostname()} {os.getpid()}"[-80:]
        values = {"holder": holder, "fence": FENCES.next_value(), "until": self._end()}
        new = insert(LEASES).values(name=name, **values)
        taken = new.on_conflict_do_update(index_elements=[LEASES.c.name], set_=values, where=~self._holds())
        with self._engine.begin() as connection:
            return int(connection.execute(taken.returning(LEASES.c.fence)).scalar() or 0)

    def _beat(self, name: str, fence: int, ended: threading.Event) -> None:
        while not ended.wait(self._seconds / 6):
            try:
                self._renew(name, fence)
            except SQLAlchemyError:
                continue  # the database is away or full: the next beat tries again, and without one the lease runs out

    def _renew(self, name: str, fence: int) -> None:
        with self._engine.begin() as connection:
            ours = (LEASES.c.name == name) & (LEASES.c.fence == fence)
            connection.execute(update(LEASES).where(ours).values(until=self._end()))

    def _holds(self) -> ColumnElement[bool]:
        """Whether a lease has not run out. One that did while the server itself was away, when nobody could renew it,
        holds anew from when that is back: else all who were at work would be dead."""
        back = func.pg_postmaster_start_time()
        return or_(LEASES.c.until > _now(), and_(LEASES.c.until <= back, back + self._time() > _now()))

    def _end(self) -> ColumnElement[object]:
        return _now() + self._time()

    def _time(self) -> ColumnElement[object]:
        return literal_column(f"interval '{self._seconds} seconds'")


def _now() -> ColumnElement[object]:
    """The server's clock, not that of the transaction's begin, which may have waited."""
    return func.clock_timestamp()
