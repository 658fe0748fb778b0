"""`cin-pipeline run`: the whole pipeline on a folder of returns, without a server."""

from collections.abc import Sized
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cin_pipeline.census.text import visible
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.cli.collection_years import Year, say_if_provisional, say_in_doubt, say_missing
from cin_pipeline.cli.rules import chosen_rules
from cin_pipeline.cli.stored import VintageOption
from cin_pipeline.cli.terminal import SOME_REJECTED, console, errors, os_fault, progress_shown, wrong_use
from cin_pipeline.methodology.headlines import HEADLINES
from cin_pipeline.reference.authorities import ENGLAND, every_authority
from cin_pipeline.reference.missing_data import Practice
from cin_pipeline.settings import Settings
from cin_pipeline.store.surroundings import fault_of

if TYPE_CHECKING:
    from cin_pipeline.orchestration.folder_run import Report

MOST_LOW = 20  # LAs named with low confidence or year-on-year checks


def run(
    year: Year,
    landing: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Folder with the returns (XML); else what was received before."
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option(file_okay=False, help="Folder for the results and the state.")] = None,
    state: Annotated[
        Path | None, typer.Option(file_okay=False, help="The state, where it is not in the output folder.")
    ] = None,
    la: Annotated[list[str] | None, typer.Option(help="Only this LA (may be repeated); England is made anew.")] = None,
    expected: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="CSV with la_code: the authorities expected.")
    ] = None,
    population: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="CSV with la_code, population (aged 0 to 17).")
    ] = None,
    vintage: VintageOption = None,
    unusable: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="CSV with year, la_code, measure, reason, maybe breakdown."),
    ] = None,
    missing: Annotated[
        Practice | None,
        typer.Option(help="What is done about missing figures, if not (as with carry-forward) what the year has."),
    ] = None,
    carry_forward: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="CSV with year, la_code, from_year: figures carried forward."),
    ] = None,
    predecessors: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="CSV with year, la_code, predecessor: of new LAs.")
    ] = None,
    low_reliability: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="CSV with year, la_code, measure: counted, published as u."),
    ] = None,
    confirm_held: Annotated[
        bool, typer.Option("--confirm-held", help="Take every return that is, or would be, held; releases say so.")
    ] = False,
) -> None:
    """Take every return in a folder for a year and the previous one; write all measures and England's figures.

    Without a folder: run again what the state holds of the year or of some LAs, what waits before what is current.
    A return that contradicts its header is held, and England made without it, until `cin-pipeline accept` or `reject`.
    Exit code 0: all went through. 1: returns were rejected or are held, current ones are in doubt and no person has
    answered (`accept`), or England cannot be estimated; all else is written. 2: wrong use. 75: the surroundings failed
    (a lost connection, a full disk), run it again. 143, 130: it was told to end. What was accepted is always kept.
    """
    # Dagster takes seconds to load; a wrong option should not wait for it.
    from cin_pipeline.orchestration.bulk import WorkerDied
    from cin_pipeline.orchestration.folder_run import Folder, NothingToRun, run_folder
    from cin_pipeline.orchestration.home_faults import refuse_unusable
    from cin_pipeline.store.national_inputs import InputFileError
    from cin_pipeline.store.row_tables import TablesDamaged
    from cin_pipeline.store.versions import StateRefused

    for code in la or ():
        if code not in every_authority():
            wrong_use(f"--la {code}: that is no code of an English local authority")
    if landing and not output:
        wrong_use("--output is missing: a folder for the results was expected with --landing")
    given = (expected, population, vintage, unusable, missing, carry_forward, predecessors, low_reliability)
    if not landing and any(given):
        wrong_use(
            "--expected, --population, --vintage, --unusable, --missing, --carry-forward, --predecessors and "
            "--low-reliability belong to --landing; a rerun has those last given"
        )
    if carry_forward and missing and missing is not Practice.CARRY_FORWARD:
        wrong_use(f"--missing {missing} carries nothing forward; it was expected without --carry-forward")
    try:
        settings = _settings(output, state)
        chosen_rules(settings)  # a wrong id is told before anything is run
        refuse_unusable(settings)
    except ValueError as error:
        wrong_use(str(error))
    try:
        folder = Folder(
            landing,
            year,
            output,
            tuple(la or ()),
            expected,
            population,
            unusable,
            vintage,
            carry_forward,
            predecessors,
            low_reliability,
            missing,
            confirm_held,
        )
        with progress_shown() as progress:
            report = run_folder(folder, settings, datetime.now(UTC), progress)
    except (InputFileError, NothingToRun, StateRefused, TablesDamaged) as error:
        wrong_use(str(error))
    except WorkerDied as error:
        errors.print(f"cin-pipeline: {error}. Run the same command again.", markup=False)
        raise typer.Exit(SOME_REJECTED) from None
    except OSError as error:  # such as a folder that may not be written
        if fault_of(error):
            raise
        wrong_use(os_fault(error, output))
    _show(report, output, settings)
    unanswered = any(each.answer is None for each in report.doubts)
    if report.rejected or report.held or report.impossible or unanswered:
        raise typer.Exit(SOME_REJECTED)


def _settings(output: Path | None, state: Path | None) -> Settings:
    """Raises ValueError where no state is named, or one that is not there."""
    from cin_pipeline.store.opening import is_there

    settings = Settings.from_environment(state=state, default_state=output / "state" if output else Path("state"))
    if not output and not is_there(settings):
        raise ValueError(f"there is no state in {settings.state}; name one with --state, or a folder with --landing")
    return settings


