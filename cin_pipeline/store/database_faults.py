"""Why a database cannot be used, in one sentence that holds no password: ours, and Dagster's own storage.

What a driver says is looked through for what is known, and never shown: it may repeat parts of the address.
"""

import re

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from cin_pipeline.store.versions import StateDamaged, StateRefused


class DatabaseRefused(StateRefused):
    """The address of a database names none, or the server lets nobody in who asks so. Waiting mends nothing."""


class DatabaseAway(DatabaseRefused):
    """The server of a database cannot be reached, is starting or is full: worth another try."""


_DRIVER = "postgresql+psycopg2"
_SCHEMES = f"sqlite:// or {_DRIVER}:// was expected"

# What PostgreSQL's library and server say; the first that is found is told.
_AWAY = {
    r"could not translate host name": "no host of that name is known",
    r"Connection refused|No such file or directory|No route to host|Network is unreachable": "nothing answers there",
    r"timeout expired|timed out": "it did not answer in time",
    r"the database system is": "it is starting or ending",
    r"too many (clients|connections)|remaining connection slots": "it has no connection left",
    r"server closed the connection|terminating connection|connection (already )?closed": "it ended the connection",
    r'database ".*" does not exist': "it has no database of that name; make it with createdb",
}
_REFUSED = {
    r"authentication failed|no password supplied": "it refuses that user and password",
    r'role ".*" does not exist': "it knows no such user",
    r"pg_hba\.conf": "its pg_hba.conf lets nobody in from here",
    r"permission denied": "that user may not use it",
    r"SSL|certificate": "it and this machine do not agree on SSL",
    r"invalid|missing \"=\"": "an option of its address is wrong",
}


def database_url(text: str | URL, setting: str = "CIN_DATABASE") -> URL:
    """The address as SQLAlchemy takes it; `postgresql://` alone means the driver that we use, not SQLAlchemy's choice.

    Connects to nothing, but sees that the driver is there. Raises DatabaseRefused, naming what it was set in."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # the latter of a port that is no number
        raise DatabaseRefused(
            f"{setting} is no address of a database, such as {_DRIVER}://user:password@host:5432/name; a @, / or : in "
            "a password is written %40, %2F or %3A"
        ) from None
    if url.drivername == "postgresql":
        url = url.set(drivername=_DRIVER)
    if url.drivername not in ("sqlite", "sqlite+pysqlite", _DRIVER):
        raise DatabaseRefused(f"{setting} begins with {url.drivername}://; {_SCHEMES}")
    try:
        url.get_dialect().import_dbapi()
    except ModuleNotFoundError as error:
        raise DatabaseRefused(
            f"{setting} needs the package {error.name}, which is not installed; install cin_pipeline[server]"
        ) from None
    return url


def shown(url: URL) -> str:
    """Where a database is, without user, password and options; nothing where a password may have slipped in."""
    if url.get_backend_name() == "sqlite":
        return url.database or "the database in memory"
    host = url.host or url.query.get("host", "this machine")
    place = f"{host}{f':{url.port}' if url.port else ''}/{url.database or ''}"
    return "what it names (a @ in a password is written %40)" if "@" in place else place


def told(error: DBAPIError, url: URL, setting: str = "CIN_DATABASE") -> StateRefused:
    """What to raise where connecting or reading failed: DatabaseAway, DatabaseRefused, or else StateDamaged."""
    if url.get_backend_name() != "sqlite":
        said = str(error.orig)
        for kind, known in ((DatabaseAway, _AWAY), (DatabaseRefused, _REFUSED)):
            for pattern, why in known.items():
                if re.search(pattern, said):
                    return kind(f"{setting}: the database {shown(url)} cannot be used: {why}")
    # Without its message, which could hold parameters.
    return StateDamaged(f"the database of the state cannot be read ({type(error).__name__})")
