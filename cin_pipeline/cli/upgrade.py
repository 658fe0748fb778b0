"""`cin-pipeline upgrade`: the database of a state is brought to the version of this program."""

from cin_pipeline.cli.stored import StateDirectory
from cin_pipeline.cli.terminal import console, wrong_use
from cin_pipeline.settings import Settings


def upgrade(state: StateDirectory = None) -> None:
    """Bring the database of a state to the version of this program; nothing is lost, and it can be asked twice.

    An SQLite database is copied first; it is upgraded so by any command that first uses it, too. A PostgreSQL
    database is upgraded by this alone: end all that uses it and make a backup first. Exit code 0: done. 2: wrong use,
    or it could not be upgraded and is as it was.
    """
    from cin_pipeline.store.opening import upgrade_database
    from cin_pipeline.store.upgrading import sqlite_file

    try:
        settings = Settings.from_environment(state=state)
        path = sqlite_file(settings.database)
        if path and not path.exists():
            wrong_use(f"{path}: there is no database here; --state results/state was expected")
        done = upgrade_database(settings.database)
    except ValueError as refused:
        wrong_use(str(refused))
    if done.before == done.after:
        console.print(f"The database is of version {done.after} already; nothing was done.", markup=False)
    elif done.before is None:
        console.print(f"The database was empty; its tables are made, of version {done.after}.", markup=False)
    else:
        console.print(f"The database was upgraded from version {done.before} to {done.after}.", markup=False)
    if done.copy:
        console.print(f"As it was it is kept in {done.copy}.", markup=False)
