"""What a file is that is no return: an archive, a spreadsheet, a table of values, or XML behind something else.

Told from how a file begins, so that whoever sent it learns what to do instead of where a parser gave up. Nothing is
unpacked, and nothing of the contents is said.
"""

import codecs
import re
from typing import NamedTuple

from cin_pipeline.census.errors import ReturnRejected

_HEAD = 64 * 1024  # bytes that are looked at: the name of the root stands well within

_THE_RETURN = "the return as an XML file was expected"
_UNPACKED = "the XML file in it was expected"
_FROM_THE_SYSTEM = "the XML file as the case management system writes it was expected"


class _Kind(NamedTuple):
    """A kind of file: where a mark of it stands, what it is, and what was expected instead."""

    at: int
    mark: bytes
    words: str
    expected: str = _THE_RETURN


_ARCHIVES = (
    _Kind(0, b"PK\x03\x04", "a ZIP archive", _UNPACKED),
    _Kind(0, b"PK\x05\x06", "an empty ZIP archive"),
    _Kind(0, b"PK\x07\x08", "a part of a ZIP archive", _UNPACKED),
    _Kind(0, b"\x1f\x8b", "a gzip archive", _UNPACKED),
    _Kind(0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACKED),
    _Kind(0, b"Rar!\x1a\x07", "a RAR archive", _UNPACKED),
    _Kind(4, b"1AY&SY", "a bzip2 archive", _UNPACKED),
    _Kind(0, b"\xfd7zXZ\x00", "an xz archive", _UNPACKED),
    _Kind(0, b"\x28\xb5\x2f\xfd", "a zstd archive", _UNPACKED),
    _Kind(257, b"ustar", "a tar archive", _UNPACKED),
)
_DOCUMENTS = (
    _Kind(0, b"%PDF-", "a PDF document"),
    _Kind(0, b"{\\rtf", "a text document (RTF)"),
    _Kind(0, b"\x89PNG", "a picture"),
    _Kind(0, b"\xff\xd8\xff", "a picture"),
    _Kind(0, b"GIF8", "a picture"),
    _Kind(0, b"SQLite format 3\x00", "a database"),
    _Kind(4, b"Standard Jet DB", "a database (Access)"),
    _Kind(4, b"Standard ACE DB", "a database (Access)"),
    _Kind(0, b"PAR1", "a table of values (Parquet)"),
    _Kind(0, b"-----BEGIN PGP MESSAGE", "encrypted (PGP)", "the XML file, decrypted, was expected"),
    _Kind(0, b"&lt;", "XML whose angle brackets are written as &lt; and &gt;", _FROM_THE_SYSTEM),
)
# Office files are archives of parts: which kind says the name of a part, anywhere in the file.
_ZIPPED = (
    (b"xl/workbook", "a spreadsheet (Excel)"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "a spreadsheet (OpenDocument)"),
    (b"word/document", "a text document (Word)"),
    (b"application/vnd.oasis.opendocument.text", "a text document (OpenDocument)"),
    (b"[Content_Types].xml", "an Office document"),
)
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office files of up to 2003, and newer ones behind a password
_IN_COMPOUND = (
    ("EncryptedPackage", "an Office document with a password"),
    ("Workbook", "a spreadsheet (Excel)"),
    ("WordDocument", "a text document (Word)"),
    ("__substg1.0_", "an e-mail (Outlook)"),
)
_WITHOUT_MARK = (
    (b"<\x00\x00\x00", "UTF-32"),
    (b"\x00\x00\x00<", "UTF-32"),
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"<\x00", "UTF-16 without a byte order mark"),
    (b"\x00<", "UTF-16 without a byte order mark"),
    (b"\x4c\x6f\xa7\x94", "EBCDIC"),
)
_SAYS_UTF_16 = re.compile(rb"""<\?xml\s[^>]{0,4000}?encoding\s*=\s*["']utf-?16""", re.IGNORECASE)
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_PAGE = re.compile(r"<(?:!doctype\s+)?html\b", re.IGNORECASE)
_BEGINS = re.compile(r"<\?xml\b|<(?:\w+:)?Message\b")
_MAIL = re.compile(
    r"(?:From|To|Cc|Subject|Date|Received|Return-Path|MIME-Version|Message-ID|X-[\w-]+): ", re.IGNORECASE
)
_JSON = re.compile(r"\{\s*[\"}]|\[\s*[\[{\"\]0-9]")
_SEPARATORS = ",;\t|"


