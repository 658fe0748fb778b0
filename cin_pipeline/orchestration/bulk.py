"""The bulk lane: the runs of many LAs in a few warm processes.

Each run is the same as if it had been launched alone, with its own events, checks and data version; only the price of
starting a process and loading the definitions, about 8 CPU seconds a run, is paid once per worker.
"""

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Any

import dagster as dg

from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.partitions import partition_key
from cin_pipeline.orchestration.submissions import SUBMISSION_TAG
from cin_pipeline.settings import Settings
from cin_pipeline.store.registry import Submission, SubmissionState
from cin_pipeline.store.state import State

FEW = 3  # up to so many LAs, starting workers takes longer than they save

FIGURES = ("returns", "measures")  # the groups that figures depend on

# Dagster logs every event; a run of 300 would drown the terminal. The event log has them all.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Outcome:
    """What became of one submission."""

    submission: int
    year: int
    la_code: str
    accepted: bool
    reason: str


def load_returns(
    submissions: Iterable[Submission], settings: Settings, figures_only: frozenset[int] = frozenset()
) -> Iterator[Outcome]:
    """Runs the job of each submission, an LA's years in their order; yields outcomes as they come.

    Of the years in `figures_only` no validation is run: nothing of another year depends on it. Largest LA first, so
    that no worker is left with a large one at the end."""
    by_la: dict[str, list[Submission]] = {}
    for submission in submissions:
        by_la.setdefault(str(submission.la_code), []).append(submission)
    work = [sorted(several, key=lambda each: each.collection_year or 0) for several in by_la.values()]
    work.sort(key=lambda several: sum(each.size for each in several), reverse=True)
    if len(work) <= FEW or settings.workers == 1:
        with closing(_Worker(settings)) as worker:
            for several in work:
                for each in several:
                    yield worker.load(each.submission, figures_only)
        return
    # Two processes that open a new home at the same time break it: open it here first.
    with open_instance(settings):
        pass
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(settings.workers, mp_context=spawn) as pool:
        waiting = [
            pool.submit(_load, settings, [each.submission for each in several], figures_only) for several in work
        ]
        for done in as_completed(waiting):
            yield from done.result()


def _load(settings: Settings, submissions: list[int], figures_only: frozenset[int]) -> list[Outcome]:
    worker = _worker(settings)
    return [worker.load(submission, figures_only) for submission in submissions]


@cache
def _worker(settings: Settings) -> "_Worker":
    return _Worker(settings)


class _Worker:
    """Definitions and instance, loaded once in a process."""

    def __init__(self, settings: Settings) -> None:
        from cin_pipeline.orchestration.build import build_definitions  # it imports this module
        from cin_pipeline.orchestration.jobs import LA_JOB

        self._state = State(settings)
        self._instance = open_instance(settings)
        definitions = build_definitions(settings, self._state)
        self._job = definitions.resolve_job_def(LA_JOB)
        self._figures = list(dg.AssetSelection.groups(*FIGURES).resolve(definitions.resolve_asset_graph()))

    def close(self) -> None:
        """Closes what it holds open."""
        self._instance.dispose()
        self._state.close()

    def load(self, number: int, figures_only: frozenset[int] = frozenset()) -> Outcome:
        registry = self._state.registry
        submission = registry.get(number)
        year, la_code = submission.collection_year, submission.la_code
        if year is None or la_code is None:
            raise ValueError(f"submission {number} was never identified")
        run = self._job.execute_in_process(
            partition_key=partition_key(year, la_code),
            instance=self._instance,
            tags={SUBMISSION_TAG: str(number)},
            asset_selection=self._figures if year in figures_only else None,
            run_config=QUIET,
            raise_on_error=False,
        )
        failure = "" if run.success else f"the run failed ({_error_type(run)}); run {run.run_id} in the UI tells more"
        if failure:
            registry.reject(number, failure)  # unless the run has said why, or the submission is in force
        after = registry.get(number)
        accepted = run.success and after.state is SubmissionState.ACCEPTED
        return Outcome(number, year, la_code, accepted, after.reason or failure)


def _error_type(run: Any) -> str:
    """The kind of error, without its message: that could hold a value."""
    failures = [event for event in run.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
    error = failures[0].step_failure_data.error if failures else None
    while error and error.cause:
        error = error.cause
    return error.cls_name if error and error.cls_name else "unknown error"
