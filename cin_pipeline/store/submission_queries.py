"""How submissions are asked for in SQL, where a transaction or a join needs it."""

from sqlalchemy import Connection, Row, Select, exists, func, select
from sqlalchemy.sql.elements import ColumnElement

from cin_pipeline.store.database import EVENTS, FURTHER_NAMES, REFUSED_FILES, SUBMISSIONS
from cin_pipeline.store.moves import ACCEPTED, HELD, LANDED, REJECTED, SUPERSEDED, SubmissionState
from cin_pipeline.store.submissions import COLLECTION, DecisionRefused, Submission

# The one collection there is.
OURS = SUBMISSIONS.c.collection == COLLECTION


def of_year(year: int) -> ColumnElement[bool]:
    """The submissions of a year."""
    return OURS & (SUBMISSIONS.c.collection_year == year)


def current_of_year(year: int) -> ColumnElement[bool]:
    """The submissions of a year that figures come from."""
    return of_year(year) & (SUBMISSIONS.c.state == ACCEPTED)


def of_partition(year: int, la_code: str) -> ColumnElement[bool]:
    """The submissions of an LA and year."""
    return of_year(year) & (SUBMISSIONS.c.la_code == la_code)


def next_number(connection: Connection) -> int:
    """Submissions and refused files are numbered in one row, in the order they were received."""
    last: list[int | None] = [
        connection.execute(select(func.max(column))).scalar_one()
        for column in (SUBMISSIONS.c.submission, REFUSED_FILES.c.number)
    ]
    return max(number or 0 for number in last) + 1


def decided_about(connection: Connection, number: int, expected: str = "") -> Submission:
    """The submission that a person decides about. Raises DecisionRefused for a file never identified, KeyError."""
    refused = connection.execute(select(REFUSED_FILES.c.reason).where(REFUSED_FILES.c.number == number)).scalar()
    if refused is None:
        return get_submission(connection, number)
    if expected:
        raise DecisionRefused(f"submission {number} is {REJECTED}; {expected}")
    raise DecisionRefused(f"submission {number} cannot be accepted: whose return it is could not be read ({refused})")


def once_current(this: Submission) -> Select[tuple[object, ...]]:
    """Of the same LA and year, the superseded submission that was current last before this one.

    Not one that was held when it was superseded: it would come back without anybody's decision."""
    last = (
        select(EVENTS.c.event)
        .where(EVENTS.c.submission == SUBMISSIONS.c.submission, EVENTS.c.to_state == SUPERSEDED)
        .order_by(EVENTS.c.event.desc())
        .limit(1)
    )
    superseded_by = last.scalar_subquery()
    was_held = last.with_only_columns(EVENTS.c.from_state).scalar_subquery() == HELD
    where = of_partition(*this.partition) & (SUBMISSIONS.c.state == SUPERSEDED) & was_accepted() & ~was_held
    return select(SUBMISSIONS).where(where).order_by(superseded_by.desc()).limit(1)


def was_accepted() -> ColumnElement[bool]:
    """The submissions that are, or were, current."""
    return _ever(ACCEPTED)


def was_landed() -> ColumnElement[bool]:
    """The submissions that were not refused on receipt."""
    return _ever(LANDED)


def _ever(state: SubmissionState) -> ColumnElement[bool]:
    return exists().where(EVENTS.c.submission == SUBMISSIONS.c.submission, EVENTS.c.to_state == state)


def came_as(partition: tuple[int, str], file_name: str, sha256: str | None = None) -> ColumnElement[bool]:
    """The submissions of an LA and year that landed and whose bytes came under a name; of certain bytes, if said."""
    number = SUBMISSIONS.c.submission
    named = exists().where(FURTHER_NAMES.c.submission == number, FURTHER_NAMES.c.file_name == file_name)
    landed = of_partition(*partition) & was_landed() & ((SUBMISSIONS.c.file_name == file_name) | named)
    return landed if sha256 is None else landed & (SUBMISSIONS.c.sha256 == sha256)


def lies_there(connection: Connection, partition: tuple[int, str], file_name: str, sha256: str) -> Submission | None:
    """See Registry.lies_there. Bytes that came under two names may be decided about under either."""
    last_of_name = first_of(connection, newest(came_as(partition, file_name)))
    if last_of_name is None or last_of_name.sha256 != sha256:
        return None
    same_bytes = of_partition(*partition) & was_landed() & (SUBMISSIONS.c.sha256 == sha256)
    both = (first_of(connection, newest(same_bytes)), last_of_name)
    return next((each for each in both if each and each.decided_against), None)


def newest(where: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """The last of some submissions."""
    return select(SUBMISSIONS).where(where).order_by(SUBMISSIONS.c.submission.desc()).limit(1)


def first_of(connection: Connection, query: Select[tuple[object, ...]]) -> Submission | None:
    """The only submission that a query gives, if any."""
    row = connection.execute(query).one_or_none()
    return submission_of(row) if row else None


def get_submission(connection: Connection, submission: int) -> Submission:
    """A submission by its number. Raises KeyError."""
    found = first_of(connection, newest(SUBMISSIONS.c.submission == submission))
    if found is None:
        raise KeyError(submission)
    return found


def submission_of(row: Row[tuple[object, ...]]) -> Submission:
    """A row as the submission it is."""
    values = dict(row._mapping)
    return Submission(**{**values, "state": SubmissionState(values["state"])})
