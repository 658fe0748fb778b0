"""The protection plans of one local authority (LA) while they are drawn, and which cases can still take one."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.case_table import Drawing, Numbers
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.windows import year_days
from cin_pipeline.synthetic.cases import IN_NEED, Booleans
from cin_pipeline.synthetic.days import HORIZON, NONE, Days

# Calendar days from a referral, or the start of the year, to a conference: 32 hold the 21 working days of the longest
# waits for one, whose number is published; a share of conferences may be as soon as after 9. Both invented.
_FROM_REFERRAL: Final = 32
_SOON: Final = 9
_QUICK: Final = 0.1

ROOM: Final = 5  # calendar days left to draw a day from, at least; invented, any few will do
HELD_FROM: Final = _FROM_REFERRAL + ROOM  # a case referred so long before a day can have its conference by then

# Among a day and as many before it there is always a working day, as Easter and Christmas take four days at most (the
# table of bank holidays). With 1, there is "no working day between the last and the first" in one LA.
HOLDS_WORKING_DAY: Final = 4


@dataclass
class PlanTable:
    """Protection plans, one element each. `last_return` is the last year whose return has the plan."""

    case: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    start: Days = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    end: Days = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    category: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    late_review: Booleans = field(default_factory=lambda: np.empty(0, dtype=bool))
    last_return: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def add(self, case: Numbers, start: Days, end: Days) -> Numbers:
        """New plans; their numbers."""
        at = np.arange(len(self.case), len(self.case) + len(case))
        self.case = np.concatenate((self.case, case))
        self.start = np.concatenate((self.start, start))
        self.end = np.concatenate((self.end, end))
        self.category = np.concatenate((self.category, np.full(len(case), NONE)))
        self.late_review = np.concatenate((self.late_review, np.zeros(len(case), dtype=bool)))
        self.last_return = np.concatenate((self.last_return, np.full(len(case), HORIZON)))
        return at


class PlanDrawing:
    """What the steps of drawing plans, conferences and enquiries share.

    By year: `awaiting` says which cases have no assessment at its end, `assessed` which closed ones have one, `taken`
    which have a plan or conference, so that they get no other."""

    def __init__(self, of: Drawing, awaiting: dict[int, Booleans], assessed: dict[int, Booleans]) -> None:
        self.rng, self.flows, self.cases = of.rng, of.flows, of.cases
        self.awaiting, self.assessed = awaiting, assessed
        self.plans = PlanTable()
        self.need: Booleans = self.cases.kind == IN_NEED
        self.taken = {year: np.zeros(len(self.need), dtype=bool) for year in YEARS}
        self.transfer_in = np.full(len(self.need), NONE)
        self.enquiries: list[tuple[Numbers, Days, Days]] = []

    def choose(self, count: int, suited: Booleans, preferred: Booleans | None = None) -> Numbers:
        """`count` cases of those that suit, at random, the preferred first. Raises ValueError where too few suit."""
        pool = np.flatnonzero(suited)
        if len(pool) < count:
            raise ValueError(f"{count} cases are needed for plans or conferences, {len(pool)} suit")
        order = self.rng.random(len(pool))
        if preferred is not None:
            order = order - preferred[pool]
        return pool[np.argsort(order, kind="stable")[:count]]

    def take(self, case: Numbers, *years: int) -> None:
        """Marks cases as having a plan or conference in years."""
        for year in years:
            self.taken[year][case] = True

    def hosts(self, year: int) -> Booleans:
        """Episodes open and assessed at the end of the year without a plan or conference in it."""
        cases, end = self.cases, year_days(year).end
        there: Booleans = (cases.referral <= end) & (cases.closure > end) & (cases.recorded <= year)
        hosts: Booleans = there & self.need & ~self.awaiting[year] & ~self.taken[year]
        return hosts

    def earliest_conference(self, case: Numbers, low: Days | int, year: int) -> Days:
        """From when on a conference can be: with time from the referral and from the start of the year for any wait."""
        from_ = np.maximum(self.cases.referral[case], year_days(year).start)
        quick = self.rng.random(len(case)) < _QUICK
        earliest: Days = np.maximum(low, from_ + np.where(quick, _SOON, _FROM_REFERRAL))
        return earliest
