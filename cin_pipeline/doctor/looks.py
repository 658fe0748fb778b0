"""Every look, in the order in which they are told. The documentation is made from this."""

from cin_pipeline.doctor import database, history, machine, places
from cin_pipeline.doctor.looking import Look

_DATABASE = ("CIN_STATE", "CIN_DATABASE")
_HOME = ("CIN_STATE", "DAGSTER_HOME")

LOOKS = (
    Look(
        "configuration",
        "every setting, and variables called nearly like one: all faults at once",
        machine.configuration,
    ),
    Look("versions", "Python and the packages, as this package asks for them", machine.versions),
    Look("disk", "free space of the state and for temporary files: below 5 GB, below 0.2 GB", machine.disk, _HOME),
    Look("permissions", "state and `DAGSTER_HOME` can be written, and by whom else; umask", machine.permissions, _HOME),
    Look("database", "it can be reached and read; PostgreSQL 15 or later", database.database, _DATABASE),
    Look("schema", "the version of our tables", database.schema, _DATABASE, ("database",)),
    Look(
        "clock",
        "this clock and the database server's are at most 5 seconds apart",
        database.clock,
        _DATABASE,
        ("database",),
    ),
    Look(
        "alive",
        "a lock on a file (SQLite), or a lease (PostgreSQL), is taken, seen and given back",
        database.alive,
        _DATABASE,
        ("database", "schema"),
    ),
    Look(
        "objects",
        "an object under `doctor/` is put, not put again, listed, got, deleted",
        places.objects,
        ("CIN_STATE", "CIN_OBJECTS"),
    ),
    Look("inbox", "it is there and can be read", places.inbox, ("CIN_INBOX",)),
    Look("dagster.yaml", "it can be read and holds only what Dagster knows", history.home, _HOME),
    Look(
        "history",
        "what keeps Dagster's history is there and can be reached; not on one machine alone where the database is not",
        history.storage,
        (*_DATABASE, "DAGSTER_HOME"),
        ("dagster.yaml",),
    ),
    Look("history's schema", "the revision of Dagster's tables", history.revision, _HOME, ("dagster.yaml", "history")),
    Look(
        "launcher",
        "the classes that launch and queue runs are there and configured right; run_monitoring is on",
        history.launcher,
        _HOME,
        ("dagster.yaml",),
    ),
    Look("broker", "where Celery launches runs, its broker takes a connection", history.broker, _HOME, ("launcher",)),
)
