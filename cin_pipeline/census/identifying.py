"""Whose return a file is and for which year, from its header and nothing else.

Reads no further than the header, so that a folder of returns is sorted out before any of them is read whole.
"""

from dataclasses import dataclass

from lxml import etree

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.text import MAX_BYTES, xml_text
from cin_pipeline.census.xml import PARSER_OPTIONS, not_well_formed, wrong_root
from cin_pipeline.reference.authorities import authorities

_CHUNK = 16 * 1024


@dataclass(frozen=True)
class Identity:
    """The LA and the collection year that a header names."""

    la_code: str
    year: int


def identify(data: bytes, max_bytes: int = MAX_BYTES) -> Identity:
    """The LA and the collection year named in the header of a file.

    A header without Year is of the year of its ReferenceDate. Raises ReturnRejected where the file is no XML up to
    the end of the header, has no header, or names no LA, several LAs, an LA unknown in that year, or no year."""
    header = _header(xml_text(data, max_bytes))
    year = _year(header)
    codes = {text for source in header.findall("Source") if (text := _text(source.find("LEA")))}
    at = "/Message/Header/Source/LEA"
    if len(codes) != 1:
        found = "names no authority" if not codes else "names more than one authority"
        raise ReturnRejected(f"the header {found}; one LEA of three digits was expected", path=at)
    (la_code,) = codes
    if la_code not in authorities(year):
        shown = la_code if la_code.isascii() and la_code.isalnum() and len(la_code) <= 6 else "the LEA"
        raise ReturnRejected(
            f"{shown} is no authority of {year - 1} to {year}; the three-digit code of one was expected",
            line=_line(header, "Source/LEA"),
            path=at,
        )
    return Identity(la_code, year)


def first_element_of_message(text: str) -> etree._Element | None:
    """The first element inside the root: whole where it is the header, else as it begins; None in an empty Message.

    Reads no further. Raises ReturnRejected where the text is no XML up to there, or the root is not Message."""
    parser = etree.XMLPullParser(events=("start", "end"), **PARSER_OPTIONS)
    for offset in range(0, len(text), _CHUNK):
        try:
            parser.feed(text[offset : offset + _CHUNK].encode())
        except etree.XMLSyntaxError as error:
            raise not_well_formed(error) from None
        for event, element in parser.read_events():
            depth = sum(1 for _ in element.iterancestors())
            if depth == 0 and element.tag != "Message":
                raise wrong_root(element)
            if event == "end" and depth == 0:
                return None
            if depth == 1 and (event == "end" or element.tag != "Header"):
                return element
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise not_well_formed(error) from None
    return None


def _header(text: str) -> etree._Element:
    element = first_element_of_message(text)
    if element is None:
        raise ReturnRejected("the header is missing; the root element Message is empty", path="/Message")
    if element.tag != "Header":
        raise ReturnRejected(
            "the header is missing; Header was expected as the first element",
            line=element.sourceline,
            path="/Message",
        )
    return element


def _year(header: etree._Element) -> int:
    written = _text(header.find("CollectionDetails/Year"))
    day = _text(header.find("CollectionDetails/ReferenceDate"))
    # The reference date is 31 March of the year, so it says the same.
    year = written or day.removesuffix("-03-31")
    if not (len(year) == 4 and year.isascii() and year.isdigit()):
        raise ReturnRejected(
            "the header does not say which collection year it is for; Year as four digits was expected",
            line=_line(header, "CollectionDetails/Year"),
            path="/Message/Header/CollectionDetails/Year",
        )
    return int(year)


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _line(header: etree._Element, path: str) -> int | None:
    found = header.find(path)
    line: int | None = (header if found is None else found).sourceline
    return line
