"""What a look at DAGSTER_HOME can tell; opens no storage as Dagster does, which would make its tables."""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from dagster._core.run_coordinator import QueuedRunCoordinator
from dagster._core.storage.sql import ALEMBIC_SCRIPTS_LOCATION
from dagster._serdes import ConfigurableClassData
from sqlalchemy import URL, Engine

from cin_pipeline.orchestration.home_faults import (
    STORAGE,
    class_of,
    configuration_of,
    configured,
    said_of_home,
    storage_addresses,
)
from cin_pipeline.store.database_faults import shown
from cin_pipeline.store.opening import connect_once, engine_to_look

_SQLITE_FILES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
_CELERY = "dagster_celery"


class Home:
    """A DAGSTER_HOME with a dagster.yaml. Raises HomeRefused where that cannot be read."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._instance = configured(directory)

    def reach_storages(self, seconds: int) -> list[str]:
        """Where the PostgreSQL databases are that keep the history, each connected to once; none for SQLite."""
        addresses = storage_addresses(self._directory, self._instance)
        for url in addresses:
            connect_once(url, STORAGE, seconds)
        return [shown(url) for url in addresses]

    def revisions(self, seconds: int) -> tuple[str, dict[str, str]]:
        """The revision that this Dagster needs, and those of the storages that have tables."""
        config = Config()
        config.set_main_option("script_location", ALEMBIC_SCRIPTS_LOCATION)
        newest = ScriptDirectory.from_config(config).as_revision_number("head")
        databases = storage_addresses(self._directory, self._instance)
        if not databases:
            files = [self._directory / name for name in _SQLITE_FILES]
            databases = [URL.create("sqlite", database=str(file)) for file in files if file.exists()]
        found = {shown(url): _revision_of(engine_to_look(url, seconds)) for url in databases}
        return str(newest), {where: each for where, each in found.items() if each}

    def launcher(self) -> str:
        """The class that launches runs. Raises HomeRefused where it is not there or not configured right."""
        return self._checked(self._instance.run_launcher_data)

    def coordinator(self) -> str:
        """The class that queues runs. Raises as `launcher`."""
        return self._checked(self._instance.run_coordinator_data)

    @property
    def queued(self) -> bool:
        """Whether runs wait for their turn."""
        data = self._instance.run_coordinator_data
        return data is None or issubclass(class_of(data), QueuedRunCoordinator)

    @property
    def monitored(self) -> bool:
        """Whether the daemon looks after runs that were launched."""
        settings: Any = self._instance.settings.get("run_monitoring") or {}
        return bool(settings.get("enabled", False))

    def broker(self) -> str:
        """The address of Celery's broker, with its password; empty where runs are not launched by it."""
        data = self._instance.run_launcher_data
        if data is None:
            return ""
        with said_of_home(self._directory):
            if not any(each.__module__.startswith(_CELERY) for each in class_of(data).__mro__):
                return ""
            configuration = configuration_of(data)
        if configuration.get("broker"):
            return str(configuration["broker"])
        from dagster_celery.defaults import broker_url

        return str(broker_url)

    def _checked(self, data: ConfigurableClassData | None) -> str:
        if data is None:
            return "Dagster's own"
        with said_of_home(self._directory):
            configuration_of(data)
        return data.class_name


def _revision_of(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
