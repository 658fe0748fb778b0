"""What is current as one DuckDB file: every view a table, with its comments."""

from pathlib import Path

import duckdb

from cin_pipeline.analysis.quoting import comments, name_of
from cin_pipeline.analysis.session import Analysis
from cin_pipeline.analysis.views import VIEWS

BATCH = 100_000  # rows that are in memory at once


class NotOurs(ValueError):
    """A file that is in the way and was not made by this; the message says so."""


def write_duckdb(analysis: Analysis, path: Path) -> dict[str, int]:
    """Writes every view of an analysis into a DuckDB file, in place of one written before; gives the rows of each.

    The file is complete or not there. Raises NotOurs for a file that holds anything else, TablesDamaged, OSError."""
    _refuse_others(path)
    unfinished = path.with_name(f".{path.name}")
    unfinished.unlink(missing_ok=True)
    try:
        with duckdb.connect(unfinished) as target:
            counts = {name: _copy(analysis, target, name) for name in analysis.views}
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return counts


def _copy(analysis: Analysis, target: duckdb.DuckDBPyConnection, name: str) -> int:
    view = analysis.fill(name)
    columns = ", ".join(f"{name_of(column.name)} {column.type}" for column in view.columns)
    target.execute(f"CREATE TABLE {name_of(name)} ({columns})")
    count = 0
    with analysis.telling_faults():
        for batch in analysis.connection.table(name).to_arrow_reader(BATCH):
            target.register("batch_to_copy", batch)
            target.execute(f"INSERT INTO {name_of(name)} SELECT * FROM batch_to_copy")  # noqa: S608
            target.unregister("batch_to_copy")
            count += batch.num_rows
    for statement in comments(view, "TABLE", name_of(name)):
        target.execute(statement)
    return count


def _refuse_others(path: Path) -> None:
    if not path.exists():
        return
    try:
        with duckdb.connect(path, read_only=True) as there:
            names = {row[0] for row in there.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    except duckdb.Error:
        raise NotOurs(f"{path}: is no DuckDB file that can be opened, and is not written over") from None
    if not names or names - VIEWS.keys():
        raise NotOurs(f"{path}: holds other tables than those of a state, and is not written over")
