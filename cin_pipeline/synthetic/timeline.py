"""The children and cases of one local authority (LA) over the years that two consecutive returns can tell of.

Both returns are cut from one timeline, so that children, open cases and plans go on from one to the other, and a
child's next referral can be found in the second when its last one is in the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.cases import IN_NEED, NFA, NOT_IN_NEED, Booleans, Cases, Spans, draw_cases
from cin_pipeline.synthetic.days import (
    HORIZON,
    MONTH_OF_YEAR,
    NONE,
    WEEKDAY,
    YEAR,
    Days,
    day,
    on_or_after,
    on_or_before,
)

Codes = NDArray[np.int64]  # positions in a list of codes

COMPLEX_NEEDS = d.DISABILITY_SETS  # after the sets that are drawn
FEWEST = 3  # children first referred in each year, however small the LA: invented, so that no return is empty

# How far back children are drawn, in years; invented. Those of the two returns and three before: every referral, for
# what is open or re-referred then. Before these: cases that last two years or more only, up to nearly the longest.
_RECENT_YEARS = 5
_EARLIER_YEARS = 16
_CLEAR_DAYS = 7  # between these, so that no case of before begins in the recent years, whatever working day it moves to
_RETURNS = (-3, -2)  # of the bounds of the recent years, where those of the two returns begin
_LONG_YEARS = 2  # a first case of as many years is a long one: the child is disabled more often
_SHORTEST_REVIEW_GAP = 140  # days: fewer than any below on a working day, to know how many reviews there can be
_KINDS = (d.NO_FURTHER_ACTION, d.NOT_IN_NEED, 1 - d.NO_FURTHER_ACTION - d.NOT_IN_NEED)

# Days from a review to the next, and from the start of a plan to the first: from the first number up to below the
# second, in time and late. The law asks for 3 months, then 6 (at least 89 and 181 days). Invented: those in time stay
# within it also where the working day before is taken, late ones are beyond it also then.
_REVIEWED, _REVIEWED_LATE = (150, 173), (190, 225)
_FIRST_REVIEWED, _FIRST_REVIEWED_LATE = (65, 85), (98, 120)


@dataclass(frozen=True)
class Children:
    """Who the children are. What a return shows of it depends on its reference date."""

    birth: Days
    expected: Days  # expected date of birth, kept by those first referred before birth, else NONE
    death: Days  # NONE unless the child died
    gender: Codes  # 0 male, 1 female, 2 indeterminate
    ethnicity: Codes
    disabilities: Codes  # position in the sets of disabilities, COMPLEX_NEEDS or NONE
    upn_from: Days  # day from which the child has a UPN, HORIZON if it never has
    former_upn: Booleans
    upn_unknown: Codes
    upn_excuse: NDArray[np.float64]  # a share, which decides on reasons of the moment for having no UPN


@dataclass(frozen=True)
class Timeline:
    """Cases in the order of their children and referral dates, with what is recorded about each."""

    children: Children
    cases: Cases
    child: NDArray[np.int64]  # of each case
    closure_recorded: Booleans
    source: NDArray[np.float64]  # a share, from which the code is taken among those of its time
    need: Codes
    reason: Codes
    early_help: Booleans  # whether a case closed after assessment went on to early help
    factors: Codes  # of each assessment: position in the sets of factors, NONE where none was found
    reviewed_internally: Booleans  # of each assessment
    plans: "Plans"  # of each protection plan
    details: "Details | None" = None


@dataclass(frozen=True)
class Details:
    """What a calibrated timeline says itself, where others take what the year's codes have.

    Its reasons are positions among all reasons (below NONE: none is given), its disabilities and factors are positions
    in sets of its own, and categories of plans may change before a review."""

    source: Codes  # position of the code of each case
    disability_sets: Sequence[NDArray[np.int64]]
    factor_sets: Sequence[NDArray[np.int64]] | None  # None: those of the year's codes


@dataclass(frozen=True)
class Plans:
    """What is recorded about each protection plan, beside its dates."""

    initial_category: Codes
    latest_category: Codes
    previous: NDArray[np.int64]
    review_plan: NDArray[np.int64]  # the plan of each review
    review: Days
    last_return: NDArray[np.int64]  # the last year whose return has it; later ones have lost it


def simulate(rng: np.random.Generator, year: int, share: float) -> Timeline:
    """The timeline of an LA for the returns of `year` and the year before. `share` is its part of England: 1 is all."""
    children, cases, child, complex_needs = _referred(rng, year, share)
    in_order = np.lexsort((cases.referral, child))
    cases, child = ordered(cases, in_order), child[in_order]
    birth, expected, first_long = children
    known = describe_children(rng, birth, expected, first_long, complex_needs)
    reason, death = endings(rng, cases, child, known)
    count = len(child)
    assessments = len(cases.assessments.case)
    not_in_need = cases.kind[cases.assessments.case] == NOT_IN_NEED
    no_factors = not_in_need & (rng.random(assessments) < d.NO_FACTORS)
    return Timeline(
        children=replace(known, death=death),
        cases=cases,
        child=child,
        closure_recorded=(cases.kind != NFA) | (rng.random(count) < d.NFA_WITH_CLOSURE),
        source=rng.random(count),
        need=d.weighted(rng, tuple(d.NEEDS.values()), count),
        reason=reason,
        early_help=rng.random(count) < d.EARLY_HELP,
        factors=np.where(no_factors, NONE, rng.integers(0, d.FACTOR_SETS, assessments)),
        reviewed_internally=rng.random(assessments) < d.INTERNAL_REVIEW,
        plans=_plans(rng, cases, child, birth),
    )


def _referred(
    rng: np.random.Generator, year: int, share: float
) -> tuple[tuple[Days, Days, Booleans], Cases, NDArray[np.int64], NDArray[np.int64]]:
    """Births, expected births and whether the first case is long; cases; the child of each; the children with complex
    needs, one first referred in each year of a return."""
    first = _first_referrals(rng, year, share)
    earlier = _earlier_referrals(rng, year, share)
    referral = np.concatenate([*first, earlier])
    recent = len(referral) - len(earlier)
    starts = np.cumsum([0, *(len(days) for days in first)])
    complex_needs = starts[list(_RETURNS)]  # the first child of each of the two years
    long = np.arange(len(referral)) >= recent
    kind = np.where(long, IN_NEED, d.weighted(rng, _KINDS, len(referral)))
    cases = draw_cases(rng, referral, kind, long)
    born = np.isin(np.arange(len(referral)), complex_needs)
    birth, expected = _births(rng, cases, must_be_born=born)

    generations, child, children = [cases], [np.arange(len(referral))], np.arange(len(referral))
    until = day(CollectionYear(year).end)
    while len(children):
        again, referral = _referred_again(rng, generations[-1], birth[children], until)
        children = children[again]
        kind = d.weighted(rng, _KINDS, len(referral))
        cases = draw_cases(rng, referral, kind, np.zeros(len(referral), dtype=bool))
        generations.append(cases)
        child.append(children)
    first_long = generations[0].closure - generations[0].referral >= _LONG_YEARS * YEAR
    return (birth, expected, first_long), Cases.joined(generations), np.concatenate(child), complex_needs


def _first_referrals(rng: np.random.Generator, year: int, share: float) -> list[Days]:
    """The first referrals of children in each recent year."""
    expected = d.FIRST_REFERRALS * share
    days = []
    for ending in range(year - _RECENT_YEARS + 1, year + 1):
        # Not Poisson: the size of an LA shall not be left to chance, nor a small one be empty.
        count = max(int(expected + rng.random()), FEWEST)
        days.append(_days_of_year(rng, CollectionYear(ending), count))
    return days


def _days_of_year(rng: np.random.Generator, year: CollectionYear, count: int) -> Days:
    every = np.arange(day(year.start), day(year.end) + 1)
    weights = np.array(d.MONTHS)[MONTH_OF_YEAR[every]] * np.array(d.WEEKDAYS)[WEEKDAY[every]]
    return every[d.weighted(rng, weights.tolist(), count)]


def _earlier_referrals(rng: np.random.Generator, year: int, share: float) -> Days:
    """Referrals of the long cases from before the recent years."""
    until = day(CollectionYear(year - _RECENT_YEARS).end)
    expected = d.REFERRALS * share * _KINDS[IN_NEED] * d.EPISODE_TAIL * _EARLIER_YEARS
    count = int(expected + rng.random())
    return on_or_after(until - (rng.random(count) * _EARLIER_YEARS * YEAR).astype(np.int64) - _CLEAR_DAYS)


def _births(rng: np.random.Generator, cases: Cases, must_be_born: Booleans) -> tuple[Days, Days]:
    """Birth, and expected birth where the referral came before it, such that the case ends in childhood.

    Some cases of care leavers go on for longer."""
    count = len(cases.referral)
    open_days = cases.closure - cases.referral
    age = d.AGES_YEARS.draw(rng, count) * YEAR
    leaves_care = (open_days > d.CARE_LEAVERS_OPEN_YEARS * YEAR) & (rng.random(count) < d.CARE_LEAVERS)
    oldest = np.where(leaves_care, d.OLDEST_CARE_LEAVER_YEARS, d.OLDEST_YEARS) * YEAR - open_days
    age = np.where(age > oldest, np.sqrt(rng.random(count)) * np.maximum(oldest, 0), age).astype(np.int64)
    unborn = (rng.random(count) < d.UNBORN) & (cases.kind != NFA) & ~must_be_born
    to_birth = rng.integers(*d.TO_BIRTH_DAYS, count)
    early_or_late = rng.integers(-d.BIRTH_OFF_DUE_DAYS, d.BIRTH_OFF_DUE_DAYS + 1, count)
    birth = np.where(unborn, cases.referral + to_birth, cases.referral - age)
    expected = np.where(unborn, cases.referral + np.minimum(to_birth + early_or_late, d.TO_BIRTH_DAYS[1]), NONE)
    return birth, expected


def _referred_again(rng: np.random.Generator, cases: Cases, birth: Days, until: int) -> tuple[NDArray[np.int64], Days]:
    """Which cases are followed by another referral of the child up to `until`, and when."""
    count = len(cases.referral)
    gap = d.DAYS_TO_NEXT_REFERRAL.draw(rng, count).astype(np.int64)
    referral = on_or_after(cases.closure + gap)
    again = (
        (rng.random(count) < d.REFERRED_AGAIN)
        & (referral <= until)
        & (referral >= until - _RECENT_YEARS * YEAR)
        & (referral - birth < d.OLDEST_RE_REFERRED_YEARS * YEAR)
    )
    return np.flatnonzero(again), referral[again]


def ordered(cases: Cases, order: NDArray[np.int64]) -> Cases:
    """The cases in another order, and their spans in the order of cases and starts."""
    columns: dict[str, object] = {}
    for field in fields(Cases):
        value = getattr(cases, field.name)
        if isinstance(value, Spans):
            case, by_case = span_order(value, order)
            columns[field.name] = Spans(case[by_case], value.start[by_case], value.end[by_case])
        else:
            columns[field.name] = value[order]
    return Cases(**columns)  # type: ignore[arg-type]


def span_order(spans: Spans, order: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The new case of each span when cases are put in another order, and the order that spans then have."""
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    case = place[spans.case]
    return case, np.lexsort((spans.start, case))


