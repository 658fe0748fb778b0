"""The children and cases of one local authority (LA), so many of each kind and duration as its plan says.

The steps, in the order in which they draw (docs/synthetic.md says what each may rely on):

1. `sequences`: which referrals follow each other in the histories of both years, and how long each case lasts;
2. the cases carried into the first year, and the dates of its cases that stay open (`placing`);
3. `carrying_over`: what becomes of these, and of the ones open for longer, in the last year;
4. the dates of the last year; before them, whom of the first year its re-referrals follow (`re_referring`);
5. the dates of the rest of the first year, late enough for those re-referrals;
6. cases that are in one return only.
"""

from typing import Final

import numpy as np

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated.carrying_over import DROPPED_SINCE, FOLLOWED_BY, carry_in_last, draw_fates
from cin_pipeline.synthetic.calibrated.case_table import CaseTable, Drawing, Numbers
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.flows import Flows
from cin_pipeline.synthetic.calibrated.placing import place
from cin_pipeline.synthetic.calibrated.re_referring import (
    FIRST_BY,
    RE_REFERRED,
    add_year_before,
    choose_re_referred,
    link,
)
from cin_pipeline.synthetic.calibrated.sequences import (
    KEPT,
    LONGEST_NOT_IN_NEED,
    Histories,
    draw_sequences,
    set_lengths,
)
from cin_pipeline.synthetic.calibrated.windows import (
    BAND_DAYS,
    BANDS,
    LONGER,
    TO_1_YEAR,
    TO_2_YEARS,
    draw_days,
    draw_lengths,
    year_days,
)
from cin_pipeline.synthetic.cases import IN_NEED, NOT_IN_NEED
from cin_pipeline.synthetic.days import HORIZON, NONE, YEAR, Days

FIRST, LAST = YEARS

_LONGEST_BEYOND_YEARS: Final = 14.0  # an episode of two years and more lasts so much longer at most; invented
_OPEN_1_YEAR: Final = 365  # days before the year since when an episode open for 1 to 2 years at its end is open
_SHORTEST_DROPPED: Final = 20  # days from the referral to the closure as not in need a year later; invented


def draw_histories(rng: np.random.Generator, flows: Flows, *, year_before: bool) -> CaseTable:
    """The cases of an LA. `year_before` says whether children have the referrals of 2014-15 that 2015-16 counts on.

    Raises ValueError where there is no room for what is planned: where a constant has been changed too far."""
    of = Drawing(rng, flows, CaseTable())
    first, last = (draw_sequences(rng, flows, year) for year in YEARS)
    for year, histories in zip(YEARS, (first, last), strict=True):
        set_lengths(rng, histories, flows, year)

    across = choose_re_referred(of, first, FIRST)
    if year_before:
        # Those re-referred from 2014-15 had a short case in it.
        first.first_by[across] = year_days(FIRST).start + FIRST_BY
    _carry_in_first(of, first)
    _add_new_children(of, first)
    kept = first.kept
    place(of, first, FIRST, kept)
    old = _long_open(of)
    fates = draw_fates(of, first.last(first.case)[kept], old)

    carry_in_last(of, last, fates)
    across_last = choose_re_referred(of, last, LAST)
    before = link(of, first, last, across_last, fates)
    linked = np.flatnonzero(before != NONE)
    _add_children(of, last, linked, of.cases.child[first.case[before[linked], 0]])
    place(of, last, LAST, np.ones(len(last.kind), dtype=bool))
    first.last_from[before[linked]] = of.cases.referral[last.case[linked, 0]] - RE_REFERRED
    place(of, first, FIRST, ~kept)
    _dropped_first(of)
    _late(of)
    if year_before:
        add_year_before(of, first, across)
    return of.cases


