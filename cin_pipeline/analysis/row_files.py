"""The row files of a state as DuckDB opens them: by a name that says whose they are, to be read and nothing else."""

from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

from fsspec import AbstractFileSystem

from cin_pipeline.store.row_tables import StoredTable, StoredTables, TablesDamaged

PROTOCOL = "rows"
_AT_HAND = 64  # files: DuckDB asks for the size of one, then opens it, some at a time
_WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)  # a file of that name never changes


class RowFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """Files that lie in the store of objects, in a directory or a bucket, and some in memory.

    There is no way to write here, and DuckDB has no other file system. Paths that it may read it would write as well:
    COPY does, also inside a SELECT. `fault`: why a file could last not be opened, which DuckDB tells as a traceback."""

    protocol = PROTOCOL
    cachable = False

    def __init__(self, tables: StoredTables) -> None:
        super().__init__()
        self._files: dict[str, StoredTable | bytes] = {}
        self._sizes: dict[str, int] = {}
        self._read = lru_cache(_AT_HAND)(tables.content)
        self.fault: TablesDamaged | OSError | None = None

    def add(self, name: str, file: StoredTable | bytes) -> str:
        """Gives a file its name; returns that with the protocol."""
        self._files[name] = file
        return f"{PROTOCOL}://{name}"

    def open(self, path: str, mode: str = "rb", *_: Any, **__: Any) -> BytesIO:
        """The file as a stream. Raises PermissionError for any mode but reading."""
        if mode != "rb":
            self.fault = PermissionError("rows of a state can be read, not written")
            raise self.fault
        return BytesIO(self._content(self._strip_protocol(path)))

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """What DuckDB asks before it opens a file. Raises FileNotFoundError."""
        name = self._strip_protocol(path)
        if name not in self._sizes:
            self._sizes[name] = len(self._content(name))
        return {"name": name, "size": self._sizes[name], "type": "file"}

    def modified(self, path: str) -> datetime:
        """Some day, the same for all."""
        return _WHENEVER

    def glob(self, path: str, **_: Any) -> list[str]:
        """The file of that name alone: views name every file they read."""
        return [path] if self._strip_protocol(path) in self._files else []

    def _content(self, name: str) -> bytes:
        file = self._files.get(name)
        if file is None:
            raise FileNotFoundError(name)
        if isinstance(file, bytes):
            return file
        try:
            return self._read(file)
        except (TablesDamaged, OSError) as fault:
            self.fault = fault
            raise
