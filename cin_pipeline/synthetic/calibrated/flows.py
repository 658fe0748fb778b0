"""How many cases, children and plans of each kind every local authority (LA) has, so that all figures come out.

Works on whole columns, an element for each LA. What is published for LAs is exact; what is published for England only
is shared out over the LAs within what their own figures leave open. An episode of need is, in a year:

- carried in (referred before it) and ended, or carried in and kept; or
- started in it and ended, or started in it and kept;
- carried in and closed as not in need: then it drops out of the later year's episodes, whatever the year before said.

A child can be in a year's episodes several times. How often follows from the figures: `returning` children ended an
episode from before and started one; `reopened` ones ended one and have one at 31 March that started in the year.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from pandas import DataFrame

from cin_pipeline.synthetic.calibrated.case_counts import (
    count_children,
    count_ended_first,
    count_ended_last,
    count_fates,
    count_kept_first,
    count_stock,
)
from cin_pipeline.synthetic.calibrated.columns import Columns
from cin_pipeline.synthetic.calibrated.figures import YEARS, figures
from cin_pipeline.synthetic.calibrated.plan_counts import count_assessments, count_conferences, count_plans

# The plan is part of the calibration: the same for every seed of the returns. Invented; with another one LAs differ in
# other ways in what is only known for England (and one of them may have no room for what falls to it).
_SEED: Final = 2017


@dataclass(frozen=True)
class Flows:
    """Counts of one LA by name. Those of a year end in its number: `kept_old_2017`."""

    counts: dict[str, int]

    def __call__(self, name: str, year: int) -> int:
        """The count `name` of a year."""
        return self.counts[f"{name}_{year}"]

    def bands(self, name: str, year: int, number: int) -> list[int]:
        """The counts of `name` in each of `number` bands."""
        return [self.counts[f"{name}{band}_{year}"] for band in range(number)]


@cache
def flows(la_code: str) -> Flows:
    """The plan of one LA."""
    return Flows({str(name): int(value) for name, value in _plan().loc[la_code].items()})


@cache
def _plan() -> DataFrame:
    rng = np.random.default_rng(_SEED)
    given = {f"{name}_{year}": column.to_numpy() for year in YEARS for name, column in figures(year).items()}
    of = Columns(given, rng)
    for year in YEARS:
        count_children(of, year)
    for year in YEARS:
        count_stock(of, year)
    count_fates(of)
    count_kept_first(of)
    count_ended_first(of)
    count_ended_last(of)
    count_plans(of)
    for year in YEARS:
        count_conferences(of, year)
        count_assessments(of, year)
    return DataFrame(of.columns, index=figures(YEARS[-1]).index)
