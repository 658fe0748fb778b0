"""Published figures that cannot be reached under docs/definitions.md, each for a reason (docs/backtests.md)."""

from pandas import DataFrame, Series

from cin_pipeline.synthetic import left_off

# Collection year, figure and unit.
KNOWN_FOR_ENGLAND = frozenset(
    {
        # Published without the referrals that are neither an episode, nor NFA, nor not in need.
        (2016, "cin_episodes_starting", "count"),
        (2017, "cin_episodes_starting", "count"),
        # The LAs' figures and the identity come to 158,065; published is 158,060.
        (2016, "referrals_assessed_not_in_need", "count"),
        # Not published of South Tyneside, nor of Leicester: England's figure holds the Department's estimate.
        (2016, "re_referrals", "count"),
        (2016, "cpp_open_3_months_at_31_march", "count"),
        (2016, "cpp_reviewed_in_time_at_31_march", "count"),
        (2016, "cpp_reviewed_in_time_at_31_march", "percent"),
        # Missed by a few in Rutland, and in Wakefield by 169 children re-referred.
        (2016, "cin_children_starting", "count"),
        (2016, "cin_children_ending", "count"),
        (2016, "children_referred", "count"),
        (2016, "children_re_referred", "count"),
        # First published: the LAs' figures, as revised, come to 606,912 assessments, and to 50.7% of abuse or neglect.
        (2017, "assessments_completed", "count"),
        (2016, "cin_episodes_at_31_march primary_need N1", "percent"),
        # Conferences published without a wait are left off: here they have the most frequent.
        (2016, "icpcs wait 11-15", "count"),
        (2016, "icpcs wait 0-10+11-15", "percent"),
        (2017, "icpcs wait 0-10", "count"),
        (2017, "icpcs wait 11-15", "count"),
        (2017, "icpcs wait 0-10+11-15", "percent"),
        # Two rare factors, first published: drawn as whole sets of factors, so that they come within a few percent.
        (2017, "factor_episodes factor 22A", "count"),
        (2017, "factor_episodes factor 23A", "count"),
    }
)


def known_for_las(las: DataFrame) -> "Series[bool]":
    """Which rows of a comparison are of figures left off."""
    years = las["collection_year"].unique().tolist()
    left = {
        (each.year, each.la_code, *each.key[:2], "+".join(each.key.categories)) for y in years for each in left_off(y)
    }
    keys = zip(*(las[name] for name in ("collection_year", "la_code", "measure", "breakdown", "category")), strict=True)
    return Series([key in left for key in keys], index=las.index)


# The three smallest LAs have so few cases that a count may find no dates to come out with. Of the others of a year, one
# figure in so many may be missed by a few.
SMALLEST = ("201", "420", "857")
ONE_IN = 1_000


def not_reached(las: DataFrame, off: DataFrame) -> int:
    """How many more of the figures that differ (`off`, without those left off) than are known to."""
    allowed = len(las[~las["la_code"].isin(SMALLEST)]) // ONE_IN
    return max(int((~off["la_code"].isin(SMALLEST)).sum()) - allowed, 0)
