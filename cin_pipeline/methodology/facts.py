"""What the measures of one LA in one collection year are counted from."""

from dataclasses import dataclass

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
