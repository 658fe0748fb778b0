"""Which submission a run is about, and that it is the only run to work on it."""

import dagster as dg

from cin_pipeline.orchestration.partitions import year_and_la
from cin_pipeline.orchestration.runs import HOLDER_TAG, is_orphaned
from cin_pipeline.store.registry import Submission, SubmissionState
from cin_pipeline.store.store import Store

SUBMISSION_TAG = "cin/submission"


def holder_of(run: dg.DagsterRun) -> str:
    """In whose name a run claims: its own, or that of the bulk load or command it is a part of."""
    return run.tags.get(HOLDER_TAG, run.run_id)


def submission_at_work(store: Store, year: int, la_code: str, run: dg.DagsterRun) -> Submission:
    """The submission named by the run's tag, else the one it has claimed, else the current one.

    Raises dagster.Failure where there is none."""
    if SUBMISSION_TAG in run.tags:
        return store.registry.get(int(run.tags[SUBMISSION_TAG]))
    claimed = [each for each in store.registry.held_by(run.run_id) if each.partition == (year, la_code)]
    found = claimed[0] if claimed else store.registry.current(year, la_code)
    if found is None:
        raise dg.Failure(
            f"No return of {la_code} for {year - 1} to {year} is current or waits. Land one with: cin-pipeline run",
            allow_retries=False,
        )
    return found


def begin(context: dg.AssetExecutionContext, store: Store) -> Submission:
    """Claims what the run is about, at its first step; the current return is done again without a claim.

    Raises dagster.Failure where another run is at work on it, or it was ended already: nothing is done twice."""
    year, la_code = year_and_la(context.partition_key)
    if SUBMISSION_TAG not in context.run.tags:
        for waiting in reversed(store.registry.waiting()):
            if waiting.partition == (year.ending, la_code):
                return _claimed(waiting, context, store)
    submission = submission_at_work(store, year.ending, la_code, context.run)
    return submission if submission.state is SubmissionState.ACCEPTED else _claimed(submission, context, store)


def _claimed(submission: Submission, context: dg.AssetExecutionContext, store: Store) -> Submission:
    number, holder = submission.submission, holder_of(context.run)
    if submission.state is SubmissionState.CLAIMED and submission.run != holder:
        if not is_orphaned(submission.run, context.instance, store):
            raise dg.Failure(
                f"Submission {number} is at work in run {submission.run}; nothing was done here.", allow_retries=False
            )
        store.registry.requeue(number, submission.run, "its run ended without a result")
    store.registry.claim(number, holder)
    after = store.registry.get(number)
    if after.state is not SubmissionState.CLAIMED or after.run != holder:
        told = f"at work in run {after.run}" if after.state is SubmissionState.CLAIMED else after.state
        raise dg.Failure(f"Submission {number} is {told}; nothing was done here.", allow_retries=False)
    return after
