"""What a return that is about to be accepted is compared with, in the transaction that accepts it: so it does not
matter which of several is ready first."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.sql.elements import ColumnElement

from cin_pipeline.census.hold_reasons import CHILDREN, SIZE
from cin_pipeline.census.holding import Compared, SentChildren, another_size, children_of_another
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.store.database import RETURN_CHILDREN, SUBMISSIONS
from cin_pipeline.store.moves import ACCEPTED, SUPERSEDED
from cin_pipeline.store.submission_queries import (
    get_submission,
    of_partition,
    of_year,
    was_accepted,
)
from cin_pipeline.store.submissions import Submission


@dataclass(frozen=True)
class Arrival:
    """What of a return is looked at before it is accepted.

    dates: what its dates contradict, empty where nothing. related: the LAs whose children it may share. off: names of
    the reasons that are switched off. new: whether its LA did not exist in the previous year. confirmed_by: who says
    beforehand that it counts all the same; empty: nobody."""

    children: SentChildren
    dates: str = ""
    related: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    new: bool = False
    confirmed_by: str = ""


class KnownChildren:
    """Who is in each return. What was read once is not read again: a submission keeps its children."""

    def __init__(self) -> None:
        self._read: dict[int, SentChildren] = {}

    def of(self, connection: Connection, submissions: Collection[int]) -> dict[int, SentChildren]:
        """Who is in some returns, in the order of their numbers; those of which it is not kept are not there."""
        if unread := set(submissions) - self._read.keys():
            rows = connection.execute(select(RETURN_CHILDREN).where(RETURN_CHILDREN.c.submission.in_(unread)))
            self._read |= {row.submission: SentChildren.stored(row.children, row.child_keys) for row in rows}
        return {number: self._read[number] for number in sorted(submissions) if number in self._read}


def note_children(connection: Connection, submission: int, children: SentChildren) -> None:
    """Keeps who is in a return, in place of what was kept of it."""
    connection.execute(delete(RETURN_CHILDREN).where(RETURN_CHILDREN.c.submission == submission))
    values = {"submission": submission, "children": children.number, "child_keys": children.as_bytes()}
    connection.execute(insert(RETURN_CHILDREN).values(**values))


def why_held(connection: Connection, this: Submission, arrival: Arrival, known: KnownChildren) -> str:
    """Why a return is not accepted before a person says so; empty where nothing speaks against it."""
    reasons = [arrival.dates]
    if CHILDREN.name not in arrival.off:
        lower = _received_before(connection, this, arrival)
        for number, children in known.of(connection, lower).items():
            if common := arrival.children.same_as(children):
                reasons.append(children_of_another(common, arrival.children, lower[number], number))
                break
    if SIZE.name not in arrival.off:
        reasons.append(another_size(arrival.children.number, _of_same_la(connection, this, arrival)))
    return "; ".join(filter(None, reasons))


def with_same_children(
    connection: Connection, this: Submission, arrival: Arrival, known: KnownChildren
) -> tuple[Submission, str] | None:
    """A current return with a higher number that would have been held, had this one been accepted before it, and why.

    None of those that a person has decided about."""
    if CHILDREN.name in arrival.off:
        return None
    by_a_run = (SUBMISSIONS.c.decided_by == "") & ~SUBMISSIONS.c.overridden
    current = (SUBMISSIONS.c.state == ACCEPTED) & (SUBMISSIONS.c.submission > this.submission)
    higher = _of_other_las(connection, this, arrival, current & by_a_run)
    for number, children in known.of(connection, higher).items():
        if common := children.same_as(arrival.children):
            why = children_of_another(common, children, this.la_code, this.submission)
            return get_submission(connection, number), why
    return None


def _received_before(connection: Connection, this: Submission, arrival: Arrival) -> dict[int, str]:
    """Of each other LA its newest return of the year with a lower number that is current, or was before a later one,
    which might as well have been accepted after this one. LA codes by submission."""
    once = (SUBMISSIONS.c.state == ACCEPTED) | ((SUBMISSIONS.c.state == SUPERSEDED) & was_accepted())
    lower = _of_other_las(connection, this, arrival, once & (SUBMISSIONS.c.submission < this.submission))
    newest = {la_code: number for number, la_code in lower.items()}
    return {number: la_code for la_code, number in newest.items()}


def _of_other_las(
    connection: Connection, this: Submission, arrival: Arrival, which: ColumnElement[bool]
) -> dict[int, str]:
    """The LAs of some submissions of the year, in their order; of none that shares children with this one
    by its nature."""
    others = SUBMISSIONS.c.la_code.not_in({this.la_code, *arrival.related})
    rows = connection.execute(
        select(SUBMISSIONS.c.submission, SUBMISSIONS.c.la_code)
        .where(of_year(this.collection_year) & others & which)
        .order_by(SUBMISSIONS.c.submission)
    )
    return {row.submission: row.la_code for row in rows}


def _of_same_la(connection: Connection, this: Submission, arrival: Arrival) -> Iterator[Compared]:
    """The current returns of the LA for the year and, where it existed, the previous one."""
    year = this.collection_year
    for each in (year,) if arrival.new else (year, year - 1):
        query = (
            select(SUBMISSIONS.c.submission, RETURN_CHILDREN.c.children)
            .join(RETURN_CHILDREN, RETURN_CHILDREN.c.submission == SUBMISSIONS.c.submission)
            .where(of_partition(each, this.la_code) & (SUBMISSIONS.c.state == ACCEPTED))
        )
        for number, children in connection.execute(query):
            what = "its current return" if each == year else f"its return of {CollectionYear(each)}"
            yield Compared(children, f"{what} (submission {number})")
