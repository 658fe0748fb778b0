"""Small counts of England and regions: suppressed for their own sake, and with each the next smallest of its row [A50].

An LA's counts are whole; those of places hold estimates, so one of a place is small where it is 1 to 5 to the nearest
whole number. What is also counted of LAs is handed on to `disclosure`, which protects those."""

from dataclasses import dataclass

import numpy as np
from pandas import DataFrame

from cin_pipeline.methodology.measures import NOT_AVAILABLE
from cin_pipeline.publication.closing import close_sums
from cin_pipeline.publication.declaring import COUNT, LOCAL_AUTHORITY
from cin_pipeline.publication.intruder import is_small, place_positions, rows_of
from cin_pipeline.publication.numbers import Flags
from cin_pipeline.publication.relations import place_counts, place_rows
from cin_pipeline.publication.rounding import to_whole


@dataclass(frozen=True)
class SmallPlaces:
    """Which counts of places are small, and which are suppressed, those and others; columns are `place_counts`."""

    small: Flags
    suppressed: Flags


def small_places(cells: DataFrame, codes: tuple[str, ...]) -> SmallPlaces:
    """What is suppressed in the places of these geography codes, from cells of one year that are not rounded."""
    counts = cells[(cells["unit"] == COUNT) & (cells["geographic_level"] != LOCAL_AUTHORITY)]
    values = np.zeros((len(codes), len(place_counts())))  # 0 where a place has no such row
    given = counts["value"].fillna(0).where(counts["status"] != NOT_AVAILABLE)
    values[rows_of(counts, codes, ()), place_positions(counts)] = to_whole(given.to_numpy(dtype=np.float64))
    small = is_small(values)
    suppressed = small.copy()
    position = {count: n for n, count in enumerate(place_counts())}
    rows = [np.array([position[count] for count in row]) for row in place_rows()]
    close_sums(values, suppressed, [(row, np.array([1, *[-1] * (len(row) - 1)])) for row in rows])
    return SmallPlaces(small, suppressed)
