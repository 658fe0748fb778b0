"""What the interpretations touch among referrals, episodes of need and re-referrals (A1 to A19)."""

import numpy as np

from cin_pipeline.methodology import episodes
from cin_pipeline.methodology.episodes import CLOSED_AFTER_ASSESSMENT
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.interpretations.declaring import Cases, number_of, repeated
from cin_pipeline.methodology.periods import in_year
from cin_pipeline.methodology.referrals import RE_REFERRAL_DAYS, consecutive_referrals, re_referrals, received

CASES = Cases()
case = CASES.case


@case("A1", "Referrals flagged as no further action and dated outside the year: in no figure")
def nfa_of_other_years(facts: ReturnFacts) -> int:
    referrals = facts.episodes
    dated = referrals["referral_date"].notna()
    return number_of(referrals["no_further_action"] & dated & ~referrals["referral_date"].between(*in_year(facts.year)))


@case(
    "A2",
    "Referrals closed as not in need with no assessment or other activity recorded: counted as episodes of need",
)
def no_activity(facts: ReturnFacts) -> int:
    found = episodes.at_any_point(facts)
    codes = facts.tables.referrals["reason_for_closure"].reindex(found.index).isin(CLOSED_AFTER_ASSESSMENT)
    found = found[codes.to_numpy() & ~found["has_assessment"].to_numpy()]
    tables = facts.tables
    others = (tables.section47["referral_number"], tables.plans["referral_number"])
    active = np.logical_or.reduce([found.index.isin(other) for other in others])
    transferred = tables.referrals["date_of_initial_cpc"].reindex(found.index).notna().to_numpy()
    return number_of(~active & ~transferred)


@case("A3", "Referrals of earlier years that were open in the year and closed as not in need: no episodes of need")
def not_in_need_of_earlier_years(facts: ReturnFacts) -> int:
    referrals = facts.episodes
    start, _ = in_year(facts.year)
    earlier = (referrals["referral_date"] < start) & ~(referrals["closure_date"] < start)
    return number_of(referrals["not_in_need"] & earlier)


@case("A4", "Episodes ending in the year that were referred before it: counted as ending")
def ended_of_earlier_referral(facts: ReturnFacts) -> int:
    return number_of(episodes.ending(facts)["referral_date"] < in_year(facts.year)[0])


@case("A5", "Episodes closed on 1 April or referred on 31 March: counted as in need at some point of the year")
def first_or_last_day(facts: ReturnFacts) -> int:
    found, (start, end) = episodes.at_any_point(facts), in_year(facts.year)
    return number_of((found["closure_date"] == start) | (found["referral_date"] == end))


@case("A6", "Episodes with a closure date after 31 March: counted as open at 31 March")
def closed_after_the_year(facts: ReturnFacts) -> int:
    return number_of(episodes.at_31_march(facts)["closure_date"].notna())


@case("A7", "Referrals without a usable date: in no figure")
def undated_referrals(facts: ReturnFacts) -> int:
    return number_of(facts.episodes["referral_date"].isna())


@case("A7", "Referrals dated after their own closure: counted by whichever date a figure asks for")
def closed_before_referred(facts: ReturnFacts) -> int:
    referrals = facts.episodes
    return number_of(referrals["closure_date"] < referrals["referral_date"])


@case("A7", "Referrals that do not say whether they came to no further action: taken as not")
def no_nfa_flag(facts: ReturnFacts) -> int:
    return number_of(facts.tables.referrals["referral_nfa"].isna())


@case("A8", "Further episodes open at 31 March of a child that has one: each counted as an episode")
def more_than_one_open(facts: ReturnFacts) -> int:
    return repeated(episodes.at_31_march(facts), ["child"])


@case("A9", "Child records with an identifier that came before: one child")
def repeated_children(facts: ReturnFacts) -> int:
    ids = facts.tables.children["la_child_id"]
    return int(ids.notna().sum() - ids.nunique())


@case("A12", "Further referrals of a child on a day it was referred already: each counted")
def same_day_referrals(facts: ReturnFacts) -> int:
    return repeated(received(facts), ["child", "referral_date"])


@case("A14", "Re-referrals in which one of the two referrals came to no further action: counted")
def nfa_in_pairs(facts: ReturnFacts) -> int:
    pairs = re_referrals(facts)
    if pairs is None:
        return 0
    flagged = facts.episodes.index[facts.episodes["no_further_action"]]
    before = pairs["follows"].isin(flagged) & ~pairs["follows_previous_year"]
    return number_of(before | pairs["referral_number"].isin(flagged))


@case("A15", "Re-referrals on the day of the referral before: counted")
def gap_of_0_days(facts: ReturnFacts) -> int:
    return _pairs_apart_by(facts, 0)


@case("A15", "Referrals 366 days after the one before, a year and a leap day: not counted as re-referrals")
def gap_of_366_days(facts: ReturnFacts) -> int:
    return _pairs_apart_by(facts, RE_REFERRAL_DAYS + 1)


@case("A18", "Referrals of authorities without a return of the previous year: their re-referrals are estimated")
def no_previous_return(facts: ReturnFacts) -> int:
    return len(received(facts)) if facts.prior_referrals is None else 0


@case("A19", "Referrals of children without an identifier: linked to no other referral")
def no_child_id(facts: ReturnFacts) -> int:
    return number_of(received(facts)["la_child_id"].isna())


def _pairs_apart_by(facts: ReturnFacts, days: int) -> int:
    pairs = consecutive_referrals(facts)
    return 0 if pairs is None else number_of(pairs["days"] == days)
