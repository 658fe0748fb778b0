"""Children re-referred across two years: which histories they are, and which case of the year before they follow.

A re-referral is within 365 days of the child's referral before it. Those within a year come of the sequences; these
are the others, as many as are published. Nobody else is referred in both years within so short a time. All numbers that
are invented can be others, with the same figures, where they leave room.
"""

from typing import Final

import numpy as np

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated import england as e
from cin_pipeline.synthetic.calibrated.carrying_over import DROPPED_BY
from cin_pipeline.synthetic.calibrated.case_table import Drawing, Numbers
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.placing import latest_start
from cin_pipeline.synthetic.calibrated.sequences import KEPT, Histories
from cin_pipeline.synthetic.calibrated.windows import TO_6_MONTHS, UP_TO_3_MONTHS, draw_days, year_days
from cin_pipeline.synthetic.cases import IN_NEED, NFA, NOT_IN_NEED, Booleans
from cin_pipeline.synthetic.days import NONE

FIRST, LAST = YEARS

RE_REFERRED: Final = 365  # days between two referrals that make a re-referral, at most (methodology of 2016-17)

# Invented: the share of the single cases kept since the last quarter that are re-referred only where others are too
# few: each needs a referral in the last quarter of the year before, and those are few.
_SPARED: Final = 0.9

# Invented: of the cases of the first year that closed, at most so many tenths are followed by a re-referral in the
# last; what goes beyond follows cases closed as not in need after the turn of the year, as e.AFTER_OLD_CASE do in any
# case.
_FOLLOWED_TENTHS: Final = 9

# Invented: a case dropped after the turn of the year that is followed by a re-referral, in days: it was referred so
# short a time before the turn, so that the re-referral has the rest of the 365 days; the re-referral need not come
# sooner after the turn than DROPPED_BY and 5 more (with 0, 35 LAs have no day left for it); the case closes so long
# after its referral.
_DROPPED_AND_FOLLOWED: Final = 250
_FOLLOWS_DROPPED_FROM: Final = 65
_DROPPED_BEFORE_RE_REFERRAL: Final = 300

# Invented: days by which lengths are blurred, of which the shortest are taken to be followed by a re-referral: 0 would
# take the very shortest cases, larger ones leave less of the 365 days for the re-referral.
_SHORTEST_BUT_FOR: Final = 60
_SPARE: Final = 3  # days before the last one possible by which a re-referral comes

# Invented: cases of the year before the first, of which nothing is counted but that a re-referral follows. Their days,
# and spare ones between the longest and the first day of the year.
_SHORTEST_BEFORE, _LONGEST_BEFORE, _SPARE_BEFORE = 5, 30, 5
_YEAR_BEFORE: Final = 365  # days of 2014-15, as the calendar counts

# The first referral of a child re-referred from the year before the first one, in days from the start of the first.
FIRST_BY: Final = RE_REFERRED - _LONGEST_BEFORE - _SPARE_BEFORE


def choose_re_referred(of: Drawing, histories: Histories, year: int) -> Numbers:
    """The histories of a year whose first referral comes within 365 days of one in the year before.

    Raises ValueError where fewer children are referred several times in the year than are re-referred across too."""
    number, rng, flows = histories.number, of.rng, of.flows
    both = flows("across_and_again", year)
    several = rng.permutation(np.flatnonzero((number > 1) & ~histories.returning))
    single = np.flatnonzero((number == 1) & ~histories.returning)
    # A re-referral in the last quarter needs a referral in the last quarter of the year before.
    late = (histories.band[single] == UP_TO_3_MONTHS) & (rng.random(len(single)) < _SPARED)
    few = flows("children_referred", FIRST) - flows("kept_new", FIRST)
    in_need = histories.kept[single] | (histories.kind[single, 0] == IN_NEED)
    if year == LAST and flows("re_referred_across", year) > few:
        late = late | in_need
    single = single[np.lexsort((rng.random(len(single)), late))]
    if len(several) < both:
        # Children who return can be among them where they are few: their case from before is older than a year.
        raise ValueError("too few children are referred several times in the year")
    return np.concatenate((several[:both], single[: flows("re_referred_across", year) - both]))


