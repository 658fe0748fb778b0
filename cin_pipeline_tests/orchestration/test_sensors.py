"""The sensors and decisions over a real instance: who is run again, what becomes current, what is never touched."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import dagster as dg
import pytest
from sqlalchemy import delete

from cin_pipeline.orchestration import decisions
from cin_pipeline.orchestration.build import build_definitions
from cin_pipeline.orchestration.bulk import Load, load_chunk, load_returns
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.la_job import QUIET
from cin_pipeline.orchestration.partitions import partition_key
from cin_pipeline.orchestration.sensors import requeue_or_reject, scan_inbox
from cin_pipeline.settings import Settings
from cin_pipeline.settings.places import Bucket
from cin_pipeline.store.database import LA_MEASURES
from cin_pipeline.store.objects import ObjectsUnavailable
from cin_pipeline.store.objects.directory import DirectoryObjects
from cin_pipeline.store.registry import Registry
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import DecisionRefused
from cin_pipeline_tests.support import oracle
from cin_pipeline_tests.support.kept import table_of, write_input
from cin_pipeline_tests.support.killed import killed
from cin_pipeline_tests.support.random_returns import messy_return

NINE = tuple(str(la) for la in range(201, 210))
LONG_AGO = datetime(2017, 6, 1, tzinfo=UTC)


class Living:
    """An inbox, a state and an instance; ticks and runs in this process."""

    def __init__(self, directory: Path, instance: dg.DagsterInstance, settings: Settings) -> None:
        self.inbox, self.instance, self.settings = directory, instance, settings
        self.state = Store(settings)
        self.state.__dict__["registry"] = Registry(self.state.engine, now=lambda: LONG_AGO)
        self.definitions = build_definitions(settings, self.state)
        self.cursors: dict[str, str | None] = {}
        write_input(self.state, "expected.csv", "la_code\n201\n202\n")

    @classmethod
    @contextmanager
    def opened(cls, inbox: Path, settings: Settings) -> Iterator[Self]:
        """Over an inbox that is made, for 2016-17."""
        inbox.mkdir()
        settings = replace(settings, inbox=inbox, years=frozenset({2017}))
        with open_instance(settings) as instance:
            yield cls(inbox, instance, settings)

    def put(self, la: str, year: int = 2017, seed: int = 1, children: int = 6) -> bytes:
        data = messy_return(seed, children, year, la)
        path = self.inbox / f"{la}_{year}.xml"
        path.write_bytes(data)
        return data

    def tick(self, sensor: str) -> list[dg.RunRequest]:
        with dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursors.get(sensor),
            repository_def=self.definitions.get_repository_def(),
        ) as context:
            data = self.definitions.get_repository_def().get_sensor_def(sensor).evaluate_tick(context)
        self.cursors[sensor] = data.cursor
        self.said = data.skip_message or ""
        return list(data.run_requests or [])

    def landing(self) -> list[dg.RunRequest]:
        """Two looks, as files are new: the first finds them, the second finds them the same."""
        return self.tick("landing") or self.tick("landing")

    def run(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        return self.definitions.resolve_job_def(str(request.job_name)).execute_in_process(
            instance=self.instance,
            partition_key=request.partition_key,
            tags=dict(request.tags),
            asset_selection=list(request.asset_selection) if request.asset_selection else None,
            run_config=request.run_config or QUIET,
            raise_on_error=False,
        )

    def take(self) -> None:
        for request in self.landing():
            self.run(request)

    def events(self, la: str, year: int = 2017) -> int:
        """How many materialisations and check results a partition ever had."""
        key = str(partition_key(year, la))
        return sum(
            entry.dagster_event.partition == key
            or (entry.asset_check_evaluation is not None and entry.asset_check_evaluation.partition == key)
            for run in self.instance.get_runs()
            for entry in self.instance.all_logs(run.run_id)
            if entry.dagster_event and (entry.dagster_event.is_step_materialization or entry.asset_check_evaluation)
        )

    def measures(self, la: str) -> oracle.Measures:
        table = self.state.figures.current_la_measures(2017)
        rows = table[(table["la_code"] == la) & ((table["breakdown"] == "total") | table["value"].notna())]
        return {
            (row.measure, row.breakdown, row.category): None if row.status == "not_available" else int(row.value)
            for row in rows.itertuples()
        }

    def inputs_current(self, asset: str) -> list[bool]:
        """Results of that check, the last first."""
        key = dg.AssetCheckKey(dg.AssetKey(asset), "inputs_current")
        records = self.instance.event_log_storage.get_asset_check_execution_history(key, limit=20)
        return [record.status.value == "SUCCEEDED" for record in records]


@pytest.fixture
def living(tmp_path: Path, settings: Settings) -> Iterator[Living]:
    with Living.opened(tmp_path / "inbox", settings) as living:
        yield living


def crash(*_: object) -> object:
    raise ZeroDivisionError("1999-12-31")


def test_a_resubmission_reruns_its_authority_and_nobody_else(living: Living) -> None:
    living.put("201"), living.put("202")
    requests = living.landing()
    assert [request.run_key for request in requests] == ["2016-04-01|201|1|1", "2016-04-01|202|2|1"]
    for request in requests:
        assert living.run(request).success
    assert living.landing() == []
    others, figures = living.events("202"), living.measures("202")
    assert others > 10
    sent = living.put("201", seed=2)
    (request,) = living.landing()
    assert request.run_key == "2016-04-01|201|3|1"
    assert living.run(request).success
    assert living.measures("201") == oracle.la_measures(sent, None, 2017)
    assert living.events("202") == others
    assert living.measures("202") == figures
    assert living.state.registry.get(1).state == "superseded"


def test_last_years_return_recounts_its_authority_only(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    this = living.put("201")
    living.put("202")
    living.take()
    others, before_it = living.events("202"), living.measures("201")
    assert living.tick("prior_year") == []
    last = living.put("201", 2016)
    living.take()
    assert living.events("202", 2016) == 0
    (request,) = living.tick("prior_year")
    assert request.partition_key == "2016-04-01|201"
    assert {key.to_user_string() for key in request.asset_selection} == {
        "prior_year_referrals",
        "la_measures",
        "validation_issues",
        "data_confidence",
    }
    with monkeypatch.context() as patched:
        patched.setattr("cin_pipeline.orchestration.assets.measures.la_measures", crash)
        assert not living.run(request).success
    assert living.state.registry.current(2017, "201").submission == 1
    assert living.measures("201") == before_it  # a recount that fails takes nothing out of force
    (again,) = living.tick("prior_year")
    assert again.run_key != request.run_key
    assert living.run(again).success
    assert living.measures("201") == oracle.la_measures(this, last, 2017)
    assert living.tick("prior_year") == []
    assert living.events("202") == others


def test_year_on_year_checks_follow_the_previous_years_return(living: Living) -> None:
    """It comes later than the return it is compared with, is sent again, and both are withdrawn."""

    def children_compared() -> list[str]:
        issues = table_of(living.state, "validation_issues", living.state.registry.get(1), "issues")
        grade = living.state.quality.of_year(2017)[1]
        assert grade.queries == (issues["severity"] == "query").sum()
        return [said.partition(" (")[0] for said in issues.loc[issues["rule_id"] == "YonY01", "message"]]

    def check_again() -> list[str]:
        (request,) = living.tick("prior_year")
        assert living.run(request).success
        assert living.tick("prior_year") == []
        return children_compared()

    now = living.put("201", children=20).count(b"<Child>")
    living.take()
    assert children_compared() == []
    said = []
    for number in (40, 10):
        before = living.put("201", 2016, children=number).count(b"<Child>")
        living.take()
        said.append(f"Child records: {before} in the previous year's return, {now} in this one")
        assert check_again() == said[-1:]
    living.state.registry.withdraw(3, "ann", "wrong file")
    assert check_again() == said[:1]
    living.state.registry.withdraw(2, "ann", "wrong file")
    assert check_again() == []


def test_england_is_made_again_after_a_quiet_spell_when_something_changed(living: Living) -> None:
    living.put("201"), living.put("202")
    requests = living.landing()
    assert living.tick("national") == []
    for request in requests:
        living.run(request)
    (request,) = living.tick("national")
    assert living.run(request).success
    manifest = living.state.figures.manifest("estimates", 2017)
    assert [(each.la_code, each.submission) for each in manifest] == [("201", 1), ("202", 2)]
    assert living.inputs_current("national_measures") == living.inputs_current("estimates") == [True]
    assert living.tick("national") == []
    living.state.registry.withdraw(2, "ann", "wrong file")
    living.state.registry._now = lambda: datetime.now(UTC) - timedelta(seconds=1)
    living.state.registry.restore(2, "ann", "right after all")
    living.state.registry._now = lambda: LONG_AGO
    assert living.tick("national") == []  # as it was
    living.state.registry.withdraw(2, "ann", "wrong file")
    (second,) = living.tick("national")
    assert living.inputs_current("estimates") == [False, True]
    assert second.run_key != request.run_key
    living.tick("national")
    assert living.inputs_current("estimates") == [False, True]  # told once
    # What cannot be estimated is told once, not tried again and again.
    write_input(living.state, "population.csv", "la_code,population\n201,100\n")
    assert not living.run(second).success
    assert living.state.figures.estimates(2017).empty
    assert living.tick("national") == []


def test_a_file_of_the_users_makes_england_again(living: Living) -> None:
    living.put("201")
    living.take()
    (request,) = living.tick("national")
    assert living.run(request).success
    assert living.tick("national") == []
    write_input(living.state, "unusable.csv", "year,la_code,measure,reason\n2017,201,icpcs,not recorded\n")
    (again,) = living.tick("national")
    assert living.inputs_current("estimates") == [False, True]
    assert again.run_key != request.run_key
    assert living.run(again).success
    assert living.tick("national") == []


def test_england_waits_for_figures_that_an_earlier_version_counted(living: Living) -> None:
    living.put("201")
    living.take()
    with living.state.engine.begin() as connection:
        connection.execute(delete(LA_MEASURES).where(LA_MEASURES.c.measure == "cpp_ending_first_6_months"))
    assert living.tick("national") == []
    assert "the current returns of 1 LA (201) have not all figures" in living.said
    assert "cin-pipeline run --year 2017" in living.said


def test_a_run_that_fails_three_times_is_given_up_without_a_value(
    living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cin_pipeline.orchestration.assets.measures.la_measures", crash)
    living.put("201")
    keys = []
    for _ in range(3):
        (request,) = living.landing()
        keys.append(request.run_key)
        run = living.run(request)
        requeue_or_reject(run.run_id, "ZeroDivisionError", living.state)
    assert keys == [f"2016-04-01|201|1|{attempt}" for attempt in (1, 2, 3)]
    rejected = living.state.registry.get(1)
    assert rejected.state == "rejected"
    assert "ZeroDivisionError" in rejected.reason
    told = str(living.state.registry.events(1))
    assert "1999-12-31" not in told
    assert living.landing() == []


def test_a_run_that_is_alive_keeps_what_it_holds_whoever_says_that_it_failed(living: Living) -> None:
    living.put("201")
    living.landing()
    living.state.registry.claim(1, "a run")
    with living.state.liveness.alive("a run"):
        requeue_or_reject("a run", "unreachable", living.state)
        assert living.state.registry.get(1).state == "claimed"
    requeue_or_reject("a run", "unreachable", living.state)
    assert living.state.registry.get(1).state == "landed"


def test_what_a_killed_run_held_is_offered_again_and_its_run_is_ended(living: Living) -> None:
    """A run that was killed stays "started" for Dagster, and would hold its submission and a place in the queue."""
    living.put("201")
    living.landing()
    job = living.definitions.resolve_job_def("la_return")
    run = living.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags={"cin/submission": "1"})
    living.state.registry.claim(1, run.run_id)
    with living.state.liveness.alive(run.run_id):
        assert living.tick("landing") == []
    killed(living.state, run.run_id)
    (request,) = living.tick("landing")
    assert request.run_key == "2016-04-01|201|1|2"
    assert living.instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
    assert living.run(request).success
    ends = [event.to_state for event in living.state.registry.events(1)]
    assert ends == ["landed", "claimed", "landed", "claimed", "accepted"]


def put_many(living: Living, las: tuple[str, ...] = NINE) -> None:
    write_input(living.state, "expected.csv", "la_code\n" + "\n".join(las) + "\n")
    for seed, la in enumerate(las):
        living.put(la, seed=seed)


def submissions(request: dg.RunRequest) -> list[int]:
    return request.run_config["ops"]["load_many_returns"]["config"]["submissions"]


def begun(living: Living, request: dg.RunRequest) -> dg.DagsterRun:
    """The run of a bulk run's request as Dagster makes it."""
    job = living.definitions.resolve_job_def("bulk_load")
    return living.instance.create_run_for_job(
        job, status=dg.DagsterRunStatus.STARTED, run_config=dict(request.run_config)
    )


