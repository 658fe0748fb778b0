"""The tables of the database: SQLite by default, PostgreSQL by URL. Those of figures have their declared columns.

How to change them is in CONTRIBUTING.md.

A test holds them against what the migrations of `store/migrations` make of every earlier version."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    String,
    Table,
    Text,
)

from cin_pipeline.methodology import estimates, interpretations, measures
from cin_pipeline.store.declared_columns import sql_columns

METADATA = MetaData()

SUBMISSIONS = Table(
    "submissions",
    METADATA,
    Column("submission", Integer, primary_key=True, autoincrement=False),  # in one row with those of refused files
    Column("collection", String(8), nullable=False),  # see registry.COLLECTION
    Column("collection_year", Integer, nullable=False),
    Column("la_code", String(6), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("received", DateTime(timezone=True), nullable=False),
    Column("state", String(12), nullable=False),  # see moves.SubmissionState
    Column("reason", Text, nullable=False, default=""),
    Column("run", String(64), nullable=False, default=""),  # who claimed it last: a Dagster run, or a command
    Column("attempt", Integer, nullable=False, default=0),  # how often it was claimed
    Column("run_requests", Integer, nullable=False, default=0),  # runs that were asked for and ended before a claim
    Column("decided_by", Text, nullable=False, default=""),  # the person who decided last
    Column("overridden", Boolean, nullable=False, default=False),  # blocking checks only warn
    Index("submissions_of_partition", "collection", "collection_year", "la_code"),
    Index("submissions_in_state", "state"),
)

REFUSED_FILES = Table(
    "refused_files",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # in one row with those of submissions
    Column("file_name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("received", DateTime(timezone=True), nullable=False),
    Column("refused", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
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

FURTHER_NAMES = Table(
    "further_names",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), nullable=False, index=True),
    Column("file_name", Text, nullable=False),  # under which its bytes came again, and were no new submission
)

INBOX_FILES = Table(
    "inbox_files",
    METADATA,
    Column("path", LargeBinary(4096), primary_key=True),  # in the inbox, as the file system or the bucket has it
    Column("size", BigInteger, nullable=False),
    Column("version", Text, nullable=False),  # see deliveries.Fingerprint
    Column("changed_ns", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("state", String(12), nullable=False),  # see inbox.FileState
    Column("sha256", String(64), nullable=False),  # of what was last taken from this path
    Column("reason", Text, nullable=False),
    Column("submission", Integer),  # its number, or that of a refused file
)

QUALITY = Table(
    "submission_quality",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), primary_key=True),
    Column("errors", Integer),  # null until the validation rules have run
    Column("queries", Integer),
    Column("rules_crashed", Integer),
    Column("confidence", String(16)),  # of the whole return; null until it is graded
    Column("children", Integer),  # Child records; null until it is cleaned
)

ITEMS_NOT_READ = Table(
    "items_not_read",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), primary_key=True, autoincrement=False),
    Column("table_name", String(40), primary_key=True),
    Column("item", String(40), primary_key=True),  # the element
    Column("given", Integer, nullable=False),  # records that give it
    Column("unreadable", Integer, nullable=False),  # of these, how many it cannot be read in: one at least
)

RETURN_CHILDREN = Table(
    "return_children",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), primary_key=True, autoincrement=False),
    Column("children", Integer, nullable=False),
    Column("child_keys", LargeBinary, nullable=False),  # see holding.SentChildren
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
    Column("previous", Integer),  # the submission of the previous year that re-referrals were counted with
    Column("requested_previous", Integer),  # the one a recount was last tried with
    Column("run_requests", Integer, nullable=False, default=0),  # runs that were asked for it and ended in vain
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

INTERPRETATION_COUNTS = Table(
    "interpretation_counts",
    METADATA,
    Column("submission", Integer, ForeignKey("submissions.submission"), nullable=False),
    *sql_columns(interpretations.INTERPRETATION_COUNTS),
    Index("interpretation_counts_of_submission", "submission"),
)

# Who is alive, where several hosts work on one PostgreSQL database; see store/liveness. Of PostgreSQL alone.
FENCES = Sequence("lease_fences", metadata=METADATA)
LEASES = Table(
    "leases",
    METADATA,
    Column("name", String(160), primary_key=True),
    Column("holder", String(80), nullable=False),  # for people: the host and the number of the process
    Column("fence", BigInteger, nullable=False),  # what proves the hold: one that was taken later has a higher one
    Column("until", DateTime(timezone=True), nullable=False),
)

BUNDLES = Table(
    "bundles",
    METADATA,
    Column("place", String(120), primary_key=True),  # see store/bundles.py
    Column("prefix", String(240), nullable=False),  # of the keys of the objects that count
)

ESTIMATES = Table(
    "estimates",
    METADATA,
    *sql_columns(estimates.ESTIMATES),
    Index("estimates_of_year", "collection_year"),
)
