"""England and its regions, with estimates for what local authorities could not give [s5; A43-A48]."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.methodology.measures import CATALOGUE, KNOWN, TOTAL, Measure
from cin_pipeline.reference.authorities import Place, every_authority, places

ESTIMATE_COLUMNS = (
    "collection_year",
    "geographic_level",
    "geography_code",
    "measure",
    "breakdown",
    "category",
    "known",
    "estimated",
    "value",
    "grossing_factor",
)

_Floats = NDArray[np.float64]


class EstimateImpossible(ValueError):
    """A key figure is missing, and so is the population it would be estimated from [A44]."""


def estimate_england(
    measures: DataFrame, expected: Sequence[str], population: Mapping[str, int], year: int
) -> DataFrame:
    """Every measure for England, the nine regions, and Inner and Outer London, as the long table of `england.csv`.

    `measures`: those of the LAs that have a return, columns as MEASURE_COLUMNS; `expected`: codes of all LAs that
    should have one; `population`: people aged 0 to 17 by LA code. Columns as ESTIMATE_COLUMNS, counts unrounded:
    `known` from the LAs that gave the figure, `estimated` for those that did not (empty where it cannot be), `value`
    their sum, `grossing_factor` value / known, for England only. Rows of zeros are left out but for totals.

    Raises EstimateImpossible where an LA's key figure must be estimated from a population nobody has."""
    given = measures[measures["la_code"].isin(expected) & (measures["collection_year"] == year)]
    totals = _known_totals(given, expected)
    figures = _with_estimates(totals, expected, population)
    return pd.concat(
        [
            table
            for measure in CATALOGUE
            for table in _tables_of(measure, given, expected, totals[measure.name], figures[measure.name])
        ],
        ignore_index=True,
    ).assign(collection_year=year)[list(ESTIMATE_COLUMNS)]


def _known_totals(given: DataFrame, expected: Sequence[str]) -> dict[str, _Floats]:
    """Each measure by expected LA; NaN where the LA has no return or could not give it."""
    rows = given[(given["breakdown"] == TOTAL) & (given["status"] == KNOWN)]
    by_la = rows.astype({"value": "float64"}).pivot(index="la_code", columns="measure", values="value")
    by_la = by_la.reindex(index=list(expected), columns=[measure.name for measure in CATALOGUE])
    return {name: by_la[name].to_numpy(dtype=np.float64) for name in by_la}


def _with_estimates(
    totals: dict[str, _Floats], expected: Sequence[str], population: Mapping[str, int]
) -> dict[str, _Floats]:
    """Each measure by expected LA, known or estimated; NaN where no LA gave what the estimate needs."""
    people = np.array([population.get(la, np.nan) for la in expected], dtype=np.float64)
    figures: dict[str, _Floats] = {}
    impossible: list[str] = []
    for measure in CATALOGUE:  # a whole stands before its parts
        known = totals[measure.name]
        if measure.part_of:
            figures[measure.name] = _by_share_of_whole(known, figures[measure.part_of])
            continue
        missing = np.isnan(known)
        based = ~missing & ~np.isnan(people)
        if missing.all() or not missing.any():
            figures[measure.name] = known
        elif np.isnan(people[missing]).any() or not people[based].sum() > 0:
            impossible.append(measure.name)
            figures[measure.name] = known
        else:
            figures[measure.name] = _by_national_rate(known, people, based)
    if impossible:
        raise EstimateImpossible(_impossible(impossible, totals, people, expected))
    return figures


def _by_national_rate(known: _Floats, people: _Floats, based: NDArray[np.bool_]) -> _Floats:
    """Missing ones as the rate of the LAs that gave the figure and have a population, times their own [s5; A44]."""
    rate = known[based].sum() / people[based].sum()
    return np.where(np.isnan(known), rate * people, known)


def _by_share_of_whole(known: _Floats, whole: _Floats) -> _Floats:
    """Missing ones as the part that the LAs that gave it have of the whole, times the LA's own whole [A18, A46]."""
    gave = ~np.isnan(known)
    divisor = whole[gave].sum()
    share = known[gave].sum() / divisor if gave.any() and divisor > 0 else np.nan
    return np.where(gave, known, whole * share)


def _tables_of(
    measure: Measure, given: DataFrame, expected: Sequence[str], known: _Floats, figures: _Floats
) -> Iterator[DataFrame]:
    """The measure's own rows and those of its breakdowns, for all places."""
    missing = np.isnan(known)
    estimates = _sum_by_place(figures, missing, expected)
    yield _rows(measure, TOTAL, [TOTAL], _sum_by_place(known, ~missing, expected)[:, None], estimates[:, None])
    of_measure = given[given["measure"] == measure.name]
    for breakdown in measure.breakdowns:
        rows = of_measure[of_measure["breakdown"] == breakdown]
        gave = np.isin(expected, of_measure["la_code"]) & ~np.isin(expected, rows["la_code"][rows["status"] != KNOWN])
        counts = _counts_by_la(rows[rows["status"] == KNOWN], expected)
        known_by_place = np.stack([counts.to_numpy()[gave & inside].sum(axis=0) for inside in _inside(expected)])
        estimates = _sum_by_place(figures, ~gave, expected)
        if not gave.all():
            # The document's grossing factor: England's total over the total of those that gave the breakdown [A46].
            divisor = figures[gave].sum()
            share = counts.to_numpy()[gave].sum(axis=0) / (divisor if divisor > 0 else np.nan)
            needed = np.array([bool((~gave & inside).any()) for inside in _inside(expected)])
            estimated = np.where(needed[:, None], estimates[:, None] * share, 0.0)
        else:
            estimated = np.zeros_like(known_by_place)
        yield _rows(measure, breakdown, list(counts.columns), known_by_place, estimated)


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
        f"{lacking}. Give their people aged 0 to 17 in a population file."
    )
