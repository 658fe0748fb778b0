"""What the surroundings do to a run is not the return's fault: it is given back, asked for again later and later, and
never rejected for it."""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from cin_pipeline.answers.status_table import status_of_year
from cin_pipeline.orchestration import decisions
from cin_pipeline.orchestration.bulk import Load, load_returns
from cin_pipeline.orchestration.faults import fault_of_run
from cin_pipeline.orchestration.sensors import requeue_or_reject
from cin_pipeline.settings import Settings
from cin_pipeline.store.liveness import LeaseLost, Life
from cin_pipeline.store.objects import ObjectsUnavailable
from cin_pipeline.store.surroundings import Stopped, SurroundingsFailed
from cin_pipeline_tests.orchestration.test_lost_ticks import Office
from cin_pipeline_tests.orchestration.test_sensors import crash
from cin_pipeline_tests.support.kept import write_input

COUNTING = "cin_pipeline.orchestration.assets.measures.la_measures"
FULL = "given back, as the disk is full"


@pytest.fixture
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    if getattr(request, "param", "sqlite") == "sqlite":
        return settings
    return replace(settings, database=request.getfixturevalue("postgresql_url"))


both = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def office(tmp_path: Path, settings: Settings) -> Iterator[Office]:
    with Office.opened(tmp_path / "inbox", settings) as office:
        yield office
        office.state.close()


def full_disk(*_: object) -> object:
    raise OSError(errno.ENOSPC, "No space left on device")


def told_to_end(*_: object) -> object:
    os.kill(os.getpid(), signal.SIGTERM)
    return os.getpid()  # the interpreter looks for signals before this returns


def failed(office: Office, run: dg.ExecuteInProcessResult) -> None:
    """What the failure sensor does about a run."""
    requeue_or_reject(run.run_id, "OSError", office.state, fault_of_run(office.instance, run.run_id))


def load_as_command(office: Office) -> None:
    with decisions.command(office.state, office.instance) as name:
        load = Load(name, fence=office.state.liveness.fence(name))
        list(load_returns(office.state.registry.waiting(), office.settings, load))


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch, instead: Callable[..., object]) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(COUNTING, instead)
        yield


@pytest.mark.parametrize("seen_by", ["failure", "landing"])
def test_a_return_is_given_back_as_often_as_the_surroundings_fail_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, seen_by: str
) -> None:
    """Whichever sensor comes first."""
    sensor = office.due("landing alone", monkeypatch)
    with counting(monkeypatch, full_disk):
        for _ in range(3):
            (request,) = office.an_hour_later(sensor, monkeypatch)
            run = office.run(request)
            if seen_by == "failure":
                failed(office, run)
            assert office.tick(sensor) == []
            assert "a run ended without being a try (the disk is full); asked for again from 20" in office.said
            waits = office.state.registry.get(1)
            assert (waits.state, waits.attempt, waits.run_requests, waits.reason) == ("landed", 0, 0, FULL)
    row = status_of_year(office.state, 2017).set_index("la_code").loc["201"]
    assert (row["state"], row["missing"]) == ("landed", f"submission 1 is landed: {FULL}")
    (request,) = office.an_hour_later(sensor, monkeypatch)
    assert office.run(request).success
    assert office.state.registry.get(1).state == "accepted"


def test_it_is_asked_for_again_later_each_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sensor = office.due("landing alone", monkeypatch)
    waits = []
    with counting(monkeypatch, full_disk):
        for _ in range(3):
            (request,) = office.an_hour_later(sensor, monkeypatch)
            run = office.run(request)
            office.tick(sensor)
            ended = office.instance.get_run_record_by_id(run.run_id).end_time
            said = office.said.partition("asked for again from ")[2].removesuffix(" UTC")
            waits.append((said, ended))
    for (said, ended), minutes in zip(waits, (1, 2, 4), strict=True):
        assert said == f"{datetime.fromtimestamp(ended, UTC) + timedelta(minutes=minutes):%Y-%m-%d %H:%M}"