def link(of: Drawing, first: Histories, last: Histories, across: Numbers, fates: dict[str, Numbers]) -> Numbers:
    """For each history of the last year the one of the first with the same child, or NONE.

    A child re-referred within 365 days had in the first year a case that closed in it, or one that closed in the
    last year before the re-referral: as not in need, or as an episode where it is in need no more."""
    cases, turn = of.cases, year_days(FIRST).end
    closed = np.flatnonzero(~first.kept)
    dropped = fates["dropped_new"][cases.referral[fates["dropped_new"]] >= turn - _DROPPED_AND_FOLLOWED]
    wanted = max(round(e.AFTER_OLD_CASE * len(across)), len(across) - len(closed) * _FOLLOWED_TENTHS // 10)
    in_need: Booleans = np.asarray(np.isin(last.kind, (IN_NEED, KEPT)).any(axis=1))
    # After a dropped case the re-referral can be neither early in the year nor, within the 365 days, late in it.
    unsuited = (last.number == 1) & np.isin(last.band, (UP_TO_3_MONTHS, TO_6_MONTHS))
    unsuited |= latest_start(last, LAST) < turn + _FOLLOWS_DROPPED_FROM
    ordered = across[np.lexsort((last.number[across] > 1, ~in_need[across], unsuited[across]))]
    after_dropped = ordered[: min(wanted, len(dropped))]
    _follow(of, last, after_dropped, of.rng.permutation(dropped)[: len(after_dropped)])
    rest = across[~np.isin(across, after_dropped)]
    if len(rest) > len(closed):
        # Those who are in need no more.
        other = rest[~in_need[rest]][: len(rest) - len(closed)]
        ended = np.concatenate((fates["ended_new1"], fates["ended_new2"]))
        ended = ended[np.argsort(cases.closure[ended], kind="stable")][: len(other)]
        _follow(of, last, other, ended)
        rest = rest[~np.isin(rest, other)]
    return _follow_closed(of, first, last, closed, rest)


def _follow(of: Drawing, last: Histories, histories: Numbers, case: Numbers) -> None:
    """Makes histories follow on cases that close early in the last year."""
    cases, turn = of.cases, year_days(FIRST).end
    last.carried[histories] = case
    last.first_by[histories] = cases.referral[case] + RE_REFERRED
    dropped = case[cases.kind[case] == NOT_IN_NEED]
    cases.closure[dropped] = np.minimum(
        cases.closure[dropped],
        np.minimum(turn + DROPPED_BY, cases.referral[dropped] + _DROPPED_BEFORE_RE_REFERRAL),
    )


def _follow_closed(of: Drawing, first: Histories, last: Histories, closed: Numbers, rest: Numbers) -> Numbers:
    """Gives histories of the last year a child whose history of the first has ended.

    Raises ValueError where fewer have."""
    turn = year_days(FIRST).end
    last_days = first.last(first.days)
    # The shortest cases of the first year: the re-referral has to come so much earlier than a year after it.
    noise = of.rng.random(len(closed)) * _SHORTEST_BUT_FOR
    linked = closed[np.argsort(last_days[closed] + noise, kind="stable")][: len(rest)]
    if len(linked) < len(rest):
        raise ValueError(
            f"{len(rest)} children are re-referred from the year before, in which {len(linked)} cases closed"
        )
    # Where the re-referral has to come late, the shortest of all.
    linked = linked[np.argsort(last_days[linked], kind="stable")]
    rest = rest[np.argsort(last.band[rest] != UP_TO_3_MONTHS, kind="stable")]
    before = np.full(len(last.kind), NONE)
    before[rest] = linked
    due = turn + RE_REFERRED - _SPARE - last_days[linked]
    only = first.number[linked] == 1
    last.first_by[rest] = np.where(only, np.minimum(due, first.first_by[linked] + RE_REFERRED - 1), due)
    return before


def add_year_before(of: Drawing, first: Histories, across: Numbers) -> None:
    """The referrals of 2014-15 that the re-referrals of 2015-16 are counted from: short cases, closed in it."""
    cases, rng, year = of.cases, of.rng, year_days(FIRST)
    kind = np.where(rng.random(len(across)) < d.NO_FURTHER_ACTION, NFA, IN_NEED)
    days = np.where(kind == NFA, 0, rng.integers(_SHORTEST_BEFORE, _LONGEST_BEFORE, len(across)))
    case = cases.add(kind, cases.child[first.case[across, 0]])
    after = cases.referral[first.case[across, 0]]
    latest = year.start - 1 - days
    earliest = np.minimum(np.maximum(after - RE_REFERRED, year.start - _YEAR_BEFORE), latest)
    cases.referral[case] = draw_days(rng, earliest, latest)
    cases.closure[case] = cases.referral[case] + days
