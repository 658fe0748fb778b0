"""From the bytes of a file to a return as sent: its header and its linked tables.

One parse by lxml, one check of the structure, one walk over the elements; all else is over whole columns.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from lxml import etree
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.header import Header, header_of
from cin_pipeline.census.other_years import of_another_year
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.specification import RECORD_NUMBER, Item, Table, tables
from cin_pipeline.census.structure import structure_schema
from cin_pipeline.census.text import MAX_BYTES, xml_text
from cin_pipeline.census.xml import PARSER_OPTIONS, not_well_formed, wrong_root

_Integers = NDArray[np.int64]

# Comments, CDATA sections and processing instructions: where a "<" starts no element.
_NO_ELEMENTS = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_NOT_EXPECTED = re.compile(r"Element '([^']*)'.*?not expected\.?(?: Expected is (?:one of )?\( (.*) \))?")


@dataclass(frozen=True)
class SentReturn:
    """A return as sent: its header, an empty one where it has none, and its records."""

    header: Header
    tables: ReturnTables


def read_return(data: bytes, year: int, max_bytes: int = MAX_BYTES) -> SentReturn:
    """A return of the collection year `year`, every value as the text that was sent.

    Item columns are categories of text (missing: absent, or empty without white space); `has_<Group>` tells whether
    a record holds a group that is expected in it, or that means something when empty (Reviews). Raises ReturnRejected
    where the file is not well-formed XML, or an element is unknown, out of order, wrongly nested or repeated against
    the specification of `year`."""
    document = xml_text(data, max_bytes).encode()
    root = _parse(document)
    _check_structure(root, document, year)
    header = root.find("Header")
    return SentReturn(Header() if header is None else header_of(header), _Elements(root, document).tables(year))


@cache
def nothing_sent(year: int) -> ReturnTables:
    """The tables of a return of `year` that holds nothing, as they are read."""
    return read_return(b"<Message><Children></Children></Message>", year).tables


def _parse(document: bytes) -> etree._Element:
    try:
        return etree.fromstring(document, etree.XMLParser(**PARSER_OPTIONS))
    except etree.XMLSyntaxError as error:
        raise not_well_formed(error) from None


def _check_structure(root: etree._Element, document: bytes, year: int) -> None:
    if root.tag != "Message":
        raise wrong_root(root)
    if b":type" in document:
        # An xsi:type would have the schema look for a type by that name; types are ours to say.
        etree.strip_attributes(root, "{http://www.w3.org/2001/XMLSchema-instance}type")
    schema = structure_schema(year)
    if schema.validate(root):
        return
    fault = schema.error_log[0]
    raise ReturnRejected(
        _structure_fault(fault.message, year), line=_line_of(root, document, fault.path), path=fault.path
    )


def _structure_fault(message: str, year: int) -> str:
    found = _NOT_EXPECTED.match(message)
    if not found:
        return "text stands between elements, where only elements were expected"
    element, expected = etree.QName(found[1]).localname, found[2]
    wanted = f"expected here: {expected}" if expected else "nothing more was expected here"
    if of_others := of_another_year(element, year):
        return f"{of_others}; {wanted}"
    return f"element {element} is unknown, repeated or out of order for {year - 1} to {year}; {wanted}"


def _line_of(root: etree._Element, document: bytes, path: str | None) -> int | None:
    """Line of the element at `path`. The parser's own line numbers are wrong beyond line 65,535."""
    try:
        found = root.xpath(path) if path else []
    except etree.XPathEvalError:  # the path goes by a namespace
        return None
    if not isinstance(found, list) or not found:
        return None
    position = next((n for n, element in enumerate(root.iter()) if element is found[0]), None)
    return None if position is None else int(_element_lines(document)[position])


