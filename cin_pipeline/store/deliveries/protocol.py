"""What every place that files are delivered to does, and a file there."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Fingerprint:
    """What changes when a file does: `version`, whatever its place has to tell one from the next, with the size.

    `changed_ns`: when that was, by the clock of the place. It says which file is the older one, and whether one that
    was gone was delivered again; another time alone makes no other file."""

    size: int
    version: str
    changed_ns: int = field(compare=False)


class Unreadable(Exception):
    """A file cannot be read, or is none; the message is a reason to refuse it."""


class FileGone(Exception):
    """A file was taken away or written over since it was seen."""


class InboxUnusable(Exception):
    """The place cannot be looked into; the message is a sentence that names it."""


class DeliveredFile(Protocol):
    """A file of a place. Its methods raise Unreadable, and where it was looked for FileGone and InboxUnusable."""

    @property
    def name(self) -> str:
        """The last part of its path."""

    def size(self) -> int:
        """In bytes, before any is read."""

    def read(self, most: int) -> bytes:
        """Its bytes, of which no more than so many."""


class Deliveries(Protocol):
    """A place that files are delivered to. A path is told from its root, in bytes: it need not be text."""

    @property
    def settles(self) -> bool:
        """Whether a file may be seen there before all of it is."""

    def look(self) -> dict[bytes, Fingerprint]:
        """What is there, but for hidden files. Raises InboxUnusable."""

    def file(self, path: bytes, seen: Fingerprint) -> DeliveredFile:
        """The file of a path as it was seen."""
