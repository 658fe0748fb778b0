"""Whole days: reading one, and arithmetic of months and steps of one day."""

import re
from datetime import date

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]

DAY = np.timedelta64(1, "D")
MONTH = np.timedelta64(1, "M")

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?")


def read_day(text: str) -> date | None:
    """A day written YYYY-MM-DD; a time zone after it, as XML has them, is disregarded [A77, A80]. None for any other
    text."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    try:
        return date.fromisoformat(found[1])
    except ValueError:  # such as 30 February
        return None


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