def describe_children(
    rng: np.random.Generator,
    birth: Days,
    expected: Days,
    first_long: Booleans,
    complex_needs: NDArray[np.int64],
) -> Children:
    """Who the children are, by birth, expected birth and whether their first case is long."""
    count = len(birth)
    disabled = rng.random(count) < np.where(first_long, d.DISABLED_OPEN_TWO_YEARS, d.DISABLED)
    disabilities = np.where(disabled, rng.integers(0, d.DISABILITY_SETS, count), NONE)
    disabilities[complex_needs] = COMPLEX_NEEDS
    gender = d.weighted(rng, (d.BOYS, 1 - d.BOYS - d.INDETERMINATE, d.INDETERMINATE), count)
    never = rng.random(count) >= d.UPN_AT_SCHOOL
    upn_from = birth + (d.UPN_FROM_YEARS.draw(rng, count) * YEAR).astype(np.int64)
    return Children(
        birth=birth,
        expected=expected,
        death=np.full(count, NONE),
        gender=gender,
        ethnicity=d.weighted(rng, tuple(d.ETHNICITIES.values()), count),
        disabilities=disabilities,
        upn_from=np.where(never, HORIZON, upn_from),
        former_upn=rng.random(count) < d.FORMER_UPN,
        upn_unknown=d.weighted(rng, tuple(d.UPN_UNKNOWN.values()), count),
        upn_excuse=rng.random(count),
    )