def test_above_eight_a_bulk_run_is_asked_for_by_worker(living: Living) -> None:
    put_many(living)
    first, second = requests = living.landing()
    assert {request.job_name for request in requests} == {"bulk_load"}
    assert sorted(submissions(first) + submissions(second)) == list(range(1, 10))
    one, two = begun(living, first), begun(living, second)
    assert living.tick("landing") == []  # asked for already
    living.instance.report_run_canceled(one)
    again = living.tick("landing")
    assert {request.run_key for request in again}.isdisjoint({first.run_key})  # else it would never be run
    assert sorted(request.tags["cin/submission"] for request in again) == sorted(map(str, submissions(first)))
    living.instance.report_run_canceled(two)


def test_whatever_the_number_of_chunks_the_figures_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cin_pipeline.orchestration.run_requests.FEW_WAITING", 0)
    # Not every launcher lets a bulk run start processes.
    monkeypatch.setattr("cin_pipeline.orchestration.bulk.ProcessPoolExecutor", crash)
    found = []
    for workers in (1, 2):
        (tmp_path / str(workers)).mkdir()
        settings = replace(Settings.from_environment({}, state=tmp_path / str(workers) / "state"), workers=workers)
        with Living.opened(tmp_path / str(workers) / "inbox", settings) as living:
            put_many(living, NINE[:6])
            requests = living.landing()
            assert len(requests) == workers
            for request in reversed(requests):
                assert living.run(request).success
            figures = living.state.figures.current_la_measures(2017)
            found.append(figures.sort_values(list(figures)).to_csv(index=False))
            assert {each.state for each in living.state.registry.history(2017)} == {"accepted"}
    assert found[0] == found[1]
    assert len(found[0].splitlines()) > 6


