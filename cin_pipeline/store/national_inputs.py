"""What the user gives beside the returns: files of expected authorities, population and unusable items, and the
population's vintage.

What was last given for a year is kept with the state, so that a rerun from the UI counts with the same.
"""

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cin_pipeline.methodology.missing import UnusableItem
from cin_pipeline.reference.authorities import authorities, every_authority
from cin_pipeline.reference.population import VINTAGES, PopulationSource, population, vintage_of

_VINTAGE = "vintage.txt"


class InputFileError(ValueError):
    """A file given by the user cannot be used; the message names file, line and what was expected."""


@dataclass(frozen=True)
class NationalInputs:
    """What national figures need besides the returns.

    `population`: people aged 0 to 17 by LA code, from `population_source`. `vintage`: the one asked for or the year's,
    also where the population is the user's own."""

    expected: tuple[str, ...]
    population: dict[str, int]
    unusable: tuple[UnusableItem, ...]
    population_source: PopulationSource
    vintage: int


class InputFiles:
    """Keeps the user's files by year; what was not given is the shipped reference."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(
        self,
        year: int,
        *,
        expected: Path | None,
        people: Path | None,
        unusable: Path | None,
        vintage: int | None = None,
    ) -> NationalInputs:
        """Checks the files, keeps copies and the vintage in place of earlier ones, and returns what they say.

        Raises InputFileError, before anything is changed."""
        given = {"expected": expected, "population": people, "unusable": unusable}
        inputs = _read(year, given, vintage)
        kept = self._directory / str(year)
        kept.mkdir(parents=True, exist_ok=True)
        for name, path in given.items():
            copy = kept / f"{name}.csv"
            if path is None:
                copy.unlink(missing_ok=True)
            else:
                shutil.copyfile(path, copy)
        if vintage is None:
            (kept / _VINTAGE).unlink(missing_ok=True)
        else:
            (kept / _VINTAGE).write_text(f"{vintage}\n", encoding="ascii")
        return inputs

    def of(self, year: int) -> NationalInputs:
        """The inputs of a year: the files last kept for it, else the shipped reference."""
        directory = self._directory / str(year)
        kept = {name: directory / f"{name}.csv" for name in ("expected", "population", "unusable")}
        files = {name: path if path.exists() else None for name, path in kept.items()}
        return _read(year, files, _vintage(directory / _VINTAGE))


def _read(year: int, files: dict[str, Path | None], asked: int | None) -> NationalInputs:
    expected, people, unusable = files["expected"], files["population"], files["unusable"]
    vintage = vintage_of(year) if asked is None else asked
    return NationalInputs(
        expected=tuple(_expected(expected)) if expected else tuple(authorities(year)),
        population=dict(_people(people)) if people else population(year, vintage),
        unusable=tuple(_unusable(unusable)) if unusable else (),
        population_source=PopulationSource(year, None if people else vintage),
        vintage=vintage,
    )


def _vintage(path: Path) -> int | None:
    """The vintage kept for a year; None where none was asked for."""
    if not path.exists():
        return None
    known = {str(vintage): vintage for vintage in VINTAGES}
    kept = path.read_text(encoding="utf-8", errors="replace").strip()
    if kept not in known:
        raise InputFileError(f"{path}: the vintage is {kept!r}; {' or '.join(known)} was expected")
    return known[kept]


def _expected(path: Path) -> Iterator[str]:
    seen: set[str] = set()
    for where, row in _rows(path, ("la_code",)):
        code = row["la_code"]
        if code not in every_authority():
            raise InputFileError(f"{where}: {code!r} is no code of an English local authority")
        if code in seen:
            raise InputFileError(f"{where}: {code} stands in the list twice")
        seen.add(code)
        yield code


def _people(path: Path) -> Iterator[tuple[str, int]]:
    seen: set[str] = set()
    for where, row in _rows(path, ("la_code", "population")):
        code, number = row["la_code"], row["population"]
        if not number:
            continue  # an LA without a figure, as in the published file
        if not (number.isascii() and number.isdigit()):
            raise InputFileError(f"{where}: population is {number!r}; a whole number of people was expected")
        if code in seen:
            raise InputFileError(f"{where}: {code} stands in the file twice")
        seen.add(code)
        yield code, int(number)


def _unusable(path: Path) -> Iterator[UnusableItem]:
    for where, row in _rows(path, ("year", "la_code", "measure", "reason")):
        if not (len(row["year"]) == 4 and row["year"].isascii() and row["year"].isdigit()):
            raise InputFileError(
                f"{where}: year is {row['year']!r}; the year in which the collection ends was expected"
            )
        if row["la_code"] not in every_authority():
            raise InputFileError(f"{where}: {row['la_code']!r} is no code of an English local authority")
        if not row["reason"]:
            raise InputFileError(f"{where}: reason is empty; why the figure cannot be used was expected")
        try:
            yield UnusableItem(
                year=int(row["year"]),
                la_code=row["la_code"],
                measure=row["measure"],
                reason=row["reason"],
                breakdown=row.get("breakdown", ""),
            )
        except ValueError as error:
            raise InputFileError(f"{where}: {error}") from None


def _rows(path: Path, required: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row with where it stands; values trimmed."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputFileError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in reader.fieldnames or ()]
        lacking = [name for name in required if name not in header]
        if lacking:
            raise InputFileError(
                f"{path}: column {lacking[0]} is missing; a first line with {', '.join(required)} and commas between "
                "was expected"
            )
        reader.fieldnames = header
        for row in reader:
            yield (
                f"{path}, line {reader.line_num}",
                {name: (value or "").strip() for name, value in row.items() if name},
            )
    except csv.Error as error:
        raise InputFileError(f"{path}, line {reader.line_num}: this is no well-formed CSV ({error})") from None
