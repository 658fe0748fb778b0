"""Making a backup, see the package."""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, select, text

from cin_pipeline.store.backup.tools import BackupFailed, dump
from cin_pipeline.store.bundles import Bundles
from cin_pipeline.store.database import BUNDLES, SUBMISSIONS
from cin_pipeline.store.objects import ObjectMissing, Objects, ObjectsUnavailable
from cin_pipeline.store.return_files import copy_key, sha256_of
from cin_pipeline.store.store import Store
from cin_pipeline.store.submission_queries import was_landed
from cin_pipeline.store.versions import CURRENT

KEPT = ("returns", "quarantine", "tables", "inputs", "releases", "publication_files")  # how keys of a deployment begin
LAST = "backup.json"  # what makes it a backup
MOST_ROUNDS = 10  # a bundle would have to be replaced within each of them


@dataclass(frozen=True)
class Made:
    """What is in a backup. lost: what the database names and was gone before: of which place, or which return."""

    objects: int
    bytes: int
    rounds: int
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """What a dump names: the prefix of each bundle by place, and the hashes of the returns that landed."""

    bundles: dict[str, str]
    returns: frozenset[str]


@dataclass
class _Copy:
    """What was copied so far, and of which bundles it was seen that they are whole."""

    objects: Objects
    sums: dict[str, str] = field(default_factory=dict)
    bytes: int = 0
    whole: set[str] = field(default_factory=set)


def make_backup(store: Store, to: Objects, copies: Objects, now: datetime) -> Made:
    """Copies the objects of a deployment to `copies` and, beside them, its database to `to`, which must be empty.

    Raises BackupFailed, ObjectsUnavailable: then it is no backup, as `backup.json` is missing."""
    if store.engine.dialect.name != "postgresql":
        raise BackupFailed("the database is a file: end what uses the state and copy its directory whole")
    if any(to.list()):
        raise BackupFailed(f"{to.place} is not empty; an empty place was expected")
    copy, dumped = _Copy(copies), ""
    _copy_new(store.objects, copy)
    for number in range(1, MOST_ROUNDS + 1):
        if dumped:
            to.delete(dumped)
        dumped = f"database-{number}.dump"
        named, content = _dumped(store)
        to.put_new(dumped, content)
        _copy_new(store.objects, copy)
        missing = _not_whole(store, copy, named)
        if all(_is_lost(store, place, prefix) for place, prefix in missing.items()):
            break
    else:
        raise BackupFailed(f"{', '.join(missing)} changed faster than they could be copied; try again")
    gone = [f"returns/{each}" for each in sorted(named.returns) if copy_key("returns", each) not in copy.sums]
    lost = (*missing, *gone)
    about = {
        "made": now.isoformat(),
        "version": CURRENT,
        "database": dumped,
        "sha256": sha256_of(content),
        "lost": lost,
        "objects": copy.sums,
    }
    to.put_new(LAST, json.dumps(about, indent=1).encode())
    return Made(len(copy.sums), copy.bytes + len(content), number, lost)


def _copy_new(source: Objects, copy: _Copy) -> None:
    """Copies what is not copied yet. What goes meanwhile is not copied: nothing current names it any more."""
    for prefix in KEPT:
        for found in _listed(source, prefix):
            if found in copy.sums:
                continue
            try:
                data = source.get(found)
            except ObjectMissing:
                continue
            copy.objects.put_new(found, data)
            copy.sums[found], copy.bytes = sha256_of(data), copy.bytes + len(data)


def _listed(source: Objects, prefix: str) -> list[str]:
    for _ in range(MOST_ROUNDS):
        with suppress(ObjectsUnavailable):  # a folder that goes while it is looked into
            return [found.key for found in source.list(prefix)]
    return [found.key for found in source.list(prefix)]


def _dumped(store: Store) -> tuple[Named, bytes]:
    with store.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        with TemporaryDirectory() as directory:
            file = Path(directory, "database.dump")
            dump(store.settings.database, snapshot, file)
            return _named(connection), file.read_bytes()


def _named(connection: Connection) -> Named:
    bundles = {row.place: row.prefix for row in connection.execute(select(BUNDLES.c.place, BUNDLES.c.prefix))}
    returns = connection.execute(select(SUBMISSIONS.c.sha256).where(was_landed()).distinct()).scalars()
    return Named(bundles, frozenset(returns))


def _not_whole(store: Store, copy: _Copy, named: Named) -> dict[str, str]:
    """The bundles of the dump that are not whole in the copy. One that was seen whole is not read again."""
    bundles = Bundles(copy.objects, store.engine)
    for place, prefix in named.bundles.items():
        if prefix not in copy.whole and bundles.is_whole(place, prefix):
            copy.whole.add(prefix)
    return {place: prefix for place, prefix in named.bundles.items() if prefix not in copy.whole}


def _is_lost(store: Store, place: str, prefix: str) -> bool:
    """Whether a bundle is not whole in the deployment either, though it is still the one that counts there."""
    return store.bundles.prefix(place) == prefix and not store.bundles.is_whole(place, prefix)
