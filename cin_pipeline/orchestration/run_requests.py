"""What the sensors decide, as pure functions of what the registry and Dagster say. Each says what it prevents."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.settings.backing_off import waits_until
from cin_pipeline.store.figures import Recount
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.submissions import Submission

MOST_ATTEMPTS = 3  # runs that took a submission and came to no result
MOST_REQUESTS = 10  # runs that were requested, existed, and ended before they took it
FEW_WAITING = 8  # above, starting a process for each costs more than all the work


@dataclass(frozen=True)
class EndedRun:
    """A run that has ended. request: what it was asked for, empty where by no sensor. number: of that request, 0 where
    its run key has none. launched: whether it began, or a person ended it before; else the machine could not start it.
    claimed: whether it took the submission, which the registry counts as an attempt. fault: of the surroundings, that
    ended it; empty where none did. at_others: a bulk run that began on some of its submissions and never came to this
    one, which so has no part in how it ended."""

    run: str
    request: str
    ended: datetime
    number: int = 0
    success: bool = False
    launched: bool = True
    claimed: bool = False
    fault: str = ""
    at_others: bool = False

    @property
    def tried(self) -> bool:
        """Whether it was a try, and not kept from one by the machine or the surroundings."""
        return self.launched and not self.fault


@dataclass(frozen=True)
class Tries:
    """What became of one request. in_vain: runs that began and ended with it still to do. number: of the next request.
    last_run: the one that ended last. launches_failed: the last ones, one after the other, that were no tries, the last
    `at`, and by which fault of the surroundings, empty where it could not be started."""

    in_vain: int = 0
    number: int = 1
    last_run: str = ""
    launches_failed: int = 0
    at: datetime | None = None
    fault: str = ""

    def waits_until(self, now: datetime) -> datetime | None:
        """When the next run is asked for; None: now. A machine that cannot start it is given longer each time."""
        return waits_until(self.launches_failed, self.at, now)


def tries_of(history: Sequence[EndedRun], request: str) -> Tries:
    """Counts the runs of a request among those that ended about the same thing, in the order they were created.

    Only what ran and ended counts, never that it was asked for: a tick may be lost before its run is created, and is
    then made up for by one that asks with the same number, which Dagster launches once. A success about something else
    has undone what was tried before it."""
    asked = [each for each in history if each.request == request]
    undone = max((place for place, each in enumerate(history) if each.success and each.request != request), default=-1)
    since = [each for each in history[undone + 1 :] if each.request == request]
    untried = list(takewhile(lambda each: not each.tried, reversed(since)))
    return Tries(
        in_vain=sum(each.tried and not (each.claimed or each.at_others) for each in since),
        # Never that of a run there is, also where runs were deleted in Dagster: it would be skipped for ever.
        number=1 + max([len(asked), *(each.number for each in asked)]),
        last_run=asked[-1].run if asked else "",
        launches_failed=len(untried),
        at=untried[0].ended if untried else None,
        fault=untried[0].fault if untried else "",
    )


@dataclass(frozen=True)
class RunRequests:
    """What to do about the submissions that wait.

    requeue: those whose run, that had claimed them, is orphaned. give_up: to reject. alone: a run each.
    together: bulk runs, as many as there are workers."""

    requeue: tuple[Submission, ...] = ()
    give_up: tuple[Submission, ...] = ()
    alone: tuple[Submission, ...] = ()
    together: tuple[Submission, ...] = ()


def plan_run_requests(
    waiting: Sequence[Submission],
    requested: Collection[int],
    orphaned: Collection[str],
    in_bulk: Collection[int] = (),
) -> RunRequests:
    """Requests runs for what is landed, and for what was claimed by an orphaned run.

    requested: submissions that an unfinished run names, or whose run could not be started just now. in_bulk: those of
    them that only bulk runs name. orphaned: runs and commands whose process is no more. One submission of an LA at a
    time, the earlier year first, then in their order: else an older return could become current after a newer one, or
    be counted with the previous year's return just before that changes. What was tried before is run alone: else the
    return that killed one bulk run would take the others down with the next. An LA that sent again while its return
    waits in a bulk run is run alone as well: else it would wait for all that the bulk run has before it."""
    requeue = [each for each in waiting if each.state is SubmissionState.CLAIMED and each.run in orphaned]
    free = [each for each in waiting if each.state is SubmissionState.LANDED] + requeue
    open_to_request = {each.submission for each in free} - set(requested)
    busy = {each.la_code for each in waiting if each.submission not in open_to_request}
    give_up = [each for each in free if each.submission in open_to_request and _tried_enough(each)]
    todo = _in_order(each for each in free if each.la_code not in busy and not _tried_enough(each))
    suspects = {each.la_code for each in todo if each.attempt}
    fresh = [each for each in todo if each.la_code not in suspects]
    ahead = _ahead_of_bulk(waiting, open_to_request, in_bulk)
    if len(fresh) <= FEW_WAITING:
        return RunRequests(tuple(requeue), tuple(give_up), (*_first_of_each_la(todo), *ahead))
    alone = _first_of_each_la(each for each in todo if each.la_code in suspects)
    return RunRequests(tuple(requeue), tuple(give_up), (*alone, *ahead), tuple(fresh))


def _ahead_of_bulk(
    waiting: Sequence[Submission], open_to_request: Collection[int], in_bulk: Collection[int]
) -> tuple[Submission, ...]:
    """Of each LA that sent again, and of which only bulk runs that have not come to it hold it up, what comes first.

    None where many did: that is a load of its own, and the bulk runs come to them sooner than so many processes."""
    sent_again = {each.la_code for each in waiting if each.submission in open_to_request and not _tried_enough(each)}
    in_bulk_alone = [each for each in waiting if each.submission in in_bulk and each.state is SubmissionState.LANDED]
    held_up = {each.la_code for each in in_bulk_alone} & sent_again
    free = {*open_to_request, *(each.submission for each in in_bulk_alone)}
    held_up -= {each.la_code for each in waiting if each.submission not in free}
    first = _first_of_each_la(_in_order(each for each in waiting if each.la_code in held_up))
    return first if len(first) <= FEW_WAITING else ()


def plan_recounts(recounts: Iterable[Recount], busy: Collection[int]) -> list[Recount]:
    """The recounts to ask for: not those that an unfinished run is about, nor what was tried three times."""
    return [each for each in recounts if each.submission not in busy and not tried_out(each)]


def tried_out(recount: Recount) -> bool:
    """Whether a recount is not asked for any more."""
    return recount.run_requests >= MOST_ATTEMPTS


def after_failure(submission: Submission) -> SubmissionState:
    """What becomes of a submission whose run failed without a result: landed again, or rejected after three."""
    return SubmissionState.REJECTED if submission.attempt >= MOST_ATTEMPTS else SubmissionState.LANDED


def given_up(submission: Submission) -> str:
    """Why a submission is not tried any more."""
    if submission.attempt >= MOST_ATTEMPTS:
        last = f"; {submission.reason}" if submission.reason else ""
        return f"{submission.attempt} runs came to no result{last}"
    return f"{submission.run_requests} runs ended before they began on it"


def given_up_recount(recount: Recount) -> str:
    """That a recount is not tried any more, and what a person can do."""
    previous = "without one" if recount.previous is None else f"with submission {recount.previous}"
    return (
        f"{recount.la_code}, {CollectionYear(recount.year)}: its re-referrals are those of another return of the "
        f"previous year than the current one; {recount.run_requests} runs to count it {previous} failed; look at the "
        f"last one, or count it again: cin-pipeline run --la {recount.la_code} --year {recount.year}"
    )


def launches_failed(later: Collection[datetime], fault: str = "") -> str:
    """That runs could not be started, or ended by a fault of the surroundings, and when they are asked for again; empty
    where none is waited for."""
    if not later:
        return ""
    runs = "a run" if len(later) == 1 else f"{len(later)} runs"
    what = f"ended without being a try ({fault})" if fault else "could not be started"
    return f"{runs} {what}; asked for again from {min(later):%Y-%m-%d %H:%M} UTC"


def put_off(tries: Iterable[Tries], now: datetime) -> str:
    """`launches_failed` of those that are asked for later, by what kept them from being tries."""
    later: dict[str, list[datetime]] = {}
    for each in tries:
        if at := each.waits_until(now):
            later.setdefault(each.fault, []).append(at)
    return "; ".join(launches_failed(times, fault) for fault, times in sorted(later.items()))


def quiet(last_change: datetime | None, now: datetime, seconds: float) -> bool:
    """Whether nothing has changed for so long. A time in the future is of a clock that was put back: it counts as long
    ago, else national figures would wait until the clock is there again."""
    return last_change is None or not timedelta(0) <= now - last_change < timedelta(seconds=seconds)


def _tried_enough(submission: Submission) -> bool:
    return submission.attempt >= MOST_ATTEMPTS or submission.run_requests >= MOST_REQUESTS


def _in_order(work: Iterable[Submission]) -> list[Submission]:
    return sorted(work, key=lambda each: (each.la_code, each.collection_year, each.submission))


def _first_of_each_la(work: Iterable[Submission]) -> tuple[Submission, ...]:
    seen: dict[str, Submission] = {}
    for each in work:
        seen.setdefault(each.la_code, each)
    return tuple(seen.values())