def refuse_other_kinds(data: bytes) -> None:
    """Raises ReturnRejected, with the kind in words, for a file that is something else than XML from its beginning."""
    kind = _by_mark(data)
    if kind:
        raise ReturnRejected(f"the file is {kind.words}; {kind.expected}")
    if encoding := next((words for mark, words in _WITHOUT_MARK if data.startswith(mark)), ""):
        raise ReturnRejected(f"the file is in {encoding}; UTF-8, or UTF-16 with a byte order mark, was expected")
    if _SAYS_UTF_16.match(data[:_HEAD]):
        raise ReturnRejected(
            "the XML declaration says UTF-16, but the file is in another encoding; a declaration of the encoding "
            "that the file is in was expected",
            line=1,
        )
    _check_beginning(_head_text(data))


def _by_mark(data: bytes) -> _Kind | None:
    if data.startswith((b"<", codecs.BOM_UTF8)):
        return None  # whatever stands further on
    found = next((kind for kind in (*_ARCHIVES, *_DOCUMENTS) if data.startswith(kind.mark, kind.at)), None)
    if found is not None and found.mark == b"PK\x03\x04":
        words = next((words for part, words in _ZIPPED if part in data), "")
        return _Kind(0, found.mark, words) if words else found
    if data.startswith(_COMPOUND):
        inside = (words for name, words in _IN_COMPOUND if name.encode("utf-16-le") in data)
        return _Kind(0, _COMPOUND, next(inside, "an Office document"))
    return found


def _head_text(data: bytes) -> str:
    """The beginning as text: what is not ASCII matters to none of the questions."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) : _HEAD].decode(encoding, "replace")
    blank = 0 if data[:_HEAD].strip() else len(data) - len(data.lstrip())
    return data[: blank + _HEAD].removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")


def _check_beginning(text: str) -> None:
    """Raises ReturnRejected where the text does not begin with XML, or with that of a web page or spreadsheet."""
    without_marks = text.lstrip("\ufeff")
    bare = without_marks.lstrip()
    if _PAGE.match(bare, _prolog_end(bare)):
        raise ReturnRejected(f"the file is a web page (HTML); {_THE_RETURN}")
    if 'progid="Excel.Sheet"' in bare[:400]:
        raise ReturnRejected(f"the file is a spreadsheet (Excel's XML); {_THE_RETURN}")
    if bare.startswith("<") or not bare:
        _check_nothing_before(text, without_marks, bare)
        return
    if _JSON.match(bare):
        raise ReturnRejected(f"the file is JSON; {_THE_RETURN}")
    if begins := _BEGINS.search(text):
        raise ReturnRejected(
            f"text stands before the XML, which begins on line {_line(text, begins.start())}; a file that begins "
            "with the XML was expected",
            line=_line(text, len(text) - len(bare)),
        )
    if _MAIL.match(bare):
        raise ReturnRejected(f"the file is an e-mail; {_UNPACKED}")
    if any(not (char.isprintable() or char.isspace()) for char in bare[:1024]):
        raise ReturnRejected(f"the file holds no text; {_THE_RETURN}")
    if _is_table(bare):
        raise ReturnRejected(f"the file is a table of values (CSV); {_THE_RETURN}")
    raise ReturnRejected(f"the file is text without XML; {_THE_RETURN}")


def _check_nothing_before(text: str, without_marks: str, bare: str) -> None:
    """Raises ReturnRejected where XML begins too late: a parser takes nothing before a declaration."""
    if text != without_marks:
        raise ReturnRejected("the file has more than one byte order mark; at most one was expected", line=1)
    if without_marks != bare and bare.startswith("<?xml"):
        at = _line(text, len(text) - len(bare))
        before = "blank lines stand" if at > 1 else "white space stands"
        raise ReturnRejected(f"{before} before the XML declaration; a file that begins with it was expected", line=at)


def _prolog_end(text: str) -> int:
    prolog = _PROLOG.match(text)
    return prolog.end() if prolog else 0


def _is_table(text: str) -> bool:
    """Whether the first two lines have one separator as often, or the only line has it more than once."""
    first, second = (*text.splitlines()[:2], "", "")[:2]
    return any(
        first.count(each) == second.count(each) > 0 or (not second and first.count(each) > 1) for each in _SEPARATORS
    )


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
