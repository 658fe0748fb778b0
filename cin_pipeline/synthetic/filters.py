"""Ways in which a synthetic England departs from a perfect one: returns with mistakes, left out, or broken.

Each takes the files of returns without faults one by one as they are written, whatever made them, holds one at a time,
and passes them on. Draws are by seed, LA and year: an LA's file does not depend on which others are asked for.
"""

import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from random import Random

from cin_pipeline.census.header import Identity, identify
from cin_pipeline.synthetic.key import LEFT_OUT, STRUCTURE, Key
from cin_pipeline.synthetic.mistakes import plant

_HEAD = 16_384  # bytes, more than any header has
_CUT_AT_TENTHS = 6  # of a file that is cut off in the middle: in the children, well after the header; invented
_FAULTS = ("cut off in the middle", "a document type", "the year before last in the header")


def drawn(la_codes: Collection[str], number: int, seed: int, what: str) -> list[str]:
    """So many of the LAs, in the order in which a seed draws them for a purpose.

    Each LA has its own lot, and the lowest are drawn. Raises ValueError where there are not as many."""
    if not 0 <= number <= len(la_codes):
        raise ValueError(f"{number} LAs are wanted of {len(la_codes)}")
    return sorted(la_codes, key=lambda la: random_of(seed, what, la).random())[:number]


def random_of(seed: int, *what: object) -> Random:
    """The draws of a seed for one purpose."""
    return Random(" ".join(map(str, (seed, *what))))


def with_mistakes(
    paths: Iterable[Path], rate: float, seed: int, key: Key, spared: Collection[Identity] = ()
) -> Iterator[Path]:
    """Plants mistakes in every return but those spared: see `mistakes.plant`."""
    for path in paths:
        of = identity_of(path)
        if of not in spared:
            random = random_of(seed, "mistakes", of.la_code, of.year)
            text, planted = plant(path.read_bytes().decode(), of.year, rate, random)
            write_whole(path, text.encode())
            key.planted(path.name, of.la_code, of.year, planted)
        yield path


def without(paths: Iterable[Path], la_codes: Collection[str], year: int, aside: Path, key: Key) -> Iterator[Path]:
    """Moves the return of `year` of some LAs into another folder, and copies that of the year before there.

    So the other folder tells on its own what the returns left out would have given."""
    for path in paths:
        of = identity_of(path)
        (aside / path.name).unlink(missing_ok=True)  # of an earlier England by the same name
        if of.la_code in la_codes:
            aside.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, aside / path.name)
        if of.la_code in la_codes and of.year == year:
            path.unlink()
            key.whole_file(path.name, of.la_code, of.year, LEFT_OUT, f"in {aside.name}")
        else:
            yield path


def broken(paths: Iterable[Path], la_codes: Collection[str], year: int, key: Key) -> Iterator[Path]:
    """Breaks the file of the return of `year` of some LAs, in ways that take turns."""
    for path in paths:
        of = identity_of(path)
        if of.la_code in la_codes and of.year == year:
            fault = list(la_codes).index(of.la_code) % len(_FAULTS)
            write_whole(path, broken_bytes(path.read_bytes(), of.year, fault))
            key.whole_file(path.name, of.la_code, of.year, STRUCTURE, _FAULTS[fault])
        yield path


def broken_bytes(data: bytes, year: int, fault: int = 0) -> bytes:
    """A return that no run takes: cut off (0), with a document type (1), or of the year before last (2)."""
    if fault == 0:
        return data[: len(data) * _CUT_AT_TENTHS // 10]
    if fault == 1:
        return data.replace(b"<Message>", b"<!DOCTYPE Message>\n<Message>", 1)
    for element in ("<Year>", "<ReferenceDate>"):  # both, else the header would contradict itself
        data = data.replace(f"{element}{year}".encode(), f"{element}{year - 2}".encode(), 1)
    return data


def identity_of(path: Path) -> Identity:
    """Whose return a file is, from its header."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return identify(head[: head.rfind(b"\n") + 1])


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file at once: who looks meanwhile finds the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}")
    temporary.write_bytes(data)
    temporary.replace(path)
