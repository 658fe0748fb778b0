"""The sensors: thin shells around the decisions in run_requests. Off unless the settings say otherwise.

landing: looks into the inbox and requests a run for every submission that waits. prior_year: recounts an LA whose
return of the previous year has changed. national: makes England again after a quiet spell. failure: requeues what a
failed run held. notices: tells people (`orchestration.notices`). The first three compare what is with what should be,
and count what was tried by the runs that ended (`ended_runs`), so a tick that is lost, or comes twice, changes nothing.
"""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import TypeAlias

import dagster as dg

from cin_pipeline.census.years import COLLECTION_YEARS, FIRST_YEAR
from cin_pipeline.orchestration.bulk import error_type, why_failed
from cin_pipeline.orchestration.faults import fault_of_run, given_back_for
from cin_pipeline.orchestration.home import no_place_left, open_instance
from cin_pipeline.orchestration.jobs import (
    BULK_JOB,
    INPUTS_JOB,
    bulk_load_job,
    england_job,
    look_at_inputs,
    publish_job,
)
from cin_pipeline.orchestration.la_job import la_return_job
from cin_pipeline.orchestration.notices import notices_sensor
from cin_pipeline.orchestration.requesting import (
    national_request,
    outdated,
    recounts_tried,
    request_recounts,
    request_runs,
)
from cin_pipeline.orchestration.run_requests import (
    after_failure,
    given_up_recount,
    tried_out,
)
from cin_pipeline.orchestration.runs import end_orphaned_runs
from cin_pipeline.settings import Settings
from cin_pipeline.settings.log import happened
from cin_pipeline.settings.places import holds
from cin_pipeline.store.inbox import Scan
from cin_pipeline.store.landing import ExpectedReturns
from cin_pipeline.store.liveness import Life
from cin_pipeline.store.missing_data import for_re_referrals_alone
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.national_inputs import InputFileError
from cin_pipeline.store.objects import ObjectsUnavailable
from cin_pipeline.store.store import Store
from cin_pipeline.store.surroundings import Fault
from cin_pipeline.store.versions import StateRefused

_Tick: TypeAlias = Callable[[dg.SensorEvaluationContext], dg.SensorResult]

SCAN_SECONDS = 30  # Dagster ends an evaluation after 60


def all_sensors(store: Store) -> list[dg.SensorDefinition]:
    """The five sensors over a state."""
    settings = store.settings
    status = dg.DefaultSensorStatus.RUNNING if settings.sensors else dg.DefaultSensorStatus.STOPPED
    seconds = settings.tick_seconds

    @dg.sensor(
        jobs=[la_return_job, bulk_load_job],
        minimum_interval_seconds=seconds,
        default_status=status,
        description="Takes new files from the inbox, and requests a run for every submission that waits.",
    )
    @_told_where_objects_are_away
    def landing(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        end_orphaned_runs(context.instance, store)
        scan = scan_inbox(store)
        requests, said = request_runs(context.instance, store, datetime.now(UTC))
        if any(request.job_name == BULK_JOB for request in requests) and (why := no_place_left(context.instance)):
            context.log.warning(why)
        summary = "; ".join(filter(None, (scan_summary(scan), said)))
        return dg.SensorResult(run_requests=requests, skip_reason=None if requests else summary)

    @dg.sensor(
        jobs=[la_return_job, bulk_load_job],
        minimum_interval_seconds=seconds,
        default_status=status,
        description="Counts an LA's return again when its previous year's return changes: re-referrals need it.",
    )
    @_told_where_objects_are_away
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
    @_told_where_objects_are_away
    def national(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        cursor = json.loads(context.cursor or "{}")
        requests, waits = [], []
        recounts, _ = recounts_tried(context.instance, store)
        for year in _national_years(store):
            if _newly_outdated(store, year, cursor) and context.repository_def:
                # Through an instance that captures no output: to end the processes that do can take longer than a tick.
                with open_instance(settings) as instance:
                    look_at_inputs(context.repository_def.get_job(INPUTS_JOB), instance, store, year)
            request, why_not = national_request(context.instance, store, year, recounts, datetime.now(UTC))
            requests += request
            waits += why_not + [given_up_recount(each) for each in recounts if each.year == year and tried_out(each)]
        skip = None if requests else "; ".join(waits) or "every national figure is made from the current returns"
        return dg.SensorResult(run_requests=requests, skip_reason=skip, cursor=json.dumps(cursor))

    @dg.run_failure_sensor(
        monitored_jobs=[la_return_job, bulk_load_job, england_job, publish_job],
        minimum_interval_seconds=seconds,
        default_status=status,
        description="Requeues, or rejects after three attempts, what a failed run had claimed; gives it back where the "
        "surroundings failed it. Logs every failed run.",
    )
    def failure(context: dg.RunFailureSensorContext) -> None:
        run, error = context.dagster_run, error_type(context.get_step_failure_events())
        happened("run_failed", level=logging.ERROR, run=run.run_id, job=run.job_name, why=error)
        requeue_or_reject(run.run_id, error, store, fault_of_run(context.instance, run.run_id))

    return [landing, prior_year, national, failure, notices_sensor(store)]


def _told_where_objects_are_away(tick: _Tick) -> _Tick:
    """The next tick goes on."""

    @wraps(tick)
    def told(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        try:
            return tick(context)
        except ObjectsUnavailable as away:
            return dg.SensorResult(skip_reason=str(away))

    return told


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
    settings = store.settings
    try:
        inbox = store.inbox()
    except StateRefused as refused:
        return Scan(problem=str(refused))
    if inbox is None:
        return Scan(problem="no inbox is watched: CIN_INBOX is not set")
    for what, place in (("state", settings.state), ("objects of the state", settings.objects)):
        if settings.inbox and place and holds(settings.inbox, place):
            return Scan(problem=f"the inbox {settings.inbox} holds the {what} {place}; keep them apart")
    try:
        expected = expected_returns(store, settings)
    except (ObjectsUnavailable, InputFileError) as error:
        return Scan(problem=f"what is expected cannot be read: {error}")
    until = time.monotonic() + SCAN_SECONDS
    return inbox.scan(
        expected,
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


def requeue_or_reject(run: str, error: str, store: Store, fault: Fault | None = None) -> None:
    """Requeues what a failed run had claimed, or rejects it after three attempts; gives it back after a fault of the
    surroundings. Knows the kind of error only.

    Not where it is alive, whatever a launcher that cannot reach it says: it is at work on what it holds."""
    if store.liveness.look(run) is Life.ALIVE:
        return
    reason = why_failed(error, run)
    for each in store.registry.held_by(run):
        if fault:
            store.registry.give_back(each.submission, run, given_back_for(fault))
        elif after_failure(each) is SubmissionState.LANDED:
            store.registry.requeue(each.submission, run, reason)
        else:
            store.registry.reject(each.submission, reason, run)


def _national_years(store: Store) -> list[int]:
    years = {*store.registry.years_with_current(), *store.figures.years_made()}
    return sorted(years & store.settings.years if store.settings.years else years)


def _newly_outdated(store: Store, year: int, cursor: dict[str, bool]) -> bool:
    """Whether the figures of a year have become outdated since the last look, which the cursor remembers."""
    before, cursor[str(year)] = cursor.get(str(year), False), outdated(store, year)
    return cursor[str(year)] and not before
