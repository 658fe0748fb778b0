"""The table of all kinds: how `validate` ends on a large file of each, and what that costs."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from cin_pipeline_tests.hostile.declaring import BOUND_MET, GOOD, UNREADABLE, Kind
from cin_pipeline_tests.hostile.kinds import GROUPS
from cin_pipeline_tests.hostile.measuring import End, alone, validated

COLUMNS = ("about", "kind", "bytes", "exits", "must_exit", "as_it_must", "cpu_seconds", "peak_mb", "in_bounds", "said")
_SECONDS, _MEMORY, _FREE = 10.0, 400.0, 10.0  # for a file of up to so many MB; each further one may take 1 s and 4 MB


def main(to: Path, only: str = "") -> None:
    """Writes the table row by row and shows each row's beginning."""
    with TemporaryDirectory() as folder, to.open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, COLUMNS)
        writer.writeheader()
        rows = []
        for row in _rows(Path(folder), only):
            writer.writerow(row)
            table.flush()
            rows.append(row)
            print(*(row[name] for name in COLUMNS[1:-1]), sep="  ")
    met, within = (sum(row[name] == "yes" for row in rows) for name in ("as_it_must", "in_bounds"))
    print(f"{len(rows)} kinds: {met} end as they must, {within} within the bounds")


def _rows(folder: Path, only: str) -> Iterator[dict[str, object]]:
    file = folder / "201_2017.xml"
    file.write_text(GOOD, encoding="utf-8")
    validated(file)  # what is loaded once is loaded before anything is measured
    base = alone(validated, file)
    for about, kinds in GROUPS.items():
        for each in kinds:
            if only in each.name:
                alone(_write, each, file)
                end = alone(validated, file) or End(None, "given up", 0.0, 0.0)
                yield _row(about, each, file.stat().st_size, end, base)


def _write(kind: Kind, file: Path) -> None:
    file.write_bytes(kind.make(kind.large))


def _row(about: str, kind: Kind, size: int, end: End, base: End) -> dict[str, object]:
    seconds, memory = max(0.0, end.seconds - base.seconds), max(0.0, end.memory - base.memory)
    more = max(0.0, size / 1_000_000 - _FREE)
    within = end.code is not None and seconds <= _SECONDS + more and memory <= _MEMORY + 4 * more
    met = end.code in kind.verdict.exits and kind.verdict.says in end.said
    met |= kind.grows and end.code == UNREADABLE and BOUND_MET in end.said
    return dict(
        zip(
            COLUMNS,
            (
                about, kind.name, size, end.code, " ".join(map(str, kind.verdict.exits)), _yes(met), f"{seconds:.1f}",
                f"{memory:.0f}", _yes(within), end.said[:400],
            ),
            strict=True,
        )
    )  # fmt: skip


def _yes(holds: bool) -> str:
    return "yes" if holds else "NO"


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
