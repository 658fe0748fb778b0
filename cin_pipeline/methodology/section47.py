"""Section 47 enquiries and initial child protection conferences (ICPCs) (table C4) [s4]."""

import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.activity import counted_referrals, under_referrals
from cin_pipeline.methodology.calendar import as_categories, days_of, wait_bands, working_days
from cin_pipeline.methodology.facts import ReturnFacts, counted_rows
from cin_pipeline.methodology.periods import in_year


@counted_rows
def enquiries(facts: ReturnFacts) -> DataFrame:
    """Section 47 enquiries that actually started in the year, one per child and start date [s4; A30]."""
    return started(facts).drop_duplicates(["child", "s47_start_date"])


@counted_rows
def started(facts: ReturnFacts) -> DataFrame:
    """Section 47 records with their actual start in the year, those of the same child and date included."""
    records = under_referrals(facts.tables.section47, facts)
    return records[records["s47_start_date"].between(*in_year(facts.year))]


@counted_rows
def conferences(facts: ReturnFacts) -> DataFrame:
    """ICPCs held in the year, one per child and date over the section 47 module and, for children who transferred in
    on a plan, the children in need details [s4; A31].

    Adds wait (band) and working_days from the earliest section 47 start recorded with that conference date in any
    referral of the child; for a conference held only in the children in need details, from the earliest referral
    date of the records that hold it [A32, A33]."""
    # The section 47 module comes first: where it holds the conference, its start counts, even a missing one.
    keys = ["child", "date_of_initial_cpc", "transfer_in"]
    source = held(facts).groupby(keys, as_index=False)["clock_start"].min()
    found = source.sort_values("transfer_in", kind="stable").drop_duplicates(["child", "date_of_initial_cpc"])
    start, held_on = days_of(found["clock_start"]), days_of(found["date_of_initial_cpc"])
    return found.assign(wait=wait_bands(start, held_on), working_days=as_categories(working_days(start, held_on)))


@counted_rows
def held(facts: ReturnFacts) -> DataFrame:
    """Records of either module with a conference date in the year, under counted referrals [A31, A34].

    Columns child, date_of_initial_cpc, clock_start (from when the wait is counted) and transfer_in, by record number:
    of section47, or of referrals where transfer_in."""
    after_enquiry = under_referrals(facts.tables.section47, facts)[["child", "date_of_initial_cpc", "s47_start_date"]]
    held_on = facts.tables.referrals["date_of_initial_cpc"]
    transfer_in = counted_referrals(facts)[["child", "referral_date"]].join(held_on)
    both = pd.concat(
        [
            after_enquiry.rename(columns={"s47_start_date": "clock_start"}).assign(transfer_in=False),
            transfer_in.rename(columns={"referral_date": "clock_start"}).assign(transfer_in=True),
        ]
    )
    return both[both["date_of_initial_cpc"].between(*in_year(facts.year))]
