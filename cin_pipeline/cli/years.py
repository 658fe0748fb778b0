"""`cin-pipeline years`: what holds for each collection year."""

from rich.markup import escape
from rich.table import Column, Table

from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.cli.terminal import console


def years() -> None:
    """List the collection years: authorities, items, rules, population, what is done about missing data, release.

    Exit code 0: done."""
    from cin_pipeline.outputs.years_table import COLUMNS, assumed, facts_of, notes

    # Folded, not cut: no fact is lost in a narrow window.
    columns = [Column(name, overflow="fold") for name in COLUMNS]
    table = Table(*columns, title=f"{len(COLLECTION_YEARS)} collection years", title_justify="left")
    for year in COLLECTION_YEARS:
        table.add_row(*map(escape, facts_of(year.ending).cells))
    console.print(table)
    for note in (*notes(), f"{len(assumed())} things are assumed of the profiles: docs/years.md lists them."):
        console.print(note, markup=False)
