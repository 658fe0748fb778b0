"""The structure of a return: which tag may stand after which, as a table made from the specification of a year.

Every group is a sequence in which each name occurs once, so a document is as specified if and only if every two tags
that stand one after the other are such a pair: that proves order, nesting and repetition at once. The one name that
occurs in two places (DateOfInitialCPC) is told apart by the tag before it. Tests hold these premises for every year.

A tag is a number: that of its element's place, twice, and one more for an end tag.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.census.specification import Group, Item, message, tables

Tags = NDArray[np.int16]


@dataclass(frozen=True)
class Structure:
    """The places of elements in a return of a year, and which tags may follow each other.

    `starts`: the start tag of each element by name; of a name with several places that of the first.
    `unknown`: the start tag of any other element. Start tags by what they begin: `records` by table, `items` by table
    and column, `groups` by table and name of the group."""

    starts: dict[str, int]
    unknown: int
    records: dict[str, int]
    items: dict[tuple[str, str], int]
    groups: dict[tuple[str, str], int]
    holds_text: NDArray[np.bool_]  # by tag: a start tag after which a value stands
    nothing: int  # stands for the tag before the first
    _allowed: NDArray[np.bool_] = field(repr=False)
    _places: dict[int, Tags] = field(repr=False)  # by start tag of a name with several places: by tag before, the place

    def placed(self, tags: Tags, before: int) -> Tags:
        """The tags, after the tag `before`, with names that have several places put into the right one."""
        if not self._places:
            return tags
        placed = tags.copy()
        for start, by_previous in self._places.items():
            for step in (0, 1):  # an end tag is placed by its start, so after it
                at = np.flatnonzero(tags == start + step)
                previous = np.where(at > 0, placed[at - 1], before)
                placed[at] = previous + 1 if step else by_previous[previous]
        return placed

    def allowed(self, tags: Tags, before: int) -> bool:
        """Whether each of some placed tags may stand after the one before it."""
        previous = np.concatenate([[before], tags[:-1]])
        return bool(self._allowed[previous, tags].all())


@dataclass(frozen=True)
class _Place:
    """An element in the place that the specification has for it."""

    start: int
    part: Group | Item
    table: str  # whose record holds it, or is it
    within: tuple["_Place", ...]  # of a group, its members

    def repeats(self) -> bool:
        return repeats(self.part)


def repeats(part: Group | Item) -> bool:
    """Whether an element may stand several times in a row."""
    return part.repeats if isinstance(part, Group) else bool(part.table)


@cache
def structure(year: int) -> Structure:
    """The structure of a return of `year`. Every element may be missing or empty: that is a missing value."""
    root = _placed(message(year), "", iter(range(0, 1 << 14, 2)))
    places = list(_all(root))
    unknown = 2 * len(places)
    nothing = unknown + 2
    allowed = np.zeros((nothing + 1, nothing + 1), dtype=bool)
    allowed[nothing, root.start] = True
    for first, second in _pairs(root):
        allowed[first, second] = True
    starts: dict[str, int] = {}
    several: dict[str, list[int]] = {}
    for place in places:
        starts.setdefault(place.part.element, place.start)
        several.setdefault(place.part.element, []).append(place.start)
    collected = tables(year)
    items = [place for place in places if isinstance(place.part, Item) and place.table in collected]
    groups = [place for place in places if isinstance(place.part, Group)]
    holds_text = np.zeros(nothing + 1, dtype=bool)
    holds_text[[place.start for place in places if isinstance(place.part, Item)]] = True
    return Structure(
        starts,
        unknown,
        records={place.table: place.start for place in places if place.part.table and place.table in collected},
        items={(place.table, place.part.column): place.start for place in items if isinstance(place.part, Item)},
        groups={(place.table, place.part.element): place.start for place in groups if not place.part.table},
        holds_text=holds_text,
        nothing=nothing,
        _allowed=allowed,
        _places={starts[name]: _by_previous(at, allowed) for name, at in several.items() if len(at) > 1},
    )


def _placed(part: Group | Item, table: str, numbers: Iterator[int]) -> _Place:
    start, table = next(numbers), part.table or table
    members = part.members if isinstance(part, Group) else ()
    return _Place(start, part, table, tuple(_placed(member, table, numbers) for member in members))


def _all(place: _Place) -> Iterator[_Place]:
    yield place
    for member in place.within:
        yield from _all(member)


def _pairs(place: _Place) -> Iterator[tuple[int, int]]:
    """The pairs of tags that may follow each other from an element's start tag to its end tag."""
    yield place.start, place.start + 1
    for n, member in enumerate(place.within):
        yield place.start, member.start
        yield member.start + 1, place.start + 1
        for later in place.within[n if member.repeats() else n + 1 :]:
            yield member.start + 1, later.start
        yield from _pairs(member)


def _by_previous(places: list[int], allowed: NDArray[np.bool_]) -> Tags:
    """By the tag before it, the start tag of a name with several places; the first where it may stand in none."""
    found = np.full(len(allowed), places[0], dtype=np.int16)
    for place in places[1:]:
        found[allowed[:, place]] = place
    return found
