"""One local authority (LA) of the calibrated England: a timeline to cut its returns from."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated import england as e
from cin_pipeline.synthetic.calibrated.apportion import spread_shares
from cin_pipeline.synthetic.calibrated.assessing import choose_assessed, draw_assessments
from cin_pipeline.synthetic.calibrated.case_table import Drawing, Numbers
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.flows import Flows, flows
from cin_pipeline.synthetic.calibrated.histories import draw_histories
from cin_pipeline.synthetic.calibrated.protection import Protection, draw_protection
from cin_pipeline.synthetic.calibrated.windows import year_days
from cin_pipeline.synthetic.cases import NFA, NOT_IN_NEED, Cases, Spans
from cin_pipeline.synthetic.days import HORIZON, NONE, YEAR, Days, year_of
from cin_pipeline.synthetic.timeline import (
    Plans,
    Timeline,
    describe_children,
    endings,
    ordered,
    review_dates,
    span_order,
)

FIRST, LAST = YEARS

_MOST_REVIEWS: Final = 30  # of a plan, invented: one in 5 months for 12 years, longer than any plan here
_LONG_YEARS: Final = 2  # a first case of as many years is a long one: the child is disabled more often
_PERCENT: Final = 100


def calibrated_timeline(rng: np.random.Generator, la_code: str, *, year_before: bool) -> Timeline:
    """What happened in an LA, such that its returns of 2015-16 and 2016-17 give its published figures.

    `year_before` adds the referrals of 2014-15 from which the re-referrals of 2015-16 are counted."""
    plan = flows(la_code)
    drawn = draw_histories(rng, plan, year_before=year_before)
    assessed = choose_assessed(rng, plan, drawn)
    protection = draw_protection(Drawing(rng, plan, drawn), assessed.awaiting, assessed.authorised)
    none = np.empty(0, dtype=np.int64)
    cases = Cases(
        referral=drawn.referral,
        closure=drawn.closure,
        kind=drawn.kind,
        transfer_in=protection.transfer_in,
        recorded=drawn.recorded,
        assessments=Spans(*draw_assessments(rng, plan, drawn, assessed)),
        section47=Spans(*protection.enquiries),
        plans=Spans(protection.plans.case, protection.plans.start, protection.plans.end),
        cin_plans=Spans(none, none, none),
    )
    order = np.lexsort((cases.referral, drawn.child))
    child = np.unique(drawn.child[order], return_inverse=True)[1].astype(np.int64)
    return _described(rng, plan, ordered(cases, order), child, protection, span_order(cases.plans, order)[1])


def _described(
    rng: np.random.Generator,
    plan: Flows,
    cases: Cases,
    child: Numbers,
    protection: Protection,
    plan_order: Numbers,
) -> Timeline:
    """Cases in the order of children and dates, with who the children are and all the codes."""
    first = np.flatnonzero(np.append(True, child[1:] != child[:-1]))
    complex_needs = _complex_needs(cases, child)
    birth, expected = _births(rng, cases, child, complex_needs)
    long = np.minimum(cases.closure, year_days(LAST).end)[first] - cases.referral[first] >= _LONG_YEARS * YEAR
    children = describe_children(rng, birth, expected, long, complex_needs)
    children = replace(
        children, gender=spread_shares(rng, (d.BOYS, 1 - d.BOYS - d.INDETERMINATE, d.INDETERMINATE), len(birth))
    )
    reason, death = endings(rng, cases, child, children)
    count, assessments = len(child), cases.assessments.case
    return Timeline(
        children=replace(children, death=death),
        cases=cases,
        child=child,
        closure_recorded=(cases.kind != NFA) | (rng.random(count) < d.NFA_WITH_CLOSURE),
        source=_sources(rng, cases),
        need=_needs(rng, cases),
        reason=reason,
        early_help=np.zeros(count, dtype=bool),
        factors=_factors(rng, plan, cases)[assessments],
        reviewed_internally=rng.random(len(assessments)) < d.INTERNAL_REVIEW,
        plans=_plans(rng, cases, protection, plan_order),
    )


def _factors(rng: np.random.Generator, plan: Flows, cases: Cases) -> Numbers:
    """The set of factors that every assessment of a case finds, NONE where it finds nothing.

    The cases assessed in the first year, of which shares are published, have the declared sets one after another."""
    days = year_days(FIRST)
    authorised = (cases.assessments.end >= days.start) & (cases.assessments.end <= days.end)
    first = np.zeros(len(cases.kind), dtype=bool)
    first[cases.assessments.case[authorised]] = True
    not_in_need = cases.kind == NOT_IN_NEED
    closing = rng.permutation(np.flatnonzero(first & not_in_need & (cases.closure <= days.end)))
    nothing = ~first & not_in_need & (rng.random(len(first)) < d.NO_FACTORS)
    nothing[closing[: plan("nothing_found", FIRST)]] = True
    found = np.concatenate((rng.permutation(np.flatnonzero(first & ~nothing)), np.flatnonzero(~first & ~nothing)))
    factors = np.full(len(first), NONE)
    factors[found] = (plan("factor_sets_before", FIRST) + np.arange(len(found))) % d.FACTOR_SETS
    return factors


def _plans(rng: np.random.Generator, cases: Cases, protection: Protection, order: Numbers) -> Plans:
    plans = protection.plans
    late = np.zeros((len(order), _MOST_REVIEWS), dtype=bool)
    late[:, 0] = plans.late_review[order]
    review_plan, review = review_dates(rng, cases.plans.start, np.minimum(cases.plans.end, HORIZON), late)
    initial = plans.category[order]
    changes = rng.random(len(order)) < d.CATEGORY_CHANGES
    latest = np.where(changes, d.weighted(rng, tuple(d.CATEGORIES.values()), len(order)), initial)
    return Plans(initial, latest, protection.previous[order], review_plan, review, plans.last_return[order])


def _complex_needs(cases: Cases, child: Numbers) -> Numbers:
    """A child with many disabilities in each return, or the return would be queried as a whole (2887Q)."""
    found = []
    for year in YEARS:
        days = year_days(year)
        there = (cases.referral <= days.end) & (cases.closure >= days.start) & (cases.recorded <= year)
        found += child[there & (cases.kind != NFA)][:1].tolist()
    return np.unique(np.array(found, dtype=np.int64))


def _births(rng: np.random.Generator, cases: Cases, child: Numbers, must_be_born: Numbers) -> tuple[Days, Days]:
    """Birth of each child, and the expected one of those first referred before it; all cases end in childhood.

    Some who have long been known stay longer, as care leavers."""
    first = np.flatnonzero(np.append(True, child[1:] != child[:-1]))
    count = len(first)
    known_from = cases.referral[first]
    known_to = np.maximum.reduceat(np.minimum(cases.closure, year_days(LAST).end), first)
    # A referral without further action is the last thing known where it comes after a closed case.
    known_to = np.maximum(known_to, np.maximum.reduceat(cases.referral, first))
    length = known_to - known_from
    age = d.AGES_YEARS.draw(rng, count) * YEAR
    leaves_care = (length > d.CARE_LEAVERS_OPEN_YEARS * YEAR) & (rng.random(count) < d.CARE_LEAVERS)
    oldest = np.where(leaves_care, d.OLDEST_CARE_LEAVER_YEARS, d.OLDEST_YEARS) * YEAR - length
    age = np.where(age > oldest, np.sqrt(rng.random(count)) * np.maximum(oldest, 0), age).astype(np.int64)
    unborn = (rng.random(count) < d.UNBORN) & (cases.kind[first] != NFA)
    unborn[must_be_born] = False
    to_birth = rng.integers(*d.TO_BIRTH_DAYS, count)
    # A child that is referred again has been born in between.
    again = np.append(first[1:], len(child)) - first > 1
    unborn &= ~again
    early_or_late = rng.integers(-d.BIRTH_OFF_DUE_DAYS, d.BIRTH_OFF_DUE_DAYS + 1, count)
    expected = known_from + np.minimum(to_birth + early_or_late, d.TO_BIRTH_DAYS[1])
    return np.where(unborn, known_from + to_birth, known_from - age), np.where(unborn, expected, NONE)


def _sources(rng: np.random.Generator, cases: Cases) -> NDArray[np.float64]:
    """A share for each referral, spread evenly over those of each year."""
    share = np.empty(len(cases.referral))
    years = year_of(cases.referral)
    for year in np.unique(years):
        at = np.flatnonzero(years == year)
        share[at] = (rng.permutation(len(at)) + rng.random()) / len(at)
    return share


def _needs(rng: np.random.Generator, cases: Cases) -> Numbers:
    """Primary needs, such that abuse or neglect has its part of the episodes open at the end of each year."""
    need = np.empty(len(cases.referral), dtype=np.int64)
    first, last = year_days(FIRST), year_days(LAST)
    old = cases.referral <= first.end
    open_first = old & (cases.closure > first.end)
    open_last = cases.closure > last.end
    new = open_last & ~old
    # Those kept from the first year have its share, so those referred since make up the difference.
    kept = int((open_last & old).sum())
    wanted = e.ABUSE_OR_NEGLECT[LAST] * (kept + new.sum()) - e.ABUSE_OR_NEGLECT[FIRST] * kept
    share = {FIRST: e.ABUSE_OR_NEGLECT[FIRST], LAST: wanted / max(int(new.sum()), 1)}
    groups = (
        (open_first & open_last, FIRST), (open_first & ~open_last, FIRST), (old & ~open_first, FIRST),
        (new, LAST), (~old & ~open_last, LAST),
    )  # fmt: skip
    others = np.array(list(d.NEEDS.values())[1:])
    for group, year in groups:
        abuse = float(np.clip(share[year], 0, _PERCENT))
        weights = np.concatenate(([abuse], others / others.sum() * (_PERCENT - abuse)))
        need[group] = spread_shares(rng, weights, int(group.sum()))
    return need
