"""What the sensors decide."""

from datetime import UTC, datetime, timedelta

import pytest

from cin_pipeline.orchestration.run_requests import (
    MOST_ATTEMPTS,
    MOST_REQUESTS,
    RunRequests,
    after_failure,
    given_up,
    plan_recounts,
    plan_run_requests,
    quiet,
)
from cin_pipeline.store.figures import Recount
from cin_pipeline.store.locks import Life, Locks
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
    locks = Locks(tmp_path)
    assert locks.look("run") is Life.UNKNOWN
    with locks.alive("run"):
        assert locks.look("run") is Life.ALIVE
    assert locks.look("run") is Life.UNKNOWN  # it ended as it should
    (tmp_path / "run").touch()  # what a killed process leaves: the file, without a lock
    assert locks.look("run") is Life.DEAD
    locks.forget("run")
    assert locks.look("run") is Life.UNKNOWN
