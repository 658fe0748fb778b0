"""Protection plans, the conferences and section 47 enquiries that lead to them, and enquiries that lead nowhere.

Each plan is in an episode of need that was open all the time; no episode has two plans that meet. Plans begin with
their conference, which is in the same year as its enquiry. The longest plans take their cases first, as few suit.
"""

from dataclasses import dataclass

import numpy as np

from cin_pipeline.synthetic.calibrated.case_table import Drawing, Numbers
from cin_pipeline.synthetic.calibrated.conferences import add_alone, add_conferences
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.plan_table import PlanDrawing, PlanTable
from cin_pipeline.synthetic.calibrated.plans_before import add_ended_in_first, open_from_before
from cin_pipeline.synthetic.calibrated.plans_begun import (
    begun_and_ended,
    begun_in_first,
    begun_in_last,
    previous_plans,
    set_categories,
)
from cin_pipeline.synthetic.cases import Booleans
from cin_pipeline.synthetic.days import Days

FIRST, LAST = YEARS


@dataclass(frozen=True)
class Protection:
    """What was drawn: plans, section 47 enquiries (case, start, conference or NONE), and transfer-in conferences."""

    plans: PlanTable
    previous: Numbers  # earlier plans of the child, of each plan
    enquiries: tuple[Numbers, Days, Days]
    transfer_in: Days  # of each case, NONE without


def draw_protection(drawing: Drawing, awaiting: dict[int, Booleans], assessed: dict[int, Booleans]) -> Protection:
    """`awaiting` says by year which cases have no assessment at its end, `assessed` which closed ones have one.

    Raises ValueError where too few cases suit, or one has no room: where a constant has been changed too far."""
    of = PlanDrawing(drawing, awaiting, assessed)
    at_turn, kept = open_from_before(of)
    first = begun_in_first(of, at_turn, kept)
    add_ended_in_first(of)
    first = np.concatenate((first, begun_and_ended(of, FIRST)))
    open_last = begun_in_last(of)
    starting = {FIRST: first, LAST: np.concatenate((open_last, begun_and_ended(of, LAST)))}
    set_categories(of, np.concatenate(at_turn), np.concatenate(kept), open_last)
    for year in YEARS:
        transferred = add_conferences(of, year, starting[year])
        add_alone(of, year, of.flows("enquiries_alone", year) + transferred)
    case, start, conference = (np.concatenate(column) for column in zip(*of.enquiries, strict=True))
    return Protection(of.plans, previous_plans(of, starting), (case, start, conference), of.transfer_in)
