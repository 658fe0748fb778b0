"""What the registry knows: submissions, files that are none, and what happened to them."""

from dataclasses import dataclass
from datetime import datetime

from cin_pipeline.store.moves import SubmissionState


class DecisionRefused(ValueError):
    """A person's decision does not fit the state of the submission; the message says why."""


COLLECTION = "cin"  # the children in need census, the one collection there is


@dataclass(frozen=True)
class Submission:
    """One return as received: a file of which is known whose it is.

    run: the Dagster run or command that claimed it last. attempt: how often it was claimed. run_requests: how many
    runs that were asked for ended before they began on it. decided_by: the person who decided about it last, else
    empty; a run that rejects it takes that away. overridden: a person said that it counts even where a blocking check
    fails."""

    submission: int
    collection_year: int
    la_code: str
    file_name: str
    sha256: str
    size: int
    received: datetime
    state: SubmissionState
    reason: str
    run: str = ""
    attempt: int = 0
    run_requests: int = 0
    decided_by: str = ""
    overridden: bool = False
    collection: str = COLLECTION

    @property
    def partition(self) -> tuple[int, str]:
        """Collection year and LA."""
        return self.collection_year, self.la_code

    @property
    def decided_against(self) -> bool:
        """Whether a person took it back or turned it down: its bytes are taken again only where they are sent again."""
        turned_down = self.state is SubmissionState.REJECTED and bool(self.decided_by)
        return turned_down or self.state is SubmissionState.WITHDRAWN

    @property
    def standing(self) -> str:
        """Its state in words, with the run at work on it."""
        return f"at work in run {self.run}" if self.state is SubmissionState.CLAIMED else str(self.state)

    @property
    def told(self) -> str:
        """Its reason, and while it is held what a person can do about it."""
        if self.state is not SubmissionState.HELD:
            return self.reason
        confirm, turn_down = (f"`cin-pipeline {word} {self.submission} --reason TEXT`" for word in ("accept", "reject"))
        return f"{self.reason}; confirm it with {confirm}, or turn it down with {turn_down}"


@dataclass(frozen=True)
class OnceHeld:
    """A current submission that was held: why, and who said with which reason that it counts all the same."""

    la_code: str
    submission: int
    why_held: str
    confirmed_by: str
    reason: str


@dataclass(frozen=True)
class RefusedFile:
    """A file that is no submission, as nobody can tell whose return it is. Its number is none of a submission."""

    number: int
    file_name: str
    sha256: str  # empty where its bytes could not be read
    size: int
    received: datetime
    refused: datetime
    reason: str


@dataclass(frozen=True)
class Event:
    """One change of a submission's state. `from_state` is empty for its receipt."""

    event: int
    submission: int
    at: datetime
    from_state: str
    to_state: str
    reason: str
    run: str
    decided_by: str
