"""The sensors: thin shells around the decisions in run_requests. Off unless the settings say otherwise.

landing: looks into the inbox and requests a run for every submission that waits. prior_year: recounts an LA whose
return of the previous year has changed. national: makes England again after a quiet spell. failure: requeues what a
failed run held. All but the last compare what is with what should be, and count what was tried by the runs that ended
(`ended_runs`), so a tick that is lost, or comes twice, changes nothing.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from cin_pipeline.census.years import COLLECTION_YEARS, FIRST_YEAR, CollectionYear
from cin_pipeline.orchestration.assets.national import INPUTS_CURRENT
from cin_pipeline.orchestration.bulk import error_type
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
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.jobs import (
    BULK_JOB,
    INPUTS_JOB,
    NATIONAL_JOB,
    bulk_load_job,
    england_job,
    load_many_returns,
    look_at_inputs,
)
from cin_pipeline.orchestration.la_job import LA_JOB, la_return_job, recounted_assets
from cin_pipeline.orchestration.partitions import partition_key
from cin_pipeline.orchestration.run_requests import (
    FEW_WAITING,
    MOST_ATTEMPTS,
    Tries,
    after_failure,
    given_up,
    given_up_recount,
    launches_failed,
    plan_recounts,
    plan_run_requests,
    quiet,
    tried_out,
    tries_of,
)
from cin_pipeline.orchestration.runs import PARTITION_TAG, end_orphaned_runs, is_orphaned
from cin_pipeline.orchestration.submissions import SUBMISSION_TAG
from cin_pipeline.settings import Settings
from cin_pipeline.store.figures import Recount
from cin_pipeline.store.inbox import Scan
from cin_pipeline.store.landing import ExpectedReturns
from cin_pipeline.store.made_from import ESTIMATES, current_version, since_changed, why_uncounted
from cin_pipeline.store.missing_data import for_re_referrals_alone
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission

SCAN_SECONDS = 30  # Dagster ends an evaluation after 60


def all_sensors(store: Store) -> list[dg.SensorDefinition]:
    """The four sensors over a state."""
    settings = store.settings
    status = dg.DefaultSensorStatus.RUNNING if settings.sensors else dg.DefaultSensorStatus.STOPPED
    seconds = settings.tick_seconds

    @dg.sensor(
        jobs=[la_return_job, bulk_load_job],
        minimum_interval_seconds=seconds,
        default_status=status,
        description="Takes new files from the inbox, and requests a run for every submission that waits.",
    )
    def landing(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        end_orphaned_runs(context.instance, store)
        scan = scan_inbox(store)
        requests, said = request_runs(context.instance, store, datetime.now(UTC))
        summary = "; ".join(filter(None, (scan_summary(scan), said)))
        return dg.SensorResult(run_requests=requests, skip_reason=None if requests else summary)

    @dg.sensor(
        jobs=[la_return_job, bulk_load_job],
        minimum_interval_seconds=seconds,
        default_status=status,
        description="Counts an LA's return again when its previous year's return changes: re-referrals need it.",
    )
    def prior_year(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        requests, said = request_recounts(context.instance, store, datetime.now(UTC))
        summary = said or "every current return is counted with the current return of the previous year"
        return dg.SensorResult(run_requests=requests, skip_reason=None if requests else summary)

    @dg.sensor(
        jobs=[england_job],
        minimum_interval_seconds=seconds,
        default_status=status,
        description="Makes England again after a quiet spell, when the current returns are not those it was made from.",
    )
    def national(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        cursor = json.loads(context.cursor or "{}")
        requests, waits = [], []
        recounts, _ = recounts_tried(context.instance, store)
        for year in _national_years(store):
            if _newly_outdated(store, year, cursor) and context.repository_def:
                # Through an instance that captures no output: to end the processes that do can take longer than a tick.
                with open_instance(settings) as instance:
                    look_at_inputs(context.repository_def.get_job(INPUTS_JOB), instance, store, year)
            request, why_not = _national_request(context.instance, store, year, recounts, datetime.now(UTC))
            requests += request
            waits += why_not + [given_up_recount(each) for each in recounts if each.year == year and tried_out(each)]
        skip = None if requests else "; ".join(waits) or "every national figure is made from the current returns"
        return dg.SensorResult(run_requests=requests, skip_reason=skip, cursor=json.dumps(cursor))

    @dg.run_failure_sensor(
        monitored_jobs=[la_return_job, bulk_load_job],
        minimum_interval_seconds=seconds,
        default_status=status,
        description="Requeues, or rejects after three attempts, what a failed run had claimed.",
    )
    def failure(context: dg.RunFailureSensorContext) -> None:
        requeue_or_reject(context.dagster_run.run_id, error_type(context.get_step_failure_events()), store)

    return [landing, prior_year, national, failure]


def expected_returns(store: Store, settings: Settings) -> ExpectedReturns:
    """What the inbox takes: the years of the settings, each with the previous year; without any, all years known."""
    years = settings.years or frozenset(year.ending for year in COLLECTION_YEARS)
    inputs = {year: store.inputs.of(year) for year in years}
    expected = {year: frozenset(of_year.expected) for year, of_year in inputs.items()}
    for year in years - {FIRST_YEAR}:
        before = expected.get(year - 1) or frozenset(store.inputs.of(year - 1).expected)
        expected[year - 1] = before | for_re_referrals_alone(year, inputs[year])
    return ExpectedReturns(expected)


def scan_inbox(store: Store) -> Scan:
    """One look into the inbox; without one, runs are requested all the same for what landed otherwise."""
    inbox = store.inbox()
    if inbox is None:
        return Scan(problem="no inbox is watched: CIN_INBOX is not set")
    settings = store.settings
    if settings.inbox and store.settings.state.is_relative_to(settings.inbox):
        return Scan(problem=f"the inbox {settings.inbox} holds the state {settings.state}; keep them apart")
    until = time.monotonic() + SCAN_SECONDS
    return inbox.scan(
        expected_returns(store, settings),
        datetime.now(UTC),
        settle_seconds=2 * settings.tick_seconds,
        max_bytes=settings.max_return_bytes,
        enough=lambda: time.monotonic() > until,
    )


def scan_summary(scan: Scan) -> str:
    """What a scan found, for the tick."""
    parts = [
        scan.problem,
        f"{len(scan.landed)} landed" if scan.landed else "",
        f"{len(scan.quarantined)} quarantined" if scan.quarantined else "",
        f"{len(scan.waiting)} not complete yet" if scan.waiting else "",
        f"not returns, left alone: {scan.notes}" if scan.notes else "",
    ]
    return "; ".join(filter(None, parts)) or "nothing new"


def request_runs(instance: dg.DagsterInstance, store: Store, now: datetime) -> tuple[list[dg.RunRequest], str]:
    """Run requests for what waits, and what is to be said of what must wait longer. Requeues what orphaned runs held,
    and rejects what was tried often enough."""
    waiting = store.registry.waiting()
    if not waiting:
        return [], ""
    unfinished = named_by_unfinished_runs(instance)
    history = ended_runs(instance, store, {each.submission for each in waiting})
    tries = {number: tries_of(runs, FIRST_RUN) for number, runs in history.items()}
    waiting = _noted_in_vain(waiting, tries, store)
    later = _later(tries, now)
    orphaned = {run for run in {each.run for each in waiting if each.run} if is_orphaned(run, instance, store)}
    plan = plan_run_requests(waiting, {*unfinished, *later}, orphaned)
    for each in plan.requeue:
        store.registry.requeue(each.submission, each.run, "its run ended without a result")
        store.locks.forget(each.run)
    for each in plan.give_up:
        store.registry.reject(each.submission, given_up(each))
    requests = [_run_of(each, tries[each.submission].number) for each in plan.alone]
    if plan.together:
        requests.append(_bulk_run([(each.submission, tries[each.submission].last_run) for each in plan.together]))
    return requests, launches_failed(later.values())


def request_recounts(instance: dg.DagsterInstance, store: Store, now: datetime) -> tuple[list[dg.RunRequest], str]:
    """Run requests for what was counted with another return of the previous year than the current one, and what is to
    be said of what is not asked for."""
    recounts, tries = recounts_tried(instance, store)
    later = _later(tries, now)
    unfinished = named_by_unfinished_runs(instance) if recounts else set()
    todo = plan_recounts(recounts, {*unfinished, *later})
    said = [launches_failed(later.values()), *map(given_up_recount, filter(tried_out, recounts))]
    if at_work := sorted(each.submission for each in recounts if each.submission in unfinished):
        said.append(f"runs are at work on {len(at_work)}")
    if len(todo) > FEW_WAITING:
        requests = [_bulk_run([(each.submission, tries[each.submission].last_run) for each in todo], todo)]
    else:
        requests = [_recount_run(each, tries[each.submission].number, store) for each in todo]
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


def requeue_or_reject(run: str, error: str, store: Store) -> None:
    """Requeues what a failed run had claimed, or rejects it after three attempts. Knows the kind of error only."""
    reason = f"the run failed ({error}); run {run} in the UI tells more"
    for each in store.registry.held_by(run):
        if after_failure(each) is SubmissionState.LANDED:
            store.registry.requeue(each.submission, run, reason)
        else:
            store.registry.reject(each.submission, reason, run)


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


def _bulk_run(requested: Iterable[tuple[int, str]], recounts: Iterable[Recount] = ()) -> dg.RunRequest:
    """One run for many submissions, each with the run about it that ended last: its key changes when one has ended."""
    requests = list(requested)
    config: dict[str, Any] = {"submissions": [number for number, _ in requests]}
    if previous := {str(each.submission): each.previous for each in recounts}:
        known = {number: before for number, before in previous.items() if before is not None}
        config |= {"recount": True, "previous": known}
    key = repr((sorted(config.items()), requests))
    return dg.RunRequest(
        run_key=f"{BULK_JOB}|{hashlib.sha256(key.encode()).hexdigest()}",
        job_name=BULK_JOB,
        run_config={"ops": {load_many_returns.name: {"config": config}}},
    )


def _noted_in_vain(waiting: list[Submission], tries: Mapping[int, Tries], store: Store) -> list[Submission]:
    """What waits, each with how many runs ended before they began on it, which the registry is told."""
    noted = [replace(each, run_requests=tries[each.submission].in_vain) for each in waiting]
    if changed := {new.submission: new.run_requests for old, new in zip(waiting, noted, strict=True) if old != new}:
        store.registry.note_requests_in_vain(changed)
    return noted


def _later(tries: Mapping[int, Tries], now: datetime) -> dict[int, datetime]:
    """When those may be asked for again whose runs the machine could not start."""
    times = {number: each.waits_until(now) for number, each in tries.items()}
    return {number: at for number, at in times.items() if at is not None}


def _national_years(store: Store) -> list[int]:
    years = {*store.registry.years_with_current(), *store.figures.years_made()}
    return sorted(years & store.settings.years if store.settings.years else years)


def _outdated(store: Store, year: int) -> bool:
    return any(since_changed(store, asset, year) for asset in INPUTS_CURRENT)


def _newly_outdated(store: Store, year: int, cursor: dict[str, bool]) -> bool:
    """Whether the figures of a year have become outdated since the last look, which the cursor remembers."""
    before, cursor[str(year)] = cursor.get(str(year), False), _outdated(store, year)
    return cursor[str(year)] and not before


def _national_request(
    instance: dg.DagsterInstance, store: Store, year: int, recounts: Iterable[Recount], now: datetime
) -> tuple[list[dg.RunRequest], list[str]]:
    """The request for a year's national figures, or why there is none yet."""
    if not _outdated(store, year):
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
    if later := tries.waits_until(now):
        return [], [f"{label}: {launches_failed([later])}"]
    if tries.in_vain >= MOST_ATTEMPTS:
        return [], [f"{label}: {tries.in_vain} runs failed; look at the last one"]
    request = dg.RunRequest(
        run_key=f"{inputs}|{tries.number}", job_name=NATIONAL_JOB, partition_key=key, tags={INPUTS_TAG: inputs}
    )
    return [request], []
