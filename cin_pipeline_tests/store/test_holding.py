"""Held for confirmation: what the registry compares a return with, whatever the order in which runs end."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from cin_pipeline.census.holding import SentChildren
from cin_pipeline.settings import Settings
from cin_pipeline.store.database import METADATA
from cin_pipeline.store.holding import Arrival
from cin_pipeline.store.registry import Registry
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import DecisionRefused
from cin_pipeline_tests.support.databases import BOTH

WHEN = datetime(2017, 6, 1, tzinfo=UTC)
TAKEN = "run --confirm-held"


def who(first: int, past: int, number: int | None = None) -> SentChildren:
    """The children first, first + 1, ... and, with `number`, others of whom not both id and birth date are known."""
    keys = np.arange(first, past, dtype="<u8")
    return SentChildren(len(keys) if number is None else number, keys)


class Season:
    """A registry and the runs that end on its submissions."""

    def __init__(self, registry: Registry) -> None:
        self.registry, self.children = registry, dict[int, SentChildren]()

    def land(self, la: str, children: SentChildren, year: int = 2017) -> int:
        landed = self.registry.land(
            year=year,
            la_code=la,
            file_name=f"{la}.xml",
            sha256=f"{self.registry.last_number():064}",
            size=1,
            received=WHEN,
        )
        self.children[landed.submission] = children
        self.registry.claim(landed.submission, "run")
        return landed.submission

    def end(self, number: int, **arrival: object) -> str:
        """Its run ends; the state it then has."""
        self.registry.accept(number, "run", Arrival(self.children[number], **arrival))
        return str(self.registry.get(number).state)

    def send(self, la: str, children: SentChildren, year: int = 2017, **arrival: object) -> str:
        return self.end(self.land(la, children, year), **arrival)

    def told(self) -> list[tuple[str, str, str]]:
        return [(each.la_code, str(each.state), each.reason) for each in self.registry.history(2017)]


@pytest.fixture(params=BOTH)
def season(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Season]:
    if request.param == "postgresql":
        settings = Settings(settings.state, request.getfixturevalue("postgresql_url"), settings.dagster_home)
    store = Store(settings)
    yield Season(store.registry)
    store.close()


def in_memory() -> Season:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine)
    return Season(Registry(engine, now=lambda: WHEN))


def test_of_two_with_the_same_children_the_higher_number_is_held_in_either_order(season: Season) -> None:
    """202 sends 201's children; its own return of before stays, or comes back."""
    own = season.land("202", who(500, 600))
    season.end(own)
    lower, higher = season.land("201", who(0, 100)), season.land("202", who(0, 95))
    assert season.end(higher) == "accepted"  # nothing to compare it with yet
    assert season.registry.get(own).state == "superseded"
    assert season.end(lower) == "accepted"
    assert [each.submission for each in season.registry.all_current(2017)] == [lower, own]
    (held,) = season.registry.held(2017)
    whose = "are those of the return of 201 of the same year (submission 2)"
    assert held.reason == f"95 of its 95 children with LAchildID and birth date {whose}"
    assert "`cin-pipeline accept 3 --reason TEXT`" in held.told
    assert [event.to_state for event in season.registry.events(higher)] == ["landed", "claimed", "accepted", "held"]
    after = season.told()

    other = in_memory()
    other.end(other.land("202", who(500, 600)))
    lower, higher = other.land("201", who(0, 100)), other.land("202", who(0, 95))
    assert (other.end(lower), other.end(higher)) == ("accepted", "held")
    assert [(la, state) for la, state, _ in other.told()] == [(la, state) for la, state, _ in after]
    assert other.registry.held(2017)[0].reason == held.reason


GROUPS = [who(0, 80), who(1000, 1070), who(2000, 2200)]


@tried(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 2]), min_size=3, max_size=6), st.data())
def test_the_order_in_which_runs_end_does_not_matter(groups: list[int], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(groups))))
    states = []
    for ends in (range(len(groups)), order):
        season = in_memory()
        numbers = [season.land(str(201 + n), GROUPS[group]) for n, group in enumerate(groups)]
        for n in ends:
            season.end(numbers[n])
        states.append([(la, state) for la, state, _ in season.told()])
    first = [groups.index(group) == n for n, group in enumerate(groups)]
    assert (
        states[0]
        == states[1]
        == [(str(201 + n), "accepted" if is_first else "held") for n, is_first in enumerate(first)]
    )


