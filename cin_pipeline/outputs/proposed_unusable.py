"""The lines of unusable items that would take out of England what returns in doubt give it, to paste into the user's
file."""

import csv
from io import StringIO

from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.store.store import Store

COLUMNS = ("year", "la_code", "measure", "breakdown", "reason")  # as run --unusable reads them


def proposed_unusable(store: Store, release: ReleaseInput) -> str:
    """The lines as CSV with their heading, for the returns that nobody has answered, without what is declared already;
    empty where there are none."""
    unanswered = [doubt for doubt in release.doubts if doubt.answer is None]
    declared = {year: store.inputs.of(year).unusable for year in {doubt.year for doubt in unanswered}}
    lines = [
        (each.year, each.la_code, each.measure, each.breakdown, each.reason)
        for doubt in unanswered
        for each in doubt.proposed(declared[doubt.year])
    ]
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *lines] if lines else [])
    return text.getvalue()
