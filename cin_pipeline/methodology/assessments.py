"""Assessments completed and the factors identified at their end (tables C2 and C3) [s4]."""

from string import ascii_uppercase

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from cin_pipeline.methodology.activity import under_referrals
from cin_pipeline.methodology.calendar import as_categories, assessment_bands, days_of, working_days
from cin_pipeline.methodology.facts import ReturnFacts, counted_rows
from cin_pipeline.methodology.periods import in_year

NO_FACTORS = "21"  # "no factors identified": no factor, though a code


@counted_rows
def completed(facts: ReturnFacts) -> DataFrame:
    """Assessments authorised in the year, those of children found not in need included [s4; A21].

    Adds duration (band) and working_days from the assessment's own start to its authorisation [s4; A25]; neither
    where the start is missing or after the end [A24]."""
    assessments = _authorised_in_year(facts)
    start = days_of(assessments["assessment_start_date"])
    end = days_of(assessments["assessment_authorisation_date"])
    return assessments.assign(
        duration=assessment_bands(start, end), working_days=as_categories(working_days(start, end))
    )


@counted_rows
def named_factors(facts: ReturnFacts) -> DataFrame:
    """Every naming of a valid factor by an assessment authorised in the year [A28].

    Columns referral_number, factor, factor_group (the factor's number: 1A, 1B and 1C are 1)."""
    authorised = _authorised_in_year(facts)[["referral_number"]]
    found = facts.tables.assessment_factors[["assessment_number", "factor"]].dropna()
    found = found[found["assessment_number"].isin(authorised.index)].join(authorised, on="assessment_number")
    return found.assign(factor_group=_groups(found["factor"]))


@counted_rows
def factors(facts: ReturnFacts) -> DataFrame:
    """Each factor of each referral with an assessment authorised in the year, once however many of its assessments
    name it [s4; A26-A28]."""
    return named_factors(facts).drop_duplicates(["referral_number", "factor"])


@counted_rows
def factor_groups(facts: ReturnFacts) -> DataFrame:
    """Each group of factors of each referral, once however many of its factors are named [A27]."""
    return factors(facts).drop_duplicates(["referral_number", "factor_group"])


@counted_rows
def with_factors(facts: ReturnFacts) -> DataFrame:
    """Referrals with at least one factor other than 21, no factors identified [A26]."""
    return named_but_none(facts).drop_duplicates("referral_number")


@counted_rows
def named_but_none(facts: ReturnFacts) -> DataFrame:
    """Every naming of a factor other than 21."""
    found = named_factors(facts)
    return found[found["factor"] != NO_FACTORS]


def _groups(factors: "Series[str]") -> pd.Categorical:
    """The number of each factor code, by code rather than by row."""
    numbers = [code.rstrip(ascii_uppercase) for code in factors.cat.categories]
    groups = list(dict.fromkeys(numbers))
    group_of_code = np.array([groups.index(number) for number in numbers])
    return pd.Categorical.from_codes(group_of_code[factors.cat.codes], categories=groups)


@counted_rows
def _authorised_in_year(facts: ReturnFacts) -> DataFrame:
    """Assessments authorised in the year under counted referrals [s4; A21]."""
    assessments = under_referrals(facts.tables.assessments, facts)
    return assessments[assessments["assessment_authorisation_date"].between(*in_year(facts.year))]