@pytest.mark.parametrize("first", ["the copy", "the correction"])
def test_a_copy_is_held_also_where_a_correction_of_what_it_copies_is_ready_first(first: str) -> None:
    """What is current with a lower number when the copy is ready may have been replaced by then."""
    season = in_memory()
    season.send("202", who(0, 100))
    copy, correction = season.land("201", who(0, 100)), season.land("202", who(0, 101))
    for number in (copy, correction) if first == "the copy" else (correction, copy):
        season.end(number)
    assert [(la, state) for la, state, _ in season.told()] == [
        ("202", "superseded"), ("201", "held"), ("202", "accepted"),
    ]  # fmt: skip


def test_an_answer_to_a_doubt_is_no_confirmation() -> None:
    season = in_memory()
    season.send("201", who(0, 100), dates="of another year")
    season.registry.confirm(1, "ann", "it is right")
    season.registry.answer(1, "ben", "the doubt is none")
    (once,) = season.registry.once_held(2017)
    assert (once.confirmed_by, once.reason) == ("ann", "it is right")


def test_what_cannot_be_made_current_leaves_what_is() -> None:
    season = in_memory()
    season.send("201", who(0, 100))
    landed = season.registry.land(
        year=2017, la_code="201", file_name="b.xml", sha256="b" * 64, size=1, received=WHEN
    ).submission
    with pytest.raises(RuntimeError, match="it cannot be made current so"):
        season.registry.accept(landed, "", Arrival(who(0, 100), dates="of another year", confirmed_by=TAKEN))
    assert [each.submission for each in season.registry.all_current(2017)] == [1]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_taken_beforehand_the_events_say_so_in_any_order(order: Sequence[int]) -> None:
    season = in_memory()
    numbers = [season.land(la, GROUPS[0]) for la in ("201", "202", "203")]
    for n in order:
        assert season.end(numbers[n], confirmed_by=TAKEN) == "accepted"
    assert season.registry.held(2017) == []
    once = season.registry.once_held(2017)
    assert [(each.la_code, each.confirmed_by) for each in once] == [("202", TAKEN), ("203", TAKEN)]
    assert all(each.why_held.startswith("80 of its 80 children with LAchildID") for each in once)


@pytest.mark.parametrize(
    ("lower", "higher", "state"),
    [
        (who(0, 100), who(10, 110), "held"),  # 90 of 100
        (who(0, 100), who(11, 111), "accepted"),  # 89 of 100
        (who(0, 50), who(0, 50), "held"),
        (who(0, 49), who(0, 49), "accepted"),  # too few to tell
        (who(0, 49), who(0, 50), "held"),  # 49 of 50: the other may be small
        (who(0, 1000), who(400, 480), "held"),  # a part of a larger one
        (who(400, 480), who(0, 1000), "accepted"),  # which is no part of it
        (who(0, 100, number=200), who(0, 60, number=300), "held"),  # of those with both
    ],
)
def test_which_share_of_its_children_holds_a_return(lower: SentChildren, higher: SentChildren, state: str) -> None:
    season = in_memory()
    season.send("201", lower)
    assert season.send("202", higher) == state
    again = in_memory()
    first, second = again.land("201", lower), again.land("202", higher)
    again.end(second)
    again.end(first)
    assert again.registry.get(second).state == state


def test_a_new_la_and_its_predecessor_may_have_the_same_children() -> None:
    season = in_memory()
    season.send("909", who(0, 100))
    assert season.send("942", who(0, 100), related=frozenset({"909"})) == "accepted"
    later, earlier = season.land("943", who(0, 100)), season.land("942", who(0, 100))
    season.end(earlier, related=frozenset({"909", "943"}))
    assert season.end(later, related=frozenset({"909", "942"})) == "accepted"
    assert season.registry.held(2017) == []


def test_another_year_and_what_is_no_longer_current_are_not_compared_with() -> None:
    season = in_memory()
    season.send("201", who(0, 100), year=2016)
    first = season.land("202", who(0, 100))
    season.end(first)
    season.registry.withdraw(first, "ann", "wrong file")
    assert season.send("203", who(0, 100)) == "accepted"


def test_what_a_person_decided_is_not_displaced_and_is_not_looked_at_again() -> None:
    season = in_memory()
    lower, higher = season.land("201", who(0, 100)), season.land("202", who(0, 100))
    third = season.land("203", who(0, 100))
    season.end(third)
    assert season.end(higher) == "accepted"
    assert season.registry.get(third).state == "held"
    assert season.registry.confirm(third, "ann", "twins of a kind")
    season.registry.withdraw(higher, "ann", "to be looked at")
    season.registry.reopen(higher, "run", "ann", "it is right")
    assert season.end(higher) == "accepted"
    assert season.end(lower) == "accepted"
    assert [each.submission for each in season.registry.all_current(2017)] == [lower, higher, third]
    (once,) = season.registry.once_held(2017)
    assert (once.submission, once.confirmed_by, once.reason) == (third, "ann", "twins of a kind")
    for number in (lower, higher, third):  # run again
        assert season.end(number, dates="of another year") == "accepted"


