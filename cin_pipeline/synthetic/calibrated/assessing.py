"""Assessments of a year: which cases have one, how long each took, and the factors found (tables C2 and C3).

A return holds the assessments authorised in its year and those unfinished at its end (rules 8696 and 8736), so a case
that is not awaiting assessment at 31 March has one of these in it, however long it has been open, and so has one that
is closed as not in need.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated.apportion import Counts, apportion
from cin_pipeline.synthetic.calibrated.dating import YearCases
from cin_pipeline.synthetic.calibrated.figures import Figures
from cin_pipeline.synthetic.calibrated.lengths import drawn_lengths, given_out
from cin_pipeline.synthetic.calibrated.windows import YearDays
from cin_pipeline.synthetic.cases import IN_NEED, NOT_IN_NEED, Booleans
from cin_pipeline.synthetic.days import HORIZON, NONE, Days, working_day, working_day_number

Numbers = Counts

DURATIONS: Final = (
    ("same_day",),
    ("1-10",),
    ("11-20",),
    ("21-30",),
    ("31-40",),
    ("41-45",),
    ("46-50",),
    ("51-60",),
    ("61+",),
)
# Working days of each band of table C2; that the last ends with 95 is invented.
DURATION_DAYS: Final = ((0, 0), (1, 10), (11, 20), (21, 30), (31, 40), (41, 45), (46, 50), (51, 60), (61, 95))

# Before the end of the year, in which an unfinished one began: two working days less than the target of 45, after which
# it is queried (rule 8670Q).
_PENDING_DAYS: Final = 43
_PENDING: Final = 0.15  # share of the open cases referred lately whose assessment is unfinished at the end; invented
_NO_TIME: Final = 14  # calendar days before the end within which a case is referred too late to be assessed; invented
_LONG_ENOUGH: Final = 40  # calendar days of a case that ended, for preference, to be assessed in; invented
_TIME_FOR_TWO: Final = 120  # calendar days of a case that is assessed twice, for preference; invented
_BEFORE_YEAR: Final = (
    60  # working days before the year since when an assessment authorised in it is under way; invented
)
_SPARE: Final = 3  # working days left beside two assessments of a case; invented


@dataclass(frozen=True)
class Assessed:
    """Which cases have an assessment: unfinished at the end of the year, or authorised in it; and how many more are
    authorised, of cases that have one."""

    pending: Booleans
    authorised: Booleans
    more: int


def choose_awaiting(rng: np.random.Generator, cases: YearCases, of: Figures, planned: Numbers) -> Booleans:
    """The cases that await their assessment at the end of the year: the latest referred, none with a plan."""
    able = (cases.kind == IN_NEED) & (cases.closure == HORIZON)
    able[planned] = False
    at = np.flatnonzero(able)
    at = at[np.argsort(-cases.referral[at] + rng.random(len(at)), kind="stable")]
    return _marked(at[: of.count("cin_awaiting_assessment_at_31_march")], len(cases))


def choose_assessed(
    rng: np.random.Generator,
    cases: YearCases,
    of: Figures,
    days: YearDays,
    awaiting: Booleans,
    needed: Booleans,
    never: Booleans,
) -> Assessed:
    """As many authorised as published. `needed`: cases in which something else asks for an assessment; `never`: cases
    that have none, as they would count as not in need with one."""
    whole = of.count("assessments_completed")
    open_ = (cases.kind == IN_NEED) & (cases.closure == HORIZON) & ~awaiting
    closing = cases.kind == NOT_IN_NEED
    must = closing | (needed & ~open_ & ~never)
    # Where not enough are authorised for all that are open, the others are unfinished: the latest referred, mostly.
    recent = np.flatnonzero(open_ & (cases.pool == NONE))
    recent = recent[np.argsort(-cases.referral[recent], kind="stable")]
    share = _PENDING * (cases.referral[recent] >= days.open_since[0][0]).sum()
    late = int((cases.referral[recent] > days.end - _NO_TIME).sum())
    pending = max(round(share), late, int(must.sum() + open_.sum()) - whole, 0)
    others = rng.permutation(np.flatnonzero(open_ & (cases.pool != NONE)))
    unfinished = _marked(np.concatenate((recent, others))[:pending], len(cases))
    authorised = must | (open_ & ~unfinished)
    ended = (cases.kind == IN_NEED) & (cases.closure != HORIZON) & ~authorised & ~never
    room = np.minimum(cases.closure, days.end) - np.maximum(cases.referral, days.start)
    spare = whole - int(authorised.sum())
    # Cases with factors, and some that were closed without any, say how many are assessed once.
    distinct = whole
    if of.knows("factor_episodes"):
        distinct = max(of.count("factor_episodes") + round(d.NO_FACTORS * int(closing.sum())), int(authorised.sum()))
        # Not more are assessed twice than have the time; no factor is found in more that are not in need, or open.
        able = int(((authorised | ended) & (room > _TIME_FOR_TWO)).sum())
        most = of.count("factor_episodes") + int(closing.sum()) + int((open_ & ~unfinished).sum())
        distinct = max(distinct, min(whole - able, most))
    at = np.flatnonzero(ended)
    at = at[np.argsort((room[at] <= _LONG_ENOUGH) * (2 - room[at] / _LONG_ENOUGH) + rng.random(len(at)), kind="stable")]
    authorised |= _marked(at[: max(min(spare, distinct - int(authorised.sum())), 0)], len(cases))
    return Assessed(unfinished, authorised, max(whole - int(authorised.sum()), 0))


def _marked(at: Numbers, size: int) -> Booleans:
    marks = np.zeros(size, dtype=bool)
    marks[at] = True
    return marks


def draw_assessments(
    rng: np.random.Generator, cases: YearCases, pending_before: Days, of: Figures, days: YearDays, assessed: Assessed
) -> tuple[Numbers, Days, Days]:
    """Case, start and authorisation (HORIZON where unfinished) of each assessment; sets when cases not in need close.

    `pending_before`: of each case the start of an assessment that was unfinished when the year began, or NONE."""
    at = np.flatnonzero(assessed.authorised)
    until = cases.free_until(days.end)
    last = np.where(cases.kind[at] == NOT_IN_NEED, until[at], np.minimum(cases.closure[at], days.end))
    begun = pending_before[at]
    year_number = int(working_day_number(np.array([days.start - 1]))[0])
    earliest_number = np.maximum(working_day_number(cases.referral[at] - 1), year_number - _BEFORE_YEAR)
    first_number = np.where(begun != NONE, working_day_number(begun) - 1, earliest_number)
    last_number = working_day_number(last)
    room = np.maximum(last_number - first_number - 1, 0)
    # The second of two: cases with most room have it in its second half.
    twice = _again(rng, room, assessed.more)
    half = np.maximum(room[twice] // 2 - _SPARE, 0)
    room[twice] = half
    every_room = np.concatenate((room, half))
    least = np.concatenate(
        (np.where(begun != NONE, year_number - first_number, 0), np.zeros(len(twice), dtype=np.int64))
    )
    whole = of.count("assessments_completed")
    counts = of.split("assessments_completed", "duration", DURATIONS, whole)
    counts[int(np.argmax(counts))] += whole - counts.sum()
    lengths = drawn_lengths(rng, counts, DURATION_DAYS, of.quartiles("assessments_completed"))
    length = given_out(rng, lengths, every_room, least)
    case = np.concatenate((at, at[twice]))
    low = np.concatenate((first_number, last_number[twice] - half - 1))
    high = np.concatenate((first_number + room, last_number[twice] - 1))
    # Where none is left that is long enough, the one that was unfinished is begun anew.
    fixed = np.concatenate(
        ((begun != NONE) & (length[: len(at)] >= least[: len(at)]), np.zeros(len(twice), dtype=bool))
    )
    # It ends in the year, so it begins so late at least.
    low = np.maximum(low, year_number - length)
    begins = low + (rng.random(len(case)) * np.maximum(high - length - low + 1, 1)).astype(np.int64)
    soon = d.ASSESSMENT_LAG.draw(rng, len(case)).astype(np.int64)
    new = np.concatenate((cases.pool[at] == NONE, np.zeros(len(twice), dtype=bool)))
    # The first one soon after the referral.
    begins = np.where(new, np.minimum(low + soon, np.maximum(high - length, low)), begins)
    start = working_day(begins + 1)
    start = np.maximum(start, cases.referral[case])
    start[fixed] = begun[fixed[: len(at)]]
    ends = np.maximum(working_day(working_day_number(start) + length), start)
    ends = np.where((length == 0) & ~fixed, start, ends)
    limit = np.concatenate((last, last[twice]))
    ends = np.clip(ends, days.start, limit)
    start = np.minimum(start, ends)
    _close(rng, cases, case, ends, until)
    unfinished = np.flatnonzero(assessed.pending)
    since = working_day(working_day_number(np.array([days.end])) - _PENDING_DAYS)[0]
    low = np.maximum(since, cases.referral[unfinished])
    begun = low + (rng.random(len(unfinished)) * (days.end - low + 1)).astype(np.int64)
    return (
        np.concatenate((case, unfinished)),
        np.concatenate((start, begun)),
        np.concatenate((ends, np.full(len(unfinished), HORIZON))),
    )


def _again(rng: np.random.Generator, room: Numbers, count: int) -> Numbers:
    """Positions of `count` assessments whose case has a second one: those with most room, drawn among twice as many."""
    order = np.argsort(-room, kind="stable")
    return np.sort(rng.permutation(order[: 2 * count])[:count])


def _close(rng: np.random.Generator, cases: YearCases, case: Numbers, ends: Days, until: Days) -> None:
    """Cases not in need close some time after their assessment."""
    closing = np.flatnonzero(cases.kind[case] == NOT_IN_NEED)
    last = np.zeros(len(cases), dtype=np.int64)
    np.maximum.at(last, case[closing], ends[closing])
    at = np.unique(case[closing])
    lag = d.CLOSURE_LAG.draw(rng, len(at)).astype(np.int64)
    cases.closure[at] = np.minimum(last[at] + lag, np.maximum(until[at], last[at]))


def draw_factors(
    rng: np.random.Generator, cases: YearCases, authorised: Numbers, of: Figures, names: Sequence[str]
) -> tuple[Numbers, list[NDArray[np.int64]]] | None:
    """Of each case the set of factors that its assessments find, and the sets: positions in `names`, the last of which
    says that there are none; None for a year without the table.

    `authorised`: cases with an assessment authorised in the year."""
    if not of.knows("factor_episodes", "factor"):
        return None
    whole = min(of.count("factor_episodes"), len(authorised))
    order = np.lexsort(
        (rng.random(len(authorised)), cases.closure[authorised] != HORIZON, cases.kind[authorised] != NOT_IN_NEED)
    )
    nothing = authorised[order[: len(authorised) - whole]]
    found = np.setdiff1d(authorised, nothing)
    counts = _factor_counts(of, names, whole)
    members = dealt(rng, counts, len(found))
    first, *_ = fostered = np.array([at for at, name in enumerate(names) if name.startswith("8")])
    weights = [_WEIGHTS[names[at]] for at in fostered]
    for at, each in enumerate(members):
        if first in each:
            code = fostered[d.weighted(rng, weights, 1)[0]]
            members[at] = np.where(each == first, code, each)
    which = np.full(len(cases), NONE)
    which[found] = np.arange(len(found))
    which[nothing] = len(found)
    return which, [*members, np.array([len(names) - 1])]


def _factor_counts(of: Figures, names: Sequence[str], whole: int) -> Counts:
    """Of each factor how many cases have it; the privately fostered, of whom the group is counted, all under the
    first."""
    counts = np.zeros(len(names) - 1, dtype=np.int64)
    for at, name in enumerate(names[:-1]):
        counts[at] = of.part("factor_episodes", "factor", name)
    counts[names.index("8B")] = of.part("factor_episodes", "factor_group", "8")
    return np.minimum(counts, whole)


_WEIGHTS: Final = {code: weight for _, group in d.FACTORS for code, weight in group.items()}


def dealt(rng: np.random.Generator, counts: Counts, size: int) -> list[NDArray[np.int64]]:
    """For each of `size` the kinds that it has, at least one where there are enough, as many of each kind as
    counted."""
    if not size:
        return []
    first = apportion(min(size, counts.sum()), counts, 0, counts)
    has = np.zeros((size, len(counts)), dtype=bool)
    at = rng.permutation(size)[: int(first.sum())]
    has[at, np.repeat(np.arange(len(counts)), first)] = True
    for kind, more in enumerate((counts - first).tolist()):
        free = np.flatnonzero(~has[:, kind])
        has[rng.permutation(free)[:more], kind] = True
    rows, kinds = np.nonzero(has)
    return np.split(kinds, np.searchsorted(rows, np.arange(1, size)))
