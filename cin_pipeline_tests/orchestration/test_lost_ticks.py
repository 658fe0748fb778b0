"""What a sensor asks for may never be run: the daemon dies, a tick takes too long, somebody tests a sensor in the UI.
Only runs that there were, and that ended, are tries; a run that the machine could not start is none of the return's."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from cin_pipeline.orchestration.ended_runs import RUN_KEY_TAG
from cin_pipeline.orchestration.sensors import requeue_or_reject
from cin_pipeline.settings import Settings
from cin_pipeline_tests.orchestration.test_sensors import NINE, Living, crash
from cin_pipeline_tests.support.kept import write_input

LOST = 12  # more than any count of tries
ALONE, TOGETHER, RECOUNT, RECOUNTS, ENGLAND = "landing alone", "landing", "recount", "recounts", "england"


def chunks(what: str) -> int:
    """How many runs are asked for: nine LAs for two workers are two chunks."""
    return 2 if what == TOGETHER else 1


class Office(Living):
    """Living, where any of the requests there are can be made to be due."""

    def due(self, what: str, monkeypatch: pytest.MonkeyPatch) -> str:
        """The sensor that then asks for it."""
        if what == TOGETHER:
            self.expect(NINE)
            for la in NINE:
                self.put(la)
        else:
            self.put("201")
        if what not in (ALONE, TOGETHER):
            self.take()
        if what in (RECOUNT, RECOUNTS):
            self.put("201", 2016)
            self.take()
        if what == RECOUNTS:
            monkeypatch.setattr("cin_pipeline.orchestration.requesting.FEW_WAITING", 0)
        sensor = {RECOUNT: "prior_year", RECOUNTS: "prior_year", ENGLAND: "national"}.get(what, "landing")
        self.tick(sensor)  # the first look at a new file only sees it
        return sensor

    def expect(self, las: tuple[str, ...]) -> None:
        write_input(self.state, "expected.csv", "\n".join(("la_code", *las, "")))

    def created(
        self, request: dg.RunRequest, status: dg.DagsterRunStatus = dg.DagsterRunStatus.STARTING
    ) -> dg.DagsterRun:
        """The run of a request as Dagster makes it before a process is started for it."""
        partition = {"dagster/partition": str(request.partition_key)} if request.partition_key else {}
        return self.instance.create_run_for_job(
            self.definitions.resolve_job_def(str(request.job_name)),
            status=status,
            run_config=dict(request.run_config) if request.run_config else None,
            tags={**request.tags, **partition, RUN_KEY_TAG: str(request.run_key)},
        )

    def an_hour_later(self, sensor: str, monkeypatch: pytest.MonkeyPatch) -> list[dg.RunRequest]:
        """A tick when no wait is left."""
        with monkeypatch.context() as patched:
            patched.setattr("cin_pipeline.settings.backing_off.LONGEST_WAIT", timedelta(0))
            return self.tick(sensor)


@pytest.fixture
def office(tmp_path: Path, settings: Settings) -> Iterator[Office]:
    with Office.opened(tmp_path / "inbox", settings) as office:
        yield office


@pytest.mark.parametrize("what", [ALONE, TOGETHER, RECOUNT, RECOUNTS, ENGLAND])
def test_lost_ticks_ask_again_with_the_same_run_key(office: Office, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sensor = office.due(what, monkeypatch)
    keys = {request.run_key for _ in range(LOST) for request in office.tick(sensor)}
    requests = office.tick(sensor)
    # If one of the lost ones is made up for after all, Dagster launches it once.
    assert keys == {request.run_key for request in requests}
    assert len(keys) == chunks(what)
    if what != TOGETHER:
        assert office.run(requests[0]).success
        assert office.tick(sensor) == []
    assert all(each.state != "rejected" for each in office.state.registry.history(2017))


@pytest.mark.parametrize("what", [ALONE, TOGETHER, RECOUNT, RECOUNTS, ENGLAND])
def test_a_run_that_the_machine_could_not_start_is_asked_for_later_for_ever(
    office: Office, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor, keys = office.due(what, monkeypatch), set()
    for _ in range(LOST):
        requests = office.an_hour_later(sensor, monkeypatch)
        keys.update(request.run_key for request in requests)
        runs = [office.created(request) for request in requests]
        assert office.tick(sensor) == []  # it may still start
        for run in runs:
            office.instance.report_run_failed(run, "no process could be started")
        assert office.tick(sensor) == []
        assert "could not be started; asked for again from 20" in office.said
    (request, *others) = office.an_hour_later(sensor, monkeypatch)
    keys.update(each.run_key for each in (request, *others))
    assert len(keys) == (LOST + 1) * chunks(what)  # a key that Dagster knows would be skipped
    assert all(each.state != "rejected" for each in office.state.registry.history(2017))
    if what != TOGETHER:
        assert office.run(request).success
        assert office.tick(sensor) == []


@pytest.mark.parametrize("what", [ALONE, TOGETHER, RECOUNT, RECOUNTS, ENGLAND])
def test_a_run_that_the_daemon_made_and_never_handed_on_is_asked_for_again(
    office: Office, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same run key, by which Dagster finds it and hands it on."""
    sensor = office.due(what, monkeypatch)
    requests = office.tick(sensor)
    for request in requests:
        office.created(request, dg.DagsterRunStatus.NOT_STARTED)
    again = office.tick(sensor)
    assert [each.run_key for each in again] == [each.run_key for each in requests]
    for request in requests:
        office.created(request)
    assert office.tick(sensor) == []


