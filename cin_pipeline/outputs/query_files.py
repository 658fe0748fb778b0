"""What a query gives, as CSV or Parquet: some rows at a time."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from cin_pipeline.outputs.run_files import harmless_cell

SUFFIXES = (".csv", ".parquet")


def write_rows(schema: pa.Schema, batches: Iterable[pa.RecordBatch], path: Path) -> None:
    """Writes rows to a file that is complete or not there, in the form its name ends in (SUFFIXES). Raises OSError."""
    with _complete_or_not_there(path) as unfinished:
        if path.suffix == ".parquet":
            with pq.ParquetWriter(unfinished, schema, compression="zstd") as file:
                for batch in batches:
                    file.write_batch(batch)
        else:
            with unfinished.open("w", encoding="utf-8", newline="") as stream:
                write_csv(schema, batches, stream)


def write_csv(schema: pa.Schema, batches: Iterable[pa.RecordBatch], stream: IO[str]) -> None:
    """Writes rows as CSV, safe to open in a spreadsheet; empty where a value is missing."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(schema.names)
    for batch in batches:
        columns = (map(harmless_cell, column.to_pylist()) for column in batch.columns)
        writer.writerows(zip(*columns, strict=True))


@contextmanager
def _complete_or_not_there(path: Path) -> Iterator[Path]:
    unfinished = path.with_name(f".{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
