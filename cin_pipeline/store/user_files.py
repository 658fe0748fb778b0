"""The files that a user gives beside the returns: what each may hold, line by line."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cin_pipeline.census.text import visible
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.missing import UnreliableFigure, UnusableItem
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline.reference.missing_data import CarryForward, Predecessor

Key = TypeVar("Key")

_MOST_DIGITS = 9  # of people: more than there are anywhere


class InputFileError(ValueError):
    """A file given by the user cannot be used; the message names file, line and what was expected."""


@dataclass(frozen=True)
class UserFile:
    """A file as it was given. `name`: where it is, to be said in messages."""

    name: str
    data: bytes


def user_file(path: Path) -> UserFile:
    """A file of the user's disk. Raises InputFileError where it cannot be read."""
    try:
        return UserFile(str(path), path.read_bytes())
    except OSError as error:
        raise InputFileError(f"{path}: cannot be read ({type(error).__name__})") from None


def expected_authorities(file: UserFile) -> Iterator[str]:
    """The codes in a file of expected authorities."""
    seen: set[str] = set()
    for where, row in _rows(file, ("la_code",)):
        code = _authority(where, row["la_code"])
        _once(seen, code, f"{where}: {code} stands in the list twice")
        yield code


def people(file: UserFile) -> Iterator[tuple[str, int]]:
    """Codes and people in a file of the population."""
    seen: set[str] = set()
    for where, row in _rows(file, ("la_code", "population")):
        code, number = row["la_code"], row["population"]
        if not number:
            continue  # an LA without a figure, as in the published file
        if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
            raise InputFileError(f"{where}: population is {visible(number)!r}; a whole number of people was expected")
        _once(seen, code, f"{where}: {visible(code)} stands in the file twice")
        yield code, int(number)


def unusable_items(file: UserFile) -> Iterator[UnusableItem]:
    """The items of a file of what cannot be used."""
    for where, row in _rows(file, ("year", "la_code", "measure", "reason")):
        year, la_code = _year(where, row, "year"), _authority(where, row["la_code"])
        if not row["reason"]:
            raise InputFileError(f"{where}: reason is empty; why the figure cannot be used was expected")
        try:
            yield UnusableItem(
                year=year,
                la_code=la_code,
                measure=row["measure"],
                reason=row["reason"],
                breakdown=row.get("breakdown", ""),
            )
        except ValueError as error:
            raise InputFileError(f"{where}: {visible(str(error), most=400)}") from None


def carried_forward(file: UserFile) -> Iterator[CarryForward]:
    """The lines of a file of what is carried forward: none from a later year, or from one that is carried itself."""
    lines = {}
    for where, row in _rows(file, ("year", "la_code", "from_year")):
        year, la_code = _year(where, row, "year"), _authority(where, row["la_code"])
        from_year = _year(where, row, "from_year")
        if from_year >= year:
            raise InputFileError(f"{where}: from_year is {from_year}; a year before {year} was expected")
        if (year, la_code) in lines:
            raise InputFileError(f"{where}: {la_code} stands in the file twice for {CollectionYear(year)}")
        lines[year, la_code] = where, from_year
    for (year, la_code), (where, from_year) in lines.items():
        if (from_year, la_code) in lines:
            raise InputFileError(
                f"{where}: the figures of {la_code} for {CollectionYear(from_year)} are themselves carried forward; "
                "a year with a return was expected"
            )
        yield CarryForward(year, la_code, from_year)


def predecessors(file: UserFile) -> Iterator[Predecessor]:
    """The lines of a file of predecessors."""
    seen: set[tuple[int, str]] = set()
    for where, row in _rows(file, ("year", "la_code", "predecessor")):
        year, la_code = _year(where, row, "year"), _authority(where, row["la_code"])
        predecessor = _authority(where, row["predecessor"])
        if predecessor == la_code:
            raise InputFileError(f"{where}: {la_code} is said to follow on itself; another authority was expected")
        _once(seen, (year, la_code), f"{where}: {la_code} stands in the file twice for {CollectionYear(year)}")
        yield Predecessor(year, la_code, predecessor)


def unreliable_figures(file: UserFile) -> Iterator[UnreliableFigure]:
    """The lines of a file of figures of low reliability."""
    seen: set[UnreliableFigure] = set()
    for where, row in _rows(file, ("year", "la_code", "measure")):
        year, la_code = _year(where, row, "year"), _authority(where, row["la_code"])
        try:
            found = UnreliableFigure(year, la_code, row["measure"])
        except ValueError as error:
            raise InputFileError(f"{where}: {visible(str(error), most=400)}") from None
        twice = f"{where}: {row['measure']} of {la_code} stands in the file twice for {CollectionYear(year)}"
        _once(seen, found, twice)
        yield found


def _once(seen: set[Key], key: Key, message: str) -> None:
    if key in seen:
        raise InputFileError(message)
    seen.add(key)


def _authority(where: str, code: str) -> str:
    if code not in every_authority():
        raise InputFileError(f"{where}: {visible(code)!r} is no code of an English local authority")
    return code


def _year(where: str, row: Mapping[str, str], column: str) -> int:
    text = row[column]
    if not (len(text) == 4 and text.isascii() and text.isdigit()):
        raise InputFileError(
            f"{where}: {column} is {visible(text)!r}; the year in which the collection ends was expected"
        )
    return int(text)


def _rows(file: UserFile, required: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row with where it stands; values trimmed."""
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFileError(f"{file.name}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in reader.fieldnames or ()]
        lacking = [name for name in required if name not in header]
        if lacking:
            raise InputFileError(
                f"{file.name}: column {lacking[0]} is missing; a first line with {', '.join(required)} and commas "
                "between was expected"
            )
        reader.fieldnames = header
        for row in reader:
            yield (
                f"{file.name}, line {reader.line_num}",
                {name: (value or "").strip() for name, value in row.items() if name},
            )
    except csv.Error as error:
        raise InputFileError(f"{file.name}, line {reader.line_num}: this is no well-formed CSV ({error})") from None
