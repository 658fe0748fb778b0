"""Why a database cannot be used, in one sentence that holds no password: ours, and Dagster's own storage.

What a driver says is looked through for what is known, and never shown: it may repeat parts of the address.
"""

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from cin_pipeline.store.server_answers import Answer, answer_in
from cin_pipeline.store.versions import StateDamaged, StateRefused


class DatabaseRefused(StateRefused):
    """The address of a database names none, or the server lets nobody in who asks so. Waiting mends nothing."""


class DatabaseAway(DatabaseRefused):
    """The server of a database cannot be reached, is starting or is full: worth another try."""


_DRIVER = "postgresql+psycopg2"
_SCHEMES = f"sqlite:// or {_DRIVER}:// was expected"


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
    if url.drivername == "postgresql":  # alone it stands for whichever driver SQLAlchemy likes best
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
    found = answer_in(str(error.orig)) if url.get_backend_name() != "sqlite" else None
    if found:
        answer, why = found
        kind = DatabaseRefused if answer is Answer.REFUSED else DatabaseAway
        return kind(f"{setting}: the database {shown(url)} cannot be used: {why}")
    # Without its message, which could hold parameters.
    return StateDamaged(f"the database of the state cannot be read ({type(error).__name__})")
