"""What was open when a year began: cases and protection plans that go on, and what becomes of each in the year.

A pool holds what the returns of the year before left open. Where fewer were left than the year has, more are made up:
they are in the later return alone (entered late); where more were left, some go on no more.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated.apportion import Counts
from cin_pipeline.synthetic.calibrated.flows import Flow
from cin_pipeline.synthetic.calibrated.windows import BAND_DAYS, BANDS, LONGER, TO_2_YEARS, YearDays, draw_lengths
from cin_pipeline.synthetic.cases import Booleans
from cin_pipeline.synthetic.days import NONE, YEAR, Days

Numbers = Counts

# What becomes of each in the year: ended in one of the bands, open at its end after 1 to 2 years or longer, dropped.
KEPT_1_YEAR, KEPT_LONGER = len(BANDS), len(BANDS) + 1
FATES: Final = (*BANDS, KEPT_1_YEAR, KEPT_LONGER)

_YEAR_DAYS: Final = 365  # days of a year as the calendar counts: what lasted longer can have ended on any of them
_LONGEST_BEYOND_YEARS: Final = 14.0  # what is open for two years and more is open so much longer at most; invented


@dataclass
class Pool:
    """Cases open on the day before the year, and the plans in them."""

    referral: Days = field(default_factory=lambda: _none())
    child: Numbers = field(default_factory=lambda: _none())
    need: Numbers = field(default_factory=lambda: _none())
    source: Numbers = field(default_factory=lambda: _none())
    pending: Days = field(default_factory=lambda: _none())  # start of an assessment that is unfinished, or NONE
    plan_case: Numbers = field(default_factory=lambda: _none())
    plan_start: Days = field(default_factory=lambda: _none())
    plan_number: Numbers = field(default_factory=lambda: _none())  # in the book of plans of the LA
    plan_late: Booleans = field(default_factory=lambda: np.empty(0, dtype=bool))  # whether a review came late
    # Children whose cases had all closed by then, and the last referral of each in the year before.
    closed_child: Numbers = field(default_factory=lambda: _none())
    closed_referral: Days = field(default_factory=lambda: _none())

    def add_cases(self, referral: Days, child: Numbers) -> None:
        """More open cases, of new children."""
        unknown = np.full(len(referral), NONE)
        self.referral = np.concatenate((self.referral, referral))
        self.child = np.concatenate((self.child, child))
        self.need = np.concatenate((self.need, unknown))
        self.source = np.concatenate((self.source, unknown))
        self.pending = np.concatenate((self.pending, unknown))

    def of_children(self, which: Callable[[Numbers], Booleans]) -> "Pool":
        """The part of the pool that is of some children."""
        mine, closed = which(self.child), which(self.closed_child)
        place = np.cumsum(mine) - 1
        planned = mine[self.plan_case]
        return Pool(
            referral=self.referral[mine],
            child=self.child[mine],
            need=self.need[mine],
            source=self.source[mine],
            pending=self.pending[mine],
            plan_case=place[self.plan_case[planned]],
            plan_start=self.plan_start[planned],
            plan_number=self.plan_number[planned],
            plan_late=self.plan_late[planned],
            closed_child=self.closed_child[closed],
            closed_referral=self.closed_referral[closed],
        )


def _none() -> Numbers:
    return np.empty(0, dtype=np.int64)


def can_become(start: Days, fate: int, days: YearDays) -> Booleans:
    """Which of what began on some days before the year can have a fate in it."""
    if fate == KEPT_1_YEAR:
        return start >= days.year_before
    if fate == KEPT_LONGER:
        return start < days.year_before
    shortest, longest = BAND_DAYS[fate]
    return (start + longest >= days.start) & (start + shortest <= days.end)


def allocate(
    rng: np.random.Generator, start: Days, counts: Counts, days: YearDays, ending: Booleans | None = None
) -> Numbers:
    """The fate of each of what began on some days before the year, NONE where it goes on no more.

    As many of each fate (in the order of FATES) as the counts say, or as there are that can have it; those `ending` do
    not stay open for preference."""
    fate = np.full(len(start), NONE)
    chance = rng.random(len(start))
    end = np.zeros(len(start)) if ending is None else ending * 2.0
    left = counts.copy()
    surplus = len(start) - int(counts.sum())
    recent = days.start - start

    def give(which: int, wanted: int, order: NDArray[np.float64]) -> None:
        order = order + (end if which >= KEPT_1_YEAR else -end)
        able = np.flatnonzero((fate == NONE) & can_become(start, which, days))
        chosen = able[np.argsort(order[able], kind="stable")[: max(wanted, 0)]]
        fate[chosen] = which
        left[which] -= len(chosen)

    # What ends soon began late; the older ones of it first, so that what goes on no more is of the last weeks.
    older = chance - np.searchsorted([longest for _, longest in BAND_DAYS[:TO_2_YEARS]], recent)
    for which in BANDS[:TO_2_YEARS]:
        give(which, left[which], older)
    give(KEPT_1_YEAR, left[KEPT_1_YEAR], older)
    of_year = (fate == NONE) & (start >= days.year_before)
    spare = int(of_year.sum()) - max(surplus, 0)
    # The rest of the last year after one to two years, but for what has to go; then the older.
    give(TO_2_YEARS, min(left[TO_2_YEARS], max(spare, 0)), np.where(of_year, older, np.inf))
    give(TO_2_YEARS, left[TO_2_YEARS], np.where(start < days.year_before, chance, np.inf))
    give(LONGER, left[LONGER], chance)
    give(KEPT_LONGER, left[KEPT_LONGER], chance)
    return fate


def wanted_of(flow: Flow) -> Counts:
    """How many of what was there before have each fate, in the order of FATES."""
    return np.concatenate((flow.old_ended, flow.old_open))


def drawn_starts(
    rng: np.random.Generator, fate: int, count: int, days: YearDays, tail_years: float = d.EPISODE_TAIL_YEARS
) -> Days:
    """Days before the year on which something began that can have a fate in it."""
    if fate == KEPT_1_YEAR:
        return rng.integers(days.year_before, days.start, count)
    beyond = np.minimum(rng.exponential(tail_years, count), _LONGEST_BEYOND_YEARS) * YEAR
    if fate == KEPT_LONGER:
        return (days.year_before - 1 - beyond).astype(np.int64)
    if fate < TO_2_YEARS:
        length = draw_lengths(rng, np.full(count, fate))
    elif fate == TO_2_YEARS:
        length = rng.integers(*BAND_DAYS[TO_2_YEARS], count)
    else:
        length = (BAND_DAYS[LONGER][0] + beyond).astype(np.int64)
    shortest = BAND_DAYS[fate][0]
    closure = days.start + (rng.random(count) * np.minimum(length, _YEAR_DAYS)).astype(np.int64)
    return np.minimum(closure - np.maximum(length, shortest), days.start - 1)
