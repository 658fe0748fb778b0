"""How XML is parsed here: in pieces, without a tree; nothing is fetched or expanded, and every fault is one sentence.

The parser is expat: it holds no more than the tag it is in, and its lines are exact. Whoever uses it gives it handlers.
"""

from collections.abc import Iterator
from pyexpat import ExpatError, ParserCreate, XMLParserType

from cin_pipeline.census.bounds import BOUNDS, beyond
from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.text import shown_name

PIECE = 512 * 1024  # bytes given to the parser at a time
WHITE_SPACE = " \t\r\n"  # what XML takes for it; `str.strip` without these takes more
# Attributes in these mean nothing here and are let through (xsi:nil, xsi:schemaLocation, xml:lang, ...).
_LET_THROUGH = frozenset({"http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/XML/1998/namespace"})
_APART = "\n"  # between the namespace and the name of an element; no namespace can hold it

_MISMATCH, _NOT_FINISHED, _IN_A_TAG, _NOT_THE_START, _MORE, _ENTITY, _NAME, _CHARACTER, _TWICE, _PREFIX = (
    "an end tag does not match its start tag",
    "it ends before every element is closed",
    "a tag is not closed, or the file ends in it",
    "it does not start with an element",
    "there is more after the end of the root element",
    "it uses an entity that is not defined",
    "an & or < stands where text was expected",
    "it holds a character that XML does not allow",
    "an attribute stands twice in a tag",
    "it uses a prefix that no namespace is given for",
)
_FAULTS = {  # by the parser's error codes
    3: _NOT_FINISHED, 5: _IN_A_TAG, 6: _IN_A_TAG, 7: _MISMATCH, 8: _TWICE, 9: _MORE, 11: _ENTITY, 14: _CHARACTER,
    20: _NOT_FINISHED, 27: _PREFIX,
}  # fmt: skip
_ANY_TOKEN = 4  # the parser's code for whatever cannot be at that place


def new_parser() -> XMLParserType:
    """A parser of UTF-8 whose element names have their namespace, if any, before them (`name_parts`).

    Raises ReturnRejected where the document declares a type, or very many names."""
    parser = ParserCreate("utf-8", _APART)
    parser.buffer_text = True
    parser.buffer_size = 64 * 1024
    parser.ordered_attributes = True
    prefixes: set[str] = set()

    def document_type(*_: object) -> None:
        # It could declare entities that expand without end or read other files.
        raise ReturnRejected(
            "the file declares a document type (DOCTYPE); a return without one was expected",
            line=parser.CurrentLineNumber,
        )

    def namespace(prefix: str | None, uri: str | None) -> None:
        if len(uri or "") > BOUNDS.namespace:
            raise beyond("namespace", BOUNDS.namespace, parser.CurrentLineNumber)
        prefixes.update((f"{prefix}:", uri or ""))
        if len(prefixes) > BOUNDS.names:
            raise beyond("names", BOUNDS.names, parser.CurrentLineNumber)

    parser.StartDoctypeDeclHandler = document_type
    parser.StartNamespaceDeclHandler = namespace
    return parser


def name_parts(name: str) -> tuple[str, str]:
    """Namespace (empty: none) and local name of an element or attribute as the parser names it."""
    namespace, _, local = name.rpartition(_APART)
    return namespace, local


def attributes_at_fault(attributes: list[str]) -> list[str]:
    """The names of the attributes that are in a namespace of their own."""
    named = map(name_parts, attributes[::2])
    return [local for namespace, local in named if namespace and namespace not in _LET_THROUGH]


def fed(parser: XMLParserType, document: memoryview) -> Iterator[None]:
    """Feeds a document piece by piece, and yields after each.

    Raises ReturnRejected where it is not well-formed, or a tag has no end in sight."""
    if b"\0" in bytes(document[:2]):  # the parser would take it for UTF-16, of whatever encoding it was told
        raise _rejected(_CHARACTER, 1)
    start = 0
    try:
        while start < len(document):
            piece = bytes(document[start : start + PIECE])
            piece = piece[: piece.rfind(b">") + 1] or piece  # so that hardly a text is cut in two
            parser.Parse(piece, False)
            start += len(piece)
            if start - parser.CurrentByteIndex > BOUNDS.tag:
                raise beyond("tag", BOUNDS.tag, parser.CurrentLineNumber)
            yield
        parser.Parse(b"", True)
    except ExpatError as error:
        raise _not_well_formed(error, document, parser.ErrorByteIndex, start > 0) from None
    yield


def _not_well_formed(error: ExpatError, document: memoryview, at: int, started: bool) -> ReturnRejected:
    """The parser's fault as a rejection."""
    what = _FAULTS.get(error.code, "it cannot be parsed")
    before = bytes(document[max(at - 40, 0) : max(at, 0) + 1])
    if not before.strip() or (not started and b"<" not in before and b"<" not in bytes(document[: max(at, 0)])):
        what = _NOT_THE_START
    elif error.code == _ANY_TOKEN:
        what = _token_fault(before)
    return _rejected(what, error.lineno or None)


def _rejected(what: str, line: int | None) -> ReturnRejected:
    return ReturnRejected(
        f"the file is not well-formed XML ({what}); a complete XML file with the root element Message was expected",
        line=line,
    )


def _token_fault(before: bytes) -> str:
    """What cannot be at the last of these bytes."""
    last = before[-1:]
    if last < b" " or last == b"\xef":
        return _CHARACTER
    opened = max(before.rfind(b"&"), before.rfind(b"<"))
    if opened >= 0 and b">" not in before[opened:] and b";" not in before[opened:]:
        return _NAME if len(before) - opened <= 2 or before[opened : opened + 1] == b"&" else _IN_A_TAG
    return "it cannot be parsed"


def wrong_root(namespace: str, local: str, line: int) -> ReturnRejected:
    """A rejection for a root element other than Message."""
    shown = shown_name(local)
    found = f"{shown} in a namespace" if namespace else shown
    return ReturnRejected(f"the root element is {found}; Message was expected", line=line)
