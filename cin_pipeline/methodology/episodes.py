"""Episodes of need: referrals with their flags, and who is in need when (tables B1 to B6) [s4]."""

from dataclasses import replace

import numpy as np
from pandas import DataFrame

from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.calendar import days_of, duration_bands
from cin_pipeline.methodology.children import characteristics, disabilities, with_unknown
from cin_pipeline.methodology.facts import ReturnFacts, counted_rows
from cin_pipeline.methodology.periods import ending_in, open_at_end_of, open_in, starting_in
from cin_pipeline.reference.days import Days
from cin_pipeline.tables.columns import CHILD_ID, LINE
from cin_pipeline.tables.declaring import CODE, DAY, FLAG, WHOLE, Column, TableDeclaration

EPISODES = TableDeclaration(
    "episodes",
    "A referral with its flags, one per CINdetails record: what every measure is counted from.",
    (
        Column(
            "child",
            WHOLE,
            "The number of the child's first Child record, which stands for the child [A9].",
            "record number",
        ),
        replace(CHILD_ID, nullable=True),
        LINE,
        Column(
            "referral_date", DAY, "The day of the referral.", nullable=True, caution="Undated ones are in no measure."
        ),
        Column("closure_date", DAY, "The day of the closure.", nullable=True),
        Column("referral_source", CODE, "Who referred the child; `unknown` is missing or invalid."),
        Column("primary_need", CODE, "The main reason; `unknown` is missing or invalid."),
        Column("reason_for_closure", CODE, "Why it was closed; `unknown` is missing or invalid."),
        Column("gender", CODE, "Gender, from 2024-25 sex, of the child's first record."),
        Column("ethnicity", CODE, "Ethnic group of the child's first record."),
        Column("age_band", CODE, "Completed years of age at 31 March in bands; `unborn` [A51-A54]."),
        Column("has_disability", CODE, "yes where the child's first record holds a disability [A56]."),
        Column("has_assessment", FLAG, "Whether an Assessments group is under the referral, whatever it holds."),
        Column(
            "no_further_action", FLAG, "ReferralNFA is true: counted as a referral and nothing else [s4 a; A1, A11]."
        ),
        Column("not_in_need", FLAG, "Closed after an assessment as the only activity [s4 b; A2, A3]."),
        Column("episode_of_need", FLAG, "A dated referral that is neither [A7]."),
    ),
    index=Column(
        "referral_number", WHOLE, "The number of the referral, from 1 in the order of the file.", "record number"
    ),
    caution="Holds open episodes of earlier years and undated referrals too: select by date, never by presence.",
)
CLOSED_AFTER_ASSESSMENT = ("RC8", "RC9")  # RC9 only in the years whose code set holds it


def flag_episodes(tables: ReturnTables, year: CollectionYear) -> DataFrame:
    """Referrals with their flags: one row per CINdetails record, by referral number.

    Holds undated referrals and open episodes of earlier years too: select by date, never by presence. Columns as
    EPISODES; of the flags

    - no_further_action: ReferralNFA is 1 or true; counted as a referral and nothing else [s4 a; A1, A11];
    - has_assessment: an Assessments group, whatever it contains;
    - not_in_need: not NFA, closed as RC8 (RC9), with an Assessments group and no section 47 enquiry, child
      protection plan or transfer-in conference, whatever the dates [s4 b; A2, A3];
    - episode_of_need: a dated referral that is neither [A7]."""
    referrals = tables.referrals
    holds = {
        name: referrals.index.isin(tables[name]["referral_number"].unique())
        for name in ("assessments", "section47", "plans")
    }
    no_further_action = referrals["referral_nfa"].fillna(False).to_numpy(dtype=bool)
    not_in_need = (
        ~no_further_action
        & referrals["reason_for_closure"].isin(CLOSED_AFTER_ASSESSMENT).to_numpy()
        & holds["assessments"]
        & ~holds["section47"]
        & ~holds["plans"]
        & referrals["date_of_initial_cpc"].isna().to_numpy()
    )
    dated = referrals["referral_date"].notna().to_numpy()
    child = characteristics(tables, year).loc[referrals["child_number"]].set_axis(referrals.index)
    return DataFrame(
        {
            "child": child["child"],
            "la_child_id": child["la_child_id"],
            "line": referrals["line"],
            "referral_date": referrals["referral_date"],
            "closure_date": referrals["closure_date"],
            "referral_source": with_unknown(referrals["referral_source"]),
            "primary_need": with_unknown(referrals["primary_need"]),
            "reason_for_closure": with_unknown(referrals["reason_for_closure"]),
            "gender": child["gender"],
            "ethnicity": child["ethnicity"],
            "age_band": child["age_band"],
            "has_disability": child["has_disability"],
            "has_assessment": holds["assessments"],
            "no_further_action": no_further_action,
            "not_in_need": not_in_need,
            "episode_of_need": dated & ~no_further_action & ~not_in_need,
        },
        index=referrals.index,
    )


@counted_rows
def starting(facts: ReturnFacts) -> DataFrame:
    """Episodes of need with the referral in the year [s4; A10]."""
    episodes = _of_need(facts)
    return episodes[starting_in(facts.year, episodes["referral_date"])]


@counted_rows
def ending(facts: ReturnFacts) -> DataFrame:
    """Episodes of need closed in the year and referred by its end, in earlier years too [s4; A4]. Adds duration."""
    episodes = _of_need(facts)
    ended = episodes[ending_in(facts.year, episodes["referral_date"], episodes["closure_date"])]
    return _with_duration(ended, days_of(ended["closure_date"]))


@counted_rows
def at_any_point(facts: ReturnFacts) -> DataFrame:
    """Episodes of need referred by the end of the year and not closed before it began [s4; A5]."""
    episodes = _of_need(facts)
    return episodes[open_in(facts.year, episodes["referral_date"], episodes["closure_date"])]


@counted_rows
def at_31_march(facts: ReturnFacts) -> DataFrame:
    """Episodes of need referred by 31 March and not closed by then; a later closure is open [s4; A6, A8].

    Adds duration up to 31 March."""
    episodes = _of_need(facts)
    open_ = episodes[open_at_end_of(facts.year, episodes["referral_date"], episodes["closure_date"])]
    return _with_duration(open_, np.full(len(open_), facts.year.end))


@counted_rows
def awaiting_assessment(facts: ReturnFacts) -> DataFrame:
    """Of the episodes at 31 March, those without any Assessments group."""
    episodes = at_31_march(facts)
    return episodes[~episodes["has_assessment"]]


@counted_rows
def disabilities_at_31_march(facts: ReturnFacts) -> DataFrame:
    """Each disability of each episode at 31 March; an episode is there once under each (table B2) [A56].

    Columns child, referral_number, disability, disability_number."""
    episodes = at_31_march(facts)[["child"]].rename_axis("referral_number").reset_index()
    recorded = disabilities(facts.tables).rename_axis("disability_number").reset_index()
    return episodes.merge(recorded, on="child")


@counted_rows
def _of_need(facts: ReturnFacts) -> DataFrame:
    """Dated referrals that are neither flagged as no further action nor closed after an assessment as their only
    activity [s4 a, b; A1-A3, A7]."""
    return facts.episodes[facts.episodes["episode_of_need"]]


def _with_duration(episodes: DataFrame, ends: Days) -> DataFrame:
    return episodes.assign(duration=duration_bands(days_of(episodes["referral_date"]), ends))
