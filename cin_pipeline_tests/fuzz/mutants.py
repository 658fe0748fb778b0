"""The mutants: a changed return as bytes, or a changed file of the user's, by target, seed and number alone."""

import codecs
import random
from collections.abc import Callable

from cin_pipeline_tests.fuzz.trees import CHANGES, HEADER_CHANGES, Change, Node, places, small_return, written

_TOKENS = (
    *(b"<", b">", b"&", b"/", b'"', b"=", b"]]>", b"<!--", b"-->", b"<![CDATA[", b"<?", b"<!DOCTYPE Message>"),
    *(b"\0", b"\x01", b"\xff", b"\xc0\xbc", b"\xed\xa0\x80", b"\xef\xbf\xbf", b"\xef\xbb\xbf", b"\x85", b"\r", b"\n"),
    *(b" ", b"<Child>", b"</Child>", b"</Message>", b"<Message>", b"PK\x03\x04", b"{", b"%PDF-", b"<!ENTITY a 'b'>"),
)
_STARTS = (
    *("<!-- x -->\n", "\n", "\ufeff", "<!DOCTYPE Message>", '<?xml version="1.0"?>\n', '<?xml version="1.1"?>'),
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    "<?xml version='1.0' encoding='us-ascii'?>",
    '<?xml version="1.0" encoding="UTF-16"?>',
)


def reader_mutant(seed: int, number: int) -> bytes:
    """A return that was changed anywhere."""
    return _mutant(random.Random(f"reader {seed} {number}"), CHANGES, lambda root: root)  # noqa: S311 - no secret


def header_mutant(seed: int, number: int) -> bytes:
    """A return that was changed in its header."""
    source = random.Random(f"header {seed} {number}")  # noqa: S311 - no secret
    return _mutant(source, HEADER_CHANGES, lambda root: Node("", "", root.parts[:1]))


def _mutant(source: random.Random, changes: tuple[Change, ...], where: Callable[[Node], Node]) -> bytes:
    root = small_return(source)
    for _ in range(source.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        part = where(root)
        if places(part):
            source.choice(changes)(source, part)
            if part is not root:
                root.parts[:1] = part.parts
    text = source.choice(_STARTS) + written(root) if source.random() < 0.12 else written(root)
    data = _encoded(source, text)
    for _ in range(source.choice((0, 0, 0, 0, 0, 0, 1, 1, 3))):
        data = source.choice(_BYTES)(source, data)
    return data


def _encoded(source: random.Random, text: str) -> bytes:
    roll = source.random()
    if roll < 0.94:
        return text.encode("utf-8", "replace")
    if roll < 0.97:
        return source.choice((codecs.BOM_UTF16_LE, b"")) + text.encode("utf-16-le", "replace")
    if roll < 0.98:
        return codecs.BOM_UTF8 + text.encode("utf-8", "replace")
    name = source.choice(("iso-8859-1", "windows-1252"))
    return f'<?xml version="1.0" encoding="{name}"?>\n{text}'.encode(name, "replace")


def _flip(source: random.Random, data: bytes) -> bytes:
    at = source.randrange(len(data) or 1)
    return data[:at] + bytes([source.randrange(256)]) + data[at + 1 :]


def _insert(source: random.Random, data: bytes) -> bytes:
    at = source.randint(0, len(data))
    return data[:at] + source.choice(_TOKENS) * source.choice((1, 1, 1, 2, 100)) + data[at:]


def _cut_out(source: random.Random, data: bytes) -> bytes:
    at = source.randint(0, len(data))
    return data[:at] + data[at + source.choice((1, 2, 10, 100, 1000)) :]


def _cut_off(source: random.Random, data: bytes) -> bytes:
    return data[: source.randint(0, len(data))]


def _double(source: random.Random, data: bytes) -> bytes:
    at = source.randint(0, len(data))
    end = at + source.choice((1, 10, 100, 1000))
    return data[:end] + data[at:end] + data[end:]


def _spliced(source: random.Random, data: bytes) -> bytes:
    """The beginning of one return and the end of another."""
    other = written(small_return(source)).encode()
    return data[: source.randint(0, len(data))] + other[source.randint(0, len(other)) :]


def _line_ends(source: random.Random, data: bytes) -> bytes:
    return data.replace(b"\n", source.choice((b"\r\n", b"\r", b"", b"\n\n\t")))


def _digit(source: random.Random, data: bytes) -> bytes:
    digit, other = (str(source.randrange(10)).encode() for _ in range(2))
    return data.replace(digit, other, source.choice((1, 5, -1)))


_BYTES = (_flip, _insert, _insert, _cut_out, _cut_off, _double, _spliced, _line_ends, _digit, _digit)

INPUTS = {
    "expected": "la_code\n201\n202\n390\n",
    "population": "la_code,population\n201,1200\n202,\n390,35000\n",
    "unusable": "year,la_code,measure,breakdown,reason\n2017,201,referrals,referral_source,not recorded\n"
    "2017,202,cpp_at_31_march,,counted twice\n",
    "carry_forward": "year,la_code,from_year\n2021,204,2020\n2022,205,2021\n",
    "predecessors": "year,la_code,predecessor\n2022,940,928\n2022,941,928\n",
    "low_reliability": "year,la_code,measure\n2017,201,referrals\n2017,202,cin_at_31_march\n",
}
_CELLS = (
    *(
        "",
        " ",
        "201",
        "0201",
        "999",
        "City of London",
        "2017",
        "2016-17",
        "17",
        "-1",
        "1.5",
        "1,000",
        '"',
        '"a"',
        "a\nb",
    ),
    *("=1+1", "9" * 20, "9" * 5_000, "٣", "²", "\ufeff201", "\0", "a" * 140_000, "referrals", "REFERRALS", "no such"),
    *("1e5", "nan", "é", "'", "0000", "9999"),
)


def input_mutant(seed: int, number: int) -> tuple[str, bytes]:
    """Which of the user's files, and the file, changed."""
    source = random.Random(f"inputs {seed} {number}")  # noqa: S311 - no secret
    name = source.choice(tuple(INPUTS))
    rows = [line.split(",") for line in INPUTS[name].splitlines()]
    for _ in range(source.choice((0, 1, 1, 2, 3))):
        _change_rows(source, rows)
    mark = "," if source.random() < 0.9 else source.choice(";\t")
    text = source.choice(("\n", "\n", "\r\n", "\r")).join(mark.join(row) for row in rows)
    encoding = "utf-8" if source.random() < 0.8 else source.choice(("utf-8-sig", "utf-16", "cp1252"))
    data = text.encode(encoding, "replace")
    for _ in range(source.choice((0, 0, 0, 1, 2))):
        data = source.choice((_flip, _insert, _cut_out, _cut_off, _double, _digit, _line_ends))(source, data)
    return name, data


def _change_rows(source: random.Random, rows: list[list[str]]) -> None:
    row = source.choice(rows) if rows else []
    match source.randrange(7):
        case 0 if row:
            row[source.randrange(len(row))] = source.choice(_CELLS)
        case 1:
            row.insert(source.randint(0, len(row)), source.choice(_CELLS))
        case 2 if row:
            del row[source.randrange(len(row))]
        case 3:
            rows.insert(source.randint(0, len(rows)), list(row))
        case 4 if rows:
            del rows[source.randrange(len(rows))]
        case 5:
            source.shuffle(rows)
        case 6 if row:
            at = source.randrange(len(row))
            row[at] = f'"{row[at]}{source.choice(_CELLS)}"'
