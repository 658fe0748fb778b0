"""When what has a start and an end is counted in a year: the four ways of tables B1, B7 and D1 [s4]."""

from typing import TypeAlias

import pandas as pd
from pandas import Series

from cin_pipeline.census.years import CollectionYear

_Dates: TypeAlias = "Series[pd.Timestamp]"


def in_year(year: CollectionYear) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and the last day of the year, both in it."""
    return pd.Timestamp(year.start), pd.Timestamp(year.end)


def starting_in(year: CollectionYear, starts: _Dates) -> "Series[bool]":
    """Whether each starts in the year."""
    return starts.between(*in_year(year))


def ending_in(year: CollectionYear, starts: _Dates, ends: _Dates) -> "Series[bool]":
    """Whether each ends in the year and had started by its end, in earlier years too [A85]."""
    return ends.between(*in_year(year)) & (starts <= year.end)


def open_in(year: CollectionYear, starts: _Dates, ends: _Dates) -> "Series[bool]":
    """Whether each had started by the end of the year and not ended before it began; without an end it has not."""
    return (starts <= year.end) & ~(ends < year.start)


def open_at_end_of(year: CollectionYear, starts: _Dates, ends: _Dates) -> "Series[bool]":
    """Whether each had started by 31 March and not ended by then; a later end is none yet."""
    return (starts <= year.end) & ~(ends <= year.end)
