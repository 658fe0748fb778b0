"""Dagster's side: dagster.yaml, the storage of its history, what launches and queues runs, the broker.

Dagster is loaded only where there is a dagster.yaml to look at.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cin_pipeline.doctor.looking import CONNECT_SECONDS, Case, Finding, look_at, sound, wrong
from cin_pipeline.store.versions import StateRefused

if TYPE_CHECKING:
    from cin_pipeline.orchestration.home_looks import Home

_NONE_YET = "no dagster.yaml yet"


def home(case: Case) -> Iterator[Finding]:
    """Whether dagster.yaml can be read and holds what Dagster knows."""
    directory = case.settings.dagster_home
    try:
        found = _home(case)
    except StateRefused as refused:
        yield wrong(str(refused), "mend dagster.yaml; without one, the first command writes one that works")
        return
    if found is None:
        yield sound(f"{_NONE_YET}; the first command writes {directory / 'dagster.yaml'}")
    else:
        yield sound(str(directory / "dagster.yaml"))


def storage(case: Case) -> Iterator[Finding]:
    """Whether what keeps Dagster's history is there and can be reached."""
    if (found := _home(case)) is None:
        yield sound(f"{_NONE_YET}; SQLite would be used: {case.settings.dagster_home / 'history'}")
        return
    try:
        reached = found.reach_storages(CONNECT_SECONDS)
    except StateRefused as refused:
        yield wrong(str(refused), "mend storage in dagster.yaml, or start the server that it names")
        return
    if reached:
        yield sound(f"PostgreSQL: {', '.join(reached)}")
    elif case.settings.database.startswith("postgresql"):
        yield look_at(
            "SQLite on this machine alone, though CIN_DATABASE is PostgreSQL: no other host sees these runs",
            "name PostgreSQL as storage in dagster.yaml (docs/deployment.md)",
        )
    else:
        yield sound(f"SQLite: {case.settings.dagster_home / 'history'}")


def revision(case: Case) -> Iterator[Finding]:
    """The revision of Dagster's tables."""
    if (found := _home(case)) is None:
        yield sound(_NONE_YET)
        return
    newest, revisions = found.revisions(CONNECT_SECONDS)
    old = [f"{where}: {each}" for where, each in revisions.items() if each != newest]
    if old:
        yield look_at(f"this Dagster needs revision {newest}; {'; '.join(old)}", "cin-pipeline upgrade")
    elif revisions:
        yield sound(f"revision {newest}, which this Dagster needs")
    else:
        yield sound("nothing yet; the first run makes its tables")


def launcher(case: Case) -> Iterator[Finding]:
    """What launches runs, what queues them, and whether those that get lost are noticed."""
    if (found := _home(case)) is None:
        yield sound(_NONE_YET)
        return
    try:
        launches, queues = found.launcher(), found.coordinator()
    except StateRefused as refused:
        yield wrong(str(refused), "mend run_launcher or run_coordinator, or install cin_pipeline[server]")
        return
    if not found.queued:
        yield look_at(
            f"runs are not queued ({queues}): all that are asked for start at once",
            "leave run_coordinator out of dagster.yaml",
        )
    elif not found.monitored:
        yield look_at("run_monitoring is off: a worker that is lost is not noticed", "run_monitoring: enabled: true")
    else:
        yield sound(f"{launches}, {queues}, run_monitoring is on")


def broker(case: Case) -> Iterator[Finding]:
    """Where Celery launches runs: whether its broker takes a connection."""
    found = _home(case)
    address = found.broker() if found else ""
    if not address:
        yield sound("none is needed: runs are not launched by Celery")
        return
    from cin_pipeline.orchestration.broker import try_broker

    where, why_not = try_broker(address, CONNECT_SECONDS)
    if why_not:
        yield wrong(
            f"the broker {where} cannot be used ({why_not})",
            "start it, or mend its address or password, where dagster.yaml has broker",
        )
    else:
        yield sound(where)


def _home(case: Case) -> "Home | None":
    """What dagster.yaml configures; None where there is none. Raises StateRefused."""
    if not (case.settings.dagster_home / "dagster.yaml").is_file():
        return None
    from cin_pipeline.orchestration.home_looks import Home

    return Home(case.settings.dagster_home)
