"""`cin-pipeline publish`: the release of a year, ready to be published."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.cli.collection_years import Year, say_if_provisional, say_in_doubt, say_missing
from cin_pipeline.cli.stored import StateDirectory, VintageOption, opened_store
from cin_pipeline.cli.terminal import SOME_REJECTED, console, errors, os_fault, progress_shown, wrong_use
from cin_pipeline.settings.log import happened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cin_pipeline.publication.cells import ReleaseInput

MOST_FAULTS = 10  # of a check, in the terminal


def publish(
    year: Year,
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder for the release; an earlier one is replaced.")],
    state: StateDirectory = None,
    profile: Annotated[
        str | None, typer.Option(help="Form of the files: 2022, 2024, 2025 or tidy; by default the newest, 2025.")
    ] = None,
    vintage: VintageOption = None,
) -> None:
    """Write the release of a year: open-data files, workbooks, release report, quality report, and a manifest.

    Its files are those of a profile: of the Department's release of 2022, 2024 or 2025, or of our own long form, tidy.
    It is made from the current figures and those of earlier years for which England was made. The same inputs give the
    same bytes. What comes from returns in doubt is said first. Exit code 0: published. 1: the tables break a check, and
    nothing is written. 2: wrong use, England's figures are missing or older than the current returns, or a year has no
    population at all.
    """
    from cin_pipeline.outputs.population_of_rates import without_population
    from cin_pipeline.outputs.proposed_unusable import proposed_unusable
    from cin_pipeline.outputs.publishing import broken_checks, publication_tables, whole_release
    from cin_pipeline.outputs.release_folders import NotARelease, refuse_other_files, write_release
    from cin_pipeline.outputs.release_inputs import ReleaseRefused, release_input, years_left_out
    from cin_pipeline.publication.profiles import DEFAULT, UnknownProfile, profile_named
    from cin_pipeline.store.national_inputs import InputFileError

    with opened_store(state) as opened:
        try:
            refuse_other_files(output)
            form = profile_named(DEFAULT if profile is None else profile)
            release = release_input(opened, year, vintage, form)
            output.mkdir(parents=True, exist_ok=True)  # one that cannot be written is told before the work
        except (ReleaseRefused, UnknownProfile, InputFileError, NotARelease) as error:
            wrong_use(str(error))
        except OSError as error:
            wrong_use(os_fault(error, output))
        with progress_shown() as progress:
            tables = publication_tables(release, form, progress)
            faults = {name: found for name, found in broken_checks(release, form, tables, progress).items() if found}
            files = {} if faults else whole_release(opened, release, form, tables, progress)
        left_out = years_left_out(opened, release)
        proposed = proposed_unusable(opened, release)
    if faults:
        _show_faults(faults)
        raise typer.Exit(SOME_REJECTED)
    try:
        write_release(files, output)
    except NotARelease as error:
        wrong_use(str(error))
    except OSError as error:
        wrong_use(os_fault(error, output))
    happened("published", year=year)
    _show_doubts(release, proposed)
    console.print(_listing(files), soft_wrap=False)
    held = ", ".join(CollectionYear(each).label for each in release.years)
    console.print(f"Years in the tables: {held}.", markup=False)
    say_if_provisional(*release.years)
    told = f"Profile {form.name}"
    if form.assumed:
        told += ": part of it is assumed, as manifest.json says"
    console.print(f"{told}.", markup=False)
    for shown in release.years:
        console.print(
            f"Rates of {CollectionYear(shown)}: per 10,000 people aged 0 to 17, {release.population_sources[shown]}.",
            markup=False,
        )
        if lacking := without_population(release, shown):
            errors.print(lacking, markup=False)
        say_missing(release.missing_in(shown))
    for each in left_out:
        console.print(
            f"Left out: {each}. Its returns are in the state, but England was never made for it: run job england for "
            f"it in the UI, or cin-pipeline run --year {each.ending} with its returns into the same folder.",
            markup=False,
        )
    console.print(f"Release of {release.year}: {output}", markup=False)


def _show_doubts(release: "ReleaseInput", proposed: str) -> None:
    """Which returns are in doubt, what comes from them, and how it could be left out."""
    say_in_doubt(release.doubts)
    for year in sorted({each.year for each in release.doubts}):
        console.print(_parts_of_england(release, year))
    if proposed:
        console.print(
            "To leave out what rests on what cannot be read, put these lines into the file of run --landing --unusable "
            "(or withdraw the submission):",
            markup=False,
        )
        console.print(proposed.rstrip(), markup=False)


def _parts_of_england(release: "ReleaseInput", year: int) -> Table:
    from cin_pipeline.methodology.doubts import parts_of_england

    table = Table(title=f"What of England, {CollectionYear(year)} comes from returns in doubt", title_justify="left")
    table.add_column("measure", no_wrap=True)
    for heading in ("England", "from returns in doubt", "share", "of that unreadable", "LAs"):
        table.add_column(heading, justify="right")
    for part in parts_of_england(release.measures, release.estimates, release.doubts, year):
        share = f"{part.in_doubt / part.england:.1%}" if part.england > 0 else ""
        england = "not available" if part.england != part.england else f"{part.england:,.0f}"
        table.add_row(part.measure, england, f"{part.in_doubt:,}", share, f"{part.resting:,}", str(len(part.las)))
    return table


def _show_faults(faults: "Mapping[str, list[str]]") -> None:
    errors.print("cin-pipeline: not published, for the tables break a check:", markup=False)
    for name, found in faults.items():
        for fault in found[:MOST_FAULTS]:
            errors.print(f"  {name}: {fault}", markup=False)
        if len(found) > MOST_FAULTS:
            errors.print(f"  {name}: and {len(found) - MOST_FAULTS} more", markup=False)


def _listing(files: "Mapping[str, bytes]") -> Table:
    """The files, those of open data in one line: the manifest lists each."""
    from cin_pipeline.publication.changes import OPEN_DATA

    table = Table("file", title="Files of the release", title_justify="left")
    table.add_column("bytes", justify="right")
    open_data = [content for name, content in files.items() if name.startswith(OPEN_DATA)]
    table.add_row(f"{OPEN_DATA} ({len(open_data)} files)", f"{sum(map(len, open_data)):,}")
    for name, content in sorted(files.items()):
        if not name.startswith(OPEN_DATA):
            table.add_row(name, f"{len(content):,}")
    return table
