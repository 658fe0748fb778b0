"""What becomes in the last year of the cases that are open at the end of the first, and which children return then.

The counts are those of `flows`: cases are kept, end in a band of durations, or are dropped (closed as not in need, so
that they count as no episode a year later). Here it is chosen which cases, and when they close. No figure published
depends on the numbers below but where it is said.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.case_table import Drawing, Numbers
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.placing import latest_start
from cin_pipeline.synthetic.calibrated.sequences import LONGEST_NOT_IN_NEED, Histories
from cin_pipeline.synthetic.calibrated.windows import (
    BAND_DAYS,
    LONGER,
    TO_1_YEAR,
    TO_2_YEARS,
    TO_6_MONTHS,
    UP_TO_3_MONTHS,
    draw_days,
    year_days,
)
from cin_pipeline.synthetic.cases import NOT_IN_NEED, Booleans
from cin_pipeline.synthetic.days import HORIZON

FIRST, LAST = YEARS

# Days into the year by which a case ends that is followed by another of the child in it. Invented; 40 to 200 do.
FOLLOWED_BY: Final = 100

# Cases closed as not in need in the year after that of their referral. Days before the turn of the year since when
# most were referred (with as many as LONGEST_NOT_IN_NEED some have no day left to close on), and days into the new year
# by which the ones open for long are closed (with 120 assessments have a median of 30 working days, not of 29 as
# published). Both invented.
DROPPED_SINCE: Final = 120
DROPPED_BY: Final = 60

# By band: how many days a case may have been open at the turn of the year to end in the band, within the new one: the
# longest of the band (BAND_DAYS) less one to two weeks to close in. Invented margins; none at all would do. Such cases
# are taken first, so where the numbers are much lower too few are left, and some end a band later than published.
_OPEN_AT_MOST: Final[Mapping[int, int]] = {UP_TO_3_MONTHS: 78, TO_6_MONTHS: 165, TO_1_YEAR: 350, TO_2_YEARS: 722}

# The other way round, what a case has to have been open at least to reach a band in time (invented margins, days):
# before FOLLOWED_BY, so many days beyond what is needed; in the year, so many of its 365 days.
_REACHED_BEFORE: Final = 12
_REACHED_IN_YEAR: Final = 350
_REACHES_A_YEAR: Final = 3  # 1 would do: it reaches 366 on the last day of the year

_ABOVE_ANY_AGE: Final = 400  # sorts before days a case of the first year is open at its end, at most 365


def draw_fates(of: Drawing, new: Numbers, old: Numbers) -> dict[str, Numbers]:
    """What becomes of the cases open at the turn of the year; sets closures, early ones where another case follows.

    `new` ones started in the first year, `old` ones before. Returns cases by fate: `kept`, `ended` with the band, or
    `dropped`, of the new or the old, `followed` where the child is to return."""
    flows, cases = of.flows, of.cases
    turn = year_days(FIRST).end
    of_new, of_old = _Picker(of.rng, new), _Picker(of.rng, old)
    fates: dict[str, Numbers] = {}
    age = turn - cases.referral[new]
    fates["ended_new0"] = of_new.pick(flows("ended_from_new0", LAST), age <= _OPEN_AT_MOST[UP_TO_3_MONTHS])
    returning_new = max(0, flows("returning", LAST) - flows("ended_from_old", LAST))
    early = age >= _open_since(TO_2_YEARS) - 1
    fates["ended_new3_followed"] = of_new.pick(
        min(returning_new, flows("ended_from_new3", LAST)), np.where(early, _ABOVE_ANY_AGE, age)
    )
    fates["dropped_new"] = of_new.pick(flows("dropped_from_new", LAST), age <= DROPPED_SINCE)
    fates["ended_new1"] = of_new.pick(flows("ended_from_new1", LAST), age <= _OPEN_AT_MOST[TO_6_MONTHS])
    fates["ended_new2"] = of_new.pick(flows("ended_from_new2", LAST), age <= _OPEN_AT_MOST[TO_1_YEAR])
    rest = flows("ended_from_new3", LAST) - len(fates["ended_new3_followed"])
    fates["ended_new3"] = of_new.pick(rest, age >= _REACHES_A_YEAR)
    fates["kept_new"] = of_new.rest()

    age = turn - cases.referral[old]
    followed = min(flows("returning", LAST), flows("ended_from_old", LAST))
    ended3, ended4 = flows("ended_from_old3", LAST), flows("ended_from_old4", LAST)
    of_3 = min(ended3, round(followed * ended3 / max(ended3 + ended4, 1)))
    of_4 = min(followed - of_3, ended4)
    of_3 = followed - of_4
    reaches_4 = age >= BAND_DAYS[LONGER][0] - _REACHED_IN_YEAR
    fates["ended_old3_followed"] = of_old.pick(of_3, age <= _OPEN_AT_MOST[TO_2_YEARS])
    fates["ended_old4_followed"] = of_old.pick(of_4, age >= _open_since(LONGER))
    fates["ended_old3"] = of_old.pick(ended3 - of_3, age <= _OPEN_AT_MOST[TO_2_YEARS])
    fates["ended_old4"] = of_old.pick(ended4 - of_4, reaches_4)
    fates["dropped_old"] = of_old.pick(flows("dropped_from_old", LAST))
    fates["kept_old"] = of_old.rest()
    _close(of, fates)
    return fates


def _open_since(band: int) -> int:
    """Days a case has been open at the turn of the year to reach a band before another follows it, with a margin."""
    return BAND_DAYS[band][0] - FOLLOWED_BY + _REACHED_BEFORE


def _close(of: Drawing, fates: dict[str, Numbers]) -> None:
    """Closures in the last year of the cases that ended or were dropped in it."""
    year, cases = year_days(LAST), of.cases
    for fate, case in fates.items():
        low, high = np.full(len(case), year.start), np.full(len(case), year.end)
        if fate.startswith("kept"):
            cases.closure[case] = HORIZON
            continue
        earliest, latest = low, high
        if fate.startswith("ended"):
            shortest, longest = BAND_DAYS[int(fate.removesuffix("_followed")[-1])]
            referral = cases.referral[case]
            earliest = np.maximum(low, referral + shortest)
            latest = np.minimum(high, np.maximum(referral + longest, earliest))
        else:
            cases.kind[case] = NOT_IN_NEED
            latest = np.minimum(high, np.maximum(cases.referral[case] + LONGEST_NOT_IN_NEED, low + DROPPED_BY))
        if fate.endswith("_followed"):
            latest = np.minimum(latest, np.maximum(low + FOLLOWED_BY, earliest))
        cases.closure[case] = draw_days(of.rng, np.minimum(earliest, latest), latest)


def carry_in_last(of: Drawing, last: Histories, fates: dict[str, Numbers]) -> None:
    """Those who return in the last year get a case that ended early enough for what follows it."""
    followed = np.concatenate([case for fate, case in fates.items() if fate.endswith("_followed")])
    returning = np.flatnonzero(last.returning)
    by_room = returning[np.argsort(latest_start(last, LAST)[returning], kind="stable")]
    last.carried[by_room] = followed[np.argsort(of.cases.closure[followed], kind="stable")]


class _Picker:
    """Cases given out one group after another."""

    def __init__(self, rng: np.random.Generator, cases: Numbers) -> None:
        self._rng, self._cases = rng, cases
        self._left = np.ones(len(cases), dtype=bool)

    def pick(self, count: int, suited: Booleans | Numbers | None = None) -> Numbers:
        """`count` cases that are left, at random; those that suit best first."""
        left = np.flatnonzero(self._left)
        order = self._rng.random(len(left))
        if suited is not None:
            order = order - suited[left]
        chosen = left[np.argsort(order, kind="stable")[:count]]
        self._left[chosen] = False
        return self._cases[chosen]

    def rest(self) -> Numbers:
        """All that are left."""
        return self.pick(int(self._left.sum()))
