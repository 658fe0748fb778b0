"""Section 47 enquiries: with the conference of a plan that starts, with one that led to no plan, or with none.

A conference is in the same year as its enquiry, and a case has at most one enquiry a year.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.case_table import Numbers
from cin_pipeline.synthetic.calibrated.plan_table import HELD_FROM, PlanDrawing
from cin_pipeline.synthetic.calibrated.windows import draw_days, draw_working_days, year_days
from cin_pipeline.synthetic.days import NONE, working_day, working_day_number, working_days_between

# Share of the plans starting in a year that were brought in from another LA: a conference, and no enquiry; invented.
_TRANSFERRED: Final = 0.03

# Working days from the enquiry to the conference, by the bands of table C4. That the first begins with 2 and the last
# ends with 44 is invented.
_WAITS: Final = ((2, 10), (11, 15), (16, 20), (21, 44))
_LONGEST_WAITS: Final = len(_WAITS) - 1

# Power of a share between the ends of a band: below 1 waits are more often long ones of their band, above 1 short ones.
# Invented; the first for the published median and quartiles (C4 of 2016-17: 12, 14, 15), with 1 they are 11, 13, 15.
_WAIT_POWER, _LONGEST_WAIT_POWER = 0.6, 2


def add_conferences(of: PlanDrawing, year: int, starting: Numbers) -> int:
    """The conference of each plan that starts in the year and those without a plan, each with its enquiry.

    Returns how many have none: those of children who moved here with a plan."""
    rng, cases, days, plans = of.rng, of.cases, year_days(year), of.plans
    count = of.flows("conferences_without_plan", year)
    suited = of.hosts(year) & (cases.referral <= days.end - HELD_FROM)
    more = of.choose(count, suited)
    of.take(more, year)
    held = draw_working_days(rng, of.earliest_conference(more, 0, year), days.end)
    case = np.concatenate((plans.case[starting], more))
    conference = np.concatenate((plans.start[starting], held))
    since_referral = working_days_between(cases.referral[case], conference)
    transferred = np.arange(len(case)) < len(starting)
    shortest, longest = _WAITS[_LONGEST_WAITS]
    transferred &= (cases.referral[case] >= days.start) & (since_referral >= shortest) & (since_referral <= longest)
    chosen = rng.permutation(np.flatnonzero(transferred))[: int(_TRANSFERRED * len(starting))]
    waits = of.flows.bands("wait", year, len(_WAITS))
    chosen = chosen[: waits[_LONGEST_WAITS]]
    waits[_LONGEST_WAITS] -= len(chosen)
    of.transfer_in[case[chosen]] = conference[chosen]
    enquired = np.setdiff1d(np.arange(len(case)), chosen)
    case, conference = case[enquired], conference[enquired]
    lowest = np.maximum(cases.referral[case], days.start)
    room = working_day_number(conference) - 1 - working_day_number(lowest - 1)
    wait = _waits(of.rng, room, waits)
    start = working_day(working_day_number(conference) - wait)
    of.enquiries.append((case, start, conference))
    return len(chosen)


def _waits(rng: np.random.Generator, room: Numbers, counts: Sequence[int]) -> Numbers:
    """Working days from enquiry to conference, so many in each band, each within its room."""
    wait = np.full(len(room), NONE)
    for band in range(_LONGEST_WAITS, 0, -1):
        low, high = _WAITS[band]
        able = np.flatnonzero((wait == NONE) & (room >= low))
        chosen = rng.permutation(able)[: counts[band]]
        spare = np.minimum(room[chosen], high) - low
        power = _LONGEST_WAIT_POWER if band == _LONGEST_WAITS else _WAIT_POWER
        wait[chosen] = low + (rng.random(len(chosen)) ** power * (spare + 1)).astype(np.int64)
    rest = np.flatnonzero(wait == NONE)
    low, high = _WAITS[0]
    top = np.minimum(room[rest], high)
    wait[rest] = np.minimum(low, top) + (rng.random(len(rest)) * (np.maximum(top - low, 0) + 1)).astype(np.int64)
    return wait


def add_alone(of: PlanDrawing, year: int, count: int) -> None:
    """Enquiries that needed no conference."""
    cases, days = of.cases, year_days(year)
    closed = of.need & of.assessed[year] & (cases.closure <= days.end)
    suited = of.hosts(year) | closed
    case = of.choose(min(count, int(suited.sum())), suited)
    low = np.maximum(cases.referral[case], days.start)
    start = draw_days(of.rng, low, np.minimum(cases.closure[case] - 1, days.end).clip(low))
    of.enquiries.append((case, start, np.full(len(case), NONE)))
