"""`cin-pipeline replay`: a synthetic season of landings, copied into an inbox in the order of time."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cin_pipeline.cli.terminal import console, os_fault, wrong_use


def replay(
    season: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Folder made by synthesise --resubmissions.")
    ],
    into: Annotated[Path, typer.Option(file_okay=False, help="Folder to copy the files into.")],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only landings up to and including this day.")
    ] = None,
    after: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only landings after this day: go on from there.")
    ] = None,
) -> None:
    """Copy the landings of a season into an inbox, in the order of time; each file is named after its landing.

    Nothing waits: each copy follows the one before at once.
    """
    from cin_pipeline.synthetic.season import SEASON_FILE
    from cin_pipeline.synthetic.season import replay as replayed

    since = after.date().isoformat() if after else ""
    last = until.date().isoformat() if until else "9999-12-31"
    files = 0
    try:
        for _ in replayed(season, into, since, last):
            files += 1
    except FileNotFoundError as error:
        wrong_use(
            f"{error.filename} is not there; a folder made with --resubmissions holds {SEASON_FILE} and its files"
        )
    except ValueError as error:
        wrong_use(str(error))
    except OSError as error:
        wrong_use(os_fault(error, into))
    console.print(f"{files} files into {into}", markup=False)
