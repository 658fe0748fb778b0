"""How many cases and children of each kind every local authority (LA) has: first who, then how long.

An element of a column is an LA. The names say what is counted: `kept_` is open at the end of the year, `ended_` is not;
`_new` started in the year, `_old` before it; a number at the end is the band of the duration.
"""

from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated import england as e
from cin_pipeline.synthetic.calibrated.apportion import Counts, apportion
from cin_pipeline.synthetic.calibrated.columns import Columns
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.windows import LONGER, TO_2_YEARS, WITHIN_A_YEAR

FIRST, LAST = YEARS

# How much of one thing an LA can have for another, so that what is shared out over the LAs finds room in each; both
# invented. Where they are too narrow for England's total, it is not reached: `apportion` goes to the nearest it can.
_HALF: Final = 2  # of the last quarter's episodes, how many can end within three months and still in the next year
_ONE_YEAR_ENDED_TENTHS: Final = 9  # of the episodes open for 1 to 2 years at the turn, how many can end within 2

_EPISODES_OF_FURTHER: Final = 2  # a further start is a second episode of the child: both have to be short


def count_children(of: Columns, year: int) -> None:
    """Who is counted more than once in the year, and which children are re-referred."""
    get = of.get
    starting, any_point = get("starting", year), get("any_point", year)
    of.set("carried", year, any_point - starting)
    more_starts = of.set("more_starts", year, starting - get("starting_children", year))
    more_any = any_point - get("any_point_children", year)
    returning = of.set("returning", year, more_any - more_starts)
    reopened = of.set("reopened", year, more_any - (get("ending", year) - get("ending_children", year)))
    # Returning children whose new episode is kept: they are among the reopened.
    low = np.maximum(0, reopened - more_starts)
    high = np.minimum(returning, reopened)
    kept = of.set("returning_kept", year, (low + e.CHAINED * (high - low)).astype(np.int64))
    chained = of.set("reopened_here", year, reopened - kept)
    of.set("further_starts", year, more_starts - chained)

    referrals, re_referrals = get("referrals", year), get("re_referrals", year)
    more = of.set("more_referrals", year, referrals - get("children_referred", year))
    across = of.set("re_referred_across", year, re_referrals - more)
    further = re_referrals - get("children_re_referred", year)
    # Children referred several times in the year and also re-referred from the year before.
    low = np.maximum(0, chained + further - more)
    high = np.minimum(across, further)
    both = np.clip((e.MORE_THAN_TWO * further).astype(np.int64), low, high)
    of.set("across_and_again", year, both)
    of.set("several_referrals", year, more + both - further)


def count_stock(of: Columns, year: int) -> None:
    """Of the episodes at 31 March, those that started in the year, in three bands."""
    get = of.get
    at_end, carried, starting = get("at_end", year), get("carried", year), get("starting", year)
    needed = get("reopened_here", year) + get("returning", year) - get("returning_kept", year)
    needed = needed + _EPISODES_OF_FURTHER * get("further_starts", year)
    low = np.maximum(get("reopened", year), at_end - carried + get("returning", year))
    high = np.maximum(np.minimum(at_end, starting - needed), low)
    shares = np.array(e.OPEN_FOR[year]) / sum(e.OPEN_FOR[year])
    totals = np.rint(shares * at_end.sum()).astype(np.int64)
    new = of.set("kept_new", year, apportion(totals[:TO_2_YEARS].sum(), of.varied(at_end), low, high))
    left = new
    for band in WITHIN_A_YEAR[:-1]:
        counts = apportion(totals[band], new, 0, left)
        left = left - of.set(f"kept_new{band}", year, counts)
    of.set("kept_new2", year, left)
    of.set("ended_new", year, starting - new)
    of.set("kept_old", year, at_end - new)
    of.set("ended_old", year, carried - (at_end - new))


def count_fates(of: Columns) -> None:
    """What becomes in the last year of the episodes at the end of the first: kept, ended or dropped.

    Where more are carried in than there were, the rest were entered late: they are in the last return alone."""
    get = of.get
    new, old = get("kept_new", FIRST), get("kept_old", FIRST)
    difference = get("at_end", FIRST) - get("carried", LAST)
    late = of.set("late", LAST, np.maximum(0, -difference))
    dropped = of.set("dropped", LAST, np.maximum(0, difference))
    kept = get("kept_old", LAST)
    share = e.OPEN_FOR[LAST][TO_2_YEARS] / sum(e.OPEN_FOR[LAST])
    one_year = apportion(
        share * get("at_end", LAST).sum(),
        of.varied(new),
        np.maximum(np.minimum(late, kept), kept - old),
        np.minimum(kept, new + late),
    )
    of.set("kept_1_year", LAST, one_year)
    from_new = of.set("kept_from_new", LAST, one_year - late)
    from_old = of.set("kept_from_old", LAST, kept - one_year)
    low = np.maximum(0, dropped - (new - from_new))
    high = np.minimum(dropped, old - from_old)
    long = apportion(e.LONG_OF_DROPPED * dropped.sum(), dropped, low, high)
    of.set("dropped_from_old", LAST, long)
    of.set("dropped_from_new", LAST, dropped - long)
    of.set("ended_from_new", LAST, new - from_new - (dropped - long))
    of.set("ended_from_old", LAST, old - from_old - long)


