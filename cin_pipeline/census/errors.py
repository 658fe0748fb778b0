"""Why a file cannot be taken as a return."""

from dataclasses import dataclass, field
from enum import StrEnum

MOST_FAULTS = 1_000  # structure faults that are kept one by one; beyond it they are counted


@dataclass
class ReturnRejected(Exception):
    """A file that is no readable return: one plain sentence, with the line and the path in the XML where known.

    Never holds a value from the file but what its header says about whose return it is: it goes to logs and screens."""

    reason: str
    line: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        where = ", ".join(
            part for part in (f"line {self.line}" if self.line else "", f"at {self.path}" if self.path else "") if part
        )
        return f"{where}: {self.reason}" if where else self.reason


class FaultKind(StrEnum):
    """The ways in which elements stand where the specification has none."""

    UNKNOWN = "unknown element"
    OTHER_YEAR = "element of other years"
    OUT_OF_ORDER = "out of order"
    REPEATED = "repeated"
    NESTED = "wrongly nested"
    IN_AN_ITEM = "element in a value"
    TEXT = "text between elements"
    NAMESPACE = "namespace"


@dataclass(frozen=True)
class Fault:
    """One fault of structure. `element`: its name, or of text between elements that of the element it stands in."""

    kind: FaultKind
    element: str
    line: int
    path: str
    reason: str  # a sentence: what is wrong, and what was expected


@dataclass(frozen=True)
class FaultGroup:
    """The faults of a kind at elements of a name: how many there are, and the first of them."""

    count: int
    first: Fault


@dataclass
class StructureFaults(ReturnRejected):
    """A file whose elements are not where the specification has them: every fault found, the first as the reason."""

    faults: tuple[Fault, ...] = field(default=())  # in the order of the file, at most MOST_FAULTS
    groups: tuple[FaultGroup, ...] = field(default=())  # by kind and element, most frequent first; all faults count

    @property
    def count(self) -> int:
        """How many faults there are, those beyond MOST_FAULTS included."""
        return sum(group.count for group in self.groups)

    def __str__(self) -> str:
        others = self.count - 1
        if others < 1:
            return super().__str__()
        return (
            f"{super().__str__()}; and {others:,} more structure {'fault' if others == 1 else 'faults'}: "
            "run cin-pipeline validate on the file to see them all"
        )
