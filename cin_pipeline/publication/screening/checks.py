"""What a check is: a pure function from a pair of files to what is wrong, declared with the service's names for it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cin_pipeline.publication.screening.pair import Pair

_FEW = 3  # examples in a message


class Verdict(StrEnum):
    """What follows from a finding: the service turns the files away, or advises; or only we ask for more."""

    REFUSED = "refused"
    ADVISED = "advised"
    OURS = "ours"


class File(StrEnum):
    """Which of the two files, by how its name ends."""

    DATA = ".csv"
    META = ".meta.csv"


class Wrong(NamedTuple):
    """Something wrong in a column of a file; no column where it is the file as a whole."""

    file: File
    column: str
    text: str


class Finding(NamedTuple):
    """What a check found in a file."""

    file: str
    check: str
    column: str
    text: str
    verdict: Verdict

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.file, self.check, self.column, self.text)))


@dataclass(frozen=True)
class Check:
    """A check and its names; `first`: without it the others cannot be asked."""

    names: tuple[str, ...]
    find: Callable[[Pair], Iterable[Wrong]]
    verdict: Verdict
    first: bool

    @property
    def meaning(self) -> str:
        """What it asks for, in a sentence."""
        return (self.find.__doc__ or "").split("\n")[0]

    def findings(self, pair: Pair) -> Iterator[Finding]:
        """What it finds in a pair, under the first of its names."""
        for file, column, text in self.find(pair):
            yield Finding(f"{pair.name}{file}", self.names[0], column, text, self.verdict)


_Decorator = Callable[[Callable[[Pair], Iterable[Wrong]]], Check]


def check(*names: str, advice: bool = False, first: bool = False) -> _Decorator:
    """Declares a check of the service, by its names there; `advice`: it never turns files away."""
    return lambda find: Check(names, find, Verdict.ADVISED if advice else Verdict.REFUSED, first)


def our_check(*, first: bool = False) -> _Decorator:
    """Declares a check that the service does not make, by the name of its function."""
    return lambda find: Check((find.__name__,), find, Verdict.OURS, first)


def each(file: File, columns: Iterable[str], text: str) -> Iterator[Wrong]:
    """The same thing wrong with several columns."""
    for column in dict.fromkeys(columns):
        yield Wrong(file, column, text)


def holding(words: Collection[str], pair: Pair, file: File, columns: Iterable[str] | None = None) -> Iterator[Wrong]:
    """Columns (all, where none is named) in which a cell is one of some words."""
    values = pair.values if file is File.DATA else {name: list(pair.meta[name]) for name in pair.meta.columns}
    for name in values if columns is None else columns:
        if found := [word for word in words if word in values[name]]:
            yield Wrong(file, name, f"holds {few(found)}")


def few(values: Iterable[object]) -> str:
    """Some of what was found, as it stands there."""
    found = [repr(value) for value in dict.fromkeys(map(str, values))]
    return ", ".join(found[:_FEW]) + (f" and {len(found) - _FEW} more" if len(found) > _FEW else "")


def twice(values: Iterable[str]) -> list[str]:
    """Values that are there before, in order."""
    seen = set[str]()
    found = []
    for value in values:
        if value in seen:
            found.append(value)
        seen.add(value)
    return found
