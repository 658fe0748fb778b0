"""DAGSTER_HOME: made on first use, with settings that fit this pipeline."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
import yaml
from dagster._core.instance.ref import InstanceRef  # the public way in takes no overrides

from cin_pipeline.orchestration.home_faults import HomeRefused, said_of_home
from cin_pipeline.orchestration.runs import BULK_LANE, LANE_TAG, SINGLE_LANE
from cin_pipeline.orchestration.storages import storage_overrides
from cin_pipeline.settings import Settings
from cin_pipeline.store.opening import refuse_read_only
from cin_pipeline.store.postgresql import is_postgresql
from cin_pipeline.store.versions import StateReadOnly

_CONFIGURATION = "dagster.yaml"

# A bulk run takes two places, its own and that of the LA it is at; as many are left for runs of a single return, and
# one for England. So neither a load nor what comes one by one keeps the others waiting.
_DAGSTER_YAML = """\
# Written on first use; change it freely, it is not written again.
telemetry:
  enabled: false
nux:
  enabled: false  # else a dialogue covers the UI
concurrency:
  runs:
    max_concurrent_runs: {places}  # a bulk run takes two
    tag_concurrency_limits:
      - {{key: {lane}, value: {bulk}, limit: {workers}}}
      - {{key: {lane}, value: {single}, limit: {workers}}}
      - key: dagster/partition
        value: {{applyLimitPerUniqueValue: true}}
        limit: 1
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
run_retries:
  enabled: false
retention:
  sensor:
    purge_after_days: {{skipped: 7, started: 30, failure: 30, success: 30}}
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

    Where the database is PostgreSQL, Dagster's history is kept in it too. Raises StateReadOnly where what a run writes
    to cannot be written: the database, and the history of runs unless dagster.yaml says that it is kept elsewhere. Then
    nothing is written here, and it may be mounted to be read. Raises HomeRefused for a file."""
    if settings.dagster_home.exists() and not settings.dagster_home.is_dir():
        raise HomeRefused(f"DAGSTER_HOME is {settings.dagster_home}, which is a file; a directory was expected")
    refuse_read_only(settings.database)
    pooled = is_postgresql(settings.database)
    if not _kept_elsewhere(_configured(settings.dagster_home)):
        _refuse_read_only(settings.dagster_home)
        settings.dagster_home.mkdir(parents=True, exist_ok=True)
        configuration = settings.dagster_home / _CONFIGURATION
        if not configuration.exists():
            _write_new(configuration, _configuration(settings.workers) + (_POOLED_STORAGE if pooled else ""))
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    if pooled:
        os.environ["CIN_DATABASE"] = settings.database  # which that file names


def _write_new(path: Path, text: str) -> None:
    """So that of several processes each reads it whole, whichever wrote it."""
    half = path.with_name(f".{path.name}-{uuid4().hex}")  # not the process number: in each container that is the same
    half.write_text(text, encoding="utf-8")
    half.replace(path)


def _configuration(workers: int) -> str:
    return _DAGSTER_YAML.format(
        workers=workers, places=3 * workers + 1, lane=LANE_TAG, bulk=BULK_LANE, single=SINGLE_LANE
    )


def _configured(home: Path) -> Mapping[str, Any]:
    """What dagster.yaml says; nothing where there is none yet."""
    configuration = home / _CONFIGURATION
    if not configuration.exists():
        return {}
    with said_of_home(home):
        return yaml.safe_load(configuration.read_text(encoding="utf-8")) or {}


def _kept_elsewhere(configured: Mapping[str, Any]) -> bool:
    """Whether dagster.yaml names the storages of history, else kept in files below it."""
    return bool({*configured} & {"storage", "run_storage", "event_log_storage"})


def _refuse_read_only(home: Path) -> None:
    # Folders alone: there is a file for each run, and this is asked in every process that runs one.
    held = [path for path in (home, home / "history") if path.exists() and not os.access(path, os.W_OK)]
    if held:
        raise StateReadOnly(f"{held[0]}: the history of runs cannot be written, and this needs to")


def no_place_left(instance: dg.DagsterInstance) -> str:
    """What is to be said where bulk runs may fill the queue; empty where dagster.yaml leaves places for others."""
    queue = instance.get_concurrency_config().run_queue_config
    if queue is None or queue.max_concurrent_runs < 0:
        return ""
    limits = [
        limit["limit"]
        for limit in queue.tag_concurrency_limits
        if limit["key"] == LANE_TAG and limit.get("value") == BULK_LANE
    ]
    if limits and 2 * min(limits) < queue.max_concurrent_runs:
        return ""
    return (
        "a return that is sent again waits for the end of this load: dagster.yaml limits the lane of bulk runs "
        "nowhere, or to all places of the queue (docs/operations.md, The queue)"
    )


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
    configured = _configured(home)
    with said_of_home(home):
        if not _kept_elsewhere(configured):
            overrides |= storage_overrides(home / "history")
        elif _POOLED in str(configured) and not is_postgresql(settings.database):
            raise HomeRefused(
                f"{home / _CONFIGURATION} names a PostgreSQL database for Dagster's history and CIN_DATABASE does not; "
                "set CIN_DATABASE, or name another DAGSTER_HOME"
            )
        return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=overrides))
