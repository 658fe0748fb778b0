"""Files that were delivered into a bucket: each is there whole, or not at all."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import obstore
from obstore.exceptions import (
    BaseError,
    InvalidPathError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import ObjectStore

from cin_pipeline.census.text import visible
from cin_pipeline.settings.places import Bucket
from cin_pipeline.store.deliveries.protocol import DeliveredFile, FileGone, Fingerprint, InboxUnusable, Unreadable
from cin_pipeline.store.objects import ObjectMissing, ObjectsUnavailable
from cin_pipeline.store.objects.bucket import listed, opened, told

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BucketDeliveries:
    """A prefix of a bucket that is an inbox; `place`: as it is shown."""

    settles = False

    def __init__(self, store: ObjectStore, place: str) -> None:
        self._store = store
        self._place = place

    def look(self) -> dict[bytes, Fingerprint]:
        """See Deliveries.look. An object that was written over with the same bytes is the same file."""
        try:
            with told(self._place, "the prefix"), self._paths_alone():
                found = listed(self._store)
        except (ObjectMissing, ObjectsUnavailable) as error:
            raise InboxUnusable(f"the inbox cannot be read: {error}") from None
        return {
            each.key.encode(): Fingerprint(each.size, each.version, _nanoseconds(each.modified))
            for each in found
            # A prefix may have an object of its own.
            if each.key and not any(part.startswith(".") for part in each.key.split("/"))
        }

    def file(self, path: bytes, seen: Fingerprint) -> DeliveredFile:
        """See Deliveries.file."""
        return _BucketFile(self._store, self._place, path.decode(), seen)

    @contextmanager
    def _paths_alone(self) -> Iterator[None]:
        try:
            yield
        except InvalidPathError as error:  # one such key, and nothing is listed
            named = re.search(r'Path "(.*?)"', str(error), re.DOTALL)
            key = f"the key {visible(named[1])}" if named else "a key"
            raise InboxUnusable(
                f"the inbox {self._place} cannot be listed, for it holds {key}, which is no path: rename that object"
            ) from None


@dataclass(frozen=True)
class _BucketFile:
    """An object of an inbox, and no later one under its key."""

    store: ObjectStore
    place: str
    key: str
    seen: Fingerprint

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]

    def size(self) -> int:
        if not self.seen.size:  # what some consoles make to show a folder is listed, and cannot be read
            with self._told():
                obstore.head(self.store, self.key)
        return self.seen.size

    def read(self, most: int) -> bytes:
        if not self.size():
            return b""
        options: Any = {"range": (0, min(most, self.seen.size))}
        if self.seen.version.startswith('"'):  # an ETag that stands for the bytes
            options["if_match"] = self.seen.version
        with self._told():
            return bytes(obstore.get(self.store, self.key, options=options).bytes())

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, PreconditionError):
            raise FileGone from None
        except (PermissionDeniedError, UnauthenticatedError):
            raise Unreadable("the file cannot be read (Permission denied)") from None
        except BaseError as error:  # its text holds the address and what was asked
            raise InboxUnusable(f"the inbox {self.place} cannot be read ({type(error).__name__})") from None


def bucket_deliveries(bucket: Bucket) -> BucketDeliveries:
    """The inbox below a prefix of a bucket, of which nothing is asked yet. Raises WrongAddress."""
    return BucketDeliveries(opened(bucket), str(bucket))


def _nanoseconds(when: datetime) -> int:
    return (when - _EPOCH) // timedelta(microseconds=1) * 1000
