"""The versions of the database, and why one cannot be used as it is."""

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from cin_pipeline.store.database import EVENTS, LA_MEASURES, METADATA, SUBMISSIONS

VERSIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
)  # each has its file in store/migrations/versions
CURRENT = VERSIONS[-1]
VERSION_TABLE = "cin_schema_version"  # not Alembic's usual name: Dagster's tables may be in the same database

VERSION = Table(
    VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True, nullable=False)
)  # as Alembic makes it


class StateRefused(ValueError):
    """The state cannot be used as it is; the message says why and what to do. Nothing in it was changed."""


class StateTooOld(StateRefused):
    """It was made by a version whose tables lack what no upgrade can make up."""


class StateTooNew(StateRefused):
    """It was made, or upgraded, by a later version."""


class StateDamaged(StateRefused):
    """It cannot be read, or what its version has is not there."""


class StateReadOnly(StateRefused):
    """It must be written, and cannot be."""


class UpgradeNeeded(StateRefused):
    """It is of an earlier version and is not upgraded without being asked to."""


class UpgradeFailed(StateRefused):
    """It could not be upgraded, and is as it was."""


_PUT_BACK = "put back a copy of the database, such as an upgrade leaves beside it"


def version_of(connection: Connection) -> str | None:
    """The version of a database; None where it holds nothing of ours yet.

    Raises StateTooNew for a version that is not known, StateDamaged where what tells it, or a table of the current one,
    is missing."""
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        return _before_versions(connection, tables)
    versions = connection.execute(select(VERSION.c.version_num)).scalars().all()
    if len(versions) != 1 or not versions[0].isdecimal():
        raise StateDamaged(f"the table {VERSION_TABLE} of the state names no version, or two; {_PUT_BACK}")
    version: str = versions[0]
    if version not in VERSIONS:
        raise StateTooNew(
            f"the state was made by a later version of cin-pipeline (its database is of version {version}, the last "
            f"known here is {CURRENT}); use that version, or name another state"
        )
    if version == CURRENT:
        _refuse_damaged(tables)
    return version


def _before_versions(connection: Connection, tables: set[str]) -> str | None:
    """The version of a database that does not say it: the first, or none of ours yet."""
    if SUBMISSIONS.name not in tables:
        if lost := tables & {EVENTS.name, LA_MEASURES.name}:
            raise StateDamaged(
                f"the database of the state has a table {min(lost)} and no table {SUBMISSIONS.name}; {_PUT_BACK}"
            )
        return None
    columns = {column["name"] for column in inspect(connection).get_columns(SUBMISSIONS.name)}
    if SUBMISSIONS.c.collection.name in columns:
        raise StateDamaged(f"the database of the state has no table {VERSION_TABLE} and is not the first; {_PUT_BACK}")
    return VERSIONS[0]


def _refuse_damaged(tables: set[str]) -> None:
    missing = METADATA.tables.keys() - tables
    if missing:
        raise StateDamaged(
            f"the database of the state has no table {min(missing)}, which version {CURRENT} has; {_PUT_BACK}"
        )
