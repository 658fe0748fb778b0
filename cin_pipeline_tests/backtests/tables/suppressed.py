"""What suppressed counts of LAs can be: bounds from what is published beside them, and numbers within the bounds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.publication.relations import AT_MOST, EXACT, la_relations
from cin_pipeline.reference.figure_keys import FigureKey

Floats = NDArray[np.float64]
_LEAST: Final = 0.0  # some are suppressed to protect another, noughts too
_ORDINARY: Final = 100  # taken for an unreliable count that nothing bounds
_MOST_OF_SMALL: Final = 5.0  # and where nothing published is more than it, a suppressed count is small
# Categories of these are published without those that are unknown, and add up all the same.
_ADD_UP: Final = frozenset(("month", "initial_category", "latest_category"))


@dataclass(frozen=True)
class _Sum:
    """A signed sum of counts that is between two numbers."""

    counts: tuple[tuple[int, float], ...]
    least: float
    most: float


@dataclass
class Bounds:
    """The least and the most that each count can be: a row for each LA, a column for each of `keys`; NaN where the LA
    has no such figure."""

    keys: tuple[FigureKey, ...]
    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        self._sums = tuple(_sums(self.keys))
        self.narrow()

    def settled(self) -> Floats:
        """A whole number within the bounds for each count, such that what is a part of another stays so."""
        found = Bounds.__new__(Bounds)
        found.keys, found.low, found.high, found._sums = self.keys, self.low.copy(), self.high.copy(), self._sums
        for column in range(len(self.keys)):
            open_ = found.low[:, column] < found.high[:, column]
            if not open_.any():
                continue
            low, high = found.low[open_, column], found.high[open_, column]
            middle = np.floor((low + np.where(np.isinf(high), low + 2 * _ORDINARY, high)) / 2)
            middle = np.fmax(middle, np.fmin(1, high))  # suppressed noughts are the exception
            found.low[open_, column] = found.high[open_, column] = middle
            found.narrow()
        return found.low

    def narrow(self) -> None:
        """Takes from the bounds what the sums exclude, until nothing is left to take. Where published counts contradict
        a sum (records with impossible dates), that sum says nothing of the LA."""
        for _ in range(20):
            low, high = self.low.copy(), self.high.copy()
            for each in self._sums:
                self._narrow_by(each)
            if np.array_equal(low, self.low, equal_nan=True) and np.array_equal(high, self.high, equal_nan=True):
                return

    def _narrow_by(self, each: _Sum) -> None:
        columns = [column for column, _ in each.counts]
        signs = np.array([sign for _, sign in each.counts])
        low, high = self.low[:, columns], self.high[:, columns]
        least, most = np.where(signs > 0, low * signs, high * signs), np.where(signs > 0, high * signs, low * signs)
        for n, (column, sign) in enumerate(each.counts):
            others_least, others_most = np.delete(least, n, axis=1).sum(axis=1), np.delete(most, n, axis=1).sum(axis=1)
            with np.errstate(invalid="ignore"):  # infinite less infinite says nothing
                one, other = (each.least - others_most) / sign, (each.most - others_least) / sign
            new_low = np.fmax(self.low[:, column], np.minimum(one, other))
            new_high = np.fmin(self.high[:, column], np.maximum(one, other))
            possible = (new_low <= new_high) & ~np.isnan(self.low[:, column])
            self.low[possible, column], self.high[possible, column] = new_low[possible], new_high[possible]


def bounds(
    keys: Sequence[FigureKey], known: Floats, suppressed: NDArray[np.bool_], unreliable: NDArray[np.bool_]
) -> Bounds:
    """Bounds of the counts of LAs: `known` where it has a number, from the other counts where they are suppressed.

    Of one that is `unreliable` nothing is known but what the others say: it may be without an upper bound."""
    hidden = suppressed | unreliable
    found = Bounds(tuple(keys), np.where(hidden, _LEAST, known), np.where(hidden, np.inf, known))
    small = suppressed & np.isinf(found.high)
    found.high[small] = np.fmax(found.low[small], _MOST_OF_SMALL)
    found.narrow()
    return found


def _sums(keys: Sequence[FigureKey]) -> Iterator[_Sum]:
    """The relations that the release declares between counts of an LA."""
    at = {_without_year(key): n for n, key in enumerate(keys)}
    for each in la_relations(frozenset(at)):
        exact = each.kind == EXACT or any(key.breakdown in _ADD_UP for key, _ in each.terms)
        sign = -1.0 if each.kind == AT_MOST else 1.0
        yield _Sum(tuple((at[key], sign * weight) for key, weight in each.terms), 0, 0 if exact else np.inf)


def _without_year(key: FigureKey) -> FigureKey:
    if key.is_whole:
        return key
    without_year = MEASURES[key.measure].breakdowns[key.breakdown].without_year
    return key._replace(categories=tuple(map(without_year, key.categories)))
