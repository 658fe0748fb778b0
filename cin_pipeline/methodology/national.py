"""Known figures of all LAs added up, before anything is estimated."""

from pandas import DataFrame

from cin_pipeline.methodology.measures import KNOWN
from cin_pipeline.tables.columns import BREAKDOWN, CATEGORY, COLLECTION_YEAR, MEASURE
from cin_pipeline.tables.declaring import WHOLE, WHOLE_OR_NONE, Column, TableDeclaration

NATIONAL_MEASURES = TableDeclaration(
    "national_measures",
    "A figure added up over the LAs that gave it, before anything is estimated.",
    (
        COLLECTION_YEAR,
        MEASURE,
        BREAKDOWN,
        CATEGORY,
        Column("known", WHOLE_OR_NONE, "The sum, not rounded.", "children, or records"),
        Column("las_known", WHOLE, "How many LAs gave the figure.", "LAs"),
    ),
    key=("measure", "breakdown", "category"),
)


def sum_known(measures: DataFrame, year: int) -> DataFrame:
    """Each measure, breakdown and category over the LAs that gave it; columns as NATIONAL_MEASURES.

    Child counts are sums too: a child in two LAs counts in both [A9, A60]."""
    given = measures[(measures["status"] == KNOWN) & (measures["collection_year"] == year)]
    keys = ["measure", "breakdown", "category"]
    table = given.groupby(keys, sort=False, as_index=False).agg(
        known=("value", "sum"), las_known=("la_code", "nunique")
    )
    return NATIONAL_MEASURES.typed(table.assign(collection_year=year))
