"""What the commands share that look into the state of earlier runs."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from cin_pipeline.census.text import visible
from cin_pipeline.census.years import FIRST_YEAR
from cin_pipeline.cli.terminal import wrong_use
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline.reference.population import VINTAGES
from cin_pipeline.settings import Settings

if TYPE_CHECKING:
    from pandas import DataFrame

    from cin_pipeline.store.store import Store

StateDirectory = Annotated[
    Path | None, typer.Option("--state", exists=True, file_okay=False, help="The state of a run; CIN_STATE by default.")
]


def _vintage(value: str) -> int:
    known = {str(vintage): vintage for vintage in VINTAGES}
    if value not in known:
        raise typer.BadParameter(f"{visible(value)} is no vintage of the population; {' or '.join(known)} was expected")
    return known[value]


VintageOption = Annotated[
    int | None,
    typer.Option(
        parser=_vintage,
        metavar="|".join(map(str, VINTAGES)),
        help="Census that the population is carried forward from; by default that of the profile, or of the year.",
    ),
]
CsvFile = Annotated[Path | None, typer.Option("--csv", dir_okay=False, help="File to write the whole list to.")]
ShowChildren = Annotated[bool, typer.Option("--show-children", help="Show LAchildIDs: personal data.")]


@contextmanager
def opened_store(directory: Path | None) -> "Iterator[Store]":
    """The state of earlier runs; ends the command where there is none, rather than make an empty one.

    Ends it also where what is kept turns out to be gone, or away, while the command looks at it."""
    from sqlalchemy.exc import DBAPIError

    from cin_pipeline.store.objects import ObjectsUnavailable
    from cin_pipeline.store.opening import is_there
    from cin_pipeline.store.row_tables import TablesDamaged
    from cin_pipeline.store.store import Store
    from cin_pipeline.store.versions import StateRefused

    try:
        settings = Settings.from_environment(state=directory)
        there = is_there(settings)
    except ValueError as error:  # also an address of the database that is none
        wrong_use(str(error))
    if not there:
        wrong_use(f"{settings.state}: there is no state of a run here; --state results/state was expected")
    with closing(Store(settings)) as store:
        try:
            store.registry.all_current(FIRST_YEAR)
        except StateRefused as refused:
            wrong_use(str(refused))
        except DBAPIError as error:  # its message could hold parameters
            wrong_use(f"{settings.state}: its database cannot be read ({type(error).__name__})")
        try:
            yield store
        except (TablesDamaged, StateRefused, ObjectsUnavailable) as error:
            wrong_use(str(error))


def known_authority(code: str) -> str:
    """The code, if an LA ever had it; else ends the command with those that come near."""
    every = every_authority()
    if code not in every:
        names = {name.casefold(): la for la, each in every.items() for name in (la, each.name)}
        close = get_close_matches(code.casefold(), names, n=5, cutoff=0.6)
        hint = " or ".join(f"{names[name]} ({every[names[name]].name})" for name in close)
        told = f"did you mean {hint}?" if hint else "three digits were expected, such as 201"
        wrong_use(f"--la {visible(code)}: that is no code of an English local authority; {told}")
    return code


def cell_text(value: object) -> str:
    """A cell of a table as it is shown; nothing where it is missing."""
    import pandas as pd

    return "" if pd.isna(value) else escape(visible(str(value), most=400))


def count_text(value: object) -> str:
    """A count with commas; nothing where it is missing."""
    return f"{value:,}" if isinstance(value, int) else cell_text(value)


def write_csv(table: "DataFrame", path: Path) -> None:
    """Writes the list; ends the command where that cannot be done."""
    from cin_pipeline.outputs.run_files import write_table

    try:
        write_table(table, path)
    except OSError as error:
        wrong_use(f"{path}: {error.strerror}")
