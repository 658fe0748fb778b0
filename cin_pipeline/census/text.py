"""From the bytes of a file to XML that is safe to parse (size, encoding), and text safe to show.

Checked here because the parser would accept some of it silently, or reject it without saying where.
"""

import codecs
import re

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.file_kinds import refuse_other_kinds

MAX_BYTES = 128 * 1024 * 1024  # a return of 100,000 children; the largest real one has about 25,000

_HEAD = 4_096  # bytes in which an XML declaration ends
_MOST_OF_A_NAME = 60  # characters of the name of an element from the file
MOST_SHOWN = 200  # characters of one value shown to a person; the longest valid one has far fewer

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENCODINGS = {
    "utf-8": "utf-8",
    "ascii": "ascii",
    "iso8859-1": "iso8859-1",
    "cp1252": "cp1252",
}
_ALLOWED = "UTF-8, ASCII, ISO-8859-1, windows-1252, or UTF-16 with a byte order mark"
_DECLARED = re.compile(rb"""<\?xml\s(?:[^>]*?\s)?encoding\s*=\s*["']([A-Za-z0-9._\-]+)["']""")
_SOMETHING = re.compile(rb"\S")
_AT_A_TIME = 1024 * 1024  # bytes decoded at a time: a file is never held as text


def xml_document(data: bytes, max_bytes: int = MAX_BYTES) -> memoryview:
    """A file as XML in UTF-8, without a byte order mark; of one in UTF-8 or ASCII no copy is made.

    Raises ReturnRejected: empty, too large, something else than XML, another encoding than declared or allowed."""
    mark = next((mark for mark, _ in BYTE_ORDER_MARKS if data.startswith(mark)), b"")
    if not _SOMETHING.search(data, len(mark)):
        raise ReturnRejected("the file is empty; an XML file with the root element Message was expected")
    check_size(len(data), max_bytes)
    refuse_other_kinds(data)
    return _in_utf8(data)


def visible(text: str, most: int = MOST_SHOWN) -> str:
    """A text out of a file, or a file's name, made fit to be shown: characters that do not print by their number, and
    cut when very long. So a control character, a change of writing direction or a broken encoding does nothing."""
    shown = text[:most]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in shown)
    return shown if len(text) <= most else f"{shown}… ({len(text):,} characters)"


def shown_name(name: str) -> str:
    """The name of an element or attribute out of the file, made fit to be shown."""
    return visible(name, most=_MOST_OF_A_NAME)


def check_size(size: int, max_bytes: int = MAX_BYTES) -> None:
    """Raises ReturnRejected for a file too large to be read; asked before reading it, too."""
    if size > max_bytes:
        raise ReturnRejected(f"the file has {size:,} bytes; a return of at most {max_bytes:,} bytes was expected")


def _in_utf8(data: bytes) -> memoryview:
    mark, encoding = next(((mark, encoding) for mark, encoding in BYTE_ORDER_MARKS if data.startswith(mark)), (b"", ""))
    body = memoryview(data)[len(mark) :]
    declared = _declared_encoding(bytes(body[:_HEAD]), encoding or "utf-8")
    if mark and declared and not encoding.startswith(declared):
        raise ReturnRejected("the encoding in the XML declaration is not that of the file's byte order mark", line=1)
    if not mark and declared and declared not in _ENCODINGS:
        raise ReturnRejected(f"the file's encoding is not one that is taken; expected {_ALLOWED}", line=1)
    encoding = encoding or _ENCODINGS[declared or "utf-8"]
    if data.isascii():
        return body
    decoder = codecs.getincrementaldecoder(encoding)()
    copied = bytearray()
    starts = range(0, len(body), _AT_A_TIME)
    for start in starts:
        try:
            text = decoder.decode(body[start : start + _AT_A_TIME], final=start == starts[-1])
        except UnicodeDecodeError as error:
            # What was left over of the piece before is in the error's bytes, so the place is counted from their end.
            end = min(start + _AT_A_TIME, len(body)) - (len(error.object) - error.start)
            raise ReturnRejected(
                f"a character is not valid in the file's encoding ({encoding}); expected {_ALLOWED}, as declared",
                line=1
                + sum(body[at : min(at + _AT_A_TIME, end)].tobytes().count(b"\n") for at in range(0, end, _AT_A_TIME)),
            ) from None
        if encoding != "utf-8":
            copied += text.encode()
    return body if encoding == "utf-8" else memoryview(copied)


def _declared_encoding(body: bytes, encoding: str) -> str:
    """The encoding in the XML declaration under Python's name for it, as written if Python has none, else empty."""
    head = body.decode(encoding, "ignore").encode("ascii", "ignore")
    if len(body) == _HEAD and head.startswith(b"<?xml") and head[5:6].isspace() and b"?>" not in head:
        raise ReturnRejected(
            f"the XML declaration does not end within {_HEAD:,} bytes; one that says version and encoding was expected",
            line=1,
        )
    found = _DECLARED.match(head)
    if not found:
        return ""
    name = found[1].decode()
    try:
        return codecs.lookup(name).name
    except LookupError:
        return name
