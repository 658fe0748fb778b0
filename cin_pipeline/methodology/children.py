"""Who is one child, and the characteristics it is counted under [A9, A51-A57]."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame, Series

from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.calendar import days_of

UNKNOWN = "unknown"
AGE_BANDS = ("unborn", "under_1", "1-4", "5-9", "10-15", "16+", UNKNOWN)
NO_DISABILITY = "NONE"


def one_child(children: DataFrame) -> "Series[int]":
    """One child for each LAchildID of a return; a Child without LAchildID is a child of its own [A9].

    By Child record, the record number of the first with the same LAchildID, which stands for the child."""
    numbers = children.index.to_series()
    first = numbers.groupby(children["la_child_id"], dropna=True).transform("min")
    return first.where(children["la_child_id"].notna(), numbers).astype("int64").rename("child")


def with_unknown(codes: "Series[str]") -> pd.Categorical:
    """The codes sent; unknown, the last category, for missing ones and those not valid in the year."""
    categorical = codes.astype("category").cat
    categories = [*categorical.categories, UNKNOWN]
    found = categorical.codes.to_numpy()
    return pd.Categorical.from_codes(np.where(found < 0, len(categories) - 1, found), categories=categories)


def age_bands(children: DataFrame, year: CollectionYear) -> pd.Categorical:
    """Completed years of age at 31 March, in bands; no upper limit; unborn with a birth date after 31 March, or none
    and an expected birth date [A51-A54]."""
    birth = days_of(children["birth_date"])
    age = year.ending - birth.astype("datetime64[Y]").astype(np.int64) - 1970
    born_later_in_year = _month_and_day(birth) > 331  # birthday after 31 March: not yet that old
    age = age - born_later_in_year
    band = 1 + np.searchsorted([0, 4, 9, 15], age, side="left")
    unborn = (birth > year.end) | (np.isnat(birth) & children["expected_birth_date"].notna().to_numpy())
    band = np.where(np.isnat(birth), AGE_BANDS.index(UNKNOWN), band)
    return pd.Categorical.from_codes(np.where(unborn, 0, band), categories=list(AGE_BANDS))


def disabilities(tables: ReturnTables) -> DataFrame:
    """Each disability of each child once: valid codes other than NONE in the child's first record [A56].

    Columns child (number of that record) and disability."""
    held = tables.disabilities[["child_number", "disability"]].dropna().drop_duplicates()
    first = one_child(tables.children)
    is_first = first.reindex(held["child_number"]).to_numpy() == held["child_number"].to_numpy()
    return held[is_first & (held["disability"] != NO_DISABILITY).to_numpy()].rename(columns={"child_number": "child"})


def characteristics(tables: ReturnTables, year: CollectionYear) -> DataFrame:
    """Gender, ethnicity, age band and whether a disability is recorded, by child number; every record of a repeated
    child has the characteristics of the first, blank ones too [A9, A57]."""
    children = tables.children
    child = one_child(children)
    disabled = np.isin(children.index, disabilities(tables)["child"])
    own = DataFrame(
        {
            "gender": with_unknown(children["gender"]),
            "ethnicity": with_unknown(children["ethnicity"]),
            "age_band": age_bands(children, year),
            "has_disability": pd.Categorical.from_codes(disabled.astype(np.int8), categories=["no", "yes"]),
        },
        index=children.index,
    )
    return own.loc[child].set_axis(children.index).assign(child=child, la_child_id=children["la_child_id"])


def _month_and_day(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    result: NDArray[np.int64] = month * 100 + day
    return result
