"""What each local authority (LA) has to come to in a year: its published figures, with numbers for the suppressed ones,
and shares of England where it has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from cin_pipeline.reference.authorities import ENGLAND, authorities
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey
from cin_pipeline.reference.published import (
    LOCAL,
    NATIONAL,
    PLACE_TABLES,
    published_la_figures,
    published_place_figures,
    published_table,
)
from cin_pipeline.reference.published_columns import DISABILITIES, UNKNOWN, count_columns
from cin_pipeline.synthetic.calibrated.apportion import Counts, apportion
from cin_pipeline.synthetic.calibrated.identities import Identity, identities
from cin_pipeline.synthetic.calibrated.resolving import resolve

# The collection years that returns can be calibrated to, with the year before each: tables C5 and C6, and the figures
# re-referrals are counted from, are published from 2014 on.
FIRST_CALIBRATED, LAST_CALIBRATED = 2016, 2024
CALIBRATED: Final = tuple(range(FIRST_CALIBRATED, LAST_CALIBRATED + 1))

# Which measure says how large an LA is where another is not available: those of plans for each other, else episodes.
_SIZE: Final = (
    "cin_episodes_starting",
    "cin_episodes_at_31_march",
    "referrals",
    "assessments_completed",
    "cpp_starting",
)
_QUARTILES: Final[Mapping[str, tuple[str, ...]]] = {
    "assessments_completed": ("25th_Percentile_days", "Median_days", "75th_Percentile_days"),
    "icpcs": ("Duration_25th_Percentile", "Duration_median", "Duration_75th_Percentile"),
}
_TABLE_OF_QUARTILES: Final = {"assessments_completed": "c2", "icpcs": "c4"}


@dataclass(frozen=True)
class LeftOff:
    """A published figure that the returns cannot come to, what they come to instead, and why."""

    year: int
    la_code: str
    key: FigureKey
    published: int
    ours: int
    reason: str


@dataclass(frozen=True)
class Figures:
    """The figures of an LA in a year. `published` has the numbers that were published or are in the place of suppressed
    ones; what else is asked for is England's share of what the LA has."""

    la_code: str
    year: int
    published: Mapping[FigureKey, int]

    def knows(self, measure: str, breakdown: str = TOTAL) -> bool:
        """Whether the measure, or its breakdown, was published for the LA."""
        return any(key[:2] == (measure, breakdown) for key in self.published)

    def count(self, measure: str) -> int:
        """A measure as a whole."""
        key = FigureKey(measure)
        if key in self.published:
            return self.published[key]
        england = _england(self.year)
        for size in _SIZE:
            of = FigureKey(size)
            if of in self.published and england.get(of):
                return round(england.get(key, 0) * self.published[of] / england[of])
        return 0

    def part(self, measure: str, breakdown: str, category: str) -> int:
        """One category of a breakdown; 0 where it was not collected."""
        return self.published.get(FigureKey.one(measure, breakdown, category), 0)

    def split(self, measure: str, breakdown: str, categories: Sequence[tuple[str, ...]], whole: int) -> Counts:
        """The categories of a breakdown, which come to `whole` together, or where dates are missing to less."""
        keys = [FigureKey(measure, breakdown, category) for category in categories]
        if all(key in self.published for key in keys):
            return np.array([self.published[key] for key in keys], dtype=np.int64)
        england = _england(self.year)
        return apportion(whole, [max(england.get(key, 0), 0) for key in keys])

    @property
    def months(self) -> tuple[tuple[str, ...], ...]:
        """The months of the year as categories, from April."""
        columns = count_columns("c6", self.year).values()
        return tuple(key.categories for key in columns if not key.is_whole)

    def reasons(self, ended: int) -> dict[str, int]:
        """By reason for closure how many episodes ended; those of unknown reason under RC8 (table B6)."""
        keys = [key for key in count_columns("b6", self.year).values() if not key.is_whole]
        counts = self.split("cin_episodes_ending", "reason_for_closure", [key.categories for key in keys], ended)
        return {key.categories[0]: count for key, count in zip(keys, counts.tolist(), strict=True)}

    def quartiles(self, measure: str) -> tuple[int, ...] | None:
        """Lower quartile, median and upper quartile in working days; None where one is not published."""
        row = published_table(_TABLE_OF_QUARTILES[measure], self.year).get((LOCAL, self.la_code), {})
        found = [row.get(column, "") for column in _QUARTILES[measure]]
        return tuple(map(int, found)) if all(each.isdigit() for each in found) else None

    def disabilities(self, disabled: int) -> dict[str, int]:
        """By code how many of the disabled have the disability: from percentages, to the nearest whole number."""
        tables = published_table("b2", self.year)
        row = tables.get((LOCAL, self.la_code), {})
        england = next((cells for (level, _), cells in tables.items() if level == NATIONAL), {})
        found = {}
        for column, code in DISABILITIES.items():
            own, all_ = (_number(cells.get(column, "")) for cells in (row, england))
            # A suppressed percentage is of a small number.
            percent = own if own is not None else min(all_ or 0.0, 100 * _FEW / max(disabled, 1))
            found[code] = min(round(percent * disabled / 100), disabled)
        return found


