"""The structure of a return as an XML schema: another way to say what `census.structure` says, to hold it against."""

from functools import cache

from lxml import etree

from cin_pipeline.census.specification import Group, Item, message

_XS = "{http://www.w3.org/2001/XMLSchema}"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)


def is_valid(data: bytes, year: int) -> bool:
    """Whether a document is well-formed for libxml2, and as the schema of the year has it."""
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError:
        return False
    return structure_schema(year).validate(root)


@cache
def structure_schema(year: int) -> etree.XMLSchema:
    """Which elements a return of `year` may hold, in which order and nesting, and which may repeat.

    Every element may be missing or empty: that is a missing value. Attributes (`xsi:…`) are let through."""
    schema = etree.Element(f"{_XS}schema", nsmap={"xs": _XS[1:-1]})
    _add_element(schema, message(year), occurs={})
    return etree.XMLSchema(schema)


def _add_element(parent: etree._Element, part: Group | Item, occurs: dict[str, str]) -> None:
    element = etree.SubElement(parent, f"{_XS}element", name=part.element, nillable="true", **occurs)
    complex_type = etree.SubElement(element, f"{_XS}complexType")
    if isinstance(part, Group):
        sequence = etree.SubElement(complex_type, f"{_XS}sequence")
        for member in part.members:
            repeats = member.repeats if isinstance(member, Group) else bool(member.table)
            _add_element(sequence, member, {"minOccurs": "0", "maxOccurs": "unbounded" if repeats else "1"})
        content = complex_type
    else:
        simple = etree.SubElement(complex_type, f"{_XS}simpleContent")
        content = etree.SubElement(simple, f"{_XS}extension", base="xs:string")
    etree.SubElement(content, f"{_XS}anyAttribute", processContents="skip")
