"""Every case, counted for one LA."""

from pandas import DataFrame

from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.interpretations import assessments, children, plans, referrals, section47
from cin_pipeline.methodology.interpretations.declaring import INTERPRETATION_COLUMNS

_PARTS = (referrals.CASES, assessments.CASES, section47.CASES, plans.CASES, children.CASES)

# In the order of the interpretations; of one interpretation, as they are declared.
CASES = tuple(sorted((case for part in _PARTS for case in part.declared), key=lambda case: case.number))


def touched_by_interpretations(facts: ReturnFacts, la_code: str) -> DataFrame:
    """How many records of an LA's return each case of CASES touches; a row for every case, columns
    INTERPRETATION_COLUMNS."""
    rows = [(facts.year.ending, la_code, case.name, case.count(facts)) for case in CASES]
    return DataFrame(rows, columns=list(INTERPRETATION_COLUMNS))