def test_a_return_that_kills_its_run_is_still_given_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was killed says nothing of why: that counts, as does a fault of the return."""
    sensor = office.due("landing alone", monkeypatch)
    with counting(monkeypatch, full_disk):
        (request,) = office.an_hour_later(sensor, monkeypatch)
        failed(office, office.run(request))
    for _ in range(3):
        (request,) = office.an_hour_later(sensor, monkeypatch)
        run = office.created(request, dg.DagsterRunStatus.STARTED)
        office.state.registry.claim(1, run.run_id)
        office.instance.report_run_failed(run, "The process of this run ended without a word.")
    assert office.an_hour_later(sensor, monkeypatch) == []
    rejected = office.state.registry.get(1)
    assert (rejected.state, rejected.attempt) == ("rejected", 3)


def test_a_third_attempt_that_the_surroundings_failed_is_given_back_also_after_an_hour(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = office.due("landing alone", monkeypatch)
    with counting(monkeypatch, crash):
        for _ in range(2):
            (request,) = office.an_hour_later(sensor, monkeypatch)
            failed(office, office.run(request))
    with counting(monkeypatch, full_disk):
        (request,) = office.an_hour_later(sensor, monkeypatch)
        office.run(request)
    assert office.state.registry.get(1).attempt == 3
    (request,) = office.an_hour_later(sensor, monkeypatch)
    assert office.run(request).success


@both
def test_a_copy_that_is_not_where_a_worker_looks_rejects_no_return(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker with another CIN_STATE on the same database and queue, which ate the queue."""
    sensor = office.due("landing alone", monkeypatch)
    returns, elsewhere = office.settings.state / "returns", office.settings.state / "elsewhere"
    for _ in range(3):
        (request,) = office.an_hour_later(sensor, monkeypatch)
        returns.rename(elsewhere)
        failed(office, office.run(request))
        elsewhere.rename(returns)
    waits = office.state.registry.get(1)
    assert (waits.state, waits.attempt) == ("landed", 0)
    assert waits.reason.startswith("given back, as a stored copy is not there")
    (request,) = office.an_hour_later(sensor, monkeypatch)
    assert office.run(request).success


def test_runs_that_the_surroundings_end_before_they_began_on_it_are_not_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = office.due("landing alone", monkeypatch)
    monkeypatch.setattr("cin_pipeline.orchestration.run_requests.MOST_REQUESTS", 2)
    with monkeypatch.context() as patched:
        patched.setattr("cin_pipeline.orchestration.submissions.Work.begin", full_disk)
        for _ in range(3):
            (request,) = office.an_hour_later(sensor, monkeypatch)
            assert not office.run(request).success
    (request,) = office.an_hour_later(sensor, monkeypatch)
    assert office.state.registry.get(1).run_requests == 0
    assert office.run(request).success


@both
def test_a_run_that_a_person_ends_gives_its_return_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sensor = office.due("landing alone", monkeypatch)
    for _ in range(3):
        (request,) = office.an_hour_later(sensor, monkeypatch)
        run = office.created(request, dg.DagsterRunStatus.STARTED)
        office.state.registry.claim(1, run.run_id)
        office.instance.report_run_canceled(run)
        assert office.tick(sensor) == []
        assert "a person ended its run" in office.said
    waits = office.state.registry.get(1)
    assert (waits.state, waits.attempt, waits.reason) == ("landed", 0, "given back, as a person ended its run")


def test_a_bulk_load_ends_at_the_first_fault_and_uses_nothing_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next return would meet it too; those that it never came to have not been tried."""
    office.due("landing alone", monkeypatch)
    write_input(office.state, "expected.csv", "la_code\n201\n202\n203\n")
    office.put("202"), office.put("203")
    monkeypatch.setattr("cin_pipeline.orchestration.run_requests.FEW_WAITING", 0)
    monkeypatch.setattr("cin_pipeline.orchestration.run_requests.MOST_REQUESTS", 2)
    office.tick("landing")
    for _ in range(3):
        with counting(monkeypatch, full_disk):
            (request,) = office.an_hour_later("landing", monkeypatch)
            assert request.job_name == "bulk_load"
            assert not office.run(request).success
        assert office.tick("landing") == []
        assert "3 runs ended without being a try (the disk is full)" in office.said
    events = [[event.to_state for event in office.state.registry.events(number)] for number in (1, 2, 3)]
    assert sorted(events) == [["landed"], ["landed"], ["landed"] + 3 * ["claimed", "landed"]]  # the largest
    (request,) = office.an_hour_later("landing", monkeypatch)
    assert office.run(request).success
    assert [each.state for each in office.state.registry.history(2017)] == 3 * ["accepted"]


def test_a_copy_that_is_gone_keeps_no_other_return_from_being_taken(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.due("landing alone", monkeypatch)
    office.put("202")
    office.tick("landing")
    lost = office.state.registry.get(1)
    office.state.objects.delete(f"returns/{lost.sha256[:2]}/{lost.sha256}.xml")
    monkeypatch.setattr("cin_pipeline.orchestration.run_requests.FEW_WAITING", 0)
    (request,) = office.an_hour_later("landing", monkeypatch)
    assert (request.job_name, office.run(request).success) == ("bulk_load", True)
    assert [each.state for each in office.state.registry.history(2017)] == ["landed", "accepted"]
    assert office.tick("landing") == []
    assert "a run ended without being a try (a stored copy is not there" in office.said


@both
@pytest.mark.parametrize("job", ["la_return", "bulk_load"])
def test_a_worker_that_is_told_to_end_gives_its_return_back(
    office: Office, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    office.due("landing alone", monkeypatch)
    if job == "bulk_load":
        monkeypatch.setattr("cin_pipeline.orchestration.run_requests.FEW_WAITING", 0)
    (request,) = office.an_hour_later("landing", monkeypatch)
    with counting(monkeypatch, told_to_end):
        run = office.run(request)
    assert not run.success
    failed(office, run)
    waits = office.state.registry.get(1)
    assert (waits.state, waits.attempt, waits.reason) == ("landed", 0, "given back, as its process was told to end")
    assert office.state.liveness.look(run.run_id) is Life.UNKNOWN
    (request,) = office.an_hour_later("landing", monkeypatch)
    assert office.run(request).success


def lease_lost(*_: object) -> object:
    raise LeaseLost(["command"])


@both
@pytest.mark.parametrize(
    ("instead", "error", "said"),
    [
        (told_to_end, Stopped, "its process was told to end"),
        (full_disk, SurroundingsFailed, "the disk is full"),
        (lease_lost, SurroundingsFailed, "its process was cut off until its lease had run out"),
    ],
)
def test_a_command_gives_back_what_it_was_at_work_on(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    instead: Callable[..., object],
    error: type[BaseException],
    said: str,
) -> None:
    office.due("landing alone", monkeypatch)
    office.put("202")
    office.tick("landing"), office.tick("landing")
    with counting(monkeypatch, instead), pytest.raises(error):
        load_as_command(office)
    assert [(each.state, each.attempt) for each in office.state.registry.waiting()] == 2 * [("landed", 0)]
    reasons = {each.reason for each in office.state.registry.waiting()}
    assert reasons == {"", f"given back, as {said}"}


def test_a_signal_that_comes_when_dagster_listens_no_more_is_not_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the last step it forgets one; what was accepted stays so, and nothing more is begun."""
    office.due("landing alone", monkeypatch)
    office.put("202")
    office.tick("landing"), office.tick("landing")
    accept = office.state.registry.__class__.accept

    def accept_and_be_told(*args: object) -> bool:
        accepted = accept(*args)  # type: ignore[arg-type]
        _capture(signal.SIGTERM)
        return accepted

    monkeypatch.setattr("cin_pipeline.store.registry.Registry.accept", accept_and_be_told)
    with pytest.raises(Stopped) as stopped:
        load_as_command(office)
    assert stopped.value.code == 128 + signal.SIGTERM
    assert sorted(each.state for each in office.state.registry.history(2017)) == ["accepted", "landed"]


