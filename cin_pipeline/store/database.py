"""The SQL side of the store: SQLite by default, PostgreSQL by URL. Tables of figures have their declared columns."""

from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.engine import make_url

from cin_pipeline.methodology import estimates, measures, national
from cin_pipeline.store.declared_columns import sql_columns

METADATA = MetaData()

SUBMISSIONS = Table(
    "submissions",
    METADATA,
    Column("submission", Integer, primary_key=True, autoincrement=True),
    Column("collection_year", Integer),  # null where the header could not be read
    Column("la_code", String(6)),
    Column("file_name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("received", DateTime(timezone=True), nullable=False),
    Column("state", String(12), nullable=False),  # see registry.SubmissionState
    Column("reason", Text, nullable=False, default=""),
    Column("run", String(64), nullable=False, default=""),  # who claimed it last: a Dagster run, or a command
    Column("attempt", Integer, nullable=False, default=0),  # how often it was claimed
    Column("offers", Integer, nullable=False, default=0),  # how often a run was asked for
    Column("decided_by", Text, nullable=False, default=""),  # the person who decided last
    Column("overridden", Boolean, nullable=False, default=False),  # blocking checks only warn
    Index("submissions_of_partition", "collection_year", "la_code"),
    Index("submissions_in_state", "state"),
)

EVENTS = Table(
    "submission_events",
    METADATA,
    Column("event", Integer, primary_key=True, autoincrement=True),
    Column("submission", Integer, ForeignKey("submissions.submission"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("from_state", String(12), nullable=False),  # empty: received
    Column("to_state", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("run", String(64), nullable=False),
    Column("decided_by", Text, nullable=False),
)

INBOX_FILES = Table(
    "inbox_files",
    METADATA,
    Column("path", LargeBinary(4096), primary_key=True),  # in the inbox, as the file system has it
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("inode", String(24), nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("state", String(12), nullable=False),  # see inbox.FileState
    Column("sha256", String(64), nullable=False),  # of what was last taken from this path
    Column("reason", Text, nullable=False),
    Column("submission", Integer),
)

QUALITY = Table(
    "submission_quality",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), primary_key=True),
    Column("errors", Integer),  # null until the validation rules have run
    Column("queries", Integer),
    Column("rules_crashed", Integer),
    Column("confidence", String(16)),  # of the whole return; null until it is graded
)

LA_MEASURES = Table(
    "la_measures",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), nullable=False),
    *sql_columns(measures.LA_MEASURES),
    Index("la_measures_of_submission", "submission"),
)

COUNTS = Table(
    "counts",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), primary_key=True, autoincrement=False),
    Column("data_version", String(64), nullable=False),  # of its measures: changes when a figure does
    Column("previous", Integer),  # the submission of the year before that re-referrals were counted with
    Column("offered_previous", Integer),  # the one a recount was last asked for
    Column("offers", Integer, nullable=False, default=0),  # how often
)

NATIONAL_INPUTS = Table(
    "national_inputs",
    METADATA,
    Column("asset", String(64), nullable=False),
    Column("collection_year", Integer, nullable=False),
    Column("la_code", String(6), nullable=False),
    Column("submission", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("data_version", String(64), nullable=False),
    Index("national_inputs_of_asset", "asset", "collection_year"),
)

NATIONAL_INPUT_VERSIONS = Table(
    "national_input_versions",
    METADATA,
    Column("asset", String(64), primary_key=True),
    Column("collection_year", Integer, primary_key=True, autoincrement=False),
    Column("input", String(64), primary_key=True),  # any but the returns, see made_from
    Column("version", String(64), nullable=False),
)

# On disk under the names it was first made with, so that earlier states load; in Python as what it is.
INTERPRETATION_COUNTS = Table(
    "reading_counts",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), nullable=False),
    Column("collection_year", Integer, nullable=False),
    Column("la_code", String(6), nullable=False),
    Column("reading_case", String(64), key="interpretation_case", nullable=False),
    Column("records", Integer, nullable=False),
    Index("reading_counts_of_submission", "submission"),
)

NATIONAL_MEASURES = Table(
    "national_measures",
    METADATA,
    *sql_columns(national.NATIONAL_MEASURES),
    Index("national_measures_of_year", "collection_year"),
)

ESTIMATES = Table(
    "estimates",
    METADATA,
    *sql_columns(estimates.ESTIMATES),
    Index("estimates_of_year", "collection_year"),
)


class StateTooOld(ValueError):
    """The database was made by an earlier version whose tables lack what this one needs."""


def open_database(url: str) -> Engine:
    """An engine with the tables made. Errors never print parameters: they would hold dates of birth.

    Raises StateTooOld for a database of an earlier version."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    _check_version(engine)
    METADATA.create_all(engine)
    return engine


def _check_version(engine: Engine) -> None:
    found = inspect(engine)
    if not found.has_table(SUBMISSIONS.name):
        return
    lacking = {column.name for column in SUBMISSIONS.c} - {
        column["name"] for column in found.get_columns(SUBMISSIONS.name)
    }
    if lacking:
        raise StateTooOld(
            f"the state was made by an earlier version (its submissions have no {min(lacking)}); name another state "
            "directory and run on the folder of returns again, all figures come from there"
        )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Readers do not block the writer, and a writer waits for another rather than failing."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=60000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
