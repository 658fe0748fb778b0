"""Rows of children, copied into the PostgreSQL database: those of a submission whole, in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.csv
from sqlalchemy import Connection, text

from cin_pipeline.analysis.postgresql import CHILD_LEVEL, CHILD_VIEWS, LOADED, prepare
from cin_pipeline.analysis.quoting import name_of
from cin_pipeline.analysis.session import Analysis
from cin_pipeline.analysis.views import RowFiles
from cin_pipeline.store.row_tables import StoredTable
from cin_pipeline.store.store import Store, place_of
from cin_pipeline.store.submissions import Submission

_Tables = Mapping[str, StoredTable]  # by the name of the view


@dataclass(frozen=True)
class Loaded:
    """How many submissions were copied, were there already, and were taken away as their LA has no current one."""

    copied: int
    unchanged: int
    removed: int


def load_children(store: Store, year: int, step: Callable[[str, int], Callable[[], None]]) -> Loaded:
    """Makes the tables of schema `child_level` those of the current returns of a year; what is there stays.

    `step`: is told what is done and in how many steps, and gives what to call after each. Raises NotPostgresql,
    TablesDamaged."""
    prepare(store.engine)
    with Analysis(store) as analysis:
        current = [each for each in analysis.current if each.collection_year == year]
        stored = _stored(store, current)
        las = {each.la_code for each in current}
        with store.engine.begin() as connection:
            there = {each.submission: each for each in connection.execute(_THERE, {"year": year})}
            # What was superseded goes when the rows of the next one come, so that an LA is never without.
            if gone := [each.submission for each in there.values() if each.la_code not in las]:
                _alone(connection)
                _remove(connection, "submission = ANY(:gone)", gone=gone)
        versions = {number: _version(tables) for number, tables in stored.items()}
        changed = [
            each
            for each in current
            if each.submission not in there or there[each.submission].version != versions[each.submission]
        ]
        done = step(f"Copying returns of {year}", len(changed))
        for this in changed:
            with store.engine.begin() as connection:
                _replace(connection, analysis, this, stored[this.submission])
            done()
    return Loaded(len(changed), len(current) - len(changed), len(gone))


_THERE = text(f"SELECT submission, la_code, version FROM {LOADED} WHERE collection_year = :year")  # noqa: S608


def _stored(store: Store, submissions: list[Submission]) -> dict[int, dict[str, StoredTable]]:
    """The stored tables of each submission, by the view that shows them."""
    found: dict[int, dict[str, StoredTable]] = {each.submission: {} for each in submissions}
    for asset in dict.fromkeys(view.rows.asset for view in CHILD_VIEWS if isinstance(view.rows, RowFiles)):
        places = {place_of(asset, each): each.submission for each in submissions}
        for place, tables in store.tables.stored(asset, places).items():
            for view in CHILD_VIEWS:
                if isinstance(view.rows, RowFiles) and view.rows.asset == asset and view.rows.table in tables:
                    found[places[place]][view.name] = tables[view.rows.table]
    return found


def _version(tables: _Tables) -> str:
    """Another where any of the tables was stored anew."""
    keys = "\n".join(f"{name} {table.key} {table.sha256}" for name, table in sorted(tables.items()))
    return sha256(keys.encode()).hexdigest()


def _replace(connection: Connection, analysis: Analysis, this: Submission, tables: _Tables) -> None:
    """The rows of a submission in place of those of its LA and year."""
    _alone(connection)
    year, la_code = this.partition
    _remove(connection, "collection_year = :year AND la_code = :la_code", year=year, la_code=la_code)
    for name, table in tables.items():
        _copy(connection, name, analysis.rows_of(name, this, table))
    connection.execute(
        text(f"INSERT INTO {LOADED} VALUES (:submission, :year, :la_code, :version)"),  # noqa: S608
        {"submission": this.submission, "year": year, "la_code": la_code, "version": _version(tables)},
    )


def _alone(connection: Connection) -> None:
    """One loads at once; who reads is not kept waiting."""
    connection.execute(text(f"LOCK TABLE {LOADED} IN SHARE ROW EXCLUSIVE MODE"))


def _remove(connection: Connection, where: str, **values: object) -> None:
    for of in (*(f"{CHILD_LEVEL}.{name_of(view.name)}" for view in CHILD_VIEWS), LOADED):
        connection.execute(text(f"DELETE FROM {of} WHERE {where}"), values)  # noqa: S608


def _copy(connection: Connection, name: str, rows: pa.RecordBatchReader) -> None:
    """COPY knows a missing value, which is empty, from an empty text, which is in quotation marks."""
    columns = ", ".join(map(name_of, rows.schema.names))
    stream = BytesIO()
    options = pyarrow.csv.WriteOptions(include_header=False)
    with pyarrow.csv.CSVWriter(stream, rows.schema, write_options=options) as writer:
        for batch in rows:
            writer.write_batch(batch)
    stream.seek(0)
    cursor: Any = connection.connection.cursor()
    cursor.copy_expert(f"COPY {CHILD_LEVEL}.{name_of(name)} ({columns}) FROM STDIN (FORMAT csv)", stream)
