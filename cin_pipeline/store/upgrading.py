"""Bringing a database to the version of this program: whole or not at all, by one process, after a copy."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, insert, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from cin_pipeline.store.database import METADATA
from cin_pipeline.store.database_faults import database_url
from cin_pipeline.store.versions import CURRENT, VERSION, StateDamaged, UpgradeFailed, version_of

_WAIT_SECONDS = 60  # for another process that writes, or upgrades too
_ADVISORY_LOCK = 0x63696E  # of PostgreSQL, a number that nobody else uses: "cin"


@dataclass(frozen=True)
class Upgrade:
    """What was done. `before` is None for a database made anew; `copy` of it as it was, None where none was made."""

    before: str | None
    after: str
    copy: Path | None = None


def upgrade(url: str) -> Upgrade:
    """Makes the tables of a new database, or brings an earlier one to the current version, in one transaction.

    SQLite is copied first, beside itself. Another process that upgrades is waited for. Raises StateRefused: too new or
    too old, damaged, or failed; then it is as it was."""
    path = sqlite_file(url)
    engine = create_engine(database_url(url), hide_parameters=True, poolclass=NullPool, connect_args=_timeout(path))
    copy, done = None, False
    try:
        with engine.connect() as connection:
            _alone(connection)
            before = version_of(connection)
            if before == CURRENT:
                return Upgrade(before, CURRENT)
            if path and before:
                copy = _copied(path, before)
            _to_current(connection, engine, before)
            connection.commit()
            done = True
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise UpgradeFailed(_told(error)) from error
    finally:
        if copy and not done:
            copy.unlink()
    return Upgrade(before, CURRENT, copy)


def sqlite_file(url: str | URL) -> Path | None:
    """The file of an SQLite database; None for any other. Raises DatabaseRefused for what is no address of one."""
    parsed = database_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def can_be_written(path: Path) -> bool:
    """Whether an SQLite file, and what SQLite keeps beside it, can be written."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _timeout(path: Path | None) -> dict[str, int]:
    return {"timeout": _WAIT_SECONDS} if path else {}


def _alone(connection: Connection) -> None:
    """Begins the transaction that no other process can write or upgrade beside."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("BEGIN IMMEDIATE"))  # by hand: the driver would begin only before the first insert
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def _to_current(connection: Connection, engine: Engine, before: str | None) -> None:
    if before is None:
        METADATA.create_all(connection)
        VERSION.create(connection)
        connection.execute(insert(VERSION).values(version_num=CURRENT))
        return
    # Loaded when needed alone: few commands ever do.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "cin_pipeline.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, CURRENT)
    if engine.dialect.name == "sqlite":
        # Foreign keys are not looked at while tables are made anew; SQLite can only be told so outside a transaction.
        lost = connection.execute(text("PRAGMA foreign_key_check")).all()
        if lost:
            raise StateDamaged(f"rows of {lost[0][0]} belong to no submission, so the database is not upgraded")


def _copied(path: Path, version: str) -> Path:
    """A copy of an SQLite file under the first name that is free; what SQLite has not yet put into it included."""
    copy = next(each for each in _names(path, version) if not each.exists())
    for left in path.parent.glob(f".{path.name}.{version}*"):  # of a process that was killed: only one upgrades at once
        left.unlink()
    half = copy.with_name(f".{copy.name}-{os.getpid()}")
    try:
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(half)) as target,
        ):
            source.backup(target)
        half.replace(copy)
    finally:
        half.unlink(missing_ok=True)
    return copy


def _names(path: Path, version: str) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.{version}")
    yield from (path.with_name(f"{path.name}.{version}-{number}") for number in count(2))


def _told(error: Exception) -> str:
    """Without the message of the database, which could hold values."""
    cause = getattr(error, "orig", None) or error  # of an error of SQLAlchemy, that of the driver
    if getattr(cause, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        what: str | None = "another process is at work on it"
    else:
        what = error.strerror if isinstance(error, OSError) else type(error).__name__
    return f"the database of the state could not be upgraded ({what}); it is as it was"
