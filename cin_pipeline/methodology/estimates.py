"""England and its regions, with estimates for what local authorities could not give [s5; A43-A48]."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.methodology.catalogue import MEASURES, Measure, catalogue_of
from cin_pipeline.methodology.measures import KNOWN
from cin_pipeline.reference.authorities import Place, every_authority, places
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey
from cin_pipeline.tables import columns
from cin_pipeline.tables.declaring import NUMBER, TEXT, Column, TableDeclaration

_UNIT = "children, or records"
ESTIMATES = TableDeclaration(
    "estimates",
    "A figure of England, a region, or Inner or Outer London, with what was estimated in it. `england.csv`.",
    (
        columns.COLLECTION_YEAR,
        Column("geographic_level", TEXT, "National or Regional.", longest=16, values=("National", "Regional")),
        Column("geography_code", TEXT, "The nine-character code of the place.", longest=9),
        columns.MEASURE,
        columns.BREAKDOWN,
        columns.CATEGORY,
        Column("known", NUMBER, "From the LAs that gave the figure.", _UNIT),
        Column(
            "estimated", NUMBER, "For the LAs that did not; missing where it cannot be estimated.", _UNIT, nullable=True
        ),
        Column(
            "value",
            NUMBER,
            "Both together, not rounded.",
            _UNIT,
            nullable=True,
            caution="No whole number where part of it is estimated. Inner and Outer London are in London too.",
        ),
        Column("grossing_factor", NUMBER, "value / known, of England alone.", "ratio", nullable=True),
    ),
    key=("geography_code", "measure", "breakdown", "category"),
)
ESTIMATE_COLUMNS = ESTIMATES.names

METHOD_VERSION = "2"  # to be raised when the same figures of LAs come to others of England

_Floats = NDArray[np.float64]


class EstimateImpossible(ValueError):
    """A key figure is missing, and so is the population it would be estimated from [A44]."""


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


OWN_RATE = "own rate [s5; A44, A47]"
PART_OF_WHOLE = "part of a whole [A18, A46]"
CATEGORY = "category of a total [s5; A46]"
PEOPLE = "people aged 0 to 17"


def estimate_england(
    measures: DataFrame, expected: Sequence[str], population: Mapping[str, int], year: int
) -> DataFrame:
    """Every measure of the year for England, the nine regions, Inner and Outer London: the long table of `england.csv`.

    `measures`: those of the LAs that have a return, columns as MEASURE_COLUMNS; `expected`: codes of all LAs that
    should have one; `population`: people aged 0 to 17 by LA code. Columns as ESTIMATE_COLUMNS, counts unrounded:
    `known` from the LAs that gave the figure, `estimated` for those that did not (empty where it cannot be), `value`
    their sum, `grossing_factor` value / known, for England only. Rows of zeros are left out but for totals.

    Raises EstimateImpossible where an LA's key figure must be estimated from a population nobody has."""
    given = measures[measures["la_code"].isin(expected) & (measures["collection_year"] == year)]
    measured = catalogue_of(year)
    totals = _known_totals(given, expected, measured)
    figures = _with_estimates(totals, expected, population, measured)
    tables = [
        table
        for measure in measured
        for table in _tables_of(measure, given, expected, totals[measure.name], figures[measure.name])
    ]
    return ESTIMATES.typed(pd.concat(tables, ignore_index=True).assign(collection_year=year))


