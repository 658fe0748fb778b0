"""What `cin-pipeline sql` shows, as tables of the terminal."""

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from cin_pipeline.census.text import visible

if TYPE_CHECKING:
    import pyarrow as pa

    from cin_pipeline.analysis.views import View

MOST_SHOWN = 60  # rows in the terminal; a file takes them all


def views_table(views: "Iterable[View]") -> Table:
    """Every view with its sentence, and whether its rows are of children."""
    table = Table()
    for heading in ("view", "rows of", "what a row is"):
        table.add_column(heading, no_wrap=heading == "view")
    for view in views:
        table.add_row(view.name, "children" if view.child_level else "", escape(view.comment))
    return table


def columns_table(view: "View") -> Table:
    """The columns of a view with their types and sentences."""
    table = Table(title=escape(view.comment), title_justify="left")
    for heading in ("column", "type", "meaning"):
        table.add_column(heading, no_wrap=heading != "meaning")
    for column in view.columns:
        table.add_row(column.name, column.type, escape(column.comment))
    return table


def rows_table(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> tuple[Table, bool]:
    """The first rows that a query gives, and whether there are more."""
    import pyarrow as pa

    table = Table()
    for column in schema:
        number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        table.add_column(escape(visible(column.name)), justify="right" if number else "left", overflow="fold")
    rows = (row for batch in batches for row in zip(*(each.to_pylist() for each in batch.columns), strict=True))
    shown = list(islice(rows, MOST_SHOWN + 1))
    for row in shown[:MOST_SHOWN]:
        table.add_row(*map(_cell, row))
    return table, len(shown) > MOST_SHOWN


def _cell(value: Any) -> str:
    return "" if value is None else escape(visible(str(value), most=400))
