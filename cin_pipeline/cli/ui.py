"""`cin-pipeline ui`: the Dagster UI over the state of earlier runs."""

import os
import signal
import sys
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from cin_pipeline.cli.terminal import console, os_fault, wrong_use
from cin_pipeline.settings import Settings


def ui(
    state: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="The state of a run; CIN_STATE by default.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; only this machine reaches that by default.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 3000,
) -> None:
    """Open the Dagster UI on what a run left behind: graph, partitions, checks, figures."""
    from cin_pipeline.doctor.places import inbox_fault
    from cin_pipeline.orchestration.home import prepare_home
    from cin_pipeline.orchestration.home_faults import refuse_unusable
    from cin_pipeline.store.store import Store

    try:
        settings = Settings.from_environment(state=state)
    except ValueError as error:
        wrong_use(str(error))
    if fault := inbox_fault(settings):
        wrong_use(fault)
    try:
        refuse_unusable(settings, servers=True)
        prepare_home(settings)
        with closing(Store(settings)) as opened:
            _ = opened.engine  # made here, before several processes would make it at once
    except ValueError as error:
        wrong_use(str(error))
    except OSError as error:
        wrong_use(os_fault(error, settings.state))
    if not is_loopback(host):
        console.print(
            f"Whoever reaches port {port} of {host} can start and stop runs, without a login: put a proxy in front "
            "(docs/deployment.md)",
            markup=False,
        )
    console.print(f"Dagster UI on http://{host}:{port} over {settings.state}; Ctrl+C ends it", markup=False)
    # A shell starts what it puts in the background of a script with SIGINT ignored; Dagster gives SIGTERM the same
    # handler, and neither it nor the processes it starts could be ended.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    command = [sys.executable, "-m", "dagster", "dev", "-m", "cin_pipeline.definitions", "-h", host, "-p", str(port)]
    os.execve(sys.executable, command, {**os.environ, **settings.environment(), "PYTHONWARNINGS": "ignore"})  # noqa: S606


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there; a name other than localhost may be anybody's."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