def figures_by_la(
    measures: DataFrame,
    expected: Sequence[str],
    population: Mapping[str, int],
    year: int,
    key: FigureKey,
) -> tuple[DataFrame, Ratio | None]:
    """What each expected LA adds to one figure of England, and how the missing ones are estimated.

    One row per LA: la_code, known (missing where the LA did not give it), estimated (missing where it did, or it cannot
    be), base (what its estimate is, or would be, taken of). The ratio is None where no LA is missing. Arguments and
    errors as of `estimate_england`."""
    given = measures[measures["la_code"].isin(expected) & (measures["collection_year"] == year)]
    totals = _known_totals(given, expected, catalogue_of(year))
    figures = _with_estimates(totals, expected, population, catalogue_of(year))
    measure = MEASURES[key.measure]
    known, base = totals[measure.name], figures.get(measure.share_of, _people(expected, population))
    ratio = _ratio_to_whole(measure, known, base) if measure.share_of else _own_rate(known, base)
    if not key.is_whole:
        gave, counts = _given_by_la(given[given["measure"] == measure.name], key.breakdown, expected)
        counted = counts[key.category].to_numpy() if key.category in counts else np.zeros(len(expected))
        known, base = np.where(gave, counted, np.nan), figures[measure.name]
        ratio = _ratio_to_total(measure, gave, counted, base)
    missing = np.isnan(known)
    estimated = np.where(missing, base * ratio.value, np.nan)
    table = DataFrame({"la_code": list(expected), "known": known, "estimated": estimated, "base": base})
    return table, ratio if missing.any() else None


def _people(expected: Sequence[str], population: Mapping[str, int]) -> _Floats:
    """The population of each expected LA; NaN where nobody has one."""
    return np.array([population.get(la, np.nan) for la in expected], dtype=np.float64)


def _known_totals(given: DataFrame, expected: Sequence[str], measured: Sequence[Measure]) -> dict[str, _Floats]:
    """Each measure by expected LA; NaN where the LA has no return or could not give it."""
    rows = given[(given["breakdown"] == TOTAL) & (given["status"] == KNOWN)]
    by_la = rows.astype({"value": "float64"}).pivot(index="la_code", columns="measure", values="value")
    by_la = by_la.reindex(index=list(expected), columns=[measure.name for measure in measured])
    return {name: by_la[name].to_numpy(dtype=np.float64) for name in by_la}


def _with_estimates(
    totals: dict[str, _Floats], expected: Sequence[str], population: Mapping[str, int], measured: Sequence[Measure]
) -> dict[str, _Floats]:
    """Each measure by expected LA, known or estimated; NaN where no LA gave what the estimate needs."""
    people = _people(expected, population)
    figures: dict[str, _Floats] = {}
    impossible: list[str] = []
    for measure in measured:  # a whole stands before its parts
        known = totals[measure.name]
        if measure.share_of:
            whole = figures[measure.share_of]
            figures[measure.name] = _filled(known, whole, _ratio_to_whole(measure, known, whole))
            continue
        missing = np.isnan(known)
        based = ~missing & ~np.isnan(people)
        if missing.all() or not missing.any():
            figures[measure.name] = known
        elif np.isnan(people[missing]).any() or not people[based].sum() > 0:
            impossible.append(measure.name)
            figures[measure.name] = known
        else:
            figures[measure.name] = _filled(known, people, _own_rate(known, people))
    if impossible:
        raise EstimateImpossible(_impossible(impossible, totals, people, expected))
    return figures


def _own_rate(known: _Floats, people: _Floats) -> Ratio:
    """The rate of the LAs that gave the figure and have a population [s5; A44]."""
    based = ~np.isnan(known) & ~np.isnan(people)
    return Ratio(OWN_RATE, PEOPLE, known[based].sum(), people[based].sum())


def _ratio_to_whole(measure: Measure, known: _Floats, whole: _Floats) -> Ratio:
    """The part that the LAs that gave it have of the whole [A18, A46]."""
    gave = ~np.isnan(known)
    return Ratio(PART_OF_WHOLE, measure.share_of, known[gave].sum(), whole[gave].sum())


def _ratio_to_total(measure: Measure, gave: NDArray[np.bool_], counts: _Floats, figures: _Floats) -> Ratio:
    """The part that a category has of the total of the LAs that gave the breakdown: times England's total, this is the
    document's grossing factor [s5; A46]."""
    return Ratio(CATEGORY, measure.name, counts[gave].sum(), figures[gave].sum())


def _filled(known: _Floats, base: _Floats, ratio: Ratio) -> _Floats:
    return np.where(np.isnan(known), base * ratio.value, known)


