"""What was told and what is still to be told, kept between two looks: each thing once to each target.

A message that was told, and of which that was not remembered as the process died, is told again.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from cin_pipeline.notices.notice import Message, Notice, message_of
from cin_pipeline.notices.notifiers import NotDelivered
from cin_pipeline.settings.backing_off import waits_until

MOST_WAITING = 500  # notices of a target that cannot be reached; the oldest go first


@dataclass(frozen=True)
class Waiting:
    """What a target is still to be told. tries: that failed, the last `at`. left_out: notices that were too many."""

    notices: tuple[Notice, ...] = ()
    left_out: int = 0
    tries: int = 0
    at: datetime | None = None

    def with_more(self, notices: Iterable[Notice]) -> Self:
        """Those too, each once; without the oldest where they are too many."""
        every = tuple(dict.fromkeys((*self.notices, *notices)))
        too_many = max(len(every) - MOST_WAITING, 0)
        return replace(self, notices=every[too_many:], left_out=self.left_out + too_many)

    def waits_until(self, now: datetime) -> datetime | None:
        """When it is tried again; None: now."""
        return waits_until(self.tries, self.at, now)


@dataclass(frozen=True)
class Outbox:
    """event, file: the last that were looked at. runs: those that failed and are known. overdue: LAs by year.
    targets: by the name that is shown."""

    event: int = 0
    file: int = 0
    runs: frozenset[str] = frozenset()
    overdue: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    targets: Mapping[str, Waiting] = field(default_factory=dict)

    def as_text(self) -> str:
        """To be kept."""
        return json.dumps(
            {
                "event": self.event,
                "file": self.file,
                "runs": sorted(self.runs),
                "overdue": {str(year): las for year, las in self.overdue.items()},
                "targets": {
                    name: {
                        "notices": [each.as_json() for each in waiting.notices],
                        "left_out": waiting.left_out,
                        "tries": waiting.tries,
                        "at": waiting.at and waiting.at.isoformat(),
                    }
                    for name, waiting in self.targets.items()
                },
            }
        )

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From what `as_text` gave."""
        kept: dict[str, Any] = json.loads(text)
        return cls(
            kept["event"],
            kept["file"],
            frozenset(kept["runs"]),
            {int(year): tuple(las) for year, las in kept["overdue"].items()},
            {
                name: Waiting(
                    tuple(Notice.from_json(each) for each in waiting["notices"]),
                    waiting["left_out"],
                    waiting["tries"],
                    waiting["at"] and datetime.fromisoformat(waiting["at"]),
                )
                for name, waiting in kept["targets"].items()
            },
        )


Send = Callable[[str, Message], None]


def deliver(
    outbox: Outbox,
    names: Iterable[str],
    notices: Iterable[Notice],
    send: Send,
    now: datetime,
    enough: Callable[[], bool] = lambda: False,
) -> tuple[Outbox, list[str]]:
    """Tells targets what is new and what is left from before; the outbox after that, and what to say of it.

    send: tells one target; raises NotDelivered. enough: whether to leave the other targets to the next look."""
    new = tuple(notices)
    targets, said = {}, []
    for name in names:
        waiting = outbox.targets.get(name, Waiting()).with_more(new)
        later = waiting.waits_until(now)
        if waiting.notices and later is None and not enough():
            waiting, told = _told(name, waiting, send, now)
            said.append(told)
        elif waiting.notices:
            when = f"tried again from {later.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if later else "next"
            said.append(f"{name}: {len(waiting.notices)} wait, {when}")
        targets[name] = waiting
    return replace(outbox, targets=targets), said


def _told(name: str, waiting: Waiting, send: Send, now: datetime) -> tuple[Waiting, str]:
    try:
        send(name, message_of(waiting.notices, waiting.left_out))
    except NotDelivered as error:
        return replace(waiting, tries=waiting.tries + 1, at=now), f"{name}: not told, {error}"
    return Waiting(), f"{name}: {len(waiting.notices)} told"
