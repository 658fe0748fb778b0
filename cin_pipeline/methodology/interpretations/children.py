"""What the interpretations touch among children in need at 31 March: need and characteristics (A29, A51 to A57)."""

import numpy as np
import pandas as pd
from pandas import Series

from cin_pipeline.methodology import episodes
from cin_pipeline.methodology.children import NO_DISABILITY, UNKNOWN
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.interpretations.declaring import Cases, number_of
from cin_pipeline.methodology.periods import in_year
from cin_pipeline.reference.days import add_months

CASES = Cases()
case = CASES.case

ADULT = 18  # years of age from which the population of the rates no longer holds a child [A52]
LONG_PAST = 3  # months after an expected birth date without a birth date [A54]


@case("A29", "Episodes at 31 March without a valid primary need: counted as not known")
def no_primary_need(facts: ReturnFacts) -> int:
    return number_of(episodes.at_31_march(facts)["primary_need"] == UNKNOWN)


@case("A51", "Episodes at 31 March of unborn children: counted")
def unborn(facts: ReturnFacts) -> int:
    return number_of(episodes.at_31_march(facts)["age_band"] == "unborn")


@case("A52", "Episodes at 31 March of people aged 18 and over: counted, as 16 and over")
def adults(facts: ReturnFacts) -> int:
    birth = _of_children(facts, "birth_date")
    return number_of(birth <= pd.Timestamp(add_months(np.array([facts.year.end]), -12 * ADULT)[0]))


@case("A54", "Episodes at 31 March of children expected three months before or earlier and not said to be born: unborn")
def long_expected(facts: ReturnFacts) -> int:
    expected = _of_children(facts, "expected_birth_date")
    is_unborn = episodes.at_31_march(facts)["age_band"].to_numpy() == "unborn"
    long_past = expected < pd.Timestamp(add_months(np.array([facts.year.end]), -LONG_PAST)[0])
    return number_of(is_unborn & long_past.to_numpy())


@case("A55", "Episodes at 31 March of children who have died: counted")
def deceased(facts: ReturnFacts) -> int:
    return number_of(_of_children(facts, "death_date") <= in_year(facts.year)[1])


@case(
    "A56",
    "Episodes at 31 March of born children without any valid disability code, not even none: without disability",
)
def no_disability_code(facts: ReturnFacts) -> int:
    coded = facts.tables.disabilities.loc[facts.tables.disabilities["disability"].notna(), "child_number"]
    found = episodes.at_31_march(facts)
    return number_of(~found["child"].isin(coded) & (found["age_band"] != "unborn"))


@case("A56", "Episodes at 31 March of children with a disability and the code for none: with disability")
def disability_and_none(facts: ReturnFacts) -> int:
    codes = facts.tables.disabilities
    none = codes.loc[codes["disability"] == NO_DISABILITY, "child_number"]
    found = episodes.at_31_march(facts)
    return number_of((found["has_disability"] == "yes") & found["child"].isin(none))


@case("A57", "Episodes at 31 March of born children whose gender is not recorded or unclear: as not known")
def unclear_gender(facts: ReturnFacts) -> int:
    found = episodes.at_31_march(facts)
    unclear = found["gender"].isin(["0", "9", "U", "I", UNKNOWN])
    return number_of(unclear & (found["age_band"] != "unborn"))


def _of_children(facts: ReturnFacts, item: str) -> "Series[pd.Timestamp]":
    """An item of the child of each episode at 31 March."""
    return facts.tables.children[item].reindex(episodes.at_31_march(facts)["child"])