@pytest.mark.sqlite_only("what a killed process leaves is a file here; on PostgreSQL a lease, see store/test_leases.py")
def test_a_bulk_run_that_died_loses_what_it_was_at_and_no_more(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    """The return that killed it is run alone; the others wait as if nothing had been, however often that happens."""
    monkeypatch.setattr("cin_pipeline.orchestration.run_requests.FEW_WAITING", 0)
    living.state.__dict__["settings"] = replace(living.settings, workers=1)
    put_many(living, (*NINE, "210", "211", "212"))
    job = living.definitions.resolve_job_def("la_return")
    requests = living.landing()
    for killers in range(1, 13):  # more than the ten runs in vain after which a return is given up
        (bulk,) = (request for request in requests if request.job_name == "bulk_load")
        first, *rest = submissions(bulk)
        run = begun(living, bulk)
        living.state.registry.claim(first, run.run_id)
        tags = {"cin/submission": str(first), "cin/holder": run.run_id}
        part = living.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=tags)
        with living.state.liveness.alive(run.run_id):
            assert [each for each in living.tick("landing") if each.job_name == "bulk_load"] == []
        (living.settings.state / "locks" / run.run_id).touch()  # what a killed process leaves
        requests = living.tick("landing")
        assert living.instance.get_run_by_id(part.run_id).status is dg.DagsterRunStatus.FAILURE
        alone = [request.tags["cin/submission"] for request in requests if request.job_name == "la_return"]
        assert str(first) in alone
        assert len(alone) == killers
        assert [submissions(each) for each in requests if each.job_name == "bulk_load"] == ([rest] if rest else [])
    history = living.state.registry.history(2017)
    assert {(each.state, each.attempt, each.run_requests) for each in history} == {("landed", 1, 0)}


