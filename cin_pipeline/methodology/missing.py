"""What is missing: declared, never inferred from zero [s5; A43]."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.methodology.measures import in_catalogue_order, not_available_rows
from cin_pipeline.reference.figure_keys import TOTAL

_KEY = ["collection_year", "la_code", "measure", "breakdown"]


@dataclass(frozen=True)
class UnusableItem:
    """A figure an LA could not give in a year, by judgement of the data team.

    Without a breakdown it covers the measure and all its breakdowns; with one, that and its crossings. Raises
    ValueError for a name outside the catalogue, or not in it in that year."""

    year: int
    la_code: str
    measure: str
    reason: str
    breakdown: str = ""

    def __post_init__(self) -> None:
        _refuse_unknown(self.measure, self.year)
        known = MEASURES[self.measure].breakdowns
        if self.breakdown and self.breakdown not in known:
            given = f"its breakdowns are {', '.join(known)}" if known else "it has no breakdowns"
            raise ValueError(f"{self.measure} has no breakdown {self.breakdown!r}; {given}")

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """Every breakdown of the measure that it covers, `total` included where it covers the measure."""
        known = MEASURES[self.measure].breakdowns
        if not self.breakdown:
            return (TOTAL, *known)
        items = set(self.breakdown.split(":"))
        return tuple(name for name in known if items <= set(name.split(":")))


@dataclass(frozen=True, order=True)
class UnreliableFigure:
    """A measure of an LA and year of low reliability: counted, but with its breakdowns, percentages and rates not shown
    in the LA's own rows of a release [A71]. Raises ValueError as UnusableItem does."""

    year: int
    la_code: str
    measure: str

    def __post_init__(self) -> None:
        _refuse_unknown(self.measure, self.year)


def _refuse_unknown(measure: str, year: int) -> None:
    if measure not in MEASURES:
        raise ValueError(f"there is no measure {measure!r} in the catalogue")
    if year < MEASURES[measure].since:
        first = CollectionYear(MEASURES[measure].since)
        raise ValueError(f"there is no measure {measure!r} in {CollectionYear(year)}; its first is {first}")


def without_unusable(measures: DataFrame, unusable: Iterable[UnusableItem]) -> DataFrame:
    """The measures of any number of LAs, with what is declared unusable turned to `not_available`.

    One row without a value replaces each measure or breakdown declared; an entry for an LA without a return changes
    nothing."""
    returned = set(zip(measures["collection_year"], measures["la_code"], strict=True))
    declared = sorted(
        {
            (item.year, item.la_code, item.measure, breakdown)
            for item in unusable
            if (item.year, item.la_code) in returned
            for breakdown in item.breakdowns
        }
    )
    if not declared:
        return measures
    dropped = pd.MultiIndex.from_frame(measures[_KEY]).isin(declared)
    replaced = not_available_rows(DataFrame(declared, columns=_KEY))
    return in_catalogue_order(pd.concat([measures[~dropped], replaced], ignore_index=True))
