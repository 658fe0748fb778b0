"""Closing rows: of counts that add up more are suppressed while a suppressed one follows from the rest."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.publication.numbers import Flags, Floats

MUST_REMAIN = 3  # possible values of every suppressed cell, of a small one also among 1 to 5
Indices = NDArray[np.int64]
Sum = tuple[Indices, Indices]  # columns, and the sign of each: together they are 0


def close_sums(values: Floats, suppressed: Flags, sums: Iterable[Sum]) -> None:
    """In each sum of each row suppresses the next smallest count while what is suppressed follows from the rest.

    `values`: whole numbers, empty where a count is not available. `suppressed` grows."""
    sums = tuple(sums)
    changed = True
    while changed:
        changed = False
        for columns, signs in sums:
            for row in np.flatnonzero(_open(values[:, columns], suppressed[:, columns], signs)):
                changed |= suppress_next(values, suppressed, int(row), columns)


def suppress_next(values: Floats, suppressed: Flags, row: int, columns: Indices) -> bool:
    """Suppresses the smallest count of a row that is not suppressed and not 0, the first of equals; whether there was
    any."""
    left = np.where(suppressed[row, columns], np.nan, values[row, columns])
    candidates = np.flatnonzero(left > 0)
    if not len(candidates):
        return False
    suppressed[row, columns[candidates[np.argmin(left[candidates])]]] = True
    return True


def _open(values: Floats, suppressed: Flags, signs: Indices) -> Flags:
    """Rows whose suppressed counts in a sum leave too few possible values for the smallest of them.

    Suppressed counts of one sign add up to a known sum; each is at least 1, so that none is more than the sum less
    the number of the others."""
    count = suppressed.sum(axis=1)
    same_sign = (suppressed & (signs > 0)).sum(axis=1) % np.maximum(count, 1) == 0
    most = np.where(suppressed, values, 0).sum(axis=1) - (count - 1)
    narrow = same_sign & ((count == 1) | (most < MUST_REMAIN))
    is_open: Flags = narrow & (count > 0) & ~np.isnan(values).any(axis=1)
    return is_open
