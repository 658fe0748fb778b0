"""Which figures of an LA moved from one of its submissions to another."""

from pandas import DataFrame

from cin_pipeline.methodology.measures import in_catalogue_order
from cin_pipeline.reference.figure_keys import TOTAL

MOVED_COLUMNS = ("measure", "breakdown", "category", "before", "after")


def moved_figures(before: DataFrame, after: DataFrame) -> DataFrame:
    """Every cell whose value differs between two tables of measures of one LA and year (columns as MEASURE_COLUMNS).

    Columns MOVED_COLUMNS, whole numbers; missing where the figure was not available. A category that is not listed
    counts 0, unless its breakdown was not available. In the order of the catalogue, each measure's total first."""
    keys = ["measure", "breakdown", "category"]
    sides = [table.set_index(keys)["value"] for table in (before, after)]
    both = sides[0].rename("before").to_frame().join(sides[1].rename("after"), how="outer", validate="one_to_one")
    cells = both.reset_index()
    for name, table in (("before", before), ("after", after)):
        lacking = table.loc[table["value"].isna(), ["measure", "breakdown"]].assign(lacking=True)
        found = cells.merge(lacking, on=["measure", "breakdown"], how="left")["lacking"].notna().to_numpy()
        cells[name] = cells[name].astype("Int64").fillna(0).mask(found)
    cells = cells[cells["category"] != ""]  # the one row of a breakdown that is not available: its cells say so
    same = (cells["before"] == cells["after"]).fillna(False) | (cells["before"].isna() & cells["after"].isna())
    return in_catalogue_order(cells[~same].assign(_one=0), "_one")[list(MOVED_COLUMNS)]


def totals_first(moved: DataFrame, most: int) -> DataFrame:
    """At most so many of the figures that moved: the totals, then cells of breakdowns."""
    whole = moved["breakdown"] == TOTAL
    return moved.loc[[*moved.index[whole], *moved.index[~whole]]].head(most)
