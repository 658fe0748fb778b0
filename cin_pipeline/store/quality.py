"""How good each submission is, in a few numbers that are cheap to read for all LAs at once."""

from dataclasses import dataclass

from sqlalchemy import Engine, insert, select, update

from cin_pipeline.store.database import QUALITY, SUBMISSIONS
from cin_pipeline.store.submission_queries import of_year


@dataclass(frozen=True)
class Grade:
    """What the validation rules found in a submission, and the confidence in it; None where that was not looked at.

    `rules_crashed` is the number of rules that crashed: with any, errors and queries may be more."""

    errors: int | None = None
    queries: int | None = None
    rules_crashed: int | None = None
    confidence: str | None = None


class Quality:
    """Reads and writes the grade of each submission; the hits themselves are in the row tables."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note_rules(self, submission: int, *, errors: int, queries: int, crashed: int) -> None:
        """Notes how many errors and queries the validation rules found, and how many rules crashed."""
        self._note(submission, errors=errors, queries=queries, rules_crashed=crashed)

    def note_confidence(self, submission: int, confidence: str) -> None:
        """Notes the overall confidence of the whole return."""
        self._note(submission, confidence=confidence)

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
        with self._engine.begin() as connection:
            noted = connection.execute(update(QUALITY).where(QUALITY.c.submission == submission).values(**values))
            if not noted.rowcount:
                connection.execute(insert(QUALITY).values(submission=submission, **values))
