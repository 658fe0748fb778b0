"""What the interpretations touch among child protection plans and their reviews (A35 to A41)."""

import numpy as np

from cin_pipeline.methodology import plans
from cin_pipeline.methodology.calendar import DURATION_BANDS, days_of
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.interpretations.declaring import Cases, number_of, repeated
from cin_pipeline.methodology.periods import in_year

CASES = Cases()
case = CASES.case

DAY_BANDS = (91, 182, 364, 729)  # the duration bands in days: the last day of each but the longest [A40]


@case("A35", "Plans starting on 31 March: counted as open at some point of the year")
def plans_from_last_day(facts: ReturnFacts) -> int:
    return number_of(plans.at_any_point(facts)["cpp_start_date"] == in_year(facts.year)[1])


@case("A36", "Plans with an end after 31 March: counted as open at 31 March")
def plans_ending_later(facts: ReturnFacts) -> int:
    return number_of(plans.at_31_march(facts)["cpp_end_date"].notna())


@case("A36", "Plans open at 31 March under referrals that are closed: counted")
def plans_of_closed_referrals(facts: ReturnFacts) -> int:
    closed = facts.episodes["closure_date"] <= in_year(facts.year)[1]
    return number_of(plans.at_31_march(facts)["referral_number"].isin(closed.index[closed]))


@case("A37", "Plans that ended on the day they started: counted in both")
def plans_of_one_day(facts: ReturnFacts) -> int:
    found = plans.ending(facts)
    return number_of(found["cpp_start_date"] == found["cpp_end_date"])


@case("A38", "Further plans of a child with the same start date: each counted")
def repeated_plans(facts: ReturnFacts) -> int:
    return repeated(plans.at_any_point(facts), ["child", "cpp_start_date"])


@case("A39", "Plans starting without a usable number of previous plans: taken as the first")
def no_number_of_plans(facts: ReturnFacts) -> int:
    return number_of(plans.starting(facts)["number_of_previous_cpp"].isna())


@case("A40", "Plans at 31 March that bands of 91, 182, 364 and 729 days would put elsewhere than calendar months do")
def bands_in_days(facts: ReturnFacts) -> int:
    found = plans.at_31_march(facts)
    days = (facts.year.end - days_of(found["cpp_start_date"])).astype(np.int64)
    in_days = np.array(DURATION_BANDS)[np.searchsorted(DAY_BANDS, days, side="left")]
    return number_of(in_days != found["duration"].astype("str").to_numpy())


@case("A41", "Plans open three months or more without any review recorded: not reviewed in time")
def plans_without_review(facts: ReturnFacts) -> int:
    reviewed = facts.tables.reviews.loc[facts.tables.reviews["cpp_review_date"].notna(), "plan_number"]
    return number_of(~plans.open_3_months(facts).index.isin(reviewed))
