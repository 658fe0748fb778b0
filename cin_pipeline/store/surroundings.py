"""Faults of the surroundings: what ends a run though the return at work had no part in it.

A return is never rejected for one of them. An error is told by the names of its classes and its text, and so are its
causes: of a run in another process Dagster hands on no more. What is said of it is ours, for the text of an error may
hold an address, a statement or a value.
"""

import errno
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from cin_pipeline.store.server_answers import Answer, answer_in

# The names of the classes of an error, its own first, and its text.
Seen: TypeAlias = tuple[tuple[str, ...], str]


@dataclass(frozen=True)
class Fault:
    """A fault of the surroundings in a sentence. of_one: another return need not meet it too."""

    sentence: str
    of_one: bool = False


class SurroundingsFailed(RuntimeError):
    """What was at work was given back, and what follows would meet the same fault; the message says which."""


class Stopped(SystemExit):
    """The process was told to end: what it was at work on is given back, and what it did is kept."""

    def __init__(self, signal: int) -> None:
        super().__init__(128 + signal)  # as a shell has it
        self._signal = signal

    def __reduce__(self) -> tuple[type["Stopped"], tuple[int]]:
        """Else a worker process would hand its parent another number."""
        return type(self), (self._signal,)

    def __str__(self) -> str:
        return STOPPED.sentence


STOPPED = Fault("its process was told to end")
_MISSING = Fault("a stored copy is not there; do all processes look for it in the same place?", of_one=True)
_MEMORY = Fault("there was not enough memory", of_one=True)
_DATABASE = Fault("the connection to the database was lost")
_OBJECTS = Fault("the place of the stored copies and tables cannot be used")
_LEASE = Fault("its process was cut off until its lease had run out")
_LOCKED = Fault("the database was locked for too long")
_FULL = Fault("the disk is full")
_DISK = Fault("the disk cannot be read or written")

_BY_CLASS = {
    "ObjectMissing": _MISSING,
    "MemoryError": _MEMORY,
    "LeaseLost": _LEASE,
    "DatabaseAway": _DATABASE,
    "Stopped": STOPPED,
    "KeyboardInterrupt": STOPPED,
    "DagsterExecutionInterruptedError": STOPPED,
    "ConnectionInvalidated": _DATABASE,  # said of an error by seen_in, not a class
}
_BY_NUMBER = {
    "ENOSPC": _FULL,
    "EDQUOT": Fault("the share of the disk that may be used is full"),
    "EIO": _DISK,
    "EROFS": Fault("the disk may only be read"),
    "EMFILE": Fault("too many files are open"),
    "ENFILE": Fault("too many files are open"),
    "ESTALE": Fault("a shared disk was taken away"),
}
# Looked for in the text of an error of SQLite, or of a database's disk.
_BY_TEXT = {
    "database is locked": _LOCKED,
    "disk i/o error": _DISK,
    "unable to open database file": _DISK,
    "database or disk is full": _FULL,
    "no space left on device": _FULL,
    "queuepool limit": Fault("the database takes no more connections"),
}
_OF_DATABASES = {"DBAPIError", "OperationalError", "InterfaceError", "DatabaseError", "InternalError", "TimeoutError"}
_NUMBER = re.compile(r"\[Errno (\d+)\]")


def fault_of(error: BaseException) -> Fault | None:
    """The fault of the surroundings that an error is, or that it came of; None where it is none."""
    return fault_in(seen_in(error))


def fault_in(errors: Iterable[Seen]) -> Fault | None:
    """The same of an error and its causes as Dagster notes them."""
    return next((fault for classes, text in errors if (fault := _fault(classes, text))), None)


def seen_in(error: BaseException) -> Iterator[Seen]:
    """An error and its causes; those that were suppressed are none."""
    following: BaseException | None = error
    while following is not None:
        lost = ("ConnectionInvalidated",) if getattr(following, "connection_invalidated", False) else ()
        yield (*lost, *(each.__name__ for each in type(following).__mro__)), str(following)
        suppressed = following.__suppress_context__
        following = following.__cause__ or (None if suppressed else following.__context__)


def _fault(classes: tuple[str, ...], text: str) -> Fault | None:
    if "SurroundingsFailed" in classes:
        return Fault(text.rpartition("SurroundingsFailed: ")[2].strip())  # Dagster puts the class before it
    if "ObjectsUnavailable" in classes:  # whose text has the system's words for the number, and a bucket others
        said = (fault for name, fault in _BY_NUMBER.items() if os.strerror(getattr(errno, name)) in text)
        return next(said, _OBJECTS)
    if number := _NUMBER.search(text):
        name = errno.errorcode.get(int(number[1]), "")
        if name in _BY_NUMBER and "OSError" in classes:
            return _BY_NUMBER[name]
    if found := next((_BY_CLASS[name] for name in classes if name in _BY_CLASS), None):
        return found
    if _OF_DATABASES & set(classes):
        lower = text.lower()
        if fault := next((fault for words, fault in _BY_TEXT.items() if words in lower), None):
            return fault
        match answer_in(text):
            case (Answer.COMING | Answer.AWAY, _):
                return _DATABASE
    return None
