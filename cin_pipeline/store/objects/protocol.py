"""What every store of objects does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Found:
    """An object as it is listed. `version`, which means nothing else, changes when its bytes do, as far as is known."""

    key: str
    size: int
    version: str
    modified: datetime


class Objects(Protocol):
    """Bytes by key. Every method raises ObjectsUnavailable where the store cannot be reached, or is full, and
    ValueError for what can be no key."""

    @property
    def place(self) -> str:
        """Where the objects are, to be shown to a person; holds no password."""

    def put_new(self, key: str, data: bytes, *, lasting: bool = True) -> bool:
        """Stores bytes under a key that is not there yet; False, and nothing changed, where it is.

        Of several that put the same key at once one gets True. Where the answer is lost (ObjectsUnavailable), the bytes
        may be there all the same: who tries again then gets False. Once it returns, the bytes survive a power cut,
        unless they are said not to be `lasting`: what can be made again need not wait for the disk."""

    def get(self, key: str) -> bytes:
        """The bytes of a key. Raises ObjectMissing."""

    def has(self, key: str) -> bool:
        """Whether there is an object of that key."""

    def list(self, prefix: str = "") -> Iterator[Found]:
        """Every object whose key begins with `prefix` and `/`, or simply every one, in the order of the keys."""

    def delete(self, key: str) -> None:
        """Removes an object; nothing happens where there is none."""
