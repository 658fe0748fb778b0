"""`cin-pipeline validate`: one return against the validation rules, with a report to send back to whoever made it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cin_pipeline.census.errors import MOST_FAULTS, ReturnRejected, StructureFaults
from cin_pipeline.census.text import check_size, visible
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.cli.collection_years import say_if_provisional
from cin_pipeline.cli.rules import chosen_rules
from cin_pipeline.cli.terminal import (
    CLEAN,
    CRASHED,
    ERRORS,
    QUERIES,
    UNREADABLE,
    console,
    errors,
    progress_shown,
    wrong_use,
)
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline.settings import Settings
from cin_pipeline.store.return_files import sha256_of

if TYPE_CHECKING:
    from pandas import DataFrame

    from cin_pipeline.census.header import Identity
    from cin_pipeline.census.return_tables import ReturnTables
    from cin_pipeline.validation.files import CheckedFile
    from cin_pipeline.validation.reporting import About, RuleLine
    from cin_pipeline.validation.results import RuleResults

REPORT, ISSUES = "report.html", "issues.csv"
_MOST_GROUPS = 20  # kinds of faults of structure that a terminal shows


def validate(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The return (XML).")],
    previous: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The same authority's return of the previous year."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder to write report.html and issues.csv to.")
    ] = None,
) -> None:
    """Check one return against the validation rules of its year, which its header names, as it does the authority.

    Needs no server, no state and no other authority's return. With --output, writes report.html (opens in a browser,
    meant to go back to the sender; holds personal data) and issues.csv (a row per rule and record).

    Exit codes:

    \b
    0  no errors, no queries
    1  queries, no errors
    2  wrong use, or --previous is not that return
    3  errors
    4  the file cannot be read as a return; the report says why and on which line, of faults of structure all
    5  a rule crashed, so the result is not complete (whatever else was found)
    """
    try:
        settings = Settings.from_environment()
        if output is not None:
            output.mkdir(parents=True, exist_ok=True)
        code = _validate(file, previous, output, settings)
    except ValueError as error:
        wrong_use(str(error))
    except OSError as error:
        wrong_use(f"{visible(str(error.filename or file))}: {error.strerror}")
    raise typer.Exit(code)


def _validate(file: Path, previous: Path | None, output: Path | None, settings: Settings) -> int:
    """Checks the file, writes and shows what came of it, and gives the exit code."""
    # Reading needs pandas, which takes a second to load; a wrong option should not wait for it.
    from cin_pipeline.outputs.run_files import issue_rows, structure_rows
    from cin_pipeline.validation.files import CHECK_STEPS, check_file, whose
    from cin_pipeline.validation.reporting import About, rejection_page, report_page

    chosen, max_bytes = chosen_rules(settings), settings.max_return_bytes
    about = About(file.name, file.stat().st_size, datetime.now().astimezone())
    try:
        with progress_shown() as progress:
            step = progress("Checking the return", CHECK_STEPS + 1)
            data = _bytes(file, max_bytes)
            about = _with_contents(about, data)
            identity = whose(data, max_bytes)
            about = _with_identity(about, identity)
            before = _previous_tables(previous, identity, max_bytes) if previous else None
            checked = check_file(data, identity.year, before, max_bytes, step, chosen)
            if output is not None:
                about = replace(about, previous=previous.name if previous else "")
                rows = issue_rows(checked.results.issues, identity.year, identity.la_code)
                _write(output, report_page(about, checked.sent, checked.results), [rows])
            step()
    except ReturnRejected as rejected:
        found = rejected if isinstance(rejected, StructureFaults) else None
        if output is not None:
            rows = [structure_rows(found, about.year or 0, about.la_code)] if found else []
            _write(output, rejection_page(about, rejected), rows)
        errors.print(f"[red]not readable as a return[/red]  {escape(visible(file.name))}: {escape(_shown(rejected))}")
        if found and found.count > 1:
            _show_faults(found)
        say_if_provisional(*filter(None, [about.year]))
        _say_where(output, "Report for the sender:")
        return UNREADABLE
    _show(about, checked)
    _say_where(output, "Report for the sender (personal data):")
    return _exit_code(checked.results)


def _bytes(file: Path, max_bytes: int) -> bytes:
    """The contents of a file, of which no more is read than a return may have."""
    check_size(file.stat().st_size, max_bytes)
    with file.open("rb") as stream:
        return stream.read(max_bytes + 1)


def _with_contents(about: "About", data: bytes) -> "About":
    return replace(about, size=len(data), sha256=sha256_of(data))


def _with_identity(about: "About", identity: "Identity") -> "About":
    name = every_authority()[identity.la_code].name
    return replace(about, la_code=identity.la_code, la_name=name, year=identity.year)


def _previous_tables(file: Path, identity: "Identity", max_bytes: int) -> "ReturnTables":
    """The previous year's return. One that cannot be it ends the command: that is no fault of the return to be
    checked."""
    from cin_pipeline.validation.files import previous_tables

    try:
        return previous_tables(_bytes(file, max_bytes), identity, max_bytes)
    except ReturnRejected as rejected:
        wrong_use(f"--previous {visible(file.name)}: {_shown(rejected, others=True)}")


def _shown(rejected: ReturnRejected, others: bool = False) -> str:
    """Line, place and reason, with `others` how many faults there are besides; the names in them are the file's, so
    they may be of any length."""
    path = visible(rejected.path) if rejected.path else None
    shown = replace(rejected, reason=visible(rejected.reason, most=400), path=path)
    return str(shown) if others else ReturnRejected.__str__(shown)


def _show_faults(found: StructureFaults) -> None:
    title = f"Faults of structure: {found.count:,}"
    table = Table("what", "element", title=title, title_justify="left")
    for heading in ("how many", "first line"):
        table.add_column(heading, justify="right", no_wrap=True)
    for group in found.groups[:_MOST_GROUPS]:
        first = group.first
        table.add_row(first.kind.value, escape(first.element), f"{group.count:,}", f"{first.line:,}")
    errors.print(table, soft_wrap=False)
    if (others := len(found.groups) - _MOST_GROUPS) > 0:
        errors.print(f"and {others:,} more kinds of fault or element, in the report", markup=False)
    if found.count > MOST_FAULTS:
        errors.print(f"{ISSUES} has a row for each of the first {MOST_FAULTS:,} only.", markup=False)


def _write(output: Path, page: str, rows: "list[DataFrame]") -> None:
    from cin_pipeline.outputs.run_files import write_issues

    write_issues(rows, output / ISSUES)
    temporary = output / f".{REPORT}"
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(output / REPORT)


def _exit_code(results: "RuleResults") -> int:
    if results.crashed:
        return CRASHED
    if results.count("error"):
        return ERRORS
    return QUERIES if results.count("query") else CLEAN


def _show(about: "About", checked: "CheckedFile") -> None:
    from cin_pipeline.validation.reporting import not_run_by_reason, number_run, rule_lines
    from cin_pipeline.validation.results import CRASHED as CRASHED_RULE
    from cin_pipeline.validation.results import FAILED, PASSED

    results = checked.results
    lines = rule_lines(checked.sent.year, results)
    failed, crashed = ([line for line in lines if line.status == status] for status in (FAILED, CRASHED_RULE))
    whose = f"{about.la_name} ({about.la_code}), {CollectionYear(checked.sent.year)}"
    console.print(f"{whose}: {visible(about.file_name)}, {checked.sent.children.count:,} children", markup=False)
    say_if_provisional(checked.sent.year)
    if failed:
        console.print(_rule_table(failed), soft_wrap=False)
    console.print(f"Errors: {results.count('error'):,}. Queries: {results.count('query'):,}.")
    console.print(
        f"Passed: {sum(line.status == PASSED for line in lines)} of {number_run(lines)} checks that were run."
    )
    for reason, rules in not_run_by_reason(lines).items():
        ids = ", ".join(line.rule_id for line in rules)
        console.print(f"Not run, {reason}: {len(rules)} ({ids})", markup=False, soft_wrap=False)
    for line in crashed:
        errors.print(f"[bold red]CRASHED[/bold red]  rule {line.rule_id}, {line.severity}: {line.message}.")
        errors.print(f"  {line.reason}: a fault in cin-pipeline, not in the return; please report it.", markup=False)
    if crashed:
        errors.print(
            "[bold red]The result is not complete: nothing is known of what crashed rules look for.[/bold red]"
        )


def _rule_table(lines: "Iterable[RuleLine]") -> Table:
    table = Table("rule", "severity", "what it says", title="Rules with hits", title_justify="left")
    table.add_column("hits", justify="right", no_wrap=True)
    for line in lines:
        style = "red" if line.severity == "error" else "yellow"
        table.add_row(line.rule_id, f"[{style}]{line.severity}[/]", escape(line.message), f"{line.hits:,}")
    return table


def _say_where(output: Path | None, what: str) -> None:
    if output is not None:
        console.print(f"{what} {output / REPORT}; its rows: {output / ISSUES}", markup=False)
