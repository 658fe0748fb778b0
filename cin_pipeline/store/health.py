"""Whether what a process works with answers, for probes: quick, and nothing is made, upgraded or written."""

from pathlib import Path

from sqlalchemy.exc import DBAPIError

from cin_pipeline.store.objects import ObjectMissing, ObjectsUnavailable
from cin_pipeline.store.opening import engine_to_look
from cin_pipeline.store.store import Store
from cin_pipeline.store.upgrading import sqlite_file
from cin_pipeline.store.versions import CURRENT, StateRefused, version_of

CONNECT_SECONDS = 2  # the least that PostgreSQL's client knows beside none
_NO_OBJECT = "releases/health"  # never put: that it is not there is an answer


def database_fault(url: str) -> str:
    """Why the database cannot be worked with, in words; empty where it can."""
    try:
        path = sqlite_file(url)
        if path and not path.is_file():
            return "there is no database"
        with engine_to_look(url, CONNECT_SECONDS).connect() as connection:
            version = version_of(connection)
    except DBAPIError as error:  # without its message, which may name who connected where
        return f"the database does not answer ({type(error).__name__})"
    except StateRefused as refused:
        return str(refused)
    if version != CURRENT:
        return f"the database is of version {version or 'none'}, and {CURRENT} is needed: cin-pipeline upgrade"
    return ""


def objects_fault(store: Store) -> str:
    """Why copies, row tables and releases cannot be reached, in words; empty where they can."""
    place = store.settings.kept_in
    if isinstance(place, Path) and not place.is_dir():
        return f"{place} is no directory"
    try:
        store.objects.get(_NO_OBJECT)
    except ObjectMissing:
        return ""
    except StateRefused as refused:
        return str(refused)
    except ObjectsUnavailable as error:
        return f"{place} cannot be reached ({error.strerror or error})"
    return ""
