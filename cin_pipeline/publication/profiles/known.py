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


class UnknownProfile(ValueError):
    """There is no profile of this name; the message says which there are."""


@cache
def profile_named(name: str) -> Profile:
    """The profile of a name. Raises UnknownProfile."""
    if name == TIDY.name:
        return TIDY
    if name not in _OF_THE_DEPARTMENT:
        raise UnknownProfile(f"{name!r} is no profile of a release; one of {', '.join(NAMES)} was expected")
    assumed = [
        Assumption(tuple(row["files"].split()), row["what"], row["taken"])
        for row in rows("release-assumptions")
        if name in row["profiles"].split()
    ]
    return Profile(
        name,
        _OF_THE_DEPARTMENT[name],
        tuple(_file(name, row) for row in rows("release-files") if _is_of(name, row)),
        _SYMBOLS.get(name, {}),
        plain=True,
        assumed=tuple(assumed),
    )


def _is_of(name: str, row: dict[str, str]) -> bool:
    return not row["profiles"] or name in row["profiles"].split()


def _file(name: str, row: dict[str, str]) -> File:
    words = tuple(row["words"].split())
    own_rows = [each for each in rows("release-rows") if each["file"] == row["file"]]
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
            for each in rows("release-columns")
            if each["file"] == row["file"] and _is_of(name, each)
        ),
    )
