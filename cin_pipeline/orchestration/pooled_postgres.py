"""Dagster's storages for PostgreSQL with connections that stay open: what dagster.yaml names as its storage.

The stock ones connect anew for every statement. Tables and statements are the same, so one deployment may use both.
Only the engine is another: the one that the store of this process has, see `store.postgresql`, which also waits for a
server that is restarted. What these classes need of Dagster is in storages.POOLED_LEANS_ON; a test holds the two
together.
"""

from typing import Any, Self

from dagster._core.storage.base_storage import DagsterStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from dagster_postgres.utils import pg_config, pg_url_from_config
from sqlalchemy import Engine

from cin_pipeline.orchestration.home_faults import STORAGE
from cin_pipeline.orchestration.storages import pooled_fits
from cin_pipeline.store.database_faults import database_url
from cin_pipeline.store.postgresql import is_postgresql, pooled_engine
from cin_pipeline.store.versions import StateRefused


class PooledPostgresStorage(DagsterStorage, ConfigurableClass):
    """Runs, events, schedules and sensors; configured as Dagster's own: by `postgres_url` or `postgres_db`."""

    def __init__(self, url: str, create_tables: bool = True, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._runs = PooledRunStorage(url, create_tables)
        self._events = PooledEventLog(url, create_tables)
        self._schedules = PooledScheduleStorage(url, create_tables)
        super().__init__()

    @classmethod
    def config_type(cls) -> Any:
        """What may stand in dagster.yaml."""
        return pg_config()

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Any:
        """Called by Dagster with what dagster.yaml says; its own storage where it is not as this one knows it.

        Raises StateRefused for another database than PostgreSQL, and for tokens in place of passwords."""
        url, create_tables = _url(config_value), config_value.get("should_autocreate_tables", True)
        if not pooled_fits():
            return DagsterPostgresStorage(url, create_tables, inst_data)
        return cls(url, create_tables, inst_data)

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What it was configured with."""
        return self._inst_data

    @property
    def run_storage(self) -> PostgresRunStorage:
        """The runs."""
        return self._runs

    @property
    def event_log_storage(self) -> PostgresEventLogStorage:
        """The events."""
        return self._events

    @property
    def schedule_storage(self) -> PostgresScheduleStorage:
        """Schedules and sensors."""
        return self._schedules


class _Pooled:
    """A storage whose engine is that of the process, whatever else it makes for itself."""

    postgres_url: str
    _served: Engine | None = None

    @property
    def _engine(self) -> Engine:
        # Every statement is a transaction of its own, as in the stock storages.
        return self._served or pooled_engine(self.postgres_url).execution_options(isolation_level="AUTOCOMMIT")

    @_engine.setter
    def _engine(self, stock: Engine) -> None:
        """The stock one was never connected."""

    def optimize_for_webserver(self, statement_timeout: int, pool_recycle: int, max_overflow: int) -> None:
        """Called by the webserver, whose statements end after so many milliseconds; it answers many at once."""
        limited = pooled_engine(self.postgres_url, statement_seconds=statement_timeout / 1000, overflow=max_overflow)
        self._served = limited.execution_options(isolation_level="AUTOCOMMIT")

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Self:
        """Called by Dagster where dagster.yaml names this storage alone."""
        create_tables = config_value.get("should_autocreate_tables", True)
        return cls(_url(config_value), create_tables, inst_data)  # type: ignore[call-arg]


class PooledRunStorage(_Pooled, PostgresRunStorage):
    """The runs."""


class PooledEventLog(_Pooled, PostgresEventLogStorage):
    """The events."""


class PooledScheduleStorage(_Pooled, PostgresScheduleStorage):
    """Schedules and sensors."""


def _url(config: Any) -> str:
    if config.get("auth_provider"):
        raise StateRefused(
            "dagster.yaml names an auth_provider, which the pooled storage does not know; name DagsterPostgresStorage "
            "of dagster_postgres in its place"
        )
    url = pg_url_from_config(config)
    if not is_postgresql(url):
        raise StateRefused(
            "dagster.yaml names the storage for PostgreSQL with the URL of another database; is CIN_DATABASE right?"
        )
    return database_url(url, STORAGE).render_as_string(hide_password=False)
