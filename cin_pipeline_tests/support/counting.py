"""What a return holds, from its text with the tree of the standard library and nothing of ours but the specification:
whether its structure is that of its year, and whether every record is in a table, every value typed or in an issue."""

import io
from collections import Counter
from xml.etree import ElementTree

from cin_pipeline.census.cleaning import CleanedReturn
from cin_pipeline.census.specification import Group, Item, ValueType, message, tables

WHITE_SPACE = " \t\r\n"


def local(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def held(data: bytes) -> tuple[Counter[str], Counter[str], int]:
    """By element name how many elements are there below Children, and how many of them hold a text; and how many
    elements the file has in all."""
    elements: Counter[str] = Counter()
    values: Counter[str] = Counter()
    total, inside = 0, 0
    for event, element in ElementTree.iterparse(io.BytesIO(data), events=("start", "end")):
        name = local(element.tag)
        if event == "start":
            total += 1
            elements[name] += bool(inside)
            inside += name == "Children"
        else:
            inside -= name == "Children"
            values[name] += bool(inside and (element.text or "").strip())
    return elements, values, total


def lost(data: bytes, year: int, cleaned: CleanedReturn) -> list[str]:
    """What an accepted file holds and neither tables nor value issues do, in words; empty where all is there."""
    elements, values, _ = held(data)
    found = []
    told: Counter[str] = Counter()
    kept_as_sent: list[str] = []
    for table in tables(year).values():
        rows = cleaned.tables[table.name]
        if len(rows) != (elements[table.element] if table.items else 0):
            found.append(f"{elements[table.element]} {table.element}, {len(rows)} rows of {table.name}")
        for item in table.items:
            told[item.element] += int(rows[item.column].notna().sum())
            kept_as_sent += [item.element] * (item.type in (ValueType.TEXT, ValueType.UPN))
    issues = cleaned.issues
    told.update(issues.loc[(issues["value"] != "") & ~issues["item"].isin(kept_as_sent), "item"].tolist())
    found += [f"{values[item]} values of {item}, {told[item]} told" for item in told if told[item] != values[item]]
    return found


def fits(data: bytes, year: int) -> bool | None:
    """Whether a file is XML with the structure of a return of the year; None where namespaces are in it, or names that
    some parsers take for ids."""
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return False
    names = (name for element in root.iter() for name in (element.tag, *element.attrib))
    if any("}" in name for name in names):
        return None
    return root.tag == "Message" and _fits(root, message(year))


def _fits(element: ElementTree.Element, part: Group | Item) -> bool:
    if isinstance(part, Item):
        return not len(element)
    if any((text or "").strip(WHITE_SPACE) for text in (element.text, *(inner.tail for inner in element))):
        return False
    order = {member.element: place for place, member in enumerate(part.members)}
    if any(inner.tag not in order for inner in element):
        return False
    found = [order[inner.tag] for inner in element]
    once = [place for place, member in enumerate(part.members) if not _repeats(member)]
    return (
        found == sorted(found)
        and all(found.count(place) <= 1 for place in once)
        and all(_fits(inner, part.members[place]) for inner, place in zip(element, found, strict=True))
    )


def _repeats(part: Group | Item) -> bool:
    return part.repeats if isinstance(part, Group) else bool(part.table)
