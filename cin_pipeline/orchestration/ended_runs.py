"""What Dagster's instance knows of the runs that sensors ask for: which are unfinished, and how the others ended.

The sensors count by this and not by what they asked for: a tick may be lost before its run is created.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from cin_pipeline.orchestration.faults import fault_of_run
from cin_pipeline.orchestration.jobs import BULK_JOB, NATIONAL_JOB, load_many_returns
from cin_pipeline.orchestration.run_requests import EndedRun
from cin_pipeline.orchestration.runs import HOLDER_TAG, PARTITION_TAG, UNFINISHED
from cin_pipeline.orchestration.submissions import SUBMISSION_TAG
from cin_pipeline.store.store import Store

INPUTS_TAG = "cin/inputs"  # of a run for England: what it is asked to be made from
RECOUNT_TAG = "cin/recount"  # of a run that only counts again: with what
RUN_KEY_TAG = "dagster/run_key"  # which Dagster gives each run that a sensor asked for

FIRST_RUN = "run"  # the request for a submission that waits

_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_LAST = 500  # of bulk runs, or of runs for England of one year: many times what is ever tried


def counted_with(previous: int | None) -> str:
    """The request to count a submission again with another return of the previous year, or without one."""
    return f"counted with {previous}"


def unfinished_runs(instance: dg.DagsterInstance, **about: Any) -> list[dg.DagsterRun]:
    """The runs that have not ended, of those that a filter of Dagster lets through.

    But for one that a sensor asked for and that was never handed on, as the daemon died or failed there: when it is
    asked for with its run key again, Dagster hands it on; else it would lie there for ever."""
    return [
        run
        for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED, **about))
        if not (run.status is dg.DagsterRunStatus.NOT_STARTED and RUN_KEY_TAG in run.tags)
    ]


def named_by_unfinished_runs(instance: dg.DagsterInstance) -> tuple[set[int], set[int]]:
    """The submissions that a run which has not ended is about: all, and those of them that only bulk runs name."""
    alone: set[int] = set()
    in_bulk: set[int] = set()
    for run in unfinished_runs(instance):
        if SUBMISSION_TAG in run.tags:
            alone.add(int(run.tags[SUBMISSION_TAG]))
        elif run.job_name == BULK_JOB:
            in_bulk.update(_bulk_requests(run))
    return alone | in_bulk, in_bulk - alone


def ended_runs(instance: dg.DagsterInstance, store: Store, submissions: Collection[int]) -> dict[int, list[EndedRun]]:
    """Of each submission, the runs about it that have ended, in the order they were created."""
    history: dict[int, list[EndedRun]] = {number: [] for number in submissions}
    claims = store.registry.claims(submissions)
    records = list(_in_order(instance, submissions))
    tags = [record.dagster_run.tags for record, _ in records]
    begun = claims | {(int(each[SUBMISSION_TAG]), each[HOLDER_TAG]) for each in tags if HOLDER_TAG in each}
    of_parts: dict[tuple[int, str], str] = {}  # the fault that ended a part of a bulk run
    for record, requests in records:
        run = record.dagster_run
        ours = {number: (number, run.run_id) in begun for number in requests.keys() & history.keys()}
        began = run.job_name == BULK_JOB and ours and (any(ours.values()) or _has_parts(instance, run))
        fault = _fault(instance, record, any((number, run.run_id) in claims for number in ours)) if ours else ""
        for number, came_to_it in ours.items():
            claimed, at_others = (number, run.run_id) in claims, bool(began) and not came_to_it
            history[number].append(_ended(record, requests[number], fault, claimed, at_others))
            of_parts[number, run.tags.get(HOLDER_TAG, "")] = fault
    return {
        number: [replace(each, fault=each.fault or of_parts.get((number, each.run), "")) for each in runs]
        for number, runs in history.items()
    }


def _has_parts(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    return bool(instance.get_runs(dg.RunsFilter(tags={HOLDER_TAG: run.run_id}), limit=1))


def ended_national_runs(instance: dg.DagsterInstance, year_key: str) -> list[EndedRun]:
    """The runs for England of a year that have ended, in the order they were created."""
    wanted = dg.RunsFilter(job_name=NATIONAL_JOB, tags={PARTITION_TAG: year_key}, statuses=_ENDED)
    records = instance.get_run_records(wanted, limit=_LAST)
    return [
        _ended(record, record.dagster_run.tags.get(INPUTS_TAG, ""), _fault(instance, record))
        for record in reversed(records)
    ]


def _in_order(
    instance: dg.DagsterInstance, submissions: Collection[int]
) -> Iterator[tuple[dg.RunRecord, dict[int, str]]]:
    """Runs that have ended, with what each was asked for about which submission."""
    tags = {SUBMISSION_TAG: [str(number) for number in submissions]}
    records = [
        *instance.get_run_records(dg.RunsFilter(tags=tags, statuses=_ENDED)),
        *instance.get_run_records(dg.RunsFilter(job_name=BULK_JOB, statuses=_ENDED), limit=_LAST),
    ]
    for record in sorted(records, key=lambda record: record.storage_id):  # not by time: a clock may jump
        run = record.dagster_run
        if SUBMISSION_TAG not in run.tags:
            yield record, _bulk_requests(run)
        elif HOLDER_TAG in run.tags:  # a part of a bulk load or command: nothing that was asked for
            yield record, {int(run.tags[SUBMISSION_TAG]): ""}
        else:
            yield record, {int(run.tags[SUBMISSION_TAG]): run.tags.get(RECOUNT_TAG, FIRST_RUN)}


def _bulk_requests(run: dg.DagsterRun) -> dict[int, str]:
    whole: Any = run.run_config
    config = whole["ops"][load_many_returns.name]["config"]
    previous = config.get("previous", {})
    return {
        number: counted_with(previous.get(str(number))) if config.get("recount") else FIRST_RUN
        for number in config["submissions"]
    }


def _fault(instance: dg.DagsterInstance, record: dg.RunRecord, claimed: bool = False) -> str:
    """The fault of the surroundings that ended a run. What a person ended before it began is asked for at once."""
    began = claimed or record.start_time is not None
    fault = fault_of_run(instance, record.dagster_run.run_id) if began else None
    return fault.sentence if fault else ""


def _ended(record: dg.RunRecord, request: str, fault: str, claimed: bool = False, at_others: bool = False) -> EndedRun:
    run = record.dagster_run
    key = run.tags.get(RUN_KEY_TAG, "").rpartition("|")[2]
    return EndedRun(
        run.run_id,
        request,
        datetime.fromtimestamp(record.end_time, UTC) if record.end_time else record.update_timestamp,
        int(key) if key.isdecimal() else 0,
        # That a bulk load came to its end says nothing of any one return; its parts do.
        run.status is dg.DagsterRunStatus.SUCCESS and run.job_name != BULK_JOB,
        claimed or at_others or record.start_time is not None or run.status is not dg.DagsterRunStatus.FAILURE,
        claimed,
        fault,
        at_others,
    )