def test_a_return_sent_again_while_its_bulk_run_is_at_others_is_not_kept_waiting(living: Living) -> None:
    put_many(living)
    first, second = living.landing()
    run = begun(living, first)
    begun(living, second)
    last = submissions(first)[-1]
    la = living.state.registry.get(last).la_code
    sent = living.put(la, seed=20)
    (alone,) = living.landing()
    assert alone.tags["cin/submission"] == str(last)  # the earlier first
    assert living.run(alone).success
    (again,) = living.tick("landing")
    assert again.tags["cin/submission"] == "10"
    assert living.run(again).success
    assert living.measures(la) == oracle.la_measures(sent, None, 2017)
    # The bulk run then finds nothing to do there, and does the others.
    outcomes = list(
        load_chunk(
            [living.state.registry.get(number) for number in submissions(first)],
            living.settings,
            Load(run.run_id, try_again=True),
        )
    )
    assert [each.submission for each in outcomes if not each.accepted] == [last]
    assert "nothing was done: it is superseded" in outcomes[-1].reason
    assert living.state.registry.current(2017, la).submission == 10


def test_a_bulk_run_leaves_an_la_that_another_run_is_at_work_on(living: Living) -> None:
    living.put("201"), living.put("202"), living.put("201", 2016)
    living.landing()
    waiting = living.state.registry.waiting()
    (before,) = (each.submission for each in waiting if each.collection_year == 2016)
    with living.state.liveness.alive("another"):
        living.state.registry.claim(before, "another")
        chunk = [each for each in waiting if each.submission != before]
        outcomes = list(load_chunk(chunk, living.settings, Load("bulk", try_again=True)))
    assert [(each.la_code, each.accepted, each.elsewhere) for each in outcomes] == [
        ("202", True, False),
        ("201", False, True),
    ]
    (left,) = (each for each in living.state.registry.waiting() if each.submission != before)
    assert (left.state, left.attempt) == ("landed", 0)


