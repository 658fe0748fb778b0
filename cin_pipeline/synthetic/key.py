"""The key of a synthetic England: a CSV file beside it that says what in it is wrong, left out or broken."""

import csv
from collections.abc import Iterable
from pathlib import Path

from cin_pipeline.synthetic.mistakes import Planted

KEY_COLUMNS = (
    "file", "la_code", "collection_year", "line", "table", "record", "la_child_id", "kind", "field", "was", "became",
    "mistake", "also",
)  # fmt: skip

LEFT_OUT = "left_out"  # kind of a row about a return that is not there
STRUCTURE = "structure"  # kind of a row about a file that cannot be taken as the return it stands for


def key_path(out: Path) -> Path:
    """Where the key of a folder of returns is: beside it, so that no run takes it for a return."""
    return beside(out, "_key.csv")


def left_out_path(out: Path) -> Path:
    """Where the returns are that are left out of a folder: beside it."""
    return beside(out, "_left_out")


def beside(out: Path, ending: str) -> Path:
    """A path beside a folder, named after it. Raises ValueError for the root of the file system."""
    whole = out.resolve()
    if not whole.name:
        raise ValueError(f"{out} has nothing beside it; a folder with a name was expected")
    return whole.with_name(f"{whole.name}{ending}")


class Key:
    """A key as it is written, return by return. Starts anew whatever was at the path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(KEY_COLUMNS)

    def planted(self, file: str, la_code: str, year: int, mistakes: Iterable[Planted]) -> None:
        """Adds the mistakes in a file."""
        self._add(
            (
                file, la_code, year, each.line, each.table, each.record, each.la_child_id, each.kind, each.field,
                each.was, each.became, each.mistake, " ".join(each.also),
            )
            for each in mistakes
        )  # fmt: skip

    def whole_file(self, file: str, la_code: str, year: int, kind: str, what: str) -> None:
        """Adds that a file is left out or broken, and how."""
        self._add([(file, la_code, year, "", "", "", "", kind, "", "", what, "", "")])

    def _add(self, rows: Iterable[tuple[object, ...]]) -> None:
        with self.path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
