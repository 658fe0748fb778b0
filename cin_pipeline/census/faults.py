"""Every fault of structure in a document, in one reading: asked only where the structure could not be proved.

The reading goes on behind a fault: an element that has no place is passed over with all in it, one that is out of order
or repeated is gone into, and what follows is held against its place.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pyexpat import XMLParserType

from cin_pipeline.census.bounds import BOUNDS, beyond
from cin_pipeline.census.errors import MOST_FAULTS, Fault, FaultGroup, FaultKind, StructureFaults
from cin_pipeline.census.other_years import of_another_year
from cin_pipeline.census.specification import Group, Item, elements, message, years_of_element
from cin_pipeline.census.structure import repeats
from cin_pipeline.census.text import shown_name
from cin_pipeline.census.xml import WHITE_SPACE, attributes_at_fault, fed, name_parts, new_parser


def structure_faults(document: memoryview, year: int, namespace: str) -> StructureFaults:
    """The faults of a document against the specification of `year`, its elements to be in a namespace (empty: none).

    Raises ReturnRejected where it is not well-formed XML, or met a bound."""
    parser = new_parser()
    parser.buffer_text = False  # so that each line of a text is told by its own number
    found = _Found()
    _Reading(parser, message(year), year, namespace, found)
    for _ in fed(parser, document):
        pass
    groups = tuple(sorted(found.groups(), key=lambda group: (-group.count, group.first.line)))
    first = found.faults[0]
    return StructureFaults(first.reason, first.line, first.path, tuple(found.faults), groups)


class _Found:
    """Faults as they are found: the first ones whole, all of them counted."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._counts: dict[tuple[FaultKind, str], int] = {}
        self._first: dict[tuple[FaultKind, str], Fault] = {}

    def wants(self, kind: FaultKind, element: str) -> bool:
        """Counts a fault; whether it is one that is kept."""
        key = kind, element
        self._counts[key] = self._counts.get(key, 0) + 1
        return len(self.faults) < MOST_FAULTS or key not in self._first

    def keep(self, fault: Fault, element: str) -> None:
        """Keeps a fault that was counted, of an element by the name it was counted under."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)
        self._first.setdefault((fault.kind, element), fault)

    def groups(self) -> Iterator[FaultGroup]:
        """All faults by kind and element."""
        return (FaultGroup(count, self._first[key]) for key, count in self._counts.items())


class _Place:
    """An element in its place in the specification."""

    __slots__ = ("is_item", "members", "part", "positions", "repeats")

    def __init__(self, part: Group | Item) -> None:
        self.part = part
        self.repeats = repeats(part)
        self.is_item = isinstance(part, Item)
        self.members = [_Place(member) for member in part.members] if isinstance(part, Group) else []
        self.positions = {member.part.element: position for position, member in enumerate(self.members)}


class _Open:
    """An element that is open: its place, and which of its members was the last."""

    __slots__ = ("last", "number", "numbers", "place", "reached")

    def __init__(self, place: _Place, number: int) -> None:
        self.place = place
        self.number = number  # among those of its name; 0 where there may be but one
        self.last = -1  # position among the members
        self.reached: set[int] = set()
        self.numbers: dict[int, int] = {}  # by position, how many there were of a member that repeats


class _Reading:
    """Handlers of a parser that hold each element against its place."""

    def __init__(self, parser: XMLParserType, root: Group, year: int, namespace: str, found: _Found) -> None:
        self._parser, self._year, self._namespace, self._found = parser, year, namespace, found
        self._root = _Place(root)
        self._open: list[_Open] = []
        self._skipped = 0  # elements open within one that has no place
        self._in_text = False  # a text between elements goes on
        self._names: set[str] = set()
        self._kinds: dict[str, FaultKind] = {}  # of an element that a group never holds, by name
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: list[str]) -> None:
        self._in_text = False
        if len(self._open) + self._skipped >= BOUNDS.depth:
            raise beyond("depth", BOUNDS.depth, self._parser.CurrentLineNumber)
        if attributes:
            self._attributes(name, attributes)
        if self._skipped:
            self._check_names(name)
            self._skipped += 1
            return
        namespace, local = name_parts(name)
        if not self._open:
            self._open.append(_Open(self._root, 0))
            return
        above = self._open[-1]
        position = above.place.positions.get(local, -1) if namespace == self._namespace else -1
        if position < 0:
            self._check_names(name)
            self._without_place(namespace, local, above)
            self._skipped = 1
            return
        place = above.place.members[position]
        if place.repeats:
            number = above.numbers[position] = above.numbers.get(position, 0) + 1
            if position < above.last:
                self._misplaced(FaultKind.OUT_OF_ORDER, local, above)
        else:
            number = 0
            if position in above.reached:
                self._misplaced(FaultKind.REPEATED, local, above)
            elif position < above.last:
                self._misplaced(FaultKind.OUT_OF_ORDER, local, above)
            above.reached.add(position)
        above.last = position
        self._open.append(_Open(place, number))

    def _end(self, _: str) -> None:
        self._in_text = False
        if self._skipped:
            self._skipped -= 1
        else:
            self._open.pop()

    def _text(self, data: str) -> None:
        if self._in_text or not data.strip(WHITE_SPACE) or self._skipped or self._open[-1].place.is_item:
            return
        self._in_text = True
        self._note(
            FaultKind.TEXT,
            self._open[-1].place.part.element,
            lambda: "text stands between elements, where only elements were expected",
        )

    def _check_names(self, *names: str) -> None:
        self._names.update(names)
        if len(self._names) > BOUNDS.names:
            raise beyond("names", BOUNDS.names, self._parser.CurrentLineNumber)

    def _attributes(self, name: str, attributes: list[str]) -> None:
        self._check_names(*attributes[::2])
        if self._skipped:
            return
        _, element = name_parts(name)
        for attribute in attributes_at_fault(attributes):
            self._note(FaultKind.NAMESPACE, element, partial(_of_an_attribute, attribute, element))

    def _without_place(self, namespace: str, element: str, above: _Open) -> None:
        """Notes an element that the one it lies in never holds."""
        if namespace != self._namespace:
            wanted = "that of the root element" if self._namespace else "an element without one"
            self._note(
                FaultKind.NAMESPACE,
                element,
                lambda: f"element {shown_name(element)} is in {_which(namespace)}; {wanted} was expected",
            )
        elif above.place.is_item:
            item = above.place.part.element
            self._note(
                FaultKind.IN_AN_ITEM,
                element,
                lambda: f"element {shown_name(element)} stands in {item}, where only a value was expected",
            )
        else:
            self._misplaced(self._kind(element), element, above)

    def _kind(self, element: str) -> FaultKind:
        """What is at fault with an element that a group never holds."""
        if element not in self._kinds:
            if element in elements(self._year):
                self._kinds[element] = FaultKind.NESTED
            else:
                self._kinds[element] = FaultKind.OTHER_YEAR if years_of_element(element) else FaultKind.UNKNOWN
        return self._kinds[element]

    def _misplaced(self, kind: FaultKind, element: str, above: _Open) -> None:
        self._note(kind, element, lambda: misplaced(kind, element, above.place.part, above.last, self._year))

    def _note(self, kind: FaultKind, element: str, reason: Callable[[], str]) -> None:
        if not self._found.wants(kind, element):
            return
        steps = [
            f"{each.place.part.element}[{each.number}]" if each.number else each.place.part.element
            for each in self._open
        ]
        if kind is not FaultKind.TEXT:
            steps.append(shown_name(element))
        where = "/" + "/".join(steps)
        self._found.keep(Fault(kind, shown_name(element), self._parser.CurrentLineNumber, where, reason()), element)


def _of_an_attribute(attribute: str, element: str) -> str:
    whose = f"attribute {shown_name(attribute)} of element {shown_name(element)}"
    return f"{whose} is in a namespace; one without was expected"


def misplaced(kind: FaultKind, element: str, group: Group | Item, last: int, year: int) -> str:
    """The sentence on an element that a group does not hold at that point, and what was expected.

    `last`: the position of the member of the group that stands before it, -1 where none does."""
    shown, of_year = shown_name(element), f"{year - 1} to {year}"
    if isinstance(group, Group) and kind is FaultKind.OUT_OF_ORDER:
        return f"element {shown} is out of order for {of_year}; expected before {group.members[last].element}"
    if kind is FaultKind.REPEATED:
        return f"element {shown} is repeated; expected once in {group.element}"
    what = {
        FaultKind.UNKNOWN: f"element {shown} is unknown in {of_year}",
        FaultKind.NESTED: f"element {shown} does not belong in {group.element}",
    }.get(kind) or of_another_year(element, year)
    expected = _expected(group, last) if isinstance(group, Group) else ""
    return f"{what}; {f'expected here: {expected}' if expected else 'nothing more was expected here'}"


def _expected(group: Group, last: int) -> str:
    """The members of a group that may stand after one of them, by position."""
    return ", ".join(
        member.element
        for position, member in enumerate(group.members)
        if position > last or (position == last and repeats(member))
    )


def _which(namespace: str) -> str:
    return "a namespace of its own" if namespace else "no namespace"
