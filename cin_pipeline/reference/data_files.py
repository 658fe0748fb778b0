"""Reads the data files of this package. Nothing else knows where they lie."""

import csv
from collections.abc import Iterator
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable


def rows(name: str) -> Iterator[dict[str, str]]:
    """Each row of `data/<name>.csv` by column name, a name in a folder with it; an empty cell is an empty string."""
    with resources.files(__package__).joinpath("data", f"{name}.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def fingerprints() -> dict[str, str]:
    """The sha256 of every data file, by name; of one in a folder by folder and name."""
    return dict(sorted(_digests(resources.files(__package__).joinpath("data"), "")))


def _digests(folder: Traversable, before: str) -> Iterator[tuple[str, str]]:
    for file in folder.iterdir():
        name = before + file.name
        if file.is_dir():
            yield from _digests(file, f"{name}/")
        else:
            yield name, sha256(file.read_bytes()).hexdigest()


def holds_year(year: int, valid_from: str, valid_to: str) -> bool:
    """Whether `year` lies within two inclusive bounds as written in the data files, empty meaning open."""
    return (not valid_from or int(valid_from) <= year) and (not valid_to or year <= int(valid_to))
