"""What each expected LA adds to the figures of a year, given, carried forward, estimated or left out; and their sums
[s5; A43-A48; A68; A69]."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.methodology.carrying import Carried, Treatment, as_of_year, had
from cin_pipeline.methodology.catalogue import MEASURES, Measure, catalogue_of
from cin_pipeline.methodology.measures import KNOWN
from cin_pipeline.methodology.ratios import Flags, Floats, Ratio, own_rate, ratio_to_total, ratio_to_whole
from cin_pipeline.reference.authorities import every_authority, places
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey
from cin_pipeline.reference.missing_data import Practice

Numbers = NDArray[np.int64]


class EstimateImpossible(ValueError):
    """A key figure is missing, and so is the population it would be estimated from [A44]."""


class Given(NamedTuple):
    """A measure, or one of its breakdowns, of each expected LA: a row each, in tables of them a column per category."""

    categories: list[str]
    gave: Flags  # whether the LA gave it
    counts: Floats  # table; 0 where it did not
    carried: Floats  # table; 0 where nothing is carried
    carries: Flags  # table: whether a figure of an earlier year stands in
    needs: Flags  # whether it is to be estimated
    left: Flags  # table: whether it is left out


class Sums(NamedTuple):
    """The figures of places: tables of a row each and a column per category."""

    categories: list[str]
    known: Floats
    estimated: Floats  # missing where there is nothing
    done: Numbers  # about what is missing, see WHAT_WAS_DONE


# What was done about the figures that LAs of a place did not give: each that was, in the order of the alphabet.
_PRACTICES = sorted(Practice)
WHAT_WAS_DONE = np.array(
    [
        "; ".join(practice for n, practice in enumerate(_PRACTICES) if number & 1 << n)
        for number in range(1 << len(_PRACTICES))
    ],
    dtype=object,
)


class NationalFigures:
    """The figures of a year. Arguments as of `estimates.estimate_england`. Raises EstimateImpossible."""

    def __init__(
        self,
        measures: DataFrame,
        expected: Sequence[str],
        population: Mapping[str, int],
        year: int,
        treatment: Treatment,
    ) -> None:
        self.measured = catalogue_of(year)
        self._year, self._expected = year, list(expected)
        self._row = {la: n for n, la in enumerate(self._expected)}
        self._estimating = treatment.practice is Practice.ESTIMATE
        given = measures[measures["la_code"].isin(self._expected) & (measures["collection_year"] == year)]
        self._given_rows = dict(list(given.groupby(["measure", "breakdown"], sort=False)))
        self._no_rows = given.iloc[:0]
        returned = set(given["la_code"].unique())
        self._carried = {
            la: carried for la, carried in treatment.carried.items() if la in self._row and la not in returned
        }
        self._declared = np.array([la in self._carried for la in self._expected], dtype=bool)
        self._carried_rows, self._has = self._carry()
        las = every_authority()
        self._inside = [
            np.array([place.geography_code in las[la].places for la in self._expected], dtype=bool)
            for place in places()
        ]
        self._people = np.array([population.get(la, np.nan) for la in self._expected], dtype=np.float64)
        self._totals = {measure.name: self._given(measure, TOTAL) for measure in self.measured}
        self._figures = self._with_estimates()

    def sums(self, measure: Measure, breakdown: str) -> Sums:
        """A measure, or a breakdown of it, in all places."""
        given, figures = self._totals[measure.name], self._figures[measure.name]
        share = np.ones(1)
        if breakdown != TOTAL:
            given = self._given(measure, breakdown)
            shares = [ratio_to_total(measure, given.gave, of_category, figures).value for of_category in given.counts.T]
            share = np.array(shares, dtype=np.float64)
        known, estimated, done = zip(
            *(self._sum(given, figures, share, inside) for inside in self._inside), strict=True
        )
        return Sums(given.categories, np.stack(known), np.stack(estimated), np.stack(done))

    def of_las(self, key: FigureKey) -> tuple[DataFrame, Ratio | None]:
        """See `estimates.figures_by_la`."""
        measure = MEASURES[key.measure]
        given = self._totals[measure.name] if key.is_whole else self._given(measure, key.breakdown, key.category)
        at = given.categories.index(key.category)
        known = np.where(given.gave, given.counts[:, at], np.nan)
        if not key.is_whole:
            base = self._figures[measure.name]
            ratio = ratio_to_total(measure, given.gave, given.counts[:, at], base)
        elif measure.share_of:
            base = self._figures[measure.share_of]
            ratio = ratio_to_whole(measure, known, base)
        else:
            base, ratio = self._people, own_rate(known, self._people)
        carries, left = given.carries[:, at], given.left[:, at]
        estimated = np.select([given.needs, carries], [base * ratio.value, given.carried[:, at]], np.nan)
        done = np.select(
            [given.needs, carries, left], [Practice.ESTIMATE, Practice.CARRY_FORWARD, Practice.LEAVE_OUT], ""
        )
        table = {"la_code": self._expected, "known": known, "missing_data": done, "estimated": estimated, "base": base}
        return DataFrame(table), ratio if given.needs.any() else None

    def _carry(self) -> tuple[dict[tuple[str, str], DataFrame], dict[str, frozenset[tuple[str, str]]]]:
        """The figures that stand in, by measure and breakdown; and by LA of which of these it has any."""
        if not self._carried:
            return {}, {}
        of_las = {
            la: Carried(from_year, figures[figures["la_code"] == la])
            for la, (from_year, figures) in self._carried.items()
        }
        moved = pd.concat([as_of_year(each.figures, each.from_year, self._year) for each in of_las.values()])
        has = {la: each.breakdowns(self._year) for la, each in of_las.items()}
        return dict(list(moved.groupby(["measure", "breakdown"], sort=False))), has

    def _given(self, measure: Measure, breakdown: str, category: str = TOTAL) -> Given:
        """What LAs gave, and what is done about those that did not. `category` is among those of the table."""
        key = (measure.name, breakdown)
        rows = self._given_rows.get(key, self._no_rows)
        known = rows[rows["status"] == KNOWN]
        if breakdown == TOTAL:
            gave = self._are(known["la_code"])
        else:
            of_measure = self._given_rows.get((measure.name, TOTAL), self._no_rows)
            gave = self._are(of_measure["la_code"]) & ~self._are(rows["la_code"][rows["status"] != KNOWN])
        stand_in = self._carried_rows.get(key, self._no_rows)
        names = dict.fromkeys([*known["category"].unique(), *stand_in["category"].unique()])
        if breakdown == TOTAL or category != TOTAL:
            names.setdefault(category)
        categories = list(names)
        carries = np.zeros((len(self._expected), len(categories)), dtype=bool)
        for la, (from_year, _) in self._carried.items():
            if key in self._has[la]:
                possible = had(measure.name, breakdown, from_year, self._year)
                carries[self._row[la]] = [possible is None or name in possible for name in categories]
        missing = ~gave & ~self._declared
        left = self._declared[:, None] & ~carries
        if not self._estimating:
            left |= missing[:, None]
        return Given(
            categories,
            gave,
            self._spread(known, names),
            self._spread(stand_in, names),
            carries,
            missing & self._estimating,
            left,
        )

    def _are(self, la_codes: "pd.Series[str]") -> Flags:
        return np.isin(self._expected, la_codes.unique())

    def _spread(self, rows: DataFrame, names: Mapping[str, None]) -> Floats:
        """A table of the values of LAs by category; 0 where there is no row."""
        table = np.zeros((len(self._expected), len(names)))
        if len(rows):
            row = pd.Index(self._expected).get_indexer(rows["la_code"])
            column = pd.Index(list(names)).get_indexer(rows["category"])
            table[row, column] = rows["value"].to_numpy(dtype=np.float64)
        return table

    def _with_estimates(self) -> dict[str, Floats]:
        """Each measure by expected LA, known or estimated; NaN where no LA gave what the estimate needs, and where
        nothing is estimated."""
        people = self._people
        figures: dict[str, Floats] = {}
        impossible: list[str] = []
        for measure in self.measured:  # a whole stands before its parts
            given = self._totals[measure.name]
            known = np.where(given.gave, given.counts[:, 0], np.nan)
            if not given.needs.any() or not given.gave.any():
                figures[measure.name] = known
            elif measure.share_of:
                whole = figures[measure.share_of]
                estimate = whole * ratio_to_whole(measure, known, whole).value
                figures[measure.name] = np.where(given.needs, estimate, known)
            elif np.isnan(people[given.needs]).any() or not people[given.gave & ~np.isnan(people)].sum() > 0:
                impossible.append(measure.name)
                figures[measure.name] = known
            else:
                figures[measure.name] = np.where(given.needs, people * own_rate(known, people).value, known)
        if impossible:
            raise EstimateImpossible(self._impossible(impossible))
        return figures

    def _impossible(self, measures: list[str]) -> str:
        needed = np.any([self._totals[name].needs for name in measures], axis=0)
        missing = [
            la
            for la, needs, people in zip(self._expected, needed, self._people, strict=True)
            if needs and np.isnan(people)
        ]
        lacking = (
            f"these LAs lack the figure and a population: {', '.join(missing)}"
            if missing
            else "no LA that gave the figure has a population"
        )
        return (
            f"England cannot be estimated: {len(measures)} measures ({measures[0]}, ...) are missing for some LAs and "
            f"{lacking}. Give their people aged 0 to 17 in a population file (run --population FILE), or take another "
            "vintage (--vintage)."
        )

    def _sum(self, given: Given, figures: Floats, share: Floats, inside: Flags) -> tuple[Floats, Floats, Numbers]:
        """Known, estimated, and what was done about what is missing, of the LAs inside a place."""
        needs = given.needs & inside
        known = given.counts[given.gave & inside].sum(axis=0)
        estimated = figures[needs].sum() * share if needs.any() else np.zeros(len(given.categories))
        if self._carried:
            estimated = estimated + given.carried[inside].sum(axis=0)
        carries, left = given.carries[inside].any(axis=0), given.left[inside].any(axis=0)
        nothing = left & ~carries & ~(needs | (given.gave & inside)).any()
        flags = {Practice.CARRY_FORWARD: carries, Practice.ESTIMATE: needs.any(), Practice.LEAVE_OUT: left}
        done = np.zeros(len(given.categories), dtype=np.int64)
        for n, practice in enumerate(_PRACTICES):
            done |= np.where(flags[practice], 1 << n, 0)
        return known, np.where(nothing, np.nan, estimated), done