def _element_lines(document: bytes) -> _Integers:
    """Line of every start tag, in the order of the document: the n-th is that of the n-th element.

    Counted here because the parser's own line numbers are wrong beyond line 65,535."""
    if b"<!" in document or b"<?" in document:
        document = _NO_ELEMENTS.sub(lambda found: b"\n" * found[0].count(b"\n"), document)
    characters = np.frombuffer(document, dtype=np.uint8)
    tags = np.flatnonzero(characters == ord("<"))
    starts = tags[characters[np.minimum(tags + 1, len(characters) - 1)] != ord("/")]
    lines: _Integers = np.searchsorted(np.flatnonzero(characters == ord("\n")), starts) + 1
    return lines


@dataclass(frozen=True)
class _Positions:
    """Where the records of a table stand among the elements of the document."""

    positions: _Integers
    record_at: _Integers  # at each element, how many records have begun


class _Elements:
    """The elements of a document in their order, from which tables are made column by column.

    Correct because the structure was checked: the record an element belongs to is the last one begun before it."""

    def __init__(self, root: etree._Element, document: bytes) -> None:
        tags: list[str] = []
        texts: list[str | None] = []
        for element in root.iter():
            tags.append(str(element.tag))
            texts.append(element.text)
        tag_codes, self._names = pd.factorize(np.array(tags, dtype=object))
        by_tag = np.argsort(tag_codes, kind="stable")
        bounds = np.searchsorted(tag_codes[by_tag], np.arange(len(self._names) + 1))
        self._positions: dict[str, _Integers] = {
            name: by_tag[bounds[code] : bounds[code + 1]] for code, name in enumerate(self._names)
        }
        self._count = len(tags)
        self._texts = np.array(texts, dtype=object)
        self._lines = _element_lines(document)

    def tables(self, year: int) -> ReturnTables:
        specifications = tables(year)
        records = {name: self._records(table.element) for name, table in specifications.items()}
        holders = _holders(specifications.values())
        return ReturnTables(**{name: self._table(table, records, holders) for name, table in specifications.items()})

    def _where(self, element: str) -> _Integers:
        return self._positions.get(element, np.empty(0, dtype=np.int64))

    def _records(self, element: str) -> _Positions:
        positions = self._where(element)
        begun = np.zeros(self._count, dtype=np.int64)
        begun[positions] = 1
        return _Positions(positions, np.cumsum(begun))

    def _table(self, table: Table, records: dict[str, _Positions], holders: dict[str, list[str]]) -> DataFrame:
        positions = records[table.name].positions
        columns: dict[str, object] = {}
        if table.parent:
            columns[RECORD_NUMBER[table.parent]] = records[table.parent].record_at[positions]
        columns["line"] = self._lines[positions]
        for group in (*table.required_groups, *table.noted_groups):
            columns[f"has_{group}"] = self._present(group, records[table.name])
        for item in table.items:
            columns[item.column] = self._column(item, table, records, holders)
        index = pd.RangeIndex(1, len(positions) + 1, name=table.number)
        return DataFrame(columns, index=index)

    def _present(self, group: str, records: _Positions) -> NDArray[np.bool_]:
        present = np.zeros(len(records.positions) + 1, dtype=bool)
        present[records.record_at[self._where(group)]] = True
        return present[1:]

    def _column(
        self, item: Item, table: Table, records: dict[str, _Positions], holders: dict[str, list[str]]
    ) -> pd.Categorical:
        where = self._where(item.element)
        if len(holders[item.element]) > 1:
            # One element name in several tables (DateOfInitialCPC): it is the last begun record's.
            begun = np.stack([_last_begun(records[name], where) for name in holders[item.element]])
            where = where[begun.argmax(axis=0) == holders[item.element].index(table.name)]
        values = np.full(len(records[table.name].positions), None, dtype=object)
        values[records[table.name].record_at[where] - 1] = self._texts[where]
        return pd.Categorical(values)


def _last_begun(records: _Positions, where: _Integers) -> _Integers:
    """At each of some elements, the position of the record begun last before it; -1 where none has."""
    return np.concatenate([[-1], records.positions])[records.record_at[where]]


def _holders(specifications: Iterable[Table]) -> dict[str, list[str]]:
    """The tables that have an item of each element name."""
    holders: dict[str, list[str]] = {}
    for table in specifications:
        for item in table.items:
            holders.setdefault(item.element, []).append(table.name)
    return holders
