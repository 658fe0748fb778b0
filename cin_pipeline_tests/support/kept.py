"""Where what is stored lies on this disk, to be damaged; and row tables without a state."""

from pathlib import Path

from pandas import DataFrame

from cin_pipeline.store.bundles import Bundles
from cin_pipeline.store.objects.directory import DirectoryObjects
from cin_pipeline.store.opening import open_database
from cin_pipeline.store.row_tables import StoredTables
from cin_pipeline.store.store import Store, place_of
from cin_pipeline.store.submissions import Submission


def tables_in(directory: Path) -> StoredTables:
    """Row tables in a directory of their own."""
    objects = DirectoryObjects(directory)
    return StoredTables(Bundles(objects, open_database(f"sqlite:///{directory / 'cin.db'}")), objects)


def folder_of(store: Store, asset: str, submission: Submission) -> Path:
    """Where the row tables of an asset lie that count."""
    return Path(store.objects.place) / store.bundles.prefix(f"tables/{place_of(asset, submission)}")


def table_of(store: Store, asset: str, submission: Submission, name: str) -> DataFrame:
    return store.tables.read(place_of(asset, submission))[name]


def lose_copy(store: Store, submission: Submission) -> None:
    """As if the copy of a return had gone from the disk."""
    (Path(store.objects.place) / "returns" / submission.sha256[:2] / f"{submission.sha256}.xml").unlink()


def write_input(store: Store, name: str, text: str, year: int = 2017) -> None:
    """One of the files that a user gave for a year, in place of what is kept of that name; nothing of it is checked."""
    place = f"inputs/{year}"
    store.bundles.write(place, {**store.bundles.read_also_earlier(place), name: text.encode()})
