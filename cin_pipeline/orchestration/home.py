"""DAGSTER_HOME: made on first use, with settings that fit this pipeline."""

import os
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from dagster._core.instance.ref import InstanceRef  # the public way in takes no overrides

from cin_pipeline.orchestration.storages import storage_overrides
from cin_pipeline.settings import Settings
from cin_pipeline.store.opening import refuse_read_only
from cin_pipeline.store.postgresql import is_postgresql
from cin_pipeline.store.versions import StateReadOnly, StateRefused

_DAGSTER_YAML = """\
# Written on first use; change it freely, it is not written again.
telemetry:
  enabled: false
nux:
  enabled: false  # else a dialogue covers the UI
concurrency:
  runs:
    max_concurrent_runs: 2
    tag_concurrency_limits:
      - key: dagster/partition
        value: {applyLimitPerUniqueValue: true}
        limit: 1
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
run_retries:
  enabled: false
retention:
  sensor:
    purge_after_days: {skipped: 7, started: 30, failure: 30, success: 30}
"""

_POOLED = "cin_pipeline.orchestration.pooled_postgres"
# Beside the tables of the store, with which they share no name. The password stays in the environment.
_POOLED_STORAGE = f"""\
storage:
  custom:
    module: {_POOLED}
    class: PooledPostgresStorage
    config:
      postgres_url: {{env: CIN_DATABASE}}
"""


def prepare_home(settings: Settings) -> None:
    """Makes DAGSTER_HOME with its dagster.yaml where there is none, and names it to this process.

    Where the database is PostgreSQL, Dagster's history is kept in it too. Raises StateReadOnly where the home, or the
    database beside it, cannot be written: whatever runs writes to both."""
    _refuse_read_only(settings)
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    configuration = settings.dagster_home / "dagster.yaml"
    pooled = is_postgresql(settings.database)
    if not configuration.exists():
        _write_new(configuration, _DAGSTER_YAML + (_POOLED_STORAGE if pooled else ""))
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    if pooled:
        os.environ["CIN_DATABASE"] = settings.database  # which that file names


def _write_new(path: Path, text: str) -> None:
    """So that of several processes each reads it whole, whichever wrote it."""
    half = path.with_name(f".{path.name}-{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.replace(path)


def _refuse_read_only(settings: Settings) -> None:
    refuse_read_only(settings.database)
    home = settings.dagster_home
    # Folders alone: there is a file for each run, and this is asked in every process that runs one.
    held = [path for path in (home, home / "history") if path.exists() and not os.access(path, os.W_OK)]
    if held:
        raise StateReadOnly(f"{held[0]}: the history of runs cannot be written, and this needs to")


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The Dagster instance that remembers runs, events and checks, for runs in this process.

    Capturing what a step prints starts two processes a step, and our steps print nothing: it is left off here. Where
    dagster.yaml names no storage of its own, Dagster's SQLite files are used through connections that stay open."""
    prepare_home(settings)
    home = settings.dagster_home
    overrides: dict[str, Any] = {
        "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
    }
    configured = yaml.safe_load((home / "dagster.yaml").read_text(encoding="utf-8")) or {}
    if not configured.keys() & {"storage", "run_storage", "event_log_storage"}:
        overrides |= storage_overrides(home / "history")
    elif _POOLED in str(configured) and not is_postgresql(settings.database):
        raise StateRefused(
            f"{home / 'dagster.yaml'} names a PostgreSQL database for Dagster's history and CIN_DATABASE does not; set "
            "CIN_DATABASE, or name another DAGSTER_HOME"
        )
    try:
        return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=overrides))
    except ModuleNotFoundError as error:
        if not configured.keys() & {"storage", "run_storage", "event_log_storage", "schedule_storage"}:
            raise
        raise StateRefused(
            f"{home / 'dagster.yaml'} names a storage that needs the package {error.name}, which is not installed; for "
            "PostgreSQL let its URL (or scheme) begin with postgresql+psycopg2, or see docs/deployment.md"
        ) from None
