"""The year before the first that is calibrated: what its re-referrals are counted from, and what goes on from it.

Nothing else is in it, so its return comes to no published figure."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated.apportion import Counts
from cin_pipeline.synthetic.calibrated.children import RE_REFERRED
from cin_pipeline.synthetic.calibrated.windows import draw_days, year_days
from cin_pipeline.synthetic.calibrated.year import Year
from cin_pipeline.synthetic.cases import IN_NEED, NFA
from cin_pipeline.synthetic.days import HORIZON, NONE, Days, working_day, working_day_number

Numbers = Counts

# Calendar days of the cases that a re-referral follows, from the first up to below the second; invented.
_SHORT: Final = (5, 30)
_WAIT: Final = 12  # working days from an enquiry to the conference of a plan; invented


@dataclass(frozen=True)
class YearBefore:
    """Cases of the year before, those that go on first; plans and enquiries with the number of the case."""

    referral: Days
    closure: Days
    kind: Numbers
    child: Numbers
    need: Numbers
    source: Numbers
    plan: Numbers  # positions in the plan table of the first year
    plan_case: Numbers
    enquiries: tuple[Numbers, Days, Days]
    assessments: tuple[Numbers, Days, Days]


def year_before(rng: np.random.Generator, first: Year, need: Numbers, source: Numbers) -> YearBefore:
    """What came before the first year. `need` and `source`: of the cases of that."""
    days = year_days(first.of.year - 1)
    cases = first.cases
    old = np.flatnonzero(cases.pool != NONE)
    place = np.full(len(cases), NONE)
    place[old] = np.arange(len(old))
    child, again = first.made_up
    kind = np.where(rng.random(len(child)) < d.NO_FURTHER_ACTION, NFA, IN_NEED)
    # So short that the re-referral comes within its time.
    length = np.minimum(rng.integers(*_SHORT, len(child)), days.end - (again - RE_REFERRED))
    length = np.where(kind == NFA, 0, length)
    latest = days.end - length
    referral = draw_days(rng, np.minimum(np.maximum(again - RE_REFERRED, days.start), latest), latest)
    plan = np.flatnonzero(first.plans.start <= days.end)
    plan_case = place[first.plans.case[plan]]
    begun = np.flatnonzero(first.plans.start[plan] >= days.start)
    held = first.plans.start[plan[begun]]
    case = plan_case[begun]
    asked = np.maximum(working_day(working_day_number(held) - _WAIT), cases.referral[old[case]])
    return YearBefore(
        referral=np.concatenate((cases.referral[old], referral)),
        closure=np.concatenate((np.full(len(old), HORIZON), referral + length)),
        kind=np.concatenate((np.full(len(old), IN_NEED), kind)),
        child=np.concatenate((cases.child[old], child)),
        need=np.concatenate((need[old], d.weighted(rng, tuple(d.NEEDS.values()), len(child)))),
        source=np.concatenate((source[old], np.full(len(child), int(np.argmax(list(d.SOURCES.values())))))),
        plan=plan,
        plan_case=plan_case,
        enquiries=(case, asked, held),
        assessments=(case, asked, held),
    )
