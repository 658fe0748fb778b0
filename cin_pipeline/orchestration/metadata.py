"""What materialisations show: owners, record counts, columns. Counts and names only, never values."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from pandas import DataFrame

OWNERS = ["team:children-in-need-statistics"]


def record_counts(counts: Mapping[str, int]) -> dict[str, Any]:
    """The number of records of a dataset of several tables, in all and as a table."""
    rows = "\n".join(f"| {name} | {count:,} |" for name, count in counts.items())
    return {
        "dagster/row_count": sum(counts.values()),
        "records": dg.MetadataValue.md(f"| table | records |\n|---|---:|\n{rows}"),
    }


def frame_metadata(table: DataFrame) -> dict[str, Any]:
    """Rows and columns of a dataset of one table."""
    columns = [dg.TableColumn(str(name), str(dtype)) for name, dtype in table.dtypes.items()]
    return {"dagster/row_count": len(table), "dagster/column_schema": dg.TableSchema(columns)}
