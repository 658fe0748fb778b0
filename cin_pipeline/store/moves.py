"""The states of a submission and every move from one to another: the table that the registry obeys.

The registry changes a state only by a move of this table, and docs/operations.md is written from it.
"""

from dataclasses import dataclass
from enum import StrEnum


class SubmissionState(StrEnum):
    """How far a submission has come."""

    LANDED = "landed"  # received, not yet worked through
    CLAIMED = "claimed"  # one run is at work on it
    HELD = "held"  # counted, not current: its content contradicts its header, and a person is to decide
    ACCEPTED = "accepted"  # the current return of its LA and year
    REJECTED = "rejected"  # not taken, with a reason; what was current stays
    SUPERSEDED = "superseded"  # a later one is, or was, current
    WITHDRAWN = "withdrawn"  # taken back by a person


LANDED, CLAIMED, HELD = SubmissionState.LANDED, SubmissionState.CLAIMED, SubmissionState.HELD
ACCEPTED = SubmissionState.ACCEPTED
REJECTED, SUPERSEDED, WITHDRAWN = SubmissionState.REJECTED, SubmissionState.SUPERSEDED, SubmissionState.WITHDRAWN

MEANINGS = {
    LANDED: "copied, identified by its header, waits for a run",
    CLAIMED: "one run, and only one, is at work on it",
    HELD: "counted, and held for confirmation: what it holds contradicts its header. As if it had not been sent until "
    "a person decides: what was current stays",
    ACCEPTED: "its measures are counted, its blocking checks passed or were overridden: the current return",
    REJECTED: "not taken, with one sentence why; what was current stays",
    SUPERSEDED: "a later one was accepted",
    WITHDRAWN: "taken back by a person",
}


class Mover(StrEnum):
    """Who or what moves a submission."""

    RECEIPT = "receipt"
    RUN = "a run"
    SENSOR = "a sensor"
    ANOTHER = "another submission"
    PERSON = "a person"


@dataclass(frozen=True)
class Move:
    """A move that is allowed: from any of `origins` (none: on receipt) to `target`. `when` completes "it moves"."""

    name: str
    origins: tuple[SubmissionState, ...]
    target: SubmissionState
    by: Mover
    when: str

    def fits(self, state: SubmissionState) -> bool:
        """Whether a submission in that state may move so."""
        return state in self.origins


LAND = Move("land", (), LANDED, Mover.RECEIPT, "when it is received")
REFUSE = Move("refuse", (), REJECTED, Mover.RECEIPT, "when it is received and not wanted")
CLAIM = Move("claim", (LANDED,), CLAIMED, Mover.RUN, "when it begins on it")
REQUEUE = Move("requeue", (CLAIMED,), LANDED, Mover.SENSOR, "when its run came to no result")
GIVE_BACK = Move("give back", (CLAIMED,), LANDED, Mover.RUN, "when the surroundings fail it, which is no attempt")
ACCEPT = Move("accept", (CLAIMED, LANDED), ACCEPTED, Mover.RUN, "when it is counted and no blocking check failed")
HOLD = Move("hold", (CLAIMED,), HELD, Mover.RUN, "when it is counted and what it holds contradicts its header")
DISPLACE = Move(
    "displace", (ACCEPTED,), HELD, Mover.ANOTHER, "with a lower number and its children, that is accepted after it"
)
CONFIRM = Move("confirm", (HELD,), ACCEPTED, Mover.PERSON, "with `cin-pipeline accept`, as it was counted")
REJECT = Move("reject", (CLAIMED,), REJECTED, Mover.RUN, "when it cannot be read, or a blocking check failed")
GIVE_UP = Move("give up", (LANDED,), REJECTED, Mover.SENSOR, "when enough runs came to no result")
OVERTAKE = Move(
    "overtake", (CLAIMED, LANDED, HELD), SUPERSEDED, Mover.ANOTHER, "received later, that was accepted first"
)
REPLACE = Move("replace", (ACCEPTED,), SUPERSEDED, Mover.ANOTHER, "that is accepted in its place")
REINSTATE = Move("reinstate", (SUPERSEDED,), ACCEPTED, Mover.ANOTHER, "that had replaced it and is withdrawn or held")
TURN_DOWN = Move("turn down", (LANDED, HELD), REJECTED, Mover.PERSON, "with `cin-pipeline reject`")
WITHDRAW = Move(
    "withdraw", (LANDED, HELD, ACCEPTED, SUPERSEDED), WITHDRAWN, Mover.PERSON, "with `cin-pipeline withdraw`"
)
RESTORE = Move(
    "restore", (SUPERSEDED, WITHDRAWN), ACCEPTED, Mover.PERSON, "with `cin-pipeline accept`, as it was counted before"
)
REOPEN = Move(
    "reopen",
    (LANDED, REJECTED, SUPERSEDED, WITHDRAWN),
    CLAIMED,
    Mover.PERSON,
    "with `cin-pipeline accept`, which runs it with blocking checks that only warn",
)  # fmt: skip
ANSWER = Move(
    "answer", (ACCEPTED,), ACCEPTED, Mover.PERSON, "with `cin-pipeline accept`, as the answer to a return in doubt"
)

MOVES = (
    LAND, REFUSE, CLAIM, REQUEUE, GIVE_BACK, ACCEPT, HOLD, DISPLACE, CONFIRM, REJECT, GIVE_UP, OVERTAKE, REPLACE,
    REINSTATE, TURN_DOWN, WITHDRAW, RESTORE, REOPEN, ANSWER,
)  # fmt: skip
