"""The state that the version before schema versions left behind (`data/state_of_b88b151/README.md`)."""

import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, insert, select

from cin_pipeline.store.migrations.versions.v0001_before_versions import TABLES

_ARCHIVE = Path(__file__).parent / "data" / "state_of_b88b151" / "old_state.tar.xz"

Rows = dict[str, list[dict[str, Any]]]


def unpacked(directory: Path) -> Path:
    """A fresh copy: `state`, and the old version's `measures.csv`, `england.csv` and `status.csv` beside it."""
    with tarfile.open(_ARCHIVE) as archive:
        archive.extractall(directory, filter="data")
    return directory / "state"


def rows_of(database: Path) -> Rows:
    """Every row of every table of an SQLite file as it lies there, without our code."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        tables = connection.execute("select name from sqlite_master where type = 'table' order by name").fetchall()
        return {name: [dict(row) for row in connection.execute(f"select * from {name}")] for (name,) in tables}  # noqa: S608


def into(url: str, database: Path) -> Engine:
    """Another database as the old version would have left it, with the rows of an SQLite file."""
    source, target = create_engine(f"sqlite:///{database}"), create_engine(url)
    with source.connect() as old, target.begin() as new:
        TABLES.create_all(new)
        for table in TABLES.sorted_tables:
            new.execute(insert(table), [dict(row._mapping) for row in old.execute(select(table))])
    source.dispose()
    return target
