"""Which runs are alive. A killed process cannot tell Dagster that its run has ended, so its run would stay "started"
for ever, hold a place in the queue, and keep its submission. Each run holds a lock while it is alive instead."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack

import dagster as dg
from dagster._core.errors import raise_execution_interrupts  # as Dagster does around our code

from cin_pipeline.orchestration.faults import requeue_orphan
from cin_pipeline.settings.log import happened
from cin_pipeline.store.liveness import Life
from cin_pipeline.store.store import Store

HOLDER_TAG = "cin/holder"  # the bulk load or command that a run is a part of
PARTITION_TAG = "dagster/partition"

# For which of the queue's places a run is: dagster.yaml limits each lane, so that none keeps another waiting. A part
# of a bulk run is in progress as well, and so takes a place of the queue, but none of the lane of single runs.
LANE_TAG = "cin/lane"
BULK_LANE, SINGLE_LANE, PART_LANE = "bulk", "single", "part"

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def store_resource(store: Store) -> dg.ResourceDefinition:
    """The store, as a resource that shows the run is alive, and lets one run at a time work on a partition."""

    @dg.resource(description="Registry, tables and figures of the state directory.")
    def held(context: dg.InitResourceContext) -> Iterator[Store]:
        run = context.run
        with ExitStack() as stack:
            # A step in a process of its own ends long before its run; Dagster's record is all there is then.
            if run is not None and store.settings.executor == "in_process":
                if HOLDER_TAG not in run.tags:
                    stack.enter_context(store.liveness.alive(run.run_id))
                if PARTITION_TAG in run.tags:
                    with raise_execution_interrupts():  # else a signal to end would wait for it, too
                        stack.enter_context(store.liveness.one_at_a_time(run.tags[PARTITION_TAG].replace("|", "-")))
            yield store

    return held


def is_orphaned(holder: str, instance: dg.DagsterInstance, store: Store) -> bool:
    """Whether the process of a run or command that claimed something is no more."""
    match store.liveness.look(holder):
        case Life.ALIVE:
            return False
        case Life.DEAD:
            return True
        case Life.UNKNOWN:
            run = instance.get_run_by_id(holder)
            return run is None or run.is_finished


def end_orphaned_runs(instance: dg.DagsterInstance, store: Store) -> list[str]:
    """Tells Dagster that orphaned runs, whose process is no more, have failed; their ids."""
    ended = []
    for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)):
        holder = run.tags.get(HOLDER_TAG)
        # A part of a bulk load ends with it, begun or not; another run is orphaned once it was seen alive.
        if is_orphaned(holder, instance, store) if holder else store.liveness.look(run.run_id) is Life.DEAD:
            instance.report_run_failed(run, "The process of this run ended without a word.")
            store.liveness.forget(run.run_id)
            happened("run_orphaned", level=logging.ERROR, run=run.run_id, job=run.job_name)
            ended.append(run.run_id)
    return ended


def requeue_orphaned(instance: dg.DagsterInstance, store: Store) -> None:
    """Requeues what was claimed by orphaned runs and commands."""
    for each in store.registry.waiting():
        if each.run and is_orphaned(each.run, instance, store):
            requeue_orphan(each, instance, store)
