"""What a file may hold at most: a bound is met by what is counted in the file, and memory grows with the file alone."""

import tracemalloc
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from cin_pipeline.census import bounds, header, pieces, reading, xml
from cin_pipeline.census.bounds import BOUNDS
from cin_pipeline.census.errors import ReturnRejected, StructureFaults
from cin_pipeline.census.header import identify
from cin_pipeline.census.reading import nothing_sent, read_return
from cin_pipeline.validation.files import check_file
from cin_pipeline_tests.census.test_reading import whole
from cin_pipeline_tests.support.hostile_returns import HOSTILE

MODULES = (bounds, header, pieces, reading, xml)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> bounds.Bounds:
    """Bounds that a small file can meet."""
    low = replace(BOUNDS, text=1_000, tag=2_000, names=40, children=20, records=50, bytes_of_a_record=1_000, depth=10)
    low = replace(low, namespace=100)
    for module in MODULES:
        monkeypatch.setattr(module, "BOUNDS", low)
    monkeypatch.setattr("cin_pipeline.census.faults.BOUNDS", low)
    monkeypatch.setattr(xml, "PIECE", 500)
    return low


def in_a_child(content: str) -> bytes:
    return whole(f"<Children>\n<Child>{content}</Child></Children>").encode()


MET = {
    "depth": (in_a_child("<a>" * 8 + "</a>" * 8), "elements lie more than 10 deep in each other, and no more"),
    "depth of known elements": (whole().replace("<Child>", "<Child>" * 9).encode(), "more than 10 deep"),
    "a value": (in_a_child(f"<ChildIdentifiers><LAchildID>{'x' * 1_001}</LAchildID></ChildIdentifiers>"), "1,000 char"),
    "a text between elements": (in_a_child(" " * 70_000), "has more than 1,000 characters"),
    "a comment": (in_a_child(f"<!--{'x' * 4_000}-->"), "a tag, comment or processing instruction has more than 2,000"),
    "a tag": (in_a_child(f'<CINdetails a="{"x" * 4_000}"/>'), "has more than 2,000 bytes"),
    "names of elements": (in_a_child("".join(f"<a{n}/>" for n in range(41))), "more than 40 different names"),
    "names of attributes": (
        in_a_child("".join(f'<CINdetails a{n}=""/>' for n in range(41))),
        "more than 40 different names",
    ),
    "namespaces": (
        in_a_child("".join(f'<CINdetails xmlns:a{n}="urn:{n}"/>' for n in range(25))),
        "more than 40 different names",
    ),
    "the name of a namespace": (
        in_a_child(f'<CINdetails xmlns="urn:{"x" * 100}"/>'),
        "the name of a namespace has more than 100 characters",
    ),
    "children": (whole(f"<Children>{'<Child/>' * 21}</Children>").encode(), "holds more than 20 children"),
    "records": (in_a_child("<CINdetails/>" * 60), "holds more than 51 records, which is the most for a file of its"),
}


@pytest.mark.parametrize("case", MET)
def test_a_file_that_meets_a_bound_is_refused_with_it(case: str, small: bounds.Bounds) -> None:
    data, said = MET[case]
    with pytest.raises(ReturnRejected, match=said) as rejected:
        read_return(data, 2017)
    assert not isinstance(rejected.value, StructureFaults)


IN_THE_HEADER = {
    "depth": ("<a>" * 10 + "</a>" * 10, "10 deep"),
    "a value": (f"<Source><LEA>{'2' * 1_001}</LEA></Source>", "1,000 characters"),
    "names": ("".join(f"<a{n}/>" for n in range(41)), "40 different names"),
}


@pytest.mark.parametrize("case", IN_THE_HEADER)
def test_a_header_is_bounded_before_it_is_checked(case: str, small: bounds.Bounds) -> None:
    content, said = IN_THE_HEADER[case]
    with pytest.raises(ReturnRejected, match=said):
        identify(whole(header=f"<Header>{content}</Header>").encode())


@pytest.mark.parametrize(
    ("content", "line"), [("<Child/>\n" * 30, 20), ("<Child>\n" + "<CINdetails/>\n" * 60 + "</Child>", 51)]
)
def test_a_bound_of_records_is_told_with_the_line_of_the_first_beyond(
    content: str, line: int, small: bounds.Bounds
) -> None:
    data = whole(f"<Children>\n{content}</Children>").encode()
    before = data[: data.index(b"<Child>" if b"<Child>" in data else b"<Child/>")].count(b"\n") + 1
    with pytest.raises(ReturnRejected) as rejected:
        read_return(data, 2017)
    assert rejected.value.line == before + line


def test_a_file_just_within_the_bounds_is_read(small: bounds.Bounds) -> None:
    assert len(read_return(in_a_child("<CINdetails/>" * 49), 2017).tables.referrals) == 49
    assert len(read_return(whole(f"<Children>{'<Child/>' * 20}</Children>").encode(), 2017).tables.children) == 20
    value = f"<ChildIdentifiers><LAchildID>{'x' * 1_000}</LAchildID></ChildIdentifiers>"
    assert read_return(in_a_child(value), 2017).tables.children["la_child_id"].str.len().tolist() == [1_000]


def test_no_honest_return_meets_a_bound() -> None:
    """The largest file that is taken: 100,000 children, with a record in every 100 bytes."""
    assert BOUNDS.records_in(128 * 1024 * 1024) > 128 * 1024 * 1024 / 100
    assert BOUNDS.children >= 2 * 100_000


def test_the_bounds_are_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    table = page.partition("## How large a file may be")[2].partition("\n## ")[0]
    assert all(f"{most:,}" in table for most in astuple(BOUNDS))


def allocated(size: int, kind: str, checked: bool) -> tuple[int, int]:
    """Bytes of a hostile return, and the most that was allocated beside it while it was read (and checked)."""
    data = HOSTILE[kind](size)
    tracemalloc.start()
    try:
        if checked:
            check_file(data, 2017)
        else:
            read_return(data, 2017)
        return len(data), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_reading_allocates_is_that_of_a_piece_and_of_the_columns(kind: str) -> None:
    nothing_sent(2017)
    allocated(100, kind, checked=False)
    (_, few), (_, many) = (allocated(size, kind, checked=False) for size in (10_000, 30_000))
    assert many - few < 20_000 * 250  # bytes for each record or element
    assert few < 10e6


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_checking_allocates_grows_no_faster_than_the_file(kind: str) -> None:
    allocated(100, kind, checked=True)
    (_, few), (_, many) = (allocated(size, kind, checked=True) for size in (5_000, 20_000))
    assert many < 4.2 * few + 4e6
    assert many - few < 15_000 * 1_000
