"""Encodings, byte order marks, characters."""

import codecs

from cin_pipeline_tests.hostile.declaring import DECLARATION, GOOD, Kind, accepted, good, kind, refused

UMLAUT = good(">a1<", ">ä1<")


def _declared(encoding: str, text: str = GOOD) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'


def _valued(value: bytes) -> bytes:
    """The good return with these bytes for a child's id."""
    return GOOD.encode().replace(b">a1<", b">" + value + b"<")


KINDS: tuple[Kind, ...] = (
    kind("a good return", GOOD, accepted(0)),
    kind("UTF-8 with a byte order mark", codecs.BOM_UTF8 + GOOD.encode(), accepted(0)),
    kind("UTF-16, little end first", codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le"), accepted(0)),
    kind("UTF-16, big end first, declared", codecs.BOM_UTF16_BE + _declared("UTF-16").encode("utf-16-be"), accepted(0)),
    kind("UTF-16 without a mark", GOOD.encode("utf-16-le"), refused("UTF-16 without a byte order mark")),
    kind("UTF-16, big end first, no mark", GOOD.encode("utf-16-be"), refused("UTF-16 without a byte order mark")),
    kind("UTF-16 cut in a character", GOOD.encode("utf-16")[:-1], refused("not valid in the file's encoding")),
    kind("UTF-32", GOOD.encode("utf-32"), refused("UTF-32")),
    kind("UTF-32 without a mark", GOOD.encode("utf-32-be"), refused("UTF-32")),
    kind("UTF-7", _declared("UTF-7").encode("utf-7"), refused("not one that is taken")),
    kind("EBCDIC", DECLARATION.encode("cp500") + GOOD.encode("cp500"), refused("EBCDIC")),
    kind("ISO-8859-1, declared", _declared("ISO-8859-1", UMLAUT).encode("latin-1"), accepted(0)),
    kind("windows-1252, declared", _declared("windows-1252", good(">a1<", ">€1<")).encode("cp1252"), accepted(0)),
    kind("ISO-8859-1, not declared", UMLAUT.encode("latin-1"), refused("not valid in the file's encoding (utf-8)")),
    kind("ASCII, declared, with an umlaut", _declared("us-ascii", UMLAUT), refused("not valid in the file's encoding")),
    kind("ISO-8859-15, declared", _declared("ISO-8859-15", UMLAUT).encode("iso-8859-15"), refused("not one that is")),
    kind("Shift-JIS, declared", _declared("Shift_JIS").encode("shift-jis"), refused("not one that is taken")),
    kind("an encoding nobody knows", _declared("x-secret"), refused("not one that is taken")),
    kind("an alias of UTF-8", _declared("utf8"), accepted(0)),
    kind("UTF-16 declared, UTF-8 sent", _declared("utf-16"), refused("the XML declaration says UTF-16")),
    kind("UTF-8 declared, UTF-16 sent", _declared("UTF-8").encode("utf-16"), refused("byte order mark")),
    kind("two byte order marks", codecs.BOM_UTF8 * 2 + GOOD.encode(), refused("more than one byte order mark")),
    kind("a byte order mark between elements", good("<Children>", "\ufeff<Children>"), refused("text")),
    kind("a byte order mark in a value", good(">a1<", ">\ufeffa1<"), accepted(0)),
    kind("bytes that are no UTF-8", _valued(b"\xff\xfe"), refused("not valid in the file's encoding")),
    kind("a character in more bytes than it needs", _valued(b"\xc0\xbc"), refused("not valid in the file's encoding")),
    kind("half a pair", _valued(b"\xed\xa0\x80"), refused("not valid in the file's encoding")),
    kind("half a pair by number", good(">a1<", ">&#xD800;<"), refused("not well-formed")),
    kind("a NUL in a value", _valued(b"a\x00"), refused("not well-formed")),
    kind("a NUL by number", good(">a1<", ">&#0;<"), refused("not well-formed")),
    kind("NULs after the end", GOOD + "\0" * 512, refused("not well-formed")),
    kind("a control character", _valued(b"a\x01"), refused("character that XML does not allow")),
    kind("an escape sequence", _valued(b"\x1b[31mred"), refused("character that XML does not allow")),
    kind("U+FFFF", good(">a1<", ">\uffff<"), refused("character that XML does not allow")),
    kind("a number beyond all characters", good(">a1<", ">&#x110000;<"), refused("not well-formed")),
    kind("C1 control characters", good(">a1<", ">a\x81\x9f1<"), accepted(0)),
    kind("characters beyond the first plane", good(">a1<", ">\U0001f9d2\U0001f9d2<"), accepted(0)),
    kind("writing from right to left", good(">a1<", ">\u202e1a\u2066<"), accepted(0)),
    kind("a composed and a decomposed id", good(">a2<", ">e\u0301<", text=good(">a1<", ">é<")), accepted(0)),
    kind("line separators of Unicode", good("</Child>", "</Child>\u2028"), refused("text")),
    kind("zero-width space in a code", good(">WBRI<", ">WB\u200bRI<"), accepted(3, says="no valid code")),
    kind("no-break spaces round codes", good(">WBRI<", ">\u00a0WBRI\u00a0<"), accepted(0)),
    kind("digits of another script", good(">2016-05-10<", ">２０１６-05-10<"), accepted(3)),
    kind("twice encoded", UMLAUT.encode().decode("latin-1"), accepted(0)),
    kind("line ends of Windows", GOOD.replace("\n", "\r\n"), accepted(0)),
    kind("line ends of old Macs", GOOD.replace("\n", "\r"), accepted(0)),
    kind("no line end at all", GOOD.replace("\n", ""), accepted(0)),
    kind("XML 1.1", f'<?xml version="1.1"?>\n{GOOD}', accepted(0)),
    kind("an XML of the future", f'<?xml version="2.0"?>\n{GOOD}', accepted(0, 4)),
    kind("a declaration in capitals", f'<?XML VERSION="1.0"?>\n{GOOD}', refused("not well-formed")),
    kind(
        "a declaration in single quotes", f"<?xml version='1.0' encoding='utf-8' standalone='no'?>{GOOD}", accepted(0)
    ),
    kind("a declaration twice", DECLARATION * 2 + GOOD, refused("not well-formed")),
)
