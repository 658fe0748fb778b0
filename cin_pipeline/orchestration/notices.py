"""The sensor that tells people: what is new in the registry, which runs failed, which returns are overdue.

What was seen and what is still to be told is its cursor. The first look begins with what is then: nothing of before is
told but what is overdue.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import dagster as dg

from cin_pipeline.answers.overdue import overdue
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.notices.notice import Message, Notice, NoticeKind
from cin_pipeline.notices.notifiers import NotDelivered
from cin_pipeline.notices.outbox import Outbox, deliver
from cin_pipeline.notices.targets import notifier_of, shown_name
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.jobs import BULK_JOB, NATIONAL_JOB, PUBLISH_JOB, RETURNS_DUE_JOB, look_at_returns_due
from cin_pipeline.orchestration.runs import PARTITION_TAG
from cin_pipeline.settings import Settings
from cin_pipeline.store.doubts import doubts_of
from cin_pipeline.store.moves import ACCEPTED, HELD, REJECTED
from cin_pipeline.store.reason_kinds import reason_kind
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Event, Submission

MOST_EVENTS = 1000  # of one look; the next goes on
LAST_FAILED = 20  # runs of each job that are looked at
SEND_SECONDS = 30.0  # after which no further target is told in a look; Dagster ends an evaluation after 60
# What a plug-in may raise beside NotDelivered without keeping the others from being told.
_FAULTS = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, ArithmeticError, ImportError)


def notices_sensor(store: Store) -> dg.SensorDefinition:
    """The sensor over a state."""
    settings = store.settings

    @dg.sensor(
        name="notices",
        minimum_interval_seconds=settings.tick_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING if settings.sensors else dg.DefaultSensorStatus.STOPPED,
        description="Tells those in CIN_NOTICES of returns that were rejected, held or are in doubt, of failed runs, "
        "and of returns that are overdue.",
    )
    def notices(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        now = datetime.now(UTC)
        before = Outbox.from_text(context.cursor) if context.cursor else beginning(context.instance, store)
        after, found = gathered(context.instance, store, before, now)
        if context.repository_def:
            for year in sorted(after.overdue.keys() | before.overdue.keys()):
                if after.overdue.get(year) != before.overdue.get(year):
                    # Through an instance that captures no output, as the sensor `national` does.
                    with open_instance(settings) as instance:
                        look_at_returns_due(context.repository_def.get_job(RETURNS_DUE_JOB), instance, year)
        after, said = tell(settings, after, found, now)
        nobody = "nobody is told: CIN_NOTICES is not set" if not settings.notices else ""
        summary = "; ".join(filter(None, (*said, nobody))) or "nothing new to tell"
        return dg.SensorResult(skip_reason=summary, cursor=after.as_text())

    return notices


def beginning(instance: dg.DagsterInstance, store: Store) -> Outbox:
    """What there is before anything is told."""
    known = frozenset(run.run_id for run in _failed_runs(instance))
    return Outbox(store.registry.last_event(), store.registry.last_number(), known)


def gathered(instance: dg.DagsterInstance, store: Store, outbox: Outbox, now: datetime) -> tuple[Outbox, list[Notice]]:
    """What is new to tell since the last look, and the outbox with all of it seen."""
    events = store.registry.events_after(outbox.event, MOST_EVENTS)
    refused = [file.number for file in store.registry.refused_files() if file.number > outbox.file]
    failed = _failed_runs(instance)
    late = {year: tuple(overdue(store, year, now.date())) for year, _ in store.settings.due}
    found = [
        *_of_events(events),
        *_in_doubt(store, events),
        *(Notice(NoticeKind.FILE_REFUSED, submission=number) for number in refused),
        *(_of_run(run) for run in failed if run.run_id not in outbox.runs),
        *(
            Notice(NoticeKind.OVERDUE, year, la_code)
            for year, las in sorted(late.items())
            for la_code in las
            if la_code not in outbox.overdue.get(year, ())
        ),
    ]
    seen = replace(
        outbox,
        event=events[-1][0].event if events else outbox.event,
        file=max(refused, default=outbox.file),
        runs=frozenset(run.run_id for run in failed),
        overdue={year: las for year, las in late.items() if las},
    )
    return seen, found


def tell(settings: Settings, outbox: Outbox, notices: Iterable[Notice], now: datetime) -> tuple[Outbox, list[str]]:
    """Tells every target of the settings what is new and what is left from before, and what to say of it."""
    targets = {shown_name(target): target for target in sorted(settings.notices)}
    until = time.monotonic() + SEND_SECONDS

    def send(name: str, message: Message) -> None:
        try:
            notifier_of(targets[name], settings).send(message)
        except _FAULTS as error:
            raise NotDelivered(f"{type(error).__name__}") from None

    return deliver(outbox, targets, notices, send, now, lambda: time.monotonic() > until)


def _of_events(events: Iterable[tuple[Event, Submission]]) -> Iterator[Notice]:
    """Of what no person decided: who did knows it."""
    for event, this in events:
        if event.to_state in (REJECTED, HELD) and not event.decided_by:
            kind = NoticeKind.HELD if event.to_state == HELD else NoticeKind.REJECTED
            why = reason_kind(event.from_state, event.to_state, event.reason, event.decided_by)
            yield Notice(kind, *this.partition, this.submission, why)


def _in_doubt(store: Store, events: Iterable[tuple[Event, Submission]]) -> Iterator[Notice]:
    """The current returns that were just accepted and wait for an answer."""
    accepted: dict[int, dict[int, str]] = {}
    for event, this in events:
        if event.to_state == ACCEPTED != event.from_state:
            accepted.setdefault(this.collection_year, {})[this.submission] = this.la_code
    for year, of_year in sorted(accepted.items()):
        for doubt in doubts_of(store, year, set(of_year.values())):
            if doubt.submission in of_year and doubt.answer is None:
                yield Notice(NoticeKind.IN_DOUBT, year, doubt.la_code, doubt.submission)


def _failed_runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """The last failed runs for many returns, for England and for releases; those of one return end in the registry."""
    failed = [dg.DagsterRunStatus.FAILURE]
    return [
        run
        for job in (BULK_JOB, NATIONAL_JOB, PUBLISH_JOB)
        for run in reversed(instance.get_runs(dg.RunsFilter(job_name=job, statuses=failed), limit=LAST_FAILED))
    ]


def _of_run(run: dg.DagsterRun) -> Notice:
    key = run.tags.get(PARTITION_TAG)
    year = CollectionYear.from_key(key).ending if key else None
    return Notice(NoticeKind.RUN_FAILED, year, why=f"job {run.job_name}, run {run.run_id}")
