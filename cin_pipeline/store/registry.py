"""The submission registry: what was received, who works on it, and which return of each LA and year is current.

The truth about submissions. They are in the order of their numbers, never of times: a clock may jump. Every change is
one transaction and leaves an event, so that the history is kept.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, exists, func, insert, select, text, update
from sqlalchemy.sql.elements import ColumnElement

from cin_pipeline.store import moves
from cin_pipeline.store.database import COUNTS, EVENTS, REFUSED_FILES, SUBMISSIONS
from cin_pipeline.store.moves import ACCEPTED as ACCEPTED  # the states, for who knows the registry
from cin_pipeline.store.moves import CLAIMED as CLAIMED
from cin_pipeline.store.moves import LANDED as LANDED
from cin_pipeline.store.moves import REJECTED, SUPERSEDED, Move
from cin_pipeline.store.moves import SubmissionState as SubmissionState


class DecisionRefused(ValueError):
    """A person's decision does not fit the state of the submission; the message says why."""


COLLECTION = "cin"  # the children in need census, the one collection there is


@dataclass(frozen=True)
class Submission:
    """One return as received: a file of which is known whose it is.

    run: the Dagster run or command that claimed it last. attempt: how often it was claimed. run_requests: how often a
    run was asked for. decided_by: the person who decided about it last, else empty. overridden: a person said that it
    counts even where a blocking check fails."""

    submission: int
    collection_year: int
    la_code: str
    file_name: str
    sha256: str
    size: int
    received: datetime
    state: SubmissionState
    reason: str
    run: str = ""
    attempt: int = 0
    run_requests: int = 0
    decided_by: str = ""
    overridden: bool = False
    collection: str = COLLECTION

    @property
    def partition(self) -> tuple[int, str]:
        """Collection year and LA."""
        return self.collection_year, self.la_code


@dataclass(frozen=True)
class RefusedFile:
    """A file that is no submission, as nobody can tell whose return it is. Its number is none of a submission."""

    number: int
    file_name: str
    sha256: str  # empty where its bytes could not be read
    size: int
    received: datetime
    refused: datetime
    reason: str


