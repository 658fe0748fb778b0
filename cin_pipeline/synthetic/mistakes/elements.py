"""The records of one child as XML that can be read and changed: items by name, new ones put where they belong."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cache
from xml.sax.saxutils import escape

from lxml import etree

from cin_pipeline.census.specification import Group, message

_INDENT = "  "


@dataclass(frozen=True)
class Change:
    """What was changed: the record it shows in, the item (or group), its text before and after."""

    record: "Record"
    field: str
    was: str
    became: str


@dataclass(frozen=True)
class _Layout:
    order: dict[str, tuple[str, ...]]  # the members of each group
    paths: dict[tuple[str, str], str]  # of an element within a record, both by name


class Record:
    """An element that makes a record, in the return of the collection year `year`; `within` is the record above it."""

    def __init__(self, element: etree._Element, year: int, within: "Record | None" = None) -> None:
        self.element = element
        self.year = year
        self.within = within

    @property
    def child(self) -> "Record":
        """The Child it belongs to."""
        return self.within.child if self.within else self

    @property
    def above(self) -> "Record":
        """The record above it. Raises ValueError for a Child."""
        if self.within is None:
            raise ValueError(f"{self.element.tag} has no record above it")
        return self.within

    @property
    def first_day(self) -> date:
        """The first day of the collection year."""
        return date(self.year - 1, 4, 1)

    @property
    def last_day(self) -> date:
        """The reference date."""
        return date(self.year, 3, 31)

    def text(self, item: str) -> str:
        """The trimmed text of an item, empty where missing."""
        return (self.element.findtext(self._path(item)) or "").strip()

    def day(self, item: str) -> date | None:
        """The date in an item, None where missing."""
        text = self.text(item)
        return date.fromisoformat(text) if text else None

    def below(self, element: str) -> list["Record"]:
        """The records of a name in it, in their order; none in years without them."""
        path = _layout(self.year).paths.get((self.element.tag, element))
        return [Record(found, self.year, self) for found in self.element.findall(path)] if path else []

    def siblings(self) -> list["Record"]:
        """The records of its name in the record above, itself among them."""
        return self.above.below(self.element.tag)

    def put(self, item: str, value: date | str) -> Change:
        """Gives an item this text, whether or not it was there."""
        was, became = self.text(item), str(value)
        *groups, last = self._path(item).split("/")
        element = self.element
        for group in groups:
            element = self._held(element, group)
        self._held(element, last).text = became
        return Change(self, item, was, became)

    def add(self, item: str, text: str) -> "Record":
        """One more of an item that may repeat, after those there are."""
        *groups, last = self._path(item).split("/")
        element = self.element
        for group in groups:
            element = self._held(element, group)
        return Record(self._inserted(element, last, text), self.year, self)

    def write(self, text: str) -> Change:
        """Gives a repeating item, which is a record itself, another text."""
        was, self.element.text = (self.element.text or ""), text
        return Change(self, self.element.tag, was, text)

    def remove(self, element: str) -> Change:
        """Takes out every element of a name."""
        found = self.element.findall(self._path(element))
        was = self.text(element) if len(found) == 1 and not len(found[0]) else f"{len(found)} there"
        for one in found:
            one.getparent().remove(one)
        return Change(self, element, was if found else "", "")

    def again(self) -> "Record":
        """The same record a second time, right after this one."""
        copy = deepcopy(self.element)
        self.element.addnext(copy)
        return Record(copy, self.year, self.within)

    def sent_twice(self) -> Change:
        """The same as `again`, as a change: in the second one."""
        return Change(self.again(), self.element.tag, "", "sent twice")

    def _path(self, element: str) -> str:
        return _layout(self.year).paths[self.element.tag, element]

    def _held(self, group: etree._Element, name: str) -> etree._Element:
        found = group.find(name)
        return self._inserted(group, name, None) if found is None else found

    def _inserted(self, group: etree._Element, name: str, text: str | None) -> etree._Element:
        order = _layout(self.year).order[group.tag]
        place = order.index(name)
        at = sum(order.index(member.tag) <= place for member in group)
        new = etree.Element(name)
        new.text = text
        group.insert(at, new)
        return new


def written(elements: Iterator[etree._Element], depth: int, marked: etree._Element) -> tuple[str, int]:
    """Elements as text, a line for each, and how many characters stand before the start tag of the marked one.

    The marked one must be among them or in them."""
    lines: list[str] = []
    before = -1

    def write(element: etree._Element, depth: int) -> None:
        nonlocal before
        indent = _INDENT * depth
        if element is marked:
            before = sum(map(len, lines)) + len(indent)
        if len(element):
            lines.append(f"{indent}<{element.tag}>\n")
            for member in element:
                write(member, depth + 1)
            lines.append(f"{indent}</{element.tag}>\n")
        else:
            lines.append(f"{indent}<{element.tag}>{escape(element.text or '')}</{element.tag}>\n")

    for element in elements:
        write(element, depth)
    if before < 0:
        raise ValueError(f"{marked.tag} is not among the elements written")
    return "".join(lines), before


@cache
def _layout(year: int) -> _Layout:
    order: dict[str, tuple[str, ...]] = {}
    paths: dict[tuple[str, str], str] = {}

    def walk(group: Group, record: str, path: str) -> None:
        order[group.element] = tuple(member.element for member in group.members)
        for member in group.members:
            inner = f"{path}{member.element}"
            paths[record, member.element] = inner
            if isinstance(member, Group):
                walk(member, *((member.element, "") if member.table else (record, f"{inner}/")))

    walk(message(year), "Message", "")
    return _Layout(order, paths)
