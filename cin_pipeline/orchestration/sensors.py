"""The sensors: thin shells around the decisions in run_requests. Off unless the settings say otherwise.

landing: looks into the inbox and requests a run for every submission that waits. prior_year: recounts an LA whose
return of the previous year has changed. national: makes England again after a quiet spell. failure: requeues what a
failed run held. All but the last compare what is with what should be, so a tick that is lost, or comes twice, changes
nothing.
"""

import hashlib
import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from cin_pipeline.census.years import COLLECTION_YEARS, FIRST_YEAR, CollectionYear
from cin_pipeline.orchestration.assets.national import INPUTS_CURRENT
from cin_pipeline.orchestration.bulk import error_type
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
    after_failure,
    given_up,
    plan_recounts,
    plan_run_requests,
    quiet,
)
from cin_pipeline.orchestration.runs import PARTITION_TAG, UNFINISHED, end_orphaned_runs, is_orphaned
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
INPUTS_TAG = "cin/inputs"


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
        requests = request_runs(context.instance, store)
        return dg.SensorResult(run_requests=requests, skip_reason=None if requests else scan_summary(scan))

    @dg.sensor(
        jobs=[la_return_job, bulk_load_job],
        minimum_interval_seconds=seconds,
        default_status=status,
        description="Counts an LA's return again when its previous year's return changes: re-referrals need it.",
    )
    def prior_year(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        requests = request_recounts(context.instance, store)
        skip = None if requests else "every current return is counted with the current return of the previous year"
        return dg.SensorResult(run_requests=requests, skip_reason=skip)

    @dg.sensor(
        jobs=[england_job],
        minimum_interval_seconds=seconds,
        default_status=status,
        description="Makes England again after a quiet spell, when the current returns are not those it was made from.",
    )
    def national(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        cursor = json.loads(context.cursor or "{}")
        requests, waits = [], []
        for year in _national_years(store):
            if _newly_outdated(store, year, cursor) and context.repository_def:
                # Through an instance that captures no output: to end the processes that do can take longer than a tick.
                with open_instance(settings) as instance:
                    look_at_inputs(context.repository_def.get_job(INPUTS_JOB), instance, store, year)
            request, why_not = _national_request(context.instance, store, year)
            requests += request
            waits += why_not
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
    ]
    return "; ".join(filter(None, parts)) or "nothing new"


def request_runs(instance: dg.DagsterInstance, store: Store) -> list[dg.RunRequest]:
    """Run requests for what waits; requeues what orphaned runs held, and rejects what was tried often enough."""
    waiting = store.registry.waiting()
    if not waiting:
        return []
    orphaned = {run for run in {each.run for each in waiting if each.run} if is_orphaned(run, instance, store)}
    plan = plan_run_requests(waiting, _named_by_unfinished_runs(instance), orphaned)
    for each in plan.requeue:
        store.registry.requeue(each.submission, each.run, "its run ended without a result")
        store.locks.forget(each.run)
    for each in plan.give_up:
        store.registry.reject(each.submission, given_up(each))
    store.registry.run_requested(each.submission for each in (*plan.alone, *plan.together))
    requests = [_run_of(each, each.run_requests + 1) for each in plan.alone]
    if plan.together:
        requests.append(_bulk_run([(each.submission, each.run_requests + 1) for each in plan.together]))
    return requests


def request_recounts(instance: dg.DagsterInstance, store: Store) -> list[dg.RunRequest]:
    """Run requests for what was counted with another return of the previous year than the current one."""
    recounts = store.figures.recounts(store.inputs.predecessors)
    if not recounts:
        return []
    todo = plan_recounts(recounts, _named_by_unfinished_runs(instance))
    store.figures.recounts_requested(todo)
    if len(todo) > FEW_WAITING:
        keys = [(each.submission, f"{each.previous}|{each.run_requests + 1}") for each in todo]
        return [_bulk_run(keys, recount=True)]
    return [_recount_run(each, store) for each in todo]


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


def _recount_run(recount: Recount, store: Store) -> dg.RunRequest:
    key = partition_key(recount.year, recount.la_code)
    return dg.RunRequest(
        run_key=f"{key}|{recount.submission}|with {recount.previous}|{recount.run_requests + 1}",
        job_name=LA_JOB,
        partition_key=key,
        tags={SUBMISSION_TAG: str(recount.submission)},
        asset_selection=recounted_assets(store.registry.get(recount.submission), store),
    )


def _bulk_run(requested: Iterable[tuple[int, object]], *, recount: bool = False) -> dg.RunRequest:
    requests = list(requested)
    config = {"submissions": [number for number, _ in requests], "recount": recount}
    return dg.RunRequest(
        run_key=f"{BULK_JOB}|{hashlib.sha256(repr((recount, requests)).encode()).hexdigest()}",
        job_name=BULK_JOB,
        run_config={"ops": {load_many_returns.name: {"config": config}}},
    )


def _named_by_unfinished_runs(instance: dg.DagsterInstance) -> set[int]:
    named: set[int] = set()
    for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)):
        if SUBMISSION_TAG in run.tags:
            named.add(int(run.tags[SUBMISSION_TAG]))
        elif run.job_name == BULK_JOB:
            config: Any = run.run_config
            named.update(config["ops"][load_many_returns.name]["config"]["submissions"])
    return named


def _national_years(store: Store) -> list[int]:
    years = {*store.registry.years_with_current(), *store.figures.years_made()}
    return sorted(years & store.settings.years if store.settings.years else years)


def _outdated(store: Store, year: int) -> bool:
    return any(since_changed(store, asset, year) for asset in INPUTS_CURRENT)


def _newly_outdated(store: Store, year: int, cursor: dict[str, bool]) -> bool:
    """Whether the figures of a year have become outdated since the last look, which the cursor remembers."""
    before, cursor[str(year)] = cursor.get(str(year), False), _outdated(store, year)
    return cursor[str(year)] and not before


def _national_request(instance: dg.DagsterInstance, store: Store, year: int) -> tuple[list[dg.RunRequest], list[str]]:
    """The request for a year's national figures, or why there is none yet."""
    if not _outdated(store, year):
        return [], []
    change, at = store.registry.last_change(year)
    label = str(CollectionYear(year))
    if any(each.collection_year == year for each in store.registry.waiting()):
        return [], [f"{label}: returns wait"]
    if any(each.year == year for each in plan_recounts(store.figures.recounts(store.inputs.predecessors), busy=())):
        return [], [f"{label}: returns wait to be counted again"]
    if not quiet(at, datetime.now(UTC), store.settings.quiet_seconds):
        return [], [f"{label}: something changed less than {store.settings.quiet_seconds} seconds ago"]
    if why := why_uncounted(store, year):
        return [], [f"{label}: {why}"]
    inputs = f"{year}|{change}|{current_version(store, ESTIMATES, year)}"
    key = CollectionYear(year).key
    same = instance.get_runs(dg.RunsFilter(job_name=NATIONAL_JOB, tags={PARTITION_TAG: key}), limit=MOST_ATTEMPTS)
    if any(not run.is_finished for run in same):
        return [], [f"{label}: a run is at work"]
    attempt = sum(run.tags.get(INPUTS_TAG) == inputs for run in same) + 1
    if attempt > MOST_ATTEMPTS:
        return [], [f"{label}: {MOST_ATTEMPTS} runs failed; look at the last one"]
    request = dg.RunRequest(
        run_key=f"{inputs}|{attempt}", job_name=NATIONAL_JOB, partition_key=key, tags={INPUTS_TAG: inputs}
    )
    return [request], []
