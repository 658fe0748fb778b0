"""Files that were delivered into a directory."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from cin_pipeline.store.deliveries.protocol import DeliveredFile, FileGone, Fingerprint, InboxUnusable, Unreadable
from cin_pipeline.store.objects.directory import file_version

RESULTS_MARKER = ".cin_pipeline_results"  # in a folder that a run writes to: nothing in it is a return


def files_in(folder: Path) -> list[Path]:
    """Every file in a folder and its folders in the order of their paths, but for hidden ones and the results of runs.

    What is there but no regular file (a pipe, a link to nothing) is in the list, to be refused with a reason."""
    results = {marker.parent for marker in folder.rglob(RESULTS_MARKER)}
    return [
        path
        for path in sorted(folder.rglob("*"))
        if (path.is_symlink() or not path.is_dir())
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and results.isdisjoint(path.parents)
    ]


@dataclass(frozen=True)
class DiskFile:
    """A file of this machine's disk. Raises no FileGone."""

    path: Path

    @property
    def name(self) -> str:
        """See DeliveredFile.name."""
        return self.path.name

    def size(self) -> int:
        """See DeliveredFile.size. Raises Unreadable for a pipe or a folder, too."""
        with _told():
            status = self.path.stat()
        if not S_ISREG(status.st_mode):
            raise Unreadable("it is no regular file; an XML file was expected")
        return status.st_size

    def read(self, most: int) -> bytes:
        """See DeliveredFile.read."""
        with _told(), self.path.open("rb") as file:
            return file.read(most)


@dataclass(frozen=True)
class _InboxFile:
    """A file of an inbox, from which it may be taken away at any time."""

    file: DiskFile

    @property
    def name(self) -> str:
        return self.file.name

    def size(self) -> int:
        with self._unless_gone():
            return self.file.size()

    def read(self, most: int) -> bytes:
        with self._unless_gone():
            return self.file.read(most)

    @contextmanager
    def _unless_gone(self) -> Iterator[None]:
        try:
            yield
        except Unreadable:
            if not os.path.lexists(self.file.path):
                raise FileGone from None
            raise
        if not os.path.lexists(self.file.path):
            raise FileGone


class DirectoryDeliveries:
    """A directory that is an inbox. While a file is copied into it, it is there already."""

    settles = True

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def look(self) -> dict[bytes, Fingerprint]:
        """See Deliveries.look."""
        if problem := self._unusable():
            raise InboxUnusable(problem)
        try:
            return dict(self._found())
        except OSError as error:
            raise InboxUnusable(f"the inbox {self._directory} cannot be read ({error.strerror})") from None

    def file(self, path: bytes, seen: Fingerprint) -> DeliveredFile:
        """See Deliveries.file."""
        return _InboxFile(DiskFile(self._directory / os.fsdecode(path)))

    def _unusable(self) -> str:
        """Why the directory cannot be an inbox; empty where it can."""
        where = self._directory
        if where.is_symlink():
            return f"the inbox {where} is a link to another place; name the directory itself in CIN_INBOX"
        try:
            if not where.is_dir():
                return f"the inbox {where} is no directory; make it, or name another in CIN_INBOX"
            os.scandir(where).close()
        except OSError as error:
            return f"the inbox {where} cannot be read ({error.strerror})"
        return ""

    def _found(self) -> Iterator[tuple[bytes, Fingerprint]]:
        for path in files_in(self._directory):
            try:
                status = path.stat()
            except OSError:  # gone since, or a link to nothing: reading says which
                try:
                    status = path.lstat()
                except OSError:
                    continue
            yield os.fsencode(path.relative_to(self._directory)), fingerprint(status)


def fingerprint(status: os.stat_result) -> Fingerprint:
    """What tells a file of a disk from the next."""
    return Fingerprint(status.st_size, file_version(status), status.st_mtime_ns)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unreadable(f"the file cannot be read ({error.strerror})") from None
