"""Every kind of hostile or mistaken file ends as it must, loses nothing, and allocates in step with its size."""

from pathlib import Path

import pytest

from cin_pipeline_tests.hostile.declaring import UNREADABLE
from cin_pipeline_tests.hostile.kinds import KINDS
from cin_pipeline_tests.hostile.measuring import MB, read_traced, validated
from cin_pipeline_tests.hostile.pending import PENDING
from cin_pipeline_tests.support.counting import held, lost

# What Python allocates besides the file, at most: for the smallest, and for each byte. The parser's own memory is not
# Python's, and stands in the table that the package writes.
LEAST, FOR_A_BYTE = 3 * MB, 40
ROWS_FOR_AN_ELEMENT = 4  # with issues: an empty Child is a row, and lacks three things


def _due(name: str) -> object:
    pending = pytest.mark.xfail(reason=PENDING.get(name, ""), strict=True)
    return pytest.param(name, marks=pending) if name in PENDING else name


@pytest.mark.parametrize("name", map(_due, KINDS))
def test_every_kind_ends_as_it_must(name: str, tmp_path: Path) -> None:
    kind, file = KINDS[name], tmp_path / "201_2017.xml"
    data = kind.make(kind.small)
    file.write_bytes(data)
    end = validated(file)
    assert end.code in kind.verdict.exits, end.said
    assert kind.verdict.says in end.said
    read = read_traced(data)
    assert (read.cleaned is None) == (end.code == UNREADABLE)
    assert read.peak <= LEAST + FOR_A_BYTE * len(data)
    if read.cleaned is not None:
        assert lost(data, read.year, read.cleaned) == []
        *_, elements = held(data)
        assert (
            sum(read.cleaned.tables.row_counts().values()) + len(read.cleaned.issues) <= ROWS_FOR_AN_ELEMENT * elements
        )


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.grows and name not in PENDING])
def test_twice_as_much_allocates_no_more_than_twice_as_much(name: str) -> None:
    kind = KINDS[name]
    once, twice = kind.make(kind.small), kind.make(2 * kind.small)
    assert read_traced(twice).peak <= 2 * read_traced(once).peak + MB // 2


def test_there_are_enough_kinds_and_none_pends_that_is_not_there() -> None:
    assert len(KINDS) >= 150
    assert PENDING.keys() <= KINDS.keys()
