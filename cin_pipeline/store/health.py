"""Whether what a process works with answers, for probes: quick, and nothing is made, upgraded or written."""

from pathlib import Path

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError

from cin_pipeline.store.objects import ObjectMissing, ObjectsUnavailable
from cin_pipeline.store.store import Store
from cin_pipeline.store.upgrading import sqlite_file
from cin_pipeline.store.versions import CURRENT, StateRefused, version_of

CONNECT_SECONDS = 2  # the least that PostgreSQL's client knows beside none
_NO_OBJECT = "releases/health"  # never put: that it is not there is an answer


def database_fault(url: str) -> str:
    """Why the database cannot be worked with, in words; empty where it can."""
    try:
        path = sqlite_file(url)
        engine = looked_into(url)
    except StateRefused as refused:
        return str(refused)
    if path and not path.is_file():
        return "there is no database"
    try:
        with engine.connect() as connection:
            version = version_of(connection)
    except DBAPIError as error:  # without its message, which may name who connected where
        return f"the database does not answer ({type(error).__name__})"
    except StateRefused as refused:
        return str(refused)
    finally:
        engine.dispose()
    if version != CURRENT:
        return f"the database is of version {version or 'none'}, and {CURRENT} is needed: cin-pipeline upgrade"
    return ""


def objects_fault(store: Store) -> str:
    """Why copies, row tables and releases cannot be reached, in words; empty where they can."""
    place = store.objects.place
    if "://" not in place and not Path(place).is_dir():
        return f"{place} is no directory"
    try:
        store.objects.get(_NO_OBJECT)
    except ObjectMissing:
        return ""
    except ObjectsUnavailable as error:
        return f"{place} cannot be reached ({error.strerror or error})"
    return ""


def looked_into(url: str) -> Engine:
    """An engine that only reads, and waits for no server for long."""
    path = sqlite_file(url)
    if path:
        where = f"sqlite:///{path.absolute().as_uri()}?mode=ro&uri=true"
        return create_engine(where, connect_args={"timeout": 1})
    return create_engine(url, hide_parameters=True, connect_args={"connect_timeout": CONNECT_SECONDS})