def test_ten_runs_that_ended_before_they_took_a_return_are_enough(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = office.due(ALONE, monkeypatch)
    monkeypatch.setattr("cin_pipeline.orchestration.submissions.Work.begin", crash)
    for _ in range(10):
        (request,) = office.tick(sensor)
        assert not office.run(request).success
    assert office.state.registry.get(1).state == "landed"
    assert office.tick(sensor) == []
    rejected = office.state.registry.get(1)
    assert (rejected.state, rejected.reason) == ("rejected", "10 runs ended before they began on it")


def test_a_run_that_a_person_ends_before_it_began_is_asked_for_again_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = office.due(ALONE, monkeypatch)
    (request,) = office.tick(sensor)
    office.instance.report_run_canceled(office.created(request))
    (again,) = office.tick(sensor)
    assert (request.run_key, again.run_key) == ("2016-04-01|201|1|1", "2016-04-01|201|1|2")
    assert office.state.registry.get(1).run_requests == 1


@pytest.mark.parametrize("what", [RECOUNT, RECOUNTS])
def test_a_recount_that_failed_three_times_is_given_up_and_that_is_told(
    office: Office, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else re-referrals of England would be those of another return, and the ticks say that all is well."""
    sensor = office.due(what, monkeypatch)
    with monkeypatch.context() as broken:
        broken.setattr("cin_pipeline.orchestration.assets.measures.la_measures", crash)
        for _ in range(3):
            assert office.tick("national") == []
            assert "2016 to 2017: returns wait to be counted again" in office.said
            (request,) = office.tick(sensor)
            office.run(request)
        given_up = "3 runs to count it with submission 2 failed; look at the last one"
        assert office.tick(sensor) == []
        assert given_up in office.said
    (england,) = office.tick("national")  # with what there is
    assert office.run(england).success
    assert office.tick("national") == []
    assert "201, 2016 to 2017" in office.said
    assert given_up in office.said
    # Another return of the previous year is another matter.
    office.put("201", 2016, seed=2)
    office.take()
    (request,) = office.tick(sensor)
    office.run(request)
    assert office.tick(sensor) == []
    assert office.said == "every current return is counted with the current return of the previous year"


def test_returns_of_the_previous_year_that_come_and_go_use_up_no_tries(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = office.due(RECOUNT, monkeypatch)
    keys = set()
    for _ in range(4):
        for decide in (office.state.registry.withdraw, office.state.registry.restore):
            (request,) = office.tick(sensor)
            keys.add(request.run_key)
            assert office.run(request).success
            decide(2, "ann", "now this, now that")
    (request,) = office.tick(sensor)
    assert len({*keys, request.run_key}) == 9


def test_england_that_failed_three_times_is_given_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sensor = office.due(ENGLAND, monkeypatch)
    monkeypatch.setattr("cin_pipeline.orchestration.assets.national.estimate_england", crash)
    for _ in range(3):
        (request,) = office.tick(sensor)
        assert not office.run(request).success
    assert office.tick(sensor) == []
    assert office.said == "2016 to 2017: 3 runs failed; look at the last one"


def test_a_return_whose_runs_failed_three_times_is_given_up_whatever_was_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = office.due(ALONE, monkeypatch)
    monkeypatch.setattr("cin_pipeline.orchestration.assets.measures.la_measures", crash)
    for _ in range(3):
        for _ in range(LOST):
            (request,) = office.tick(sensor)
        run = office.run(request)
        requeue_or_reject(run.run_id, "ZeroDivisionError", office.state)
    assert office.tick(sensor) == []
    rejected = office.state.registry.get(1)
    assert (rejected.state, rejected.attempt, rejected.run_requests) == ("rejected", 3, 0)
