"""Connections to PostgreSQL: one small pool a process, whatever opens stores and Dagster instances there.

A connection that died while it lay in the pool is replaced before anybody gets it. Where the server cannot be reached,
connecting waits for it, for so long and no longer; once a statement was sent, nothing here sends it again.
"""

import logging
import os
from collections.abc import Callable, Iterator
from functools import cache
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Dialect

from cin_pipeline.store.database_faults import database_url
from cin_pipeline.store.server_answers import Answer, answer_in

AGAIN_SECONDS = 60.0  # that a process waits for a server that it reached before, or that says it is starting
_POOL = {"pool_size": 2, "max_overflow": 5, "pool_recycle": 1800, "pool_pre_ping": True, "pool_use_lifo": True}
# Of libpq, where the URL does not say otherwise: a host that vanished is noticed within a minute.
_CONNECTING = {
    "application_name": "cin_pipeline",
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
_LONGEST_PAUSE_SECONDS = 2.0

_log = logging.getLogger(__name__)


def is_postgresql(url: str) -> bool:
    """Whether the URL is one of PostgreSQL. Raises DatabaseRefused for what is no address."""
    return database_url(url).get_backend_name() == "postgresql"


def pooled_engine(url: str, *, statement_seconds: float | None = None, overflow: int | None = None) -> Engine:
    """The engine of a database in this process, the same whoever asks; it may be disposed of, and opens again.

    statement_seconds: after which the server ends a statement. overflow: how many connections beyond those kept may
    be open at once. Errors never print parameters. Raises StateRefused where the driver is not installed."""
    return _engine(database_url(url), statement_seconds, _POOL["max_overflow"] if overflow is None else overflow)


def close_pools() -> None:
    """Closes the connections that this process keeps and nobody uses at the moment."""
    for engine in _engines:
        engine.dispose()


_engines: list[Engine] = []


@cache
def _engine(url: URL, statement_seconds: float | None, overflow: int) -> Engine:
    options = {name: value for name, value in _CONNECTING.items() if name not in url.query}
    if statement_seconds is not None:
        before = f"{given} " if isinstance(given := url.query.get("options"), str) else ""
        options["options"] = f"{before}-c statement_timeout={round(statement_seconds * 1000)}"
    engine = create_engine(url, hide_parameters=True, connect_args=options, **{**_POOL, "max_overflow": overflow})
    event.listen(engine, "do_connect", _patiently())
    _engines.append(engine)
    return engine


def _after_fork() -> None:
    """A child must not speak on its parent's connections, nor close them."""
    for engine in _engines:
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):  # nothing forks on Windows
    os.register_at_fork(after_in_child=_after_fork)


def _patiently() -> Callable[..., Any]:
    """How an engine connects: again and again where the server is away, ever more slowly, up to a limit."""
    reached = False

    def connect(dialect: Dialect, _record: object, args: list[Any], options: dict[str, Any]) -> Any:
        nonlocal reached
        began = monotonic()
        for tries, pause in enumerate(_pauses()):
            try:
                connection = dialect.connect(*args, **options)
            except dialect.loaded_dbapi.OperationalError as error:
                waited = monotonic() - began
                if waited + pause > patience(str(error), reached=reached):
                    raise
            else:
                reached = True
                return connection
            if not tries:
                _log.warning("The database server does not answer; it is tried again for a while.")
            sleep(pause)
        raise AssertionError("there is always another pause")

    return connect


def _pauses() -> Iterator[float]:
    """Seconds from one try to the next, each twice the one before up to a limit."""
    pause = 0.1
    while True:
        yield pause
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def patience(message: str, *, reached: bool) -> float:
    """How many seconds it is worth to try again after connecting failed with this message; 0 where it is not.

    reached: whether this process was connected before; one that never was may have a wrong address."""
    match answer_in(message):
        case (Answer.COMING, _):
            return AGAIN_SECONDS
        case (Answer.AWAY, _) if reached:
            return AGAIN_SECONDS
        case _:
            return 0
