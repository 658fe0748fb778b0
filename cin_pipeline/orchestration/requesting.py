"""What the sensors ask Dagster for: run requests for what waits, for recounts and for England, and why there are none.

The decisions are those of run_requests, over what registry, figures and Dagster's instance say.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import dagster as dg

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.orchestration.assets.national import INPUTS_CURRENT
from cin_pipeline.orchestration.bulk import lines_of
from cin_pipeline.orchestration.chunks import in_chunks
from cin_pipeline.orchestration.ended_runs import (
    FIRST_RUN,
    INPUTS_TAG,
    RECOUNT_TAG,
    counted_with,
    ended_national_runs,
    ended_runs,
    named_by_unfinished_runs,
    unfinished_runs,
)
from cin_pipeline.orchestration.faults import fault_of_run, requeue_orphan
from cin_pipeline.orchestration.jobs import BULK_JOB, NATIONAL_JOB, load_many_returns
from cin_pipeline.orchestration.la_job import LA_JOB, recounted_assets
from cin_pipeline.orchestration.partitions import partition_key
from cin_pipeline.orchestration.run_requests import (
    FEW_WAITING,
    MOST_ATTEMPTS,
    Tries,
    given_up,
    given_up_recount,
    plan_recounts,
    plan_run_requests,
    put_off,
    quiet,
    tried_out,
    tries_of,
)
from cin_pipeline.orchestration.runs import PARTITION_TAG, is_orphaned
from cin_pipeline.orchestration.submissions import SUBMISSION_TAG
from cin_pipeline.store.figures import Recount
from cin_pipeline.store.made_from import ESTIMATES, current_version, since_changed, why_uncounted
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission


def request_runs(instance: dg.DagsterInstance, store: Store, now: datetime) -> tuple[list[dg.RunRequest], str]:
    """Run requests for what waits, and what is to be said of what must wait longer. Requeues what orphaned runs held,
    and rejects what was tried often enough."""
    # First: else what a run ends meanwhile would be asked for again.
    unfinished, in_bulk = named_by_unfinished_runs(instance)
    waiting = store.registry.waiting()
    if not waiting:
        return [], ""
    history = ended_runs(instance, store, {each.submission for each in waiting})
    tries = {number: tries_of(runs, FIRST_RUN) for number, runs in history.items()}
    waiting = _noted_in_vain(waiting, tries, store)
    later = _later(tries, now)
    orphaned = {run for run in {each.run for each in waiting if each.run} if is_orphaned(run, instance, store)}
    faulty = {run for run in orphaned if fault_of_run(instance, run)}
    waiting = [_without_attempt(each, faulty) for each in waiting]
    plan = plan_run_requests(waiting, {*unfinished, *later}, orphaned, in_bulk - later.keys())
    for each in plan.requeue:
        requeue_orphan(each, instance, store)
        store.liveness.forget(each.run)
    for each in plan.give_up:
        store.registry.reject(each.submission, given_up(each))
    requests = [_run_of(each, tries[each.submission].number) for each in plan.alone]
    requests += _bulk_runs(plan.together, tries, store)
    return requests, put_off(tries.values(), now)


def request_recounts(instance: dg.DagsterInstance, store: Store, now: datetime) -> tuple[list[dg.RunRequest], str]:
    """Run requests for what was counted with another return of the previous year than the current one, and what is to
    be said of what is not asked for."""
    unfinished, _ = named_by_unfinished_runs(instance)
    recounts, tries = recounts_tried(instance, store)
    later = _later(tries, now)
    todo = plan_recounts(recounts, {*unfinished, *later})
    said = [put_off(tries.values(), now), *map(given_up_recount, filter(tried_out, recounts))]
    if at_work := sorted(each.submission for each in recounts if each.submission in unfinished):
        said.append(f"runs are at work on {len(at_work)}")
    fresh = [each for each in todo if not each.run_requests]
    together = fresh if len(fresh) > FEW_WAITING else []
    requests = [_recount_run(each, tries[each.submission].number, store) for each in todo if each not in together]
    submissions = [store.registry.get(each.submission) for each in together]
    requests += _bulk_runs(submissions, tries, store, {each.submission: each.previous for each in together})
    return requests, "; ".join(filter(None, said))


def recounts_tried(instance: dg.DagsterInstance, store: Store) -> tuple[list[Recount], dict[int, Tries]]:
    """The recounts that there are to do, with how often each was tried in vain; and, by submission, what came of it."""
    recounts = store.figures.recounts(store.inputs.predecessors)
    if not recounts:
        return [], {}
    history = ended_runs(instance, store, {each.submission for each in recounts})
    tries = {each.submission: tries_of(history[each.submission], counted_with(each.previous)) for each in recounts}
    found = [replace(each, run_requests=tries[each.submission].in_vain) for each in recounts]
    if changed := sorted({*found} - {*recounts}, key=lambda each: each.submission):
        store.figures.note_recounts_in_vain(changed)
    return found, tries


def national_request(
    instance: dg.DagsterInstance, store: Store, year: int, recounts: Iterable[Recount], now: datetime
) -> tuple[list[dg.RunRequest], list[str]]:
    """The request for a year's national figures, or why there is none yet."""
    if not outdated(store, year):
        return [], []
    change, at = store.registry.last_change(year)
    label, key = str(CollectionYear(year)), CollectionYear(year).key
    if any(each.collection_year == year for each in store.registry.waiting()):
        return [], [f"{label}: returns wait"]
    if any(each.year == year for each in plan_recounts(recounts, busy=())):
        return [], [f"{label}: returns wait to be counted again"]
    if not quiet(at, now, store.settings.quiet_seconds):
        return [], [f"{label}: something changed less than {store.settings.quiet_seconds} seconds ago"]
    if why := why_uncounted(store, year):
        return [], [f"{label}: {why}"]
    if unfinished_runs(instance, job_name=NATIONAL_JOB, tags={PARTITION_TAG: key}):
        return [], [f"{label}: a run is at work"]
    inputs = f"{year}|{change}|{current_version(store, ESTIMATES, year)}"
    tries = tries_of(ended_national_runs(instance, key), inputs)
    if later := put_off([tries], now):
        return [], [f"{label}: {later}"]
    if tries.in_vain >= MOST_ATTEMPTS:
        return [], [f"{label}: {tries.in_vain} runs failed; look at the last one"]
    request = dg.RunRequest(
        run_key=f"{inputs}|{tries.number}", job_name=NATIONAL_JOB, partition_key=key, tags={INPUTS_TAG: inputs}
    )
    return [request], []


