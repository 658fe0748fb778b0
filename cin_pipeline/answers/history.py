"""The submissions of an LA and year as a history: which is which, and what changed from one to another."""

from collections.abc import Sequence

from pandas import DataFrame

from cin_pipeline.census.comparing import Comparison, compare_returns
from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.methodology.moving import moved_figures
from cin_pipeline.store.objects import ObjectMissing
from cin_pipeline.store.sent_returns import records_as_sent
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission


class NotComparable(ValueError):
    """A submission that is not there, or whose records cannot be read again; the message says why."""


def find_submission(history: Sequence[Submission], wanted: str) -> Submission:
    """One of an LA's submissions of a year, in the order they were received: `1` is the first, `2` the second, ...

    `#17` is number 17 of the registry. Raises NotComparable."""
    number = wanted.removeprefix("#")
    if not (number.isascii() and number.isdigit()):
        raise NotComparable(f"{wanted} is no number of a submission; {_choices(history)}")
    in_order = not wanted.startswith("#")
    for order, each in enumerate(history, start=1):
        if (order if in_order else each.submission) == int(number):
            return each
    raise NotComparable(f"there is no submission {wanted}; {_choices(history)}")


def tables_of(store: Store, submission: Submission) -> ReturnTables:
    """The records of a submission as sent, wherever the store has them. Raises NotComparable."""
    what = f"submission {submission.submission} ({submission.state.value})"
    try:
        return records_as_sent(store, submission)
    except ObjectMissing:
        raise NotComparable(f"{what} was refused on receipt or its copy is gone: there is no file to read") from None
    except ReturnRejected as rejected:
        raise NotComparable(f"{what} cannot be read as a return: {rejected}") from None


def compare_submissions(store: Store, before: Submission, after: Submission) -> Comparison:
    """What changed in the records from one submission of an LA and year to another. Raises NotComparable."""
    earlier = tables_of(store, before)
    return compare_returns(earlier, tables_of(store, after), after.collection_year)


def moved_between(store: Store, before: Submission, after: Submission) -> DataFrame | None:
    """The figures that moved (`moved_figures`), as they were counted when each was; None where one never was."""
    tables = [store.figures.la_measures_of(each.submission) for each in (before, after)]
    return None if any(table.empty for table in tables) else moved_figures(*tables)


def _choices(history: Sequence[Submission]) -> str:
    if not history:
        return "the LA has none of that year"
    several = ", ".join(f"{n} (#{each.submission}, {each.state.value})" for n, each in enumerate(history, start=1))
    return f"there are {several}"
