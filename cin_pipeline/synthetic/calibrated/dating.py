"""The referrals of a year with their dates: so many in each month, and of each kind and duration."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.apportion import Counts, apportion
from cin_pipeline.synthetic.calibrated.flows import Flow
from cin_pipeline.synthetic.calibrated.windows import BAND_DAYS, BANDS, TO_2_YEARS, YearDays, draw_days, weight_of
from cin_pipeline.synthetic.cases import IN_NEED, NFA, NOT_IN_NEED
from cin_pipeline.synthetic.days import HORIZON, MONTH_OF_YEAR, NONE, Days

Numbers = Counts

# Calendar days, invented: to the closure of a case without further action below the first; of one not in need, until
# its assessment says better, from the second up to below the third.
_DECIDED: Final = 3
_NOT_IN_NEED: Final = (8, 45)
_TO_ASSESS: Final = (
    21  # calendar days before the end of the year by which they are referred, so that there is time to; invented
)
# Power of a share between the ends of a band, above 1: how much more often its short lengths are drawn, so that
# children with several cases have room for them. Invented.
_SHORT_MORE_OFTEN: Final = 1.4


@dataclass
class YearCases:
    """The cases of a return. `closure` is HORIZON for what is open at the end of the year; `pool` is the position of a
    case in the pool it was carried in from, NONE for one referred in the year; `follows` and `leads` the case of the
    same child before and after it, or NONE."""

    referral: Days
    closure: Days
    kind: Numbers
    pool: Numbers
    child: Numbers = field(init=False)
    follows: Numbers = field(init=False)
    leads: Numbers = field(init=False)

    def __post_init__(self) -> None:
        unknown = np.full(len(self.referral), NONE)
        self.child, self.follows, self.leads = unknown, unknown.copy(), unknown.copy()

    def __len__(self) -> int:
        return len(self.referral)

    def free_until(self, end: int) -> Days:
        """The last day each case can go on to: the day before the child's next case, or the end of the year."""
        nxt = self.referral[self.leads]
        return np.where(self.leads != NONE, nxt - 1, end)


def date_referrals(
    rng: np.random.Generator, flow: Flow, no_further_action: int, not_in_need: int, months: Counts, days: YearDays
) -> tuple[Days, Days, Numbers]:
    """Referral, closure and kind of each case referred in the year; what has least choice takes its months first."""
    left = months.copy()
    parts: list[tuple[Days, Days, Numbers]] = []
    for band, count in enumerate(flow.new_open.tolist()):
        first, last = days.open_since[band]
        # Since 31 December: three months to the day, for where the months after have not enough.
        referral = _dated(rng, count, left, days, first - (band == 0), last)
        parts.append((referral, np.full(count, HORIZON), np.full(count, IN_NEED)))
    ended = flow.new_ended.tolist()
    for band in reversed(BANDS[1:TO_2_YEARS]):
        shortest, longest = BAND_DAYS[band]
        referral = _dated(rng, ended[band], left, days, days.start, days.end - shortest)
        parts.append((referral, _closed(rng, referral, shortest, longest, days.end), np.full(ended[band], IN_NEED)))
    referral = _dated(rng, not_in_need, left, days, days.start, days.end - _TO_ASSESS)
    closure = np.minimum(referral + rng.integers(*_NOT_IN_NEED, not_in_need), days.end)
    parts.append((referral, closure, np.full(not_in_need, NOT_IN_NEED)))
    referral = _dated(rng, ended[0], left, days, days.start, days.end)
    closure = _closed(rng, referral, 1, BAND_DAYS[0][1], days.end)
    parts.append((referral, closure, np.full(ended[0], IN_NEED)))
    referral = _dated(rng, no_further_action, left, days, days.start, days.end)
    closure = np.minimum(referral + rng.integers(0, _DECIDED, no_further_action), days.end)
    parts.append((referral, closure, np.full(no_further_action, NFA)))
    referral, closure, kind = (np.concatenate(column) for column in zip(*parts, strict=True))
    return referral, closure, kind


def _dated(rng: np.random.Generator, count: int, left: Counts, days: YearDays, first: int, last: int) -> Days:
    """Days of so many referrals from a first to a last one, by what is left of each month, from which they are taken.

    Where not enough is left in the months between, what is over is spread evenly."""
    starts, ends = month_bounds(days)
    firsts, lasts = np.maximum(starts, first), np.minimum(ends, last)
    able = lasts >= firsts
    size = np.where(able, weight_of(firsts, lasts), 0.0)
    part = size / weight_of(starts, ends)
    counts = apportion(count, np.where(able, left * part, 0.0), 0, np.where(able, left, 0))
    left -= counts
    counts = counts + apportion(count - counts.sum(), size, 0, np.where(able, count, 0))
    of = np.repeat(np.arange(len(counts)), counts)
    return draw_days(rng, firsts[of], lasts[of])


def month_bounds(days: YearDays) -> tuple[Days, Days]:
    """First and last day of each month of the year, from April."""
    months = MONTH_OF_YEAR[days.start : days.end + 1]
    starts = days.start + np.flatnonzero(np.append(True, months[1:] != months[:-1]))
    return starts, np.append(starts[1:] - 1, days.end)


def _closed(rng: np.random.Generator, referral: Days, shortest: int, longest: int, end: int) -> Days:
    latest = np.maximum(np.minimum(longest, end - referral), 0)
    earliest = np.minimum(shortest, latest)
    share = rng.random(len(referral)) ** _SHORT_MORE_OFTEN
    lengths: Days = earliest + (share * (latest - earliest + 1)).astype(np.int64).clip(0, latest - earliest)
    return referral + lengths
