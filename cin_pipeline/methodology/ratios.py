"""How a figure is estimated that an LA did not give: its base times what the others gave of theirs [s5; A44-A47]."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.methodology.catalogue import Measure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

OWN_RATE = "own rate [s5; A44, A47]"
PART_OF_WHOLE = "part of a whole [A18, A46]"
CATEGORY = "category of a total [s5; A46]"
PEOPLE = "people aged 0 to 17"


@dataclass(frozen=True)
class Ratio:
    """What a missing figure is taken to be: its base times `given` / `divisor`.

    Both are sums over the LAs that gave the figure: of the figure, and of the base. The base of an LA is its population
    aged 0 to 17, its whole of which the measure is a part, or its total of which the category is a part."""

    rule: str
    base: str
    given: float
    divisor: float

    @property
    def value(self) -> float:
        """What the figure is of its base; NaN where nobody gave it, or the base of those who did is 0."""
        return self.given / self.divisor if self.divisor > 0 else float("nan")


def own_rate(known: Floats, people: Floats) -> Ratio:
    """The rate of the LAs that gave the figure (missing in `known` where not) and have a population [s5; A44]."""
    based = ~np.isnan(known) & ~np.isnan(people)
    return Ratio(OWN_RATE, PEOPLE, known[based].sum(), people[based].sum())


def ratio_to_whole(measure: Measure, known: Floats, whole: Floats) -> Ratio:
    """The part that the LAs that gave it have of the whole [A18, A46]."""
    gave = ~np.isnan(known)
    return Ratio(PART_OF_WHOLE, measure.share_of, known[gave].sum(), whole[gave].sum())


def ratio_to_total(measure: Measure, gave: Flags, counts: Floats, figures: Floats) -> Ratio:
    """The part that a category has of the total of the LAs that gave the breakdown: times England's total, this is the
    document's grossing factor [s5; A46]."""
    return Ratio(CATEGORY, measure.name, counts[gave].sum(), figures[gave].sum())
