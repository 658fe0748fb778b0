"""Write-once copies of the files received, named by their contents."""

import hashlib

from cin_pipeline.store.objects import Objects


def sha256_of(data: bytes) -> str:
    """The hash that identifies the contents of a file."""
    return hashlib.sha256(data).hexdigest()


def copy_key(prefix: str, sha256: str) -> str:
    """The key of the copy of a file, among those with a prefix."""
    return f"{prefix}/{sha256[:2]}/{sha256}.xml"


class ReturnFiles:
    """Copies that are made before any work and never changed: what was counted can be read again."""

    def __init__(self, objects: Objects, prefix: str) -> None:
        self._objects = objects
        self._prefix = prefix

    def keep(self, data: bytes, sha256: str) -> None:
        """Stores a copy unless the same bytes are there already. Raises ObjectsUnavailable."""
        self._objects.put_new(self._key(sha256), data)

    def read(self, sha256: str) -> bytes:
        """The bytes received. Raises ObjectMissing, ObjectsUnavailable."""
        return self._objects.get(self._key(sha256))

    def has(self, sha256: str) -> bool:
        """Whether there is a copy of these bytes; of none where there is no hash."""
        return bool(sha256) and self._objects.has(self._key(sha256))

    def _key(self, sha256: str) -> str:
        return copy_key(self._prefix, sha256)
