"""Rows of the database as Arrow tables, some at a time."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Engine, Select

from cin_pipeline.analysis.views import View
from cin_pipeline.reference.authorities import every_authority

_AT_ONCE = 100_000  # rows
_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
    "DATE": pa.date32(),
}


def arrow_tables(engine: Engine, view: View, query: Select[Any]) -> Iterator[pa.Table]:
    """The rows of a query with the columns of a view, in its order and types; the LA's name is looked up."""
    with engine.connect().execution_options(stream_results=True) as connection:
        found = connection.execute(query)
        names = list(found.keys())
        for rows in found.partitions(_AT_ONCE):
            values = dict(zip(names, zip(*rows, strict=True), strict=True))
            if "la_name" in view.names:
                values["la_name"] = tuple(map(_la_name, values["la_code"]))
            yield pa.table(
                {
                    column.name: pa.array(map(_AS.get(column.type, _itself), values[column.name]), _TYPES[column.type])
                    for column in view.columns
                }
            )


def _la_name(code: str) -> str | None:
    la = every_authority().get(code)
    return la.name if la else None


def _day(moment: Any) -> date | None:
    """The day of a moment in UTC; SQLite gives moments without a zone, which are."""
    if not isinstance(moment, datetime):
        return None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def _itself(value: Any) -> Any:
    return value


_AS: dict[str, Callable[[Any], Any]] = {"DATE": _day}
