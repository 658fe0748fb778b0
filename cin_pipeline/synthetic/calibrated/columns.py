"""The counts of all local authorities (LAs) while they are worked out: a column for each kind and year."""

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.synthetic.calibrated import england as e
from cin_pipeline.synthetic.calibrated.apportion import Counts, apportion


class Columns:
    """The columns while they are filled, one group after another; each has an element for each LA.

    Its draws say how LAs differ in what is only known for England, so the order in which columns are filled matters."""

    def __init__(self, columns: dict[str, Counts], rng: np.random.Generator) -> None:
        self.columns, self._rng = columns, rng

    def get(self, name: str, year: int) -> Counts:
        """The column of a kind and year."""
        return self.columns[f"{name}_{year}"]

    def set(self, name: str, year: int, values: NDArray[np.int64] | NDArray[np.float64]) -> Counts:
        """Fills a column with whole numbers and returns it. Raises ValueError where one is below 0."""
        whole = np.asarray(values, dtype=np.int64)
        if (whole < 0).any():
            raise ValueError(f"{name} of {year} comes to less than 0 for an LA: the figures contradict each other")
        self.columns[f"{name}_{year}"] = whole
        return whole

    def varied(self, weights: NDArray[np.int64]) -> NDArray[np.float64]:
        """Weights by which LAs differ."""
        factors: NDArray[np.float64] = np.exp(e.VARIATION * self._rng.standard_normal(len(weights)))
        return factors * weights

    def shared(
        self,
        totals: NDArray[np.float64] | Counts,
        rows: Counts,
        name: str,
        year: int,
        most: Counts | None = None,
    ) -> Counts:
        """Spreads England's `totals` over the LAs, whose own totals are `rows`; `most` bounds every number.

        The results are the columns `name` with the number of each total; also returned, one beside the other."""
        columns = apportion(rows.sum(), totals)
        done = np.zeros((len(rows), len(columns)), dtype=np.int64)
        for band in np.argsort(columns)[:-1]:
            left = rows - done.sum(axis=1)
            low, high = np.zeros_like(rows), left
            if most is not None:
                undone = [other for other in range(len(columns)) if other != band and not done[:, other].any()]
                low = np.maximum(0, left - most[:, undone].sum(axis=1))
                high = np.minimum(left, most[:, band])
            done[:, band] = apportion(columns[band], self.varied(rows), low, high)
        largest = int(np.argmax(columns))
        done[:, largest] = rows - done.sum(axis=1)
        for band in range(len(columns)):
            self.set(f"{name}{band}", year, done[:, band])
        return done
