"""Every state against every event: what moves a submission, where it then is, and that all else is refused.

Made from the table of moves: a state or a move that is added fails here until it is said how it comes about."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import create_engine, insert
from sqlalchemy.pool import StaticPool

from cin_pipeline.census.holding import SentChildren
from cin_pipeline.store import moves
from cin_pipeline.store.database import COUNTS, METADATA
from cin_pipeline.store.holding import Arrival
from cin_pipeline.store.moves import MOVES, Move, SubmissionState
from cin_pipeline.store.registry import Registry
from cin_pipeline.store.submissions import DecisionRefused

WHEN = datetime(2017, 6, 1, tzinfo=UTC)
OTHER = 1  # a submission of another LA
BEFORE, THIS, LATER = 2, 3, 4  # of one LA and year in their order; the first is current when THIS comes
RUN, NAME = "run", "201.xml"
WHO = SentChildren(50, np.arange(50, dtype="<u8"))


@pytest.fixture
def registry() -> Iterator[Registry]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine)
    registry = Registry(engine, now=lambda: WHEN)
    assert receive(registry, OTHER, "202.xml", la_code="202") == OTHER
    for number in (BEFORE, THIS):
        assert receive(registry, number) == number
        with engine.begin() as connection:  # its measures are there, so that it can be restored
            connection.execute(insert(COUNTS).values(submission=number, data_version=""))
        if number == BEFORE:
            registry.accept(BEFORE)
    yield registry
    engine.dispose()


def receive(registry: Registry, content: int, file_name: str = NAME, la_code: str = "201", **options: bool) -> int:
    return registry.land(
        year=2017, la_code=la_code, file_name=file_name, sha256=str(content) * 64, size=1, received=WHEN, **options
    ).submission


def claimed(registry: Registry) -> None:
    registry.claim(THIS, RUN)


def accepted(registry: Registry) -> None:
    registry.claim(THIS, RUN)
    registry.accept(THIS, RUN, Arrival(WHO))


def held(registry: Registry) -> None:
    registry.claim(THIS, RUN)
    contradicts_its_header(registry)


def rejected(registry: Registry) -> None:
    registry.claim(THIS, RUN)
    registry.reject(THIS, "a fault", RUN)


def superseded(registry: Registry) -> None:
    registry.accept(THIS)
    registry.accept(receive(registry, LATER))


def withdrawn(registry: Registry) -> None:
    registry.accept(THIS)
    registry.withdraw(THIS, "ann", "not theirs")


# How a submission that has landed comes into each state.
INTO: dict[SubmissionState, Callable[[Registry], object]] = {
    SubmissionState.LANDED: lambda _: None,
    SubmissionState.CLAIMED: claimed,
    SubmissionState.HELD: held,
    SubmissionState.ACCEPTED: accepted,
    SubmissionState.REJECTED: rejected,
    SubmissionState.SUPERSEDED: superseded,
    SubmissionState.WITHDRAWN: withdrawn,
}


@dataclass(frozen=True)
class Event:
    """Something that happens to THIS or beside it, and which moves of THIS it may come to, by the state it is in."""

    may_come_to: tuple[Move, ...]
    happens: Callable[[Registry], object]


def its_run_accepts(registry: Registry) -> None:
    registry.accept(THIS, registry.get(THIS).run if registry.held_by(RUN) else "")


def contradicts_its_header(registry: Registry) -> None:
    registry.accept(THIS, RUN, Arrival(WHO, dates="its dates lie in another year"))


def another_la_with_its_children_is_accepted(registry: Registry) -> None:
    registry.claim(OTHER, "another")
    registry.accept(OTHER, "another", Arrival(WHO))


def a_later_one_is_accepted(registry: Registry) -> None:
    registry.accept(receive(registry, 9))
    registry.accept(THIS, RUN)  # where its own run is at work, that finds itself overtaken


def an_earlier_one_is_restored(registry: Registry) -> None:
    registry.restore(BEFORE, "ann", "the better one")


def the_current_one_is_withdrawn(registry: Registry) -> None:
    current = registry.current(2017, "201")
    if current and current.submission != THIS:
        registry.withdraw(current.submission, "ann", "not theirs")


def refuse(registry: Registry) -> None:
    registry.refuse(
        year=2017, la_code="201", file_name=NAME, sha256="9" * 64, size=1, received=WHEN, reason="not wanted"
    )


EVENTS = {
    "other bytes are received": Event((moves.LAND,), lambda registry: receive(registry, 9)),
    "other bytes are refused": Event((moves.REFUSE,), refuse),
    "a run begins": Event((moves.CLAIM,), lambda registry: registry.claim(THIS, "another")),
    "its run came to nothing": Event((moves.REQUEUE,), lambda registry: registry.requeue(THIS, RUN, "killed")),
    "the surroundings failed its run": Event(
        (moves.GIVE_BACK,), lambda registry: registry.give_back(THIS, RUN, "full")
    ),
    "it is counted": Event((moves.ACCEPT,), its_run_accepts),
    "it is counted and contradicts its header": Event((moves.HOLD,), contradicts_its_header),
    "another LA with its children is accepted": Event((moves.DISPLACE,), another_la_with_its_children_is_accepted),
    "a person confirms it": Event((moves.CONFIRM,), lambda registry: registry.confirm(THIS, "ann", "why")),
    "a person answers its doubt": Event((moves.ANSWER,), lambda registry: registry.answer(THIS, "ann", "why")),
    "its run finds a fault": Event((moves.REJECT,), lambda registry: registry.reject(THIS, "a fault", RUN)),
    "a sensor gives up": Event((moves.GIVE_UP,), lambda registry: registry.reject(THIS, "tried enough")),
    "a later one is accepted": Event((moves.OVERTAKE, moves.REPLACE), a_later_one_is_accepted),
    "an earlier one is restored": Event((moves.REPLACE,), an_earlier_one_is_restored),
    "what is current is withdrawn": Event((moves.REINSTATE,), the_current_one_is_withdrawn),
    "a person rejects it": Event((moves.TURN_DOWN,), lambda registry: registry.turn_down(THIS, "ann", "why")),
    "a person withdraws it": Event((moves.WITHDRAW,), lambda registry: registry.withdraw(THIS, "ann", "why")),
    "a person restores it": Event((moves.RESTORE,), lambda registry: registry.restore(THIS, "ann", "why")),
    "a person has it run": Event((moves.REOPEN,), lambda registry: registry.reopen(THIS, RUN, "ann", "why")),
}


def test_every_state_and_every_move_is_here() -> None:
    assert set(INTO) == set(SubmissionState)
    assert {move for event in EVENTS.values() for move in event.may_come_to} == set(MOVES)


@pytest.mark.parametrize("state", list(SubmissionState))
@pytest.mark.parametrize("event", EVENTS)
def test_each_event_moves_what_the_table_says_and_nothing_else(
    registry: Registry, state: SubmissionState, event: str
) -> None:
    INTO[state](registry)
    before, told = registry.get(THIS), len(registry.events(THIS))
    assert before.state is state
    fitting = [move for move in EVENTS[event].may_come_to if move.fits(state)]
    with suppress(DecisionRefused):
        EVENTS[event].happens(registry)
    after, news = registry.get(THIS), registry.events(THIS)[told:]
    if fitting:
        (move,) = fitting
        assert after.state is move.target
        assert [(each.from_state, each.to_state) for each in news] == [(state, move.target)]
    else:
        assert (after, news) == (before, [])
    assert len([each for each in registry.history(2017, "201") if each.state is SubmissionState.ACCEPTED]) <= 1


@pytest.mark.parametrize("event", ["a person rejects it", "a person withdraws it", "a person has it run"])
@pytest.mark.parametrize("state", list(SubmissionState))
def test_a_persons_decision_that_does_not_fit_is_refused_in_words(
    registry: Registry, state: SubmissionState, event: str
) -> None:
    INTO[state](registry)
    (move,) = EVENTS[event].may_come_to
    if move.fits(state):
        EVENTS[event].happens(registry)
    else:
        with pytest.raises(DecisionRefused, match=f"submission {THIS} is {registry.get(THIS).standing}"):
            EVENTS[event].happens(registry)


@pytest.mark.parametrize("event", ["other bytes are received", "other bytes are refused"])
@pytest.mark.parametrize("state", list(SubmissionState))
def test_other_bytes_are_a_submission_of_their_own_whatever_the_last_is(
    registry: Registry, state: SubmissionState, event: str
) -> None:
    INTO[state](registry)
    last = registry.last_number()
    EVENTS[event].happens(registry)
    (move,) = EVENTS[event].may_come_to
    assert registry.get(last + 1).state is move.target


def turned_down(registry: Registry) -> None:
    registry.turn_down(THIS, "ann", "not theirs")


# The same bytes again: whether they are a submission of their own, for each way of coming and each state of the last.
# Lying in a folder under the name they had; in a folder under another name; sent to the inbox again.
LIES_THERE, ANOTHER_NAME, SENT = "lies there", "another name", "sent"
AGAIN: dict[str, tuple[Callable[[Registry], object], set[str]]] = {
    "landed": (lambda _: None, set()),
    "claimed": (claimed, set()),
    "held": (held, set()),
    "accepted": (accepted, set()),
    "rejected by a run": (rejected, {LIES_THERE, ANOTHER_NAME}),  # a run of a folder tries them once more
    "rejected by a person": (turned_down, {ANOTHER_NAME, SENT}),
    "withdrawn": (withdrawn, {ANOTHER_NAME, SENT}),
    "superseded": (lambda registry: (registry.accept(THIS), registry.restore(BEFORE, "ann", "why")), set()),
}


def test_the_same_bytes_are_tried_with_every_state() -> None:
    assert {each.partition(" ")[0] for each in AGAIN} == set(SubmissionState)


@pytest.mark.parametrize("way", [LIES_THERE, ANOTHER_NAME, SENT])
@pytest.mark.parametrize("last", AGAIN)
def test_the_same_bytes_again(registry: Registry, last: str, way: str) -> None:
    into, taken = AGAIN[last]
    into(registry)
    before = registry.get(THIS)
    name = NAME if way == LIES_THERE else "201_final.xml"
    inbox = {"rejected_again": False, "delivered": True} if way == SENT else {}
    number = receive(registry, THIS, name, **inbox)
    assert number == (LATER if way in taken else THIS)
    assert registry.get(THIS) == before
    if way in taken:
        assert registry.get(LATER).state is SubmissionState.LANDED
    assert receive(registry, THIS, name, rejected_again=False) == number  # once


def test_a_name_that_was_seen_before_the_decision_is_no_delivery_after_it(registry: Registry) -> None:
    """A file that was renamed, or lay there twice, while its bytes were current."""
    registry.accept(THIS)
    assert receive(registry, THIS, "copy.xml") == THIS
    registry.withdraw(THIS, "ann", "not theirs")
    assert [receive(registry, THIS, name) for name in (NAME, "copy.xml")] == [THIS, THIS]
    assert receive(registry, THIS, "new.xml") == LATER


def test_a_file_refused_on_receipt_undoes_no_decision(registry: Registry) -> None:
    """A second file of an LA in the folder is refused each time; what a person withdrew came back by that."""
    registry.accept(THIS)
    registry.withdraw(THIS, "ann", "not theirs")
    refuse(registry)
    assert receive(registry, THIS) == THIS


def test_a_run_that_rejects_what_a_person_had_run_does_not_make_it_the_persons_rejection(registry: Registry) -> None:
    rejected(registry)
    registry.reopen(THIS, RUN, "ann", "try it")
    assert registry.get(THIS).decided_by == "ann"
    registry.reject(THIS, "the same fault", RUN)
    assert not registry.get(THIS).decided_against
    assert [event.decided_by for event in registry.events(THIS)][-2:] == ["ann", ""]


def test_a_name_under_which_other_bytes_came_since_is_a_delivery(registry: Registry) -> None:
    """Written over in the folder, and back again: A, B, A are three."""
    registry.accept(THIS)
    registry.withdraw(THIS, "ann", "not theirs")
    assert receive(registry, 9) == LATER
    assert receive(registry, THIS) == LATER + 1


def test_a_file_lies_there_whatever_came_under_other_names_since(registry: Registry) -> None:
    registry.accept(THIS)
    registry.withdraw(THIS, "ann", "not theirs")
    assert receive(registry, 9, "other.xml") == LATER
    assert receive(registry, THIS) == THIS


def test_bytes_that_came_under_two_names_and_were_withdrawn_under_one_lie_there_under_both(registry: Registry) -> None:
    registry.accept(THIS)
    registry.accept(receive(registry, 9, "other.xml"))
    again = receive(registry, THIS, "again.xml")
    registry.accept(again)
    registry.withdraw(again, "ann", "not theirs")
    assert [receive(registry, THIS, name) for name in (NAME, "again.xml")] == [again, again]
    assert receive(registry, THIS, "new.xml") == again + 1