_FEW: Final = 3  # of 1 to 5, the middle: for a number of which only a suppressed percentage is known, by table B2


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@cache
def figures(year: int) -> dict[str, Figures]:
    """The figures of every LA with a return that can be calibrated, by code: those with episodes at 31 March."""
    return {
        la: Figures(la, year, row)
        for la, row in _resolved(year)[0].items()
        if FigureKey("cin_episodes_at_31_march") in row
    }


@cache
def left_off(year: int) -> tuple[LeftOff, ...]:
    """The published figures that break an identity, which no returns can come to."""
    return _resolved(year)[1]


def not_published(year: int, la_codes: Sequence[str] | None = None) -> list[str]:
    """A sentence for each LA and year, of a year and the one before, of which something is not published: that it has
    no return, or what of it is in England's proportions."""
    sentences = []
    for each in (year - 1, year):
        keys = {key for table in PLACE_TABLES for key in count_columns(table, each).values()}
        england = {key for key in keys if key in _england(each)}
        for la_code in authorities(each):
            if la_codes is not None and la_code not in la_codes:
                continue
            of = figures(each).get(la_code)
            if of is None:
                sentences.append(f"No return of {la_code} for {each - 1} to {each}: nothing is published of it")
            elif lacking := sorted({key.measure for key in england - of.published.keys()}):
                said = ", ".join(lacking)
                sentences.append(f"Not published of {la_code} for {each - 1} to {each}, so as in England: {said}")
    return sentences


@cache
def _england(year: int) -> dict[FigureKey, int]:
    return {
        key: value for key, value in published_place_figures(year).get(ENGLAND, {}).items() if isinstance(value, int)
    }


@cache
def _resolved(year: int) -> tuple[dict[str, dict[FigureKey, int]], tuple[LeftOff, ...]]:
    known = authorities(year)
    rows = resolve(known, published_la_figures(year), published_place_figures(year), identities(year))
    off = tuple(each for la_code, row in rows.items() for each in _contradictions(year, la_code, row))
    for each in off:
        rows[each.la_code][each.key] = each.ours
    return rows, off


_STARTING: Final = FigureKey("cin_episodes_starting")
_OPEN_3_MONTHS: Final = FigureKey("cpp_open_3_months_at_31_march")
_OPEN: Final = FigureKey("cpp_at_31_march")
_RECENT: Final = FigureKey.one("cpp_at_31_march", "duration", "up_to_3_months")


def _contradictions(year: int, la_code: str, row: Mapping[FigureKey, int]) -> list[LeftOff]:
    """Of each row that does not add up the figure that is another one in the returns; every other one is as
    published."""
    found = []
    for identity in identities(year):
        if not identity.exact and not (identity.near and not identity.parts[0].is_whole):
            continue
        if not all(key in row for key in (*identity.whole, *identity.parts)):
            continue
        over = sum(row[key] for key in identity.whole) - sum(row[key] for key in identity.parts)
        if over:
            key, by, reason = _moved(identity, over, row)
            found.append(LeftOff(year, la_code, key, row[key], row[key] + by, reason))
    if {_OPEN_3_MONTHS, _OPEN, _RECENT} <= row.keys():
        least = row[_OPEN] - row[_RECENT]
        said = "fewer plans are published as open for three months or more than are open less those up to three months"
        if row[_OPEN_3_MONTHS] < least:
            found.append(LeftOff(year, la_code, _OPEN_3_MONTHS, row[_OPEN_3_MONTHS], least, said))
    return found


def _moved(identity: Identity, over: int, row: Mapping[FigureKey, int]) -> tuple[FigureKey, int, str]:
    """Which figure moves where a whole is larger by `over` than its parts, by how much, and why."""
    (whole,) = identity.whole
    if _STARTING in identity.parts:
        said = (
            f"{over} referrals are published neither as starting an episode, nor as without further action, nor as not "
            "in need; here they start one, so that only this figure differs"
        )
        return _STARTING, over, said
    if identity.parts[0].is_whole:
        return whole, -over, f"{over} more are published at any point than ended or are open at the end"
    unknown = [key for key in identity.parts if UNKNOWN in key.categories]
    key = unknown[0] if unknown else max(identity.parts, key=lambda part: row[part])
    return key, over, f"the published categories come to {-over:+} beside the whole"
