"""Bundles: files that belong together, written whole and replaced whole, on any machine.

The files of a bundle lie as objects under a prefix of their own for each time it was written, `_complete` last, which
names every file with its checksum. Which prefix counts is a row of the database, changed once all of them are there. So
a reader sees the bundle before or the bundle after, and a file that is gone or has changed is noticed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import Engine, delete, insert, select

from cin_pipeline.store.database import BUNDLES
from cin_pipeline.store.objects import Found, ObjectMissing, Objects
from cin_pipeline.store.transactions import Guard, alone, unguarded

_COMPLETE = "_complete"
_IN_A_BUNDLE = re.compile(r"(.+?/(?:[^/]*-)?[0-9a-f]{32})/")  # the key of an object as `write` makes it


class BundleMissing(LookupError):
    """Nothing was ever stored there."""


class BundleDamaged(ValueError):
    """A bundle that lacks files it was written with, or one whose bytes have changed."""

    def __init__(self, place: str, files: list[str]) -> None:
        super().__init__(f"{', '.join(files)} of {place}")
        self.place, self.files = place, files


class Bundles:
    """The bundles of a deployment, by place: parts joined by `/` that say what they are."""

    def __init__(self, objects: Objects, engine: Engine, guard: Guard = unguarded) -> None:
        self._objects = objects
        self._engine = engine
        self._guard = guard

    def write(self, place: str, files: Mapping[str, bytes], *, run: str = "", lasting: bool = True) -> str:
        """Stores files in place of those that were there, and returns their prefix.

        `run`: who makes them, to be found in the keys. `lasting`: as in Objects.put_new."""
        prefix = f"{place}/{run}-{uuid4().hex}".replace("/-", "/")
        for name, content in files.items():
            self._objects.put_new(f"{prefix}/{name}", content, lasting=lasting)
        sums = {name: sha256(content).hexdigest() for name, content in files.items()}
        self._objects.put_new(f"{prefix}/{_COMPLETE}", json.dumps(sums).encode(), lasting=lasting)
        with alone(self._engine, f"bundle {place}", self._guard) as connection:
            this = BUNDLES.c.place == place
            before = connection.execute(delete(BUNDLES).where(this).returning(BUNDLES.c.prefix)).scalar()
            connection.execute(insert(BUNDLES).values(place=place, prefix=prefix))
        # What was there before there were prefixes lies right under the place.
        keys = self.keys(place) if before is None else [found.key for found in self._objects.list(before)]
        for key in keys:
            self._objects.delete(key)
        return prefix

    def read(self, place: str) -> dict[str, bytes]:
        """The files of a bundle by name. Raises BundleMissing, BundleDamaged."""
        prefix = self.prefix(place)
        while True:
            try:
                return self._read(place, prefix)
            except BundleDamaged:
                # It may have been written anew, and the one before deleted, since the row was read.
                before, prefix = prefix, self.prefix(place)
                if prefix == before:
                    raise

    def read_also_earlier(self, place: str) -> dict[str, bytes]:
        """The files of a bundle, also from before there were bundles; none where nothing was ever stored."""
        try:
            return self.read(place)
        except BundleMissing:
            try:
                return {key.rpartition("/")[2]: self._objects.get(key) for key in self.keys(place)}
            except ObjectMissing:  # it was written anew, and these deleted, meanwhile
                return self.read(place)

    def prefix(self, place: str) -> str:
        """Under which prefix the objects of a bundle lie. Raises BundleMissing."""
        with self._engine.connect() as connection:
            found = connection.execute(select(BUNDLES.c.prefix).where(BUNDLES.c.place == place)).scalar()
        if found is None:
            raise BundleMissing(f"nothing is stored of {place}")
        return str(found)

    def is_whole(self, place: str, prefix: str) -> bool:
        """Whether the files of a prefix are all there, as they were written."""
        try:
            self._read(place, prefix)
        except BundleDamaged:
            return False
        return True

    def prefixes(self, above: str) -> dict[str, str]:
        """The prefix of every bundle whose place begins with `above` and `/`, by place."""
        below = BUNDLES.c.place.startswith(f"{above}/", autoescape=True)
        with self._engine.connect() as connection:
            return {
                row[0]: row[1] for row in connection.execute(select(BUNDLES.c.place, BUNDLES.c.prefix).where(below))
            }

    def sums(self, place: str, prefix: str) -> dict[str, str]:
        """The sha256 of every file of a bundle by name, to be read one by one. Raises BundleDamaged."""
        try:
            found: dict[str, str] = json.loads(self._objects.get(f"{prefix}/{_COMPLETE}"))
        except ObjectMissing:
            raise BundleDamaged(place, ["all files"]) from None
        return found

    def keys(self, place: str) -> list[str]:
        """The objects right under a place: of a state from before there were bundles."""
        keys = [found.key for found in self._objects.list(place)]
        return [key for key in keys if "/" not in key.removeprefix(f"{place}/")]

    def orphans(self, before: datetime) -> Iterator[Found]:
        """The objects of bundles that no row names: of a process that died before or after it changed the row.

        Nobody reads them. `before`: a time by which whoever wrote them has long ended, or they may be being written.
        Looked for where any bundle of their kind is."""
        with self._engine.connect() as connection:
            prefixes = set(connection.execute(select(BUNDLES.c.prefix)).scalars())
        for kind in sorted({prefix.partition("/")[0] for prefix in prefixes}):
            for found in self._objects.list(kind):
                of_bundle = _IN_A_BUNDLE.match(found.key)
                if of_bundle and of_bundle[1] not in prefixes and found.modified < before:
                    yield found

    def _read(self, place: str, prefix: str) -> dict[str, bytes]:
        found, wrong = {}, []
        for name, expected in self.sums(place, prefix).items():
            try:
                found[name] = self._objects.get(f"{prefix}/{name}")
            except ObjectMissing:
                wrong.append(name)
                continue
            if sha256(found[name]).hexdigest() != expected:
                wrong.append(name)
        if wrong:
            raise BundleDamaged(place, wrong)
        return found
