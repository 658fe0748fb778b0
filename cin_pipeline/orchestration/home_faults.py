"""What is wrong with DAGSTER_HOME, in one sentence: its dagster.yaml, a class that it names, a storage out of reach.

What Dagster says of an entry is not repeated, for it may hold the entry: a password.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from dagster import DagsterInvalidConfigError
from dagster._check import CheckError
from dagster._config import process_config, resolve_to_config_type
from dagster._config.errors import (
    EvaluationError,
    FieldNotDefinedErrorData,
    FieldsNotDefinedErrorData,
    MissingFieldErrorData,
    MissingFieldsErrorData,
)
from dagster._config.stack import EvaluationStackPathEntry
from dagster._core.instance.config import DAGSTER_CONFIG_YAML_FILENAME
from dagster._core.instance.ref import InstanceRef
from dagster._serdes import ConfigurableClassData
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cin_pipeline.settings import Settings
from cin_pipeline.store.database_faults import database_url, told
from cin_pipeline.store.opening import connect_once
from cin_pipeline.store.versions import StateRefused

STORAGE = "the storage in dagster.yaml"  # what sentences about its address begin with


class HomeRefused(StateRefused):
    """DAGSTER_HOME cannot be used as it is; the message says why."""


@contextmanager
def said_of_home(home: Path) -> Iterator[None]:
    """Turns what goes wrong with a dagster.yaml, its classes and storages into HomeRefused, or DatabaseRefused."""
    name = home / DAGSTER_CONFIG_YAML_FILENAME
    try:
        yield
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise HomeRefused(f"{name}{_line(error)}: that is no YAML") from None
    except DagsterInvalidConfigError as error:
        raise HomeRefused(f"{name}: {_entry(error.errors)}") from None
    except CheckError as error:
        unknown = re.search(r"configurable class ([\w.]+)", str(error))
        why = f"there is no class {unknown[1]}" if unknown else "entries with a name each were expected, and no others"
        raise HomeRefused(f"{name}: {why}") from None
    except ModuleNotFoundError as error:
        raise HomeRefused(
            f"{name} needs the package {error.name}, which is not installed; install cin_pipeline[server], "
            "and let the address of a PostgreSQL database begin with postgresql+psycopg2"
        ) from None
    except _unreachable() as error:
        cause = error.__cause__ or error
        addresses = storage_addresses(home, configured(home))
        if isinstance(cause, DBAPIError) and addresses:
            raise told(cause, addresses[0], STORAGE) from None
        raise HomeRefused(f"{name}: the storage that it names cannot be used ({type(cause).__name__})") from None


def configured(home: Path) -> InstanceRef:
    """What a dagster.yaml configures, without anything of it being opened. Raises HomeRefused."""
    with said_of_home(home):
        return InstanceRef.from_dir(str(home))


def refuse_unusable(settings: Settings, *, servers: bool = False) -> None:
    """Raises HomeRefused, or DatabaseRefused, where a database is out of reach or Dagster could not remember runs.

    For commands, before they begin: Dagster tries a storage that is out of reach for 11 seconds, each time on the
    screen. Makes nothing; of a dagster.yaml that is not there yet there is nothing to refuse. `servers`: those are to
    be started that launch runs, so what launches and queues them is looked at too."""
    connect_once(database_url(settings.database))
    home = settings.dagster_home
    if not (home.is_dir() and (home / DAGSTER_CONFIG_YAML_FILENAME).exists()):
        return
    instance = configured(home)
    if servers:
        with said_of_home(home):
            for data in (instance.run_launcher_data, instance.run_coordinator_data):
                if data:
                    configuration_of(data)
    for url in storage_addresses(home, instance):
        connect_once(url, STORAGE)


def storage_addresses(home: Path, instance: InstanceRef) -> list[URL]:
    """The PostgreSQL databases that Dagster keeps its history in.

    Raises HomeRefused for a storage that there is not, DatabaseRefused for what is no address."""
    with said_of_home(home):
        found = {address for each in storages(instance) if (address := _postgresql(each))}
    return [database_url(address, STORAGE) for address in sorted(found)]


def storages(instance: InstanceRef) -> list[ConfigurableClassData]:
    """What keeps Dagster's history: the runs, the events and the schedules."""
    data = (instance.run_storage_data, instance.event_storage_data, instance.schedule_storage_data)
    return [each for each in (instance.storage_data, *data) if each]


def configuration_of(data: ConfigurableClassData) -> Mapping[str, Any]:
    """How a class is configured, with the variables that are named filled in. Within `said_of_home`."""
    found = process_config(resolve_to_config_type(class_of(data).config_type()), data.config_dict)
    if not found.success:
        raise HomeRefused(f"dagster.yaml, {data.class_name}: {_entry(found.errors or [])}")
    return found.value or {}


def class_of(data: ConfigurableClassData) -> Any:
    """The class that is named. Raises HomeRefused where there is none; ModuleNotFoundError, see `said_of_home`."""
    try:
        return getattr(import_module(data.module_name), data.class_name)
    except AttributeError:
        raise HomeRefused(f"dagster.yaml: there is no class {data.module_name}.{data.class_name}") from None


def _postgresql(data: ConfigurableClassData) -> str:
    """The address of a PostgreSQL storage; empty for any other."""
    configuration = configuration_of(data)
    if not {"postgres_url", "postgres_db"} & {*configuration}:
        return ""
    from dagster_postgres.utils import pg_url_from_config  # there, as a storage that takes this is

    address = pg_url_from_config(configuration)
    if address.startswith("postgresql://") and data.module_name.startswith("dagster_postgres"):
        # Dagster's own hands it to SQLAlchemy, which then takes a driver that is not installed.
        raise HomeRefused(
            "dagster.yaml: the address of the storage begins with postgresql://; postgresql+psycopg2:// (with "
            "postgres_db: scheme postgresql+psycopg2) was expected"
        )
    return address


def _unreachable() -> tuple[type[Exception], ...]:
    """What is raised over a storage out of reach; Dagster's package for PostgreSQL need not be there."""
    theirs = getattr(sys.modules.get("dagster_postgres.utils"), "DagsterPostgresException", None)
    return (SQLAlchemyError, theirs) if theirs else (SQLAlchemyError,)


def _line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}" if mark else ""


def _entry(errors: Sequence[EvaluationError]) -> str:
    """The first entry that does not fit, by its name alone."""
    if not errors:
        return "two of its entries contradict each other"
    error = errors[0]
    path = [each.field_name for each in error.stack.entries if isinstance(each, EvaluationStackPathEntry)]
    where = f"in {'.'.join(path)}: " if path else ""
    data = error.error_data
    if isinstance(data, FieldNotDefinedErrorData):
        return f"{where}there is no entry {data.field_name}"
    if isinstance(data, FieldsNotDefinedErrorData):
        return f"{where}there are no entries {', '.join(data.field_names)}"
    if isinstance(data, MissingFieldErrorData):
        return f"{where}the entry {data.field_name} is missing"
    if isinstance(data, MissingFieldsErrorData):
        return f"{where}the entries {', '.join(data.field_names)} are missing"
    return f"{where}its value is not of the kind that was expected, or names a variable that is not set"
