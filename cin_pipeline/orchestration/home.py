"""DAGSTER_HOME: made on first use, with settings that fit this pipeline."""

import os

import dagster as dg

from cin_pipeline.settings import Settings

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
    """Makes DAGSTER_HOME with its dagster.yaml where there is none, and names it to this process."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    configuration = settings.dagster_home / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(_DAGSTER_YAML, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The Dagster instance that remembers runs, events and checks."""
    prepare_home(settings)
    return dg.DagsterInstance.from_config(str(settings.dagster_home))
