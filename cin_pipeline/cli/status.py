"""`cin-pipeline status`: one line per LA, what needs attention first."""

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.cli.collection_years import Year, say_if_provisional, say_in_doubt, say_missing
from cin_pipeline.cli.stored import CsvFile, StateDirectory, cell_text, count_text, opened_store, write_csv
from cin_pipeline.cli.terminal import console, wrong_use

if TYPE_CHECKING:
    from pandas import DataFrame

_STYLES = {"low": "red", "medium": "yellow", "held": "red", "rejected": "red", "no return": "red"}


def status(year: Year, state: StateDirectory = None, csv: CsvFile = None) -> None:
    """Show how far each LA's return of a year has come: last submission, errors, queries, confidence, what is missing.

    What needs attention comes first: a return held for confirmation, then no current return, then a last file that was
    not accepted or a current return in doubt, then low confidence.
    Exit code 0: done. 2: wrong use.
    """
    from cin_pipeline.answers.status_table import status_of_year, status_summary
    from cin_pipeline.store.doubts import doubts_of
    from cin_pipeline.store.missing_data import missing_data_of
    from cin_pipeline.store.national_inputs import InputFileError

    with opened_store(state) as opened:
        try:
            doubts = doubts_of(opened, year)
            table = status_of_year(opened, year, doubts)
            missing = missing_data_of(opened, year)
        except InputFileError as error:
            wrong_use(str(error))
    say_in_doubt(doubts)
    console.print(_table(table, year), soft_wrap=False)
    console.print(f"{CollectionYear(year)}: {status_summary(table)}.", markup=False)
    say_if_provisional(year)
    say_missing(missing)
    if csv is not None:
        write_csv(table, csv)
        console.print(f"The same as CSV: {csv}", markup=False)


def _table(rows: "DataFrame", year: int) -> Table:
    table = Table(title=f"Returns of {CollectionYear(year)}, what needs attention first", title_justify="left")
    for heading in ("LA", "name", "state", "received"):
        table.add_column(heading, no_wrap=heading != "name")
    for heading in ("sent", "errors", "queries"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("confidence", no_wrap=True)
    table.add_column("missing")
    for row in rows.astype(object).itertuples(index=False):
        received = f"{row.received:%Y-%m-%d %H:%M}" if row.submissions else ""
        counts = map(count_text, (row.submissions, row.errors, row.queries))
        texts = (escape(row.la_name), _styled(row.state), received, *counts, _styled(cell_text(row.confidence)))
        table.add_row(row.la_code, *texts, cell_text(row.missing))
    return table


def _styled(word: str) -> str:
    style = _STYLES.get(word)
    return f"[{style}]{word}[/]" if style else word
