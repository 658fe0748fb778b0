"""The bulk lane: the runs of many LAs, one after the other in a warm process.

Each run is the same as if it had been launched alone, with its own events, checks and data version; only the price of
starting a process and loading the definitions, about 8 CPU seconds a run, is paid once per process. A command starts a
few such processes; a bulk run is one, wherever a launcher puts it, and starts none, as not every launcher lets it.
"""

import logging
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from multiprocessing.connection import wait
from threading import Thread
from typing import Any

import dagster as dg

from cin_pipeline.orchestration.chunks import FEW, Line, in_lines
from cin_pipeline.orchestration.faults import fault_in_events, given_back_for, stopped_after_run
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.la_job import FIGURES, LA_JOB, QUIET, la_definitions, recounted_assets
from cin_pipeline.orchestration.partitions import partition_key
from cin_pipeline.orchestration.run_requests import after_failure
from cin_pipeline.orchestration.runs import HOLDER_TAG, LANE_TAG, PART_LANE
from cin_pipeline.orchestration.submissions import CONFIRMED_TAG, SUBMISSION_TAG
from cin_pipeline.settings import Settings
from cin_pipeline.settings.log import happened
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.row_tables import TablesDamaged
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission
from cin_pipeline.store.surroundings import SurroundingsFailed


class WorkerDied(RuntimeError):
    """A worker process was killed. What it was at work on waits again; what was accepted is kept."""

    def __init__(self) -> None:
        super().__init__("a worker process was killed (is there enough memory?); what it was at work on waits again")


@dataclass(frozen=True)
class Outcome:
    """What became of one submission. elsewhere: nothing was done, as another run is at work on it."""

    submission: int
    year: int
    la_code: str
    accepted: bool
    reason: str
    elsewhere: bool = False


@dataclass(frozen=True)
class Load:
    """How submissions are worked through.

    holder: the Dagster run or command in whose name they are claimed; it must be alive. figures_only: the years of
    which no validation is run, as nothing of another year depends on it. try_again: whether a submission whose run
    fails waits again, as long as it has attempts left. recount: only count again with the previous year's return.
    confirmed_by: who says that what would be held for confirmation counts all the same; empty: nobody. fence: proves to
    the registry that the holder is still it; 0 where no hold can be lost."""

    holder: str
    figures_only: frozenset[int] = frozenset()
    try_again: bool = False
    recount: bool = False
    confirmed_by: str = ""
    fence: int = 0


def load_returns(submissions: Iterable[Submission], settings: Settings, load: Load) -> Iterator[Outcome]:
    """Runs the job of each submission, an LA's in their order, years first, in as many processes as the settings say;
    yields outcomes as they come.

    Raises WorkerDied; SurroundingsFailed at the first fault of the surroundings that others would meet too, Stopped at
    a signal to end: the holder is then to give back what it has claimed still."""
    with closing(Store(settings)) as store:
        lines = lines_of(submissions, store)
    if len(lines) <= FEW or settings.workers == 1:
        with closing(_Worker(settings)) as worker:
            for each in chain.from_iterable(lines):
                yield worker.load(each.submission, load)
        return
    # Two processes that open a new home at the same time break it: open it here first.
    with open_instance(settings):
        pass
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(settings.workers, mp_context=spawn, initializer=_end_with_parent) as pool,
        ExitStack() as end,
    ):
        end.push(partial(_end_workers, pool))
        waiting = [pool.submit(_load, settings, [each.submission for each in line], load) for line in lines]
        try:
            for done in as_completed(waiting):
                yield from done.result()
        except BrokenProcessPool:
            raise WorkerDied from None


def load_chunk(submissions: Iterable[Submission], settings: Settings, load: Load) -> Iterator[Outcome]:
    """The same in this process alone, as a bulk run does while others work: each is claimed when its turn comes.

    An LA that another run is at work on by then is left to the end, and left alone if it still is."""
    with closing(Store(settings)) as store, closing(_Worker(settings)) as worker:
        lines = lines_of(submissions, store)
        for last_time in (False, True):
            later: list[Line] = []
            for line in lines:
                for place, each in enumerate(line):
                    outcome = _done_elsewhere(each, store, load) or worker.load(each.submission, load)
                    if outcome.elsewhere and not last_time:
                        later.append(line[place:])
                        break
                    yield outcome
                    if outcome.elsewhere:
                        break
            lines = later


def _done_elsewhere(submission: Submission, store: Store, load: Load) -> Outcome | None:
    """What became of a submission by another run since this one was asked for: one of an LA at a time; else None."""
    number, (year, la_code) = submission.submission, submission.partition
    for each in store.registry.waiting(la_code):
        if each.state is SubmissionState.CLAIMED and each.run != load.holder:
            why = f"nothing was done: submission {each.submission} of the LA is {each.standing}"
            return Outcome(number, year, la_code, False, why, elsewhere=True)
    if not load.recount and store.registry.get(number).state is SubmissionState.ACCEPTED:
        return Outcome(number, year, la_code, True, "")
    return None


