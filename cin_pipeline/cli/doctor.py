"""`cin-pipeline doctor`: whether a deployment is set up so that it can work, a line for each thing looked at."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from cin_pipeline.census.text import visible
from cin_pipeline.cli.terminal import console

if TYPE_CHECKING:
    from cin_pipeline.doctor.looking import Finding, Look

FOUND_SOMETHING = 1
MOST_SAID = 600  # characters of a line

_STYLES = {"sound": "green", "to look at": "yellow", "wrong": "red", "crashed": "red", "not looked at": "dim"}


def doctor(
    state: Annotated[
        Path | None, typer.Option(file_okay=False, help="The state that is looked at; CIN_STATE by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: a list of what was found.")] = False,
) -> None:
    """Look at everything this deployment needs: settings, database, disk, Dagster, broker, bucket, inbox.

    A line each, with what was found and what to do. It makes nothing that is not there, takes away what it tries, and
    never shows a password. Exit code 0: all is sound. 1: something was found. 2: wrong use.
    """
    from cin_pipeline.doctor.looking import Case, Mark, examine
    from cin_pipeline.doctor.looks import LOOKS

    found = list(examine(LOOKS, Case.of(os.environ, state)))
    if as_json:
        # Not by the console, which would fold long lines.
        typer.echo(json.dumps([_as_data(*each) for each in found], indent=2))
    else:
        _show(found)
    if any(finding.mark is not Mark.SOUND for _, finding in found):
        raise typer.Exit(FOUND_SOMETHING)


def _as_data(look: "Look", finding: "Finding") -> dict[str, str]:
    return {"look": look.name, "mark": finding.mark.value, "found": finding.found, "do": finding.do}


def _show(found: "Sequence[tuple[Look, Finding]]") -> None:
    for look, finding in found:
        said = visible(finding.found, most=MOST_SAID) + (f"; do: {visible(finding.do)}" if finding.do else "")
        console.print(f"[{_STYLES[finding.mark.value]}]{finding.mark.value:<12}[/]  {look.name:<16}  {escape(said)}")
    bad = sum(finding.mark.value != "sound" for _, finding in found)
    console.print(f"{len(found)} lines, {bad or 'none'} to be looked at." if bad else f"{len(found)} lines, all sound.")
