"""Known figures of all LAs added up, before anything is estimated."""

from pandas import DataFrame

from cin_pipeline.methodology.measures import KNOWN


def sum_known(measures: DataFrame, year: int) -> DataFrame:
    """Each measure, breakdown and category over the LAs that gave it: known (their sum) and las_known (how many).

    Child counts are sums too: a child in two LAs counts in both [A9, A60]."""
    given = measures[(measures["status"] == KNOWN) & (measures["collection_year"] == year)]
    keys = ["measure", "breakdown", "category"]
    table = given.groupby(keys, sort=False, as_index=False).agg(
        known=("value", "sum"), las_known=("la_code", "nunique")
    )
    return table.assign(collection_year=year)[["collection_year", *keys, "known", "las_known"]]
