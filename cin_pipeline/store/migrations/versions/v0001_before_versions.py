"""The tables as they were before the database had a version.

A database from then is found with these tables, or some of them: a table was made when it was first needed."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    inspect,
)

from cin_pipeline.store.versions import StateDamaged, StateTooOld

revision = "0001"
down_revision = None

TABLES = MetaData()

SUBMISSIONS = Table(
    "submissions",
    TABLES,
    Column("submission", Integer, primary_key=True, autoincrement=True),
    Column("collection_year", Integer),
    Column("la_code", String(6)),
    Column("file_name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("received", DateTime(timezone=True), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("run", String(64), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("offers", Integer, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("overridden", Boolean, nullable=False),
    Index("submissions_of_partition", "collection_year", "la_code"),
    Index("submissions_in_state", "state"),
)
Table(
    "submission_events",
    TABLES,
    Column("event", Integer, primary_key=True, autoincrement=True),
    Column("submission", Integer, ForeignKey("submissions.submission"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("from_state", String(12), nullable=False),
    Column("to_state", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("run", String(64), nullable=False),
    Column("decided_by", Text, nullable=False),
)
Table(
    "inbox_files",
    TABLES,
    Column("path", LargeBinary(4096), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("inode", String(24), nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("submission", Integer),
)
Table(
    "submission_quality",
    TABLES,
    Column("submission", Integer, ForeignKey("submissions.submission"), primary_key=True),
    Column("errors", Integer),
    Column("queries", Integer),
    Column("rules_crashed", Integer),
    Column("confidence", String(16)),
)
Table(
    "la_measures",
    TABLES,
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
Table(
    "counts",
    TABLES,
    Column("submission", Integer, ForeignKey("submissions.submission"), primary_key=True, autoincrement=False),
    Column("data_version", String(64), nullable=False),
    Column("previous", Integer),
    Column("offered_previous", Integer),
    Column("offers", Integer, nullable=False),
)
Table(
    "national_inputs",
    TABLES,
    Column("asset", String(64), nullable=False),
    Column("collection_year", Integer, nullable=False),
    Column("la_code", String(6), nullable=False),
    Column("submission", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("data_version", String(64), nullable=False),
    Index("national_inputs_of_asset", "asset", "collection_year"),
)
Table(
    "reading_counts",
    TABLES,
    Column("submission", Integer, ForeignKey("submissions.submission"), nullable=False),
    Column("collection_year", Integer, nullable=False),
    Column("la_code", String(6), nullable=False),
    Column("reading_case", String(64), nullable=False),
    Column("records", Integer, nullable=False),
    Index("reading_counts_of_submission", "submission"),
)
Table(
    "national_measures",
    TABLES,
    Column("collection_year", Integer, nullable=False),
    Column("measure", String(64), nullable=False),
    Column("breakdown", String(64), nullable=False),
    Column("category", String(64), nullable=False),
    Column("known", Integer, nullable=False),
    Column("las_known", Integer, nullable=False),
    Index("national_measures_of_year", "collection_year"),
)
Table(
    "estimates",
    TABLES,
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

_FROM_THE_FIRST = ("submission_events", "la_measures", "counts")


def upgrade() -> None:
    """Makes the tables that came later. Raises StateTooOld where submissions lack a column, StateDamaged where there
    are submissions and nothing of what they gave."""
    connection = op.get_bind()
    found = inspect(connection)
    if found.has_table(SUBMISSIONS.name):
        there = {column["name"] for column in found.get_columns(SUBMISSIONS.name)}
        lacking = {column.name for column in SUBMISSIONS.c} - there
        if lacking:
            raise StateTooOld(
                f"the state was made by a version too old to be upgraded (its submissions lack {len(lacking)} "
                "columns); name another state directory and run on the folder of returns again, where all figures "
                "come from"
            )
        lost = [name for name in _FROM_THE_FIRST if not found.has_table(name)]
        if lost:
            raise StateDamaged(f"the database of the state has no table {lost[0]}; put back a copy of it")
    TABLES.create_all(connection)
