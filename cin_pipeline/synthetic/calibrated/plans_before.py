"""Protection plans that began before the first year: those open at its end, and those that ended in it.

Nothing but their starts and ends is counted of them, so they need no conference; they begin in cases that were open.
"""

from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.case_table import Numbers
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.plan_table import HOLDS_WORKING_DAY, ROOM, PlanDrawing
from cin_pipeline.synthetic.calibrated.windows import (
    BAND_DAYS,
    LONGER,
    TO_2_YEARS,
    draw_days,
    draw_working_days,
    year_days,
)
from cin_pipeline.synthetic.days import HORIZON

FIRST, LAST = YEARS

# Days, as the calendar counts, of 2014-15: plans open for 1 to 2 years at the end of the first year began in it.
_YEAR_BEFORE: Final = 365
_LONGEST: Final = BAND_DAYS[TO_2_YEARS][1]  # of plans that do not last two years
_SHORTEST_LONG: Final = BAND_DAYS[LONGER][0]  # of those that do

# Calendar days, invented; together they leave room for a plan of the length it is to have.
# From the referral to the plan: at least so many, and so many before the last day on which the plan can begin. The
# second has to be larger by enough for a working day: with 10 hardly any LA has one ("no working day between").
_PLAN_FROM: Final = 21
_REFERRED_BEFORE: Final = 45
_OLDEST_FROM: Final = 700  # the oldest plans began in so many days up to the last one on which they can

# Calendar days, invented. Plans that end in the last year: the case is open so long into it, for a short one and for
# one of two years; a long one began so long before the end of the year, with four weeks to draw from; a short one ends
# so late in it or later.
_ENDS_FROM, _LONG_ENDS_FROM = 200, 300
_LONG_BEGAN_BEFORE: Final = _SHORTEST_LONG + 28
_ENDS_AFTER: Final = 20

# Calendar days, invented. Plans that ended in the first year: the same, for a short one and a long one; the case of a
# long one was referred so much earlier still; a short one began in so many days before the year, a long one in so many
# up to the last one on which it could, and so many after the referral at least (fewer than of others: cases as old as
# that are rare).
_ENDED_FROM, _LONG_ENDED_FROM = 40, 130
_LONG_REFERRED_BEFORE: Final = 600
_BEGAN_OVER, _LONG_BEGAN_OVER = 420, 300
_LONG_PLAN_FROM: Final = 5


def open_from_before(of: PlanDrawing) -> tuple[list[Numbers], list[Numbers]]:
    """Plans from before the first year that are open at its end: numbers of all, and of those open a year later."""
    flows, first = of.flows, year_days(FIRST)
    year_before = first.start - _YEAR_BEFORE
    ended = flows("plans_ended_2_years_old", LAST)
    long = flows("plans_ended_2_years", LAST)
    every_older = flows("plans_ended_older", LAST)  # all of them after two years
    older, kept_older = _open(of, None, year_before - 1, flows("plans_kept_older", LAST), every_older, 0)
    recent, kept = _open(of, year_before, first.start - 1, flows("plans_kept_2_years", LAST), long, ended - long)
    return [*older, *recent], [kept_older, kept]


def _open(
    of: PlanDrawing, began_from: int | None, began_by: int, stay: int, end_long: int, end_short: int
) -> tuple[list[Numbers], Numbers]:
    """Plans begun between two days: so many that stay, end after two years, or end sooner. All, and those that stay."""
    cases, rng = of.cases, of.rng
    first, last = year_days(FIRST), year_days(LAST)
    suited = of.need & (cases.referral <= began_by - _REFERRED_BEFORE) & (cases.closure > last.end) & ~of.taken[FIRST]
    case = of.choose(stay, suited)
    of.take(case, FIRST, LAST)
    low = np.maximum(cases.referral[case] + _PLAN_FROM, began_by - _OLDEST_FROM if began_from is None else began_from)
    kept = of.plans.add(case, draw_working_days(rng, low, began_by), np.full(stay, HORIZON))
    every = [kept]
    for number, is_long in ((end_long, True), (end_short, False)):
        by = min(began_by, last.end - _LONG_BEGAN_BEFORE) if is_long else began_by
        suited = (
            of.need
            & (cases.referral <= by - _REFERRED_BEFORE)
            & (cases.closure >= last.start + (_LONG_ENDS_FROM if is_long else _ENDS_FROM))
            & (cases.closure >= first.end)
            & ~of.taken[FIRST]
        )
        case = of.choose(number, suited, cases.closure <= last.end)
        of.take(case, FIRST, LAST)
        low = np.maximum(cases.referral[case] + _PLAN_FROM, by - _OLDEST_FROM if began_from is None else began_from)
        latest_end = np.minimum(cases.closure[case], last.end)
        if is_long:
            high = np.minimum(by, latest_end - _SHORTEST_LONG - ROOM)
        else:
            low = np.maximum(low, last.start - _LONGEST + _ENDS_AFTER)
            high = np.full(number, by)
        start = draw_working_days(rng, np.minimum(low, high - HOLDS_WORKING_DAY), high)
        earliest = np.maximum(last.start, start + _SHORTEST_LONG) if is_long else np.full(number, last.start)
        latest = latest_end if is_long else np.minimum(latest_end, start + _LONGEST)
        every.append(of.plans.add(case, start, draw_days(rng, earliest, latest)))
    return every, kept


def add_ended_in_first(of: PlanDrawing) -> None:
    """Plans from before the first year that ended in it."""
    flows, cases, rng, year = of.flows, of.cases, of.rng, year_days(FIRST)
    long = flows("plans_ended_2_years", FIRST)
    for number, is_long in ((long, True), (flows("plans_ended_old", FIRST) - long, False)):
        by = year.start - _REFERRED_BEFORE - (_LONG_REFERRED_BEFORE if is_long else 0)
        closes_from = year.start + (_LONG_ENDED_FROM if is_long else _ENDED_FROM)
        suited = of.need & (cases.referral <= by) & (cases.closure >= closes_from)
        case = of.choose(number, suited & ~of.taken[FIRST], cases.closure <= year.end)
        of.take(case, FIRST)
        latest_end = np.minimum(cases.closure[case], year.end)
        if is_long:
            high = np.minimum(year.start - 1, latest_end - _SHORTEST_LONG - ROOM)
            low = np.maximum(cases.referral[case] + _LONG_PLAN_FROM, high - _LONG_BEGAN_OVER)
            start = draw_working_days(rng, np.minimum(low, high - HOLDS_WORKING_DAY), high)
            end = draw_days(rng, np.maximum(year.start, start + _SHORTEST_LONG), latest_end)
        else:
            low = np.maximum(cases.referral[case] + _PLAN_FROM, year.start - _BEGAN_OVER)
            start = draw_working_days(rng, low, year.start - 1)
            end = draw_days(rng, year.start, np.minimum(latest_end, start + _LONGEST))
        of.plans.add(case, start, end)
