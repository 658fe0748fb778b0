"""Assessments: which cases have one in each return, and how long they took.

A return holds the assessments authorised in its year and those unfinished at its end (rules 8696 and 8736), so an
episode that is not awaiting assessment at 31 March has one of these in it, however long it has been open.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated.case_table import CaseTable, Numbers
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.flows import Flows
from cin_pipeline.synthetic.calibrated.windows import draw_days, year_days
from cin_pipeline.synthetic.cases import IN_NEED, NFA, NOT_IN_NEED, Booleans
from cin_pipeline.synthetic.days import HORIZON, NONE, Days, working_day, working_day_number, working_days_between

FIRST, LAST = YEARS

# Working days.
_TARGET: Final = 45  # to complete an assessment: statutory; its share is published (England, 83.4 and 82.9%)
_LONGEST: Final = int(d.ASSESSMENT.values[-1])
# Before the end of the year, in which an unfinished one began: two less than the target, after which it is queried
# (8670Q). More, and returns get rule hits; less is only less varied.
_PENDING_DAYS: Final = 43

# Power of a share, below 1 so that assessments are longer: invented for the published median (table C2 of 2016-17) of
# 29 working days, as those with little room have to be short. With 1 it is 28.
_LENGTHENED: Final = 0.9

# Invented, calendar days; no published figure depends on them. Of the episodes that ended, those open for less of the
# year are assessed last: hardly any are left to be assessed (docs/backtests.md), and one of the published length needs
# that room.
_ROOM: Final = 90
_FREE: Final = 200  # a case open for more of the year has its assessment at any time of it, and of any length
# Parts of the time a case is open in the year by which an assessment has begun at the latest: the fourth for the one
# after the referral, half for another one. Invented; so most of the time is left to assess in.
_FOURTH: Final = 4
_SPARE: Final = 3  # working days that stay free beside an assessment that may begin at any time; invented
_THIRD: Final = 3  # of the declared lag from assessment to closure as not in need, what these cases take; invented


@dataclass(frozen=True)
class Assessed:
    """Which cases have an assessment: by year those awaiting one at its end, unfinished then, and authorised in it."""

    awaiting: dict[int, Booleans]
    pending: dict[int, Booleans]
    authorised: dict[int, Booleans]


def choose_assessed(rng: np.random.Generator, flows: Flows, cases: CaseTable) -> Assessed:
    """As many awaiting as published, and as many authorised as planned: the rest are of episodes that ended."""
    awaiting, pending, authorised = {}, {}, {}
    before = np.zeros(len(cases.kind), dtype=bool)  # unfinished at the end of the year before
    for year in YEARS:
        days = year_days(year)
        there = (cases.kind != NFA) & (cases.recorded <= year) & (cases.referral <= days.end)
        open_ = there & (cases.closure > days.end)
        recent = np.flatnonzero(open_)
        recent = recent[np.argsort(-cases.referral[recent], kind="stable")]
        count = flows("awaiting", year)
        awaiting[year] = _marked(recent[:count], len(open_))
        # Unfinished: some of those referred next before them.
        pool = recent[count : count + 2 * flows("pending", year)]
        pending[year] = _marked(rng.permutation(pool)[: flows("pending", year)], len(open_))
        closed = there & (cases.closure >= days.start) & (cases.closure <= days.end)
        needed = (open_ & ~awaiting[year] & ~pending[year]) | (closed & ((cases.kind == NOT_IN_NEED) | before))
        more = flows("assessed", year) - int(needed.sum())
        ended = np.flatnonzero(closed & ~needed)
        window = np.minimum(cases.closure[ended], days.end) - np.maximum(cases.referral[ended], days.start)
        ended = ended[np.argsort((window < _ROOM) + rng.random(len(ended)), kind="stable")]
        authorised[year] = needed | _marked(ended[: max(more, 0)], len(open_))
        before = pending[year]
    return Assessed(awaiting, pending, authorised)


def _marked(at: Numbers, size: int) -> Booleans:
    marks = np.zeros(size, dtype=bool)
    marks[at] = True
    return marks


def draw_assessments(
    rng: np.random.Generator, flows: Flows, cases: CaseTable, assessed: Assessed
) -> tuple[Numbers, Days, Days]:
    """Case, start and authorisation (HORIZON where unfinished at the end of the last year) of every assessment."""
    parts: list[tuple[Numbers, Days, Days]] = []
    begun = np.full(len(cases.kind), NONE)  # start of the one unfinished at the end of the year before
    for year in YEARS:
        days = year_days(year)
        at = np.flatnonzero(assessed.authorised[year])
        start, room, free = _starts(rng, cases, at, begun, year)
        crossing = begun[at] != NONE
        least = np.where(crossing, working_days_between(start, np.full(len(at), days.start - 1)) + 1, 0)
        taken = _lengths(rng, cases.kind[at] == NOT_IN_NEED, least, room, free, flows("assessed_late", year))
        last = np.minimum(cases.closure[at], days.end)
        # Where there is all the year, it begins on a day that leaves time.
        latest = working_day(working_day_number(last) - taken - 1)
        start[free] = draw_days(rng, np.maximum(cases.referral[at], days.start)[free], latest[free])
        end = np.minimum(working_day(working_day_number(start) + taken), last)
        # 0 working days end on the day itself, also on a Sunday.
        end = np.where(taken == 0, np.maximum(start, np.where(crossing, days.start, start)), np.maximum(end, start))
        parts.append((at, start, end))
        begun = np.full(len(cases.kind), NONE)
        unfinished = np.flatnonzero(assessed.pending[year])
        since = working_day(working_day_number(np.full(len(unfinished), days.end)) - _PENDING_DAYS)
        begun[unfinished] = draw_days(rng, np.maximum(since, cases.referral[unfinished]), days.end)
    parts.append((unfinished, begun[unfinished], np.full(len(unfinished), HORIZON)))
    case, start, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    return case, start, end


def _starts(
    rng: np.random.Generator, cases: CaseTable, at: Numbers, begun: Days, year: int
) -> tuple[Days, Numbers, Booleans]:
    """Start of each assessment, working days it can take, and whether it can begin at any time of most of the year."""
    days = year_days(year)
    first = np.maximum(cases.referral[at], days.start)
    last = np.minimum(cases.closure[at], days.end)
    free = (last - first > _FREE) & (begun[at] == NONE) & (cases.kind[at] == IN_NEED)
    # The first one soon after the referral, another one when it is due.
    lag = np.minimum(d.ASSESSMENT_LAG.draw(rng, len(at)).astype(np.int64), (last - first) // _FOURTH)
    start = np.where(cases.referral[at] >= days.start, first + lag, first + (rng.random(len(at)) * (last - first) / 2))
    start = np.where(begun[at] != NONE, begun[at], start).astype(np.int64)
    room = working_days_between(start, last)
    room[free] = np.minimum(working_days_between(first[free], last[free]) - _SPARE, _LONGEST)
    return start, room, free


def _lengths(
    rng: np.random.Generator, not_in_need: Booleans, least: Numbers, room: Numbers, free: Booleans, late: int
) -> Numbers:
    """Working days of each assessment between the least and its room, `late` of them beyond the target."""
    shares, values = np.array(d.ASSESSMENT.shares), np.array(d.ASSESSMENT.values)
    low = np.interp(np.maximum(least - 1, 0), values[1:], shares[1:]) * (least > 0)
    high = np.maximum(np.interp(room, values[1:], shares[1:]), low)
    taken = _within(rng, low, high)
    # Children who turn out not to be in need: the case is closed soon after.
    closing = np.maximum(room - (d.CLOSURE_LAG.draw(rng, len(room)) / _THIRD).astype(np.int64), 0)
    taken = np.where(not_in_need & (least == 0), np.minimum(closing, _LONGEST), taken)
    taken = np.clip(taken, np.minimum(least, room), room)
    difference = late - int((taken > _TARGET).sum())
    # Any assessment can be shorter; longer only those with all the time they need.
    movable = free & (taken <= _TARGET) if difference > 0 else (taken > _TARGET) & (least <= _TARGET)
    chosen = rng.permutation(np.flatnonzero(movable))[: abs(difference)]
    within_target = float(np.interp(_TARGET, values, shares))
    bounds = (within_target, 1.0) if difference > 0 else (0.0, within_target)
    redrawn = _within(rng, np.full(len(chosen), bounds[0]), np.full(len(chosen), bounds[1]))
    redrawn = np.maximum(redrawn, _TARGET + 1) if difference > 0 else np.clip(redrawn, least[chosen], _TARGET)
    taken[chosen] = np.minimum(redrawn, room[chosen])
    return taken.astype(np.int64)


def _within(rng: np.random.Generator, low: NDArray[np.float64], high: NDArray[np.float64]) -> Numbers:
    """Lengths between two shares of the distribution."""
    # Longer ones somewhat more often: those that have little time pull the median down.
    share = low + rng.random(len(low)) ** _LENGTHENED * (high - low)
    lengths: Numbers = np.ceil(np.interp(share, d.ASSESSMENT.shares, d.ASSESSMENT.values)).astype(np.int64)
    return lengths
