"""Working days and the bands that durations are published in [A22, A23, A40]."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import Series

from cin_pipeline.reference.bank_holidays import bank_holidays
from cin_pipeline.reference.days import DAY, Days, add_months

DURATION_BANDS = (
    "up_to_3_months",
    "over_3_to_6_months",
    "over_6_months_to_1_year",
    "1_to_2_years",
    "2_years_or_more",
)
REMAINED_BANDS = ("up_to_3_months", "over_3_to_6_months", "over_6_months")
ASSESSMENT_BANDS = ("same_day", "1-10", "11-20", "21-30", "31-40", "41-45", "46-50", "51-60", "61+")
WAIT_BANDS = ("0-10", "11-15", "16-20", "21+")


def days_of(dates: "Series[pd.Timestamp]") -> Days:
    """The dates of a column as whole days; missing ones as NaT."""
    days: Days = dates.to_numpy().astype("datetime64[D]")
    return days


def duration_bands(starts: Days, ends: Days) -> pd.Categorical:
    """The band of each duration in calendar months: up to and including 3, over 3 up to and including 6, over 6 and
    under 12, 12 and under 24, 24 and more; none where a date is missing or the end lies before the start [A24, A40]."""
    start, end = starts, ends
    beyond = [
        end > add_months(start, 3),
        end > add_months(start, 6),
        end >= add_months(start, 12),
        end >= add_months(start, 24),
    ]
    return _banded(np.sum(beyond, axis=0), valid=end >= start, bands=DURATION_BANDS)


def remained_bands(ends: Days, closures: Days, last: np.datetime64) -> pd.Categorical:
    """The band of the time from each plan's end to the closure of its referral, in calendar months: up to and including
    3, up to and including 6, and more, also without a closure by 31 March; none where it was closed before [A40, A75].

    `last` is that 31 March."""
    open_ = np.isnat(closures) | (closures > last)
    beyond = np.sum([closures > add_months(ends, 3), closures > add_months(ends, 6)], axis=0)
    return _banded(np.where(open_, 2, beyond), valid=open_ | (closures >= ends), bands=REMAINED_BANDS)


def working_days(starts: Days, ends: Days) -> "Series[int]":
    """Working days after the start up to and including the end, Monday to Friday less bank holidays; missing where a
    date is, or the end is earlier [A22-A24].

    The same day is 0; so are a Saturday and the Sunday after it."""
    valid = ends >= starts
    counted = np.zeros(len(starts), dtype=np.int64)
    # busday_count counts from its first date up to, not including, its second.
    counted[valid] = np.busday_count(starts[valid] + DAY, ends[valid] + DAY, holidays=bank_holidays())
    return Series(pd.arrays.IntegerArray(counted, ~valid))


def assessment_bands(starts: Days, ends: Days) -> pd.Categorical:
    """The band of each assessment in working days; `same_day` only where both dates are one, so that 0 working days
    between different dates is in `1-10` [A22]."""
    count = working_days(starts, ends)
    band = np.searchsorted([10, 20, 30, 40, 45, 50, 60], count.fillna(0).to_numpy(), side="left") + 1
    return _banded(np.where(starts == ends, 0, band), valid=count.notna().to_numpy(), bands=ASSESSMENT_BANDS)


def wait_bands(starts: Days, ends: Days) -> pd.Categorical:
    """The band of each wait for a conference in working days, from the earliest section 47 start recorded with its
    date, else from the referral [s4; A32, A33]."""
    count = working_days(starts, ends)
    band = np.searchsorted([10, 15, 20], count.fillna(0).to_numpy(), side="left")
    return _banded(band, valid=count.notna().to_numpy(), bands=WAIT_BANDS)


def as_categories(counts: "Series[int]") -> pd.Categorical:
    """Whole numbers as categories in their order, one per number that occurs."""
    occurring = np.unique(counts.dropna().to_numpy(dtype=np.int64))
    codes = np.searchsorted(occurring, counts.fillna(0).to_numpy(dtype=np.int64))
    codes = np.where(counts.notna().to_numpy(), codes, -1)
    return pd.Categorical.from_codes(codes, categories=[str(number) for number in occurring])


def _banded(band: NDArray[np.int64], valid: NDArray[np.bool_], bands: tuple[str, ...]) -> pd.Categorical:
    return pd.Categorical.from_codes(np.where(valid, band, -1), categories=list(bands))
