"""What the sensors decide."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cin_pipeline.orchestration.run_requests import (
    MOST_ATTEMPTS,
    MOST_REQUESTS,
    EndedRun,
    RunRequests,
    Tries,
    after_failure,
    given_up,
    given_up_recount,
    launches_failed,
    plan_recounts,
    plan_run_requests,
    quiet,
    tries_of,
)
from cin_pipeline.store.figures import Recount
from cin_pipeline.store.liveness import Life
from cin_pipeline.store.liveness.files import FileLocks
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.submissions import Submission

NOW = datetime(2017, 6, 1, tzinfo=UTC)


def landed(number: int, la: str = "", year: int = 2017, **values: object) -> Submission:
    state = SubmissionState.CLAIMED if "run" in values else SubmissionState.LANDED
    return Submission(number, year, la or str(200 + number), "", "", 1, NOW, state, "", **values)


def numbers(submissions: tuple[Submission, ...]) -> list[int]:
    return [each.submission for each in submissions]


def test_up_to_eight_are_run_alone_and_more_together() -> None:
    eight = [landed(n) for n in range(1, 9)]
    assert numbers(plan_run_requests(eight, (), ()).alone) == list(range(1, 9))
    nine = [*eight, landed(9)]
    plan = plan_run_requests(nine, (), ())
    assert plan.alone == ()
    assert numbers(plan.together) == list(range(1, 10))


def test_nothing_waits_nothing_is_offered() -> None:
    assert plan_run_requests([], (), ()) == RunRequests()


def test_what_a_run_was_asked_for_or_holds_is_not_offered_again() -> None:
    """A tick comes before the last one's runs have begun."""
    plan = plan_run_requests([landed(1), landed(2, run="alive", attempt=1), landed(3)], {1}, ())
    assert numbers(plan.alone) == [3]


def test_what_a_dead_run_held_is_released_and_offered_again() -> None:
    plan = plan_run_requests([landed(1, run="dead", attempt=1), landed(2, run="alive", attempt=1)], (), {"dead"})
    assert numbers(plan.requeue) == numbers(plan.alone) == [1]


def test_an_authoritys_returns_go_one_at_a_time_the_earlier_year_first() -> None:
    """Else an older return could become current after a newer one, or be counted with the previous year's just before
    it changes."""
    waiting = [landed(1, "201"), landed(2, "201"), landed(3, "201", 2016), landed(4, "202")]
    assert numbers(plan_run_requests(waiting, (), ()).alone) == [3, 4]
    assert numbers(plan_run_requests(waiting, {3}, ()).alone) == [4]
    many = [*waiting, *(landed(n) for n in range(5, 12))]
    assert numbers(plan_run_requests(many, (), ()).together)[:4] == [3, 1, 2, 4]


def test_what_was_tried_before_goes_alone() -> None:
    """The return that killed one bulk load would take the others down with the next."""
    waiting = [landed(1, attempt=1), *(landed(n) for n in range(2, 12))]
    plan = plan_run_requests(waiting, (), ())
    assert numbers(plan.alone) == [1]
    assert numbers(plan.together) == list(range(2, 12))


def test_who_sent_again_behind_a_bulk_run_is_run_ahead_of_it() -> None:
    waiting = [landed(1, "201"), landed(2, "202", run="bulk", attempt=1), landed(3, "201"), landed(4, "202")]
    requested, in_bulk = {1, 2}, {1, 2}
    # In its order, and not where the bulk run has come to it.
    assert numbers(plan_run_requests(waiting, requested, (), in_bulk).alone) == [1]
    assert plan_run_requests(waiting, requested, (), {2}).alone == ()  # a run of its own is asked for already
    assert numbers(plan_run_requests([*waiting, landed(5, "201", 2016)], requested, (), in_bulk).alone) == [5]
    assert plan_run_requests(waiting[:2], requested, (), in_bulk) == RunRequests()  # nobody sent again


def test_whole_england_sent_again_is_not_run_ahead() -> None:
    """A load of its own: a process for each would take longer than what is before it."""
    first, again = [[landed(n + more, str(200 + n)) for n in range(1, 10)] for more in (0, 100)]
    in_bulk = {each.submission for each in first}
    assert plan_run_requests([*first, *again], in_bulk, (), in_bulk) == RunRequests()
    assert len(plan_run_requests([*first, *again[:8]], in_bulk, (), in_bulk).alone) == 8


@pytest.mark.parametrize("tried", [{"attempt": MOST_ATTEMPTS}, {"run_requests": MOST_REQUESTS}])
def test_what_was_tried_often_enough_is_given_up(tried: dict[str, int]) -> None:
    plan = plan_run_requests([landed(1, **tried), landed(2)], (), ())
    assert numbers(plan.give_up) == [1]
    assert numbers(plan.alone) == [2]
    assert str(next(iter(tried.values()))) in given_up(plan.give_up[0])
    assert plan_run_requests([landed(1, **tried)], {1}, ()).give_up == ()  # its last run may still succeed


def test_a_failed_run_gives_back_two_times_then_rejects() -> None:
    assert [str(after_failure(landed(1, attempt=attempt))) for attempt in (1, 2, 3)] == ["landed", "landed", "rejected"]


