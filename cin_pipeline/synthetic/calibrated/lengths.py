"""Working days of assessments and waits: so many in each published band, with the published quartiles, where there is
room for each."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.apportion import Counts

Numbers = Counts

_QUARTERS: Final = (0.25, 0.5, 0.75)  # of the counts, where the quartiles are


def drawn_lengths(
    rng: np.random.Generator, counts: Counts, bands: Sequence[tuple[int, int]], quartiles: tuple[int, ...] | None
) -> Numbers:
    """So many lengths within each band, in order, and such that the quartiles are the given ones where these lie in the
    band that they fall into."""
    lengths = []
    for (low, high), count in zip(bands, counts.tolist(), strict=True):
        lengths.append(low + (rng.random(count) * (high - low + 1)).astype(np.int64))
    found = np.sort(np.concatenate(lengths)) if lengths else np.empty(0, dtype=np.int64)
    if quartiles is None or not len(found):
        return found
    edges = np.cumsum(counts)
    for share, value in zip(_QUARTERS, quartiles, strict=True):
        # The smallest length within which at least the share lies.
        at = max(int(np.ceil(share * len(found))) - 1, 0)
        band = int(np.searchsorted(edges, at, side="right"))
        low, high = bands[band]
        if low <= value <= high:
            first, last = int(edges[band] - counts[band]), int(edges[band])
            before, after = found[first : at + 1], found[at:last]
            before[before > value] = value
            after[after < value] = value
            found[at] = value
    return found


def given_out(rng: np.random.Generator, lengths: Numbers, room: Numbers, least: Numbers) -> Numbers:
    """A length, of some in order, for each thing that has so much room, and takes so long at least.

    The longest are given first, each to one of those that have room; a length that none has room for is cut."""
    given = np.full(len(room), -1)
    size = min(len(lengths), len(room))
    lengths = lengths[len(lengths) - size :]
    # What has to last is given first, the shortest that is long enough.
    bound = np.flatnonzero(least > 0)
    bound = bound[np.argsort(-least[bound], kind="stable")]
    used = np.zeros(len(lengths), dtype=bool)
    for each in bound.tolist():
        first = int(np.searchsorted(lengths, least[each]))
        while first < len(lengths) and used[first]:
            first += 1
        if first < len(lengths) and lengths[first] <= room[each]:
            given[each], used[first] = lengths[first], True
    lengths = lengths[~used]
    values, many = np.unique(lengths, return_counts=True)
    order = rng.permutation(len(room))
    order = order[given[order] == -1]
    by_room = order[np.argsort(-room[order], kind="stable")]
    rooms = -room[by_room]
    taken = np.zeros(len(by_room), dtype=bool)
    cut: list[int] = []
    for value, count in zip(values[::-1].tolist(), many[::-1].tolist(), strict=True):
        able = np.flatnonzero(~taken[: int(np.searchsorted(rooms, -value, side="right"))])
        chosen = rng.permutation(able)[:count]
        taken[chosen] = True
        given[by_room[chosen]] = value
        cut += [value] * (count - len(chosen))
    rest = np.flatnonzero(given == -1)
    given[rest] = np.maximum(np.minimum(room[rest], 0), 0)
    if cut:
        # As long as there is room for; the most room for the longest.
        rest = rest[np.argsort(-room[rest], kind="stable")][: len(cut)]
        given[rest] = np.minimum(room[rest], np.array(cut[: len(rest)]))
    return given
