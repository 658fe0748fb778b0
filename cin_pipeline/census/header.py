"""The header of a return: its values as sent, and from them whose return a file is and for which year.

`identify` reads no further than the header, so that a folder of returns is sorted out before any of them is read whole.
"""

import re
from dataclasses import dataclass, field

from lxml import etree

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.text import MAX_BYTES, xml_text
from cin_pipeline.census.xml import PARSER_OPTIONS, not_well_formed, wrong_root
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.days import read_day

_CHUNK = 16 * 1024
_TWO_YEARS = re.compile("([0-9]{4}|[0-9]{2})(?: ?[-/\u2013] ?| to )([0-9]{4}|[0-9]{2})")
_YEAR, _LA = "CollectionDetails/Year", "Source/LEA"


@dataclass(frozen=True)
class Identity:
    """The LA and the collection year that a header names."""

    la_code: str
    year: int


@dataclass(frozen=True)
class Header:
    """The header's values as trimmed text, empty where missing, and its line in the file (None: no header).

    Of several Source groups, the first that has a value counts. `several_las`: whether they name more than one LA.
    `year_line`, `la_line`: where Year and LEA stand, the header's own line where they are missing."""

    collection: str = ""
    year: str = ""
    reference_date: str = ""
    source_level: str = ""
    la_code: str = ""
    software_code: str = ""
    release: str = ""
    serial_number: str = ""
    date_time: str = ""
    line: int | None = None
    several_las: bool = False
    year_line: int | None = field(default=None, compare=False)
    la_line: int | None = field(default=None, compare=False)


def read_header(data: bytes, max_bytes: int = MAX_BYTES) -> Header:
    """The header of a file, read no further than its end; an empty one where the file has none.

    Raises ReturnRejected where the file is no XML up to there, or its root is not Message."""
    element = _first_element(xml_text(data, max_bytes))
    return Header() if element is None or element.tag != "Header" else header_of(element)


def identify(data: bytes, max_bytes: int = MAX_BYTES) -> Identity:
    """The LA and the collection year named in the header of a file, read no further than its end.

    Raises ReturnRejected where the file is no XML up to there, has no header, or as `identity_of`."""
    element = _first_element(xml_text(data, max_bytes))
    if element is None:
        raise ReturnRejected("the header is missing; the root element Message is empty", path="/Message")
    if element.tag != "Header":
        raise ReturnRejected(
            "the header is missing; Header was expected as the first element",
            line=element.sourceline,
            path="/Message",
        )
    return identity_of(header_of(element))


def identity_of(header: Header) -> Identity:
    """The LA and the collection year that a header names. One without Year is of the year of its ReferenceDate.

    Raises ReturnRejected where it names no LA, several LAs, an LA unknown in that year, no year, or two: a Year beside
    31 March of another. A ReferenceDate that is no 31 March is merely wrong, and a hit of a rule."""
    year = _year(header)
    at = f"/Message/Header/{_LA}"
    if header.several_las or not header.la_code:
        found = "names more than one authority" if header.several_las else "names no authority"
        raise ReturnRejected(f"the header {found}; one LEA of three digits was expected", path=at)
    code = header.la_code
    # A new authority may send one of the year before its first: its re-referrals need it [A70].
    if code not in authorities(year) and code not in authorities(year + 1):
        shown = code if code.isascii() and code.isalnum() and len(code) <= 6 else "the LEA"
        raise ReturnRejected(
            f"{shown} is no authority of {year - 1} to {year}; the three-digit code of one was expected",
            line=header.la_line,
            path=at,
        )
    return Identity(code, year)


def header_of(element: etree._Element) -> Header:
    """The values of a header from its element."""
    return Header(
        collection=_first_text(element, "CollectionDetails/Collection"),
        year=_first_text(element, _YEAR),
        reference_date=_first_text(element, "CollectionDetails/ReferenceDate"),
        source_level=_first_text(element, "Source/SourceLevel"),
        la_code=_first_text(element, _LA),
        software_code=_first_text(element, "Source/SoftwareCode"),
        release=_first_text(element, "Source/Release"),
        serial_number=_first_text(element, "Source/SerialNo"),
        date_time=_first_text(element, "Source/DateTime"),
        line=element.sourceline,
        several_las=len(set(_texts(element, _LA))) > 1,
        year_line=_line(element, _YEAR),
        la_line=_line(element, _LA),
    )


def _first_element(text: str) -> etree._Element | None:
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


def _year(header: Header) -> int:
    # The reference date is 31 March of the year, so it says the same.
    day = read_day(header.reference_date)
    of_date = f"{day.year:04}" if day and (day.month, day.day) == (3, 31) else ""
    year = header.year or of_date
    if not (len(year) == 4 and year.isascii() and year.isdigit()):
        raise ReturnRejected(
            _two_years(year)
            or "the header does not say which collection year it is for; Year as four digits was expected",
            line=header.year_line,
            path=f"/Message/Header/{_YEAR}",
        )
    if of_date and of_date != year:
        raise ReturnRejected(
            f"the header contradicts itself: Year is {year} and ReferenceDate {day}; 31 March of one year was "
            "expected, put right the one that is wrong",
            line=header.year_line,
            path=f"/Message/Header/{_YEAR}",
        )
    return int(year)


def _two_years(text: str) -> str:
    """What is said of a Year that is written as two, such as 2016-17; empty where it is not."""
    found = _TWO_YEARS.fullmatch(text)
    if not found:
        return ""
    end = int(found[1]) + (2001 if len(found[1]) == 2 else 1)
    if found[2] not in (str(end), str(end)[2:]):
        return ""
    return f"Year {text}: the year it ends, {end}, was expected"


def _texts(header: etree._Element, path: str) -> list[str]:
    return [text for found in header.findall(path) if (text := (found.text or "").strip())]


def _first_text(header: etree._Element, path: str) -> str:
    return next(iter(_texts(header, path)), "")


def _line(header: etree._Element, path: str) -> int | None:
    found = header.find(path)
    line: int | None = (header if found is None else found).sourceline
    return line
