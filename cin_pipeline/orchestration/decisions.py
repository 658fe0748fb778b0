"""What the data team decides about a submission, with what follows from it.

Accepting a rejected return runs it again with blocking checks that only warn; so the current figures are really its
own. One that was counted before, held for confirmation or once current, is current as it was counted.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

import dagster as dg

from cin_pipeline.orchestration.build import build_definitions
from cin_pipeline.orchestration.bulk import Load, load_returns
from cin_pipeline.orchestration.faults import giving_back, stopping_at_signals
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.jobs import INPUTS_JOB, look_at_inputs
from cin_pipeline.orchestration.runs import end_orphaned_runs, requeue_orphaned
from cin_pipeline.settings import Settings
from cin_pipeline.store.arrivals import with_the_same_children
from cin_pipeline.store.doubts import unanswered
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import DecisionRefused, Submission


@contextmanager
def command(store: Store, instance: dg.DagsterInstance) -> Iterator[str]:
    """A name in which a command claims submissions, while its process lives. Requeues first what orphaned runs held.

    A signal to end ends the block with Stopped; after it, or another fault of the surroundings, what the command was at
    work on waits again."""
    end_orphaned_runs(instance, store)
    requeue_orphaned(instance, store)
    name = f"command-{uuid4().hex}"
    with store.liveness.alive(name), giving_back(store, name), stopping_at_signals():
        yield name


def accept(settings: Settings, number: int, by: str, reason: str) -> str:
    """Makes a submission current because a person says so; what was done, in a sentence. Of one that is current and in
    doubt it is the person's answer, and nothing is run.

    Raises DecisionRefused where that cannot be, KeyError for an unknown number."""
    with closing(Store(settings)) as store, open_instance(settings) as instance:
        if store.registry.confirm(number, by, reason) or store.registry.restore(number, by, reason):
            _look_at_inputs(store, instance, number)
            this = store.registry.get(number)
            return f"{_named(this)} is current, as it was counted before.{_left_to_say(store, this)}"
        submission = store.registry.get(number)
        if unanswered(store, number):
            store.registry.answer(number, by, reason)
            return f"{_named(submission)} stays current: its doubt is answered, and its figures are as they were."
        if not store.returns.has(submission.sha256):
            raise DecisionRefused(f"submission {number} cannot be accepted: it was refused before it landed")
        with command(store, instance) as holder:
            store.registry.reopen(number, holder, by, reason)
            (outcome,) = load_returns(
                [store.registry.get(number)], settings, Load(holder, fence=store.liveness.fence(holder))
            )
        if not outcome.accepted:
            raise DecisionRefused(f"submission {number} cannot be accepted: {outcome.reason}")
        _look_at_inputs(store, instance, number)
        this = store.registry.get(number)
        return f"{_named(this)} was run again and is current.{_left_to_say(store, this)}"


def reject(settings: Settings, number: int, by: str, reason: str) -> str:
    """Turns down a submission that waits for a run, or is held for confirmation. Raises as `accept`."""
    with closing(Store(settings)) as store:
        store.registry.turn_down(number, by, reason)
        return f"{_named(store.registry.get(number))} is rejected."


def withdraw(settings: Settings, number: int, by: str, reason: str) -> str:
    """Takes a submission back; the one that was current before it is current again. Raises as `accept`."""
    with closing(Store(settings)) as store, open_instance(settings) as instance:
        before = store.registry.withdraw(number, by, reason)
        this = store.registry.get(number)
        was_current = store.registry.events(number)[-1].from_state == SubmissionState.ACCEPTED
        _look_at_inputs(store, instance, number)
        if before:
            return f"{_named(this)} is withdrawn; submission {before.submission} is current again."
        return f"{_named(this)} is withdrawn{'; nothing is current in its place' if was_current else ''}."


def _left_to_say(store: Store, this: Submission) -> str:
    """What a person may not have seen when deciding that a submission is current."""
    others = "".join(
        f" Its children are also in the current return of {each.la_code} (submission {each.submission}): both count."
        for each in with_the_same_children(store, this)
    )
    doubt = " It is in doubt as well: accept it once more as the answer." if unanswered(store, this.submission) else ""
    return others + doubt


def _look_at_inputs(store: Store, instance: dg.DagsterInstance, number: int) -> None:
    job = build_definitions(store.settings, store).resolve_job_def(INPUTS_JOB)
    look_at_inputs(job, instance, store, store.registry.get(number).partition[0])


def _named(submission: Submission) -> str:
    year, la_code = submission.partition
    return f"Submission {submission.submission} ({la_code}, {year - 1} to {year})"
