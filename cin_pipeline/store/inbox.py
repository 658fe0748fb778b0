"""The inbox: where authorities' files arrive. A scan takes what is new or changed, and nothing else.

Nothing in the inbox is ever changed or deleted. What was seen of each file is remembered, so that an unchanged file
costs one look at its fingerprint; bytes are read only when that changed, and only other bytes are a submission.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine, insert, select, update

from cin_pipeline.store.database import INBOX_FILES
from cin_pipeline.store.deliveries import Deliveries, FileGone, Fingerprint, InboxUnusable
from cin_pipeline.store.landing import ExpectedReturns, ReceivedFile, name_of, receive, record
from cin_pipeline.store.notes import is_note
from cin_pipeline.store.registry import Registry
from cin_pipeline.store.return_files import ReturnFiles
from cin_pipeline.store.submissions import RefusedFile, Submission
from cin_pipeline.store.transactions import alone

PARTIAL_SUFFIXES = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", "~")
GROWING = "still growing: it is taken once two looks find it the same"
PARTIAL = "its name ends as that of a file still being written; rename it once it is complete"


class FileState(StrEnum):
    """What became of a file in the inbox."""

    WAITING = "waiting"  # not complete, as far as can be told
    TAKEN = "taken"  # a submission, or the same bytes as the last
    QUARANTINED = "quarantined"  # no submission to work on, with a reason
    UNREADABLE = "unreadable"  # quarantined, and tried again at each scan
    LEFT_ALONE = "left alone"  # a note or a PDF: nothing that was meant as a return


@dataclass(frozen=True)
class InboxFile:
    """What is known of a file. sha256: of the bytes last taken from this path, empty where none were. submission: its
    number, or that of a refused file."""

    path: bytes
    seen: Fingerprint
    gone: bool = False
    state: FileState = FileState.WAITING
    sha256: str = ""
    reason: str = ""
    submission: int | None = None


@dataclass
class Scan:
    """What a scan found new; how many files wait, and how many notes lie there. `problem`: why it could not be done, or
    not to its end; the next one goes on."""

    landed: list[Submission] = field(default_factory=list)
    quarantined: list[InboxFile] = field(default_factory=list)
    waiting: list[InboxFile] = field(default_factory=list)
    notes: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Changes:
    """What to do about an inbox: files to read in their order, and what to remember."""

    take: tuple[InboxFile, ...]
    remember: tuple[InboxFile, ...]


def changes(
    known: Mapping[bytes, InboxFile], found: Mapping[bytes, Fingerprint], now_ns: int, settle_ns: int | None
) -> Changes:
    """Compares what is there with what is known.

    A new or changed file is taken once a second look finds it the same, or at once when it was last changed at least
    `settle_ns` ago, or that is None. A file that comes back as it was (a disk mounted again) is no news; one that comes
    back with another time is, even with the same bytes. Files are taken in the order of their times, then names."""
    take, remember = [], []
    for path, seen in found.items():
        before = known.get(path)
        again = before is not None and before.gone and before.seen.changed_ns != seen.changed_ns
        if before and before.seen == seen and not again:
            if before.state is FileState.UNREADABLE or (before.state is FileState.WAITING and before.reason != PARTIAL):
                take.append(replace(before, gone=False))
            elif before.gone:
                remember.append(replace(before, gone=False))
            continue
        file = InboxFile(path, seen) if again or before is None else replace(before, seen=seen, gone=False)
        if path.lower().endswith(tuple(map(str.encode, PARTIAL_SUFFIXES))):
            remember.append(replace(file, state=FileState.WAITING, reason=PARTIAL))
        elif settle_ns is None or now_ns - seen.changed_ns >= settle_ns:
            take.append(file)
        else:
            remember.append(replace(file, state=FileState.WAITING, reason=GROWING))
    remember += [replace(file, gone=True) for path, file in known.items() if path not in found and not file.gone]
    return Changes(tuple(sorted(take, key=lambda file: (file.seen.changed_ns, file.path))), tuple(remember))


class Inbox:
    """Scans where files are delivered; what was seen is kept in the database."""

    def __init__(
        self, deliveries: Deliveries, engine: Engine, registry: Registry, returns: ReturnFiles, quarantine: ReturnFiles
    ) -> None:
        self._deliveries = deliveries
        self._engine = engine
        self._registry = registry
        self._returns = returns
        self._quarantine = quarantine

    def scan(
        self,
        expected: ExpectedReturns,
        now: datetime,
        *,
        settle_seconds: float,
        max_bytes: int,
        enough: Callable[[], bool] = lambda: False,
    ) -> Scan:
        """Takes what is new. A file that cannot be taken never keeps another from it.

        `enough` is asked before each file: whether to leave the rest to the next scan."""
        scan = Scan()
        try:
            found = self._deliveries.look()
        except InboxUnusable as unusable:
            scan.problem = str(unusable)
            return scan
        known = self.files()
        settle_ns = int(settle_seconds * 1e9) if self._deliveries.settles else None
        to_do = changes(known, found, int(now.timestamp() * 1e9), settle_ns)
        self._remember(to_do.remember)
        for file in to_do.take:
            if enough():
                scan.problem = "not every file could be read in the time of one scan; the next goes on"
                break
            try:
                self._take(file, known.get(file.path), expected, now, max_bytes, scan)
            except FileGone:
                continue  # the next scan sees that it is, or what has come in its place
            except InboxUnusable as unusable:
                scan.problem = f"{unusable}; the next scan goes on"
                break
            except OSError as error:
                scan.problem = f"a file could not be copied into the state ({error.strerror}); it stays in the inbox"
                break
        there = [file for file in self.files().values() if not file.gone]
        scan.waiting = [file for file in there if file.state is FileState.WAITING]
        scan.notes = sum(file.state is FileState.LEFT_ALONE for file in there)
        return scan

    def files(self) -> dict[bytes, InboxFile]:
        """Every file ever seen, by its path in the inbox."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(INBOX_FILES)).all()
        return {
            bytes(row.path): InboxFile(
                bytes(row.path),
                Fingerprint(row.size, row.version, row.changed_ns),
                row.gone,
                FileState(row.state),
                row.sha256,
                row.reason,
                row.submission,
            )
            for row in rows
        }

    def _take(
        self,
        file: InboxFile,
        before: InboxFile | None,
        expected: ExpectedReturns,
        now: datetime,
        max_bytes: int,
        scan: Scan,
    ) -> None:
        delivered = self._deliveries.file(file.path, file.seen)
        if is_note(delivered, max_bytes):
            # Whatever is written over it later comes to this path anew, also bytes that it had before.
            self._remember([replace(file, state=FileState.LEFT_ALONE, sha256="", reason="", submission=None)])
            return
        name = name_of(Path(os.fsdecode(file.path)))
        received = receive(delivered, name, expected, self._returns, max_bytes, self._quarantine)
        if received.sha256 and received.size != file.seen.size:
            self._remember([replace(file, state=FileState.WAITING, reason=GROWING)])
        elif received.sha256 and received.sha256 == file.sha256:
            state = FileState.QUARANTINED if received.reason else FileState.TAKEN
            self._remember([replace(file, state=state, reason=received.reason)])  # touched, the bytes are the same
        elif not received.sha256 and file.reason == received.reason:
            self._remember([file] if file != before else [])  # still as unreadable as before
        else:
            self._record(file, received, now, scan)

    def _record(self, file: InboxFile, received: ReceivedFile, now: datetime, scan: Scan) -> None:
        last = self._registry.last_number()
        # What comes here is new in this place: a path not seen before, one that was gone, or other bytes than it had.
        recorded = record(received, self._registry, now, rejected_again=False, delivered=True)
        state = FileState.TAKEN
        if received.reason:
            state = FileState.QUARANTINED if received.sha256 else FileState.UNREADABLE
        number = recorded.number if isinstance(recorded, RefusedFile) else recorded.submission
        done = replace(file, state=state, sha256=received.sha256, reason=received.reason, submission=number)
        self._remember([done])
        if received.reason:
            scan.quarantined.append(done)
        elif number > last and isinstance(recorded, Submission):
            scan.landed.append(recorded)

    def _remember(self, files: Iterable[InboxFile]) -> None:
        rows = [
            {
                "path": file.path,
                "size": file.seen.size,
                "version": file.seen.version,
                "changed_ns": file.seen.changed_ns,
                "gone": file.gone,
                "state": file.state,
                "sha256": file.sha256,
                "reason": file.reason,
                "submission": file.submission,
            }
            for file in files
        ]
        if not rows:
            return
        with alone(self._engine, INBOX_FILES.name) as connection:
            for row in rows:
                changed = connection.execute(
                    update(INBOX_FILES).where(INBOX_FILES.c.path == row["path"]).values(**row)
                ).rowcount
                if not changed:
                    connection.execute(insert(INBOX_FILES).values(**row))
