"""How far the estimates for missing local authorities (LAs) are from what their returns would have given."""

from pandas import DataFrame

from cin_pipeline.methodology.measures import KNOWN, in_catalogue_order
from cin_pipeline.reference.authorities import ENGLAND

ACCURACY_COLUMNS = (
    "measure",
    "breakdown",
    "category",
    "truth",
    "estimate",
    "difference",
    "difference_percent",
    "england_truth",
    "england_difference_percent",
)


def estimate_against_truth(estimates: DataFrame, left_out: DataFrame) -> DataFrame:
    """Every estimated figure of England beside the truth, in the order of the catalogue; columns ACCURACY_COLUMNS.

    `estimates`: as `estimate_england` gives them, made without the returns left out, every other LA complete.
    `left_out`: the measures of those LAs from their own returns, columns as MEASURE_COLUMNS. `truth` and `estimate` are
    of the LAs left out together, unrounded; `difference` is estimate less truth, `difference_percent` in percent of the
    truth (empty where that is 0); `england_...` the same for England as a whole.

    A measure or breakdown that one of those LAs does not know has no truth and is no row. Raises ValueError where the
    two are not of one and the same collection year."""
    keys = ["measure", "breakdown", "category"]
    years = sorted({*estimates["collection_year"], *left_out["collection_year"]})
    if len(years) != 1:
        raise ValueError(f"estimates and measures are of the collection years {years}; one and the same was expected")
    unknown = left_out[left_out["status"] != KNOWN].set_index(["measure", "breakdown"]).index
    known, estimates = (
        rows[~rows.set_index(["measure", "breakdown"]).index.isin(unknown)] for rows in (left_out, estimates)
    )
    truth = known.astype({"value": "float64"}).groupby(keys, as_index=False)["value"].sum()
    england = estimates[estimates["geography_code"] == ENGLAND][[*keys, "known", "estimated"]]
    both = england.merge(truth, on=keys, how="outer", indicator="found_in")
    # A category that only LAs left out have is in no estimate: that is an estimate of none.
    both.loc[both["found_in"] == "right_only", ["known", "estimated"]] = 0.0
    both["value"] = both["value"].fillna(0.0)
    difference = both["estimated"] - both["value"]
    whole = both["known"] + both["value"]
    table = both[keys].assign(
        truth=both["value"],
        estimate=both["estimated"],
        difference=difference,
        difference_percent=(100 * difference / both["value"]).where(both["value"] != 0),
        england_truth=whole,
        england_difference_percent=(100 * difference / whole).where(whole != 0),
    )
    return in_catalogue_order(table.assign(place=""), "place")[list(ACCURACY_COLUMNS)]