def test_recounts_are_asked_for_three_times_and_not_while_one_is_at_work() -> None:
    asked = [Recount(n, 2017, "201", 7, requests) for n, requests in ((1, 0), (2, 2), (3, 3))]
    assert [each.submission for each in plan_recounts(asked, ())] == [1, 2]
    assert [each.submission for each in plan_recounts(asked, {1})] == [2]


def test_a_quiet_spell_and_a_clock_put_back() -> None:
    assert quiet(None, NOW, 300)
    assert not quiet(NOW - timedelta(seconds=299), NOW, 300)
    assert quiet(NOW - timedelta(seconds=300), NOW, 300)
    assert quiet(NOW + timedelta(days=1), NOW, 300)  # else it waits until the clock is there again


def test_a_lock_tells_the_living_from_the_dead(tmp_path) -> None:
    locks = FileLocks(tmp_path)
    assert locks.look("run") is Life.UNKNOWN
    with locks.alive("run"):
        assert locks.look("run") is Life.ALIVE
    assert locks.look("run") is Life.UNKNOWN  # it ended as it should
    (tmp_path / "run").touch()  # what a killed process leaves: the file, without a lock
    assert locks.look("run") is Life.DEAD
    locks.forget("run")
    assert locks.look("run") is Life.UNKNOWN


def ended(*outcomes: str, request: str = "run") -> list[EndedRun]:
    """Runs that ended a minute after each other: a success, failed once begun, claimed it, or never started."""
    return [
        EndedRun(
            f"run {place}",
            request,
            NOW + timedelta(minutes=place),
            success=outcome == "success",
            launched=outcome != "unlaunched",
            claimed=outcome == "claimed",
        )
        for place, outcome in enumerate(outcomes)
    ]


def test_only_runs_that_ended_are_tries() -> None:
    assert tries_of([], "run") == Tries(in_vain=0, number=1)
    tries = tries_of(ended("failed", "claimed", "failed"), "run")
    assert (tries.in_vain, tries.number, tries.last_run) == (2, 4, "run 2")  # a claim is counted by the registry
    assert tries_of(ended("failed", "failed", request="counted with 7"), "run") == Tries()


def test_a_bulk_run_that_never_came_to_a_return_was_no_try_of_it() -> None:
    """However it ended: killed by another return ten times, it would take all after that down with it."""
    died = [replace(each, at_others=True) for each in ended(*["failed"] * 12)]
    tries = tries_of(died, "run")
    assert (tries.in_vain, tries.last_run) == (0, "run 11")


def test_a_success_about_something_else_undoes_what_was_tried_before_it() -> None:
    """The previous year's return changes and changes back: what once failed may work by now."""
    with_5, with_7 = ended("failed", "failed", request="counted with 5"), ended("success", request="counted with 7")
    assert tries_of(with_5, "counted with 5").in_vain == 2
    after = tries_of([*with_5, *with_7, *ended("failed", request="counted with 5")], "counted with 5")
    assert (after.in_vain, after.number) == (1, 4)
    # One about the same thing that still is to be done is in vain: else it would be asked for again for ever.
    assert tries_of(ended("success", "success", request="counted with 5"), "counted with 5").in_vain == 2


def test_a_run_key_is_never_that_of_a_run_there_is() -> None:
    """Dagster skips a run key that it knows, so the request would wait for ever."""
    third = replace(ended("failed")[0], number=3)  # the first two were deleted in Dagster
    assert tries_of([third], "run").number == 4


@pytest.mark.parametrize(("failures", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (500, 60)])
def test_after_launches_that_failed_the_machine_is_given_longer(failures: int, minutes: int) -> None:
    tries = tries_of(ended("failed", *["unlaunched"] * failures), "run")
    assert (tries.in_vain, tries.launches_failed, tries.number) == (1, failures, failures + 2)
    last = NOW + timedelta(minutes=failures)
    again = last + timedelta(minutes=minutes)
    assert tries.waits_until(last) == tries.waits_until(again - timedelta(seconds=1)) == again
    assert tries.waits_until(again) is None
    assert tries.waits_until(last - timedelta(seconds=1)) is None  # the clock was put back
    began = tries_of([*ended(*["unlaunched"] * failures), *ended("failed")], "run")
    assert (began.launches_failed, began.waits_until(last)) == (0, None)


def test_launches_that_failed_are_told_with_the_time_of_the_next() -> None:
    assert launches_failed([]) == ""
    said = launches_failed([NOW + timedelta(minutes=9), NOW + timedelta(minutes=4)])
    assert said == "2 runs could not be started; asked for again from 2017-06-01 00:04 UTC"


def test_a_recount_that_is_given_up_is_told_with_what_to_do() -> None:
    said = given_up_recount(Recount(2, 2017, "201", 7, 3))
    assert said.startswith("201, 2016 to 2017: ")
    assert "3 runs to count it with submission 7 failed; look at the last one" in said
    assert "cin-pipeline run --la 201 --year 2017" in said
    assert "to count it without one failed" in given_up_recount(Recount(2, 2017, "201", None, 3))
