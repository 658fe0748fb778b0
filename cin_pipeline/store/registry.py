"""The submission registry: what was received, who works on it, and which return of each LA and year is current.

The truth about submissions. They are in the order of their numbers, never of times: a clock may jump. Every change is
one transaction and leaves an event, so that the history is kept.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, true, update
from sqlalchemy.sql.elements import ColumnElement

from cin_pipeline.census.holding import SentChildren
from cin_pipeline.settings.log import happened, is_wanted
from cin_pipeline.store import moves
from cin_pipeline.store.database import COUNTS, EVENTS, FURTHER_NAMES, REFUSED_FILES, RETURN_CHILDREN, SUBMISSIONS
from cin_pipeline.store.holding import Arrival, KnownChildren, note_children, why_held, with_same_children
from cin_pipeline.store.moves import ACCEPTED, CLAIMED, HELD, LANDED, REJECTED, Move
from cin_pipeline.store.reason_kinds import reason_kind
from cin_pipeline.store.submission_queries import (
    OURS,
    came_as,
    current_of_year,
    decided_about,
    first_of,
    get_submission,
    lies_there,
    newest,
    next_number,
    of_partition,
    of_year,
    once_current,
    submission_of,
    was_accepted,
    was_landed,
)
from cin_pipeline.store.submissions import COLLECTION, DecisionRefused, Event, OnceHeld, RefusedFile, Submission
from cin_pipeline.store.transactions import Guard, alone_in, unguarded

CONFIRMED_BY = "run --confirm-held"  # who confirmed, where a run was told to take whatever is held
CONFIRMED_BEFOREHAND = "every held return was to be taken"

# What is logged of a move, where it is not the state that it leads to.
_LOGGED = {moves.REQUEUE: "requeued", moves.GIVE_BACK: "given_back", moves.ANSWER: "answered"}
_WARNED = (HELD, REJECTED)
_TO_LOG = "cin_pipeline: moves to log"  # of a connection, while a transaction lasts


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Registry:
    """Reads and writes submissions; every change is one transaction that no other can come between."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = _utc_now, guard: Guard = unguarded) -> None:
        self._engine = engine
        self._now = now
        self._guard = guard
        self._children = KnownChildren()

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
        delivered: bool = False,
    ) -> Submission:
        """Records a file for an LA and year; the same bytes as the last that landed are that submission again.

        But not where a person has decided against that one, and they are sent again: `delivered` says so, else that
        they do not merely lie there. With `rejected_again`, bytes that a run rejected last are a new submission, to be
        tried once more."""
        with self._writing() as connection:
            lying = not delivered and lies_there(connection, (year, la_code), file_name, sha256)
            if lying:
                return lying
            # What was refused on receipt, such as a second file of the LA, says nothing about the bytes before it.
            last = first_of(connection, newest(of_partition(year, la_code) & was_landed()))
            if last and last.sha256 == sha256:
                taken = last.decided_against or (rejected_again and last.state is REJECTED)
                if not taken:
                    self._note_name(connection, last, file_name)
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

    def lies_there(self, *, year: int, la_code: str, file_name: str, sha256: str) -> Submission | None:
        """The submission that a person has decided against and whose file still lies in a folder: it came under this
        name with these bytes, and no other bytes have since."""
        with self._engine.connect() as connection:
            return lies_there(connection, (year, la_code), file_name, sha256)

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
            number = next_number(connection)
            values = {"file_name": file_name, "sha256": sha256, "size": size, "received": received, "reason": reason}
            connection.execute(insert(REFUSED_FILES).values(number=number, refused=self._now(), **values))
            row = connection.execute(select(REFUSED_FILES).where(REFUSED_FILES.c.number == number)).one()
            _to_log(connection, "file_refused", level=logging.WARNING, submission=number)
            return RefusedFile(**dict(row._mapping))

    def claim(self, submission: int, run: str) -> bool:
        """Gives a landed submission to one run; False where it is not landed (any more). One of several gets it."""
        with self._writing() as connection:
            return self._move(connection, submission, moves.CLAIM, "", run, values=_claimed_by(run))

    def requeue(self, submission: int, run: str, reason: str) -> bool:
        """Requeues, as landed, a submission whose run came to no result; False where that run does not hold it."""
        with self._writing() as connection:
            return self._move(connection, submission, moves.REQUEUE, reason, run, held_by=run)

    def give_back(self, submission: int, run: str, reason: str) -> bool:
        """Requeues a submission whose run ended for no fault of its own, as if it had not been claimed; False where
        that run does not hold it."""
        with self._writing() as connection:
            unclaimed = {"attempt": SUBMISSIONS.c.attempt - 1}
            return self._move(connection, submission, moves.GIVE_BACK, reason, run, held_by=run, values=unclaimed)

    def accept(self, submission: int, run: str = "", arrival: Arrival | None = None) -> bool:
        """Makes a submission current; True where it then is. Only the run that claimed it can, or no run one landed.

        The one that was current is superseded, and so is every earlier one still waiting. Where a later one
        is current, this one is superseded itself, unless a person has overridden that. A current one stays so.

        `arrival`: what of it may contradict its header; with it the submission may be held instead, and one of another
        LA with the same children and a higher number is, which became current before. None is held without, nor where
        a person has overridden the checks."""
        with self._writing() as connection:
            this = get_submission(connection, submission)
            if this.state is ACCEPTED:
                return True
            if not _may_end(this, run):
                return False
            current = first_of(connection, newest(of_partition(*this.partition) & (SUBMISSIONS.c.state == ACCEPTED)))
            if current and current.submission > submission and not this.overridden:
                later = f"submission {current.submission}, received later, is current"
                self._move(connection, submission, moves.OVERTAKE, later, run)
                return False
            if arrival:
                note_children(connection, submission, arrival.children)
            if arrival is None or this.overridden:
                by = this.decided_by if this.overridden else ""
                self._make_current(connection, this, moves.ACCEPT, this.reason if this.overridden else "", run, by)
                return True
            return self._accept_or_hold(connection, this, run, arrival)

    def _accept_or_hold(self, connection: Connection, this: Submission, run: str, arrival: Arrival) -> bool:
        if why := why_held(connection, this, arrival, self._children):
            self._move(connection, this.submission, moves.HOLD, why, run)
            if not arrival.confirmed_by:
                return False
            self._make_current(connection, this, moves.CONFIRM, CONFIRMED_BEFOREHAND, run, arrival.confirmed_by)
        else:
            self._make_current(connection, this, moves.ACCEPT, "", run, "")
        while found := with_same_children(connection, this, arrival, self._children):
            other, why = found
            self._move(connection, other.submission, moves.DISPLACE, why, run)
            if arrival.confirmed_by:
                self._make_current(connection, other, moves.CONFIRM, CONFIRMED_BEFOREHAND, run, arrival.confirmed_by)
            else:
                self._reinstate_before(connection, other, f"submission {other.submission} is held", run, "")
        return True

    def _reinstate_before(
        self, connection: Connection, this: Submission, why: str, run: str, by: str
    ) -> Submission | None:
        """Makes what was current before a submission current again; None where nothing was."""
        before = first_of(connection, once_current(this))
        if before:
            self._make_current(connection, before, moves.REINSTATE, f"current again: {why}", run, by)
        return before

    def reject(self, submission: int, reason: str, run: str = "") -> bool:
        """Turns down a submission that the run claimed, or without a run one landed; what is current stays current.

        False, and nothing changed, for any other: also when doing again what is current has failed."""
        with self._writing() as connection:
            this = get_submission(connection, submission)
            if not _may_end(this, run):
                return False
            move = moves.REJECT if run else moves.GIVE_UP
            # Else it would look turned down by the person who had it run.
            return self._move(connection, submission, move, reason, run, values={"decided_by": ""})

    def note_requests_in_vain(self, counts: Mapping[int, int]) -> None:
        """Notes of each submission how many of the runs asked for have ended before they began on it."""
        with self._writing() as connection:
            for number, count in counts.items():
                connection.execute(
                    update(SUBMISSIONS).where(SUBMISSIONS.c.submission == number).values(run_requests=count)
                )

    def note_children(self, children: Mapping[int, SentChildren]) -> None:
        """Keeps who is in some returns, so that others can be compared with them."""
        with self._writing() as connection:
            for submission, each in children.items():
                note_children(connection, submission, each)

    # What people decide.

    def turn_down(self, submission: int, by: str, reason: str) -> None:
        """A person rejects a submission that waits or is held. Raises DecisionRefused, KeyError."""
        with self._writing() as connection:
            expected = f"only one that is {_origins(moves.TURN_DOWN)} can be rejected"
            this = decided_about(connection, submission, expected)
            if not moves.TURN_DOWN.fits(this.state):
                hint = ", withdraw it" if this.state is ACCEPTED else ""
                raise DecisionRefused(f"submission {submission} is {this.standing}; {expected}{hint}")
            self._move(connection, submission, moves.TURN_DOWN, reason, "", by=by)

    def withdraw(self, submission: int, by: str, reason: str) -> Submission | None:
        """A person takes a submission back; returns the one that was current before it and is again, if any.

        Raises DecisionRefused for one that a run is at work on, or that was never taken; KeyError."""
        with self._writing() as connection:
            expected = f"one that is {_origins(moves.WITHDRAW)} was expected"
            this = decided_about(connection, submission, expected)
            if not moves.WITHDRAW.fits(this.state):
                raise DecisionRefused(f"submission {submission} is {this.standing}; {expected}")
            self._move(connection, submission, moves.WITHDRAW, reason, "", by=by)
            before = None
            if this.state is ACCEPTED:
                before = self._reinstate_before(connection, this, f"submission {submission} was withdrawn", "", by)
            return before and get_submission(connection, before.submission)

    def confirm(self, submission: int, by: str, reason: str) -> bool:
        """A person makes a held submission current, as it was counted; False where it is not held.

        Raises DecisionRefused for a file that was never identified, KeyError."""
        with self._writing() as connection:
            this = decided_about(connection, submission)
            if not moves.CONFIRM.fits(this.state):
                return False
            self._make_current(connection, this, moves.CONFIRM, reason, "", by)
            return True

    def restore(self, submission: int, by: str, reason: str) -> bool:
        """A person makes a submission current whose measures are counted already: one superseded or withdrawn.

        False where its measures were never counted or it was rejected: it must be run, see `reopen`. Raises
        DecisionRefused for a file that was never identified, KeyError."""
        with self._writing() as connection:
            this = decided_about(connection, submission)
            counted = select(COUNTS.c.submission).where(COUNTS.c.submission == submission)
            if not moves.RESTORE.fits(this.state) or connection.execute(counted).one_or_none() is None:
                return False
            self._make_current(connection, this, moves.RESTORE, reason, "", by)
            return True

    def reopen(self, submission: int, run: str, by: str, reason: str) -> None:
        """Claims a submission for a run whose blocking checks do not block, because a person said so.

        Raises DecisionRefused for one that is current, at work, or was never identified; KeyError."""
        with self._writing() as connection:
            this = decided_about(connection, submission)
            if not moves.REOPEN.fits(this.state):
                raise DecisionRefused(f"submission {submission} is {this.standing}; there is nothing to decide")
            claimed = {**_claimed_by(run), "overridden": True}
            self._move(connection, submission, moves.REOPEN, reason, run, by=by, values=claimed)

    def answer(self, submission: int, by: str, reason: str) -> None:
        """A person answers that a current submission counts although it is in doubt; it stays current.

        Raises DecisionRefused for one that is not current, KeyError."""
        with self._writing() as connection:
            this = decided_about(connection, submission)
            if not moves.ANSWER.fits(this.state):
                raise DecisionRefused(f"submission {submission} is {this.standing}; one that is current was expected")
            self._move(connection, submission, moves.ANSWER, reason, "", by=by)

    # Looking things up.

    def waiting(self, la_code: str = "") -> list[Submission]:
        """Every submission that is landed or claimed, or those of one LA, in their order."""
        of_la = SUBMISSIONS.c.la_code == la_code if la_code else true()
        return self._all(SUBMISSIONS.c.state.in_((LANDED, CLAIMED)) & of_la)

    def claims(self, submissions: Collection[int]) -> set[tuple[int, str]]:
        """Every claim there ever was of some submissions: its number, and the run or command that claimed it."""
        where = EVENTS.c.submission.in_(submissions) & (EVENTS.c.to_state == CLAIMED)
        with self._engine.connect() as connection:
            return {(row.submission, row.run) for row in connection.execute(select(EVENTS).where(where))}

    def held_by(self, run: str) -> list[Submission]:
        """What a run claimed and has not ended."""
        return self._all((SUBMISSIONS.c.state == CLAIMED) & (SUBMISSIONS.c.run == run))

    def held(self, year: int) -> list[Submission]:
        """The submissions of a year that are held for confirmation, in their order."""
        return self._all(of_year(year) & (SUBMISSIONS.c.state == HELD))

    def once_held(self, year: int) -> list[OnceHeld]:
        """The current submissions of a year that were ever held, by LA code."""
        found = []
        for each in self.all_current(year):
            events = self.events(each.submission)
            if held := [event for event in events if event.to_state == HELD]:
                # An answer to a doubt is an event from accepted to accepted: no confirmation.
                last = [event for event in events if event.to_state == ACCEPTED != event.from_state][-1]
                found.append(OnceHeld(each.la_code, each.submission, held[-1].reason, last.decided_by, last.reason))
        return found

    def children_of(self, submissions: Collection[int]) -> dict[int, SentChildren]:
        """Who is in some returns, by submission; those of which it is not kept are not there."""
        with self._engine.connect() as connection:
            return self._children.of(connection, submissions)

    def without_children(self, submission: Submission) -> list[Submission]:
        """The current submissions that one is compared with of which is not kept who is in them: those of its year, and
        its LA's of the previous one."""
        year, la_code = submission.partition
        kept = select(RETURN_CHILDREN.c.submission)
        compared = current_of_year(year) | (of_partition(year - 1, la_code) & (SUBMISSIONS.c.state == ACCEPTED))
        return self._all(compared & SUBMISSIONS.c.submission.not_in(kept))

    def last_landed(self, year: int, la_code: str) -> Submission | None:
        """The latest submission of this LA and year that waits for a run."""
        return self._one(of_partition(year, la_code) & (SUBMISSIONS.c.state == LANDED))

    def current(self, year: int, la_code: str) -> Submission | None:
        """The accepted submission of this LA and year."""
        return self._one(of_partition(year, la_code) & (SUBMISSIONS.c.state == ACCEPTED))

    def all_current(self, year: int) -> list[Submission]:
        """The accepted submissions of a year, by LA code."""
        return sorted(self._all(current_of_year(year)), key=lambda each: each.la_code)

    def years_with_current(self) -> list[int]:
        """The collection years with any accepted submission."""
        years = select(SUBMISSIONS.c.collection_year).where(OURS & (SUBMISSIONS.c.state == ACCEPTED)).distinct()
        with self._engine.connect() as connection:
            return sorted(connection.execute(years).scalars())

    def get(self, submission: int) -> Submission:
        """A submission by its number. Raises KeyError."""
        with self._engine.connect() as connection:
            return get_submission(connection, submission)

    def refused_files(self) -> list[RefusedFile]:
        """The files that were refused without being identified, in the order they were received."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(REFUSED_FILES).order_by(REFUSED_FILES.c.number))
            return [RefusedFile(**dict(row._mapping)) for row in rows]

    def last_number(self) -> int:
        """The last number given to a submission or a refused file; 0 without any."""
        with self._engine.connect() as connection:
            return next_number(connection) - 1

    def events(self, submission: int) -> list[Event]:
        """What happened to a submission, in its order."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(EVENTS).where(EVENTS.c.submission == submission).order_by(EVENTS.c.event))
            return [Event(**dict(row._mapping)) for row in rows]

    def events_after(self, event: int, most: int) -> list[tuple[Event, Submission]]:
        """The first so many events after one, in their order, each with its submission as it is now."""
        query = select(EVENTS).where(EVENTS.c.event > event).order_by(EVENTS.c.event).limit(most)
        with self._engine.connect() as connection:
            found = [Event(**dict(row._mapping)) for row in connection.execute(query)]
            about = {each.submission: get_submission(connection, each.submission) for each in found}
        return [(each, about[each.submission]) for each in found]

    def last_event(self) -> int:
        """The number of the last event there is; 0 without any."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.max(EVENTS.c.event))).scalar() or 0

    def answers(self, year: int) -> dict[int, Event]:
        """The last answer of a person to each submission of a year, by submission."""
        answered = (EVENTS.c.from_state == moves.ANSWER.target) & (EVENTS.c.to_state == moves.ANSWER.target)
        query = (
            select(EVENTS)
            .join(SUBMISSIONS, SUBMISSIONS.c.submission == EVENTS.c.submission)
            .where(of_year(year), answered)
            .order_by(EVENTS.c.event)
        )
        with self._engine.connect() as connection:
            events = [Event(**dict(row._mapping)) for row in connection.execute(query)]
        return {each.submission: each for each in events}

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
        return self._all(of_year(year) if la_code is None else of_partition(year, la_code))

    def accepted_before(self, submission: Submission) -> Submission | None:
        """The last submission of the same LA and year before this one that is, or was, current."""
        earlier = SUBMISSIONS.c.submission < submission.submission
        return self._one(of_partition(*submission.partition) & was_accepted() & earlier)

    def _one(self, where: ColumnElement[bool]) -> Submission | None:
        with self._engine.connect() as connection:
            return first_of(connection, newest(OURS & where))

    def _all(self, where: ColumnElement[bool]) -> list[Submission]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(SUBMISSIONS).where(OURS & where).order_by(SUBMISSIONS.c.submission))
            return [submission_of(row) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction in which what was read stays true until it is written. Raises LeaseLost."""
        with alone_in(self._engine, SUBMISSIONS.name, self._guard) as connection:
            connection.info[_TO_LOG] = to_log = list[tuple[str, dict[str, Any]]]()
            yield connection
        for event, fields in to_log:  # what was rolled back never happened
            happened(event, **fields)

    def _add(self, connection: Connection, move: Move, **values: object) -> Submission:
        number = next_number(connection)
        connection.execute(insert(SUBMISSIONS).values(submission=number, state=move.target, **values))
        submission = get_submission(connection, number)
        self._tell(connection, submission, move, "", submission.reason, "", "")
        return submission

    def _note_name(self, connection: Connection, this: Submission, file_name: str) -> None:
        """Remembers that the bytes of a submission came under a further name."""
        if first_of(connection, newest(came_as(this.partition, file_name, this.sha256))) is None:
            connection.execute(insert(FURTHER_NAMES).values(submission=this.submission, file_name=file_name))

    def _make_current(
        self, connection: Connection, this: Submission, move: Move, reason: str, run: str, by: str
    ) -> None:
        same = of_partition(*this.partition) & (SUBMISSIONS.c.submission != this.submission)
        waiting = SUBMISSIONS.c.state.in_((LANDED, HELD))
        earlier = same & waiting & (SUBMISSIONS.c.submission < this.submission)
        for where, passed, why in (
            (same & (SUBMISSIONS.c.state == ACCEPTED), moves.REPLACE, f"submission {this.submission} was accepted"),
            (earlier, moves.OVERTAKE, f"submission {this.submission}, received later, was accepted before it"),
        ):
            numbers = connection.execute(select(SUBMISSIONS.c.submission).where(where)).scalars().all()
            for number in numbers:
                self._move(connection, number, passed, why, run)
        if not self._move(connection, this.submission, move, reason, run, by=by):
            raise RuntimeError(f"submission {this.submission} is {this.standing}: it cannot be made current so")

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
        this = get_submission(connection, submission)
        where = (SUBMISSIONS.c.submission == submission) & SUBMISSIONS.c.state.in_(move.origins)
        if held_by is not None:
            where &= SUBMISSIONS.c.run == held_by
        written = {"state": move.target, "reason": reason, **({"decided_by": by} if by else {}), **(values or {})}
        changed = connection.execute(update(SUBMISSIONS).where(where).values(**written)).rowcount
        if changed:
            self._tell(connection, this, move, this.state, reason, run, by)
        return bool(changed)

    def _tell(
        self, connection: Connection, this: Submission, move: Move, before: str, reason: str, run: str, by: str
    ) -> None:
        now = self._now()
        connection.execute(
            insert(EVENTS).values(
                submission=this.submission,
                at=now,
                from_state=before,
                to_state=move.target,
                reason=reason,
                run=run,
                decided_by=by,
            )
        )
        if is_wanted():
            _to_log(
                connection,
                _LOGGED.get(move, str(move.target)),
                level=logging.WARNING if move.target in _WARNED else logging.INFO,
                submission=this.submission,
                year=this.collection_year,
                la_code=this.la_code,
                run=run,
                seconds=_seconds_since_claim(connection, this, now) if before == CLAIMED else None,
                why=reason_kind(before, move.target, reason, by),
            )


def _to_log(connection: Connection, event: str, **fields: Any) -> None:
    connection.info[_TO_LOG].append((event, fields))


def _seconds_since_claim(connection: Connection, this: Submission, now: datetime) -> float | None:
    claims = (EVENTS.c.submission == this.submission) & (EVENTS.c.to_state == CLAIMED)
    at: datetime | None = connection.execute(
        select(EVENTS.c.at).where(claims).order_by(EVENTS.c.event.desc()).limit(1)
    ).scalar()
    return None if at is None else (now - at.replace(tzinfo=at.tzinfo or UTC)).total_seconds()


def _claimed_by(run: str) -> dict[str, Any]:
    return {"run": run, "attempt": SUBMISSIONS.c.attempt + 1}


def _may_end(this: Submission, run: str) -> bool:
    return this.state is CLAIMED and this.run == run if run else this.state is LANDED


def _origins(move: Move) -> str:
    *some, last = move.origins
    return f"{', '.join(some)} or {last}" if some else str(last)
