"""Returns as trees that can be changed in ways that keep them nearly a return, and written out again."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from cin_pipeline.census.specification import MESSAGE, Group, Item
from cin_pipeline_tests.support import random_returns
from cin_pipeline_tests.support.building import Record, header, return_xml, valid_children

YEARS = (2014, 2016, 2017, 2021, 2022, 2024, 2025, 2026, 2027)
PRIVATE = "private-"  # how every child's id begins, so that one shows where none may


@dataclass
class Node:
    """An element: its name, its attributes as they are written, and what is in it: elements, text, and raw markup."""

    name: str
    attributes: str = ""
    parts: "list[Node | str | Raw]" = field(default_factory=list)

    def copy(self) -> "Node":
        """The same once more, to be changed on its own."""
        return Node(self.name, self.attributes, [p.copy() if isinstance(p, Node) else p for p in self.parts])


@dataclass(frozen=True)
class Raw:
    """Markup that is written as it stands."""

    text: str


def written(node: Node) -> str:
    """An element as text."""
    inner = "".join(
        written(part) if isinstance(part, Node) else part.text if isinstance(part, Raw) else escape(part)
        for part in node.parts
    )
    start = f"{node.name}{node.attributes}"
    return f"<{start}>{inner}</{node.name}>\n" if inner else f"<{start}/>\n"


@cache
def _children(year: int) -> tuple[Node, ...]:
    made = [_private(child, number) for number, child in enumerate(valid_children())]
    return tuple(_node(each) for each in ElementTree.fromstring(return_xml(made, year)).iter("Child"))


def _private(child: Record, number: int) -> Record:
    return {**child, "LAchildID": f"{PRIVATE}{number}"}


@cache
def _header(year: int) -> Node:
    found = ElementTree.fromstring(return_xml([], year, header())).find("Header")
    assert found is not None
    return _node(found)


def _node(element: ElementTree.Element) -> Node:
    text = (element.text or "").strip()
    inner = [_node(child) for child in element]
    return Node(element.tag, "", [*([text] if text else []), *inner])


def small_return(source: random.Random) -> Node:
    """A valid return of one of the years with up to three children."""
    year = source.choice(YEARS)
    chosen = source.sample(_children(year), source.choice((0, 1, 1, 2, 3)))
    return Node("Message", "", [_header(year).copy(), Node("Children", "", [child.copy() for child in chosen])])


Place = tuple[Node, int]


def places(root: Node) -> list[Place]:
    """Every element below the root, as the place that it has in the one round it."""
    found: list[Place] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for at, part in enumerate(node.parts):
            if isinstance(part, Node):
                found.append((node, at))
                waiting.append(part)
    return found


def _at(place: Place) -> Node:
    part = place[0].parts[place[1]]
    assert isinstance(part, Node)
    return part


def _names(group: Group) -> list[str]:
    return [
        name
        for member in group.members
        for name in ([member.element] if isinstance(member, Item) else [member.element, *_names(member)])
    ]


NAMES = (
    "Message",
    *_names(MESSAGE),
    "Colour",
    "child",
    "LAChildID",
    "x:UPN",
    "Sex",
    "GenderCurrent",
    "é",
    "_",
    "a.b-c",
)
_POOLS = (
    random_returns.IDS,
    random_returns.REFERRAL_SOURCES,
    random_returns.PRIMARY_NEEDS,
    random_returns.FLAGS,
    random_returns.ETHNICITIES,
    random_returns.DISABILITIES,
    random_returns.PREVIOUS_PLANS,
    random_returns.FACTORS,
    random_returns.UPNS,
    random_returns.UNREADABLE_DAYS,
)
TEXTS = (
    *(text for pool in _POOLS for text in pool if text is not None),
    *("N1, N2", "1A;2B", "AUT LD", "2016-05-10", "2017-03-31", "2016-03-31", "0001-01-01", "9999-12-31", "10000-01-01"),
    *("2016-05-10Z", "2016-05-10+14:00", "2016-05-10T10:00:00", "2017", "2016", "2016-17", "2016/17", "0000", "9999"),
    *(
        "1e3",
        "201",
        "999",
        "838",
        "[[[",
        "=1+1",
        "]]>",
        "\ufeff",
        "\u00a0",
        "\u2028",
        "\x85",
        "２０１７",
        "²",
        "٣",
        "é",
    ),
    *("e\u0301", "NULL", "nan", "None", "9" * 400, "N1 " * 300, "\U0001f9d2", "\u202e", "a" * 3000),
)
MARKUP = (
    *("<!-- x -->", "<!-- <Child> -->", "<?go x?>", "<?go <Child> ?>", "<![CDATA[x]]>", "<![CDATA[<Child>]]>"),
    *("<![CDATA[ ]]>", "&#65;", "&amp;", "&lt;", "&#x202e;", "&nbsp;", "&x;", "\r\n", "\t", "\r", "<!--", "]]>"),
    *("<x/>", "<Child/>", '<x:a xmlns:x="urn:x"/>'),
    '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="x.xml"/>',
)
_XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
ATTRIBUTES = (
    *(' a="1"', ' a="1" a="2"', ' xml:lang="en"', ' xml:id="x"', ' xmlns="urn:x"', ' xmlns=""', ' xsi:nil="true"'),
    *(' xmlns:x="urn:x" x:a="1"', f'{_XSI} xsi:nil="true"', f'{_XSI} xsi:type="Child"'),
    f'{_XSI} xsi:schemaLocation="urn:x x.xsd"',
)

Change = Callable[[random.Random, Node], None]


def _drop(source: random.Random, root: Node) -> None:
    node, at = source.choice(places(root))
    del node.parts[at]


def _repeat(source: random.Random, root: Node) -> None:
    place = source.choice(places(root))
    place[0].parts[place[1] : place[1]] = [_at(place).copy() for _ in range(source.choice((1, 1, 2, 5)))]


def _repeat_record(source: random.Random, root: Node) -> None:
    repeating = (
        "Child",
        "CINdetails",
        "Assessments",
        "Section47",
        "ChildProtectionPlans",
        "Disability",
        "CPPreviewDate",
    )
    found = [place for place in places(root) if _at(place).name in repeating]
    if found:
        node, at = source.choice(found)
        node.parts[at:at] = [_at((node, at)).copy() for _ in range(source.choice((1, 1, 2, 5, 20)))]


def _move(source: random.Random, root: Node) -> None:
    node, at = source.choice(places(root))
    moved = node.parts.pop(at)
    to = _at(source.choice(here)) if (here := places(root)) and source.random() < 0.9 else root
    to.parts.insert(source.randint(0, len(to.parts)), moved)


def _graft(source: random.Random, root: Node) -> None:
    """A part of another return, often of another year."""
    part = _at(source.choice(places(small_return(source))))
    to = _at(source.choice(places(root)))
    to.parts.insert(source.randint(0, len(to.parts)), part)


def _rename(source: random.Random, root: Node) -> None:
    _at(source.choice(places(root))).name = source.choice(NAMES)


def _wrap(source: random.Random, root: Node) -> None:
    node, at = source.choice(places(root))
    name, depth = source.choice((_at((node, at)).name, source.choice(NAMES))), source.choice((1, 1, 1, 2, 30, 260))
    node.parts[at : at + 1] = [Raw(f"<{name}>" * depth), node.parts[at], Raw(f"</{name}>" * depth)]


def _unwrap(source: random.Random, root: Node) -> None:
    place = source.choice(places(root))
    place[0].parts[place[1] : place[1] + 1] = _at(place).parts


def _swap(source: random.Random, root: Node) -> None:
    found = places(root)
    (one, at), (other, there) = source.choice(found), source.choice(found)
    first, second = one.parts[at], other.parts[there]
    if not _within(first, other) and not _within(second, one):
        one.parts[at], other.parts[there] = second, first


def _swap_neighbours(source: random.Random, root: Node) -> None:
    node, at = source.choice(places(root))
    if at + 1 < len(node.parts):
        node.parts[at : at + 2] = reversed(node.parts[at : at + 2])


def _elsewhere(source: random.Random, root: Node) -> None:
    """A part once more, in another one of the name that it lies in."""
    node, at = source.choice(places(root))
    others = [other for place in places(root) if (other := _at(place)).name == node.name]
    to = source.choice(others or [root])
    to.parts.insert(source.randint(0, len(to.parts)), _at((node, at)).copy())


def _within(part: object, node: Node) -> bool:
    return part is node or (isinstance(part, Node) and any(_within(each, node) for each in part.parts))


def _holders(root: Node) -> list[Node]:
    return [node for place in places(root) if (node := _at(place)).parts and isinstance(node.parts[0], str)]


def _swap_values(source: random.Random, root: Node) -> None:
    if holders := _holders(root):
        one, other = source.choice(holders), source.choice(holders)
        one.parts[0], other.parts[0] = other.parts[0], one.parts[0]


def _value(source: random.Random, root: Node) -> None:
    if holders := _holders(root):
        source.choice(holders).parts = [source.choice(TEXTS)]


def _header_value(source: random.Random, root: Node) -> None:
    found = [node for part in root.parts if isinstance(part, Node) and part.name == "Header" for node in _holders(part)]
    if found:
        source.choice(found).parts = [source.choice(TEXTS)]


def _column(source: random.Random, root: Node) -> None:
    """The same value in every element of a name."""
    if holders := _holders(root):
        name, text = source.choice(holders).name, source.choice(TEXTS)
        for holder in holders:
            if holder.name == name:
                holder.parts = [text]


def _empty(source: random.Random, root: Node) -> None:
    _at(source.choice(places(root))).parts = []


def _stray_text(source: random.Random, root: Node) -> None:
    node = _at(source.choice(places(root)))
    node.parts.insert(source.randint(0, len(node.parts)), source.choice(TEXTS))


def _markup(source: random.Random, root: Node) -> None:
    node = _at(source.choice(places(root)))
    node.parts.insert(source.randint(0, len(node.parts)), Raw(source.choice(MARKUP)))


def _attribute(source: random.Random, root: Node) -> None:
    source.choice([root, *map(_at, places(root))]).attributes += source.choice(ATTRIBUTES)


def _namespace(source: random.Random, root: Node) -> None:
    """All in one namespace, by default or by a prefix."""
    if source.random() < 0.5:
        root.attributes += ' xmlns="urn:cin"'
        return
    for node in [root, *map(_at, places(root))]:
        node.name = f"c:{node.name}"
    root.attributes += ' xmlns:c="urn:cin"'


# Values and records most often, so that many mutants are returns still.
CHANGES: tuple[Change, ...] = (
    *(_value, _repeat_record) * 5,
    *(_empty, _column, _markup, _drop, _swap_values) * 3,
    *(_header_value, _attribute) * 2,
    *(_repeat, _move, _graft, _rename, _wrap, _unwrap, _swap, _swap_neighbours, _elsewhere, _stray_text, _namespace),
)
HEADER_CHANGES: tuple[Change, ...] = (
    *(_header_value,) * 6,
    *(_markup,) * 2,
    *(_drop, _repeat, _rename, _wrap, _attribute, _namespace, _swap_values, _move, _empty),
)
