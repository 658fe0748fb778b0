"""How many of what lasts (episodes, protection plans) begin and end in a year: what the published figures leave no
choice about, and a choice where they do.

What is open at the end for less than a year began in it; so the numbers of those that were there before, and of those
that began and ended in the year, follow from what began, ended and is open.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.apportion import Counts, apportion
from cin_pipeline.synthetic.calibrated.figures import Figures
from cin_pipeline.synthetic.calibrated.windows import LONGER, TO_2_YEARS

DURATIONS: Final = (
    ("up_to_3_months",),
    ("over_3_to_6_months",),
    ("over_6_months_to_1_year",),
    ("1_to_2_years",),
    ("2_years_or_more",),
)

# Of what ended after up to 3, 3 to 6, 6 to 12 months, how much began in the year: invented, the average where as much
# begins on every day of it.
_BEGAN: Final = (0.88, 0.62, 0.25)
_HALF_YEAR: Final = 2  # bands up to six months


@dataclass(frozen=True)
class Flow:
    """Counts by band of duration: of what began in the year and is open at its end, began and ended in it, began before
    and ended, began before and is open (after 1 to 2 years, longer)."""

    new_open: Counts
    new_ended: Counts
    old_ended: Counts
    old_open: Counts

    @property
    def carried(self) -> int:
        """How many were open when the year began."""
        return int(self.old_ended.sum() + self.old_open.sum())


def flow(starting: int, ending: int, open_by: Counts, ended_by: Counts, early: int | None = None) -> Flow:
    """The counts of what began (`starting`) and ended, from durations at the end of the year and of what ended.

    Where durations of what ended come to another number, the largest band makes up for it. `early`: how many ended in
    the first half of the year, in which all ended that began before it and lasted up to six months."""
    ended_by = ended_by.copy()
    ended_by[int(np.argmax(ended_by))] += ending - ended_by.sum()
    new_open = open_by[:TO_2_YEARS].copy()
    # Where more are open for less than a year than began.
    over = max(int(new_open.sum()) - starting, 0)
    new_open = apportion(new_open.sum() - over, new_open, 0, new_open)
    ended = starting - int(new_open.sum())
    within = ended_by[:TO_2_YEARS]
    ended = min(ended, int(within.sum()))
    low = np.zeros_like(within)
    if early is not None:
        half_year = within[:_HALF_YEAR]
        low[:_HALF_YEAR] = apportion(min(max(int(half_year.sum()) - early, 0), ended), half_year, 0, half_year)
    new_ended = apportion(ended, within * np.array(_BEGAN), low, within)
    old_ended = ended_by.copy()
    old_ended[:TO_2_YEARS] -= new_ended
    return Flow(new_open, new_ended, np.maximum(old_ended, 0), open_by[[TO_2_YEARS, LONGER]])


def episode_flow(of: Figures) -> Flow:
    """Episodes of need (tables B1, B4, B5)."""
    starting, ending, at_end = (of.count(f"cin_episodes_{name}") for name in ("starting", "ending", "at_31_march"))
    open_by = of.split("cin_episodes_at_31_march", "duration", DURATIONS, at_end)
    ended_by = of.split("cin_episodes_ending", "duration", DURATIONS, ending)
    if not of.knows("cin_episodes_starting"):
        starting = int(open_by[:TO_2_YEARS].sum()) + round(float((ended_by[:TO_2_YEARS] * np.array(_BEGAN)).sum()))
    return flow(starting, ending, open_by, ended_by)


def plan_flow(of: Figures) -> Flow:
    """Child protection plans (tables D1, D5, D7)."""
    starting, ending, at_end = (of.count(f"cpp_{name}") for name in ("starting", "ending", "at_31_march"))
    return flow(
        starting,
        ending,
        of.split("cpp_at_31_march", "duration", DURATIONS, at_end),
        of.split("cpp_ending", "duration", DURATIONS, ending),
        of.count("cpp_ending_first_6_months"),
    )


@dataclass(frozen=True)
class Followed:
    """How many children have one after another in a year: first one from before or of the year (`old`, `new`), then one
    that is open at its end or ended in it."""

    old_open: int
    old_ended: int
    new_open: int
    new_ended: int


def followed(more_starting: int, more_ending: int, more_any: int, share: float = 0.0) -> Followed:
    """From how many more things began, ended and were there than children had them.

    `share`: of what can go either way, how many children have two that began and ended in the year.
    Where the three contradict each other, those that began count."""
    s, f, a = (max(more, 0) for more in (more_starting, more_ending, more_any))
    low, high = max(0, s + f - a), min(s, f)
    both = min(low + round(share * max(high - low, 0)), s, f)
    return Followed(max(a - s - f + both, 0), f - both, s - both, both)
