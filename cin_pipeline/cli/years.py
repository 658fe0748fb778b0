"""`cin-pipeline years`: what holds for each collection year."""

from rich.markup import escape
from rich.table import Table

from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.cli.terminal import console


def years() -> None:
    """List the collection years: authorities, items, rules, population, what is done about missing data, release.

    Exit code 0: done."""
    from cin_pipeline.outputs.years_table import facts_of

    table = Table("year", "authorities", "items", "rules", "population", "missing data", title_justify="left")
    every = [facts_of(year.ending) for year in COLLECTION_YEARS]
    for each in every:
        cells = (each.year.short, each.authorities, each.items, each.rules, each.population, each.missing)
        table.add_row(*map(escape, cells))
    console.print(table)
    for each in every:
        if each.provisional:
            console.print(each.provisional, markup=False)