def _carry_in_first(of: Drawing, first: Histories) -> None:
    """The episodes of before the first year that ended in it."""
    flows, rng, cases, year = of.flows, of.rng, of.cases, year_days(FIRST)
    counts = flows.bands("ended_old", FIRST, len(BANDS))
    # A child who is in need again had an episode of a year or more, so that it is no re-referral.
    band = np.repeat(BANDS, counts)[::-1]
    returning = np.flatnonzero(first.returning)
    case = cases.add(np.full(len(band), IN_NEED))
    taken = rng.permutation(np.arange(counts[TO_2_YEARS] + counts[LONGER]))[: len(returning)]
    first.carried[returning] = case[taken]
    closes_by = np.full(len(case), year.end)
    closes_by[taken] = year.start + FOLLOWED_BY
    days = draw_lengths(rng, np.minimum(band, TO_1_YEAR))
    shortest, longest = BAND_DAYS[TO_2_YEARS]
    days = np.where(band == TO_2_YEARS, rng.integers(shortest, longest + 1, len(band)), days)
    days = np.where(band == LONGER, _long_days(rng, len(band)), days)
    closure = draw_days(rng, year.start, np.minimum(closes_by, year.start + days - 1))
    cases.closure[case], cases.referral[case] = closure, closure - days


def _long_days(rng: np.random.Generator, count: int) -> Days:
    """Days of episodes of two years and more."""
    more = np.minimum(rng.exponential(d.EPISODE_TAIL_YEARS, count), _LONGEST_BEYOND_YEARS) * YEAR
    return (BAND_DAYS[LONGER][0] + more).astype(np.int64)


def _long_open(of: Drawing) -> Numbers:
    """Episodes kept through the first year: those open for 1 to 2 years at its end, then longer ones."""
    flows, rng, cases, year = of.flows, of.rng, of.cases, year_days(FIRST)
    case = cases.add(np.full(flows("kept_old", FIRST), IN_NEED))
    one_year = flows("kept_1_year", FIRST)
    recent, older = case[:one_year], case[one_year:]
    cases.referral[recent] = draw_days(rng, np.full(one_year, year.start - _OPEN_1_YEAR), year.start - 1)
    cases.referral[older] = year.end - _long_days(rng, len(older))
    cases.closure[case] = HORIZON
    return case


def _add_new_children(of: Drawing, histories: Histories) -> None:
    none = np.empty(0, dtype=np.int64)
    _add_children(of, histories, none, none)


def _add_children(of: Drawing, histories: Histories, linked: Numbers, children: Numbers) -> None:
    """Adds the cases of histories: `linked` ones of `children`, others of the child carried in, or of new ones."""
    cases = of.cases
    child = np.full(len(histories.kind), NONE)
    carried = histories.carried != NONE
    child[carried] = cases.child[histories.carried[carried]]
    child[linked] = children
    new = child == NONE
    child[new] = cases.new_children(int(new.sum()))
    there = histories.kind != NONE
    kind = np.where(histories.kind[there] == KEPT, IN_NEED, histories.kind[there])
    histories.case = np.full(histories.kind.shape, NONE)
    histories.case[there] = cases.add(kind, np.repeat(child, histories.number))


def _dropped_first(of: Drawing) -> None:
    """Cases that closed in the first year as not in need and were referred before it."""
    rng, cases, year = of.rng, of.cases, year_days(FIRST)
    case = cases.add(np.full(of.flows("dropped", FIRST), NOT_IN_NEED))
    referral = draw_days(rng, np.full(len(case), year.start - DROPPED_SINCE), year.start - 1)
    cases.referral[case] = referral
    earliest = np.maximum(year.start, referral + _SHORTEST_DROPPED)
    cases.closure[case] = draw_days(rng, earliest, referral + LONGEST_NOT_IN_NEED)


def _late(of: Drawing) -> None:
    """Episodes of the first year that were entered only when its return had been sent, still open a year later."""
    cases, year = of.cases, year_days(FIRST)
    case = cases.add(np.full(of.flows("late", LAST), IN_NEED), recorded=LAST)
    cases.referral[case] = draw_days(of.rng, np.full(len(case), year.start), year.end)
    cases.closure[case] = HORIZON