def _tables_of(
    measure: Measure, given: DataFrame, expected: Sequence[str], known: _Floats, figures: _Floats
) -> Iterator[DataFrame]:
    """The measure's own rows and those of its breakdowns, for all places."""
    missing = np.isnan(known)
    estimates = _sum_by_place(figures, missing, expected)
    yield _rows(measure, TOTAL, [TOTAL], _sum_by_place(known, ~missing, expected)[:, None], estimates[:, None])
    of_measure = given[given["measure"] == measure.name]
    for breakdown in measure.breakdowns:
        gave, counts = _given_by_la(of_measure, breakdown, expected)
        known_by_place = np.stack([counts.to_numpy()[gave & inside].sum(axis=0) for inside in _inside(expected)])
        estimates = _sum_by_place(figures, ~gave, expected)
        if not gave.all():
            share = np.array([_ratio_to_total(measure, gave, column, figures).value for column in counts.to_numpy().T])
            needed = np.array([bool((~gave & inside).any()) for inside in _inside(expected)])
            estimated = np.where(needed[:, None], estimates[:, None] * share, 0.0)
        else:
            estimated = np.zeros_like(known_by_place)
        yield _rows(measure, breakdown, list(counts.columns), known_by_place, estimated)


def _given_by_la(of_measure: DataFrame, breakdown: str, expected: Sequence[str]) -> tuple[NDArray[np.bool_], DataFrame]:
    """Which of the expected LAs gave a breakdown of a measure, and their counts."""
    rows = of_measure[of_measure["breakdown"] == breakdown]
    without = rows["la_code"][rows["status"] != KNOWN]
    gave = np.isin(expected, of_measure["la_code"].unique()) & ~np.isin(expected, without)
    return gave, _counts_by_la(rows[rows["status"] == KNOWN], expected)


def _counts_by_la(rows: DataFrame, expected: Sequence[str]) -> DataFrame:
    """Counts of a breakdown: one row per expected LA, one column per category that any LA has."""
    categories = rows["category"].unique()
    counts = rows.astype({"value": "float64"}).pivot(index="la_code", columns="category", values="value")
    return counts.reindex(index=list(expected), columns=categories).fillna(0.0)


def _sum_by_place(figures: _Floats, which: NDArray[np.bool_], expected: Sequence[str]) -> _Floats:
    return np.array([figures[which & inside].sum() for inside in _inside(expected)])


def _inside(expected: Sequence[str]) -> list[NDArray[np.bool_]]:
    """For each place, which of the expected LAs lie in it."""
    of_la = [every_authority()[la].places for la in expected]
    return [np.array([place.geography_code in codes for codes in of_la], dtype=bool) for place in places()]


def _rows(measure: Measure, breakdown: str, categories: list[str], known: _Floats, estimated: _Floats) -> DataFrame:
    """A row per place and category from matrices of places by categories."""
    in_england = np.array([_is_england(place) for place in places()])[:, None]
    value = known + estimated
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(known == 0, np.where(np.isnan(value), np.nan, 1.0), value / known)
    rows = DataFrame(
        {
            "geographic_level": np.repeat([place.geographic_level for place in places()], len(categories)),
            "geography_code": np.repeat([place.geography_code for place in places()], len(categories)),
            "measure": measure.name,
            "breakdown": breakdown,
            "category": categories * len(places()),
            "known": known.ravel(),
            "estimated": estimated.ravel(),
            "value": value.ravel(),
            "grossing_factor": np.where(in_england, factor, np.nan).ravel(),
        }
    )
    return rows if breakdown == TOTAL else rows[~(rows["value"] == 0)]


def _is_england(place: Place) -> bool:
    return place.geographic_level == "National"


def _impossible(impossible: list[str], totals: dict[str, _Floats], people: _Floats, expected: Sequence[str]) -> str:
    missing = [
        la
        for n, la in enumerate(expected)
        if np.isnan(people[n]) and any(np.isnan(totals[measure][n]) for measure in impossible)
    ]
    lacking = (
        f"these LAs lack the figure and a population: {', '.join(missing)}"
        if missing
        else "no LA that gave the figure has a population"
    )
    return (
        f"England cannot be estimated: {len(impossible)} measures ({impossible[0]}, ...) are missing for some LAs and "
        f"{lacking}. Give their people aged 0 to 17 in a population file (run --population FILE)."
    )
