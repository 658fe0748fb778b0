"""How long is waited after a failure that another try may mend: twice as long each time, up to a limit."""

from datetime import datetime, timedelta

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)


def waits_until(failures: int, last: datetime | None, now: datetime) -> datetime | None:
    """When it is tried again after so many failures in a row, the last at a time; None: now.

    A time in the future is of a clock that was put back: it counts as long ago."""
    if not failures or last is None:
        return None
    wait = min(FIRST_WAIT * 2 ** min(failures - 1, 10), LONGEST_WAIT)
    return last + wait if timedelta(0) <= now - last < wait else None
