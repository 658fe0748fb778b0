"""The SQL side of the store: SQLite by default, PostgreSQL by URL."""

from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url

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
    Column("state", String(12), nullable=False),  # landed, accepted, rejected, superseded
    Column("reason", Text, nullable=False, default=""),
    Index("submissions_of_partition", "collection_year", "la_code"),
)

QUALITY = Table(
    "submission_quality",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), primary_key=True),
    Column("errors", Integer),  # null until the census rules have run
    Column("queries", Integer),
    Column("rules_crashed", Integer),
    Column("confidence", String(16)),  # of the whole return; null until it is graded
)

LA_MEASURES = Table(
    "la_measures",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), nullable=False),
    Column("collection_year", Integer, nullable=False),
    Column("la_code", String(6), nullable=False),
    Column("measure", String(64), nullable=False),
    Column("breakdown", String(64), nullable=False),
    Column("category", String(64), nullable=False),
    Column("value", Integer),
    Column("status", String(16), nullable=False),
    Index("la_measures_of_submission", "submission"),
)

READING_COUNTS = Table(
    "reading_counts",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), nullable=False),
    Column("collection_year", Integer, nullable=False),
    Column("la_code", String(6), nullable=False),
    Column("reading_case", String(64), nullable=False),
    Column("records", Integer, nullable=False),
    Index("reading_counts_of_submission", "submission"),
)

NATIONAL_MEASURES = Table(
    "national_measures",
    METADATA,
    Column("collection_year", Integer, nullable=False),
    Column("measure", String(64), nullable=False),
    Column("breakdown", String(64), nullable=False),
    Column("category", String(64), nullable=False),
    Column("known", Integer, nullable=False),
    Column("las_known", Integer, nullable=False),
    Index("national_measures_of_year", "collection_year"),
)

ESTIMATES = Table(
    "estimates",
    METADATA,
    Column("collection_year", Integer, nullable=False),
    Column("geographic_level", String(16), nullable=False),
    Column("geography_code", String(9), nullable=False),
    Column("measure", String(64), nullable=False),
    Column("breakdown", String(64), nullable=False),
    Column("category", String(64), nullable=False),
    Column("known", Float(53), nullable=False),
    Column("estimated", Float(53)),
    Column("value", Float(53)),
    Column("grossing_factor", Float(53)),
    Index("estimates_of_year", "collection_year"),
)


def open_database(url: str) -> Engine:
    """An engine with the tables made. Errors never print parameters: they would hold dates of birth."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    METADATA.create_all(engine)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Readers do not block the writer, and a writer waits for another rather than failing."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=60000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
