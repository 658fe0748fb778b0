"""What happens to submissions is logged as lines of JSON: once, after it is so, and without a word of the sender's."""

import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from celery.utils.log import LoggingProxy

from cin_pipeline.settings import Settings
from cin_pipeline.settings.log import begin_logging, happened
from cin_pipeline.store.registry import Registry
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission

CHILD, UPN, BORN = "DOE-JANE-2009", "A920101234567", "2009-03-14"
FILE = f"{CHILD} {UPN} {BORN}.xml"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2017, 6, 1, tzinfo=UTC)
        self.readings = 100  # until it breaks

    def __call__(self) -> datetime:
        self.readings -= 1
        if self.readings < 0:
            raise ZeroDivisionError
        return self.now


@pytest.fixture
def logging_settings(settings: Settings) -> Iterator[Settings]:
    yield replace(settings, log="json")
    begin_logging("text")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(logging_settings: Settings, clock: Clock) -> Registry:
    return Registry(Store(logging_settings).engine, clock)


def land(registry: Registry, content: str, la: str = "201") -> Submission:
    return registry.land(
        year=2017, la_code=la, file_name=FILE, sha256=content * 64, size=1, received=datetime(2017, 6, 1, tzinfo=UTC)
    )


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    written = capsys.readouterr()
    assert written.out == ""
    return [json.loads(line) for line in written.err.splitlines()]


def test_a_line_stays_a_line_of_json_in_a_worker_of_celery(
    logging_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Celery puts a logger in the place of standard error, whose lines begin with a time and the process."""
    written = StringIO()
    monkeypatch.setattr(sys, "__stderr__", written)
    monkeypatch.setattr(sys, "stderr", LoggingProxy(logging.getLogger("celery.redirected"), "WARNING"))
    begin_logging(logging_settings.log)
    happened("landed", submission=7)
    assert json.loads(written.getvalue())["submission"] == 7


def test_each_move_is_a_line_with_submission_year_la_and_run(
    registry: Registry, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    number = land(registry, "A").submission
    registry.claim(number, "run-1")
    clock.now += timedelta(seconds=2.5)
    registry.accept(number, "run-1")
    found = lines(capsys)
    assert [(each["event"], each["submission"], each["year"], each["la_code"]) for each in found] == [
        ("landed", 1, 2017, "201"),
        ("claimed", 1, 2017, "201"),
        ("accepted", 1, 2017, "201"),
    ]
    assert [each.get("run") for each in found] == [None, "run-1", "run-1"]
    assert [each.get("seconds") for each in found] == [None, None, 2.5]
    assert {each["level"] for each in found} == {"info"}
    assert all(datetime.fromisoformat(str(each["time"])).tzinfo for each in found)


def test_what_was_rejected_and_given_back_is_told_by_its_kind_alone(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reasons, the name of the file and the words of a person quote a child."""
    said = f"line 7: {CHILD} has UPN {UPN} and was born {BORN}"
    first, second = land(registry, "A").submission, land(registry, "B", "202").submission
    for number in (first, second):
        registry.claim(number, "run-1")
    registry.requeue(first, "run-1", said)
    registry.reject(second, said, "run-1")
    registry.turn_down(first, f"zoe {CHILD}", said)
    refused = {"year": 2017, "la_code": "202", "file_name": FILE, "sha256": "C" * 64, "size": 1, "reason": said}
    registry.refuse(**refused, received=datetime(2017, 6, 1, tzinfo=UTC))
    registry.refuse_file(
        file_name=FILE, sha256="D" * 64, size=1, reason=said, received=datetime(2017, 6, 1, tzinfo=UTC)
    )
    written = capsys.readouterr().err
    assert not [each for each in (CHILD, "JANE", UPN, BORN, ".xml", "line 7", "zoe") if each in written]
    told = [json.loads(line) for line in written.splitlines()]
    assert [(each["event"], each["level"], each.get("why")) for each in told[4:]] == [
        ("requeued", "info", "its run came to no result"),
        ("rejected", "warning", "it cannot be read"),
        ("rejected", "warning", "a person decided"),
        ("rejected", "warning", "not taken on receipt"),
        ("file_refused", "warning", None),
    ]


def test_what_is_rolled_back_is_not_told(registry: Registry, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """The second supersedes the first, and then comes to nothing, as the clock breaks."""
    registry.accept(land(registry, "A").submission)
    second = land(registry, "B").submission
    lines(capsys)
    clock.readings = 1
    with pytest.raises(ZeroDivisionError):
        registry.accept(second)
    assert [registry.get(number).state for number in (1, 2)] == ["accepted", "landed"]
    assert lines(capsys) == []


def test_a_field_of_another_form_is_left_out(logging_settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever some later code hands over by mistake."""
    Store(logging_settings)
    happened("run_failed", la_code=CHILD, run=FILE, job=UPN, why=BORN, submission=3)
    (line,) = lines(capsys)
    assert line.keys() == {"time", "level", "event", "submission"}


def test_nothing_is_written_unless_it_is_asked_for(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    land(Store(settings).registry, "A")
    assert capsys.readouterr() == ("", "")


def test_no_other_logger_says_it_again(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    """As with python_logs in dagster.yaml, which puts a handler on the root or on named loggers."""
    root = logging.getLogger()
    seen: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = seen.append  # type: ignore[method-assign]
    root.addHandler(handler)
    try:
        land(registry, "A")
    finally:
        root.removeHandler(handler)
    assert seen == []
    assert len(lines(capsys)) == 1
