"""What faults of the surroundings do to the returns at work: they are given back, and wait again."""

import signal
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType

import dagster as dg
from dagster_shared.error import SerializableErrorInfo  # what Dagster's events hold
from sqlalchemy.exc import SQLAlchemyError

from cin_pipeline.store.liveness import LeaseLost
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission
from cin_pipeline.store.surroundings import Fault, Seen, Stopped, fault_in, fault_of

ENDED_BY_A_PERSON = Fault("a person ended its run")
RAN_IN_VAIN = "its run ended without a result"

_FAILURES = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def given_back_for(fault: Fault) -> str:
    """The reason of a submission that was given back."""
    return f"given back, as {fault.sentence}"


def fault_of_run(instance: dg.DagsterInstance, run_id: str) -> Fault | None:
    """The fault of the surroundings that a run ended by, as Dagster noted it; None where it ended otherwise."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.status not in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED):
        return None
    if run.status is dg.DagsterRunStatus.CANCELED:
        return ENDED_BY_A_PERSON
    entries = instance.all_logs(run_id, of_type=_FAILURES)
    return fault_in_events(entry.dagster_event for entry in entries if entry.dagster_event)


def fault_in_events(events: Iterable[dg.DagsterEvent]) -> Fault | None:
    """The fault of the surroundings in the first failure among the events of a run."""
    errors = (error for event in events if (error := _error(event)))
    return next((fault for error in errors if (fault := fault_in(_seen_in(error)))), None)


def requeue_orphan(submission: Submission, instance: dg.DagsterInstance, store: Store) -> None:
    """Requeues what an orphaned run had claimed: given back where its run met a fault of the surroundings."""
    number, run = submission.submission, submission.run
    if fault := fault_of_run(instance, run):
        store.registry.give_back(number, run, given_back_for(fault))
    else:
        store.registry.requeue(number, run, RAN_IN_VAIN)


@contextmanager
def giving_back(store: Store, holder: str) -> Iterator[None]:
    """Gives back what the holder has claimed still when a fault of the surroundings ends the block.

    Where that cannot be written, as the database itself is away, it is requeued like what an orphaned run held."""

    def give_back(_kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None and (fault := fault_of(error)):
            with suppress(SQLAlchemyError, LeaseLost):
                for each in store.registry.held_by(holder):
                    store.registry.give_back(each.submission, holder, given_back_for(fault))

    with ExitStack() as stack:
        stack.push(give_back)
        yield


@contextmanager
def stopping_at_signals() -> Iterator[None]:
    """Ends the block with Stopped when the process is told to end, which by itself would end it without a word."""
    if not _on_main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        raise Stopped(number)

    before = {each: signal.signal(each, stop) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def stopped_after_run() -> Iterator[None]:
    """Raises Stopped after a run of Dagster in which a signal to end came, however that run ended.

    While Dagster runs a job it takes signals over, does not say which one came, and forgets one after the last step."""
    if not _on_main_thread():
        yield
        return
    came = b""
    reading, writing = socket.socketpair()
    with reading, writing:
        reading.setblocking(False)
        writing.setblocking(False)
        before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            with suppress(BlockingIOError):  # none came
                came = reading.recv(1024)
            for number in came:
                if number in _SIGNALS:
                    raise Stopped(number)


def _on_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _error(event: dg.DagsterEvent) -> SerializableErrorInfo | None:
    if event.event_type is dg.DagsterEventType.STEP_FAILURE:
        return event.step_failure_data.error
    # Of a run that another process ended there is no more than a sentence.
    if event.event_type is dg.DagsterEventType.RUN_FAILURE and event.event_specific_data:
        return event.job_failure_data.error
    return None


def _seen_in(error: SerializableErrorInfo) -> Iterator[Seen]:
    following: SerializableErrorInfo | None = error
    while following is not None:
        yield (following.cls_name or "",), following.message
        following = following.cause or following.context
