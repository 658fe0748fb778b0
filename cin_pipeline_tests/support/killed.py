"""What a process that was killed leaves behind for others to find."""

from datetime import UTC, datetime

from sqlalchemy import insert

from cin_pipeline.store.database import LEASES
from cin_pipeline.store.store import Store

LONG_AGO = datetime(2017, 6, 1, tzinfo=UTC)


def killed(store: Store, run: str) -> None:
    """As if the process of a run had been killed: its mark on files, its lease in a database that several share."""
    if store.engine.dialect.name == "sqlite":
        (store.settings.state / "locks" / run).touch()
        return
    lease = {"name": run, "holder": "killed", "until": LONG_AGO}
    others = {column.name: 1 for column in LEASES.c if column.name not in lease}
    with store.engine.begin() as connection:
        connection.execute(insert(LEASES).values(**lease, **others))