@dataclass(frozen=True)
class Event:
    """One change of a submission's state. `from_state` is empty for its receipt."""

    event: int
    submission: int
    at: datetime
    from_state: str
    to_state: str
    reason: str
    run: str
    decided_by: str


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Registry:
    """Reads and writes submissions; every change is one transaction that no other can come between."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = _utc_now) -> None:
        self._engine = engine
        self._now = now

    def land(
        self,
        *,
        year: int,
        la_code: str,
        file_name: str,
        sha256: str,
        size: int,
        received: datetime,
        rejected_again: bool = True,
    ) -> Submission:
        """Records a file for an LA and year; the same bytes as the last submission are that submission again.

        With `rejected_again`, bytes that a run rejected last are a new submission, to be tried once more."""
        with self._writing() as connection:
            last = _first(connection, _newest(_partition(year, la_code)))
            if last and last.sha256 == sha256:
                tried_again = rejected_again and last.state is REJECTED and not last.decided_by
                if not tried_again:
                    return last
            return self._add(
                connection,
                moves.LAND,
                collection=COLLECTION,
                collection_year=year,
                la_code=la_code,
                file_name=file_name,
                sha256=sha256,
                size=size,
                received=received,
                reason="",
            )

    def refuse(
        self, *, year: int, la_code: str, file_name: str, sha256: str, size: int, received: datetime, reason: str
    ) -> Submission:
        """Records a return that is not landed, with the reason."""
        with self._writing() as connection:
            return self._add(
                connection,
                moves.REFUSE,
                collection=COLLECTION,
                collection_year=year,
                la_code=la_code,
                file_name=file_name,
                sha256=sha256,
                size=size,
                received=received,
                reason=reason,
            )

    def refuse_file(self, *, file_name: str, sha256: str, size: int, received: datetime, reason: str) -> RefusedFile:
        """Records a file of which nobody can tell whose return it is, with the reason."""
        with self._writing() as connection:
            number = _next_number(connection)
            values = {"file_name": file_name, "sha256": sha256, "size": size, "received": received, "reason": reason}
            connection.execute(insert(REFUSED_FILES).values(number=number, refused=self._now(), **values))
            row = connection.execute(select(REFUSED_FILES).where(REFUSED_FILES.c.number == number)).one()
            return RefusedFile(**dict(row._mapping))

    def claim(self, submission: int, run: str) -> bool:
        """Gives a landed submission to one run; False where it is not landed (any more). One of several gets it."""
        with self._writing() as connection:
            return self._move(connection, submission, moves.CLAIM, "", run, values=_claimed_by(run))

    def requeue(self, submission: int, run: str, reason: str) -> bool:
        """Requeues, as landed, a submission whose run came to no result; False where that run does not hold it."""
        with self._writing() as connection:
            return self._move(connection, submission, moves.REQUEUE, reason, run, held_by=run)

    def accept(self, submission: int, run: str = "") -> bool:
        """Makes a submission current; True where it then is. Only the run that claimed it can, or no run one landed.

        The one that was current is superseded, and so is every earlier one still waiting. Where a later one
        is current, this one is superseded itself, unless a person has overridden that. A current one stays so."""
        with self._writing() as connection:
            this = _get(connection, submission)
            if this.state is ACCEPTED:
                return True
            if not _may_end(this, run):
                return False
            current = _first(connection, _newest(_partition(*this.partition) & (SUBMISSIONS.c.state == ACCEPTED)))
            if current and current.submission > submission and not this.overridden:
                later = f"submission {current.submission}, received later, is current"
                self._move(connection, submission, moves.OVERTAKE, later, run)
                return False
            by = this.decided_by if this.overridden else ""
            self._make_current(connection, this, moves.ACCEPT, this.reason if this.overridden else "", run, by)
            return True

    def reject(self, submission: int, reason: str, run: str = "") -> bool:
        """Turns down a submission that the run claimed, or without a run one landed; what is current stays current.

        False, and nothing changed, for any other: also when doing again what is current has failed."""
        with self._writing() as connection:
            this = _get(connection, submission)
            if not _may_end(this, run):
                return False
            return self._move(connection, submission, moves.REJECT if run else moves.GIVE_UP, reason, run)

    def run_requested(self, submissions: Iterable[int]) -> None:
        """Counts that a run was requested."""
        with self._writing() as connection:
            for number in submissions:
                connection.execute(
                    update(SUBMISSIONS)
                    .where(SUBMISSIONS.c.submission == number)
                    .values(run_requests=SUBMISSIONS.c.run_requests + 1)
                )

    # What people decide.

    def turn_down(self, submission: int, by: str, reason: str) -> None:
        """A person rejects a submission that waits. Raises DecisionRefused, KeyError."""
        with self._writing() as connection:
            expected = f"only one that is {_origins(moves.TURN_DOWN)} can be rejected"
            this = _decided_about(connection, submission, expected)
            if not moves.TURN_DOWN.fits(this.state):
                hint = ", withdraw it" if this.state is ACCEPTED else ""
                raise DecisionRefused(f"submission {submission} is {_told(this)}; {expected}{hint}")
            self._move(connection, submission, moves.TURN_DOWN, reason, "", by=by)

    def withdraw(self, submission: int, by: str, reason: str) -> Submission | None:
        """A person takes a submission back; returns the one that was current before it and is again, if any.

        Raises DecisionRefused for one that a run is at work on, or that was never taken; KeyError."""
        with self._writing() as connection:
            expected = f"one that is {_origins(moves.WITHDRAW)} was expected"
            this = _decided_about(connection, submission, expected)
            if not moves.WITHDRAW.fits(this.state):
                raise DecisionRefused(f"submission {submission} is {_told(this)}; {expected}")
            self._move(connection, submission, moves.WITHDRAW, reason, "", by=by)
            before = _first(connection, _once_current(this)) if this.state is ACCEPTED else None
            if before:
                again = f"current again: submission {submission} was withdrawn"
                self._make_current(connection, before, moves.REINSTATE, again, "", by)
            return before and _get(connection, before.submission)

    def restore(self, submission: int, by: str, reason: str) -> bool:
        """A person makes a submission current whose measures are counted already: one superseded or withdrawn.

        False where its measures were never counted or it was rejected: it must be run, see `reopen`. Raises
        DecisionRefused for a file that was never identified, KeyError."""
        with self._writing() as connection:
            this = _decided_about(connection, submission)
            counted = select(COUNTS.c.submission).where(COUNTS.c.submission == submission)
            if not moves.RESTORE.fits(this.state) or connection.execute(counted).one_or_none() is None:
                return False
            self._make_current(connection, this, moves.RESTORE, reason, "", by)
            return True

    def reopen(self, submission: int, run: str, by: str, reason: str) -> None:
        """Claims a submission for a run whose blocking checks do not block, because a person said so.

        Raises DecisionRefused for one that is current, at work, or was never identified; KeyError."""
        with self._writing() as connection:
            this = _decided_about(connection, submission)
            if not moves.REOPEN.fits(this.state):
                raise DecisionRefused(f"submission {submission} is {_told(this)}; there is nothing to decide")
            claimed = {**_claimed_by(run), "overridden": True}
            self._move(connection, submission, moves.REOPEN, reason, run, by=by, values=claimed)

    # Looking things up.

    def waiting(self) -> list[Submission]:
        """Every submission that is landed or claimed, in their order."""
        return self._all(SUBMISSIONS.c.state.in_((LANDED, CLAIMED)))

    def held_by(self, run: str) -> list[Submission]:
        """What a run claimed and has not ended."""
        return self._all((SUBMISSIONS.c.state == CLAIMED) & (SUBMISSIONS.c.run == run))

    def last_landed(self, year: int, la_code: str) -> Submission | None:
        """The latest submission of this LA and year that waits for a run."""
        return self._one(_partition(year, la_code) & (SUBMISSIONS.c.state == LANDED))

    def current(self, year: int, la_code: str) -> Submission | None:
        """The accepted submission of this LA and year."""
        return self._one(_partition(year, la_code) & (SUBMISSIONS.c.state == ACCEPTED))

    def all_current(self, year: int) -> list[Submission]:
        """The accepted submissions of a year, by LA code."""
        return sorted(self._all(current_of_year(year)), key=lambda each: each.la_code)

    def years_with_current(self) -> list[int]:
        """The collection years with any accepted submission."""
        years = select(SUBMISSIONS.c.collection_year).where(_OURS & (SUBMISSIONS.c.state == ACCEPTED)).distinct()
        with self._engine.connect() as connection:
            return sorted(connection.execute(years).scalars())

    def get(self, submission: int) -> Submission:
        """A submission by its number. Raises KeyError."""
        with self._engine.connect() as connection:
            return _get(connection, submission)

    def refused_files(self) -> list[RefusedFile]:
        """The files that were refused without being identified, in the order they were received."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(REFUSED_FILES).order_by(REFUSED_FILES.c.number))
            return [RefusedFile(**dict(row._mapping)) for row in rows]

    def last_number(self) -> int:
        """The last number given to a submission or a refused file; 0 without any."""
        with self._engine.connect() as connection:
            return _next_number(connection) - 1

    def events(self, submission: int) -> list[Event]:
        """What happened to a submission, in its order."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(EVENTS).where(EVENTS.c.submission == submission).order_by(EVENTS.c.event))
            return [Event(**dict(row._mapping)) for row in rows]

    def last_change(self, year: int) -> tuple[int, datetime | None]:
        """Number and time of the last event about a submission of a year; 0 and None where there is none."""
        newest = (
            select(EVENTS.c.event, EVENTS.c.at)
            .join(SUBMISSIONS, SUBMISSIONS.c.submission == EVENTS.c.submission)
            .where(of_year(year))
            .order_by(EVENTS.c.event.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(newest).one_or_none()
        return (row.event, row.at.replace(tzinfo=row.at.tzinfo or UTC)) if row else (0, None)

    def history(self, year: int, la_code: str | None = None) -> list[Submission]:
        """Every submission of a year, or of one LA and year, in any state, in the order they were received."""
        return self._all(of_year(year) if la_code is None else _partition(year, la_code))

    def accepted_before(self, submission: Submission) -> Submission | None:
        """The last submission of the same LA and year before this one that is, or was, current."""
        earlier = SUBMISSIONS.c.submission < submission.submission
        return self._one(_partition(*submission.partition) & _was_accepted() & earlier)

    def _one(self, where: ColumnElement[bool]) -> Submission | None:
        with self._engine.connect() as connection:
            return _first(connection, _newest(_OURS & where))

    def _all(self, where: ColumnElement[bool]) -> list[Submission]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(SUBMISSIONS).where(_OURS & where).order_by(SUBMISSIONS.c.submission))
            return [_submission(row) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction in which what was read stays true until it is written."""
        with self._engine.begin() as connection:
            sqlite = connection.dialect.name == "sqlite"
            connection.execute(
                text("BEGIN IMMEDIATE" if sqlite else "LOCK TABLE submissions IN SHARE ROW EXCLUSIVE MODE")
            )
            yield connection

    def _add(self, connection: Connection, move: Move, **values: object) -> Submission:
        number = _next_number(connection)
        connection.execute(insert(SUBMISSIONS).values(submission=number, state=move.target, **values))
        submission = _get(connection, number)
        self._tell(connection, submission.submission, "", submission.state, submission.reason, "", "")
        return submission

    def _make_current(
        self, connection: Connection, this: Submission, move: Move, reason: str, run: str, by: str
    ) -> None:
        same = _partition(*this.partition) & (SUBMISSIONS.c.submission != this.submission)
        earlier = same & (SUBMISSIONS.c.state == LANDED) & (SUBMISSIONS.c.submission < this.submission)
        for where, passed, why in (
            (same & (SUBMISSIONS.c.state == ACCEPTED), moves.REPLACE, f"submission {this.submission} was accepted"),
            (earlier, moves.OVERTAKE, f"submission {this.submission}, received later, was accepted before it"),
        ):
            numbers = connection.execute(select(SUBMISSIONS.c.submission).where(where)).scalars().all()
            for number in numbers:
                self._move(connection, number, passed, why, run)
        self._move(connection, this.submission, move, reason, run, by=by)

    def _move(
        self,
        connection: Connection,
        submission: int,
        move: Move,
        reason: str,
        run: str,
        *,
        by: str = "",
        held_by: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> bool:
        """Moves a submission if it is where the move begins, and tells so; whether it was. No other code does."""
        before = _get(connection, submission).state
        where = (SUBMISSIONS.c.submission == submission) & SUBMISSIONS.c.state.in_(move.origins)
        if held_by is not None:
            where &= SUBMISSIONS.c.run == held_by
        written = {"state": move.target, "reason": reason, **({"decided_by": by} if by else {}), **(values or {})}
        changed = connection.execute(update(SUBMISSIONS).where(where).values(**written)).rowcount
        if changed:
            self._tell(connection, submission, before, move.target, reason, run, by)
        return bool(changed)

    def _tell(
        self, connection: Connection, submission: int, before: str, after: str, reason: str, run: str, by: str
    ) -> None:
        connection.execute(
            insert(EVENTS).values(
                submission=submission,
                at=self._now(),
                from_state=before,
                to_state=after,
                reason=reason,
                run=run,
                decided_by=by,
            )
        )


def _claimed_by(run: str) -> dict[str, Any]:
    return {"run": run, "attempt": SUBMISSIONS.c.attempt + 1}


def _may_end(this: Submission, run: str) -> bool:
    return this.state is CLAIMED and this.run == run if run else this.state is LANDED


def _told(this: Submission) -> str:
    return f"at work in run {this.run}" if this.state is CLAIMED else str(this.state)


def _origins(move: Move) -> str:
    *some, last = move.origins
    return f"{', '.join(some)} or {last}" if some else str(last)


_OURS = SUBMISSIONS.c.collection == COLLECTION


def of_year(year: int) -> ColumnElement[bool]:
    """The submissions of a year."""
    return _OURS & (SUBMISSIONS.c.collection_year == year)


def current_of_year(year: int) -> ColumnElement[bool]:
    """The submissions of a year that figures come from."""
    return of_year(year) & (SUBMISSIONS.c.state == ACCEPTED)


def _partition(year: int, la_code: str) -> ColumnElement[bool]:
    return of_year(year) & (SUBMISSIONS.c.la_code == la_code)


def _next_number(connection: Connection) -> int:
    """Submissions and refused files are numbered in one row, in the order they were received."""
    last: list[int | None] = [
        connection.execute(select(func.max(column))).scalar_one()
        for column in (SUBMISSIONS.c.submission, REFUSED_FILES.c.number)
    ]
    return max(number or 0 for number in last) + 1


def _decided_about(connection: Connection, number: int, expected: str = "") -> Submission:
    """The submission that a person decides about. Raises DecisionRefused for a file never identified, KeyError."""
    refused = connection.execute(select(REFUSED_FILES.c.reason).where(REFUSED_FILES.c.number == number)).scalar()
    if refused is None:
        return _get(connection, number)
    if expected:
        raise DecisionRefused(f"submission {number} is {REJECTED}; {expected}")
    raise DecisionRefused(f"submission {number} cannot be accepted: whose return it is could not be read ({refused})")


def _once_current(this: Submission) -> Select[tuple[object, ...]]:
    """Of the same LA and year, the superseded submission that was current last before this one."""
    superseded_by = (
        select(EVENTS.c.event)
        .where(EVENTS.c.submission == SUBMISSIONS.c.submission, EVENTS.c.to_state == SUPERSEDED)
        .order_by(EVENTS.c.event.desc())
        .limit(1)
        .scalar_subquery()
    )
    where = _partition(*this.partition) & (SUBMISSIONS.c.state == SUPERSEDED) & _was_accepted()
    return select(SUBMISSIONS).where(where).order_by(superseded_by.desc()).limit(1)


def _was_accepted() -> ColumnElement[bool]:
    return exists().where(EVENTS.c.submission == SUBMISSIONS.c.submission, EVENTS.c.to_state == ACCEPTED)


def _newest(where: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    return select(SUBMISSIONS).where(where).order_by(SUBMISSIONS.c.submission.desc()).limit(1)


def _first(connection: Connection, query: Select[tuple[object, ...]]) -> Submission | None:
    row = connection.execute(query).one_or_none()
    return _submission(row) if row else None


def _get(connection: Connection, submission: int) -> Submission:
    found = _first(connection, _newest(SUBMISSIONS.c.submission == submission))
    if found is None:
        raise KeyError(submission)
    return found


def _submission(row: Row[tuple[object, ...]]) -> Submission:
    values = dict(row._mapping)
    return Submission(**{**values, "state": SubmissionState(values["state"])})
