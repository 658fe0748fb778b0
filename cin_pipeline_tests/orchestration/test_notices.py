"""The sensor that tells people, over a real registry and instance: what is told, to whom, and how often."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from cin_pipeline.answers.overdue import due_date, overdue
from cin_pipeline.notices.outbox import Outbox
from cin_pipeline.orchestration import notices
from cin_pipeline.orchestration.build import build_definitions
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.jobs import RETURNS_DUE_JOB, look_at_returns_due
from cin_pipeline.orchestration.la_job import QUIET
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission
from cin_pipeline_tests.orchestration.test_sensors import Living
from cin_pipeline_tests.support.kept import write_input
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.sinks import HookSink, MailSink, serving
from cin_pipeline_tests.support.stored import Office

CHILD = "DOE-JANE-2009"
PAST, TO_COME = date(2017, 7, 31), date(2099, 7, 31)


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[HookSink]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(sink := HookSink()):
        yield sink


@pytest.fixture
def mail() -> Iterator[MailSink]:
    with serving(sink := MailSink()):
        yield sink


class Telling:
    """A state, an instance, and looks of the sensor at them."""

    def __init__(self, instance: dg.DagsterInstance, settings: Settings) -> None:
        self.instance, self.store = instance, Store(settings)
        self.sensor = notices.notices_sensor(self.store)
        self.cursor: str | None = None
        self.said = ""

    def tick(self) -> None:
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            data = self.sensor.evaluate_tick(context)
        self.cursor, self.said = data.cursor, data.skip_message or ""

    def land(self, la: str, content: str) -> Submission:
        landed = self.store.registry.land(
            year=2017,
            la_code=la,
            file_name=f"{CHILD}.xml",
            sha256=content * 64,
            size=1,
            received=datetime(2017, 6, 1, tzinfo=UTC),
        )
        self.store.registry.claim(landed.submission, "run-1")
        return landed


@pytest.fixture
def telling(settings: Settings, hook: HookSink, mail: MailSink) -> Iterator[Telling]:
    settings = replace(
        settings, notices=frozenset({hook.url, "mail:ann@example.org"}), smtp_url=mail.url, mail_from="cin@example.org"
    )
    with open_instance(settings) as instance:
        yield Telling(instance, settings)


def sentences(hook: HookSink) -> list[str]:
    return [each["sentence"] for posted in hook.posted for each in posted["notices"]]


def test_what_was_before_the_first_look_is_not_told_and_the_rest_once(
    telling: Telling, hook: HookSink, mail: MailSink
) -> None:
    registry = telling.store.registry
    registry.reject(telling.land("201", "A").submission, f"line 7: {CHILD}", "run-1")
    telling.tick()
    assert telling.said == "nothing new to tell"
    registry.reject(telling.land("202", "B").submission, f"line 7: {CHILD}", "run-1")
    registry.turn_down(registry.get(registry.land(
        year=2017, la_code="390", file_name="x", sha256="C" * 64, size=1, received=datetime(2017, 6, 1, tzinfo=UTC)
    ).submission).submission, "zoe", "not theirs")  # fmt: skip
    registry.refuse_file(
        file_name=f"{CHILD}.xml", sha256="D" * 64, size=1, received=datetime(2017, 6, 1, tzinfo=UTC), reason=CHILD
    )
    telling.tick()
    assert sentences(hook) == [
        "202 Camden, 2016 to 2017, submission 2: rejected (it cannot be read)",
        "file 4, of which nobody can tell whose return it is: file refused",
    ]
    assert [each["Subject"] for each in mail.mails] == ["Children in need census: 1 rejected, 1 file refused"]
    telling.tick()
    assert telling.said == "nothing new to tell"
    assert (len(hook.posted), len(mail.mails)) == (1, 1)
    told = f"{hook.posted} {mail.mails[0]} {telling.cursor}"
    assert CHILD not in told
    assert "hunter2" not in f"{telling.cursor} {telling.said}"


def test_a_target_that_is_away_stops_nothing_and_is_told_later(
    telling: Telling, hook: HookSink, mail: MailSink
) -> None:
    telling.tick()
    hook.answer = 500
    telling.store.registry.reject(telling.land("201", "A").submission, "a fault", "run-1")
    telling.tick()
    assert "not told, the webhook answers 500" in telling.said
    assert "mail:ann@example.org: 1 told" in telling.said
    hook.answer = 200
    telling.tick()
    assert "1 wait, tried again from" in telling.said
    assert telling.cursor
    kept = Outbox.from_text(telling.cursor)
    at_once = {name: replace(waiting, tries=0) for name, waiting in kept.targets.items()}
    telling.cursor = replace(kept, targets=at_once).as_text()  # as if the wait were over
    telling.tick()
    assert sentences(hook) == ["201 City of London, 2016 to 2017, submission 1: rejected (it cannot be read)"]
    assert len(mail.mails) == 1


def test_a_plug_in_that_fails_in_its_own_way_stops_nothing(
    telling: Telling, hook: HookSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling.tick()
    made = notices.notifier_of

    def broken(target: str, settings: Settings) -> object:
        return {}["room"] if target.startswith("mail:") else made(target, settings)

    monkeypatch.setattr(notices, "notifier_of", broken)
    telling.store.registry.reject(telling.land("201", "A").submission, "a fault", "run-1")
    telling.tick()
    assert "mail:ann@example.org: not told, KeyError" in telling.said
    assert len(sentences(hook)) == 1


def test_a_failed_run_is_told_once(telling: Telling, hook: HookSink) -> None:
    """England with a vintage of the population that there is not."""
    telling.tick()
    write_input(telling.store, "vintage.txt", "1801\n")
    job = build_definitions(telling.store.settings, telling.store).resolve_job_def("england")
    run = job.execute_in_process(
        partition_key="2016-04-01", instance=telling.instance, raise_on_error=False, run_config=QUIET
    )
    assert not run.success
    telling.tick()
    telling.tick()
    assert sentences(hook) == [f"2016 to 2017: run failed (job england, run {run.run_id})"]


def test_a_return_in_doubt_is_told_when_it_is_accepted(telling: Telling, hook: HookSink) -> None:
    """Of an accepted return without a child."""
    telling.tick()
    office = Office(telling.store.settings)
    submission = office.accept("201", messy_return(1, 8, 2017, "201"))
    telling.store.quality.note_read(submission.submission, 0, [])
    telling.tick()
    assert sentences(hook) == ["201 City of London, 2016 to 2017, submission 1: in doubt"]


def test_what_is_overdue_is_told_once_and_again_once_it_was_there_and_is_no_more(
    settings: Settings, hook: HookSink
) -> None:
    settings = replace(settings, notices=frozenset({hook.url}), due=frozenset({(2017, PAST), (2018, TO_COME)}))
    with open_instance(settings) as instance:
        telling = Telling(instance, settings)
        write_input(telling.store, "expected.csv", "la_code\n201\n202\n390\n")
        telling.store.registry.accept(telling.land("202", "A").submission, "run-1")
        telling.tick(), telling.tick()
        assert sentences(hook) == ["201 City of London, 2016 to 2017: overdue", "390 Gateshead, 2016 to 2017: overdue"]
        telling.store.registry.withdraw(1, "ann", "not theirs")
        telling.tick()
        assert sentences(hook)[2:] == ["202 Camden, 2016 to 2017: overdue"]


def test_overdue_is_what_is_expected_due_and_not_here(settings: Settings) -> None:
    """390 was rejected, 201 waits, 202 and 203 sent nothing, and 203 is carried forward."""
    store = Store(replace(settings, due=frozenset({(2017, date(2017, 7, 1)), (2017, PAST)})))
    write_input(store, "expected.csv", "la_code\n201\n202\n203\n390\n")
    write_input(store, "carry-forward.csv", "year,la_code,from_year\n2017,203,2016\n")
    office = Office(store.settings)
    office.land("201", b"<a/>")
    office.refuse("390", "a further return")
    assert due_date(store.settings, 2017) == PAST  # the later of the two
    assert overdue(store, 2017, PAST) == []
    assert overdue(store, 2017, date(2017, 8, 1)) == ["202", "390"]
    assert overdue(store, 2018, date(2030, 1, 1)) == []


@pytest.mark.parametrize(("due", "passed"), [(frozenset({(2017, PAST)}), False), (frozenset({(2017, TO_COME)}), True)])
def test_the_check_says_which_are_overdue(settings: Settings, due: frozenset[tuple[int, date]], passed: bool) -> None:
    settings = replace(settings, due=due)
    store = Store(settings)
    write_input(store, "expected.csv", "la_code\n201\n390\n")
    with open_instance(settings) as instance:
        look_at_returns_due(build_definitions(settings, store).resolve_job_def(RETURNS_DUE_JOB), instance, 2017)
        key = dg.AssetCheckKey(dg.AssetKey("submission_status"), "returns_due")
        (record,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
    assert record.partition == "2016-04-01"
    evaluation = record.event.dagster_event.event_specific_data
    assert evaluation.passed is passed
    assert evaluation.description == (None if passed else "overdue since 2017-07-31: 201, 390")


def test_the_check_is_looked_at_when_what_is_overdue_changes(tmp_path: Path, settings: Settings) -> None:
    settings = replace(settings, due=frozenset({(2017, PAST)}))
    key = dg.AssetCheckKey(dg.AssetKey("submission_status"), "returns_due")
    with Living.opened(tmp_path / "inbox", settings) as living:

        def looks() -> int:
            return len(living.instance.event_log_storage.get_asset_check_execution_history(key, limit=5))

        living.tick("notices"), living.tick("notices")
        assert living.said == "nobody is told: CIN_NOTICES is not set"
        assert looks() == 1
        office = Office(living.settings)
        office.accept("201", messy_return(1, 8, 2017, "201"))
        living.tick("notices"), living.tick("notices")
        assert looks() == 2
