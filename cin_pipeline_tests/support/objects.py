"""Stores of objects without a server; and one at which something happens when an object is asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from obstore.store import LocalStore, MemoryStore

from cin_pipeline.store.objects import Found, Objects
from cin_pipeline.store.objects.bucket import BucketObjects
from cin_pipeline.store.objects.directory import DirectoryObjects

KINDS = ("directory", "bucket in memory", "bucket on disk")


def objects_of(kind: str, directory: Path) -> Objects:
    """An empty store of objects: our own on a directory, or that of buckets over what obstore has without a server."""
    if kind == "directory":
        return DirectoryObjects(directory)
    directory.mkdir(parents=True, exist_ok=True)
    store = MemoryStore() if kind == "bucket in memory" else LocalStore(directory)
    return BucketObjects(store, "s3://made-up")


@dataclass
class Watched:
    """A store of objects that calls `on_put` and `on_get` with the key, before it does anything."""

    objects: Objects
    on_put: Callable[[str], object] = lambda key: None
    on_get: Callable[[str], object] = lambda key: None

    @property
    def place(self) -> str:
        return self.objects.place

    def put_new(self, key: str, data: bytes, *, lasting: bool = True) -> bool:
        self.on_put(key)
        return self.objects.put_new(key, data, lasting=lasting)

    def get(self, key: str) -> bytes:
        self.on_get(key)
        return self.objects.get(key)

    def has(self, key: str) -> bool:
        return self.objects.has(key)

    def list(self, prefix: str = "") -> Iterator[Found]:
        return self.objects.list(prefix)

    def delete(self, key: str) -> None:
        self.objects.delete(key)
