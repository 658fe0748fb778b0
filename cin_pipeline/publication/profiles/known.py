"""The profiles: our own long form, and the Department's releases of 2022, 2024 and 2025 as the data files have them."""

from functools import cache

from cin_pipeline.publication.profiles.declaring import Assumption, Column, File, Profile, Row
from cin_pipeline.publication.symbols import ROUNDS_TO_ZERO, UNAVAILABLE, UNRELIABLE
from cin_pipeline.reference.data_files import rows
from cin_pipeline.reference.population import CENSUS_2011, CENSUS_2021

TIDY = Profile("tidy")
_OF_THE_DEPARTMENT = {"2022": CENSUS_2011, "2024": CENSUS_2021, "2025": CENSUS_2021}
NAMES = (*_OF_THE_DEPARTMENT, TIDY.name)
DEFAULT = max(_OF_THE_DEPARTMENT)  # the newest
# The release of 2022 had neither: a percentage that rounds to zero was 0, and what is unreliable not available.
_SYMBOLS = {"2022": {ROUNDS_TO_ZERO: "0", UNRELIABLE: UNAVAILABLE}}


_Row = dict[str, str]


class UnknownProfile(ValueError):
    """There is no profile of this name; the message says which there are."""


@cache
def profile_named(name: str) -> Profile:
    """The profile of a name. Raises UnknownProfile."""
    if name == TIDY.name:
        return TIDY
    if name not in _OF_THE_DEPARTMENT:
        raise UnknownProfile(f"{name!r} is no profile of a release; one of {', '.join(NAMES)} was expected")
    by_file: dict[str, tuple[list[_Row], list[_Row]]] = {}
    for n, table in enumerate(("release-rows", "release-columns")):
        for row in rows(table):
            by_file.setdefault(row["file"], ([], []))[n].append(row)
    assumed = [
        Assumption(tuple(row["files"].split()), row["what"], row["taken"])
        for row in rows("release-assumptions")
        if name in row["profiles"].split()
    ]
    return Profile(
        name,
        _OF_THE_DEPARTMENT[name],
        tuple(_file(name, row, *by_file[row["file"]]) for row in rows("release-files") if _is_of(name, row)),
        _SYMBOLS.get(name, {}),
        assumed=tuple(assumed),
    )


def _is_of(name: str, row: _Row) -> bool:
    return not row["profiles"] or name in row["profiles"].split()


def _file(name: str, row: _Row, own_rows: list[_Row], own_columns: list[_Row]) -> File:
    words = tuple(row["words"].split())
    last = words[-1] if words else ""
    return File(
        id=row["file"],
        stem=row["stem"],
        title=row["title"],
        first_year=int(row["first_year"]),
        words=words,
        filters=tuple(row["filters"].split()),
        grouping=row["grouping"],
        rows_by=int(row["rows_by"] or 0),
        rows=tuple(
            Row(tuple(each["name"] if word == last else each[word] for word in words), each["code"])
            for each in own_rows
        )
        or (Row(tuple(row["category"] for _ in words), ""),),
        columns=tuple(
            Column(each["name"], each["label"], each["table"], each["indicator"], each["category"])
            for each in own_columns
            if _is_of(name, each)
        ),
    )
