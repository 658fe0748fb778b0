"""Row tables in Parquet: those of one asset and submission are complete, or not there at all."""

import json
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
from pandas import DataFrame

from cin_pipeline.store.bundles import BundleDamaged, BundleMissing, Bundles
from cin_pipeline.store.objects import ObjectMissing, Objects

_TABLES = "tables"
_SUFFIX = ".parquet"
_TOGETHER = b"cin_pipeline.tables"  # in the metadata of files from before there were bundles: all tables there
_AT_ONCE = 16  # bundles that are looked up: of a bucket each takes as long as the way there and back


@dataclass(frozen=True)
class StoredTable:
    """Where one table lies, to be read when it is needed; `sha256` is empty where it was not noted."""

    place: str
    key: str
    sha256: str = ""


class TablesMissing(LookupError):
    """Nothing was ever stored there."""


class TablesDamaged(ValueError):
    """Tables that lack some they were written with, or one whose bytes have changed."""


class TablesReplaced(TablesDamaged):
    """Tables that were stored anew, and those before deleted, since somebody looked where they are."""


class StoredTables:
    """The row tables of a deployment. A place says whose they are: the asset, then year, LA and submission."""

    def __init__(self, bundles: Bundles, objects: Objects) -> None:
        self._bundles = bundles
        self._objects = objects

    def write(self, place: str, tables: Mapping[str, DataFrame], run: str = "") -> None:
        """Stores tables in place of those that were there; `run`: who makes them. They can be made again, so nothing
        waits until they would survive a power cut: that they did not would be noticed."""
        files = {f"{name}{_SUFFIX}": _parquet(table) for name, table in tables.items()}
        self._bundles.write(f"{_TABLES}/{place}", files, run=run, lasting=False)

    def read(self, place: str, at_first: Collection[str] = ()) -> dict[str, DataFrame]:
        """The tables of a place by name.

        `at_first`: what it must hold where it was written before tables named each other. Raises TablesMissing where
        nothing was stored, TablesDamaged where tables are gone or changed."""
        try:
            files = self._bundles.read(f"{_TABLES}/{place}")
        except BundleMissing:
            return self._from_before_bundles(place, at_first)
        except BundleDamaged as damaged:
            raise _damaged(place, (name.removesuffix(_SUFFIX) for name in damaged.files)) from None
        return {name.removesuffix(_SUFFIX): _rows(data).to_pandas() for name, data in files.items()}

    def has(self, place: str) -> bool:
        """Whether tables are stored there."""
        try:
            self._bundles.prefix(f"{_TABLES}/{place}")
        except BundleMissing:
            return bool(self._bundles.keys(f"{_TABLES}/{place}"))
        return True

    def stored(self, asset: str, places: Iterable[str]) -> dict[str, dict[str, StoredTable]]:
        """Where the tables of an asset lie that count, by place and name; without the places where nothing is stored.

        Raises TablesDamaged where it cannot be told which they are."""
        prefixes = self._bundles.prefixes(f"{_TABLES}/{asset}")

        def look(place: str) -> dict[str, StoredTable]:
            if (prefix := prefixes.get(whole := f"{_TABLES}/{place}")) is None:
                keys = self._bundles.keys(whole)
                return {key.rpartition("/")[2]: StoredTable(place, key) for key in keys if key.endswith(_SUFFIX)}
            try:
                sums = self._bundles.sums(whole, prefix)
            except BundleDamaged as damaged:
                raise _damaged(place, damaged.files) from None
            return {name: StoredTable(place, f"{prefix}/{name}", digest) for name, digest in sums.items()}

        with ThreadPoolExecutor(_AT_ONCE) as at_once:
            found = zip(wanted := list(places), at_once.map(look, wanted), strict=True)
            return {
                place: {name.removesuffix(_SUFFIX): each for name, each in tables.items()}
                for place, tables in found
                if tables
            }

    def places(self, asset: str) -> list[str]:
        """Where tables of an asset are stored, but for those from before there were bundles."""
        return sorted(place.removeprefix(f"{_TABLES}/") for place in self._bundles.prefixes(f"{_TABLES}/{asset}"))

    def content(self, table: StoredTable) -> bytes:
        """A table as the Parquet file it is. Raises TablesDamaged, TablesReplaced."""
        try:
            data = self._objects.get(table.key)
        except ObjectMissing:
            data = b""
        if not data or (table.sha256 and sha256(data).hexdigest() != table.sha256):
            name = table.key.rpartition("/")[2].removesuffix(_SUFFIX)
            if not table.key.startswith(self._prefix(table.place)):
                raise TablesReplaced(f"{name} of {table.place} was stored anew meanwhile: ask again")
            raise _damaged(table.place, [name])
        return data

    def _prefix(self, place: str) -> str:
        try:
            return self._bundles.prefix(f"{_TABLES}/{place}")
        except BundleMissing:
            return ""

    def _from_before_bundles(self, place: str, at_first: Collection[str]) -> dict[str, DataFrame]:
        """Every file names all tables, or at first none."""
        if not (keys := self._bundles.keys(f"{_TABLES}/{place}")):
            raise TablesMissing(f"no tables are stored of {place}")
        found = {
            key.rpartition("/")[2].removesuffix(_SUFFIX): _rows(self._objects.get(key))
            for key in keys
            if key.endswith(_SUFFIX)
        }
        named = {name for rows in found.values() for name in json.loads(rows.schema.metadata.get(_TOGETHER, "[]"))}
        if gone := sorted((named or set(at_first)) - found.keys()) or ([] if found else ["all tables"]):
            raise _damaged(place, gone)
        return {name: rows.to_pandas() for name, rows in found.items()}


def _parquet(table: DataFrame) -> bytes:
    stream = BytesIO()
    pq.write_table(pa.Table.from_pandas(table), stream, compression="zstd", compression_level=1)
    return stream.getvalue()


def _rows(data: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(data))


def _damaged(place: str, tables: Iterable[str]) -> TablesDamaged:
    return TablesDamaged(f"{', '.join(tables)} of {place} are gone or damaged: run the return again, or restore a copy")