def _show(report: "Report", output: Path | None, settings: Settings) -> None:
    from cin_pipeline.store.moves import SubmissionState
    from cin_pipeline.store.submissions import RefusedFile

    year = report.year
    if report.england is not None:
        console.print(_headline_table(report))
    say_in_doubt(report.doubts)
    of_year = [each for each in report.landed if each.collection_year == year.ending]
    before = len(report.landed) - len(of_year)
    missing = sorted(set(report.inputs.expected) - set(report.measures["la_code"]))
    console.print(f"Returns taken: {len(of_year)} for {year}, {before} for {year.previous}.")
    if report.earlier:
        console.print(f"Current from earlier runs: {_codes([each.la_code for each in report.earlier])}.")
    say_if_provisional(year.ending)
    console.print(f"People aged 0 to 17: {report.inputs.population_source}.", markup=False)
    if not report.inputs.population:
        console.print(
            f"Without them {year} has no rates, and no estimate that goes by population; --population FILE of "
            "run --landing gives them.",
            markup=False,
        )
    if missing:
        console.print(f"No accepted return for {year}: {_codes(missing)}.")
    say_missing(report.missing)
    _show_held(report, settings)
    if report.rejected:
        console.print(f"Rejected: {_count(report.rejected, 'file')}. What was current before stays current.")
        for each in report.rejected:
            refused = isinstance(each, RefusedFile) or each.state is SubmissionState.REJECTED
            label = "rejected" if refused else "not taken"
            console.print(f"  [red]{label}[/red]  {escape(visible(each.file_name))}: {escape(each.reason)}")
    if report.notes:
        console.print(f"Besides, not returns, left alone: {report.notes}.")
    # No exit code of their own: nothing is new, the person who decided knows, and an LA without a return is said above.
    for each in report.left_alone:
        console.print(
            f"  left alone  {escape(visible(each.file_name))}: {each.state} by {escape(each.decided_by)}: "
            f"{escape(each.reason)}; send it under another name, or: cin-pipeline accept {each.submission}"
        )
    _show_low(report)
    hits = f"{report.hits['error']:,} errors, {report.hits['query']:,} queries"
    if output:
        console.print(
            f"Validation rules: {hits} in the current returns: {output / 'validation_issues.csv'}", markup=False
        )
        console.print(f"Measures of each LA: {output / 'measures.csv'}", markup=False)
    if report.impossible:
        console.print(f"[red]{escape(report.impossible)}[/red]")
    elif output:
        console.print(f"England and regions: {output / 'england.csv'}", markup=False)
        publish = f"cin-pipeline publish --year {year.ending} --output {output / 'release'} --state {settings.state}"
        console.print(f"The release:         {publish}", markup=False)
    console.print(f"In the Dagster UI:   cin-pipeline ui --state {settings.state}", markup=False)


def _show_low(report: "Report") -> None:
    if not report.low:
        return
    console.print(f"Low confidence, or year-on-year checks that are met: {_count(report.low, 'LA')}.")
    for each in report.low[:MOST_LOW]:
        console.print(f"  {each.sentence}", markup=False)
    if len(report.low) > MOST_LOW:
        console.print(
            f"  and {len(report.low) - MOST_LOW} more: validation_issues.csv and cin-pipeline status have them all"
        )


def _show_held(report: "Report", settings: Settings) -> None:
    if report.confirmed:
        taken = _count(report.confirmed, "return")
        console.print(f"Taken with --confirm-held, which releases say: {taken} that would be held.")
        for once in report.confirmed:
            console.print(f"  taken  {once.la_code}, submission {once.submission}: {once.why_held}", markup=False)
    if report.held:
        console.print(
            f"Held for confirmation: {_count(report.held, 'return')}. England is made without them; what was current "
            "before stays current."
        )
        for each in report.held:
            whose = f"{each.la_code}, {CollectionYear(each.collection_year)}, submission {each.submission}"
            console.print(f"  [red]held[/red]  {escape(visible(each.file_name))} ({whose}): {escape(each.reason)}")
        numbers = " | ".join(str(each.submission) for each in report.held)
        one = f"{numbers} --reason TEXT --state {settings.state}"
        console.print(f"Confirm:             cin-pipeline accept {one}", markup=False)
        console.print(f"Turn down:           cin-pipeline reject {one}", markup=False)


def _headline_table(report: "Report") -> Table:
    """England's headline figures beside how many LAs gave each, sent nothing, and did not give it for any reason."""
    if report.england is None:
        raise ValueError("there are no figures of England")
    table = Table(title=f"England, {report.year} (unrounded)", title_justify="left")
    table.add_column("measure", no_wrap=True)
    for heading in ("England", "known", "estimated", "LAs known", "no return", "LAs missing"):
        table.add_column(heading, justify="right")
    england = report.england
    totals = england[(england["geography_code"] == ENGLAND) & (england["breakdown"] == "total")].set_index("measure")
    known = report.measures[(report.measures["breakdown"] == "total") & report.measures["value"].notna()]
    expected = len(report.inputs.expected)
    without_return = expected - report.measures["la_code"].nunique()
    for measure in HEADLINES:
        row = totals.loc[measure]
        gave = int((known["measure"] == measure).sum())
        figures = [_figure(row[column]) for column in ("value", "known", "estimated")]
        table.add_row(measure, *figures, str(gave), str(without_return), str(expected - gave))
    return table


def _figure(value: float) -> str:
    return "not available" if value != value else f"{value:,.0f}"


def _codes(codes: list[str], most: int = 12) -> str:
    shown = ", ".join(codes[:most])
    return f"{_count(codes, 'LA')} ({shown}{', ...' if len(codes) > most else ''})"


def _count(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
