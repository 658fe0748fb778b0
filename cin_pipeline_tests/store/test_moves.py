"""The moves of a submission: the registry makes no other, and the page says the same."""

import ast
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

import cin_pipeline
from cin_pipeline.census.holding import SentChildren
from cin_pipeline.store import moves
from cin_pipeline.store.database import METADATA
from cin_pipeline.store.holding import Arrival
from cin_pipeline.store.moves import MEANINGS, MOVES, Move, SubmissionState
from cin_pipeline.store.moves_page import PAGE, with_moves
from cin_pipeline.store.registry import Registry
from cin_pipeline.store.submissions import DecisionRefused

PACKAGE = Path(cin_pipeline.__file__).parent
WHEN = datetime(2017, 6, 1, tzinfo=UTC)
WHO = SentChildren(60, np.arange(60, dtype=np.uint64))
DECLARED = {(str(origin), str(move.target)) for move in MOVES for origin in move.origins or ("",)}

OPERATIONS = {
    "land": lambda registry, number: registry.land(
        year=2017, la_code="201", file_name="x", sha256=str(number) * 64, size=1, received=WHEN
    ),
    "refuse": lambda registry, number: registry.refuse(
        year=2017, la_code="201", file_name="x", sha256="", size=1, received=WHEN, reason="not wanted"
    ),
    "claim": lambda registry, number: registry.claim(number, "run"),
    "claim of another": lambda registry, number: registry.claim(number, "other"),
    "requeue": lambda registry, number: registry.requeue(number, "run", "dead"),
    "give back": lambda registry, number: registry.give_back(number, "run", "the disk is full"),
    "accept": lambda registry, number: registry.accept(number, "run"),
    "hold": lambda registry, number: registry.accept(number, "run", Arrival(WHO, dates="of another year")),
    "hold and confirm": lambda registry, number: registry.accept(
        number, "run", Arrival(WHO, dates="of another year", confirmed_by="run --confirm-held")
    ),
    "confirm": lambda registry, number: registry.confirm(number, "ann", "why"),
    "accept without a run": lambda registry, number: registry.accept(number),
    "reject": lambda registry, number: registry.reject(number, "a fault", "run"),
    "give up": lambda registry, number: registry.reject(number, "a fault"),
    "turn down": lambda registry, number: registry.turn_down(number, "ann", "why"),
    "withdraw": lambda registry, number: registry.withdraw(number, "ann", "why"),
    "restore": lambda registry, number: registry.restore(number, "ann", "why"),
    "answer": lambda registry, number: registry.answer(number, "ann", "why"),
    "reopen": lambda registry, number: registry.reopen(number, "run", "ann", "why"),
}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(1, 4)), max_size=25))
def test_whatever_is_done_only_declared_moves_happen(done: list[tuple[str, int]]) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine)
    registry = Registry(engine, now=lambda: WHEN)
    for name, number in [("land", 1), ("land", 2), *done]:
        with suppress(DecisionRefused, KeyError):
            OPERATIONS[name](registry, number)
        of_year = registry.history(2017)
        assert sum(each.state is SubmissionState.ACCEPTED for each in of_year) <= 1
    for each in of_year:
        events = registry.events(each.submission)
        assert {(event.from_state, event.to_state) for event in events} <= DECLARED
        assert events[-1].to_state == each.state
    engine.dispose()


def test_states_are_written_in_two_places_alone() -> None:
    """Both take a move of the table."""
    writers = set()
    for path in PACKAGE.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and writes_submissions(function):
                writers.add(function.name)
    assert writers == {"_add", "_move", "note_requests_in_vain"}  # the last counts runs


def writes_submissions(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("insert", "update", "delete")
        and any(isinstance(argument, ast.Name) and argument.id == "SUBMISSIONS" for argument in node.args)
        for node in ast.walk(function)
    )


def test_there_is_no_move_outside_the_table() -> None:
    assert [each for each in vars(moves).values() if isinstance(each, Move)] == list(MOVES)
    makers = [path.name for path in PACKAGE.rglob("*.py") if "Move(" in path.read_text(encoding="utf-8")]
    assert makers == ["moves.py"]


def test_every_state_has_a_meaning_a_way_in_and_names_of_moves_are_unique() -> None:
    assert set(MEANINGS) == set(SubmissionState) == {move.target for move in MOVES}
    assert len({move.name for move in MOVES}) == len(MOVES)


def test_the_page_is_up_to_date() -> None:
    page = (PACKAGE.parent / PAGE).read_text(encoding="utf-8")
    assert page == with_moves(page), "run: make docs"
    with pytest.raises(ValueError, match="has no part"):
        with_moves("no part here")