def endings(rng: np.random.Generator, cases: Cases, child: NDArray[np.int64], children: Children) -> tuple[Codes, Days]:
    """Reason for each closure (position in the list of reasons; -1 for the death of the child), and deaths.

    Only the last case of a child ends with its death."""
    count = len(child)
    names = list(d.CLOSURE_REASONS)
    reason = d.weighted(rng, tuple(d.CLOSURE_REASONS.values()), count)
    age_at_closure = (cases.closure - children.birth[child]) / YEAR
    other = names.index("RC7")
    grown_up = (age_at_closure >= d.TO_ADULT_SERVICES_YEARS) & (rng.random(count) < d.TO_ADULT_SERVICES)
    adopted = reason == names.index("RC1")
    reason = np.where(grown_up, names.index("RC6"), reason)
    youngest, oldest = d.ADOPTED_YEARS
    reason = np.where(adopted & ((age_at_closure > oldest) | (age_at_closure < youngest)), other, reason)
    reason = np.where(cases.kind == NFA, other, reason)
    last = np.append(child[1:] != child[:-1], True) if count else np.empty(0, dtype=bool)
    dies = last & (cases.kind == IN_NEED) & (age_at_closure >= 0) & (rng.random(count) < d.DEATHS)
    death = children.death.copy()
    death[child[dies]] = cases.closure[dies]
    return np.where(dies, -1, reason), death


