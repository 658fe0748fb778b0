"""Arithmetic on whole days: months, and steps of one day."""

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]

DAY = np.timedelta64(1, "D")
MONTH = np.timedelta64(1, "M")


def add_months(days: Days, months: int) -> Days:
    """The same day of the month `months` later (earlier if negative), or the last day of that month if it is shorter
    [A40].

    31 January plus 1 month is 28 (29) February; a missing day stays missing."""
    month = days.astype("datetime64[M]")
    later = month + months * MONTH
    last_day = (later + MONTH).astype("datetime64[D]") - DAY
    same_day = later.astype("datetime64[D]") + (days.astype("datetime64[D]") - month.astype("datetime64[D]"))
    result: Days = np.minimum(same_day, last_day)
    return result
