"""Which storages runs in this process write to: the warm ones where Dagster is as they know it, else its own."""

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
def _fits() -> bool:
    missing = [name for name in LEANS_ON if not _is_there(name)]
    if missing and multiprocessing.parent_process() is None:  # a worker's parent has said it
        warnings.warn(
            f"Dagster {dg.__version__} has no {missing[0].replace(':', '.')}, which cin_pipeline's faster SQLite "
            "storages need; its own are used, so that runs take up to three times as long and give the same figures",
            RuntimeWarning,
            stacklevel=2,
        )
    return not missing


def _is_there(name: str) -> bool:
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True