def _plans(rng: np.random.Generator, cases: Cases, child: NDArray[np.int64], birth: Days) -> Plans:
    plans = cases.plans
    count = len(plans.case)
    categories = tuple(d.CATEGORIES.values())
    initial = d.weighted(rng, categories, count)
    changes = rng.random(count) < d.CATEGORY_CHANGES
    latest = np.where(changes, d.weighted(rng, categories, count), initial)
    # Plans are in the order of children and dates: count on from the child's first.
    of = child[plans.case]
    new_child = np.append(True, of[1:] != of[:-1]) if count else np.empty(0, dtype=bool)
    first = np.flatnonzero(new_child)
    rank = np.arange(count) - np.repeat(first, np.diff(np.append(first, count)))
    earlier = (rng.random(count) < d.PREVIOUS_PLANS) & (plans.start - birth[of] > YEAR)
    before = np.where(earlier, 1 + (rng.random(count) < d.SECOND_PREVIOUS_PLAN), 0)
    before = np.repeat(before[first], np.diff(np.append(first, count)))
    end = np.minimum(plans.end, HORIZON)
    most = int((end - plans.start).max(initial=0)) // _SHORTEST_REVIEW_GAP + 2
    late = rng.random((count, most)) < d.LATE_REVIEW
    review_plan, review = review_dates(rng, plans.start, end, late)
    return Plans(initial, latest, before + rank, review_plan, review, np.full(count, HORIZON))


def review_dates(
    rng: np.random.Generator, start: Days, end: Days, late: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], Days]:
    """Review conferences: the first within 3 months of the start of the plan, then every 6, save the `late` ones.

    `late` has a row for each plan and a column for each of as many reviews as there can be."""
    size = late.shape
    gaps = np.where(late, rng.integers(*_REVIEWED_LATE, size), rng.integers(*_REVIEWED, size))
    first_late, first_in_time = (
        rng.integers(*_FIRST_REVIEWED_LATE, len(start)),
        rng.integers(*_FIRST_REVIEWED, len(start)),
    )
    gaps[:, 0] = np.where(late[:, 0], first_late, first_in_time)
    review = on_or_before(start[:, None] + np.cumsum(gaps, axis=1))
    plan, turn = np.nonzero(review < end[:, None])
    return plan, review[plan, turn]
