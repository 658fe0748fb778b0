"""Reads the data files of this package. Nothing else knows where they lie."""

import csv
from collections.abc import Iterator
from hashlib import sha256
from importlib import resources


def rows(name: str) -> Iterator[dict[str, str]]:
    """Each row of `data/<name>.csv` by column name; an empty cell is an empty string."""
    with resources.files(__package__).joinpath("data", f"{name}.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def fingerprints() -> dict[str, str]:
    """The sha256 of every data file, by name."""
    files = resources.files(__package__).joinpath("data").iterdir()
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in sorted(files, key=lambda file: file.name)}


def holds_year(year: int, valid_from: str, valid_to: str) -> bool:
    """Whether `year` lies within two inclusive bounds as written in the data files, empty meaning open."""
    return (not valid_from or int(valid_from) <= year) and (not valid_to or year <= int(valid_to))
