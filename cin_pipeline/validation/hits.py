"""What a rule answers: the records it finds at fault, and the records it names with them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cin_pipeline.validation.inputs import Mask, Positions, Records

MOST_NAMED_BESIDE = 10  # records beside a hit are named up to this many, so that naming stays linear


@dataclass(frozen=True)
class Named:
    """Records of a table named with the hits: pairs of the hit record's and the named record's position."""

    table: str
    hit: Positions
    named: Positions


@dataclass(frozen=True)
class Hits:
    """The records of a table (empty: the return as a whole) that break a rule, by position."""

    table: str
    at: Positions
    named: tuple[Named, ...] = ()
    faulty_values: tuple[tuple[str, str, Positions], ...] = ()  # table, column, records whose value is at fault
    message: str = ""  # instead of the rule's, where counts of the whole return say more; never a value


Naming = Callable[[Records, Mask], Named]


def hits(records: Records, broken: Mask, *naming: Naming) -> Hits:
    """The records of the mask, with what is to be named with each."""
    return Hits(records.name, np.flatnonzero(broken), tuple(name(records, broken) for name in naming))


def whole_return(broken: bool, message: str = "") -> Hits:
    """One hit for the whole return, or none."""
    return Hits("", np.zeros(int(broken), dtype=np.int64), message=message)


def above(ancestor: Records) -> Naming:
    """Names the record of a table above that a hit belongs to."""

    def name(records: Records, broken: Mask) -> Named:
        hit = np.flatnonzero(broken)
        return Named(ancestor.name, hit, records.up(ancestor)[hit])

    return name


def below(lower: Records, mask: Mask | None = None) -> Naming:
    """Names the records of the mask that lie under a hit."""

    def name(records: Records, broken: Mask) -> Named:
        under = lower.up(records)
        named = np.flatnonzero(broken[under] if mask is None else broken[under] & mask)
        return Named(lower.name, under[named], named)

    return name


def partner(other: Records, position: Positions) -> Naming:
    """Names one record for each hit, given by position for every record; -1 names none."""

    def name(records: Records, broken: Mask) -> Named:
        hit = np.flatnonzero(broken & (position >= 0))
        return Named(other.name, hit, position[hit])

    return name


def beside(other: Records, mask: Mask, shared: Records) -> Naming:
    """Names the records of the mask that lie under the same record of a table above as the hit: the first ten."""

    def name(records: Records, broken: Mask) -> Named:
        hit = np.flatnonzero(broken)
        candidates = np.flatnonzero(mask)
        pair_hit, pair_candidate = first_of_each(records.up(shared)[hit], other.up(shared)[candidates])
        return Named(other.name, hit[pair_hit], candidates[pair_candidate])

    return name


def first_of_each(wanted: Positions, groups: Positions) -> tuple[Positions, Positions]:
    """For each group wanted, the first ten places where it stands in `groups`, which ascend as records do in a file.

    Pairs: place in `wanted`, place in `groups`."""
    first = np.searchsorted(groups, wanted, side="left")
    number = np.minimum(np.searchsorted(groups, wanted, side="right") - first, MOST_NAMED_BESIDE)
    step = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    return np.repeat(np.arange(len(wanted)), number), np.repeat(first, number) + step


def with_faulty_values(found: Hits, records: Records, column: str, mask: Mask) -> Hits:
    """The same hits, saying that the values of these records are what is at fault."""
    return replace(found, faulty_values=(*found.faulty_values, (records.name, column, np.flatnonzero(mask))))
