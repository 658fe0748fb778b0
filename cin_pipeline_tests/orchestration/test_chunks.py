"""How what waits together is split."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cin_pipeline.orchestration.chunks import FEW, in_chunks, in_lines
from cin_pipeline.store.submissions import Submission
from cin_pipeline_tests.orchestration.test_run_requests import landed


@st.composite
def waiting(draw: st.DrawFn) -> list[Submission]:
    las = st.sampled_from([str(la) for la in range(201, 225)])
    drawn = draw(st.lists(st.tuples(las, st.integers(2016, 2018), st.integers(1, 10**8)), max_size=60))
    return [replace(landed(n, la, year), size=size) for n, (la, year, size) in enumerate(drawn, 1)]


@given(waiting(), st.integers(1, 9))
def test_each_return_is_in_one_chunk_with_all_of_its_la(submissions: list[Submission], most: int) -> None:
    predecessors = {"202": "201", "203": "202", "204": "205", "205": "204"}
    lines = in_lines(submissions, predecessors)
    chunks = in_chunks(lines, most)
    assert len(chunks) <= most
    found = [each for chunk in chunks for line in chunk for each in line]
    assert sorted(each.submission for each in found) == [each.submission for each in submissions]
    of_la = {"202": "201", "203": "201", "205": "204"}
    where = {(of_la.get(each.la_code, each.la_code), n) for n, chunk in enumerate(chunks) for each in sum(chunk, ())}
    assert len(where) == len({la for la, _ in where}) == len(lines)
    for line in lines:
        assert [each.collection_year for each in line] == sorted(each.collection_year for each in line)


@given(waiting(), st.integers(2, 9))
def test_chunks_are_alike_to_within_the_largest_line(submissions: list[Submission], most: int) -> None:
    lines = in_lines(submissions, {})
    sizes = [sum(each.size for line in chunk for each in line) for chunk in in_chunks(lines, most)]
    largest = max((sum(each.size for each in line) for line in lines), default=0)
    assert not sizes or max(sizes) - min(sizes) <= largest


def test_a_new_las_returns_follow_those_of_its_predecessor() -> None:
    """Its re-referrals are counted with that one's return of the previous year."""
    (line,) = in_lines(
        [landed(1, "940", 2022), landed(2, "928", 2021), landed(3, "941", 2022)], {"940": "928", "941": "928"}
    )
    assert [each.submission for each in line] == [2, 1, 3]


def test_largest_first_to_the_smallest() -> None:
    sizes = {1: 8, 2: 7, 3: 6, 4: 5, 5: 4, 6: 1}
    lines = in_lines([replace(landed(n), size=size) for n, size in sizes.items()], {})
    chunks = in_chunks(lines, 2)
    assert [[line[0].submission for line in chunk] for chunk in chunks] == [[1, 4, 5], [2, 3, 6]]


def test_a_few_lines_are_no_work_for_another_process() -> None:
    assert len(in_chunks(in_lines([landed(n) for n in range(1, 2 * FEW)], {}), 5)) == 1
    assert len(in_chunks(in_lines([landed(n) for n in range(1, 2 * FEW + 1)], {}), 5)) == 2
    assert in_chunks([], 5) == []
