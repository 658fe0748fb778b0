"""What the sensors decide, as pure functions of what the registry and Dagster say. Each says what it prevents."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cin_pipeline.store.figures import Recount
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.submissions import Submission

MOST_ATTEMPTS = 3  # runs that took a submission and came to no result
MOST_REQUESTS = 10  # runs requested, most of which ended before they took it
FEW_WAITING = 8  # above, starting a process for each costs more than all the work


@dataclass(frozen=True)
class RunRequests:
    """What to do about the submissions that wait.

    requeue: to land again, as the run that had claimed them is orphaned. give_up: to reject. alone: a run each.
    together: one bulk load."""

    requeue: tuple[Submission, ...] = ()
    give_up: tuple[Submission, ...] = ()
    alone: tuple[Submission, ...] = ()
    together: tuple[Submission, ...] = ()


def plan_run_requests(
    waiting: Sequence[Submission], requested: Collection[int], orphaned: Collection[str]
) -> RunRequests:
    """Requests runs for what is landed, and for what was claimed by an orphaned run.

    requested: submissions that an unfinished run names. orphaned: runs and commands whose process is no more. One
    submission of an LA at a time, the earlier year first, then in their order: else an older return could become
    current after a newer one, or be counted with the previous year's return just before that changes. What was tried
    before is run alone: else the return that killed one bulk load would take the others down with the next."""
    requeue = [each for each in waiting if each.state is SubmissionState.CLAIMED and each.run in orphaned]
    free = [each for each in waiting if each.state is SubmissionState.LANDED] + requeue
    open_to_request = {each.submission for each in free} - set(requested)
    busy = {each.la_code for each in waiting if each.submission not in open_to_request}
    give_up = [each for each in free if each.submission in open_to_request and _tried_enough(each)]
    todo = sorted(
        (each for each in free if each.la_code not in busy and not _tried_enough(each)),
        key=lambda each: (each.la_code, each.collection_year, each.submission),
    )
    suspects = {each.la_code for each in todo if each.attempt}
    fresh = [each for each in todo if each.la_code not in suspects]
    if len(fresh) <= FEW_WAITING:
        return RunRequests(tuple(requeue), tuple(give_up), _first_of_each_la(todo))
    alone = _first_of_each_la(each for each in todo if each.la_code in suspects)
    return RunRequests(tuple(requeue), tuple(give_up), alone, tuple(fresh))


def plan_recounts(recounts: Iterable[Recount], busy: Collection[int]) -> list[Recount]:
    """The recounts to ask for: not those that an unfinished run is about, nor what failed three times."""
    return [each for each in recounts if each.submission not in busy and each.run_requests < MOST_ATTEMPTS]


def after_failure(submission: Submission) -> SubmissionState:
    """What becomes of a submission whose run failed without a result: landed again, or rejected after three."""
    return SubmissionState.REJECTED if submission.attempt >= MOST_ATTEMPTS else SubmissionState.LANDED


def given_up(submission: Submission) -> str:
    """Why a submission is not tried any more."""
    if submission.attempt >= MOST_ATTEMPTS:
        last = f"; {submission.reason}" if submission.reason else ""
        return f"{submission.attempt} runs came to no result{last}"
    return f"{submission.run_requests} runs ended before they began on it"


def quiet(last_change: datetime | None, now: datetime, seconds: float) -> bool:
    """Whether nothing has changed for so long. A time in the future is of a clock that was put back: it counts as long
    ago, else national figures would wait until the clock is there again."""
    return last_change is None or not timedelta(0) <= now - last_change < timedelta(seconds=seconds)


def _tried_enough(submission: Submission) -> bool:
    return submission.attempt >= MOST_ATTEMPTS or submission.run_requests >= MOST_REQUESTS


def _first_of_each_la(work: Iterable[Submission]) -> tuple[Submission, ...]:
    seen: dict[str, Submission] = {}
    for each in work:
        seen.setdefault(each.la_code, each)
    return tuple(seen.values())
