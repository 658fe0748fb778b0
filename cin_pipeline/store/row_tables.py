"""Row tables in Parquet: one directory per asset, partition and submission, complete or not there at all.

Every file names all tables of its directory, so that one that is gone is noticed and not taken for one that was not
made yet.
"""

import json
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from pandas import DataFrame

_TOGETHER = b"cin_pipeline.tables"  # in the metadata of each file: the names of all tables of the directory


class TablesDamaged(ValueError):
    """A directory of tables that lacks some it was written with."""


def write_tables(directory: Path, tables: Mapping[str, DataFrame]) -> None:
    """Writes tables into a directory that appears at once with all of them, in place of an earlier one."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    temporary = directory.with_name(f".{directory.name}-{uuid4().hex}")
    temporary.mkdir()
    for name, table in tables.items():
        rows = pa.Table.from_pandas(table)
        rows = rows.replace_schema_metadata({**rows.schema.metadata, _TOGETHER: json.dumps(list(tables))})
        pq.write_table(rows, temporary / f"{name}.parquet", compression="zstd", compression_level=1)
    if directory.exists():
        # A directory cannot be renamed over another; the old one steps aside first and is removed last.
        aside = directory.with_name(f".{directory.name}-{uuid4().hex}")
        directory.rename(aside)
        temporary.rename(directory)
        shutil.rmtree(aside)
    else:
        temporary.rename(directory)


def read_tables(directory: Path, at_first: Collection[str] = ()) -> dict[str, DataFrame]:
    """The tables of a directory by name.

    `at_first`: what it must hold where it was written before files named each other. Raises FileNotFoundError where
    there is no such directory, TablesDamaged where tables of it are gone."""
    if not directory.is_dir():
        raise FileNotFoundError(f"no tables are stored in {directory}")
    found = {path.stem: pq.read_table(path) for path in sorted(directory.glob("*.parquet"))}
    named = {name for rows in found.values() for name in json.loads(rows.schema.metadata.get(_TOGETHER, "[]"))}
    if gone := sorted((named or set(at_first)) - found.keys()) or ([] if found else ["every table"]):
        raise TablesDamaged(f"{', '.join(gone)} of {directory} are gone: run the return again, or restore a copy")
    return {name: rows.to_pandas() for name, rows in found.items()}
