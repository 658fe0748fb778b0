"""Referrals, and referrals within 12 months of a previous one (tables C1, C5 and C6) [s4]."""

import numpy as np
import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.calendar import days_of
from cin_pipeline.methodology.facts import ReturnFacts, counted_rows
from cin_pipeline.methodology.periods import in_year
from cin_pipeline.reference.days import MONTH
from cin_pipeline.tables.columns import CHILD_ID
from cin_pipeline.tables.declaring import DAY, WHOLE, Column, TableDeclaration

PRIOR_REFERRALS = TableDeclaration(
    "prior_year_referrals",
    "A child's latest referral of the previous year, from the LA's return of that year; of a new LA perhaps from its "
    "predecessor's.",
    (
        CHILD_ID,
        Column("referral_date", DAY, "The day of the referral."),
        Column("referral_number", WHOLE, "Its number in the previous year's return.", "record number"),
        Column("line", WHOLE, "The line of the previous year's file on which it begins.", "line number"),
    ),
    key=("la_child_id",),
    caution="Children without an id are left out: nothing links them to another year [A19].",
)
RE_REFERRAL_DAYS = 365  # both ends: the same day counts, 366 days over a 29 February do not [A15]


@counted_rows
def received(facts: ReturnFacts) -> DataFrame:
    """Referrals with their date in the year, no further action included [s4; A11, A12]. Adds month (YYYY-MM)."""
    referrals = facts.episodes[facts.episodes["referral_date"].between(*in_year(facts.year))]
    first = facts.year.start.astype("datetime64[M]")
    months = np.arange(first, first + 12 * MONTH)
    which = (days_of(referrals["referral_date"]).astype("datetime64[M]") - first).astype(np.int64)
    return referrals.assign(month=pd.Categorical.from_codes(which, categories=[str(month) for month in months]))


@counted_rows
def no_further_action(facts: ReturnFacts) -> DataFrame:
    """Of the referrals in the year, those flagged as no further action: ReferralNFA is 1 or true [s4 a; A1, A11]."""
    referrals = received(facts)
    return referrals[referrals["no_further_action"]]


@counted_rows
def assessed_not_in_need(facts: ReturnFacts) -> DataFrame:
    """Of the referrals in the year, those closed after an assessment as their only activity: RC8 without section 47
    enquiry, child protection plan or transfer-in conference [s4 b; A2, A3]."""
    referrals = received(facts)
    return referrals[referrals["not_in_need"]]


def latest_referrals(tables: ReturnTables, year: CollectionYear) -> DataFrame:
    """Each child's latest referral dated in `year`, from the return of that year [s4; A17]; columns as PRIOR_REFERRALS.

    NFA referrals included [A14]; children without an id are left out, nothing could link them to another year [A19]."""
    referrals = tables.referrals
    ids = tables.children["la_child_id"].loc[referrals["child_number"]].to_numpy()
    dated = referrals["referral_date"].between(*in_year(year))
    found = referrals.loc[dated, ["referral_date", "line"]].rename_axis("referral_number").reset_index()
    found = found.assign(la_child_id=ids[dated.to_numpy()]).dropna(subset="la_child_id")
    latest = found.sort_values("referral_date", kind="stable").drop_duplicates("la_child_id", keep="last")
    return PRIOR_REFERRALS.typed(latest.sort_values("la_child_id"))


@counted_rows
def re_referrals(facts: ReturnFacts) -> DataFrame | None:
    """This year's referrals that follow a previous referral of the child by 0 to 365 days [s4; A12-A17].

    Columns child, referral_date, days, referral_number (of this year's return), follows (number of the previous
    referral) and follows_previous_year (whether that stands in the previous year's return).

    Each child's referrals of this year, with the latest of the previous year, in the order of their dates: each
    consecutive pair counts. None where the LA has no return of the previous year [A18]."""
    pairs = consecutive_referrals(facts)
    return None if pairs is None else pairs[pairs["days"].between(0, RE_REFERRAL_DAYS)]


@counted_rows
def consecutive_referrals(facts: ReturnFacts) -> DataFrame | None:
    """This year's referrals that follow a previous referral of the child, however many days after it [s4; A13].

    Columns as of `re_referrals`; None where the LA has no return of the previous year."""
    if facts.prior_referrals is None:
        return None
    current = facts.episodes[["child", "la_child_id", "referral_date"]].rename_axis("referral_number").reset_index()
    child_of_id = current.dropna(subset="la_child_id").drop_duplicates("la_child_id").set_index("la_child_id")["child"]
    previous = facts.prior_referrals.assign(child=facts.prior_referrals["la_child_id"].map(child_of_id))
    in_this_year = current["referral_date"].between(*in_year(facts.year))
    columns = ["child", "referral_date", "referral_number"]
    dates = pd.concat(
        [
            previous.loc[previous["child"].notna(), columns].astype({"child": "int64"}).assign(last_year=True),
            current.loc[in_this_year, columns].assign(last_year=False),
        ],
        ignore_index=True,
    ).sort_values(["child", "referral_date"])
    days = dates.groupby("child")["referral_date"].diff().dt.days
    before = dates[["referral_number", "last_year"]].shift()
    pairs = dates.assign(days=days, follows=before["referral_number"], follows_previous_year=before["last_year"])
    pairs = pairs[days.notna()].drop(columns="last_year")
    return pairs.astype({"follows": "int64", "follows_previous_year": bool})
