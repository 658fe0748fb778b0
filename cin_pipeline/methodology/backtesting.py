"""Figures held against others: against those published, and estimates against what they stand for."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.measures import KNOWN, in_catalogue_order
from cin_pipeline.reference.authorities import ENGLAND
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.reference.published import SUPPRESSED, EnglandFigure, published_england_figures, published_la_figures

LA_COMPARISON_COLUMNS = (
    "collection_year",
    "la_code",
    "measure",
    "breakdown",
    "category",
    "published",
    "ours",
    "difference",
    "outcome",
)
ENGLAND_COMPARISON_COLUMNS = (
    "collection_year",
    "figure",
    "unit",
    "series",
    "published",
    "ours",
    "difference",
    "outcome",
)
EQUAL, DIFFERENT, NOT_PUBLISHED, NOT_COUNTED = "equal", "different", "not published", "not counted"
SUPPRESSED_SMALL, SUPPRESSED_LARGE = "suppressed, ours 1 to 5", "suppressed, ours not 1 to 5"

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


def las_against_published(measures: DataFrame) -> DataFrame:
    """Every count published for the LAs and years in `measures`, beside ours; columns LA_COMPARISON_COLUMNS.

    `measures`: columns as MEASURE_COLUMNS. `category`: several that are published as one are joined by `+`. `published`
    is a number, or the symbol in its place; `ours` is empty where the measure is not available; `outcome` is one of the
    constants of this module."""
    keys = ["collection_year", "la_code", "measure", "breakdown", "category"]
    pairs = measures[["collection_year", "la_code"]].drop_duplicates().itertuples(index=False)
    published = DataFrame(
        [
            (year, la_code, key.measure, key.breakdown, key.categories, value)
            for year, la_code in pairs
            for key, value in published_la_figures(year).get(la_code, {}).items()
        ],
        columns=[*keys, "published"],
    )
    known = measures[measures["status"] == KNOWN]
    gives = known[["collection_year", "la_code", "measure"]].drop_duplicates().assign(given=True)
    parts = published[keys].assign(cell=published.index).explode("category")
    counts = parts.merge(known[[*keys, "value"]], on=keys, how="left").groupby("cell")["value"].sum(min_count=1)
    table = published.assign(category=published["category"].map("+".join)).merge(gives, on=keys[:3], how="left")
    # A category that does not occur has no row: it is 0 where the LA gave the measure.
    value = counts.reindex(table.index)
    ours = value.astype("Float64").mask(value.isna() & table["given"].notna(), 0.0)
    number = pd.to_numeric(table["published"], errors="coerce")
    table = table.assign(ours=ours, difference=ours - number)
    suppressed = table["published"] == SUPPRESSED
    outcome = [
        number.isna() & ~suppressed,
        ours.isna(),
        suppressed & ours.between(1, 5),
        suppressed,
        table["difference"] == 0,
    ]
    names = [NOT_PUBLISHED, NOT_COUNTED, SUPPRESSED_SMALL, SUPPRESSED_LARGE, EQUAL]
    conditions = [each.fillna(False).to_numpy(dtype=bool) for each in outcome]
    return table.assign(outcome=np.select(conditions, names, DIFFERENT))[list(LA_COMPARISON_COLUMNS)]


def england_against_published(estimates: DataFrame) -> DataFrame:
    """Every figure found published for England beside ours, rounded alike; columns ENGLAND_COMPARISON_COLUMNS.

    `estimates`: columns as ESTIMATE_COLUMNS, one collection year or several. `ours` is empty where England has no such
    figure (`not counted`)."""
    england = estimates[estimates["geography_code"] == ENGLAND]
    rows = []
    for year, of_year in england.groupby("collection_year"):
        values = of_year.set_index(["measure", "breakdown", "category"])["value"].sort_index()
        for figure in published_england_figures(int(year)):
            ours = _of_england(figure, values)
            difference = None if ours is None else ours - figure.value
            outcome = NOT_COUNTED if ours is None else DIFFERENT if difference else EQUAL
            rows.append((year, figure.named, figure.unit, figure.series, figure.value, ours, difference, outcome))
    return DataFrame(rows, columns=list(ENGLAND_COMPARISON_COLUMNS))


def _of_england(figure: EnglandFigure, values: "pd.Series[float]") -> Decimal | None:
    """A figure as it was published, from ours; None where there is no figure of England, or nothing it is of."""
    whole = values.get((figure.of, TOTAL, TOTAL), 0.0)
    needs_whole = figure.unit in ("percent", "median")
    measure, breakdown, categories = figure.key
    known = (measure, breakdown) in values.index and not np.isnan(values[measure, TOTAL, TOTAL])
    if not known or (needs_whole and not whole > 0):
        return None
    if figure.unit == "median":
        of_each = values.loc[(measure, breakdown)]
        days = of_each.index.astype(int)
        order = np.argsort(days)
        reached = np.cumsum(of_each.to_numpy()[order])
        return Decimal(int(days[order][np.searchsorted(reached, reached[-1] / 2)]))
    value = sum(values.get((measure, breakdown, category), 0.0) for category in categories)
    if figure.unit == "count":
        return _rounded(value, "1E1")
    if figure.unit == "percent":
        return _rounded(100 * value / whole, "0.1")
    return _rounded(value / (figure.population or 1) * 10_000, "0.1")


def _rounded(value: float, to: str) -> Decimal:
    """Half up, as the release rounds [A49]."""
    exact = Decimal(repr(float(value)))
    if to == "1E1":
        return (exact / 10).quantize(Decimal(1), ROUND_HALF_UP) * 10
    return exact.quantize(Decimal(to), ROUND_HALF_UP)
