"""Where files may be: a directory, or a prefix of a bucket."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from cin_pipeline.settings.kinds import Kind

_BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")
_MOST_BYTES = 200  # of a prefix: with it a key must stay below the 1,024 bytes that a bucket takes


@dataclass(frozen=True)
class Bucket:
    """A prefix of a bucket of any store that speaks S3; as text `s3://bucket/prefix`."""

    name: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    def is_relative_to(self, other: "Bucket") -> bool:
        """Whether it is the other, or below it."""
        inside = PurePosixPath("/", self.prefix).is_relative_to(PurePosixPath("/", other.prefix))
        return self.name == other.name and inside


Place: TypeAlias = Path | Bucket


def holds(outer: Place, inner: Place) -> bool:
    """Whether a place is the other, or above it."""
    if isinstance(outer, Path):
        return isinstance(inner, Path) and inner.is_relative_to(outer)
    return isinstance(inner, Bucket) and inner.is_relative_to(outer)


def _place(text: str) -> Place:
    found = _BUCKET.fullmatch(text)
    return Bucket(found[1], (found[2] or "").removesuffix("/")) if found else Path(text).absolute()


def _is_place(text: str) -> bool:
    """A path may hold nearly anything, but what looks like an address is meant as one."""
    found = _BUCKET.fullmatch(text)
    if found is None:
        return re.match(r"\w+:/", text) is None or Path(text).is_absolute()
    prefix = (found[2] or "").removesuffix("/")
    parts = prefix.split("/")
    sound = prefix.isprintable() and not {"", ".", ".."} & set(parts) and len(prefix.encode()) <= _MOST_BYTES
    return sound or not prefix


PLACE = Kind("a directory or s3://bucket/prefix", _is_place, _place)
