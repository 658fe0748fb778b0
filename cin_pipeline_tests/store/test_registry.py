"""The submission registry: who may do what, once, in which order, and that the history is kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from cin_pipeline.settings import Settings
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.registry import Registry
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import DecisionRefused, Submission
from cin_pipeline_tests.support.databases import BOTH
from cin_pipeline_tests.support.pipeline import measures_table
from cin_pipeline_tests.support.random_returns import messy_return

WHEN = datetime(2017, 6, 1, tzinfo=UTC)


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, settings: Settings) -> Store:
    if request.param == "sqlite":
        return Store(settings)
    return Store(Settings(settings.state, request.getfixturevalue("postgresql_url"), settings.dagster_home))


@pytest.fixture
def registry(store: Store) -> Registry:
    return store.registry


def land(registry: Registry, content: str, la: str = "201", year: int = 2017, **options: bool) -> Submission:
    return registry.land(
        year=year, la_code=la, file_name=f"{la}.xml", sha256=content * 64, size=1, received=WHEN, **options
    )


def history(registry: Registry, submission: int) -> list[str]:
    return [event.to_state for event in registry.events(submission)]


def test_a_b_a_are_three_submissions_and_the_same_bytes_again_none(registry: Registry) -> None:
    numbers = [land(registry, content).submission for content in "AABBAA"]
    assert numbers == [1, 1, 2, 2, 3, 3]
    assert land(registry, "A", la="202").submission == 4


def test_rejected_bytes_are_tried_again_only_where_asked_for(registry: Registry) -> None:
    first = land(registry, "A")
    registry.reject(first.submission, "a fault")
    assert land(registry, "A", rejected_again=False).submission == first.submission
    again = land(registry, "A")
    assert again.submission != first.submission
    registry.turn_down(again.submission, "ann", "not theirs")
    assert land(registry, "A").submission == again.submission  # a person said no


def test_only_one_of_many_runs_gets_a_submission(registry: Registry) -> None:
    number = land(registry, "A").submission
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda run: registry.claim(number, f"run {run}"), range(8)))
    assert sum(got) == 1
    claimed = registry.get(number)
    assert (claimed.state, claimed.run, claimed.attempt) == ("claimed", f"run {got.index(True)}", 1)
    assert history(registry, number) == ["landed", "claimed"]


def test_only_the_run_that_holds_a_claim_ends_it_and_once(registry: Registry) -> None:
    number = land(registry, "A").submission
    registry.claim(number, "mine")
    assert not registry.accept(number, "another")
    assert not registry.reject(number, "a fault", "another")
    assert not registry.requeue(number, "another", "dead")
    assert not registry.accept(number)  # nor is it landed any more
    assert registry.get(number).state is SubmissionState.CLAIMED
    assert registry.accept(number, "mine")
    assert not registry.reject(number, "late", "mine")
    assert registry.accept(number, "another")  # current already: counted again
    assert history(registry, number) == ["landed", "claimed", "accepted"]


def test_a_released_submission_waits_again_and_remembers_its_attempts(registry: Registry) -> None:
    number = land(registry, "A").submission
    for attempt in (1, 2):
        registry.claim(number, f"run {attempt}")
        assert registry.requeue(number, f"run {attempt}", "dead")
    assert [(each.attempt, each.reason) for each in registry.waiting()] == [(2, "dead")]


def test_an_older_submission_never_comes_in_force_over_a_newer_one(registry: Registry) -> None:
    """A run that was slow, or tried again, must not put back what was replaced."""
    old, new = land(registry, "A").submission, land(registry, "B").submission
    registry.claim(old, "slow")
    registry.claim(new, "fast")
    assert registry.accept(new, "fast")
    assert not registry.accept(old, "slow")
    assert registry.current(2017, "201").submission == new
    assert registry.get(old).state is SubmissionState.SUPERSEDED


def test_what_waited_before_an_accepted_one_is_superseded_and_says_so(registry: Registry) -> None:
    old, new = land(registry, "A").submission, land(registry, "B").submission
    later = land(registry, "C").submission
    registry.accept(new)
    assert registry.get(old).state is SubmissionState.SUPERSEDED
    assert "received later" in registry.get(old).reason
    assert registry.get(later).state is SubmissionState.LANDED


def test_times_that_go_backwards_change_no_order(store: Store) -> None:
    times = iter([WHEN - timedelta(days=n) for n in range(20)])
    registry = Registry(store.engine, now=lambda: next(times))
    first = land(registry, "A").submission
    registry.accept(first)
    second = land(registry, "B").submission
    registry.accept(second)
    assert registry.current(2017, "201").submission == second
    assert registry.withdraw(second, "ann", "wrong file").submission == first
    assert [event.event for event in registry.events(first)] == sorted(event.event for event in registry.events(first))


def test_withdrawing_puts_back_what_was_in_force_before_or_nothing(registry: Registry) -> None:
    first = land(registry, "A").submission
    registry.accept(first)
    overtaken, third = land(registry, "B").submission, land(registry, "C").submission
    registry.accept(third)  # the second was never current
    assert registry.withdraw(third, "ann", "wrong file").submission == first
    assert registry.get(overtaken).state is SubmissionState.SUPERSEDED
    assert registry.withdraw(first, "ann", "wrong too") is None
    assert registry.current(2017, "201") is None
    last = registry.events(third)[-1]
    assert (last.to_state, last.reason, last.decided_by) == ("withdrawn", "wrong file", "ann")
    assert land(registry, "C").submission == third  # the same bytes do not come back by themselves


def test_decisions_that_do_not_fit_are_refused_with_the_state(registry: Registry) -> None:
    number = land(registry, "A").submission
    registry.claim(number, "run 7")
    for decide in (registry.turn_down, registry.withdraw):
        with pytest.raises(DecisionRefused, match="at work in run run 7"):
            decide(number, "ann", "why")
    registry.accept(number, "run 7")
    with pytest.raises(DecisionRefused, match="withdraw it"):
        registry.turn_down(number, "ann", "why")
    with pytest.raises(DecisionRefused, match="nothing to decide"):
        registry.reopen(number, "run 8", "ann", "why")
    refused = registry.refuse_file(file_name="x", sha256="", size=0, received=WHEN, reason="it is empty")
    with pytest.raises(DecisionRefused, match="it is empty"):
        registry.reopen(refused.number, "run 8", "ann", "why")
    with pytest.raises(DecisionRefused, match=r"cannot be accepted: whose return it is could not be read"):
        registry.restore(refused.number, "ann", "why")
    with pytest.raises(DecisionRefused, match="is rejected; only one that is landed or held can be rejected"):
        registry.turn_down(refused.number, "ann", "why")
    with pytest.raises(DecisionRefused, match="is rejected; one that is landed, held, accepted or superseded was "):
        registry.withdraw(refused.number, "ann", "why")
    with pytest.raises(KeyError):
        registry.withdraw(99, "ann", "why")


def test_an_overridden_submission_may_come_in_force_over_a_newer_one(registry: Registry) -> None:
    old, new = land(registry, "A").submission, land(registry, "B").submission
    registry.reject(old, "a check failed")
    registry.accept(new)
    registry.reopen(old, "command", "ann", "the check is wrong")
    assert registry.accept(old, "command")
    assert registry.current(2017, "201").submission == old
    now = registry.get(old)
    assert (now.overridden, now.decided_by, now.reason) == (True, "ann", "the check is wrong")


def test_what_was_counted_can_be_put_in_force_as_it_was(store: Store) -> None:
    registry = store.registry
    first, second = land(registry, "A").submission, land(registry, "B").submission
    registry.accept(first)
    registry.accept(second)
    assert not registry.restore(first, "ann", "the newer one is wrong")  # its measures are not there
    store.figures.write_la_measures(measures_table(messy_return(1, 2, 2017, "201"), None, 2017), first)
    assert registry.restore(first, "ann", "the newer one is wrong")
    assert registry.current(2017, "201").submission == first


def test_submissions_and_refused_files_are_numbered_in_one_row(registry: Registry) -> None:
    unknown = {"file_name": "x", "sha256": "", "size": 0, "received": WHEN, "reason": "no XML"}
    first = registry.refuse_file(**unknown)
    second = land(registry, "A")
    third = registry.refuse_file(**unknown)
    assert (first.number, second.submission, third.number, registry.last_number()) == (1, 2, 3, 3)
    assert [each.number for each in registry.refused_files()] == [1, 3]
    assert land(registry, "B").submission == 4
    with pytest.raises(KeyError):
        registry.get(first.number)
