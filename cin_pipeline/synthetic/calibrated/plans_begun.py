"""Protection plans that begin in one of the two years, each with its conference: open at its end, or ended in it.

Then what is recorded of all plans: their categories, and how many the child had before.
"""

from typing import Final

import numpy as np

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated import england as e
from cin_pipeline.synthetic.calibrated.apportion import spread, spread_shares
from cin_pipeline.synthetic.calibrated.case_table import Numbers
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.plan_table import HELD_FROM, PlanDrawing
from cin_pipeline.synthetic.calibrated.windows import (
    UP_TO_3_MONTHS,
    WITHIN_A_YEAR,
    draw_days,
    draw_working_days,
    year_days,
)
from cin_pipeline.synthetic.days import HORIZON, NONE

FIRST, LAST = YEARS

_OF_BAND: Final = ("plans_3_months", "plans_6_months", "plans_1_year")  # names in `flows`
_ENDS, _REMOVED, _STAYS = range(3)  # what becomes in the last year of the plans begun in the first

# Calendar days, all invented. A case with a plan that ends in the last year is open for so many days of it at least.
_OPEN_INTO_YEAR: Final = 20
# Plans that begin and end in one year: the case is referred so long before its end, and for preference; the plan begins
# so long before it, and lasts at least so long. The third has to exceed the fourth by some room: with 10 days and 14,
# there is "no day between the last and the first" in most LAs.
_REFERRED_BY, _REFERRED_BY_PREFERRED = 75, 150
_BEGINS_BY: Final = 35
_SHORTEST: Final = 14

# Share of the plans that start in neither year and had one before: invented, and no measure counts it.
_PREVIOUS_OF_OTHERS: Final = 0.15
_TIE: Final = 0.5  # blurs an order among equals only: anything above 0 and below 1


def begun_in_first(of: PlanDrawing, every: list[Numbers], kept: list[Numbers]) -> Numbers:
    """Plans begun in the first year and open at its end. Adds them to all, and to those open a year later."""
    flows, cases, rng = of.flows, of.cases, of.rng
    first, last = year_days(FIRST), year_days(LAST)
    counts = [flows(name, FIRST) for name in _OF_BAND]
    late = flows("plans_reviewed_late", FIRST)
    # Plans reviewed late end in the last year, so that they are not late in its return as well.
    bands = rng.permutation(np.repeat(WITHIN_A_YEAR, counts))
    bands = bands[np.argsort(bands == UP_TO_3_MONTHS, kind="stable")]
    fate = np.repeat(
        [_ENDS, _REMOVED, _STAYS],
        [flows("plans_ended_began", LAST), flows("plans_removed", LAST), flows("plans_2_years", LAST)],
    )
    fate[late:] = rng.permutation(fate[late:])
    low, high = np.array(first.open_since)[bands].T
    suited = of.need & ~of.awaiting[FIRST] & (cases.referral <= first.end) & (cases.closure > first.end)
    case = np.empty(len(bands), dtype=np.int64)
    for band in WITHIN_A_YEAR:
        for stays in (True, False):
            mine = (bands == band) & ((fate != _ENDS) == stays)
            closes_from = last.end + 1 if stays else last.start + _OPEN_INTO_YEAR
            able = suited & (cases.referral <= first.open_since[band][1] - HELD_FROM)
            able &= (cases.closure >= closes_from) & ~of.taken[FIRST] & (cases.recorded <= FIRST)
            chosen = of.choose(int(mine.sum()), able, (cases.closure <= last.end) & (not stays))
            case[mine] = chosen
            of.take(chosen, FIRST, LAST)
    start = draw_working_days(rng, of.earliest_conference(case, low, FIRST), high)
    end = np.full(len(case), HORIZON)
    ends = fate == _ENDS
    end[ends] = draw_days(rng, last.start, np.minimum(cases.closure[case[ends]], last.end))
    at = of.plans.add(case, start, end)
    of.plans.last_return[at[fate == _REMOVED]] = FIRST
    of.plans.late_review[at[:late]] = True
    every.append(at)
    kept.append(at[fate == _STAYS])
    return at


def begun_and_ended(of: PlanDrawing, year: int) -> Numbers:
    """Plans that began and ended in the year."""
    rng, cases, days = of.rng, of.cases, year_days(year)
    count = of.flows("plans_ended_new", year)
    hosts = of.hosts(year)
    room = cases.referral <= days.end - _REFERRED_BY_PREFERRED
    case = of.choose(count, hosts & (cases.referral <= days.end - _REFERRED_BY), room)
    of.take(case, year)
    start = draw_working_days(rng, of.earliest_conference(case, 0, year), days.end - _BEGINS_BY)
    return of.plans.add(case, start, draw_days(rng, start + _SHORTEST, np.full(count, days.end)))


def begun_in_last(of: PlanDrawing) -> Numbers:
    """Plans begun in the last year and open at its end."""
    flows, cases, rng, days = of.flows, of.cases, of.rng, year_days(LAST)
    every = []
    for band, name in reversed(tuple(enumerate(_OF_BAND))):
        low, high = days.open_since[band]
        suited = of.hosts(LAST) & (cases.referral <= high - HELD_FROM)
        case = of.choose(flows(name, LAST), suited)
        of.take(case, LAST)
        start = draw_working_days(rng, of.earliest_conference(case, low, LAST), high)
        every.append(of.plans.add(case, start, np.full(len(case), HORIZON)))
    # Those open for 3 months or more: all but the last.
    reviewable = rng.permutation(np.concatenate(every[:-1]))
    of.plans.late_review[reviewable[: flows("plans_reviewed_late", LAST)]] = True
    return np.concatenate(every)


def set_categories(of: PlanDrawing, at_turn: Numbers, kept: Numbers, open_last: Numbers) -> None:
    """Initial categories, at the end of both years as many of each as planned."""
    flows, rng, category, number = of.flows, of.rng, of.plans.category, len(d.CATEGORIES)
    of_kept = np.array(flows.bands("kept_category", LAST, number))
    category[kept] = spread(rng, of_kept)
    of_every = np.array(flows.bands("plans_category", FIRST, number))
    category[np.setdiff1d(at_turn, kept)] = spread(rng, of_every - of_kept)
    category[open_last] = spread(rng, flows.bands("new_category", LAST, number))
    other = np.flatnonzero(category == NONE)
    category[other] = spread_shares(rng, e.CATEGORIES[LAST], len(other))


def previous_plans(of: PlanDrawing, starting: dict[int, Numbers]) -> Numbers:
    """Plans each child had before each plan. Of those that start in a year, as many had one as published."""
    rng, plans = of.rng, of.plans
    child = of.cases.child[plans.case]
    order = np.lexsort((plans.start, child))
    again = np.zeros(len(child), dtype=bool)
    again[order[1:]] = child[order[1:]] == child[order[:-1]]
    previous = np.where(rng.random(len(child)) < _PREVIOUS_OF_OTHERS, 1, 0)
    for year in YEARS:
        at = starting[year]
        at = at[np.argsort(~again[at] + rng.random(len(at)) * _TIE, kind="stable")]
        second = of.flows("second_plans", year)
        previous[at[:second]] = 1 + (rng.random(second) < d.SECOND_PREVIOUS_PLAN)
        previous[at[second:]] = 0
    return previous
