"""`cin-pipeline synthesise`: returns of children who do not exist."""

from pathlib import Path
from typing import Annotated

import typer

from cin_pipeline.census.years import FIRST_YEAR
from cin_pipeline.cli.collection_years import YEAR_HELP, known_year, say_if_provisional
from cin_pipeline.cli.terminal import console, progress_shown, wrong_use


def synthesise(
    year: Annotated[int, typer.Option(callback=known_year(FIRST_YEAR + 1), help=YEAR_HELP)],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder to write the returns to.")],
    scale: Annotated[
        float | None, typer.Option(help="Size: 1 is England, about 850,000 children a year; 0.02 unless calibrated.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other children.")] = 1,
    la: Annotated[list[str] | None, typer.Option(help="Only this LA (may be repeated).")] = None,
    calibrated: Annotated[
        bool, typer.Option("--calibrated", help="The England whose counts are the published ones: 2017, at full size.")
    ] = False,
    year_before: Annotated[
        bool,
        typer.Option(
            "--year-before", help="With --calibrated: the returns of 2014-15 too, for re-referrals of 2015-16."
        ),
    ] = False,
    mistakes: Annotated[
        float | None, typer.Option(help="Share of children with a planted mistake, above 0 and up to 1.")
    ] = None,
    missing: Annotated[int, typer.Option(min=0, help="So many LAs send nothing for the year.")] = 0,
    broken: Annotated[int, typer.Option(min=0, help="So many LAs send a file for the year that cannot be read.")] = 0,
    resubmissions: Annotated[
        bool, typer.Option("--resubmissions", help="A season of landings with corrections, to be replayed.")
    ] = False,
) -> None:
    """Write synthetic returns of all LAs for a year and the previous one; the same seed gives the same bytes.

    The children are the same from one year to the next: open cases, plans and re-referrals carry over. What is wrong,
    left out or broken is said in a key beside the folder: OUT_key.csv.
    """
    from cin_pipeline.reference.authorities import authorities
    from cin_pipeline.synthetic import CALIBRATED, returns_planned, synthesise, synthesise_calibrated
    from cin_pipeline.synthetic.departures import Departures, departing
    from cin_pipeline.synthetic.key import key_path, left_out_path

    if scale is not None and not 0 < scale <= 10:
        wrong_use(f"--scale {scale}: a number above 0 and up to 10 was expected")
    if calibrated and year != CALIBRATED[-1]:
        wrong_use(f"--calibrated --year {year}: figures are published for {CALIBRATED[-1]}, which was expected")
    if calibrated and scale not in (None, 1):
        wrong_use(f"--calibrated --scale {scale}: the calibrated England has its own size; leave --scale out")
    if year_before and not calibrated:
        wrong_use("--year-before: it goes with --calibrated")
    for code in la or ():
        if code not in authorities(year):
            wrong_use(f"--la {code}: that is no authority of {year - 1} to {year}")
    if mistakes == 0:
        wrong_use("--mistakes 0: a number above 0 and up to 1 was expected")
    size = files = 0
    try:
        departures = Departures(mistakes or 0.0, missing, broken, resubmissions)
        key = key_path(out)
        sound = (
            synthesise_calibrated(seed, out, la, year_before=year_before)
            if calibrated
            else synthesise(year, 0.02 if scale is None else scale, seed, out, la)
        )
        returns = departing(sound, year, seed, out, departures, la)
    except ValueError as error:
        wrong_use(str(error))
    try:
        with progress_shown() as progress:
            step = progress("Writing synthetic returns", returns_planned(year, la, year_before=year_before) - missing)
            for path in returns:
                files, size = files + 1, size + path.stat().st_size
                step()
    except OSError as error:
        wrong_use(f"{error.filename or out}: {error.strerror}")
    console.print(f"{files} returns, {size / 1e6:,.1f} MB, in {out}", markup=False)
    say_if_provisional(year)
    if departures != Departures():
        console.print(f"What is wrong, left out or broken: {key}", markup=False)
    if missing:
        console.print(f"The returns left out: {left_out_path(out)}", markup=False)
