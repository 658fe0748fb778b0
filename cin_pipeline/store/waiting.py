"""Waiting for a database that is not up yet, as when containers start in any order."""

import time
from collections.abc import Callable
from typing import TypeVar

from cin_pipeline.store.database_faults import DatabaseAway

T = TypeVar("T")
_PAUSE_SECONDS = 0.5


def when_there(
    attempt: Callable[[], T],
    seconds: float,
    *,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """What an attempt gives, made again until the database is there, for so many seconds. Raises DatabaseAway then.

    What waiting cannot mend, such as a wrong password, is raised at once."""
    end = clock() + seconds
    while True:
        try:
            return attempt()
        except DatabaseAway:
            if clock() >= end:
                raise
        pause(_PAUSE_SECONDS)
