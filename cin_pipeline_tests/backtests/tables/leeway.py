"""Between what numbers a published figure of England or a region can be, by the published counts of LAs.

The product's own estimates are made of the least and of the most that suppressed counts and populations can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from pandas import DataFrame

from cin_pipeline.publication.rounding import half_up
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey
from cin_pipeline_tests.backtests.tables.columns import ENGLAND_COUNTS, ROWS, Column, counts, percentages, rates

MANY: Final = 1e7  # more than any count of England: where nothing bounds a suppressed one


class Interval(NamedTuple):
    """What a figure can be."""

    low: float
    high: float


@dataclass(frozen=True)
class Leeway:
    """What figures of England and the regions of one year can be, from several `estimate_england` of it.

    `people`: aged 0 to 17 by geography code."""

    year: int
    estimates: Sequence[DataFrame]
    people: Mapping[str, int]

    @cached_property
    def _values(self) -> list[dict[tuple[str, str, str], dict[str, float]]]:
        found: list[dict[tuple[str, str, str], dict[str, float]]] = []
        for each in self.estimates:
            found.append({})
            columns = ["geography_code", "measure", "breakdown", "category", "value"]
            for code, measure, breakdown, category, value in each[columns].itertuples(index=False, name=None):
                found[-1].setdefault((code, measure, breakdown), {})[category] = value
        return found

    def of(self, code: str, table: str, row: str, column: str) -> Interval | None:
        """What a cell can be before rounding; None where it cannot be made from what LAs gave."""
        if (table, row) in ROWS:
            key, whole = ROWS[table, row]
            if column == "percent":
                return self._share(code, key, whole) if whole else None
            return self._rate(code, key) if column == "rate" else self._count(code, key)
        at = Column(table, column)
        if share := percentages(self.year).get(at):
            return self._share(code, *share)
        if rated := rates(self.year).get(at):
            return self._rate(code, rated)
        key_of_count = counts(self.year).get(at) or ENGLAND_COUNTS.get(at)
        return self._count(code, key_of_count) if key_of_count else None

    def _count(self, code: str, key: FigureKey) -> Interval | None:
        counts = [self._sum(values, code, key) for values in self._values]
        return None if any(np.isnan(counts)) else Interval(min(counts), max(counts))

    @staticmethod
    def _sum(values: dict[tuple[str, str, str], dict[str, float]], code: str, key: FigureKey) -> float:
        """Rows of zeros are left out of estimates, but where the LAs gave none of a breakdown there is no figure."""
        of_place = values.get((code, key.measure, key.breakdown), {})
        if not of_place and (
            np.isnan(values[code, key.measure, TOTAL][TOTAL]) or values[code, key.measure, TOTAL][TOTAL]
        ):
            return float("nan")
        return float(sum(of_place.get(category, 0.0) for category in key.categories))

    def _share(self, code: str, key: FigureKey, whole: FigureKey) -> Interval | None:
        part, of = self._count(code, key), self._count(code, whole)
        if part is None or of is None or not of.high:
            return None
        highest = min(100 * part.high / of.low, 100) if of.low else 100
        return Interval(100 * part.low / of.high, highest)

    def _rate(self, code: str, key: FigureKey) -> Interval | None:
        count, people = self._count(code, key), self.people.get(code)
        if count is None or not people:
            return None
        # Published rates of places are those of their rounded counts [A100].
        return Interval(*(10_000 * float(half_up(each, Decimal(10))) / people for each in count))
