"""One local authority (LA) of the calibrated England: the timelines that its returns are cut from, one for each
year."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.reference.authorities import authorities
from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated.apportion import Counts, spread_shares
from cin_pipeline.synthetic.calibrated.assessing import draw_factors
from cin_pipeline.synthetic.calibrated.describing import WITHOUT, disabilities, needs, reasons, sources
from cin_pipeline.synthetic.calibrated.figures import figures
from cin_pipeline.synthetic.calibrated.plan_book import PlanBook
from cin_pipeline.synthetic.calibrated.pool import Pool
from cin_pipeline.synthetic.calibrated.year import Year, draw_year, pool_after
from cin_pipeline.synthetic.calibrated.year_before import YearBefore, year_before
from cin_pipeline.synthetic.cases import NFA, NOT_IN_NEED, Cases, Spans
from cin_pipeline.synthetic.codes import FACTOR_NAMES, REASONS
from cin_pipeline.synthetic.days import HORIZON, NONE, YEAR
from cin_pipeline.synthetic.timeline import Children, Details, Plans, Timeline, describe_children, ordered, span_order
from cin_pipeline.synthetic.upns import BEFORE

Numbers = Counts


@dataclass(frozen=True)
class _Described:
    """A year with the codes of its cases."""

    year: Year
    need: Numbers
    source: Numbers


Draws = Callable[[str], np.random.Generator]  # those of each LA


def calibrated_timelines(rng_of: Draws, la_code: str, years: Sequence[int]) -> dict[int, Timeline]:
    """What happened in an LA, by year as its return of the year tells it, so that it gives the published figures.

    `years` follow each other; those without figures of the LA are left out. The year before the first that has figures
    is in it too: it holds the referrals that its re-referrals are counted from, and the cases and plans that go on. A
    new authority goes on from the return of the one before it, where its re-referrals are published."""
    rng = rng_of(la_code)
    drawn, known, _ = _drawn(rng, la_code, years, _from_predecessor(rng_of, la_code, years))
    if not drawn:
        return {}
    before = year_before(rng, drawn[0].year, drawn[0].need, drawn[0].source)
    children = _children(rng, [each.year for each in drawn], before, known)
    sets: list[NDArray[np.int64]] = [WITHOUT] * known
    found = {drawn[0].year.of.year - 1: _timeline_before(rng, drawn[0].year, before, children, sets)}
    for at, each in enumerate(drawn):
        seen_later = np.zeros(known, dtype=bool)
        for later in drawn[at + 1 :]:
            seen_later[later.year.cases.child] = True
        cases = each.year.cases
        sets = disabilities(rng, each.year, children.birth <= each.year.days.end, sets)
        reason, died = reasons(rng, each.year, children.birth, seen_later)
        death = children.death.copy()
        death[cases.child[died]] = cases.closure[died]
        children = replace(children, death=death)
        found[each.year.of.year] = _timeline(rng, each, children, sets, reason)
    return found


@dataclass(frozen=True)
class _Before:
    """What an LA goes on from: a pool, the plans in it, and how many children have numbers."""

    pool: Pool
    book: PlanBook
    known: int


def _drawn(
    rng: np.random.Generator, la_code: str, years: Sequence[int], before: _Before
) -> tuple[list[_Described], int, _Before]:
    """The years that were drawn, how many children there are, and what goes on after them."""
    pool, book, known = before.pool, before.book, before.known
    drawn: list[_Described] = []
    for year in years:
        of = figures(year).get(la_code)
        if of is None:
            pool = pool if la_code not in authorities(year) else Pool()  # what follows goes on from nothing
            continue
        found = draw_year(rng, of, pool, book, known)
        known = found.children
        described = _Described(found, needs(rng, found), sources(rng, found))
        drawn.append(described)
        pool = pool_after(found, book, described.need, described.source)
    return drawn, known, _Before(pool, book, known)


def _from_predecessor(rng_of: Draws, la_code: str, years: Sequence[int]) -> _Before:
    """What a new authority goes on from: its part of what the authority before it left open, and of whom it knew."""
    nothing = _Before(Pool(), PlanBook(), 0)
    first = next((year for year in years if la_code in figures(year)), None)
    if first is None or la_code in authorities(first - 1) or not figures(first)[la_code].knows("re_referrals"):
        return nothing
    predecessor = BEFORE.get(la_code, "")
    earlier = [year for year in years if year < first and predecessor in figures(year)]
    if not earlier:
        return nothing
    *_, left = _drawn(rng_of(predecessor), predecessor, earlier, nothing)
    successors = sorted(la for la, each in BEFORE.items() if each == predecessor)
    part = successors.index(la_code)
    return replace(left, pool=left.pool.of_children(lambda child: child % len(successors) == part))


def _children(rng: np.random.Generator, years: Sequence[Year], before: YearBefore, known: int) -> Children:
    """Who the children are, from what is known of them in all the years; all cases end in childhood.

    Some who have long been known stay longer, as care leavers."""
    last_day = years[-1].days.end
    child = np.concatenate([before.child, *(year.cases.child for year in years)])
    referral = np.concatenate([before.referral, *(year.cases.referral for year in years)])
    closure = np.concatenate([before.closure, *(np.minimum(year.cases.closure, year.days.end) for year in years)])
    closure = np.maximum(np.minimum(closure, last_day), referral)
    nfa = np.concatenate([before.kind, *(year.cases.kind for year in years)]) == NFA
    known_from = np.full(known, HORIZON)
    known_to, only_nfa = np.zeros(known, dtype=np.int64), np.ones(known, dtype=bool)
    np.minimum.at(known_from, child, referral)
    np.maximum.at(known_to, child, closure)
    np.logical_and.at(only_nfa, child, nfa)
    # A child referred on several days has been born in between.
    latest = np.zeros(known, dtype=np.int64)
    np.maximum.at(latest, child, referral)
    length = np.maximum(known_to - known_from, 0)
    age = d.AGES_YEARS.draw(rng, known) * YEAR
    leaves_care = (length > d.CARE_LEAVERS_OPEN_YEARS * YEAR) & (rng.random(known) < d.CARE_LEAVERS)
    oldest = np.where(leaves_care, d.OLDEST_CARE_LEAVER_YEARS, d.OLDEST_YEARS) * YEAR - length
    age = np.where(age > oldest, np.sqrt(rng.random(known)) * np.maximum(oldest, 0), age).astype(np.int64)
    unborn = (rng.random(known) < d.UNBORN) & ~only_nfa & (latest == known_from)
    to_birth = rng.integers(*d.TO_BIRTH_DAYS, known)
    early_or_late = rng.integers(-d.BIRTH_OFF_DUE_DAYS, d.BIRTH_OFF_DUE_DAYS + 1, known)
    expected = known_from + np.minimum(to_birth + early_or_late, d.TO_BIRTH_DAYS[1])
    birth = np.where(unborn, known_from + to_birth, known_from - age)
    # Disabilities, which long cases have more often, come from the published figures instead.
    no_long_case = np.zeros(known, dtype=bool)
    described = describe_children(
        rng, birth, np.where(unborn, expected, NONE), no_long_case, np.empty(0, dtype=np.int64)
    )
    genders = spread_shares(rng, (d.BOYS, 1 - d.BOYS - d.INDETERMINATE, d.INDETERMINATE), known)
    return replace(described, gender=genders, disabilities=np.arange(known))


def _timeline(
    rng: np.random.Generator,
    described: _Described,
    children: Children,
    sets: Sequence[NDArray[np.int64]],
    reason: Numbers,
) -> Timeline:
    """The timeline of a year, its cases in the order of children and dates."""
    year = described.year
    drawn = year.cases
    none = np.empty(0, dtype=np.int64)
    cases = Cases(
        referral=drawn.referral,
        closure=drawn.closure,
        kind=drawn.kind,
        transfer_in=year.enquiries.transfer_in,
        recorded=np.zeros(len(drawn), dtype=np.int64),
        assessments=Spans(*year.assessments),
        section47=Spans(year.enquiries.case, year.enquiries.start, year.enquiries.conference),
        plans=Spans(year.plans.case, year.plans.start, year.plans.end),
        cin_plans=Spans(*(year.cin_plans if len(year.cin_plans[0]) else (none, none, none))),
    )
    authorised = np.unique(year.assessments[0][year.assessments[2] < HORIZON])
    found = draw_factors(rng, drawn, authorised, year.of, FACTOR_NAMES)
    which, factor_sets = (_sets_of_england(rng, year, authorised), None) if found is None else found
    order = np.lexsort((drawn.referral, drawn.child))
    plan_order = span_order(cases.plans, order)[1]
    records = year.records
    place = np.empty_like(plan_order)
    place[plan_order] = np.arange(len(plan_order))
    in_order = ordered(cases, order)
    assessed = in_order.assessments.case
    reviews = np.lexsort((records.review, place[records.review_plan]))
    return Timeline(
        children=children,
        cases=in_order,
        child=drawn.child[order],
        closure_recorded=(in_order.kind != NFA) | (rng.random(len(order)) < d.NFA_WITH_CLOSURE),
        source=np.zeros(len(order)),
        need=described.need[order],
        reason=reason[order],
        early_help=rng.random(len(order)) < d.EARLY_HELP,
        factors=which[order][assessed],
        reviewed_internally=rng.random(len(assessed)) < d.INTERNAL_REVIEW,
        plans=Plans(
            records.initial[plan_order],
            records.latest[plan_order],
            records.previous[plan_order],
            place[records.review_plan][reviews],
            records.review[reviews],
            np.full(len(plan_order), HORIZON),
        ),
        details=Details(described.source[order], sets, factor_sets),
    )


def _sets_of_england(rng: np.random.Generator, year: Year, authorised: Numbers) -> Numbers:
    """For a year without table C3: of each case one of the declared sets of factors, all equally often, or none."""
    which = np.full(len(year.cases), NONE)
    nothing = (year.cases.kind[authorised] == NOT_IN_NEED) & (rng.random(len(authorised)) < d.NO_FACTORS)
    found = rng.permutation(authorised[~nothing])
    # Each LA goes through them from another one on, so that England has all equally often.
    which[found] = (int(rng.integers(d.FACTOR_SETS)) + np.arange(len(found))) % d.FACTOR_SETS
    return which


def _timeline_before(
    rng: np.random.Generator,
    first: Year,
    before: YearBefore,
    children: Children,
    sets: Sequence[NDArray[np.int64]],
) -> Timeline:
    none = np.empty(0, dtype=np.int64)
    size = len(before.referral)
    cases = Cases(
        referral=before.referral,
        closure=before.closure,
        kind=before.kind,
        transfer_in=np.full(size, NONE),
        recorded=np.zeros(size, dtype=np.int64),
        assessments=Spans(*before.assessments),
        section47=Spans(*before.enquiries),
        plans=Spans(before.plan_case, first.plans.start[before.plan], np.full(len(before.plan), HORIZON)),
        cin_plans=Spans(none, none, none),
    )
    order = np.lexsort((before.referral, before.child))
    in_order = ordered(cases, order)
    plan_order = span_order(cases.plans, order)[1]
    records, plan = first.records, before.plan[plan_order]
    return Timeline(
        children=children,
        cases=in_order,
        child=before.child[order],
        closure_recorded=np.ones(size, dtype=bool),
        source=np.zeros(size),
        need=before.need[order],
        reason=np.full(size, REASONS.index("RC7")),
        early_help=np.zeros(size, dtype=bool),
        factors=rng.integers(0, d.FACTOR_SETS, len(before.assessments[0])),
        reviewed_internally=np.zeros(len(before.assessments[0]), dtype=bool),
        plans=Plans(
            records.initial[plan], records.latest[plan], records.previous[plan], none, none, np.full(len(plan), HORIZON)
        ),
        details=Details(before.source[order], sets, None),
    )
