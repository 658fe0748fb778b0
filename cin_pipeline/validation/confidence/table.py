"""The table of data confidence: every indicator of one return, with the overall confidence of modules and return."""

from collections.abc import Collection, Iterable
from dataclasses import asdict

import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.reference.year_on_year_checks import year_on_year_checks
from cin_pipeline.tables.columns import COLLECTION_YEAR, LA_CODE
from cin_pipeline.tables.declaring import NUMBER_OR_NONE, TEXT, WHOLE_OR_NONE, Column, TableDeclaration
from cin_pipeline.validation.confidence.completeness import completeness
from cin_pipeline.validation.confidence.faults import faults, modules
from cin_pipeline.validation.confidence.grading import (
    CHECK,
    HIGH,
    LOW,
    MEDIUM,
    NOT_AVAILABLE,
    OVERALL,
    WHOLE_RETURN,
    Indicator,
    graded_check,
    overall,
    threshold_of,
)
from cin_pipeline.validation.confidence.year_on_year import changes, presence
from cin_pipeline.validation.year_on_year import Compared

DATA_CONFIDENCE = TableDeclaration(
    "data_confidence",
    "An indicator of one module of an LA's return, or of the return as a whole.",
    (
        COLLECTION_YEAR,
        LA_CODE,
        Column("module", TEXT, "The linked table whose records are judged, or `whole_return`."),
        Column("indicator", TEXT, "What is judged; `overall` is the module's worst."),
        Column("item", TEXT, "Of which item, measure or kind of record; empty for the module as a whole."),
        Column(
            "numerator", WHOLE_OR_NONE, "How many hold, are at fault, or are counted now.", "records", nullable=True
        ),
        Column(
            "denominator", WHOLE_OR_NONE, "Of how many, or how many in the previous year.", "records", nullable=True
        ),
        Column(
            "value",
            NUMBER_OR_NONE,
            "The share, or the relative change.",
            "ratio: 0.05 is 5%",
            nullable=True,
            caution="Of a return with few records a share says little: a handful at fault is no pattern.",
        ),
        Column("threshold_high", NUMBER_OR_NONE, "Where high confidence ends.", "as the value", nullable=True),
        Column("threshold_low", NUMBER_OR_NONE, "Where low confidence begins.", "as the value", nullable=True),
        Column("confidence", TEXT, "How far figures can rely on it.", values=(HIGH, MEDIUM, LOW, NOT_AVAILABLE)),
        Column("reason", TEXT, "Why it is not available."),
    ),
    key=("module", "indicator", "item"),
    caution="Indicators and thresholds are ours, not the Department's; but for `year_on_year_check`.",
)
CONFIDENCE_COLUMNS = DATA_CONFIDENCE.names


def data_confidence(
    cleaned: ReturnTables,
    year: int,
    la_code: str,
    *,
    issues: DataFrame | None,
    measures: DataFrame,
    previous: DataFrame | None,
    crashed: Collection[str] = (),
    checks: Iterable[Compared] = (),
) -> DataFrame:
    """The data confidence of the return of one LA in the collection year.

    `cleaned`: its typed tables. `issues`: `RuleResults.issues`, None where no rules were run; `crashed`:
    `RuleResults.crashed`. `measures`, `previous`: the LA's measures (columns measure, breakdown, la_code, value) of
    this year and the one before, None where there is no return for the previous year. `checks`: the Department's
    year-on-year checks that were run (`compared_checks`).

    One row per module, indicator and item, in the order of the return: each module's indicators, its overall
    confidence, last the whole return's. Columns CONFIDENCE_COLUMNS: numerator of denominator are counts of records
    (for a change, this year's and the previous year's count), value is the share or relative change (null where
    undefined), threshold_high and threshold_low where high confidence ends and where low begins (see `grading`),
    confidence high, medium, low or `not available`, reason why it is not available. Counts only: no child, no value of
    the return."""
    found = [
        *presence(cleaned, year, previous, la_code),
        *completeness(cleaned, year),
        *faults(cleaned, year, issues, crashed),
        *changes(measures, previous, la_code),
        *map(graded_check, checks),
    ]
    rows: list[Indicator] = []
    for module in (*modules(year), WHOLE_RETURN):
        own = [indicator for indicator in found if indicator.module == module]
        # The return is no better than any of its modules, whose overall rows stand before its own.
        parts = own if module != WHOLE_RETURN else [*own, *(row for row in rows if row.indicator == OVERALL)]
        rows += [*own, overall(module, parts)]
    return _as_table(rows, year, la_code)


def _as_table(rows: list[Indicator], year: int, la_code: str) -> DataFrame:
    table = DataFrame([asdict(row) | _thresholds(row) for row in rows])
    return DATA_CONFIDENCE.typed(table.assign(collection_year=year, la_code=la_code))


def _thresholds(row: Indicator) -> dict[str, object]:
    if row.indicator == OVERALL:
        return {"threshold_high": pd.NA, "threshold_low": pd.NA}
    if row.indicator == CHECK:
        return {"threshold_high": year_on_year_checks()[row.item].percent / 100, "threshold_low": pd.NA}
    bounds = threshold_of(row.indicator, row.item)
    return {"threshold_high": bounds.high, "threshold_low": bounds.low}
