"""What contradicts the header of a return: dates of another year, children of another LA, another size.

Such a return is held until a person confirms it. Thresholds are those of `hold_reasons`; nothing here names a child."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.census.hold_reasons import CHILDREN, DATES_AFTER, DATES_BEFORE, SIZE
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.years import CollectionYear

Keys = NDArray[np.uint64]

# The dates of what happened in a case: most of those of a return lie in its year.
DATED: Mapping[str, tuple[str, ...]] = {
    "referrals": ("referral_date", "closure_date", "date_of_initial_cpc"),
    "assessments": ("assessment_start_date", "assessment_authorisation_date"),
    "section47": ("s47_start_date", "date_of_initial_cpc"),
    "plans": ("cpp_start_date", "cpp_end_date"),
}

_LOOKED_UP = 50  # keys that are looked up before all are: they are hashes, so the smallest are drawn by chance
_KEY = np.dtype("<u8")  # the same in every state, whatever the machine


@dataclass(frozen=True)
class SentChildren:
    """Who is in a return [A97]: how many children, and of each with LAchildID and birth date a key, sorted, each once.

    The same child in two returns has the same key, in any process and on any machine."""

    number: int
    keys: Keys

    @classmethod
    def of(cls, children: DataFrame) -> Self:
        """Those of the cleaned table of children. A child without LAchildID is a child of its own [A9]."""
        ids, born = children["la_child_id"], children["birth_date"]
        both = (ids.notna() & born.notna()).to_numpy()
        days = born[both].to_numpy().astype("datetime64[D]").astype(str).tolist()
        keys = b"".join(
            blake2b(f"{day} {child}".encode(), digest_size=_KEY.itemsize).digest()
            for child, day in zip(ids[both].to_list(), days, strict=True)
        )
        return cls(int(ids.nunique() + ids.isna().sum()), np.unique(np.frombuffer(keys, dtype=_KEY)))

    @classmethod
    def stored(cls, number: int, keys: bytes) -> Self:
        """From what `as_bytes` gave."""
        return cls(number, np.frombuffer(keys, dtype=_KEY))

    def as_bytes(self) -> bytes:
        """The keys, to be stored."""
        return self.keys.tobytes()

    def same_as(self, other: Self) -> int:
        """How many of these children are among the other's, where that is enough to hold this return; else 0."""
        if len(self.keys) < CHILDREN.fewest:
            return 0
        # Of most pairs of returns hardly a child is the same, which a few tell as well as all.
        few = self.keys[:_LOOKED_UP]
        if _among(few, other.keys) * 2 < len(few):
            return 0
        common = _among(self.keys, other.keys)
        return common if common / len(self.keys) >= CHILDREN.share else 0


@dataclass(frozen=True)
class Compared:
    """Another return of the same LA: how many children it has, and what it is called in a sentence."""

    children: int
    name: str


def dates_by_year(tables: ReturnTables, year: CollectionYear) -> dict[CollectionYear, int]:
    """How many dates of a return lie in the year before, in its year, and in the year after."""
    days = np.concatenate([tables[table][column].to_numpy() for table, columns in DATED.items() for column in columns])
    days = days.astype("datetime64[D]")
    years = (year.previous, year, CollectionYear(year.ending + 1))
    return {each: int(((each.start <= days) & (days <= each.end)).sum()) for each in years}


def dates_of_another_year(tables: ReturnTables, year: CollectionYear, off: Collection[str] = ()) -> str:
    """That nearly all dates of a return lie in the year before or the one after, in words; empty where they do not.

    `off`: names of the reasons that are switched off."""
    found = dates_by_year(tables, year)
    before, _, after = found
    whole = sum(found.values())
    for reason, other in ((DATES_BEFORE, before), (DATES_AFTER, after)):
        if reason.name not in off and whole >= reason.fewest and found[other] / whole >= reason.share:
            lie = f"{found[other]:,} of {whole:,} of its dates lie in {other}"
            return f"{lie}, {reason.told}"
    return ""


def children_of_another(common: int, sent: SentChildren, la_code: str, submission: int) -> str:
    """That a return has the children of another LA's, in words."""
    return (
        f"{common:,} of its {len(sent.keys):,} children with LAchildID and birth date {CHILDREN.told} "
        f"{la_code} of the same year (submission {submission})"
    )


def another_size(number: int, others: Iterable[Compared]) -> str:
    """That a return is far smaller, or far larger, than each it can be compared with, in words; empty where it is not,
    or there is nothing to compare it with."""
    compared = [other for other in others if other.children >= SIZE.fewest]
    found = [_size_beside(number, other) for other in compared]
    return f"{SIZE.told} {number:,} children, {' and '.join(found)}" if found and all(found) else ""


def _size_beside(number: int, other: Compared) -> str:
    if number < SIZE.share * other.children:
        return f"under {SIZE.share:.0%} of the {other.children:,} of {other.name}"
    if number * SIZE.share > other.children:
        return f"over {1 / SIZE.share:g} times the {other.children:,} of {other.name}"
    return ""


def _among(keys: Keys, others: Keys) -> int:
    """How many keys are among others; both sorted."""
    if not len(others):
        return 0
    places = np.minimum(np.searchsorted(others, keys), len(others) - 1)
    return int((others[places] == keys).sum())
