"""How what waits together is split: the returns that go one after the other are a line, and lines are put in chunks.

One machine hands its processes a line at a time; the sensors ask for a bulk run for each chunk.
"""

from collections.abc import Iterable, Mapping

from cin_pipeline.store.submissions import Submission

FEW = 3  # up to so many lines, starting another process takes longer than it saves

Line = tuple[Submission, ...]


def in_lines(submissions: Iterable[Submission], predecessors: Mapping[str, str]) -> list[Line]:
    """The returns of each LA in their order, years first; the largest line first, so that none is left for the end.

    Those of a new LA are in its predecessor's line, as its return of the previous year may be counted with."""
    lines: dict[str, list[Submission]] = {}
    for submission in submissions:
        lines.setdefault(_first_in_line(submission.la_code, predecessors), []).append(submission)
    ordered = [tuple(sorted(line, key=lambda each: (each.partition, each.submission))) for line in lines.values()]
    return sorted(ordered, key=_bytes, reverse=True)


def in_chunks(lines: Iterable[Line], most: int) -> list[list[Line]]:
    """At most so many chunks of whole lines, alike in bytes: each line, the largest first, goes to the smallest chunk.

    Fewer where there is little to do: then one more process would cost more than it saves."""
    ordered = sorted(lines, key=_bytes, reverse=True)
    chunks: list[list[Line]] = [[] for _ in range(min(most, max(len(ordered) // FEW, 1)))]
    for line in ordered:
        min(chunks, key=lambda chunk: sum(map(_bytes, chunk))).append(line)
    return [chunk for chunk in chunks if chunk]


def _bytes(line: Line) -> int:
    return sum(each.size for each in line)


def _first_in_line(la_code: str, predecessors: Mapping[str, str]) -> str:
    """The LA that an LA goes back to by its predecessors; of LAs said to follow each other round, one for all."""
    path = [la_code]
    while (before := predecessors.get(path[-1])) is not None:
        if before in path:
            return min(path[path.index(before) :])
        path.append(before)
    return path[-1]