def outdated(store: Store, year: int) -> bool:
    """Whether England of a year is not what would be made now."""
    return any(since_changed(store, asset, year) for asset in INPUTS_CURRENT)


def _run_of(submission: Submission, request: int) -> dg.RunRequest:
    key = partition_key(*submission.partition)
    return dg.RunRequest(
        run_key=f"{key}|{submission.submission}|{request}",  # not the hash: A, B, A is a real sequence
        job_name=LA_JOB,
        partition_key=key,
        tags={SUBMISSION_TAG: str(submission.submission)},
    )


def _recount_run(recount: Recount, request: int, store: Store) -> dg.RunRequest:
    key = partition_key(recount.year, recount.la_code)
    what = counted_with(recount.previous)
    return dg.RunRequest(
        run_key=f"{key}|{recount.submission}|{what}|{request}",
        job_name=LA_JOB,
        partition_key=key,
        tags={SUBMISSION_TAG: str(recount.submission), RECOUNT_TAG: what},
        asset_selection=recounted_assets(store.registry.get(recount.submission), store),
    )


def _bulk_runs(
    submissions: Iterable[Submission],
    tries: Mapping[int, Tries],
    store: Store,
    recounts: Mapping[int, int | None] | None = None,
) -> list[dg.RunRequest]:
    """A run for each chunk of what is to be done, as many as there are workers.

    recounts: what each submission is to be counted with, where it only is counted again."""
    requests = []
    for chunk in in_chunks(lines_of(submissions, store), store.settings.workers):
        numbers = [each.submission for line in chunk for each in line]
        config: dict[str, Any] = {"submissions": numbers}
        if recounts is not None:
            previous = {str(number): before for number in numbers if (before := recounts[number]) is not None}
            config |= {"recount": True, "previous": previous}
        # With the run about each that ended last: the key changes when one has ended.
        key = repr((sorted(config.items()), [tries[number].last_run for number in numbers]))
        requests.append(
            dg.RunRequest(
                run_key=f"{BULK_JOB}|{hashlib.sha256(key.encode()).hexdigest()}",
                job_name=BULK_JOB,
                run_config={"ops": {load_many_returns.name: {"config": config}}},
            )
        )
    return requests


def _noted_in_vain(waiting: list[Submission], tries: Mapping[int, Tries], store: Store) -> list[Submission]:
    """What waits, each with how many runs ended before they began on it, which the registry is told."""
    noted = [replace(each, run_requests=tries[each.submission].in_vain) for each in waiting]
    if changed := {new.submission: new.run_requests for old, new in zip(waiting, noted, strict=True) if old != new}:
        store.registry.note_requests_in_vain(changed)
    return noted


def _without_attempt(submission: Submission, faulty: Collection[str]) -> Submission:
    """As it is once it is given back, where its run met a fault of the surroundings."""
    given_back = submission.state is SubmissionState.CLAIMED and submission.run in faulty
    return replace(submission, attempt=submission.attempt - 1) if given_back else submission


def _later(tries: Mapping[int, Tries], now: datetime) -> dict[int, datetime]:
    """When those may be asked for again whose runs were no tries."""
    times = {number: each.waits_until(now) for number, each in tries.items()}
    return {number: at for number, at in times.items() if at is not None}