def count_kept_first(of: Columns) -> None:
    """In the first year: how long the episodes kept from before it have been open."""
    old = of.get("kept_old", FIRST)
    one_year = e.OPEN_FOR[FIRST][TO_2_YEARS]
    share = one_year / (one_year + e.OPEN_FOR[FIRST][LONGER])
    of.set("kept_1_year", FIRST, apportion(share * old.sum(), of.varied(old), 0, old))


def count_ended_first(of: Columns) -> None:
    """The durations of the episodes that ended in the first year; those not in need referred before it."""
    year = FIRST
    get = of.get
    of.set("dropped", year, np.rint(e.FORMER_SHARE * get("carried", year)))
    totals = _ended_totals(of, year)
    left = old = get("ended_old", year)
    left = left - of.set("ended_old4", year, apportion(totals[LONGER], of.varied(old), 0, left))
    # A child returns after an episode of a year or more only, so that it is no re-referral from the year before.
    long = np.clip(get("returning", year) - (old - left), 0, left)
    left = left - of.set("ended_old3", year, apportion(totals[TO_2_YEARS], of.varied(old), long, left))
    _ended_within_a_year(of, year, "ended_old", left, totals)


def count_ended_last(of: Columns) -> None:
    """The same for the last year. Those open for a year at its start have ended after 1 to 2 years or later."""
    year = LAST
    get = of.get
    totals = _ended_totals(of, year)
    old, new = get("ended_from_old", year), get("ended_from_new", year)
    # Those that ended after 1 to 2 years were open for 1 to 2 years at the turn of the year.
    open_1_year = get("kept_1_year", FIRST)
    least = np.maximum(0, old - (open_1_year * _ONE_YEAR_ENDED_TENTHS) // 10)
    longest = apportion(totals[LONGER], of.varied(old), least, old)
    of.set("ended_from_old4", year, longest)
    of.set("ended_from_old3", year, old - longest)
    low = np.clip(get("returning", year) - old, 0, new)
    more = apportion(totals[TO_2_YEARS] - (old - longest).sum(), of.varied(new), low, new)
    of.set("ended_from_new3", year, more)
    _ended_within_a_year(of, year, "ended_from_new", new - more, totals)


def _ended_totals(of: Columns, year: int) -> Counts:
    shares = np.array(e.ENDED_AFTER[year]) / sum(e.ENDED_AFTER[year])
    totals: Counts = np.rint(shares * of.get("ending", year).sum()).astype(np.int64)
    return totals


def _ended_within_a_year(of: Columns, year: int, before: str, left: Counts, totals: Counts) -> None:
    """Three bands of those from before, and of those that started in the year."""
    parts = np.array(e.ENDED_STRADDLING) / sum(e.ENDED_STRADDLING)
    england = np.rint(parts * left.sum()).astype(np.int64)
    recent = of.get("kept_new0", FIRST) if year == LAST else left
    rest = left
    # Not all of the last quarter's episodes can end within three months and still in the next year.
    for band, most in ((0, np.minimum(rest, recent // _HALF)), (1, rest)):
        counts = apportion(england[band], rest, 0, np.minimum(most, rest))
        rest = rest - of.set(f"{before}{band}", year, counts)
    of.set(f"{before}2", year, rest)
    new = rest = of.get("ended_new", year)
    # Of children with more than one: short, so that all fit into the year.
    chained = of.get("reopened_here", year) + _EPISODES_OF_FURTHER * of.get("further_starts", year)
    chained = chained + of.get("returning", year) - of.get("returning_kept", year)
    for band, low in ((0, np.minimum(chained, new)), (1, 0)):
        total = totals[band] - of.get(f"{before}{band}", year).sum()
        counts = apportion(total, of.varied(new), low, rest)
        rest = rest - of.set(f"ended_new{band}", year, counts)
    of.set("ended_new2", year, rest)
