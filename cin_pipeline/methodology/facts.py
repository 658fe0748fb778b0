"""What the measures of one LA in one collection year are counted from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TypeVar

from pandas import DataFrame

from cin_pipeline.census.tables import ReturnTables
from cin_pipeline.census.years import CollectionYear


@dataclass(frozen=True)
class ReturnFacts:
    """One LA's return with its flagged referrals, and what the year before adds to it.

    `episodes`: one row per CINdetails record, see `methodology.episodes.flag_episodes`. `prior_referrals`: latest
    referral per child in the previous year's return, None where the LA has no such return."""

    year: CollectionYear
    episodes: DataFrame
    tables: ReturnTables
    prior_referrals: DataFrame | None
    _populations: dict[str, object] = field(default_factory=dict, repr=False, compare=False)


_Rows = TypeVar("_Rows", DataFrame, DataFrame | None)


def population(select: Callable[[ReturnFacts], _Rows]) -> Callable[[ReturnFacts], _Rows]:
    """Marks a function that selects the rows a measure counts; several measures share what was selected once."""
    name = f"{select.__module__}.{select.__qualname__}"

    @wraps(select)
    def selected(facts: ReturnFacts) -> _Rows:
        if name not in facts._populations:
            facts._populations[name] = select(facts)
        return facts._populations[name]

    return selected
