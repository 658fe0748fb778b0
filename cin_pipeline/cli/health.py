"""`cin-pipeline health`: whether a process of a deployment can work, for the probes of its container."""

import time
from contextlib import closing
from enum import StrEnum
from typing import Annotated

import typer

from cin_pipeline.cli.stored import StateDirectory
from cin_pipeline.cli.terminal import console, wrong_use
from cin_pipeline.settings import Settings

NOT_HEALTHY = 1


class Role(StrEnum):
    """Which process is asked about."""

    DAEMON = "daemon"
    WEBSERVER = "webserver"
    WORKER = "worker"
    ALL = "all"


def health(
    role: Annotated[Role, typer.Option(help="Which process is asked about.")] = Role.ALL, state: StateDirectory = None
) -> None:
    """Say in one line whether a process can work: database and its version, objects, Dagster's storage, the daemon.

    worker and webserver: the first three; daemon and all: also that the daemon gave a heartbeat in the last five
    minutes. Nothing is written. Exit code 0: it can. 1: it cannot, and why. 2: wrong use.
    """
    from cin_pipeline.orchestration.heartbeats import daemon_fault, storage_fault
    from cin_pipeline.store.health import database_fault, objects_fault
    from cin_pipeline.store.store import Store

    try:
        settings = Settings.from_environment(state=state)
    except ValueError as error:
        wrong_use(str(error))
    with closing(Store(settings)) as store:
        looked_at = {"database": database_fault(settings.database), "objects": objects_fault(store)}
    if role in (Role.DAEMON, Role.ALL):
        looked_at["daemon"] = daemon_fault(settings, time.time())
    else:
        looked_at["Dagster's storage"] = storage_fault(settings)
    if faults := [fault for fault in looked_at.values() if fault]:
        console.print(f"not healthy: {'; '.join(faults)}", markup=False)
        raise typer.Exit(NOT_HEALTHY)
    console.print(f"healthy: {', '.join(looked_at)}", markup=False)
