"""Collection years: which are known, and which of them are provisional. The only place where a partition key, a header
year and dates are turned into each other."""

from dataclasses import dataclass
from datetime import date
from functools import total_ordering
from typing import Self

import numpy as np

FIRST_YEAR = 2014  # 2013-14: the first collection with referral sources and assessment factors
LAST_YEAR = 2027  # 2026-27: the last collection whose items and codes are known, as PROVISIONAL says

# Why what is known of a year is not final, to be read after "Collection year 2027 (2026-27) is provisional:" [A92].
# Whatever calls a year provisional takes it from here.
PROVISIONAL = {
    2027: "what it asks anew, pre-proceedings and family group decision-making (module 5), is known from other "
    "people's work alone, and so are the rules on it; its authorities and all other codes are those of 2025-26; no "
    "measure counts module 5",
}


@total_ordering
@dataclass(frozen=True)
class CollectionYear:
    """The year from 1 April to 31 March in which it ends; 2017 is 2016-17 [s1]."""

    ending: int

    @classmethod
    def from_key(cls, key: str) -> Self:
        """The year of a partition key, its first day: `2016-04-01` is 2016-17.

        Raises ValueError for any other day."""
        first = date.fromisoformat(key)
        if (first.month, first.day) != (4, 1):
            raise ValueError(f"{key} is not the first day of a collection year (1 April)")
        return cls(first.year + 1)

    @property
    def key(self) -> str:
        """The partition key: the first day of the year."""
        return f"{self.ending - 1}-04-01"

    @property
    def label(self) -> str:
        """As people write it: `2016 to 2017`."""
        return f"{self.ending - 1} to {self.ending}"

    @property
    def short(self) -> str:
        """The short form, with a mark where the year is provisional: `2016-17`."""
        return f"{self.ending - 1}-{self.ending % 100:02}{' (provisional)' if self.ending in PROVISIONAL else ''}"

    @property
    def provisional(self) -> str:
        """A sentence that says why the year is provisional; empty where it is not."""
        why = PROVISIONAL.get(self.ending, "")
        return (
            why and f"Collection year {self.ending} ({self.ending - 1}-{self.ending % 100:02}) is provisional: {why}."
        )

    @property
    def start(self) -> np.datetime64:
        """1 April, in the year."""
        return np.datetime64(f"{self.ending - 1:04}-04-01", "D")

    @property
    def end(self) -> np.datetime64:
        """31 March, in the year: the reference date of the census."""
        return np.datetime64(f"{self.ending:04}-03-31", "D")

    @property
    def previous(self) -> Self:
        """The year before."""
        return type(self)(self.ending - 1)

    def __lt__(self, other: Self) -> bool:
        return self.ending < other.ending

    def __str__(self) -> str:
        return self.label


COLLECTION_YEARS = tuple(CollectionYear(year) for year in range(FIRST_YEAR, LAST_YEAR + 1))


def years_in_words(first: int | None, last: int | None) -> str:
    """The collection years from the first to the last (None: open), such as `from 2021-22`; empty for all."""
    since = f"from {CollectionYear(first).short}" if first else ""
    until = f"to {CollectionYear(last).short}" if last else ""
    return " ".join(filter(None, (since, until)))
