"""`cin-pipeline compare`: what changed from one release to another."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cin_pipeline.census.text import visible
from cin_pipeline.cli.stored import CsvFile, cell_text, write_csv
from cin_pipeline.cli.terminal import console, wrong_use

if TYPE_CHECKING:
    from pandas import DataFrame

    from cin_pipeline.publication.changes import Changes

DIFFERENT = 1
MOST_SHOWN = 60  # rows in the terminal; a file takes them all

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder of a release.")]


def compare(old: Folder, new: Folder, csv: CsvFile = None) -> None:
    """List every published cell that changed between two releases, and files and settings that differ.

    Cells are compared as published, rounded and suppressed. --csv writes every changed cell. Exit code 0: the releases
    are the same. 1: they differ. 2: wrong use.
    """
    from cin_pipeline.outputs.release_folders import read_release
    from cin_pipeline.publication.changes import NoRelease, compare_releases, refuse_altered

    files = []
    for folder in (old, new):
        try:
            files.append(read_release(folder))
            refuse_altered(files[-1])
        except (NoRelease, OSError) as error:
            wrong_use(f"{folder}: {error}")
    try:
        changes = compare_releases(*files)
    except NoRelease as error:
        wrong_use(f"{old} or {new}: {error}")
    _show(changes)
    if csv is not None:
        write_csv(changes.cells, csv)
        console.print(f"Every changed cell: {csv}", markup=False)
    if changes.differs:
        raise typer.Exit(DIFFERENT)


def _show(changes: "Changes") -> None:
    if not changes.differs:
        console.print("The releases are the same.")
        return
    for word, names in (("added", changes.added), ("removed", changes.removed), ("changed", changes.changed)):
        if names:
            console.print(f"Files {word}: {', '.join(map(visible, names))}", markup=False)
    for title, rows in (("Settings and inputs that differ", changes.settings), ("Changed cells", changes.cells)):
        if len(rows):
            console.print(_table(title, rows), soft_wrap=False)
    console.print(f"{len(changes.cells):,} published cells changed.", markup=False)


def _table(title: str, rows: "DataFrame") -> Table:
    table = Table(*map(escape, rows.columns), title=title, title_justify="left")
    for row in rows.head(MOST_SHOWN).itertuples(index=False, name=None):
        table.add_row(*map(cell_text, row))
    if len(rows) > MOST_SHOWN:
        table.caption = f"{MOST_SHOWN} of {len(rows):,}"
    return table
