"""Row tables in Parquet: one directory per asset, partition and submission, complete or not there at all."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from pandas import DataFrame


def write_tables(directory: Path, tables: Mapping[str, DataFrame]) -> None:
    """Writes tables into a directory that appears at once with all of them, in place of an earlier one."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    temporary = directory.with_name(f".{directory.name}-{uuid4().hex}")
    temporary.mkdir()
    for name, table in tables.items():
        pq.write_table(
            pa.Table.from_pandas(table), temporary / f"{name}.parquet", compression="zstd", compression_level=1
        )
    if directory.exists():
        # A directory cannot be renamed over another; the old one steps aside first and is removed last.
        aside = directory.with_name(f".{directory.name}-{uuid4().hex}")
        directory.rename(aside)
        temporary.rename(directory)
        shutil.rmtree(aside)
    else:
        temporary.rename(directory)


def read_tables(directory: Path) -> dict[str, DataFrame]:
    """The tables of a directory by name. Raises FileNotFoundError where there is none."""
    if not directory.is_dir():
        raise FileNotFoundError(f"no tables are stored in {directory}")
    return {path.stem: pq.read_table(path).to_pandas() for path in sorted(directory.glob("*.parquet"))}
