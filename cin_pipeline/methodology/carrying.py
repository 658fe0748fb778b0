"""Figures of an earlier year that stand in for those of an LA without a return [A69]; and with the practice of the
year, all that is done about what LAs did not give [A68]."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.breakdowns import GENDER, Breakdown, Kind
from cin_pipeline.methodology.catalogue import MEASURES, Measure, catalogue_of
from cin_pipeline.methodology.children import UNKNOWN
from cin_pipeline.methodology.measures import KNOWN
from cin_pipeline.methodology.tracing import categories
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey
from cin_pipeline.reference.missing_data import Practice, practice_of

SEX_OF_GENDER = {"1": "M", "2": "F", "0": "U", "9": "U"}  # GenderCurrent to 2024, Sex from 2025 [A93]


class Carried(NamedTuple):
    """The figures of an LA's accepted return of an earlier year (MEASURE_COLUMNS), what was unusable in it without a
    value; no row where there is no such return."""

    from_year: int
    figures: DataFrame

    def breakdowns(self, year: int) -> frozenset[tuple[str, str]]:
        """The measures of `year`, each with its breakdowns, that the earlier return has: those stand in."""
        whole = self.figures[self.figures["breakdown"] == TOTAL]
        counted = whole["measure"][whole["status"] == KNOWN].unique()
        measured = {measure.name for measure in catalogue_of(year)}.intersection(counted)
        without = self.figures[self.figures["status"] != KNOWN]
        lacking = set(zip(without["measure"], without["breakdown"], strict=True))
        every = {(name, each) for name in measured for each in (TOTAL, *MEASURES[name].breakdowns)}
        return frozenset(every - lacking)

    def stands_in_for(self, key: FigureKey, year: int) -> bool:
        """Whether the earlier return has the figure of one category: its year could have it, and it is usable."""
        possible = had(key.measure, key.breakdown, self.from_year, year)
        held = (key.measure, key.breakdown) in self.breakdowns(year)
        return held and (possible is None or key.category in possible)


@dataclass(frozen=True)
class Treatment:
    """What is done about figures that LAs did not give: `practice` is estimate or leave-out; `carried`, by code, has
    the LAs of which those of an earlier year are declared to stand in, with or without a return of that year."""

    practice: Practice
    carried: Mapping[str, Carried] = field(default_factory=dict, hash=False)

    @classmethod
    def of_year(cls, year: int) -> "Treatment":
        """The practice of the year, with nothing carried."""
        return cls(practice_of(year))


def as_of_year(figures: DataFrame, from_year: int, year: int) -> DataFrame:
    """An LA's figures of one year with the categories of another, of the measures and breakdowns that both have.

    Months move with the year; a code that the year does not have is `unknown`, but a disability or factor is left out;
    genders 1, 2 and 0 or 9 become sex M, F and U. Columns as MEASURE_COLUMNS, known figures alone."""
    known = figures[figures["status"] == KNOWN]
    parts = []
    for (name, breakdown), rows in known.groupby(["measure", "breakdown"], sort=False):
        measure = MEASURES[str(name)]
        if measure.since > year or breakdown not in (TOTAL, *measure.breakdowns):
            continue
        if breakdown != TOTAL:
            moved = _moving(measure, str(breakdown), from_year, year)
            to = {category: moved(category) for category in rows["category"]}
            rows = rows.assign(category=rows["category"].map(to)).dropna(subset="category")
        parts.append(rows)
    if not parts:
        return known.iloc[:0].assign(collection_year=year)
    summed = pd.concat(parts).groupby(["la_code", "measure", "breakdown", "category", "status"], sort=False)["value"]
    return summed.sum().reset_index().assign(collection_year=year)[list(figures.columns)]


@cache
def had(measure: str, breakdown: str, from_year: int, year: int) -> frozenset[str] | None:
    """The categories of a breakdown in `year` that `from_year` could have figures for; None where that is all."""
    found = MEASURES[measure]
    if from_year < found.since:
        return frozenset()
    if breakdown == TOTAL or found.breakdowns[breakdown].kind is Kind.NUMBERS:
        return None
    moved = _moving(found, breakdown, from_year, year)
    return frozenset(to for each in categories(found, breakdown, from_year) if (to := moved(each)) is not None)


def _moving(measure: Measure, breakdown: str, from_year: int, year: int) -> Callable[[str], str | None]:
    """Says what a category of one year is called in another; None where it is left out."""
    items = measure.breakdowns[breakdown].items
    names = [frozenset(categories(measure, item.name, year)) for item in items]

    def moved(category: str) -> str | None:
        parts = category.split(":", len(items) - 1)
        found = [_moved(*each, year - from_year) for each in zip(items, names, parts, strict=True)]
        return None if None in found else ":".join(filter(None, found))

    return moved


def _moved(item: Breakdown, names: frozenset[str], category: str, years: int) -> str | None:
    if item.year_in_category:
        year, rest = category.split("-", 1)
        return f"{int(year) + years}-{rest}"
    if category in names or item.kind is Kind.NUMBERS:
        return category
    if item is GENDER and (sex := SEX_OF_GENDER.get(category)) in names:
        return sex
    if not item.kind.limited:
        return None
    return UNKNOWN
