"""Dates for histories: the referrals of each, one after another, between the bounds that it has got."""

import numpy as np

from cin_pipeline.synthetic.calibrated.case_table import Drawing
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.sequences import Histories
from cin_pipeline.synthetic.calibrated.windows import draw_days, year_days
from cin_pipeline.synthetic.cases import Booleans
from cin_pipeline.synthetic.days import HORIZON, NONE, Days

FIRST, _ = YEARS


def latest_start(histories: Histories, year: int) -> Days:
    """The last day on which each history can begin."""
    of = year_days(year)
    high = np.where(histories.kept, np.array(of.open_since)[histories.band, 1], of.end)
    latest: Days = high - histories.days.sum(axis=1)
    return latest


def place(drawing: Drawing, histories: Histories, year: int, which: Booleans) -> None:
    """Dates of the referrals of some histories, and closures of those that are not kept.

    The last referral comes first, within the window of its band where it is kept; the others are then drawn forward,
    each so that what follows still has room. Raises ValueError where there is none."""
    of, rng, cases = year_days(year), drawing.rng, drawing.cases
    at = np.flatnonzero(which)
    number, kept = histories.number[at], histories.kept[at]
    if not len(at):
        return
    days, case = histories.days[at], histories.case[at]
    last = number - 1
    rows = np.arange(len(at))
    carried = histories.carried[at]
    low = np.where(carried != NONE, cases.closure[carried], of.start)
    windows = np.array(of.open_since)[histories.band[at]]
    last_low = np.where(kept, windows[:, 0], of.start)
    last_high = np.where(kept, windows[:, 1], of.end - days[rows, last])
    before = days.sum(axis=1) - days[rows, last]
    last_low = np.maximum(np.maximum(last_low, histories.last_from[at]), low + before)
    first_by = histories.first_by[at]
    last_high = np.where(number == 1, np.minimum(last_high, first_by), last_high)
    referral = np.full(days.shape, NONE)
    referral[rows, last] = final = draw_days(rng, last_low, last_high)
    # The others between the case carried in and the last referral, one after another.
    free_from, behind = low, before
    for column in range(days.shape[1] - 1):
        here = np.flatnonzero(column < last)
        latest = final[here] - behind[here]
        if column == 0:
            latest = np.minimum(latest, first_by[here])
        referral[here, column] = draw_days(rng, free_from[here], latest)
        free_from = free_from.copy()
        free_from[here] = referral[here, column] + days[here, column]
        behind = behind.copy()
        behind[here] -= days[here, column]
    there = case != NONE
    closure = referral + days
    closure[rows[kept], last[kept]] = HORIZON
    cases.referral[case[there]] = referral[there]
    fresh = there.copy()
    if year == FIRST:
        # What was kept at the end of the first year has been given its fate, or will be.
        fresh[rows[kept], last[kept]] = False
    cases.closure[case[fresh]] = closure[fresh]
