"""The protection plans of a year while they are drawn, and which cases can still take one."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.synthetic.calibrated.apportion import Counts
from cin_pipeline.synthetic.calibrated.dating import YearCases
from cin_pipeline.synthetic.calibrated.windows import YearDays
from cin_pipeline.synthetic.cases import IN_NEED, Booleans
from cin_pipeline.synthetic.days import HORIZON, NONE, Days

Numbers = Counts

# Calendar days from a referral, or the start of the year, to a conference, at least: for the enquiry before it and most
# waits; and for those that may be sooner. Invented, for the bands of the published waits (table C4).
FROM_REFERRAL: Final = 26
SOON: Final = 9


def _none() -> Numbers:
    return np.empty(0, dtype=np.int64)


@dataclass
class PlanTable:
    """The plans of a return, one element each: `number` in the LA's book of plans, the case it is in, when it began and
    ended (HORIZON where it is open)."""

    number: Numbers = field(default_factory=_none)
    case: Numbers = field(default_factory=_none)
    start: Days = field(default_factory=_none)
    end: Days = field(default_factory=_none)

    def add(self, case: Numbers, start: Days, end: Days, number: Numbers | None = None) -> None:
        """More plans."""
        self.number = np.concatenate((self.number, np.full(len(case), NONE) if number is None else number))
        self.case = np.concatenate((self.case, case))
        self.start = np.concatenate((self.start, start))
        self.end = np.concatenate((self.end, end))


class Hosts:
    """Which cases of a year can take a plan, an enquiry or a conference.

    `suited` are episodes of need that are or will be assessed; a child has one plan in the year, but for those who are
    published to have several. `quick`: the share of cases in which a conference may come soon."""

    def __init__(
        self, rng: np.random.Generator, cases: YearCases, suited: Booleans, days: YearDays, quick: float = 0.0
    ) -> None:
        self.rng, self.cases, self.days = rng, cases, days
        self.suited = suited & (cases.kind == IN_NEED)
        self.open = cases.closure == HORIZON
        self.until = np.minimum(cases.closure, days.end)
        self.wait = np.where(rng.random(len(cases)) < quick, SOON, FROM_REFERRAL)
        self.planned: Booleans = np.zeros(int(cases.child.max(initial=-1)) + 1, dtype=bool)  # by child

    @property
    def free(self) -> Booleans:
        """Cases of children without a plan in the year."""
        free: Booleans = self.suited & ~self.planned[self.cases.child]
        return free

    def take(self, case: Numbers) -> None:
        """Marks the children of cases as having a plan."""
        self.planned[self.cases.child[case]] = True

    def choose(self, count: int, able: Booleans, preferred: Booleans | NDArray[np.float64] | None = None) -> Numbers:
        """`count` cases of those able, of different children, or as many as there are: the preferred first."""
        pool = np.flatnonzero(able)
        order = self.rng.random(len(pool))
        if preferred is not None:
            order = order - preferred[pool]
        pool = pool[np.argsort(order, kind="stable")]
        _, first = np.unique(self.cases.child[pool], return_index=True)
        return pool[np.sort(first)][: max(count, 0)]
