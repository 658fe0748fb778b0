"""What happens in cases: from referral dates to closures, with all the assessments, enquiries and plans between.

Dates are drawn forward, so that each can be drawn from its own distribution; the closure comes last and waits for
what is still going on. Where a return would query what is pending too long at the year's end, it is brought to an
end within the year.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.days import (
    HORIZON,
    NONE,
    YEAR,
    Days,
    on_or_after,
    on_or_before,
    working_days_between,
    year_end,
)

Booleans = NDArray[np.bool_]

NFA, NOT_IN_NEED, IN_NEED = range(3)  # kinds of referral
SUPPORT, ENQUIRY, CONFERENCE, PLAN, TRANSFER_IN = range(len(d.PATHWAYS))

# Longest pending at 31 March without a query (8670Q: 45, 8675Q: 15), in working days, less a day that may be no working
# day. More, and returns without mistakes break these rules.
_ASSESSMENT_PENDING = 44
_CONFERENCE_PENDING = 14

# All invented, in days. Of an enquiry of a long case that comes to nothing: the working days of its assessment at most,
# the days it has to itself (so that the assessment is over before the next begins), and those before the first one; the
# part of its time within which it starts.
_LATER_ASSESSMENT = 55
_LATER_EVERY = 220
_LATER_FROM = 30
_LATER_WITHIN = 0.5
# From the end of a plan to the enquiry of a second one in the case: from the first up to below the second.
_SECOND_PLAN_DAYS = (45, 400)
# Below so many days, by chance, pass from the last thing that keeps a case in need open to its closure.
_CLOSED_WITHIN = 8
# Below so many days from what came first in a case to its child in need plan.
_CIN_PLAN_WITHIN = 11


@dataclass(frozen=True)
class Spans:
    """Things that last, each of one case: assessments, enquiries (to the conference, or NONE), plans."""

    case: NDArray[np.int64]
    start: Days
    end: Days

    @classmethod
    def joined(cls, parts: Iterable[tuple[NDArray[np.int64], Days, Days]]) -> Self:
        """All of some (case, start, end)."""
        case, start, end = zip(*parts, strict=True)
        return cls(np.concatenate(case), np.concatenate(start), np.concatenate(end))


@dataclass(frozen=True)
class Cases:
    """Referrals with what followed. `case` of a span is the position of its referral here."""

    referral: Days
    closure: Days
    kind: NDArray[np.int64]
    transfer_in: Days  # date of the transfer-in conference, or NONE
    recorded: NDArray[np.int64]  # the first year whose return has it
    assessments: Spans
    section47: Spans
    plans: Spans
    cin_plans: Spans

    @classmethod
    def joined(cls, parts: Sequence["Cases"]) -> "Cases":
        """All of some cases, their spans numbered on."""
        offsets = np.cumsum([0, *(len(part.referral) for part in parts)])
        columns: dict[str, object] = {}
        for field in fields(cls):
            values = [getattr(part, field.name) for part in parts]
            if isinstance(values[0], Spans):
                columns[field.name] = Spans.joined(
                    (spans.case + offset, spans.start, spans.end)
                    for spans, offset in zip(values, offsets, strict=False)
                )
            else:
                columns[field.name] = np.concatenate(values)
        return cls(**columns)  # type: ignore[arg-type]


def draw_cases(rng: np.random.Generator, referral: Days, kind: NDArray[np.int64], long: Booleans) -> Cases:
    """The cases of some referrals; those that are `long` last two years or more, the others as long as they may."""
    size = len(referral)
    in_need = kind == IN_NEED
    pathway = np.where(in_need, d.weighted(rng, tuple(d.PATHWAYS.values()), size), SUPPORT)
    days_open = _episode_days(rng, size, long)
    to_conference = (pathway == CONFERENCE) | (pathway == PLAN)
    late = to_conference & (rng.random(size) < d.LATE_PLAN)
    early = ((pathway == ENQUIRY) | to_conference) & ~late

    start = on_or_after(referral, d.ASSESSMENT_LAG.draw(rng, size).astype(np.int64))
    end = _assessment_end(start, d.ASSESSMENT.draw(rng, size))
    assessed = early | late | (kind == NOT_IN_NEED) | (in_need & (rng.random(size) < d.ANY_ASSESSMENT))

    # The section 47 enquiry that opens a case, within the first assessment.
    at = np.flatnonzero(early)
    s47 = on_or_after(start[at], rng.integers(0, d.ENQUIRY_LAG, len(at)))
    conference = np.where(to_conference[at], _conference(rng, s47), NONE)
    end[at] = _last_assessed(end[at], s47, conference)
    assessments = [(np.flatnonzero(assessed), start[assessed], end[assessed])]
    section47 = [(at, s47, conference)]
    first_conference = np.full(size, NONE)
    first_conference[at] = conference

    # The one that comes late, with an assessment of its own.
    at = np.flatnonzero(late)
    s47 = np.maximum(
        on_or_after(referral[at] + (rng.random(len(at)) * days_open[at]).astype(np.int64)), on_or_after(end[at] + 1)
    )
    first_conference[at] = _enquiry_with_assessment(rng, at, s47, assessments, section47)

    last = np.maximum(np.where(assessed, end, referral), first_conference)  # of what the closure waits for
    last[at] = np.maximum(assessments[-1][2], first_conference[at])

    # Transfer-in conferences are held at CINdetails level, without an enquiry.
    transfer_in = np.full(size, NONE)
    at = np.flatnonzero(pathway == TRANSFER_IN)
    transfer_in[at] = on_or_after(referral[at], d.CONFERENCE_WAIT.draw(rng, len(at)).astype(np.int64))

    # Plans start with their conference, some followed by a second one.
    at = np.flatnonzero((pathway == PLAN) | (pathway == TRANSFER_IN))
    plan_start = np.maximum(first_conference[at], transfer_in[at])
    plan_end = _plan_end(rng, plan_start)
    plans = [(at, plan_start, plan_end)]
    last_plan_end = np.full(size, NONE)
    last_plan_end[at] = plan_end
    again = (pathway[at] == PLAN) & (rng.random(len(at)) < d.SECOND_PLAN_IN_CASE)
    at, previous_end = at[again], plan_end[again]
    s47 = np.maximum(on_or_after(previous_end + rng.integers(*_SECOND_PLAN_DAYS, len(at))), on_or_after(last[at] + 1))
    plan_start = _enquiry_with_assessment(rng, at, s47, assessments, section47)
    plan_end = _plan_end(rng, plan_start)
    plans.append((at, plan_start, plan_end))
    last_plan_end[at] = plan_end
    last[at] = np.maximum(last[at], assessments[-1][2])

    closure = _closures(rng, referral, kind, last, days_open)
    planned = last_plan_end != NONE
    stepped_down = last_plan_end + d.STEP_DOWN_DAYS.draw(rng, size).astype(np.int64)
    closure = np.where(planned, np.maximum(closure, np.maximum(stepped_down, last)), closure)
    closure = np.where(in_need, np.maximum(on_or_before(closure), last), closure)
    closure = np.where(planned, np.maximum(closure, last_plan_end), closure)

    _later_enquiries(rng, in_need & ~to_conference & ~planned, last, closure, assessments, section47)
    return Cases(
        referral=referral,
        closure=np.minimum(closure, HORIZON),
        kind=kind,
        transfer_in=transfer_in,
        recorded=np.zeros(size, dtype=np.int64),
        assessments=Spans.joined(assessments),
        section47=Spans.joined(section47),
        plans=Spans.joined(plans),
        cin_plans=Spans(*_cin_plans(rng, in_need, last, last_plan_end, closure)),
    )


def _episode_days(rng: np.random.Generator, size: int, long: Booleans) -> Days:
    """Calendar days an episode of need lasts when nothing else keeps it open."""
    share = np.where(long, 1 - rng.random(size) * d.EPISODE_TAIL, rng.random(size))
    days = np.interp(share, d.EPISODE_DAYS.shares, d.EPISODE_DAYS.values)
    tail = rng.exponential(d.EPISODE_TAIL_YEARS * YEAR, size)
    days = np.where(share > 1 - d.EPISODE_TAIL, days + tail, days)
    return np.minimum(days, d.LONGEST_EPISODE_YEARS * YEAR).astype(np.int64)


def _assessment_end(start: Days, working_days: NDArray[np.float64]) -> Days:
    """Authorisation so many working days (rounded up) after the start; sooner where it would be queried as pending.

    What is pending too long at 31 March is authorised between the 45th working day and then."""
    end = on_or_after(start, np.ceil(working_days).astype(np.int64))
    at_year_end = year_end(start)
    pending = working_days_between(start, at_year_end)
    overdue = (end > at_year_end) & (pending >= _ASSESSMENT_PENDING)
    spread = working_days - np.floor(working_days)  # as good as random
    within = np.minimum(_ASSESSMENT_PENDING + spread * (pending - _ASSESSMENT_PENDING), pending).astype(np.int64)
    return np.where(overdue, on_or_after(start, within), end)


def _conference(rng: np.random.Generator, s47: Days) -> Days:
    """The initial child protection conference of each section 47 enquiry.

    What would be queried as pending at 31 March is held by then."""
    held = on_or_after(s47, np.ceil(d.CONFERENCE_WAIT.draw(rng, len(s47))).astype(np.int64))
    at_year_end = year_end(s47)
    overdue = (held > at_year_end) & (working_days_between(s47, at_year_end) >= _CONFERENCE_PENDING)
    return np.where(overdue, on_or_before(at_year_end), held)


def _last_assessed(end: Days, s47: Days, conference: Days) -> Days:
    """The authorisation of an assessment with an enquiry: not before it, so that a return with the enquiry has both."""
    into_next_year = conference > year_end(s47)
    return np.maximum(end, np.where(into_next_year, conference, s47))


def _enquiry_with_assessment(
    rng: np.random.Generator,
    case: NDArray[np.int64],
    s47: Days,
    assessments: list[tuple[NDArray[np.int64], Days, Days]],
    section47: list[tuple[NDArray[np.int64], Days, Days]],
) -> Days:
    """Adds an enquiry with a conference, and an assessment begun the same day; gives the conferences."""
    conference = _conference(rng, s47)
    end = _last_assessed(_assessment_end(s47, d.ASSESSMENT.draw(rng, len(case))), s47, conference)
    assessments.append((case, s47, end))
    section47.append((case, s47, conference))
    return conference


def _plan_end(rng: np.random.Generator, start: Days) -> Days:
    return on_or_after(start + d.PLAN_DAYS.draw(rng, len(start)).astype(np.int64))


def _closures(rng: np.random.Generator, referral: Days, kind: NDArray[np.int64], last: Days, days_open: Days) -> Days:
    """The closure of each case, plans aside: never before `last`.

    Not in need: within the year of the authorisation, for the return to hold the assessment as well (8825Q)."""
    size = len(referral)
    nfa = on_or_after(referral, rng.integers(0, d.DECISION_DAYS, size))
    lag = d.CLOSURE_LAG.draw(rng, size).astype(np.int64)
    left = year_end(last) - last
    lag = np.where(lag > left, (rng.random(size) * (left + 1)).astype(np.int64), lag)
    not_in_need = np.maximum(on_or_before(last + lag), last)
    in_need = np.maximum(referral + days_open, last + lag % _CLOSED_WITHIN)
    return np.choose(kind, [nfa, not_in_need, in_need])


def _later_enquiries(
    rng: np.random.Generator,
    eligible: Booleans,
    last: Days,
    closure: Days,
    assessments: list[tuple[NDArray[np.int64], Days, Days]],
    section47: list[tuple[NDArray[np.int64], Days, Days]],
) -> None:
    """Adds the enquiries of long cases that come to nothing, each with an assessment and time of its own."""
    first = last + _LATER_FROM
    free = np.where(eligible, np.minimum(closure, HORIZON) - first, 0)
    counts = np.minimum(
        rng.poisson(np.maximum(free, 0) * (d.LATER_ENQUIRIES / YEAR)), np.maximum(free, 0) // _LATER_EVERY
    )
    case = np.repeat(np.arange(len(last)), counts)
    turn = np.arange(len(case)) - np.repeat(np.cumsum(counts) - counts, counts)
    each = free[case] / np.maximum(counts[case], 1)
    s47 = on_or_after(first[case] + ((turn + rng.random(len(case)) * _LATER_WITHIN) * each).astype(np.int64))
    end = _assessment_end(s47, np.minimum(d.ASSESSMENT.draw(rng, len(case)), _LATER_ASSESSMENT))
    assessments.append((case, s47, end))
    section47.append((case, s47, np.full(len(case), NONE)))


def _cin_plans(
    rng: np.random.Generator, in_need: Booleans, last: Days, last_plan_end: Days, closure: Days
) -> tuple[NDArray[np.int64], Days, Days]:
    """Child in need plans: up to the closure, from the end of the last protection plan or of what came first."""
    planned = last_plan_end != NONE
    size = len(last)
    start = np.where(planned, last_plan_end, on_or_after(last, rng.integers(0, _CIN_PLAN_WITHIN, size)))
    held = in_need & (rng.random(size) < np.where(planned, d.CIN_PLAN_AFTER, d.CIN_PLAN)) & (start < closure)
    return np.flatnonzero(held), start[held], closure[held]
