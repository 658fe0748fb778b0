"""Whether Dagster's daemon is alive, by the heartbeats it leaves in its storage, without loading Dagster.

A probe is asked every few seconds, and loading Dagster takes longer than all the rest. Where dagster.yaml names a
storage of another kind, Dagster itself is asked.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import URL, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from cin_pipeline.settings import Settings
from cin_pipeline.store.database_faults import database_url
from cin_pipeline.store.health import looked_into
from cin_pipeline.store.versions import StateRefused

FRESH_SECONDS = 300.0  # a daemon writes one every 30 seconds; one sensor's evaluation may keep it for 60
_SENSORS = "SENSOR"  # without it nothing is asked for
_NEEDED = (_SENSORS, "QUEUED_RUN_COORDINATOR")  # the second where there is one, as another coordinator needs no daemon


def storage_fault(settings: Settings) -> str:
    """Why Dagster's storage cannot be worked with, in words; empty where it can."""
    found = _heartbeats(settings)
    return found if isinstance(found, str) else ""


def daemon_fault(settings: Settings, now: float) -> str:
    """Why the daemon does not seem alive at a time (seconds since 1970), in words; empty where it does."""
    found = _heartbeats(settings)
    if isinstance(found, str):
        return found
    if _SENSORS not in found:
        return "no daemon has ever run"
    old = [
        f"{name.lower()} for {now - found[name]:.0f} s"
        for name in _NEEDED
        if now - found.get(name, now) > FRESH_SECONDS
    ]
    return f"the daemon gave no heartbeat: {', '.join(old)}" if old else ""


def _heartbeats(settings: Settings) -> dict[str, float] | str:
    """When each part of the daemon gave its last heartbeat, in seconds since 1970; else why that cannot be found."""
    try:
        return _found(settings)
    except StateRefused as refused:
        return str(refused)


def _found(settings: Settings) -> dict[str, float] | str:
    """The same. Raises StateRefused over what dagster.yaml says."""
    home = settings.dagster_home
    try:
        configured = yaml.safe_load((home / "dagster.yaml").read_text(encoding="utf-8")) or {}
    except OSError:
        return f"{home} holds no dagster.yaml"
    except (UnicodeDecodeError, yaml.YAMLError):
        return f"{home / 'dagster.yaml'} is no YAML"
    url = _storage_url(configured, home) if isinstance(configured, Mapping) else None
    if url is None:
        return _asked_of_dagster(settings)
    if url.database and url.drivername == "sqlite" and not Path(url.database).exists():
        return "Dagster has no history yet"
    engine = looked_into(url.render_as_string(hide_password=False))
    try:
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT daemon_type, body FROM daemon_heartbeats")).all()
    except DBAPIError as error:  # without its message, which may name who connected where
        return f"Dagster's storage does not answer ({type(error).__name__})"
    finally:
        engine.dispose()
    # By the body: the column beside it has no time zone, and drivers disagree about whose it is in.
    return {row.daemon_type: float(json.loads(row.body)["timestamp"]) for row in rows}


def _storage_url(configured: Mapping[str, Any], home: Path) -> URL | None:
    """Where the runs are stored; None where that cannot be told from here. Raises DatabaseRefused."""
    storage = configured.get("storage") or configured.get("run_storage")
    if storage is None:
        return make_url(f"sqlite:///{home / 'history' / 'runs.db'}")
    try:
        postgres = storage.get("postgres") or storage.get("custom", storage).get("config") or {}
        if url := _value(postgres.get("postgres_url")):
            return database_url(url, "the storage in dagster.yaml")
        if database := postgres.get("postgres_db"):
            part = {name: _value(each) for name, each in database.items() if name != "params"}
            return URL.create(
                "postgresql+psycopg2",
                part.get("username"),
                part.get("password"),
                part.get("hostname"),
                int(part.get("port") or 5432),
                part.get("db_name"),
                database.get("params") or {},
            )
    except (AttributeError, TypeError, ValueError) as error:
        if isinstance(error, StateRefused):
            raise
    return None  # also of what has another form: Dagster says what is wrong with it


def _value(configured: object) -> str | None:
    """What stands in dagster.yaml, or in the variable that is named there."""
    if isinstance(configured, Mapping):
        return os.environ.get(str(configured.get("env", "")))
    return None if configured is None else str(configured)


def _asked_of_dagster(settings: Settings) -> dict[str, float]:
    from cin_pipeline.orchestration.home import open_instance

    with open_instance(settings) as instance:
        return {name: beat.timestamp for name, beat in instance.get_daemon_heartbeats().items()}
