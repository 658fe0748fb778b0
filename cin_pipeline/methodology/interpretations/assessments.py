"""What the interpretations touch among assessments and factors (A21 to A28)."""

import pandas as pd

from cin_pipeline.methodology import assessments
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.interpretations.declaring import Cases, number_of
from cin_pipeline.methodology.periods import in_year

CASES = Cases()
case = CASES.case


@case("A21", "Assessments of children found not to be in need: counted as assessments")
def assessments_not_in_need(facts: ReturnFacts) -> int:
    return number_of(assessments.completed(facts)["referral_number"].isin(_not_in_need(facts)))


@case("A21", "Assessments under referrals that came to no further action: in no figure")
def assessments_nfa(facts: ReturnFacts) -> int:
    found = facts.tables.assessments
    in_the_year = found["assessment_authorisation_date"].between(*in_year(facts.year))
    no_further_action = facts.episodes.index[facts.episodes["no_further_action"]]
    return number_of(in_the_year & found["referral_number"].isin(no_further_action))


@case("A22", "Assessments that lasted no working day but ended on another date: counted as 1 to 10 working days")
def assessments_weekend(facts: ReturnFacts) -> int:
    found = assessments.completed(facts)
    differs = found["assessment_start_date"] != found["assessment_authorisation_date"]
    return number_of((found["working_days"] == "0") & differs)


@case("A24", "Assessments with no start, or one after the end: in the total, in no duration")
def assessments_undatable(facts: ReturnFacts) -> int:
    return number_of(assessments.completed(facts)["duration"].isna())


@case("A25", "Assessments that started after the day of the referral: timed from their own start")
def assessments_started_later(facts: ReturnFacts) -> int:
    found = assessments.completed(facts)
    return number_of(found["assessment_start_date"] > found["referral_date"])


@case("A26", "Referrals whose assessments found no factors: left out of the total of referrals with factors")
def only_factor_21(facts: ReturnFacts) -> int:
    return int(assessments.factors(facts)["referral_number"].nunique()) - len(assessments.with_factors(facts))


@case(
    "A27",
    "Further factors of a referral within one group, such as of child, parent and another person: one in the group",
)
def factors_of_one_group(facts: ReturnFacts) -> int:
    return len(assessments.factors(facts)) - len(assessments.factor_groups(facts))


@case("A28", "Referrals with factors that were found not to be in need: counted with the factors")
def factors_not_in_need(facts: ReturnFacts) -> int:
    return number_of(assessments.with_factors(facts)["referral_number"].isin(_not_in_need(facts)))


def _not_in_need(facts: ReturnFacts) -> pd.Index:
    return facts.episodes.index[facts.episodes["not_in_need"]]
