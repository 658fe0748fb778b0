"""The calendar as whole numbers: a day is the number of days since `EPOCH`, and `NONE` is no day.

Whole numbers because every date is compared, added to and looked up in tables by the million.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.reference.bank_holidays import bank_holidays
from cin_pipeline.reference.days import DAY

Days = NDArray[np.int64]

EPOCH: Final = np.datetime64("1985-01-01", "D")
NONE: Final = -1
YEAR: Final = 365.25  # days of a year as the calendar counts, on average: for ages and durations in years

# After the last collection year by more than HORIZON leaves out. Another day would move the bytes of all returns.
_LAST: Final = np.datetime64("2028-12-31", "D")
_DATES: Final = np.arange(EPOCH, _LAST + DAY)
# Later than any return; what ends there or later has no end yet. So many days before the last day of the calendar that
# what is looked up beside it (a working day after it, a review) is still in the tables; invented.
HORIZON: Final = len(_DATES) - 400

TEXTS: Final[list[str]] = np.datetime_as_string(_DATES).tolist()

# As the calendar counts: the days from 1970, a Thursday, and its months, give Monday 0 and January 0; April is 0 in
# the collection year.
WEEKDAY: Final[NDArray[np.int64]] = (_DATES.astype(np.int64) + 3) % 7
MONTH: Final[NDArray[np.int64]] = _DATES.astype("datetime64[M]").astype(np.int64) % 12
MONTH_OF_YEAR: Final[NDArray[np.int64]] = (MONTH - 3) % 12

_WORKING: Final = np.is_busday(_DATES, holidays=bank_holidays())
_WORKING_DAYS: Final[Days] = np.flatnonzero(_WORKING).astype(np.int64)
_COUNT: Final[Days] = np.cumsum(_WORKING).astype(np.int64)  # working days up to and including each day

# The 31 March on or after each day, by its year; numpy counts years from 1970.
_YEAR: Final = _DATES.astype("datetime64[Y]").astype(np.int64) + 1970 + (MONTH >= 3)
_YEAR_END: Final[Days] = np.array(
    [(CollectionYear(year).end - EPOCH).astype(np.int64) for year in range(_YEAR[0], _YEAR[-1] + 1)], dtype=np.int64
)[_YEAR - _YEAR[0]]


def day(date: np.datetime64) -> int:
    """The number of a date."""
    return int((date - EPOCH).astype(np.int64))


def on_or_after(days: Days, working_days: NDArray[np.integer] | int = 0) -> Days:
    """The first working day that is no earlier than each day, and so many working days after it."""
    days = np.clip(days, 0, HORIZON)
    first = _COUNT[days] - _WORKING[days]
    return _WORKING_DAYS[np.minimum(first + working_days, len(_WORKING_DAYS) - 1)]


def on_or_before(days: Days) -> Days:
    """The last working day that is no later than each day."""
    return _WORKING_DAYS[np.maximum(_COUNT[np.clip(days, 0, len(_DATES) - 1)] - 1, 0)]


def working_day_number(days: Days) -> Days:
    """How many working days there are up to and including each day."""
    return _COUNT[np.clip(days, 0, len(_DATES) - 1)]


def working_day(number: Days) -> Days:
    """The working day with each number, as counted by `working_day_number`."""
    return _WORKING_DAYS[np.clip(number - 1, 0, len(_WORKING_DAYS) - 1)]


def working_days_between(start: Days, end: Days) -> Days:
    """Working days after the start up to and including the end."""
    last = len(_DATES) - 1
    return _COUNT[np.clip(end, 0, last)] - _COUNT[np.clip(start, 0, last)]


def year_end(days: Days) -> Days:
    """The 31 March on or after each day: the reference date of the first return that can tell of it."""
    return _YEAR_END[np.clip(days, 0, len(_DATES) - 1)]


def year_of(days: Days) -> NDArray[np.int64]:
    """The collection year each day lies in."""
    return _YEAR[np.clip(days, 0, len(_DATES) - 1)]