def test_a_person_confirms_or_turns_down_what_is_held() -> None:
    season = in_memory()
    registry = season.registry
    number = season.land("201", who(0, 60))
    assert season.end(number, dates="60 of 60 of its dates lie in 2015 to 2016") == "held"
    assert registry.waiting() == registry.all_current(2017) == registry.held_by("run") == []
    assert not registry.claim(number, "another run")
    assert registry.land(
        year=2017, la_code="201", file_name="again.xml", sha256=f"{0:064}", size=1, received=WHEN
    ).submission == number  # fmt: skip
    registry.turn_down(number, "ann", "it is last year's")
    assert not registry.confirm(number, "ann", "or not")
    with pytest.raises(DecisionRefused, match="is rejected; only one that is landed or held"):
        registry.turn_down(number, "ann", "twice")
    again = season.land("201", who(0, 60))
    season.end(again, dates="60 of 60 of its dates lie in 2015 to 2016")
    assert registry.confirm(again, "ann", "it is the year")
    assert registry.current(2017, "201").submission == again
    assert [event.to_state for event in registry.events(again)] == ["landed", "claimed", "held", "accepted"]


def test_a_later_return_that_is_accepted_passes_over_one_that_is_held() -> None:
    season = in_memory()
    held, good = season.land("201", who(0, 60)), season.land("201", who(0, 60))
    season.end(held, dates="of another year")
    assert season.end(good) == "accepted"
    assert season.registry.get(held).state == "superseded"
    assert season.registry.withdraw(good, "ann", "wrong too") is None  # nobody ever said that the first counts


def test_a_displaced_return_does_not_come_back_by_a_withdrawal() -> None:
    season = in_memory()
    lower, higher = season.land("201", who(0, 100)), season.land("202", who(0, 100))
    season.end(higher)
    season.end(lower)
    later = season.land("202", who(300, 400))
    season.end(later)
    assert season.registry.get(higher).state == "superseded"
    assert season.registry.withdraw(later, "ann", "wrong file") is None
    assert season.registry.current(2017, "202") is None


@pytest.mark.parametrize(
    ("before", "current", "children", "state"),
    [
        (None, None, 3, "accepted"),  # nothing to compare it with
        (None, 100, 49, "held"),
        (None, 100, 50, "accepted"),
        (None, 100, 200, "accepted"),
        (None, 100, 201, "held"),
        (100, None, 49, "held"),
        (100, None, 201, "held"),
        (100, 40, 200, "accepted"),  # the current one is too small to compare with
        (100, 40, 201, "held"),
        (49, 49, 500, "accepted"),
        (120, 100, 49, "held"),  # both are there: under half of both
        (90, 100, 49, "accepted"),  # not of the previous year's
        (100, 90, 201, "held"),
        (101, 90, 201, "accepted"),
        (100, 100, 0, "held"),
    ],
)
def test_the_size_that_holds_a_return(before: int | None, current: int | None, children: int, state: str) -> None:
    season = in_memory()
    for year, number in ((2016, before), (2017, current)):
        if number is not None:
            season.send("201", who(0, 0, number), year, off=frozenset({"size"}))
    assert season.send("201", who(0, 0, children)) == state


def test_what_a_held_return_says_of_its_size() -> None:
    season = in_memory()
    season.send("201", who(0, 1200), 2016)
    season.send("201", who(0, 1300))
    season.send("201", who(0, 600))
    assert season.registry.held(2017) == []  # half of the previous year's
    season.send("201", who(0, 599, number=540), dates="60 of 60 of its dates lie in 2015 to 2016")
    (held,) = season.registry.held(2017)
    assert held.reason == "60 of 60 of its dates lie in 2015 to 2016"  # 540 of 600
    season.send("201", who(0, 0, number=290))
    assert season.registry.held(2017)[-1].reason == (
        "it has 290 children, under 50% of the 600 of its current return (submission 3) and under 50% of the "
        "1,200 of its return of 2015 to 2016 (submission 1)"
    )
    season.send("201", who(0, 0, number=290), off=frozenset({"size"}))
    assert season.registry.held(2017) == []


def test_the_first_return_of_a_new_la_is_not_compared_with_the_shadow_of_the_year_before() -> None:
    season = in_memory()
    season.send("942", who(0, 100), 2016)
    assert season.send("942", who(0, 1000), new=True) == "accepted"
