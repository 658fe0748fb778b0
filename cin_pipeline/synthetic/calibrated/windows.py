"""Days drawn within bounds, more often on the weekdays and in the months of referrals."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.days import HORIZON, MONTH_OF_YEAR, WEEKDAY, Days, day, working_day, working_day_number

_WEIGHTS: Final = np.array(d.MONTHS)[MONTH_OF_YEAR] * np.array(d.WEEKDAYS)[WEEKDAY]
_CUMULATIVE: Final = np.concatenate(([0.0], np.cumsum(_WEIGHTS)))  # of all days before each

# The bands of durations of tables B5, D5 and D7.
UP_TO_3_MONTHS, TO_6_MONTHS, TO_1_YEAR, TO_2_YEARS, LONGER = BANDS = range(5)

# First and last number of days that an episode or plan of each band lasts. The bands of the tables are in months; these
# leave out the few days at which it depends on the months whether something is in one band or the next. Wider ones put
# some cases into the wrong band, and the durations no longer come out as published.
BAND_DAYS: Final = ((1, 89), (94, 181), (186, 363), (366, 729), (732, HORIZON))

# Power of a share between the ends of a band, above 1: how much more often the short lengths of a band are drawn.
# Invented: several cases of a child in one year are to leave each other room. 1, as often, gives the same figures.
_SHORT_MORE_OFTEN: Final = 1.2


def draw_days(rng: np.random.Generator, first: ArrayLike, last: ArrayLike) -> Days:
    """A day from each first to each last one. Raises ValueError where the last is before the first."""
    low, high = np.broadcast_arrays(np.asarray(first, dtype=np.int64), np.asarray(last, dtype=np.int64))
    if (high < low).any():
        raise ValueError("there is no day between the last and the first")
    before, after = _CUMULATIVE[low], _CUMULATIVE[high + 1]
    at = before + rng.random(low.shape) * (after - before)
    days: Days = np.clip(np.searchsorted(_CUMULATIVE, at, side="right") - 1, low, high).astype(np.int64)
    return days


def weight_of(first: Days, last: Days) -> NDArray[np.float64]:
    """How many referrals come from each first to each last day, 0 where the last is before the first."""
    weight: NDArray[np.float64] = np.maximum(_CUMULATIVE[np.maximum(last + 1, first)] - _CUMULATIVE[first], 0.0)
    return weight


def draw_working_days(rng: np.random.Generator, first: ArrayLike, last: ArrayLike) -> Days:
    """A working day from each first to each last day. Raises ValueError where there is none."""
    low, high = np.broadcast_arrays(np.asarray(first, dtype=np.int64), np.asarray(last, dtype=np.int64))
    before, after = working_day_number(low - 1), working_day_number(high)
    if (after <= before).any():
        raise ValueError("there is no working day between the last and the first")
    return working_day(before + 1 + (rng.random(low.shape) * (after - before)).astype(np.int64))


def draw_lengths(rng: np.random.Generator, bands: NDArray[np.int64]) -> Days:
    """Days that what lasts for each of the bands within a year takes; the short ones of a band more often."""
    low, high = (np.array(bounds)[bands] for bounds in zip(*BAND_DAYS[:TO_2_YEARS], strict=True))
    days: Days = (low + (high - low) * rng.random(len(bands)) ** _SHORT_MORE_OFTEN).astype(np.int64)
    return days


@dataclass(frozen=True)
class YearDays:
    """A collection year as days.

    `open_since` are the first and last day on which an episode or plan begins that on 31 March has been open up to 3
    months, 3 to 6 and 6 to 12. Without 31 December: three months from then is 31 March."""

    start: int
    end: int
    open_since: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
    year_before: int  # its first day


def year_days(year: int) -> YearDays:
    """The days of the collection year ending in `year`."""
    of = CollectionYear(year)
    january, december, october, september = (
        day(np.datetime64(date))
        for date in (f"{year}-01-01", f"{year - 1}-12-30", f"{year - 1}-10-01", f"{year - 1}-09-30")
    )
    start, end = day(of.start), day(of.end)
    return YearDays(start, end, ((january, end), (october, december), (start, september)), day(of.previous.start))
