"""Protection plans from before the year: which end in it and when, and what that asks of the cases they are in.

Of a plan that ended in the first half of the year it is published how long the child then remained in need (table D8):
so the closure of its case is drawn with its end. These cases get their fates first, the others what is left.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.apportion import Counts
from cin_pipeline.synthetic.calibrated.figures import Figures
from cin_pipeline.synthetic.calibrated.flows import Flow
from cin_pipeline.synthetic.calibrated.pool import (
    FATES,
    KEPT_1_YEAR,
    KEPT_LONGER,
    Pool,
    allocate,
    drawn_starts,
    wanted_of,
)
from cin_pipeline.synthetic.calibrated.windows import BAND_DAYS, YearDays
from cin_pipeline.synthetic.days import HORIZON, NONE, Days

Numbers = Counts

REMAINED: Final = (("up_to_3_months",), ("over_3_to_6_months",), ("over_6_months",))
SOON, LATER, LONG, ANY = range(len(REMAINED) + 1)  # bands of table D8; any, of a plan that ended in the second half

# Calendar days from the end of a plan to the closure of its case, by the bands of table D8; these leave out the days at
# which it depends on the months, as those of durations do.
_REMAINED_DAYS: Final = ((0, 88), (95, 178), (190, HORIZON), (0, HORIZON))
_STAYS: Final = 0.6  # share of the cases that can stay open after their plan that do; invented
_HALF_DAYS: Final = 182  # after the first day of the year, 30 September: the first half of table D8 counts to it
_PLAN_FROM: Final = 7  # days from a referral to the plan, at least; invented
_PLAN_TAIL_YEARS: Final = 0.8  # mean time that plans of two years and more last beyond; invented


@dataclass
class Carried:
    """What becomes of the pool: the fate of each case (NONE where it is still open which) and the closures that are
    known; of each plan its end, HORIZON where it stays open and NONE where it is lost; what is `left` of the fates, and
    how many plans that ended in the first half are `missing`, by how long the child remained in need."""

    fate: Numbers
    closure: Days
    plan_end: Days
    left: Counts
    soon: list[int] = field(default_factory=list)  # positions in the pool of cases closed soon after their plan
    missing: Counts = field(default_factory=lambda: np.zeros(len(REMAINED), dtype=np.int64))


def first_half(days: YearDays) -> int:
    """The last day of the first half of the year."""
    return days.start + _HALF_DAYS


def complete_plans(rng: np.random.Generator, pool: Pool, flow: Flow, days: YearDays) -> Numbers:
    """The fate of each plan of the pool, to which plans are added where it has too few of a kind."""
    wanted = wanted_of(flow)
    fate = allocate(rng, pool.plan_start, wanted, days, ending=pool.plan_late)
    starts, fates = [], []
    for which in FATES:
        missing = max(int(wanted[which] - (fate == which).sum()), 0)
        starts.append(drawn_starts(rng, which, missing, days, _PLAN_TAIL_YEARS))
        fates.append(np.full(missing, which))
    start, more = np.concatenate(starts), np.concatenate(fates)
    order = np.argsort(start, kind="stable")
    case = _hosts(rng, pool, start[order])
    pool.plan_case = np.concatenate((pool.plan_case, case))
    pool.plan_start = np.concatenate((pool.plan_start, np.maximum(start[order], pool.referral[case] + _PLAN_FROM)))
    pool.plan_number = np.concatenate((pool.plan_number, np.full(len(case), NONE)))
    pool.plan_late = np.concatenate((pool.plan_late, np.zeros(len(case), dtype=bool)))
    return np.concatenate((fate, more[order]))


def _hosts(rng: np.random.Generator, pool: Pool, starts: Days) -> Numbers:
    """A case of the pool for each plan, the oldest first: open when it began, and without another.

    Where all have one, the youngest there is."""
    free = np.ones(len(pool.referral), dtype=bool)
    free[pool.plan_case] = False
    by_age = np.flatnonzero(free)
    by_age = by_age[np.argsort(pool.referral[by_age], kind="stable")]
    able = np.searchsorted(pool.referral[by_age], starts - _PLAN_FROM, side="right")
    left = list(range(len(by_age)))
    chosen: list[int] = []
    for until in able.tolist():
        # Those taken have gone from the list: as many fewer come before.
        count = max(min(until - len(chosen), len(left)), 1)
        chosen.append(left.pop(int(rng.integers(count))))
    return by_age[np.array(chosen, dtype=np.int64)]


def carry(
    rng: np.random.Generator, pool: Pool, plan_fate: Numbers, episodes: Flow, of: Figures, days: YearDays
) -> Carried:
    """Ends of the plans of the pool, and the fates and closures of the cases that they are in."""
    found = Carried(
        fate=np.full(len(pool.referral), NONE),
        closure=np.full(len(pool.referral), NONE),
        plan_end=np.full(len(pool.plan_start), NONE),
        left=wanted_of(episodes),
    )
    for plan in np.flatnonzero(plan_fate >= KEPT_1_YEAR).tolist():
        if _stay(found, pool, int(pool.plan_case[plan]), days):
            found.plan_end[plan] = HORIZON
    ended = rng.permutation(np.flatnonzero((plan_fate >= 0) & (plan_fate < KEPT_1_YEAR)))
    shortest, longest = np.array(BAND_DAYS)[plan_fate[ended]].T
    low = np.maximum(days.start, pool.plan_start[ended] + shortest)
    high = np.minimum(days.end, pool.plan_start[ended] + longest)
    half = first_half(days)
    remained = _remained(of)
    # Those that have to end in the first half, then those that can.
    order = np.lexsort((rng.random(len(ended)), low > half, high > half)).tolist()
    able = [at for at in order if low[at] <= half]
    waiting = set(order)
    for kind in (LATER, SOON, LONG):
        count = int(remained[kind])
        for at in able:
            bounds = (int(low[at]), int(min(high[at], half)))
            if count > 0 and at in waiting and _end(rng, found, pool, int(ended[at]), bounds, kind, days):
                waiting.remove(at)
                count -= 1
        found.missing[kind] = count
    for at in order:
        if at in waiting:
            bounds = (int(max(low[at], half + 1)), int(high[at]))
            if bounds[0] > bounds[1]:
                bounds = (int(low[at]), int(high[at]))
            _end(rng, found, pool, int(ended[at]), bounds, ANY, days)
    return found


def _remained(of: Figures) -> Counts:
    """Plans that ended in the first half of the year, by how long the child then remained in need; of a closure before
    the end of the plan as if it had come later."""
    whole = of.count("cpp_ending_first_6_months")
    counts = of.split("cpp_ending_first_6_months", "remained_in_need", REMAINED, whole)
    counts[int(np.argmax(counts))] += whole - counts.sum()
    return np.maximum(counts, 0)


def _stay(found: Carried, pool: Pool, case: int, days: YearDays) -> bool:
    """Lets a case stay open through the year, where one more of its age can."""
    for fate in (KEPT_1_YEAR, KEPT_LONGER):
        able = (int(pool.referral[case]) >= days.year_before) == (fate == KEPT_1_YEAR)
        if able and found.left[fate] > 0 and found.fate[case] == NONE:
            found.fate[case] = fate
            found.closure[case] = HORIZON
            found.left[fate] -= 1
            return True
    return False


def _end(
    rng: np.random.Generator,
    found: Carried,
    pool: Pool,
    plan: int,
    bounds: tuple[int, int],
    kind: int,
    days: YearDays,
) -> bool:
    """Ends a plan between two days, its case staying in need as long as its kind says; whether that can be."""
    case, (low, high) = int(pool.plan_case[plan]), bounds
    if low > high or found.fate[case] != NONE:
        return False
    referral = int(pool.referral[case])
    may_stay = kind in (LONG, ANY)
    if may_stay and rng.random() < _STAYS and _stay(found, pool, case, days):
        found.plan_end[plan] = int(rng.integers(low, high + 1))
        return True
    soonest, latest = _REMAINED_DAYS[kind]
    for band in rng.permutation(np.flatnonzero(found.left[:KEPT_1_YEAR] > 0)).tolist():
        shortest, longest = BAND_DAYS[band]
        first = max(referral + shortest, low + soonest)
        last = min(referral + longest, high + latest, days.end)
        if first > last:
            continue
        closure = int(rng.integers(first, last + 1))
        found.fate[case], found.closure[case] = band, closure
        found.left[band] -= 1
        found.plan_end[plan] = int(rng.integers(max(low, closure - latest), min(high, closure - soonest) + 1))
        if kind == SOON:
            found.soon.append(case)
        return True
    if may_stay and _stay(found, pool, case, days):
        found.plan_end[plan] = int(rng.integers(low, high + 1))
        return True
    return False


def close_others(rng: np.random.Generator, found: Carried, pool: Pool, days: YearDays, known: int) -> int:
    """The fates that are left, for the other cases of the pool, and their closures.

    Where the cases that are left cannot have them, more are added; how many children are known then."""
    others = np.flatnonzero(found.fate == NONE)
    fate = allocate(rng, pool.referral[others], found.left, days)
    found.fate[others] = fate
    missing = np.maximum(found.left - np.bincount(fate[fate != NONE], minlength=len(FATES)), 0)
    more = np.concatenate([drawn_starts(rng, which, int(missing[which]), days) for which in FATES])
    added = len(pool.referral) + np.arange(len(more))
    pool.add_cases(more, known + np.arange(len(more)))
    found.fate = np.concatenate((found.fate, np.repeat(FATES, missing)))
    found.closure = np.concatenate((found.closure, np.full(len(more), NONE)))
    others = np.concatenate((others, added))
    fate = found.fate[others]
    found.closure[others[fate >= KEPT_1_YEAR]] = HORIZON
    ended = others[(fate >= 0) & (fate < KEPT_1_YEAR)]
    shortest, longest = np.array(BAND_DAYS)[found.fate[ended]].T
    low = np.maximum(days.start, pool.referral[ended] + shortest)
    high = np.minimum(days.end, pool.referral[ended] + longest)
    found.closure[ended] = low + (rng.random(len(ended)) * (high - low + 1)).astype(np.int64)
    return known + len(more)
