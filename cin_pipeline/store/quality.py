"""How good each submission is, in a few numbers that are cheap to read for all LAs at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select, update

from cin_pipeline.census.unreadable import ItemRead
from cin_pipeline.store.database import ITEMS_NOT_READ, QUALITY, SUBMISSIONS
from cin_pipeline.store.submission_queries import of_year
from cin_pipeline.store.transactions import Guard, alone, unguarded


@dataclass(frozen=True)
class Grade:
    """What the validation rules found in a submission, and the confidence in it; None where that was not looked at.

    `rules_crashed` is the number of rules that crashed: with any, errors and queries may be more."""

    errors: int | None = None
    queries: int | None = None
    rules_crashed: int | None = None
    confidence: str | None = None


@dataclass(frozen=True)
class Read:
    """How a submission was read: its Child records, and the items with values that could not be."""

    children: int
    items: tuple[ItemRead, ...] = ()


class Quality:
    """Reads and writes the grade of each submission, and how it was read; the hits themselves are in the row tables."""

    def __init__(self, engine: Engine, guard: Guard = unguarded) -> None:
        self._engine = engine
        self._guard = guard

    def note_rules(self, submission: int, *, errors: int, queries: int, crashed: int) -> None:
        """Notes how many errors and queries the validation rules found, and how many rules crashed."""
        self._note(submission, errors=errors, queries=queries, rules_crashed=crashed)

    def note_confidence(self, submission: int, confidence: str) -> None:
        """Notes the overall confidence of the whole return."""
        self._note(submission, confidence=confidence)

    def note_read(self, submission: int, children: int, items: Iterable[ItemRead]) -> None:
        """Notes how a submission was read, in place of what was noted before."""
        rows = [
            {
                "submission": submission,
                "table_name": each.table,
                "item": each.item,
                "given": each.given,
                "unreadable": each.unreadable,
            }
            for each in items
        ]
        with alone(self._engine, f"{QUALITY.name} {submission}", self._guard) as connection:
            connection.execute(delete(ITEMS_NOT_READ).where(ITEMS_NOT_READ.c.submission == submission))
            if rows:
                connection.execute(insert(ITEMS_NOT_READ), rows)
            _note(connection, submission, children=children)

    def read_of_year(self, year: int) -> dict[int, Read]:
        """How the submissions of a year were read, by submission; without those cleaned before it was noted."""
        of_submission = SUBMISSIONS.c.submission
        children = (
            select(QUALITY.c.submission, QUALITY.c.children)
            .join(SUBMISSIONS, of_submission == QUALITY.c.submission)
            .where(of_year(year), QUALITY.c.children.is_not(None))
        )
        items = (
            select(ITEMS_NOT_READ)
            .join(SUBMISSIONS, of_submission == ITEMS_NOT_READ.c.submission)
            .where(of_year(year))
            .order_by(*ITEMS_NOT_READ.primary_key)
        )
        found: dict[int, list[ItemRead]] = {}
        with self._engine.connect() as connection:
            for submission, *values in connection.execute(items):
                found.setdefault(submission, []).append(ItemRead(*values))
            return {row[0]: Read(row[1], tuple(found.get(row[0], ()))) for row in connection.execute(children)}

    def of_year(self, year: int) -> dict[int, Grade]:
        """The grades of the submissions of a year, by submission."""
        columns = (QUALITY.c.errors, QUALITY.c.queries, QUALITY.c.rules_crashed, QUALITY.c.confidence)
        query = (
            select(QUALITY.c.submission, *columns)
            .join(SUBMISSIONS, SUBMISSIONS.c.submission == QUALITY.c.submission)
            .where(of_year(year))
        )
        with self._engine.connect() as connection:
            return {row[0]: Grade(*row[1:]) for row in connection.execute(query)}

    def _note(self, submission: int, **values: object) -> None:
        with alone(self._engine, f"{QUALITY.name} {submission}", self._guard) as connection:
            _note(connection, submission, **values)


def _note(connection: Connection, submission: int, **values: object) -> None:
    noted = connection.execute(update(QUALITY).where(QUALITY.c.submission == submission).values(**values))
    if not noted.rowcount:
        connection.execute(insert(QUALITY).values(submission=submission, **values))
