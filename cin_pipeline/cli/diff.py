"""`cin-pipeline diff`: what changed between two submissions of an LA."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cin_pipeline.census.text import visible
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.cli.collection_years import Year, say_if_provisional
from cin_pipeline.cli.stored import (
    CsvFile,
    ShowChildren,
    StateDirectory,
    cell_text,
    count_text,
    known_authority,
    opened_store,
    write_csv,
)
from cin_pipeline.cli.terminal import console, wrong_use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

    from cin_pipeline.census.comparing import Comparison
    from cin_pipeline.store.submissions import Submission

MOST_SHOWN = 60  # rows of a list in the terminal; a file takes them all

_NUMBER = "1 is the LA's first submission of the year, 2 its second; #17 is number 17 of the registry."


def diff(
    la: Annotated[str, typer.Option(help="Three-digit code of the LA.")],
    year: Year,
    before: Annotated[str, typer.Option("--from", help=_NUMBER)] = "",
    after: Annotated[str, typer.Option("--to", help="Likewise; the last one by default, and the one before it.")] = "",
    state: StateDirectory = None,
    csv: CsvFile = None,
    show_children: ShowChildren = False,
) -> None:
    """Compare two submissions of an LA and year: records added, removed and changed, and the figures that moved.

    Records are matched by natural keys: a child by its id; a referral by child and date; an assessment, section 47
    enquiry or plan by its referral and start; a review by plan and date; a disability by child and code; a factor by
    assessment and code; repeats by their order. A corrected key shows as one removed and one added. Figures are as they
    were counted at the time. --csv writes every record that differs. Exit code 0: done. 2: wrong use.
    """
    from cin_pipeline.answers.history import NotComparable, compare_submissions, find_submission, moved_between

    code = known_authority(la)
    with opened_store(state) as opened:
        history = opened.registry.history(year, code)
        try:
            if not (before and after) and len(history) < 2:
                raise NotComparable(f"two submissions are needed; {code} has {len(history)} of {CollectionYear(year)}")
            new = find_submission(history, after or str(len(history)))
            old = find_submission(history, before or str(max(history.index(new), 1)))
            comparison = compare_submissions(opened, old, new)
        except NotComparable as reason:
            wrong_use(str(reason))
        moved = moved_between(opened, old, new)
    console.print(f"{code}, {CollectionYear(year)}", markup=False)
    say_if_provisional(year)
    for word, each in (("from", old), ("to", new)):
        console.print(f"  {word:<5}{described(each, history)}", markup=False)
    _show_records(comparison)
    _show_moved(moved)
    if show_children and csv is None and comparison.differs:
        console.print(_record_table(comparison.records), soft_wrap=False)
    if csv is not None:
        records = comparison.records if show_children else comparison.records.drop(columns="la_child_id")
        write_csv(records, csv)
        console.print(f"Every record that differs: {csv}", markup=False)


def described(submission: "Submission", history: "Sequence[Submission]") -> str:
    """A submission in a line: which of the LA's, which of the registry's, file, hash, when, state."""
    number = [each.submission for each in history].index(submission.submission) + 1
    return (
        f"{number} (#{submission.submission}): {visible(submission.file_name)}, sha256 {submission.sha256[:12]}, "
        f"received {submission.received:%Y-%m-%d %H:%M}, {submission.state.value}"
    )


def _show_records(comparison: "Comparison") -> None:
    if not comparison.differs:
        console.print("No record differs.")
        return
    table = Table("table", title="Records", title_justify="left")
    for heading in ("before", "after", "added", "removed", "changed"):
        table.add_column(heading, justify="right")
    for name, *counts in comparison.by_table.itertuples(index=False, name=None):
        table.add_row(name, *(f"{count:,}" for count in counts))
    console.print(table, soft_wrap=False)
    if len(comparison.by_field):
        fields = Table("table", "field", title="Fields of the changed records", title_justify="left")
        fields.add_column("records", justify="right")
        for name, field, count in comparison.by_field.itertuples(index=False, name=None):
            fields.add_row(name, field, f"{count:,}")
        console.print(fields, soft_wrap=False)


def _show_moved(moved: "DataFrame | None") -> None:
    from cin_pipeline.methodology.moving import totals_first

    if moved is None:
        console.print("Figures: not counted for both, so nothing to compare.")
        return
    if moved.empty:
        console.print("No figure moved.")
        return
    table = Table("measure", "breakdown", "category", title="Figures that moved", title_justify="left")
    for heading in ("before", "after", "change"):
        table.add_column(heading, justify="right")
    shown = totals_first(moved, MOST_SHOWN)
    for measure, breakdown, category, before, after in shown.astype(object).itertuples(index=False, name=None):
        known = isinstance(before, int) and isinstance(after, int)
        figures = [count_text(figure) or "not available" for figure in (before, after)]
        table.add_row(measure, breakdown, escape(category), *figures, f"{after - before:+,}" if known else "")
    console.print(table, soft_wrap=False)
    if len(shown) < len(moved):
        console.print(f"{len(moved):,} figures moved; {len(shown)} are shown, totals first.", markup=False)


def _record_table(records: "DataFrame") -> Table:
    table = Table(title="Records that differ (personal data)", title_justify="left")
    for heading in records.columns:
        table.add_column(heading.replace("_", " "))
    for row in records.head(MOST_SHOWN).astype(object).itertuples(index=False, name=None):
        table.add_row(*map(cell_text, row))
    if len(records) > MOST_SHOWN:
        table.caption = f"{MOST_SHOWN} of {len(records):,}; --csv FILE has all"
    return table
