"""A folder of files becomes submissions: whose return is each, is it expected, are there two of one."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.header import Identity, identify
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.store.deliveries import DeliveredFile, Unreadable
from cin_pipeline.store.deliveries.directory import DiskFile
from cin_pipeline.store.registry import Registry
from cin_pipeline.store.return_files import ReturnFiles, sha256_of
from cin_pipeline.store.submissions import RefusedFile, Submission


@dataclass(frozen=True)
class ExpectedReturns:
    """Which returns a run takes: by collection year the LAs that may send one; `only` narrows a run to some LAs."""

    expected: dict[int, frozenset[str]]
    only: frozenset[str] = frozenset()

    def reason_against(self, identity: Identity) -> str:
        """Why a return is not taken, in one sentence; empty where it is."""
        if identity.year not in self.expected:
            years = " or ".join(str(CollectionYear(year)) for year in sorted(self.expected))
            return f"the return is for {CollectionYear(identity.year)}; one for {years} was expected"
        if identity.la_code not in self.expected[identity.year]:
            return f"{identity.la_code} is not among the authorities expected for {CollectionYear(identity.year)}"
        return ""


@dataclass(frozen=True)
class ReceivedFile:
    """A file that was read, or why it could not be."""

    name: str  # its path in the folder, as it can be written down
    sha256: str = ""
    size: int = 0
    identity: Identity | None = None
    reason: str = ""  # why it is refused; empty while nothing speaks against it


def identities_in(paths: Iterable[Path], max_bytes: int) -> set[tuple[int, str]]:
    """Year and LA of each file that says them; nothing is kept of what is looked at."""
    found = set()
    for path in paths:
        file = DiskFile(path)
        try:
            if file.size() <= max_bytes:
                identity = identify(file.read(max_bytes), max_bytes)
                found.add((identity.year, identity.la_code))
        except (Unreadable, ReturnRejected):
            continue
    return found


def land(
    paths: Sequence[Path],
    expected: ExpectedReturns,
    registry: Registry,
    returns: ReturnFiles,
    *,
    folder: Path,
    received: datetime,
    max_bytes: int,
    on_file: Callable[[], None] = lambda: None,
) -> list[Submission | RefusedFile]:
    """Lands or refuses each file of a folder, in order; files of LAs a narrowed run is not about are passed over.

    A wanted file is copied and recorded as landed. A return of another year, of an LA not expected, or a further one of
    its LA and year is recorded as rejected, a file that is no return as refused, with one sentence why. Of several
    files for one LA and year the first that can be read is taken, of those that a person has not decided against. Such
    a one is given as it is, and nothing is recorded. `on_file` is called after each file."""
    files = []
    for path in paths:
        files.append(receive(DiskFile(path), name_of(path.relative_to(folder)), expected, returns, max_bytes))
        on_file()
    about = [
        file for file in files if not (expected.only and file.identity and file.identity.la_code not in expected.only)
    ]
    lying = {file.name for file in about if _lies_there(file, registry)}
    return [record(file, registry, received) for file in _one_per_partition(about, lying, returns, max_bytes)]


def name_of(path: Path) -> str:
    """A path as text that any database takes: bytes that are no UTF-8 are spelt out."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def receive(
    delivered: DeliveredFile,
    name: str,
    expected: ExpectedReturns,
    returns: ReturnFiles,
    max_bytes: int,
    refused: ReturnFiles | None = None,
) -> ReceivedFile:
    """Reads a file, finds whose return it is, and copies it: to `returns` if it is expected, else to `refused`.

    A file that cannot be read has no hash, nor has one that is too large, of which no more is read than shows it.
    Raises OSError where the copy cannot be written; FileGone, InboxUnusable."""
    try:
        size = delivered.size()
        data = b"" if size > max_bytes else delivered.read(max_bytes + 1)
    except Unreadable as unreadable:
        return ReceivedFile(name, reason=str(unreadable))
    if (size := max(size, len(data))) > max_bytes:
        reason = f"the file has {size:,} bytes; at most {max_bytes:,} were expected"
        return ReceivedFile(name, size=size, reason=reason)
    file = ReceivedFile(name, sha256_of(data), len(data))
    try:
        identity = identify(data, max_bytes)
    except ReturnRejected as rejected:
        file = replace(file, reason=str(rejected))
    else:
        file = replace(file, identity=identity, reason=expected.reason_against(identity))
    copies = refused if file.reason else returns
    if copies:
        copies.keep(data, file.sha256)
    return file


def _lies_there(file: ReceivedFile, registry: Registry) -> bool:
    if file.reason or file.identity is None:
        return False
    year, la_code = file.identity.year, file.identity.la_code
    return registry.lies_there(year=year, la_code=la_code, file_name=file.name, sha256=file.sha256) is not None


def _one_per_partition(
    files: Iterable[ReceivedFile], lying: Collection[str], returns: ReturnFiles, max_bytes: int
) -> Iterator[ReceivedFile]:
    """The files, with all but one of those for the same LA and year refused; `lying`: names of those that stay."""
    candidates: dict[Identity, list[ReceivedFile]] = {}
    for file in files:
        if file.identity and not file.reason and file.name not in lying:
            candidates.setdefault(file.identity, []).append(file)
    taken = {
        identity: _first_readable(several, identity.year, returns, max_bytes)
        for identity, several in candidates.items()
    }
    for file in files:
        identity = file.identity
        if file.reason or identity is None or file.name in lying or (chosen := taken[identity]) is file:
            yield file
        else:
            whose = f"{identity.la_code}, {CollectionYear(identity.year)}"
            yield replace(
                file,
                reason=f"a further return of one authority and year ({whose}); {chosen.name} was taken, "
                "keep one file for each",
            )


def _first_readable(files: list[ReceivedFile], year: int, returns: ReturnFiles, max_bytes: int) -> ReceivedFile:
    if len(files) == 1:
        return files[0]
    for file in files:
        try:
            read_return(returns.read(file.sha256), year, max_bytes)
        except ReturnRejected:
            continue
        return file
    return files[0]


def record(
    file: ReceivedFile,
    registry: Registry,
    received: datetime,
    *,
    rejected_again: bool = True,
    delivered: bool = False,
) -> Submission | RefusedFile:
    """Makes a submission of a file, landed or rejected; a refused file where it was not identified.

    See Registry.land for the same bytes again: then it is the submission of that time, with the file's name of now."""
    about: dict[str, Any] = {
        "file_name": file.name, "sha256": file.sha256, "size": file.size, "received": received
    }  # fmt: skip
    if file.identity is None:
        return registry.refuse_file(**about, reason=file.reason)
    whose: dict[str, Any] = {"year": file.identity.year, "la_code": file.identity.la_code}
    if file.reason:
        return registry.refuse(**whose, **about, reason=file.reason)
    landed = registry.land(**whose, **about, rejected_again=rejected_again, delivered=delivered)
    return replace(landed, file_name=file.name)
