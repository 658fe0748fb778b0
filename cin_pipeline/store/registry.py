"""The submission registry: what was received, and which return of each LA and year is in force."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, Row, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from cin_pipeline.store.database import SUBMISSIONS


class SubmissionState(StrEnum):
    """How far a submission has come."""

    LANDED = "landed"  # received, not yet worked through
    ACCEPTED = "accepted"  # in force
    REJECTED = "rejected"  # not taken, with a reason; what was in force stays
    SUPERSEDED = "superseded"  # was in force until a later one was accepted


@dataclass(frozen=True)
class Submission:
    """One file as received. `collection_year` and `la_code` are None where its header could not be read."""

    submission: int
    collection_year: int | None
    la_code: str | None
    file_name: str
    sha256: str
    size: int
    received: datetime
    state: SubmissionState
    reason: str


class Registry:
    """Reads and writes submissions; every change is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def land(
        self, *, year: int, la_code: str, file_name: str, sha256: str, size: int, received: datetime
    ) -> Submission:
        """Records a file for an LA and year; the same bytes as the last submission are that submission again."""
        last = self._last(_partition(year, la_code))
        if last and last.sha256 == sha256 and last.state in (SubmissionState.LANDED, SubmissionState.ACCEPTED):
            return last
        return self._add(
            collection_year=year,
            la_code=la_code,
            file_name=file_name,
            sha256=sha256,
            size=size,
            received=received,
            state=SubmissionState.LANDED,
            reason="",
        )

    def refuse(
        self,
        *,
        file_name: str,
        sha256: str,
        size: int,
        received: datetime,
        reason: str,
        year: int | None = None,
        la_code: str | None = None,
    ) -> Submission:
        """Records a file that cannot even be landed, with the reason."""
        return self._add(
            collection_year=year,
            la_code=la_code,
            file_name=file_name,
            sha256=sha256,
            size=size,
            received=received,
            state=SubmissionState.REJECTED,
            reason=reason,
        )

    def accept(self, submission: int) -> None:
        """Puts a submission in force; the one that was, is superseded."""
        with self._engine.begin() as connection:
            row = connection.execute(select(SUBMISSIONS).where(SUBMISSIONS.c.submission == submission)).one()
            in_force = (
                _partition(row.collection_year, row.la_code)
                & (SUBMISSIONS.c.state == SubmissionState.ACCEPTED)
                & (SUBMISSIONS.c.submission != submission)
            )
            connection.execute(update(SUBMISSIONS).where(in_force).values(state=SubmissionState.SUPERSEDED))
            connection.execute(
                update(SUBMISSIONS)
                .where(SUBMISSIONS.c.submission == submission)
                .values(state=SubmissionState.ACCEPTED, reason="")
            )

    def reject(self, submission: int, reason: str) -> None:
        """Turns a landed submission down; what is in force stays in force, also when doing it again has failed."""
        with self._engine.begin() as connection:
            connection.execute(
                update(SUBMISSIONS)
                .where(SUBMISSIONS.c.submission == submission, SUBMISSIONS.c.state == SubmissionState.LANDED)
                .values(state=SubmissionState.REJECTED, reason=reason)
            )

    def at_work(self, year: int, la_code: str) -> Submission | None:
        """The submission a run of this LA and year is about: the last landed, else the one in force."""
        return self._last(_partition(year, la_code) & (SUBMISSIONS.c.state == SubmissionState.LANDED)) or self.in_force(
            year, la_code
        )

    def in_force(self, year: int, la_code: str) -> Submission | None:
        """The accepted submission of this LA and year."""
        return self._last(_partition(year, la_code) & (SUBMISSIONS.c.state == SubmissionState.ACCEPTED))

    def all_in_force(self, year: int) -> list[Submission]:
        """The accepted submissions of a year, by LA code."""
        wanted = (SUBMISSIONS.c.collection_year == year) & (SUBMISSIONS.c.state == SubmissionState.ACCEPTED)
        with self._engine.connect() as connection:
            rows = connection.execute(select(SUBMISSIONS).where(wanted).order_by(SUBMISSIONS.c.la_code))
            return [_submission(row) for row in rows]

    def get(self, submission: int) -> Submission:
        """A submission by its number. Raises KeyError."""
        found = self._last(SUBMISSIONS.c.submission == submission)
        if found is None:
            raise KeyError(submission)
        return found

    def _last(self, where: ColumnElement[bool]) -> Submission | None:
        newest = select(SUBMISSIONS).where(where).order_by(SUBMISSIONS.c.submission.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(newest).one_or_none()
        return _submission(row) if row else None

    def _add(self, **values: object) -> Submission:
        with self._engine.begin() as connection:
            result = connection.execute(insert(SUBMISSIONS).values(**values))
            (number,) = result.inserted_primary_key or (None,)
        return self.get(int(str(number)))

    def history(self, year: int, la_code: str | None = None) -> list[Submission]:
        """Every submission of a year, or of one LA and year, in any state, in the order they were received."""
        wanted = SUBMISSIONS.c.collection_year == year if la_code is None else _partition(year, la_code)
        with self._engine.connect() as connection:
            rows = connection.execute(select(SUBMISSIONS).where(wanted).order_by(SUBMISSIONS.c.submission))
            return [_submission(row) for row in rows]

    def accepted_before(self, submission: Submission) -> Submission | None:
        """The last submission of the same LA and year before this one that is, or was, in force."""
        if submission.collection_year is None or submission.la_code is None:
            return None
        accepted = SUBMISSIONS.c.state.in_([SubmissionState.ACCEPTED, SubmissionState.SUPERSEDED])
        earlier = SUBMISSIONS.c.submission < submission.submission
        return self._last(_partition(submission.collection_year, submission.la_code) & accepted & earlier)


def _partition(year: int, la_code: str) -> ColumnElement[bool]:
    return (SUBMISSIONS.c.collection_year == year) & (SUBMISSIONS.c.la_code == la_code)


def _submission(row: Row[tuple[object, ...]]) -> Submission:
    values = dict(row._mapping)
    return Submission(**{**values, "state": SubmissionState(values["state"])})
