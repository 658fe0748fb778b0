"""England and its regions, with what stands in for figures that local authorities could not give [s5; A43-A48; A68;
A69]."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.carrying import Treatment
from cin_pipeline.methodology.catalogue import Measure
from cin_pipeline.methodology.national_figures import WHAT_WAS_DONE, EstimateImpossible, NationalFigures, Sums
from cin_pipeline.methodology.ratios import Ratio
from cin_pipeline.reference.authorities import places
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey
from cin_pipeline.tables import columns
from cin_pipeline.tables.declaring import NUMBER, TEXT, Column, TableDeclaration

__all__ = [
    "ESTIMATES",
    "ESTIMATE_COLUMNS",
    "METHOD_VERSION",
    "EstimateImpossible",
    "Ratio",
    "estimate_england",
    "figures_by_la",
]

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
            "estimated",
            NUMBER,
            "For the LAs that did not: estimated, or carried forward; missing where there is nothing.",
            _UNIT,
            nullable=True,
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
        Column(
            "missing_data",
            TEXT,
            "What was done about LAs of the place that did not give this figure, or would have been where nothing "
            "could be estimated: carry-forward, estimate, leave-out, several joined by `; `. Empty where all gave it.",
            longest=40,
        ),
    ),
    key=("geography_code", "measure", "breakdown", "category"),
)
ESTIMATE_COLUMNS = ESTIMATES.names

METHOD_VERSION = "3"  # to be raised when the same figures of LAs come to others of England


def estimate_england(
    measures: DataFrame,
    expected: Sequence[str],
    population: Mapping[str, int],
    year: int,
    treatment: Treatment | None = None,
) -> DataFrame:
    """Every measure of the year for England, the nine regions, Inner and Outer London: the long table of `england.csv`.

    `measures`: those of the LAs that have a return, columns as MEASURE_COLUMNS; `expected`: codes of all LAs that
    should have one; `population`: people aged 0 to 17 by LA code; `treatment`: what is done about what is missing, else
    the practice of the year with nothing carried forward. Columns as ESTIMATE_COLUMNS, counts unrounded: `known` from
    the LAs that gave the figure, `estimated` for those that did not (empty where there is nothing), `value` their sum,
    `grossing_factor` value / known, for England only. Rows of zeros are left out but for totals.

    Raises EstimateImpossible where an LA's key figure must be estimated from a population nobody has."""
    england = NationalFigures(measures, expected, population, year, treatment or Treatment.of_year(year))
    tables = [
        _rows(measure, breakdown, england.sums(measure, breakdown))
        for measure in england.measured
        for breakdown in (TOTAL, *measure.breakdowns)
    ]
    return ESTIMATES.typed(pd.concat(tables, ignore_index=True).assign(collection_year=year))


def figures_by_la(
    measures: DataFrame,
    expected: Sequence[str],
    population: Mapping[str, int],
    year: int,
    key: FigureKey,
    treatment: Treatment | None = None,
) -> tuple[DataFrame, Ratio | None]:
    """What each expected LA adds to one figure of England, and how the missing ones are estimated.

    One row per LA: la_code, known (missing where the LA did not give it), missing_data (what was done then, else
    empty), estimated (missing where it gave it, it is left out, or there is nothing), base (what its estimate is, or
    would be, taken of). The ratio is None where none is to be estimated. Arguments and errors as of
    `estimate_england`."""
    return NationalFigures(measures, expected, population, year, treatment or Treatment.of_year(year)).of_las(key)


def _rows(measure: Measure, breakdown: str, sums: Sums) -> DataFrame:
    """A row per place and category."""
    categories, known, estimated, done = sums
    in_england = np.array([place.geographic_level == "National" for place in places()])[:, None]
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
            "missing_data": WHAT_WAS_DONE[done.ravel()],
        }
    )
    return rows if breakdown == TOTAL else rows[~(rows["value"] == 0)]
