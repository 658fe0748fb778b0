"""The kinds of reasons are told from the sentences that the code makes, and hold nothing of a sender's."""

import numpy as np
import pytest

from cin_pipeline.census.header import Identity
from cin_pipeline.census.holding import Compared, SentChildren, another_size, children_of_another
from cin_pipeline.orchestration.faults import given_back_for
from cin_pipeline.store import reason_kinds
from cin_pipeline.store.landing import ExpectedReturns
from cin_pipeline.store.moves import MOVES, Move
from cin_pipeline.store.reason_kinds import reason_kind
from cin_pipeline.store.surroundings import STOPPED

KINDS = {value for name, value in vars(reason_kinds).items() if name.isupper() and isinstance(value, str)}
SENDERS = "line 7: <LAchildID>DOE-JANE-2009</LAchildID> born 2009-03-14"
NOT_WANTED = ExpectedReturns({2017: frozenset()})


@pytest.mark.parametrize(
    ("before", "after", "reason", "kind"),
    [
        ("", "rejected", NOT_WANTED.reason_against(Identity("201", 2016)), "not expected"),
        ("", "rejected", NOT_WANTED.reason_against(Identity("201", 2017)), "not expected"),
        ("", "rejected", SENDERS, "not taken on receipt"),
        ("claimed", "rejected", SENDERS, "it cannot be read"),
        ("claimed", "rejected", "checks failed: schema of cleaned_return", "a blocking check failed"),
        ("claimed", "rejected", "the run failed (KeyError); run 1 in the UI tells more", "its run failed"),
        ("claimed", "landed", "the run failed (KeyError); run 1 in the UI tells more", "its run failed"),
        ("claimed", "landed", "its run ended without a result", "its run came to no result"),
        ("claimed", "landed", given_back_for(STOPPED), "the surroundings failed it"),
        ("landed", "rejected", "3 runs came to no result", "its run came to no result"),
        ("claimed", "held", another_size(10, [Compared(100, "its current return")]), "size"),
        ("landed", "accepted", "", ""),
    ],
)
def test_a_reason_has_a_kind(before: str, after: str, reason: str, kind: str) -> None:
    assert reason_kind(before, after, reason, "") == kind


def test_several_reasons_to_hold_a_return_are_all_named() -> None:
    size = another_size(10, [Compared(100, "its current return")])
    children = children_of_another(60, SentChildren(60, np.arange(60, dtype="<u8")), "202", 3)
    assert reason_kind("claimed", "held", f"{children}; {size}", "") == "children, size"


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
@pytest.mark.parametrize("by", ["", "ann"])
def test_no_move_brings_a_senders_words_along(move: Move, by: str) -> None:
    for before in move.origins or ("",):
        assert reason_kind(before, move.target, SENDERS, by) in {*KINDS, ""}
