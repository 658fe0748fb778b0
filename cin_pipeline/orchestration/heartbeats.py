"""Whether Dagster's daemon is alive, by the heartbeats it leaves in its storage, without loading Dagster.

A probe is asked every few seconds, and loading Dagster takes longer than all the rest. Where dagster.yaml names a
storage of another kind, or cannot be understood, Dagster itself is asked, which says why.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError

from cin_pipeline.settings import Settings
from cin_pipeline.store.database_faults import database_url
from cin_pipeline.store.health import CONNECT_SECONDS
from cin_pipeline.store.opening import engine_to_look
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
    if url.database and url.get_backend_name() == "sqlite" and not Path(url.database).exists():
        return "Dagster has no history yet"
    try:
        with engine_to_look(url, CONNECT_SECONDS).connect() as connection:
            rows = connection.execute(text("SELECT daemon_type, body FROM daemon_heartbeats")).all()
    except DBAPIError as error:  # without its message, which may name who connected where
        return f"Dagster's storage does not answer ({type(error).__name__})"
    # By the body: the column beside it has no time zone, and drivers disagree about whose it is in.
    return {row.daemon_type: float(json.loads(row.body)["timestamp"]) for row in rows}


def _storage_url(configured: object, home: Path) -> URL | None:
    """Where the runs are stored; None where that cannot be told from here. Raises DatabaseRefused."""
    storage = _below(configured, "storage") or _below(configured, "run_storage")
    if storage is None and isinstance(configured, Mapping):
        return URL.create("sqlite", database=str(home / "history" / "runs.db"))
    # One of Dagster's own by its short name, or a class, such as the pooled one of a new home.
    told = _below(storage, "postgres") or _below(storage, "custom", "config") or _below(storage, "config")
    address: str | URL | None = _value(_below(told, "postgres_url"))
    if database := _below(told, "postgres_db"):
        part = {
            name: _value(_below(database, name)) for name in ("username", "password", "hostname", "port", "db_name")
        }
        port = part["port"] or "5432"
        if not port.isdecimal() or part["db_name"] is None:
            return None
        address = URL.create(
            "postgresql",
            part["username"],
            part["password"],
            part["hostname"],
            int(port),
            part["db_name"],
            _below(database, "params") or {},
        )
    return database_url(address, "the storage in dagster.yaml") if address else None


def _below(configured: object, *names: str) -> Any:
    """What stands under some names, one below the other, in what may be anything; None where nothing does."""
    for name in names:
        configured = configured.get(name) if isinstance(configured, Mapping) else None
    return configured


def _value(configured: object) -> str | None:
    """What stands in dagster.yaml, or in the variable that is named there."""
    if isinstance(configured, Mapping):
        return os.environ.get(str(configured.get("env", "")))
    return None if configured is None else str(configured)


def _asked_of_dagster(settings: Settings) -> dict[str, float] | str:
    from cin_pipeline.orchestration.home import open_instance

    try:
        with open_instance(settings) as instance:
            return {name: beat.timestamp for name, beat in instance.get_daemon_heartbeats().items()}
    except StateRefused as refused:
        return str(refused)