def test_a_second_run_on_the_same_submission_does_nothing_and_says_so(living: Living) -> None:
    living.put("201")
    (request,) = living.landing()
    with living.state.liveness.alive("another"):
        living.state.registry.claim(1, "another")
        run = living.run(request)
        assert not run.success
        (failure,) = [event for event in run.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
        assert "is at work in run another; nothing was done" in failure.step_failure_data.user_failure_data.description
        with living.state.liveness.alive("command"):
            waiting = living.state.registry.waiting()
            (outcome,) = load_returns(waiting, living.settings, Load("command"))
        assert outcome.reason == "nothing was done: it is at work in run another"
        assert living.state.registry.get(1).run == "another"
    assert living.run(request).success  # the other is no more


def test_a_person_can_put_a_rejected_return_in_force(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    before, sent = living.put("201"), b""
    living.take()
    monkeypatch.setattr(
        "cin_pipeline.orchestration.assets.measures.broken_identities", lambda _: ["the check is wrong"]
    )
    sent = living.put("201", seed=2)
    living.take()
    assert living.state.registry.get(2).state == "rejected"
    assert living.measures("201") == oracle.la_measures(before, None, 2017)
    said = decisions.accept(living.settings, 2, "ann", "the check is wrong")
    assert "was run again and is current" in said
    assert living.measures("201") == oracle.la_measures(sent, None, 2017)
    accepted = living.state.registry.events(2)[-1]
    assert (accepted.to_state, accepted.decided_by, accepted.reason) == ("accepted", "ann", "the check is wrong")
    # Counted again, what is current does not lose its figures to a check that now fails.
    said = decisions.withdraw(living.settings, 2, "ann", "not theirs")
    assert "submission 1 is current again" in said
    (outcome,) = load_returns([living.state.registry.get(1)], living.settings, Load("command"))
    assert not outcome.accepted
    assert living.state.registry.current(2017, "201").submission == 1
    assert living.measures("201") == oracle.la_measures(before, None, 2017)
    assert "as it was counted before" in decisions.accept(living.settings, 2, "ann", "theirs after all")
    assert living.measures("201") == oracle.la_measures(sent, None, 2017)


def test_a_file_that_cannot_be_read_cannot_be_put_in_force(living: Living) -> None:
    data = messy_return(1, 3, 2017, "201").replace(b"<ReferralNFA>", b"<Colour/><ReferralNFA>")
    (living.inbox / "201.xml").write_bytes(data)
    living.take()
    with pytest.raises(DecisionRefused, match=r"cannot be accepted: .*Colour is unknown"):
        decisions.accept(living.settings, 1, "ann", "why not")
    assert living.state.registry.get(1).state == "rejected"


def test_a_run_without_a_tag_takes_what_waits_then_what_is_in_force(living: Living) -> None:
    """As when somebody materialises one partition in the UI."""
    sent = living.put("201")
    living.landing()
    by_hand = dg.RunRequest(job_name="la_return", partition_key="2016-04-01|201")
    assert living.run(by_hand).success
    assert living.state.registry.current(2017, "201").submission == 1
    assert living.run(by_hand).success
    assert living.measures("201") == oracle.la_measures(sent, None, 2017)
    assert [event.to_state for event in living.state.registry.events(1)] == ["landed", "claimed", "accepted"]


def test_ticks_say_why_there_is_nothing_to_do(living: Living) -> None:
    assert living.tick("landing") == []
    assert living.said == "nothing new"
    (living.inbox / "bad.xml").write_bytes(b"x")
    living.tick("landing"), living.tick("landing")
    assert living.said == "1 quarantined"
    (living.inbox / "notes.txt").write_bytes(b"201 is late")
    living.tick("landing"), living.tick("landing")
    assert living.said == "not returns, left alone: 1"
    (living.inbox / "notes.txt").unlink()
    (living.inbox / "bad.xml").unlink()
    living.inbox.rmdir()
    living.tick("landing")
    assert "is no directory" in living.said


def test_a_tick_says_that_what_is_kept_is_away_and_the_next_takes_what_arrived(
    living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    living.put("201")
    living.tick("landing")

    def away(_: object, key: str) -> None:
        raise ObjectsUnavailable.of("s3://cin", "the bucket cannot be used (GenericError)")

    monkeypatch.setattr(DirectoryObjects, "get", away)
    assert living.tick("landing") == []
    assert living.said == "what is expected cannot be read: s3://cin: the bucket cannot be used (GenericError)"
    monkeypatch.undo()
    assert len(living.tick("landing")) == 1


@pytest.mark.parametrize("sensor", ["prior_year", "national"])
def test_what_is_kept_is_away_at_a_tick_that_only_compares(
    living: Living, sensor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told like what there is to wait for, and not with the traceback of a fault of ours."""
    living.put("201")
    living.take()
    living.tick(sensor)
    before = living.cursors[sensor]

    def away(_: object, key: str) -> None:
        raise ObjectsUnavailable.of("s3://cin", "the bucket cannot be used (GenericError)")

    monkeypatch.setattr(DirectoryObjects, "get", away)
    assert living.tick(sensor) == []
    assert living.said == "s3://cin: the bucket cannot be used (GenericError)"
    assert living.cursors[sensor] == before


@pytest.mark.parametrize(
    ("inbox", "objects", "told"),
    [
        ("", None, "the inbox {0} holds the state {0}/state; keep them apart"),
        ("in", "in/kept", "the inbox {0}/in holds the objects of the state {0}/in/kept; keep them apart"),
        (Bucket("cin"), Bucket("cin", "kept"), "the inbox s3://cin holds the objects of the state s3://cin/kept; keep"),
    ],
)
def test_an_inbox_that_holds_what_is_kept_is_not_looked_into(
    settings: Settings, tmp_path: Path, inbox: str | Bucket, objects: str | Bucket | None, told: str
) -> None:
    """Else every copy would be a return that arrived."""
    places = [tmp_path / place if isinstance(place, str) else place for place in (inbox, objects)]
    with closing(Store(replace(settings, inbox=places[0], objects=places[1]))) as store:
        assert scan_inbox(store).problem.startswith(told.format(tmp_path))


def test_a_file_of_the_users_that_cannot_be_used_keeps_the_inbox_alone_waiting(
    settings: Settings, tmp_path: Path
) -> None:
    """What has landed is still asked for."""
    with closing(Store(replace(settings, inbox=tmp_path / "inbox"))) as store:
        write_input(store, "expected.csv", "la_code\n1\n")
        assert scan_inbox(store).problem.startswith(
            "what is expected cannot be read: inputs/2017/expected.csv, line 2:"
        )


def test_a_bucket_that_cannot_be_watched_as_things_are_set_up_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "127.0.0.1:9000")
    with closing(Store(replace(settings, inbox=Bucket("cin", "in")))) as store:
        assert scan_inbox(store).problem.startswith("AWS_ENDPOINT_URL is no address; one that starts with https://")


def test_sensors_are_off_unless_the_settings_say_on(living: Living) -> None:
    for on in (False, True):
        repository = build_definitions(replace(living.settings, sensors=on)).get_repository_def()
        sensors = [repository.get_sensor_def(name) for name in ("landing", "prior_year", "national", "failure")]
        assert {sensor.default_status.value for sensor in sensors} == {"RUNNING" if on else "STOPPED"}
