"""Dagster's SQLite storages with connections that stay open, for many runs in one process.

The stock ones build an engine, open a file and close it again for every event, and compile each statement anew: half
of the price of a small run. Files and tables are the same, so the UI and the daemon read them as ever. Only
connecting is overridden. What these classes need of Dagster is in storages.LEANS_ON; a test holds the two together.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Self

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.runs import SqliteRunStorage
from sqlalchemy import Connection, Engine, create_engine, event

_BUSY_SECONDS = 60  # a worker waits for the other's writes
_FILES_OPEN = 3  # the index, the run at work, and one to spare


class WarmEventLog(SqliteEventLogStorage):
    """The event log: an index file and one file per run."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._one_at_a_time = Lock()  # Dagster's watchers are threads
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Self:
        """Called by Dagster with what the instance is configured with."""
        return cls(inst_data=inst_data, **config_value)

    def run_connection(self, run_id: str | None = None) -> Any:
        """A transaction on the file of a run, by a connection that is kept."""
        return self._transaction(run_id)

    def index_connection(self) -> Any:
        """A transaction on the index, by a connection that is kept."""
        return self._transaction(INDEX_SHARD_NAME)

    def dispose(self) -> None:
        """Closes the files that were kept open."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()

    @contextmanager
    def _transaction(self, shard: Any) -> Iterator[Connection]:
        with self._one_at_a_time, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: Any) -> Engine:
        if shard not in self._engines:
            url = self.conn_string_for_shard(shard)  # refuses what is no name of one
            path = Path(self.path_for_shard(shard))
            if not path.exists():
                path.write_bytes(_empty_event_log())
            self._engines[shard] = _warm_engine(url)
            while len(self._engines) > _FILES_OPEN:
                _, coldest = self._engines.popitem(last=False)
                coldest.dispose()
        self._engines.move_to_end(shard)
        return self._engines[shard]


class WarmRunStorage(SqliteRunStorage):
    """The runs: one file."""

    def __init__(self, conn_string: str, inst_data: Any = None) -> None:
        self._kept = _warm_engine(conn_string)
        super().__init__(conn_string, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Self:
        """Called by Dagster with what the instance is configured with."""
        return cls.from_local(inst_data=inst_data, **config_value)

    def dispose(self) -> None:
        """Closes the file."""
        self._kept.dispose()
        super().dispose()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction on a connection that is kept."""
        with self._kept.begin() as connection:
            yield connection


@cache
def _empty_event_log() -> bytes:
    """A file with all tables and no events; making them anew for each run took a tenth of it."""
    with TemporaryDirectory() as directory:
        stock = SqliteEventLogStorage(directory)
        with stock.run_connection("empty"):
            pass  # asked for a run it does not know, it makes the file
        stock.dispose()
        return Path(stock.path_for_shard("empty")).read_bytes()


def _warm_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _write_ahead(connection: Any, _record: object) -> None:
        # With a write-ahead log this loses at worst the last events in a power cut, never the file.
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine
