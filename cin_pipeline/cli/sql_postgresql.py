"""What `cin-pipeline sql` does for analysts who log in to the PostgreSQL database."""

import sys
from typing import TYPE_CHECKING

from cin_pipeline.cli.terminal import console, progress_shown, wrong_use

if TYPE_CHECKING:
    from cin_pipeline.store.store import Store


def print_script() -> None:
    """The statements that make views, tables and roles."""
    from cin_pipeline.analysis.postgresql import script

    sys.stdout.write(script())


def apply_script(store: "Store") -> None:
    """Runs them; ends the command where the database is another one or refuses."""
    from sqlalchemy.exc import DBAPIError

    from cin_pipeline.analysis.postgresql import AGGREGATES_ROLE, CHILD_LEVEL_ROLE, NotPostgresql, apply

    try:
        apply(store.engine)
    except NotPostgresql as refused:
        wrong_use(str(refused))
    except DBAPIError as error:
        wrong_use(f"the database refused it, and is as it was: {_first_line(error.orig)}")
    console.print(f"Schemas analysis and child_level, roles {AGGREGATES_ROLE} and {CHILD_LEVEL_ROLE} are there.")


def load_rows_of_children(store: "Store", year: int) -> None:
    """Copies the rows of children of a year; ends the command where that cannot be done."""
    from sqlalchemy.exc import DBAPIError

    from cin_pipeline.analysis.child_rows import load_children
    from cin_pipeline.analysis.postgresql import NotPostgresql

    try:
        with progress_shown() as step:
            loaded = load_children(store, year, step)
    except NotPostgresql as refused:
        wrong_use(str(refused))
    except DBAPIError as error:  # its message could hold a row
        wrong_use(f"the rows could not be copied ({type(error.orig).__name__}); what was copied before is kept")
    console.print(
        f"{year}: {loaded.copied} submissions copied, {loaded.unchanged} unchanged, {loaded.removed} taken away.",
        markup=False,
    )


def _first_line(error: BaseException | None) -> str:
    """Of statements of ours alone: they hold no value of a return."""
    return str(error).strip().partition("\n")[0]
