"""Write-once copies of the files received, named by their contents."""

import hashlib
from pathlib import Path
from uuid import uuid4


def sha256_of(data: bytes) -> str:
    """The hash that identifies the contents of a file."""
    return hashlib.sha256(data).hexdigest()


class ReturnFiles:
    """Copies that are made before any work and never changed: what was counted can be read again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, data: bytes, sha256: str) -> None:
        """Stores a copy unless the same bytes are there already."""
        path = self._path(sha256)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}-{uuid4().hex}")
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        except OSError:  # such as a full disk: half a copy is none
            temporary.unlink(missing_ok=True)
            raise

    def read(self, sha256: str) -> bytes:
        """The bytes received. Raises FileNotFoundError."""
        return self._path(sha256).read_bytes()

    def has(self, sha256: str) -> bool:
        """Whether there is a copy of these bytes."""
        return self._path(sha256).exists()

    def _path(self, sha256: str) -> Path:
        return self._directory / sha256[:2] / f"{sha256}.xml"
