"""Bank holidays of England and Wales, 2008 on [A23]."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.reference.data_files import rows


@cache
def bank_holidays() -> NDArray[np.datetime64]:
    """Days that are no working days though they fall on Monday to Friday, as `datetime64[D]`."""
    days = np.array([row["date"] for row in rows("bank-holidays")], dtype="datetime64[D]")
    days.flags.writeable = False  # cached: one array serves all
    return days
