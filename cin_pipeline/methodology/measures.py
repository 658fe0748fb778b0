"""Every measure of one LA, counted as the catalogue declares it."""

import numpy as np
import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.catalogue import CATALOGUE, MEASURES, Measure, catalogue_of
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey
from cin_pipeline.tables.columns import BREAKDOWN, CATEGORY, COLLECTION_YEAR, LA_CODE, MEASURE
from cin_pipeline.tables.declaring import TEXT, WHOLE_OR_NONE, Column, TableDeclaration

KNOWN, NOT_AVAILABLE = "known", "not_available"
LA_MEASURES = TableDeclaration(
    "la_measures",
    "A count of one LA's return: a measure, or a category of one of its breakdowns. `measures.csv`, of all LAs.",
    (
        COLLECTION_YEAR,
        LA_CODE,
        MEASURE,
        BREAKDOWN,
        CATEGORY,
        Column(
            "value",
            WHOLE_OR_NONE,
            "How many, not rounded; missing where the figure is not available.",
            "children, or records",
            nullable=True,
            caution="Child counts of several LAs do not add up to children: one may be in two.",
        ),
        Column(
            "status",
            TEXT,
            "Whether the LA's return gives the figure. Re-referrals are not available without the previous year's.",
            longest=16,
            values=(KNOWN, NOT_AVAILABLE),
        ),
    ),
    key=("collection_year", "la_code", "measure", "breakdown", "category"),
)
MEASURE_COLUMNS = LA_MEASURES.names

_Row = tuple[str, str, str, int | None, str]  # measure, breakdown, category, value, status


def la_measures(facts: ReturnFacts, la_code: str) -> DataFrame:
    """Every measure of the year with its breakdowns, of one LA: the long table of `measures.csv`.

    Columns as MEASURE_COLUMNS; value is a whole number (Int64), null and `not_available` where the LA has no return of
    the year before. A total row for each measure; categories without a count are left out."""
    rows = [row for measure in catalogue_of(facts.year.ending) for row in _rows_of(measure, facts)]
    counts = DataFrame(rows, columns=["measure", "breakdown", "category", "value", "status"])
    counts = counts.assign(collection_year=facts.year.ending, la_code=la_code, value=counts["value"].astype("Int64"))
    return counts[list(MEASURE_COLUMNS)]


def count(key: FigureKey, facts: ReturnFacts) -> int | None:
    """One figure of a return, as it stands in `la_measures`; None where it is not available."""
    measure = MEASURES[key.measure]
    rows = measure.rows(facts)
    if rows is None or key.is_whole:
        return None if rows is None else _total(measure, rows)
    counts = dict(_count_categories(measure.rows_of(key.breakdown)(facts), key.breakdown))
    return sum(counts.get(category, 0) for category in key.categories)


def not_available_rows(keys: DataFrame) -> DataFrame:
    """One row without a value for each measure and breakdown in `keys`; no category but for the total."""
    return keys.assign(
        category=keys["breakdown"].where(keys["breakdown"] == TOTAL, ""),
        value=pd.array([pd.NA] * len(keys), dtype="Int64"),
        status=NOT_AVAILABLE,
    )


def in_catalogue_order(measures: DataFrame, place: str = "la_code") -> DataFrame:
    """Rows by LA (or another column), measures and breakdowns as declared; categories stay in the order they have."""
    order_of = {
        (measure.name, breakdown): n
        for n, (measure, breakdown) in enumerate((m, b) for m in CATALOGUE for b in (TOTAL, *m.breakdowns))
    }
    keys = pd.MultiIndex.from_frame(measures[["measure", "breakdown"]])
    order = measures.assign(_order=keys.map(order_of)).sort_values([place, "_order"], kind="stable")
    return order.drop(columns="_order").reset_index(drop=True)


def _rows_of(measure: Measure, facts: ReturnFacts) -> list[_Row]:
    rows = measure.rows(facts)
    if rows is None:
        categories = (TOTAL, *("" for _ in measure.breakdowns))
        keys = zip((TOTAL, *measure.breakdowns), categories, strict=True)
        return [(measure.name, breakdown, category, None, NOT_AVAILABLE) for breakdown, category in keys]
    counted: list[_Row] = [(measure.name, TOTAL, TOTAL, _total(measure, rows), KNOWN)]
    for breakdown in measure.breakdowns:
        counts = _count_categories(measure.rows_of(breakdown)(facts), breakdown)
        counted += [(measure.name, breakdown, category, count, KNOWN) for category, count in counts]
    return counted


def _total(measure: Measure, rows: DataFrame) -> int:
    return int(rows["child"].nunique()) if measure.children else len(rows)


def _count_categories(rows: DataFrame, breakdown: str) -> list[tuple[str, int]]:
    """Rows by category, in the order of the categories; rows without one are in the total alone."""
    columns = [rows[name].cat for name in breakdown.split(":")]
    codes = [column.codes.to_numpy().astype(np.int64) for column in columns]
    names = [list(column.categories) for column in columns]
    held = np.logical_and.reduce([code >= 0 for code in codes])
    shape = tuple(len(name) for name in names)
    counts = np.bincount(np.ravel_multi_index([code[held] for code in codes], shape), minlength=int(np.prod(shape)))
    (present,) = np.nonzero(counts)
    places = zip(*np.unravel_index(present, shape), strict=True)
    labels = (":".join(name[n] for name, n in zip(names, place, strict=True)) for place in places)
    return list(zip(labels, counts[present].tolist(), strict=True))
