"""What each local authority (LA) has to come to: its published figures, with numbers in place of the suppressed ones.

A suppressed figure is taken from an identity where one gives it, otherwise chosen, between 1 and 5 unless it was
suppressed to protect another: of two suppressed durations of plans the longer is taken for the small one. England's
totals, which were rounded only, say how much all suppressed ones of a kind come to.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from cin_pipeline.reference.figure_keys import FigureKey
from cin_pipeline.reference.published import SUPPRESSED, published_la_figures
from cin_pipeline.synthetic.calibrated.apportion import apportion

YEARS: Final = (2016, 2017)  # published for every LA

# Columns of the table of figures, and where each is published.
COLUMNS: Final = {
    "any_point": FigureKey("cin_episodes_any_point"),
    "any_point_children": FigureKey("cin_children_any_point"),
    "starting": FigureKey("cin_episodes_starting"),
    "starting_children": FigureKey("cin_children_starting"),
    "ending": FigureKey("cin_episodes_ending"),
    "ending_children": FigureKey("cin_children_ending"),
    "at_end": FigureKey("cin_episodes_at_31_march"),
    "awaiting": FigureKey("cin_awaiting_assessment_at_31_march"),
    "referrals": FigureKey("referrals"),
    "re_referrals": FigureKey("re_referrals"),
    "no_further_action": FigureKey("referrals_no_further_action"),
    "not_in_need": FigureKey("referrals_assessed_not_in_need"),
    "children_referred": FigureKey("children_referred"),
    "children_re_referred": FigureKey("children_re_referred"),
    "plans_starting": FigureKey("cpp_starting"),
    "second_plans": FigureKey("cpp_starting_second_or_subsequent"),
    "plans": FigureKey("cpp_at_31_march"),
    "plans_3_months": FigureKey.one("cpp_at_31_march", "duration", "up_to_3_months"),
    "plans_6_months": FigureKey.one("cpp_at_31_march", "duration", "over_3_to_6_months"),
    "plans_1_year": FigureKey.one("cpp_at_31_march", "duration", "over_6_months_to_1_year"),
    "plans_2_years": FigureKey.one("cpp_at_31_march", "duration", "1_to_2_years"),
    "plans_longer": FigureKey.one("cpp_at_31_march", "duration", "2_years_or_more"),
}
PLAN_BANDS: Final = [name for name in COLUMNS if name.startswith("plans_") and name != "plans_starting"]

# England's totals where suppressed cells have to fill what is missing: published rounded to 10 (tables C1 and D5), and
# here within that rounding so that the durations of plans add up to all plans. Others, and suppressed cells leave 1 to
# 5.
ENGLAND: Final = {
    2016: {"re_referrals": 139_900, "plans_3_months": 15_592, "plans_1_year": 13_432, "plans_longer": 1_034},
    2017: {"plans_6_months": 12_731, "plans_1_year": 13_708, "plans_longer": 1_080},
}

# A number is suppressed where it is 1 to 5 (guidance of the 2016-17 tables). Where nothing says which, the middle is
# taken.
_LEAST, _MOST = 1, 5
_LIKELY = 3


@dataclass(frozen=True)
class LeftOff:
    """A published figure that the returns cannot come to, what they come to instead, and why."""

    year: int
    la_code: str
    key: FigureKey
    published: int
    ours: int
    reason: str


@cache
def figures(year: int) -> DataFrame:
    """The figures of every LA, a row for each code and a column for each of COLUMNS. Whole numbers, none missing."""
    return _resolved(year)[0]


@cache
def left_off(year: int) -> tuple[LeftOff, ...]:
    """The published figures that break an identity, which no returns can come to."""
    return _resolved(year)[1]


@cache
def _resolved(year: int) -> tuple[DataFrame, tuple[LeftOff, ...]]:
    published = published_la_figures(year)
    given = DataFrame.from_dict(
        {la: [cells[cell] for cell in COLUMNS.values()] for la, cells in sorted(published.items())},
        orient="index",
        columns=list(COLUMNS),
    )
    suppressed = given == SUPPRESSED
    known = given.apply(pd.to_numeric, errors="coerce")
    _resolve_referrals(known, suppressed)
    _resolve_re_referrals(known, ENGLAND[year].get("re_referrals"))
    _resolve_plans(known, suppressed, year)
    exact = known.astype("int64")
    off = _left_off(exact, year)
    for each in off:
        exact.loc[each.la_code, "starting"] = each.ours
    return exact, off


def _resolve_referrals(known: DataFrame, suppressed: DataFrame) -> None:
    """Hidden numbers of tables B1 and C1 but re-referrals, in place."""
    # A suppressed start of every episode suppresses all referrals too: the most there can be.
    for name in ("starting", "starting_children"):
        known.loc[suppressed[name], name] = _MOST
    named = ["no_further_action", "not_in_need"]
    others = known["starting"] + known[named].fillna(0).sum(axis=1)
    for name in ("referrals", "children_referred"):
        known.loc[suppressed[name], name] = others
    for name in named:
        rest = (known["referrals"] - others).clip(_LEAST, _MOST)
        known.loc[suppressed[name], name] = rest
    known.loc[suppressed["awaiting"], "awaiting"] = _LIKELY


def _resolve_re_referrals(known: DataFrame, england: int | None) -> None:
    """Every further referral of a child in the year is a re-referral, so there are as many at least."""
    further = known["referrals"] - known["children_referred"]
    hidden_children = known["children_re_referred"].isna()
    small = hidden_children & known["re_referrals"].isna()
    known.loc[small, "re_referrals"] = further.clip(_LEAST, _MOST)
    known.loc[hidden_children, "children_re_referred"] = known["re_referrals"].clip(_LEAST, _MOST)
    missing = known["re_referrals"].isna()
    if missing.any() and england is not None:
        known.loc[missing, "re_referrals"] = apportion(
            england - known["re_referrals"].sum(), known.loc[missing, "referrals"], lowest=further[missing]
        )


def _resolve_plans(known: DataFrame, suppressed: DataFrame, year: int) -> None:
    bands, which = known[PLAN_BANDS], suppressed[PLAN_BANDS]
    # Where the total is suppressed every suppressed band is as small as can be.
    totals = known["plans"].isna()
    known.loc[totals, PLAN_BANDS] = bands[totals].fillna(_LEAST)
    known.loc[totals, "plans"] = known.loc[totals, PLAN_BANDS].sum(axis=1)
    for name in ("plans_starting", "second_plans"):
        known.loc[suppressed[name], name] = _LIKELY
    of_two = ~totals & which.any(axis=1)
    rest = (known["plans"] - known[PLAN_BANDS].sum(axis=1))[of_two]
    small = "plans_longer"  # the one that was suppressed for its size, in all but a few
    neither_small = of_two & ~which[small]
    for la_code in known.index[neither_small]:
        other, longer = which.columns[which.loc[la_code]]
        known.loc[la_code, longer] = rest[la_code] // 2
        known.loc[la_code, other] = rest[la_code] - rest[la_code] // 2
    # Bands whose total in England is to come out first, then those that get what is left of England's small ones.
    others = [band for band in PLAN_BANDS if band != small]
    for name in sorted(others, key=lambda band: band not in ENGLAND[year]):
        with_small = of_two & which[name] & which[small]
        england, of = ENGLAND[year].get(name), rest[with_small]
        all_small = known[name].sum() + of.sum() - england if england else ENGLAND[year][small] - known[small].sum()
        known.loc[with_small, small] = apportion(all_small, of, _LEAST, np.minimum(_MOST, of - 1))
        known.loc[with_small, name] = of - known.loc[with_small, small]


def _left_off(exact: DataFrame, year: int) -> tuple[LeftOff, ...]:
    """Referrals that are published neither as an episode, nor as without further action, nor as not in need."""
    neither = exact["referrals"] - exact[["starting", "no_further_action", "not_in_need"]].sum(axis=1)
    return tuple(
        LeftOff(
            year,
            la_code,
            COLUMNS["starting"],
            int(exact.loc[la_code, "starting"]),
            int(exact.loc[la_code, "starting"] + count),
            f"{count} referrals are published neither as starting an episode, nor as without further action, nor as "
            "not in need; here they start one, so that only this figure differs",
        )
        for la_code, count in neither[neither != 0].items()
    )
