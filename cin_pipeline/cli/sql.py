"""`cin-pipeline sql`: queries over what is current."""

import os
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cin_pipeline.cli.sql_postgresql import apply_script, load_rows_of_children, print_script
from cin_pipeline.cli.sql_prompt import answer_prompts
from cin_pipeline.cli.sql_tables import rows_table, views_table
from cin_pipeline.cli.stored import StateDirectory, opened_store
from cin_pipeline.cli.terminal import console, errors, os_fault, wrong_use

if TYPE_CHECKING:
    import pyarrow as pa

    from cin_pipeline.analysis import Analysis

_SUFFIXES = (".csv", ".parquet")


def sql(
    query: Annotated[str | None, typer.Argument(help="A query; without one, it is read or asked for.")] = None,
    state: StateDirectory = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV: every row.")] = False,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File for what the query gives: .csv or .parquet.")
    ] = None,
    views: Annotated[bool, typer.Option("--views", help="List the views.")] = False,
    to: Annotated[
        Path | None, typer.Option("--to", dir_okay=False, help="DuckDB file to write every view to, as a table.")
    ] = None,
    aggregates: Annotated[
        bool, typer.Option("--aggregates", help="Only views without rows of children, in queries and in --to.")
    ] = False,
    load_postgresql: Annotated[
        int | None,
        typer.Option(
            "--load-postgresql",
            metavar="YEAR",
            help="Copy a year's rows of children into the PostgreSQL database.",
        ),
    ] = None,
    roles: Annotated[
        bool, typer.Option("--roles", help="Print the script of views and roles for analysts on PostgreSQL.")
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="With --roles: run it.")] = False,
) -> None:
    """Query what is current: the tables of all accepted returns, episodes of need, measures, estimates, releases.

    It is DuckDB's SQL, over the submissions that are current at the start. Nothing in the state can be changed, and no
    other file be read. Without a query, one is read from the standard input, or asked for, one after the other, until
    Ctrl+D. Counts of LAs are as they were counted, none is suppressed: not for publication (docs/analysis.md). Exit
    code 0: done. 2: wrong use, or an error in the query.
    """
    if output is not None and output.suffix not in _SUFFIXES:
        wrong_use(f"--output {output}: a name that ends in {' or '.join(_SUFFIXES)} was expected")
    if apply and not roles:
        wrong_use("--apply runs what --roles prints; --roles --apply was expected")
    if roles and not apply:
        print_script()
        return
    os.umask(0o077)  # what is written may hold rows of children
    with opened_store(state) as store:
        if roles:
            apply_script(store)
            return
        if load_postgresql is not None:
            load_rows_of_children(store, load_postgresql)
            return
        from cin_pipeline.analysis import Analysis

        with closing(Analysis(store, aggregates=aggregates, tell=_say)) as analysis:
            if views:
                console.print(views_table(analysis.views.values()), soft_wrap=False)
                return
            if not analysis.current:
                _say("No return is current in this state: the views of returns and of measures have no rows.")
            if to is not None:
                _write_all(analysis, to)
            elif query is None and sys.stdin.isatty():
                answer_prompts(analysis, lambda text: _answer(analysis, text, _show))
            else:
                _answer_one(analysis, sys.stdin.read() if query is None else query, csv=csv, output=output)


def _say(sentence: str) -> None:
    errors.print(sentence, markup=False)


def _answer_one(analysis: "Analysis", query: str, *, csv: bool, output: Path | None) -> None:
    from cin_pipeline.outputs.query_files import write_csv, write_rows

    if output is not None:
        written = _answer(analysis, query, partial(write_rows, path=output))
        told = f"Written: {output}"
    else:
        written = _answer(analysis, query, partial(write_csv, stream=sys.stdout) if csv else _show)
        told = ""
    if not written:
        raise typer.Exit(2)
    if told:
        console.print(told, markup=False)


def _answer(analysis: "Analysis", query: str, give: "Callable[[pa.Schema, pa.RecordBatchReader], None]") -> bool:
    """Gives what a query gives to a function; tells what is wrong with it, and whether nothing is."""
    import duckdb

    from cin_pipeline.store.row_tables import TablesDamaged

    try:
        found = analysis.sql(query)
        if found is not None:
            with analysis.telling_faults():
                rows = found.to_arrow_reader()
                give(rows.schema, rows)
    except (duckdb.Error, TablesDamaged) as error:
        errors.print(f"cin-pipeline: {str(error).strip()}", markup=False)
        return False
    except BrokenPipeError:  # who reads has had enough
        raise
    except OSError as error:
        errors.print(f"cin-pipeline: {os_fault(error, 'the query')}", markup=False)
        return False
    return True


def _show(schema: "pa.Schema", rows: "pa.RecordBatchReader") -> None:
    table, more = rows_table(schema, rows)
    console.print(table, soft_wrap=False)
    if more:
        console.print(f"There are more rows than these {table.row_count}; --csv or --output gives all.", markup=False)


def _write_all(analysis: "Analysis", path: Path) -> None:
    from cin_pipeline.analysis.exporting import NotOurs, write_duckdb

    try:
        counts = write_duckdb(analysis, path)
    except NotOurs as refused:
        wrong_use(str(refused))
    except OSError as error:
        wrong_use(os_fault(error, path))
    console.print(f"{len(counts)} tables, {sum(counts.values()):,} rows: {path}", markup=False)
