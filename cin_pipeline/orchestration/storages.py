"""Which storages runs write to: the warm or pooled ones where Dagster is as they know it, else its own."""

import multiprocessing
import warnings
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import dagster as dg

# All that warm_sqlite imports, overrides or calls. Dagster promises none of it; the way to a class is the one that
# its manual gives for dagster.yaml, and the methods are those that its storages for other databases define as well.
LEANS_ON = (
    "dagster._core.storage.event_log.sqlite.sqlite_event_log:INDEX_SHARD_NAME",
    "dagster._core.storage.event_log:SqliteEventLogStorage.from_config_value",
    "dagster._core.storage.event_log:SqliteEventLogStorage.run_connection",
    "dagster._core.storage.event_log:SqliteEventLogStorage.index_connection",
    "dagster._core.storage.event_log:SqliteEventLogStorage.path_for_shard",
    "dagster._core.storage.event_log:SqliteEventLogStorage.conn_string_for_shard",
    "dagster._core.storage.event_log:SqliteEventLogStorage.dispose",
    "dagster._core.storage.runs:SqliteRunStorage.from_config_value",
    "dagster._core.storage.runs:SqliteRunStorage.from_local",
    "dagster._core.storage.runs:SqliteRunStorage.connect",
    "dagster._core.storage.runs:SqliteRunStorage.dispose",
)

# The same of pooled_postgres. Behind a #: a name that the method itself must use.
POOLED_LEANS_ON = (
    "dagster._core.storage.base_storage:DagsterStorage.run_storage",
    "dagster._core.storage.base_storage:DagsterStorage.event_log_storage",
    "dagster._core.storage.base_storage:DagsterStorage.schedule_storage",
    *(
        f"dagster_postgres:{storage}.{name}"
        for storage in ("PostgresRunStorage", "PostgresEventLogStorage", "PostgresScheduleStorage")
        for name in ("__init__#_engine", "from_config_value", "optimize_for_webserver#_engine")
    ),
)

_WARM = "cin_pipeline.orchestration.warm_sqlite"


def storage_overrides(history: Path) -> dict[str, Any]:
    """The warm storages as dagster.yaml would name them, for files below `history`.

    None, with one warning a process, where this Dagster lacks something they lean on: slower, and all else the same."""
    if not _fits():
        return {}
    return {
        "run_storage": {"module": _WARM, "class": "WarmRunStorage", "config": {"base_dir": f"{history}/"}},
        "event_log_storage": {"module": _WARM, "class": "WarmEventLog", "config": {"base_dir": f"{history}/runs/"}},
    }


@cache
def pooled_fits() -> bool:
    """Whether Dagster's storages for PostgreSQL are as the pooled ones know them; one warning a process where not."""
    return _has_all(POOLED_LEANS_ON, "pooled PostgreSQL", "opening a connection for every statement")


@cache
def _fits() -> bool:
    return _has_all(LEANS_ON, "faster SQLite", "so that runs take up to three times as long")


def _has_all(names: tuple[str, ...], what: str, which_means: str) -> bool:
    missing = [name for name in names if not _is_there(name)]
    if missing and multiprocessing.parent_process() is None:  # a worker's parent has said it
        warnings.warn(
            f"Dagster {dg.__version__} has no {missing[0].translate(_AS_WRITTEN)}, which cin_pipeline's {what} "
            f"storages need; its own are used, {which_means} and give the same figures",
            RuntimeWarning,
            stacklevel=2,
        )
    return not missing


_AS_WRITTEN = str.maketrans(":#", "..")


def _is_there(name: str) -> bool:
    where, _, used = name.partition("#")
    try:
        found = resolve_name(where)
    except (ImportError, AttributeError):
        return False
    return not used or used in found.__code__.co_names
