"""The header of a return: its values as sent, and from them whose return a file is and for which year.

`identify` reads no further than the header, so that a folder of returns is sorted out before any of them is read whole.
"""

import re
from dataclasses import dataclass, field
from pyexpat import XMLParserType

from cin_pipeline.census.bounds import BOUNDS, beyond
from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.specification import HEADER, Group, Item
from cin_pipeline.census.text import MAX_BYTES, shown_name, xml_document
from cin_pipeline.census.xml import fed, name_parts, new_parser, wrong_root
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.days import read_day

_TWO_YEARS = re.compile("([0-9]{4}|[0-9]{2})(?: ?[-/\u2013] ?| to )([0-9]{4}|[0-9]{2})")
_YEAR, _LA = "CollectionDetails/Year", "Source/LEA"
_DEPTH = 4  # of an item of the header: Message, Header, group, item
# Where each value of the header stands in it, and what it is called here.
_COLUMNS = {
    f"{group.element}/{item.element}": item.column
    for group in HEADER.members
    if isinstance(group, Group)
    for item in group.members
    if isinstance(item, Item)
}


@dataclass(frozen=True)
class Identity:
    """The LA and the collection year that a header names."""

    la_code: str
    year: int


@dataclass(frozen=True)
class Header:
    """The header's values as trimmed text, empty where missing, and its line in the file (None: no header).

    Of several Source groups, the first that has a value counts. `several_las`: whether they name more than one LA.
    `namespace`: that of the root, in which every element of the return has to be; empty where it is in none.
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
    namespace: str = ""
    year_line: int | None = field(default=None, compare=False)
    la_line: int | None = field(default=None, compare=False)


def read_header(data: bytes, max_bytes: int = MAX_BYTES) -> Header:
    """The header of a file, read no further than its end; an empty one where the file has none.

    Raises ReturnRejected where the file is no XML up to there, or its root is not Message."""
    return beginning(xml_document(data, max_bytes)).header


def identify(data: bytes, max_bytes: int = MAX_BYTES) -> Identity:
    """The LA and the collection year named in the header of a file, read no further than its end.

    Raises ReturnRejected where the file is no XML up to there, has no header, or as `identity_of`."""
    begins = beginning(xml_document(data, max_bytes))
    if begins.first is None:
        raise ReturnRejected("the header is missing; the root element Message is empty", path="/Message")
    if begins.first != "Header":
        raise ReturnRejected(
            f"the header is missing at its place: the first element is {_shown(begins.first)}, Header was expected",
            line=begins.line,
            path="/Message",
        )
    return identity_of(begins.header)


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


def _shown(name: str) -> str:
    """The name of an element as the parser has it, fit to be shown."""
    namespace, local = name_parts(name)
    shown = shown_name(local)
    return f"{shown} in a namespace of its own" if namespace else shown


@dataclass(frozen=True)
class Beginning:
    """How a document begins: the name and line of the first element in its root, and its header."""

    first: str | None  # None: the root is empty
    line: int | None
    header: Header


def beginning(document: memoryview) -> Beginning:
    """The root, the first element in it and, where that is one, the header of a document; no more is read.

    Raises ReturnRejected where it is no XML up to there, or the root is not Message."""
    parser = new_parser()
    seen = _Seen(parser)
    try:
        for _ in fed(parser, document):
            pass
    except _OverError:
        pass
    return Beginning(seen.first, seen.line, seen.header())


class _OverError(Exception):
    """All that is wanted was seen: it ends the reading."""


class _Seen:
    """Handlers of a parser that keep the values of a header, each item once however often it stands there."""

    def __init__(self, parser: XMLParserType) -> None:
        self.first: str | None = None
        self.line: int | None = None
        self._parser = parser
        self._namespace = ""
        self._path: list[str] = []
        self._names: set[str] = set()
        self._text: list[str] | None = None  # parts of the value that is open
        self._length = 0
        self._values: dict[str, str] = {}
        self._lines: dict[str, int] = {}
        self._several_las = False
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters

    def header(self) -> Header:
        """What it holds; an empty one where there is none."""
        if self.first != "Header":
            return Header(namespace=self._namespace)
        texts = {column: self._values.get(path, "") for path, column in _COLUMNS.items()}
        return Header(
            **texts,
            line=self.line,
            several_las=self._several_las,
            namespace=self._namespace,
            year_line=self._lines.get(_YEAR, self.line),
            la_line=self._lines.get(_LA, self.line),
        )

    def _start(self, name: str, attributes: list[str]) -> None:
        namespace, local = name_parts(name)
        if not self._path:
            if local != "Message":
                raise wrong_root(namespace, local, self._parser.CurrentLineNumber)
            self._namespace = namespace
        elif len(self._path) == 1:
            self.first, self.line = local if namespace == self._namespace else name, self._parser.CurrentLineNumber
            if self.first != "Header":
                raise _OverError
        if len(self._path) >= BOUNDS.depth:
            raise beyond("depth", BOUNDS.depth, self._parser.CurrentLineNumber)
        self._names.update((name, *attributes[::2]))
        if len(self._names) > BOUNDS.names:
            raise beyond("names", BOUNDS.names, self._parser.CurrentLineNumber)
        self._path.append(local if namespace == self._namespace else name)
        self._keep()
        if len(self._path) == _DEPTH and (item := "/".join(self._path[2:])) in _COLUMNS:
            self._lines.setdefault(item, self._parser.CurrentLineNumber)
            self._text, self._length = [], 0

    def _end(self, _: str) -> None:
        self._keep()
        self._path.pop()
        if len(self._path) == 1:
            raise _OverError

    def _characters(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)
            self._length += len(data)
            if self._length > BOUNDS.text:
                raise beyond("text", BOUNDS.text, self._parser.CurrentLineNumber)

    def _keep(self) -> None:
        """The value that was open is over: the first that has a text is kept."""
        if self._text is None:
            return
        text, self._text = "".join(self._text).strip(), None
        item = "/".join(self._path[2:_DEPTH])
        if text:
            self._several_las |= item == _LA and self._values.get(item, text) != text
            self._values.setdefault(item, text)


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
