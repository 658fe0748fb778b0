"""Opening the database of a state: made where there is none, brought to the current version where that is safe."""

import logging
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from cin_pipeline.settings import Settings
from cin_pipeline.store.database_faults import DatabaseRefused, database_url, told
from cin_pipeline.store.postgresql import pooled_engine
from cin_pipeline.store.upgrading import Upgrade, can_be_written, sqlite_file, upgrade
from cin_pipeline.store.versions import CURRENT, StateDamaged, StateReadOnly, UpgradeNeeded, version_of

CONNECT_SECONDS = 10  # that a server may take to take a connection, where it is only tried

_log = logging.getLogger(__name__)
_READ_ONLY = "{}: the database cannot be written, and this needs to"


def open_database(url: str) -> Engine:
    """An engine over tables of the current version. Errors never print parameters: they would hold dates of birth.

    A new database is made; an earlier SQLite file is upgraded after a copy, which is told once; an earlier PostgreSQL
    database is refused. One that cannot be written is opened to be read. Raises StateRefused with what to do."""
    path = sqlite_file(url)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        _refuse_emptied(path)
    engine = _engine(url, path)
    version = _version(engine)
    if version == CURRENT:
        return engine
    if version is not None and path is None:
        raise UpgradeNeeded(
            f"the database is of version {version} and this program needs {CURRENT}: end all that uses it, make a "
            "backup, and run: cin-pipeline upgrade"
        )
    done = upgrade_database(url)
    if done.copy:
        _log.warning(
            "The database of the state was upgraded from version %s to %s; as it was it is kept in %s",
            done.before,
            done.after,
            done.copy,
        )
    return engine


def is_there(settings: Settings) -> bool:
    """Whether there is a database to open: a file that exists. What a server has, only a connection would tell, and
    what is wrong with an address, opening it."""
    try:
        path = sqlite_file(settings.database)
    except DatabaseRefused:
        return True
    return path is None or path.exists()


def upgrade_database(url: str) -> Upgrade:
    """Brings a database to the current version: `upgrading.upgrade`. One that is, is only read. Raises StateRefused."""
    path = sqlite_file(url)
    engine = _engine(url, path)
    version = _version(engine)
    engine.dispose()
    if version == CURRENT:
        return Upgrade(version, CURRENT)
    if path and not can_be_written(path):
        raise StateReadOnly(
            f"{path}: the database is of an earlier version and cannot be written, so it is not upgraded; make it "
            "writable, or copy the state and name the copy"
        )
    return upgrade(url)


def engine_to_look(url: str | URL, seconds: int) -> Engine:
    """An engine for a look at a database, whatever its version: it makes and changes nothing by itself, and a server
    has so many seconds to take a connection. Raises StateRefused for what is no address."""
    path = sqlite_file(url)
    if path:
        return create_engine("sqlite://", hide_parameters=True, creator=partial(_read_only, path), poolclass=NullPool)
    options = {"connect_timeout": seconds}
    return create_engine(database_url(url), hide_parameters=True, poolclass=NullPool, connect_args=options)


def connect_once(url: URL, setting: str = "CIN_DATABASE", seconds: int = CONNECT_SECONDS) -> None:
    """Raises what `told` makes of it where a server cannot be reached. A file is not looked at."""
    if url.get_backend_name() == "sqlite":
        return
    try:
        engine_to_look(url, seconds).connect().close()
    except DBAPIError as error:
        raise told(error, url, setting) from None


def refuse_read_only(url: str) -> None:
    """Raises StateReadOnly where an SQLite file is there and cannot be written: for what writes, before it begins."""
    path = sqlite_file(url)
    if path and path.exists() and not can_be_written(path):
        raise StateReadOnly(_READ_ONLY.format(path))


def _refuse_emptied(path: Path) -> None:
    """A file of no bytes is a new database, unless returns were received."""
    returns = path.parent / "returns"
    if path.exists() and not path.stat().st_size and returns.is_dir() and any(returns.iterdir()):
        raise StateDamaged(
            f"{path}: the database is empty though returns were received; put back a copy, or name another state"
        )


def _version(engine: Engine) -> str | None:
    try:
        with engine.connect() as connection:
            return version_of(connection)
    except DBAPIError as error:
        raise told(error, engine.url) from None


def _engine(url: str, path: Path | None) -> Engine:
    if path is None:
        return pooled_engine(url)
    if path.exists() and not can_be_written(path):
        engine = create_engine(
            "sqlite://", hide_parameters=True, creator=partial(_read_only, path), poolclass=QueuePool
        )
        event.listen(engine, "handle_error", partial(_say_read_only, path))
        return engine
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Readers do not block the writer, and a writer waits for another rather than failing."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=60000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _read_only(path: Path) -> sqlite3.Connection:
    """What others are writing is seen where they are; else nothing beside the file is needed, nor looked for."""
    log = path.with_name(f"{path.name}-wal")
    mode = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, check_same_thread=False)


def _say_read_only(path: Path, context: ExceptionContext) -> None:
    name = getattr(context.original_exception, "sqlite_errorname", "")
    if name.startswith("SQLITE_READONLY"):
        raise StateReadOnly(_READ_ONLY.format(path)) from None