def lines_of(submissions: Iterable[Submission], store: Store) -> list[Line]:
    """The submissions in lines, a new LA's in that of its predecessor."""
    wanted = list(submissions)
    old: dict[str, str] = {}
    for year in {each.collection_year for each in wanted}:
        old |= store.inputs.predecessors(year)
    return in_lines(wanted, old)


def _end_with_parent() -> None:
    """Else a worker whose parent was killed works on, while what it does is given to another."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _end_workers(pool: ProcessPoolExecutor, kind: type[BaseException] | None, *_: object) -> None:
    """Else who is told to end would wait until all is done. What is killed in a transaction has not written it."""
    if kind is not None:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.kill()


def _load(settings: Settings, submissions: list[int], load: Load) -> list[Outcome]:
    worker = _worker(settings)
    return [worker.load(submission, load) for submission in submissions]


@cache
def _worker(settings: Settings) -> "_Worker":
    return _Worker(settings)


class _Worker:
    """Definitions and instance, loaded once in a process."""

    def __init__(self, settings: Settings) -> None:
        self._store = Store(settings)
        self._instance = open_instance(settings)
        definitions = la_definitions(self._store)
        self._job = definitions.resolve_job_def(LA_JOB)
        self._figures = list(dg.AssetSelection.groups(*FIGURES).resolve(definitions.resolve_asset_graph()))

    def close(self) -> None:
        """Closes what it holds open."""
        self._instance.dispose()
        self._store.close()

    def load(self, number: int, load: Load) -> Outcome:
        registry = self._store.registry
        if load.fence:
            self._store.liveness.join(load.holder, load.fence)
        submission = registry.get(number)
        year, la_code = submission.partition
        if submission.state is SubmissionState.LANDED:
            registry.claim(number, load.holder)  # another run may be faster
            submission = registry.get(number)
        if not _ours(submission, load.holder):
            at_work = submission.state is SubmissionState.CLAIMED
            return Outcome(number, year, la_code, False, f"nothing was done: it is {_why_not(submission)}", at_work)
        with stopped_after_run():
            run = self._job.execute_in_process(
                partition_key=partition_key(year, la_code),
                instance=self._instance,
                tags={
                    SUBMISSION_TAG: str(number),
                    HOLDER_TAG: load.holder,
                    LANE_TAG: PART_LANE,
                    **({CONFIRMED_TAG: load.confirmed_by} if load.confirmed_by else {}),
                },
                asset_selection=self._selection(submission, load),
                run_config=QUIET,
                raise_on_error=False,
            )
        error = "" if run.success else _error_type(run)
        if error:
            about: dict[str, Any] = {"submission": number, "year": year, "la_code": la_code}
            happened("run_failed", level=logging.ERROR, **about, run=run.run_id, job=LA_JOB, why=error)
        if fault := None if run.success else fault_in_events(run.all_events):
            registry.give_back(number, load.holder, given_back_for(fault))
            if not fault.of_one:
                raise SurroundingsFailed(fault.sentence)
            return Outcome(number, year, la_code, False, given_back_for(fault))
        failure = why_failed(error, run.run_id) if error else ""
        # Nothing happens where the run has said why, or the submission was current before.
        if failure and load.try_again and after_failure(registry.get(number)) is SubmissionState.LANDED:
            registry.requeue(number, load.holder, failure)
        elif failure:
            registry.reject(number, failure, load.holder)
        after = registry.get(number)
        accepted = run.success and after.state is SubmissionState.ACCEPTED
        return Outcome(number, year, la_code, accepted, after.reason or failure)

    def _selection(self, submission: Submission, load: Load) -> list[dg.AssetKey] | None:
        if load.recount:
            return recounted_assets(submission, self._store)
        return self._figures if submission.collection_year in load.figures_only else None


def _why_not(submission: Submission) -> str:
    at_work = submission.state is SubmissionState.CLAIMED
    return submission.standing + (f" ({submission.reason})" if submission.reason and not at_work else "")


def _ours(submission: Submission, holder: str) -> bool:
    claimed = submission.state is SubmissionState.CLAIMED and submission.run == holder
    return claimed or submission.state is SubmissionState.ACCEPTED


def _error_type(run: Any) -> str:
    failures = [event for event in run.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
    return error_type(failures)


def why_failed(error: str, run: str) -> str:
    """The reason of a submission whose run failed; `store.reason_kinds` knows it by how it begins."""
    return f"the run failed ({error}); run {run} in the UI tells more"


def error_type(step_failures: Sequence[dg.DagsterEvent]) -> str:
    """The kind of the first error; its message could hold a value, unless it is about damage to the state."""
    error = step_failures[0].step_failure_data.error if step_failures else None
    while error and error.cause:
        error = error.cause
    if error and error.cls_name == TablesDamaged.__name__:
        return error.message.partition(": ")[2].strip()
    return error.cls_name if error and error.cls_name else "unknown error"
