"""`cin-pipeline synthesise`: returns of children who do not exist."""

from pathlib import Path
from typing import Annotated

import typer

from cin_pipeline.cli.collection_years import Year, say_if_provisional
from cin_pipeline.cli.terminal import console, os_fault, progress_shown, wrong_use


def synthesise(
    year: Year,
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder to write the returns to.")],
    scale: Annotated[
        float | None, typer.Option(help="Size: 1 is England, about 850,000 children a year; 0.02 unless calibrated.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other children.")] = 1,
    la: Annotated[list[str] | None, typer.Option(help="Only this LA (may be repeated).")] = None,
    calibrated: Annotated[
        bool, typer.Option("--calibrated", help="The England whose counts are the published ones, at full size.")
    ] = False,
    year_before: Annotated[
        bool,
        typer.Option(
            "--year-before", help="With --calibrated: returns of one more year, for re-referrals of the previous year."
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
    left out or broken is said in a key beside the folder: OUT_key.csv. For a year without an estimate of the people a
    population file is written beside it too: OUT_population.csv.
    """
    from cin_pipeline.reference.authorities import authorities
    from cin_pipeline.synthetic import (
        CALIBRATED,
        not_published,
        returns_planned,
        synthesise,
        synthesise_calibrated,
        with_returns,
    )
    from cin_pipeline.synthetic.departures import Departures, departing
    from cin_pipeline.synthetic.key import key_path, left_out_path
    from cin_pipeline.synthetic.people import has_population, write_population

    if scale is not None and not 0 < scale <= 10:
        wrong_use(f"--scale {scale}: a number above 0 and up to 10 was expected")
    if calibrated and year not in CALIBRATED:
        wrong_use(
            f"--calibrated --year {year}: the tables of a year and the previous one are held for {CALIBRATED[0]} to "
            f"{CALIBRATED[-1]}, one of which was expected"
        )
    if calibrated and scale not in (None, 1):
        wrong_use(f"--calibrated --scale {scale}: the calibrated England has its own size; leave --scale out")
    if year_before and not calibrated:
        wrong_use("--year-before: it goes with --calibrated")
    for code in la or ():
        if code not in authorities(year) and code not in authorities(year - 1):
            wrong_use(f"--la {code}: that is no authority of {year - 1} to {year}, nor of the year before")
    if mistakes == 0:
        wrong_use("--mistakes 0: a number above 0 and up to 1 was expected")
    size = files = 0
    try:
        departures = Departures(mistakes or 0.0, missing, broken, resubmissions)
        key = key_path(out)
        sound = (
            synthesise_calibrated(year, seed, out, la, year_before=year_before)
            if calibrated
            else synthesise(year, 0.02 if scale is None else scale, seed, out, la)
        )
        sending = with_returns(year, la) if calibrated else la
        returns = departing(sound, year, seed, out, departures, sending)
        planned = returns_planned(year, la, calibrated=calibrated, year_before=year_before)
    except ValueError as error:
        wrong_use(str(error))
    if not planned:
        wrong_use(f"--la {', '.join(la or ())}: nothing is published of it for {year - 1} to {year} or the year before")
    try:
        with progress_shown() as progress:
            step = progress("Writing synthetic returns", planned - missing)
            for path in returns:
                files, size = files + 1, size + path.stat().st_size
                step()
        people = None if has_population(year) else write_population(out, year)
    except OSError as error:
        wrong_use(os_fault(error, out))
    console.print(f"{files} returns, {size / 1e6:,.1f} MB, in {out}", markup=False)
    say_if_provisional(year)
    for line in not_published(year, la) if calibrated else ():
        console.print(line, markup=False)
    if departures != Departures():
        console.print(f"What is wrong, left out or broken: {key}", markup=False)
    if missing:
        console.print(f"The returns left out: {left_out_path(out)}", markup=False)
    if people:
        console.print(
            f"No estimate of the people of {year - 1} to {year} is held: {people} has the newest", markup=False
        )
        console.print(f"  cin-pipeline run --landing {out} --year {year} --population {people}", markup=False)
