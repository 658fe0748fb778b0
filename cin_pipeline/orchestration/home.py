"""DAGSTER_HOME: made on first use, with settings that fit this pipeline."""

import os
from typing import Any

import dagster as dg
import yaml
from dagster._core.instance.ref import InstanceRef  # the public way in takes no overrides

from cin_pipeline.orchestration.home_faults import HomeRefused, said_of_home
from cin_pipeline.orchestration.storages import storage_overrides
from cin_pipeline.settings import Settings
from cin_pipeline.store.opening import refuse_read_only
from cin_pipeline.store.versions import StateReadOnly

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


def prepare_home(settings: Settings) -> None:
    """Makes DAGSTER_HOME with its dagster.yaml where there is none, and names it to this process.

    Raises StateReadOnly where it, or the database beside it, cannot be written: whatever runs writes to both."""
    _refuse_read_only(settings)
    if settings.dagster_home.exists() and not settings.dagster_home.is_dir():
        raise HomeRefused(f"DAGSTER_HOME is {settings.dagster_home}, which is a file; a directory was expected")
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    configuration = settings.dagster_home / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(_DAGSTER_YAML, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)


def _refuse_read_only(settings: Settings) -> None:
    refuse_read_only(settings.database)
    home = settings.dagster_home
    # Folders alone: there is a file for each run, and this is asked in every process that runs one.
    held = [path for path in (home, home / "history") if path.exists() and not os.access(path, os.W_OK)]
    if held:
        raise StateReadOnly(f"{held[0]}: the history of runs cannot be written, and this needs to")


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The Dagster instance that remembers runs, events and checks, for runs in this process.

    Raises HomeRefused, in a sentence, where dagster.yaml or a storage that it names cannot be used. Capturing what a
    step prints starts two processes a step, and our steps print nothing: it is left off here. Where
    dagster.yaml names no storage of its own, Dagster's SQLite files are used through connections that stay open."""
    prepare_home(settings)
    home = settings.dagster_home
    overrides: dict[str, Any] = {
        "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
    }
    with said_of_home(home):
        configured = yaml.safe_load((home / "dagster.yaml").read_text(encoding="utf-8")) or {}
        if not {*configured} & {"storage", "run_storage", "event_log_storage"}:
            overrides |= storage_overrides(home / "history")
        return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=overrides))
