"""What the sensors decide, as pure functions of what the registry and Dagster say. Each says what it prevents."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cin_pipeline.store.figures import Input, Recount
from cin_pipeline.store.registry import Submission, SubmissionState

MOST_ATTEMPTS = 3  # runs that took a submission and came to no result
MOST_OFFERS = 10  # runs asked for, most of which ended before they took it
FEW_WAITING = 8  # above, starting a process for each costs more than all the work


@dataclass(frozen=True)
class Offers:
    """What to do about the submissions that wait.

    release: to land again, as the run that had claimed them is dead. give_up: to reject. alone: a run each. together:
    one bulk load."""

    release: tuple[Submission, ...] = ()
    give_up: tuple[Submission, ...] = ()
    alone: tuple[Submission, ...] = ()
    together: tuple[Submission, ...] = ()


def plan_offers(waiting: Sequence[Submission], asked_for: Collection[int], dead: Collection[str]) -> Offers:
    """Offers what is landed, and what was claimed by a run that is dead.

    asked_for: submissions that an unfinished run names. dead: runs and commands that no longer live. One submission of
    an LA at a time, the earlier year first, then in their order: else an older return could come in force after a newer
    one, or be counted with last year's return just before that changes. What was tried before is run alone: else the
    return that killed one bulk load would take the others down with the next."""
    release = [each for each in waiting if each.state is SubmissionState.CLAIMED and each.run in dead]
    free = [each for each in waiting if each.state is SubmissionState.LANDED] + release
    open_to_offer = {each.submission for each in free} - set(asked_for)
    busy = {each.la_code for each in waiting if each.submission not in open_to_offer}
    give_up = [each for each in free if each.submission in open_to_offer and _tried_enough(each)]
    todo = sorted(
        (each for each in free if each.la_code not in busy and not _tried_enough(each)),
        key=lambda each: (str(each.la_code), each.collection_year or 0, each.submission),
    )
    suspects = {each.la_code for each in todo if each.attempt}
    fresh = [each for each in todo if each.la_code not in suspects]
    if len(fresh) <= FEW_WAITING:
        return Offers(tuple(release), tuple(give_up), _first_of_each_la(todo))
    alone = _first_of_each_la(each for each in todo if each.la_code in suspects)
    return Offers(tuple(release), tuple(give_up), alone, tuple(fresh))


def plan_recounts(recounts: Iterable[Recount], busy: Collection[int]) -> list[Recount]:
    """The recounts to ask for: not those that an unfinished run is about, nor what failed three times."""
    return [each for each in recounts if each.submission not in busy and each.offers < MOST_ATTEMPTS]


def after_failure(submission: Submission) -> SubmissionState:
    """What becomes of a submission whose run failed without a result: landed again, or rejected after three."""
    return SubmissionState.REJECTED if submission.attempt >= MOST_ATTEMPTS else SubmissionState.LANDED


def given_up(submission: Submission) -> str:
    """Why a submission is not tried any more."""
    if submission.attempt >= MOST_ATTEMPTS:
        last = f"; {submission.reason}" if submission.reason else ""
        return f"{submission.attempt} runs came to no result{last}"
    return f"{submission.offers} runs ended before they began on it"


def quiet(last_change: datetime | None, now: datetime, seconds: float) -> bool:
    """Whether nothing has changed for so long. A time in the future is of a clock that was put back: it counts as long
    ago, else national figures would wait until the clock is there again."""
    return last_change is None or not timedelta(0) <= now - last_change < timedelta(seconds=seconds)


def outdated(made_from: Iterable[Input], in_force: Iterable[Input]) -> list[str]:
    """The LAs whose return in force, or its figures, are not what national figures were made from."""
    return sorted({each.la_code for each in {*made_from} ^ {*in_force}})


def _tried_enough(submission: Submission) -> bool:
    return submission.attempt >= MOST_ATTEMPTS or submission.offers >= MOST_OFFERS


def _first_of_each_la(work: Iterable[Submission]) -> tuple[Submission, ...]:
    seen: dict[str | None, Submission] = {}
    for each in work:
        seen.setdefault(each.la_code, each)
    return tuple(seen.values())
