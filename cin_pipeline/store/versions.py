"""The versions of the database, and why one cannot be used as it is."""

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from cin_pipeline.store.database import METADATA

VERSIONS = ("0001", "0002")  # each has its file in store/migrations/versions
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


def version_of(connection: Connection) -> str | None:
    """The version of a database; None where it holds nothing of ours yet.

    Raises StateTooNew for a version that is not known, StateDamaged where a table of the current one is missing."""
    tables = set(inspect(connection).get_table_names())
    version: str | None = None
    if VERSION_TABLE in tables:
        version = connection.execute(select(VERSION.c.version_num)).scalar_one_or_none()
    if version is None:
        return VERSIONS[0] if "submissions" in tables else None
    if version not in VERSIONS:
        raise StateTooNew(
            f"the state was made by a later version of cin-pipeline (its database is of version {version}, the last "
            f"known here is {CURRENT}); use that version, or name another state"
        )
    if version == CURRENT:
        _refuse_damaged(tables)
    return version


def _refuse_damaged(tables: set[str]) -> None:
    missing = METADATA.tables.keys() - tables
    if missing:
        raise StateDamaged(
            f"the database of the state has no table {min(missing)}, which version {CURRENT} has; put "
            "back a copy of the database, such as an upgrade leaves beside it"
        )