def _capture(number: signal.Signals) -> None:
    """The signal comes, and whoever handles it does nothing about it, as Dagster where it forgets it."""
    handlers = {each: signal.signal(each, lambda *_: None) for each in (signal.SIGINT, signal.SIGTERM)}
    signal.raise_signal(number)
    for each, handler in handlers.items():
        signal.signal(each, handler)


def test_dagsters_own_database_that_is_lost_rejects_no_return(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its errors are no failure of a run: nothing is there that could note one."""
    office.due("landing alone", monkeypatch)
    office.tick("landing")

    def lost(*_args: object, **_options: object) -> object:
        raise OperationalError("insert", {}, Exception("server closed the connection unexpectedly"))

    monkeypatch.setattr("dagster.JobDefinition.execute_in_process", lost)
    with pytest.raises(OperationalError):
        load_as_command(office)
    waits = office.state.registry.get(1)
    assert (waits.state, waits.attempt) == ("landed", 0)
    assert waits.reason == "given back, as the connection to the database was lost"


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_a_connection_that_is_cut_in_mid_run_is_no_fault_of_the_return(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = office.due("landing alone", monkeypatch)
    (request,) = office.an_hour_later(sensor, monkeypatch)
    write = office.state.figures.__class__.write_la_measures

    def cut(figures: object, *args: object) -> None:
        with office.state.engine.begin() as connection:
            connection.execute(
                text(
                    "select pg_terminate_backend(pid, 10000) from pg_stat_activity "
                    "where datname = current_database() and pid <> pg_backend_pid()"
                )
            )
            ours = connection.execute(text("select pg_backend_pid()")).scalar_one()
            connection.execute(text("select pg_terminate_backend(:ours)"), {"ours": ours})
        write(figures, *args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr("cin_pipeline.store.figures.Figures.write_la_measures", cut)
        run = office.run(request)
    assert not run.success
    failed(office, run)
    waits = office.state.registry.get(1)
    assert (waits.state, waits.attempt) == ("landed", 0)
    assert waits.reason == "given back, as the connection to the database was lost"
    (request,) = office.an_hour_later(sensor, monkeypatch)
    assert office.run(request).success


def test_a_bucket_that_is_away_is_no_fault_of_the_return(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sensor = office.due("landing alone", monkeypatch)
    (request,) = office.an_hour_later(sensor, monkeypatch)

    def away(*_args: object, **_options: object) -> bool:
        raise ObjectsUnavailable("s3://cin cannot be used (GenericError)")

    with monkeypatch.context() as patched:
        patched.setattr(office.state.objects.__class__, "put_new", away)
        failed(office, office.run(request))
    assert office.state.registry.get(1).attempt == 0
    (request,) = office.an_hour_later(sensor, monkeypatch)
    assert office.run(request).success
