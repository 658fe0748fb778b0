"""Objects as files below a directory of this machine, or of a disk that several share."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cin_pipeline.store.objects.errors import ObjectMissing, ObjectsUnavailable
from cin_pipeline.store.objects.keys import UNFINISHED, checked
from cin_pipeline.store.objects.protocol import Found

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}  # what file systems say that have none


class DirectoryObjects:
    """One file for each object; its folders are the parts of its key."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def place(self) -> str:
        """The directory."""
        return str(self._directory)

    def put_new(self, key: str, data: bytes, *, lasting: bool = True) -> bool:
        """See Objects.put_new. A link is what takes a name only where it is free.

        Where a file system has none (exFAT, some shares), the file is renamed: two that put the same key at the same
        moment may both get True, and the bytes of one are there."""
        path = self._path(key)
        with _told():
            if path.exists():
                return False
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f"{UNFINISHED}{uuid4().hex}")
            try:
                with temporary.open("xb") as file:
                    file.write(data)
                    if lasting:
                        file.flush()
                        os.fsync(file.fileno())
                _name(temporary, path)
            except FileExistsError:
                return False
            finally:
                temporary.unlink(missing_ok=True)
            if lasting:
                _sync_folder(path.parent)
        return True

    def get(self, key: str) -> bytes:
        """See Objects.get."""
        with _told():
            try:
                return self._path(key).read_bytes()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                raise ObjectMissing(key) from None

    def has(self, key: str) -> bool:
        """See Objects.has."""
        with _told():
            return self._path(key).is_file()

    def list(self, prefix: str = "") -> Iterator[Found]:
        """See Objects.list."""
        with _told():
            start = self._path(prefix) if prefix else self._directory
            files = [path for path in start.rglob("*") if path.is_file() and not path.name.startswith(UNFINISHED)]
        by_key = {path.relative_to(self._directory).as_posix(): path for path in files}
        for key in sorted(by_key):
            try:
                status = by_key[key].stat()
            except FileNotFoundError:  # deleted meanwhile
                continue
            modified = datetime.fromtimestamp(status.st_mtime, UTC)
            yield Found(key, status.st_size, file_version(status), modified)

    def delete(self, key: str) -> None:
        """See Objects.delete. A folder that it leaves empty goes too."""
        path = self._path(key)
        with _told():
            path.unlink(missing_ok=True)
        with suppress(OSError):  # others are in it
            path.parent.rmdir()

    def _path(self, key: str) -> Path:
        return self._directory.joinpath(*checked(key).split("/"))


def file_version(status: os.stat_result) -> str:
    """What tells the bytes of a file from those it has next, as far as a disk tells."""
    return f"{status.st_mtime_ns}-{status.st_ino}"


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ObjectsUnavailable(error.errno, error.strerror, error.filename) from None


def _name(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        temporary.rename(path)


def _sync_folder(folder: Path) -> None:
    """Makes the name of a new file survive a power cut; Windows does that by itself and opens no folder."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
