"""Why a submission was moved, as a kind: words of ours for logs and notices, where the reason itself may quote what a
sender wrote."""

from cin_pipeline.census.hold_reasons import reasons_named
from cin_pipeline.store.moves import CLAIMED, HELD, LANDED, REJECTED

BY_A_PERSON = "a person decided"
NOT_EXPECTED = "not expected"
FURTHER = "a further file of the same LA and year"
NOT_TAKEN = "not taken on receipt"
CHECKS_FAILED = "a blocking check failed"
RUN_FAILED = "its run failed"
NO_RESULT = "its run came to no result"
SURROUNDINGS = "the surroundings failed it"
UNREADABLE = "it cannot be read"

# How reasons begin or what they hold that are known to be of ours, by kind.
_BEGIN = (
    ("checks failed", CHECKS_FAILED),
    ("the run failed", RUN_FAILED),
    ("a further return", FURTHER),
    ("given back", SURROUNDINGS),
)
_HOLD = (("the return is for ", NOT_EXPECTED), ("is not among the authorities expected", NOT_EXPECTED))


def reason_kind(before: str, after: str, reason: str, decided_by: str) -> str:
    """The kind of reason for a move from one state to another; empty where a move needs none."""
    if after == HELD:
        return ", ".join(reasons_named(reason))
    if decided_by:
        return BY_A_PERSON
    if after == LANDED and before == CLAIMED:
        return _known(reason) or NO_RESULT
    if after == REJECTED:
        return _known(reason) or {"": NOT_TAKEN, LANDED: NO_RESULT}.get(before, UNREADABLE)
    return ""


def _known(reason: str) -> str:
    begins = [kind for beginning, kind in _BEGIN if reason.startswith(beginning)]
    holds = [kind for words, kind in _HOLD if words in reason]
    return next(iter((*begins, *holds)), "")
