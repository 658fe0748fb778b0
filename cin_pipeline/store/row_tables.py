"""Row tables in Parquet: those of one asset and submission are complete, or not there at all."""

import json
from collections.abc import Collection, Iterable, Mapping
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
from pandas import DataFrame

from cin_pipeline.store.bundles import BundleDamaged, BundleMissing, Bundles
from cin_pipeline.store.objects import Objects

_TABLES = "tables"
_SUFFIX = ".parquet"
_TOGETHER = b"cin_pipeline.tables"  # in the metadata of files from before there were bundles: all tables there


class TablesMissing(LookupError):
    """Nothing was ever stored there."""


class TablesDamaged(ValueError):
    """Tables that lack some they were written with, or one whose bytes have changed."""


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
