"""What is told: notices, and a message of several."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.reference.authorities import every_authority

MOST_TOLD = 100  # sentences of one message


class NoticeKind(StrEnum):
    """What people are told of."""

    REJECTED = "rejected"
    HELD = "held for confirmation"
    IN_DOUBT = "in doubt"
    FILE_REFUSED = "file refused"
    RUN_FAILED = "run failed"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Notice:
    """One thing to tell. `submission`: its number, or that of a refused file. `why`: the kind of reason, in words of
    ours; of a run its job and its id."""

    kind: NoticeKind
    year: int | None = None
    la_code: str = ""
    submission: int | None = None
    why: str = ""

    @property
    def la_name(self) -> str:
        """The name of the LA; empty where it is about none."""
        authority = every_authority().get(self.la_code)
        return authority.name if authority else ""

    @property
    def sentence(self) -> str:
        """All of it in words."""
        number = "" if self.submission is None else f"submission {self.submission}"
        if self.kind is NoticeKind.FILE_REFUSED:
            number = f"file {self.submission}, of which nobody can tell whose return it is"
        whose = f"{self.la_code} {self.la_name}".strip()
        about = ", ".join(filter(None, (whose, "" if self.year is None else str(CollectionYear(self.year)), number)))
        return ": ".join(filter(None, (about, self.kind))) + (f" ({self.why})" if self.why else "")

    def as_json(self) -> dict[str, Any]:
        """Its fields, for a cursor or a webhook."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "Notice":
        """From what `as_json` gave."""
        return cls(**{**fields, "kind": NoticeKind(fields["kind"])})


@dataclass(frozen=True)
class Message:
    """Several notices told at once. `left_out`: how many earlier ones there were that could not be told in time."""

    notices: tuple[Notice, ...]
    left_out: int = 0

    @property
    def subject(self) -> str:
        """How many of each kind."""
        counts = Counter(each.kind for each in self.notices)
        return (
            f"Children in need census: {', '.join(f'{counts[kind]} {kind}' for kind in NoticeKind if kind in counts)}"
        )

    @property
    def text(self) -> str:
        """A line for each, and what more there is."""
        lines = [each.sentence for each in self.notices[:MOST_TOLD]]
        if (more := len(self.notices) - MOST_TOLD) > 0:
            lines.append(f"and {more} more: cin-pipeline status --year YEAR")
        if self.left_out:
            lines.append(f"{self.left_out} earlier ones could not be told")
        return "\n".join(lines) + "\n"


def message_of(notices: Sequence[Notice], left_out: int = 0) -> Message:
    """A message of notices, each once."""
    return Message(tuple(dict.fromkeys(notices)), left_out)
