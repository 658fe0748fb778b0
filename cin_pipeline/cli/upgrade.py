"""`cin-pipeline upgrade`: a state's database, and Dagster's history, are brought to the version of this program."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from cin_pipeline.cli.stored import StateDirectory
from cin_pipeline.cli.terminal import console, os_fault, wrong_use
from cin_pipeline.settings import Settings

if TYPE_CHECKING:
    from cin_pipeline.orchestration.history import HistoryUpgrade
    from cin_pipeline.store.upgrading import Upgrade


def upgrade(
    state: StateDirectory = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for a server that is not up yet.")] = 0,
) -> None:
    """Bring the database of a state, and Dagster's history, to the version of this program; nothing is lost.

    It can be asked twice, and by several at once: one does it, the others wait and find it done. An SQLite database is
    copied first; it is upgraded so by any command that first uses it, too. A PostgreSQL database is upgraded by this
    alone: end all that uses it and make a backup first. Tables are made where there are none. Exit code 0: done.
    2: wrong use, or it could not be upgraded and is as it was.
    """
    from cin_pipeline.store.opening import upgrade_database
    from cin_pipeline.store.upgrading import sqlite_file
    from cin_pipeline.store.waiting import when_there

    try:
        settings = Settings.from_environment(state=state)
        path = sqlite_file(settings.database)
        if path and not path.exists():
            wrong_use(f"{path}: there is no database here; --state results/state was expected")
        _say(when_there(lambda: upgrade_database(settings.database), wait))
        # Of a state of one machine the first run makes the history.
        if path is None or (settings.dagster_home / "dagster.yaml").is_file():
            _say_of_history(when_there(lambda: _upgrade_history(settings), wait))
    except ValueError as refused:
        wrong_use(str(refused))
    except OSError as error:
        wrong_use(os_fault(error, state))


def _upgrade_history(settings: Settings) -> "HistoryUpgrade":
    from cin_pipeline.orchestration.history import upgrade_history
    from cin_pipeline.store.store import Store

    with closing(Store(settings)) as store:
        return upgrade_history(settings, store)


def _say(done: "Upgrade") -> None:
    if done.before == done.after:
        console.print(f"The database is of version {done.after} already; nothing was done.", markup=False)
    elif done.before is None:
        console.print(f"The database was empty; its tables are made, of version {done.after}.", markup=False)
    else:
        console.print(f"The database was upgraded from version {done.before} to {done.after}.", markup=False)
    if done.copy:
        console.print(f"As it was it is kept in {done.copy}.", markup=False)


def _say_of_history(done: "HistoryUpgrade") -> None:
    if old := done.before - {done.after}:
        console.print(f"Dagster's history was upgraded from {', '.join(sorted(old))} to {done.after}.", markup=False)
    elif done.before:
        console.print(f"Dagster's history is of revision {done.after} already.", markup=False)
    else:
        console.print(f"Dagster's history was empty; its tables are made, of revision {done.after}.", markup=False)
