"""What materialisations show: owners, record counts, columns. Counts and names only, never values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg
from pandas import DataFrame

OWNERS = ["team:children-in-need-statistics"]


def record_counts(counts: Mapping[str, int]) -> dict[str, Any]:
    """The number of records of a dataset of several tables, in all and as a table."""
    return {
        "dagster/row_count": sum(counts.values()),
        "records": markdown_table(("table", "records"), [(name, f"{count:,}") for name, count in counts.items()]),
    }


def frame_metadata(table: DataFrame) -> dict[str, Any]:
    """Rows and columns of a dataset of one table."""
    columns = [dg.TableColumn(str(name), str(dtype)) for name, dtype in table.dtypes.items()]
    return {"dagster/row_count": len(table), "dagster/column_schema": dg.TableSchema(columns)}


def markdown_table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> dg.MarkdownMetadataValue:
    """A small table as the UI shows it; the last column is for figures."""
    lines = [heading, ["---"] * (len(heading) - 1) + ["---:"], *rows]
    return dg.MetadataValue.md("\n".join(f"| {' | '.join(map(str, line))} |" for line in lines))
