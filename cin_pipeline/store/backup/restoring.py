"""The way back from a backup: into a database and a store of objects that hold nothing else."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from cin_pipeline.store.backup.making import KEPT, LAST
from cin_pipeline.store.backup.tools import BackupFailed, restore_dump
from cin_pipeline.store.database import METADATA
from cin_pipeline.store.objects import ObjectMissing, Objects
from cin_pipeline.store.opening import CONNECT_SECONDS, engine_to_look
from cin_pipeline.store.return_files import sha256_of


def restore_backup(source: Objects, copies: Objects, url: str, objects: Objects) -> int:
    """Puts a backup into an empty database and an empty store of objects; how many objects there are.

    Objects first, so that no row ever names what is not there. Asked again after it was interrupted it goes on. Raises
    BackupFailed, ObjectsUnavailable: the database is then as it was."""
    if make_url(url).get_backend_name() != "postgresql":
        raise BackupFailed("the database is a file: CIN_DATABASE must name a PostgreSQL database")
    about = _about(source)
    dumped = source.get(about["database"])
    if sha256_of(dumped) != about["sha256"]:
        raise BackupFailed(f"{about['database']} of {source.place} is damaged")
    _refuse_tables(url)
    sums: dict[str, str] = about["objects"]
    others = [found.key for prefix in KEPT for found in objects.list(prefix) if found.key not in sums]
    if others:
        raise BackupFailed(f"{objects.place} holds other objects already ({len(others)}); an empty place was expected")
    for key, expected in sums.items():
        _put_back(key, expected, copies, objects)
    with TemporaryDirectory() as directory:
        file = Path(directory, "database.dump")
        file.write_bytes(dumped)
        restore_dump(url, file)
    return len(sums)


def _about(source: Objects) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads(source.get(LAST))
    except ObjectMissing:
        raise BackupFailed(f"{source.place} holds no backup, or one that did not come to its end") from None
    return about


def _refuse_tables(url: str) -> None:
    try:
        names = inspect(engine_to_look(url, CONNECT_SECONDS)).get_table_names()
    except DBAPIError as error:  # without its message, which may name who connected where
        raise BackupFailed(f"the database does not answer ({type(error).__name__})") from None
    if there := sorted(METADATA.tables.keys() & set(names)):
        raise BackupFailed(f"the database holds tables already ({there[0]} ...); an empty one was expected")


def _put_back(key: str, expected: str, copies: Objects, objects: Objects) -> None:
    try:
        data = copies.get(key)
    except ObjectMissing:
        raise BackupFailed(f"{key} is missing in the backup") from None
    if sha256_of(data) != expected:
        raise BackupFailed(f"{key} is damaged in the backup")
    if not objects.put_new(key, data) and sha256_of(objects.get(key)) != expected:
        raise BackupFailed(f"{key} is there already, with other bytes; an empty place was expected")
