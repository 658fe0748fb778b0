"""Dagster's SQLite storages with connections that stay open, for many runs in one process.

The stock ones build an engine, open a file and close it again for every event, and compile each statement anew: half
of the price of a small run. Files and tables are the same, so the UI and the daemon read them as ever. Only
connecting is overridden; the pinned Dagster version is what it was tried with.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

_BUSY_SECONDS = 60  # a worker waits for the other's writes
_FILES_OPEN = 3  # the index, the run at work, and one to spare


class WarmEventLog(SqliteEventLogStorage):
    """The event log: an index file and one file per run."""

    @cached_property
    def _engines(self) -> OrderedDict[str, Engine]:
        return OrderedDict()

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Self:
        """Called by Dagster with what the instance is configured with."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                path = Path(self.path_for_shard(shard))
                if not path.exists():
                    path.write_bytes(self._empty_file)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def dispose(self) -> None:
        """Closes the files that were kept open."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()

    @cached_property
    def _empty_file(self) -> bytes:
        """A file with all tables and no events; making them anew for each run took a tenth of it."""
        with TemporaryDirectory() as directory:
            path = Path(directory) / "empty.db"
            self._initdb(create_engine(f"sqlite:///{path}", poolclass=NullPool))
            return path.read_bytes()

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._engines[shard] = _warm_engine(self.conn_string_for_shard(shard))
            while len(self._engines) > _FILES_OPEN:
                _, coldest = self._engines.popitem(last=False)
                coldest.dispose()
        self._engines.move_to_end(shard)
        return self._engines[shard]


class WarmRunStorage(SqliteRunStorage):
    """The runs: one file."""

    @cached_property
    def _engine(self) -> Engine:
        return _warm_engine(self._conn_string)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Self:
        """Called by Dagster with what the instance is configured with."""
        return cls.from_local(inst_data=inst_data, **config_value)

    def dispose(self) -> None:
        """Closes the file."""
        self._engine.dispose()
        super().dispose()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction on a connection that is kept."""
        with self._engine.begin() as connection:
            yield connection


def _warm_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _write_ahead(connection: Any, _record: object) -> None:
        # With a write-ahead log this loses at worst the last events in a power cut, never the file.
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine
