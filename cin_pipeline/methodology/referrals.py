"""Referrals, and referrals within 12 months of a previous one (tables C1, C5 and C6) [s4]."""

import numpy as np
import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.tables import ReturnTables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.calendar import days_of
from cin_pipeline.methodology.episodes import in_year
from cin_pipeline.methodology.facts import ReturnFacts, population
from cin_pipeline.reference.days import MONTH

RE_REFERRAL_DAYS = 365  # both ends: the same day counts, 366 days over a 29 February do not [A15]


@population
def received(facts: ReturnFacts) -> DataFrame:
    """Referrals with their date in the year, no further action included [s4; A11, A12]. Adds month (YYYY-MM)."""
    referrals = facts.episodes[facts.episodes["referral_date"].between(*in_year(facts.year))]
    first = facts.year.start.astype("datetime64[M]")
    months = np.arange(first, first + 12 * MONTH)
    which = (days_of(referrals["referral_date"]).astype("datetime64[M]") - first).astype(np.int64)
    return referrals.assign(month=pd.Categorical.from_codes(which, categories=[str(month) for month in months]))


@population
def no_further_action(facts: ReturnFacts) -> DataFrame:
    """Of the referrals in the year, those flagged as no further action [s4]."""
    referrals = received(facts)
    return referrals[referrals["no_further_action"]]


@population
def assessed_not_in_need(facts: ReturnFacts) -> DataFrame:
    """Of the referrals in the year, those closed after an assessment as their only activity [s4]."""
    referrals = received(facts)
    return referrals[referrals["not_in_need"]]


def latest_referrals(tables: ReturnTables, year: CollectionYear) -> DataFrame:
    """Each child's latest referral dated in `year`, from the return of that year [s4]: la_child_id, referral_date.

    NFA referrals included [A14]; children without an id are left out, nothing could link them to another year [A19]."""
    referrals = tables.referrals
    ids = tables.children["la_child_id"].loc[referrals["child_number"]].to_numpy()
    dated = referrals["referral_date"].between(*in_year(year))
    found = DataFrame({"la_child_id": ids, "referral_date": referrals["referral_date"].to_numpy()})[dated.to_numpy()]
    return found.groupby("la_child_id", as_index=False, dropna=True)["referral_date"].max()


@population
def re_referrals(facts: ReturnFacts) -> DataFrame | None:
    """This year's referrals that follow the child's referral before by 0 to 365 days [s4; A12-A17]: child, days.

    Each child's referrals of this year, with the latest of last year, in the order of their dates: each consecutive
    pair counts. None where the LA has no return of last year [A18]."""
    if facts.prior_referrals is None:
        return None
    current = facts.episodes[["child", "la_child_id", "referral_date"]]
    child_of_id = current.dropna(subset="la_child_id").drop_duplicates("la_child_id").set_index("la_child_id")["child"]
    previous = facts.prior_referrals.assign(child=facts.prior_referrals["la_child_id"].map(child_of_id))
    in_this_year = current["referral_date"].between(*in_year(facts.year))
    dates = pd.concat(
        [
            previous.loc[previous["child"].notna(), ["child", "referral_date"]].astype({"child": "int64"}),
            current.loc[in_this_year, ["child", "referral_date"]],
        ],
        ignore_index=True,
    ).sort_values(["child", "referral_date"])
    days = dates.groupby("child")["referral_date"].diff().dt.days
    return dates.assign(days=days)[days.between(0, RE_REFERRAL_DAYS)]
