"""The database of the store: reached, of the right version, its clock, who is alive by it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from cin_pipeline.doctor.looking import CONNECT_SECONDS, Case, Finding, look_at, sound, wrong
from cin_pipeline.store.database import LEASES
from cin_pipeline.store.database_faults import shown, told
from cin_pipeline.store.liveness import Life, Liveness
from cin_pipeline.store.liveness.files import FileLocks
from cin_pipeline.store.liveness.leases import Leases
from cin_pipeline.store.opening import engine_to_look
from cin_pipeline.store.upgrading import sqlite_file
from cin_pipeline.store.versions import CURRENT, StateRefused, StateTooNew, version_of

OLDEST_SERVER = 15  # of PostgreSQL; before it every role may make tables in schema public
CLOCK_SECONDS = 5.0  # that two clocks may differ by before times of receipt mislead


def database(case: Case) -> Iterator[Finding]:
    """Whether it can be reached and read."""
    try:
        file = sqlite_file(case.settings.database)
        if file and not file.exists():
            yield sound(f"none yet; SQLite would be used: {file}")
            return
        with _engine(case) as engine, engine.connect() as connection:
            query = "select sqlite_version()" if file else "show server_version"
            server = str(connection.execute(text(query)).scalar_one())
            where = file or shown(engine.url)
    except StateRefused as refused:
        yield wrong(str(refused), "mend CIN_DATABASE, or what it names")
        return
    if not file and int(server.split(".")[0]) < OLDEST_SERVER:
        yield wrong(f"PostgreSQL {server}: {where}", f"use a server of version {OLDEST_SERVER} or later")
    else:
        yield sound(f"{'SQLite' if file else 'PostgreSQL'} {server}: {where}")


def schema(case: Case) -> Iterator[Finding]:
    """The version of our tables."""
    file = sqlite_file(case.settings.database)
    try:
        version = None if file and not file.exists() else _version(case)
    except StateTooNew as refused:
        yield wrong(str(refused), "use the version of cin-pipeline that made it")
        return
    except StateRefused as refused:
        yield wrong(str(refused), "put back a copy of the database")
        return
    if version == CURRENT:
        yield sound(f"version {version}, which this program needs")
    elif version is None:
        yield sound(f"nothing yet; the first command, or cin-pipeline upgrade, makes tables of version {CURRENT}")
    else:
        yield look_at(f"version {version}; this program needs {CURRENT}", "make a backup, then: cin-pipeline upgrade")


def clock(case: Case) -> Iterator[Finding]:
    """This machine's clock beside the server's, which dates what several machines do."""
    if sqlite_file(case.settings.database):
        yield sound("one machine, one clock")
        return
    with _engine(case) as engine, engine.connect() as connection:
        before = datetime.now(UTC)
        there = connection.execute(select(func.clock_timestamp())).scalar_one()
        after = datetime.now(UTC)
    yield from compare_clocks(before, there, after)


def compare_clocks(before: datetime, there: datetime, after: datetime) -> Iterator[Finding]:
    """The server's time, which was asked for between two of this machine's."""
    apart = max((before - there).total_seconds(), (there - after).total_seconds())
    if apart > CLOCK_SECONDS:
        yield look_at(f"this clock and the database server's are {apart:,.0f} seconds apart", "set both by NTP")
    else:
        yield sound(f"within {CLOCK_SECONDS:g} seconds of the database server's")


def alive(case: Case) -> Iterator[Finding]:
    """Whether it can be told who is alive: a lock on a file, or a lease in the database, tried and given back."""
    state = case.settings.state
    if not sqlite_file(case.settings.database):
        yield from _leases(case)
    elif not state.is_dir():
        yield sound("no state yet, so no locks")
    elif not os.access(state, os.W_OK):
        yield look_at(f"locks cannot be tried, for {state} cannot be written", "see permissions")
    else:
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=state) as directory:
            works = _shows_as_alive(FileLocks(Path(directory)))
        if works:
            yield sound(f"locks on files work in {state}")
        else:
            yield wrong(
                f"locks on files do not work in {state}: two commands would work on the same return",
                "keep the state on a disk of this machine, or use PostgreSQL",
            )


def _leases(case: Case) -> Iterator[Finding]:
    if _version(case) != CURRENT:
        yield sound("tables of this version are not there yet, so neither are leases")
        return
    with _engine(case) as engine:
        if not _shows_as_alive(Leases(engine)):
            yield wrong("a lease that was taken does not show", "see that CIN_DATABASE names the primary server")
            return
        over = LEASES.c.until <= func.clock_timestamp()
        with engine.connect() as connection:
            counts = dict(connection.execute(select(over, func.count()).group_by(over)).all())
    yield sound(f"leases work; {counts.get(False, 0)} are held, {counts.get(True, 0)} are of orphaned runs")


def _shows_as_alive(liveness: Liveness) -> bool:
    name = f"doctor-{uuid4().hex}"
    with liveness.alive(name):
        return liveness.look(name) is Life.ALIVE


def _version(case: Case) -> str | None:
    with _engine(case) as engine, engine.connect() as connection:
        return version_of(connection)


@contextmanager
def _engine(case: Case) -> Iterator[Engine]:
    """What to look with. Raises StateRefused with why the database cannot be used."""
    engine = engine_to_look(case.settings.database, CONNECT_SECONDS)
    try:
        yield engine
    except DBAPIError as error:
        raise told(error, engine.url) from None
    finally:
        engine.dispose()
