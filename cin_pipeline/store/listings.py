"""What the registry and the reference data say, as tables to be read beside the figures: no text that a person wrote.

The current rows of the tables of figures, of all years, are asked for here too.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Select, Table, select

from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.reference.authorities import authorities, every_authority
from cin_pipeline.store.database import LA_MEASURES, QUALITY, SUBMISSIONS
from cin_pipeline.store.moves import ACCEPTED, SubmissionState
from cin_pipeline.store.submission_queries import OURS
from cin_pipeline.tables.columns import COLLECTION_YEAR, LA_CODE
from cin_pipeline.tables.declaring import DAY, TEXT, WHOLE, WHOLE_OR_NONE, Column, TableDeclaration

SUBMISSION = Column("submission", WHOLE, "The number of the submission in the registry.", "submission number")
LA_NAME = Column("la_name", TEXT, "The name of the LA, as it was called last.", longest=80)

SUBMISSION_LIST = TableDeclaration(
    "submissions",
    "A return that was received, with what was found in it, in numbers.",
    (
        COLLECTION_YEAR,
        LA_CODE,
        LA_NAME,
        SUBMISSION,
        Column(
            "state",
            TEXT,
            "How far it has come; `accepted` is current: figures come from it.",
            longest=12,
            values=tuple(str(state) for state in SubmissionState),
        ),
        Column("received", DAY, "The day on which it was received, in UTC."),
        Column("size", WHOLE, "The size of the file.", "bytes"),
        Column("children", WHOLE_OR_NONE, "Its Child records; missing until it is cleaned.", "records", nullable=True),
        Column(
            "errors",
            WHOLE_OR_NONE,
            "How many errors the validation rules found; missing until they ran.",
            "errors",
            nullable=True,
        ),
        Column("queries", WHOLE_OR_NONE, "How many queries they found.", "queries", nullable=True),
        Column(
            "rules_crashed",
            WHOLE_OR_NONE,
            "How many rules crashed: with any, errors and queries may be more.",
            "rules",
            nullable=True,
        ),
        Column("confidence", TEXT, "The overall confidence of the whole return.", longest=16, nullable=True),
    ),
    key=("submission",),
    caution="All that were received, not the current ones alone. File names and reasons, which people wrote, are left "
    "out.",
)

LOCAL_AUTHORITIES = TableDeclaration(
    "local_authorities",
    "An LA there is or was, as it stood last.",
    (
        LA_CODE,
        LA_NAME,
        Column("new_la_code", TEXT, "The nine-character code of the LA.", longest=9),
        Column("region_code", TEXT, "The nine-character code of its region.", longest=9),
        Column("region_name", TEXT, "The name of its region.", longest=40),
        Column("london_subregion_code", TEXT, "The code of Inner or Outer London; empty outside London.", longest=9),
        Column("london_subregion_name", TEXT, "Inner London or Outer London; empty outside London.", longest=40),
        Column("first_year", WHOLE_OR_NONE, "The first collection year that it sends a return of.", "year"),
        Column("last_year", WHOLE_OR_NONE, "The last one so far.", "year"),
    ),
    key=("la_code",),
)


@cache
def local_authorities() -> tuple[tuple[str | int, ...], ...]:
    """The rows of LOCAL_AUTHORITIES, by LA code; without those that were gone before the first collection year."""
    return tuple(_authorities())


def _authorities() -> Iterator[tuple[str | int, ...]]:
    for code, la in every_authority().items():
        if years := [year.ending for year in COLLECTION_YEARS if code in authorities(year.ending)]:
            places = (la.region_code, la.region_name, la.london_subregion_code, la.london_subregion_name)
            yield (code, la.name, la.new_la_code, *places, min(years), max(years))


def submission_list() -> Select[Any]:
    """Every submission, columns of SUBMISSION_LIST but for the name of the LA."""
    columns = [
        (SUBMISSIONS.c if name in SUBMISSIONS.c else QUALITY.c)[name]
        for name in SUBMISSION_LIST.names
        if name != "la_name"
    ]
    joined = SUBMISSIONS.outerjoin(QUALITY, QUALITY.c.submission == SUBMISSIONS.c.submission)
    return select(*columns).select_from(joined).where(OURS)


def current_rows(table: Table = LA_MEASURES) -> Select[Any]:
    """The rows of a table of figures by submission that were counted from the current ones, of all years."""
    current = (table.c.submission == SUBMISSIONS.c.submission) & (SUBMISSIONS.c.state == ACCEPTED) & OURS
    return select(*table.c).select_from(table.join(SUBMISSIONS, current))
