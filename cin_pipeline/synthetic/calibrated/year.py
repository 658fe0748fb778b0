"""One year of one local authority (LA): everything that its return has to come to, with dates, and what goes on after
it.

The steps, in the order in which they draw: what goes on from the year before (`pool`, `plans_carried`), the referrals
of the year (`dating`), which of them are of one child (`children`), plans and conferences (`plans_begun`,
`conferences`, `cin_plans`), assessments (`assessing`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.apportion import Counts, apportion
from cin_pipeline.synthetic.calibrated.assessing import choose_assessed, choose_awaiting, draw_assessments
from cin_pipeline.synthetic.calibrated.children import name_children, put_cases_together
from cin_pipeline.synthetic.calibrated.cin_plans import draw_cin_plans
from cin_pipeline.synthetic.calibrated.conferences import Enquiries, hold_conferences, quick_waits
from cin_pipeline.synthetic.calibrated.dating import YearCases, date_referrals, month_bounds
from cin_pipeline.synthetic.calibrated.figures import Figures
from cin_pipeline.synthetic.calibrated.flows import Flow, episode_flow, plan_flow
from cin_pipeline.synthetic.calibrated.plan_book import PlanBook, PlanRecords, write_plans
from cin_pipeline.synthetic.calibrated.plan_table import Hosts, PlanTable
from cin_pipeline.synthetic.calibrated.plans_begun import begin_plans
from cin_pipeline.synthetic.calibrated.plans_carried import Carried, carry, close_others, complete_plans
from cin_pipeline.synthetic.calibrated.pool import FATES, Pool, allocate, drawn_starts, wanted_of
from cin_pipeline.synthetic.calibrated.windows import YearDays, year_days
from cin_pipeline.synthetic.cases import IN_NEED, NOT_IN_NEED, Booleans
from cin_pipeline.synthetic.days import HORIZON, NONE, Days

Numbers = Counts

_DRAWS: Final = 8  # how often the dates of a year are drawn at most; invented
_OPEN_ASSESSED: Final = 0.8  # of what is open and assessed, for how much an assessment is kept free; invented


@dataclass
class Year:
    """What was drawn of a year, after the pool it went on from."""

    of: Figures
    days: YearDays
    cases: YearCases
    unassessed: Booleans  # closed without an assessment, for no known reason
    to_another_la: Numbers  # cases closed soon after a plan, from which those that went to another LA are taken
    plans: PlanTable
    records: PlanRecords
    enquiries: Enquiries
    cin_plans: tuple[Numbers, Days, Days]
    assessments: tuple[Numbers, Days, Days]
    made_up: tuple[Numbers, Days]  # children re-referred without a referral in the year before, first referral of each
    pool: Pool
    children: int


def draw_year(rng: np.random.Generator, of: Figures, pool: Pool, book: PlanBook, known: int) -> Year:
    """A year after a pool; `known` children have numbers already."""
    days = year_days(of.year)
    episodes, plan_counts = episode_flow(of), plan_flow(of)
    known = _complete_cases(rng, pool, episodes, days, known)
    plan_fate = complete_plans(rng, pool, plan_counts, days)
    carried = carry(rng, pool, plan_fate, episodes, of, days)
    known = close_others(rng, carried, pool, days, known)
    cases = _put_together(rng, of, pool, carried, episodes, days)
    known, child, first = name_children(rng, cases, pool, of, days, known)
    place = np.full(len(pool.referral), NONE)
    old = np.flatnonzero(cases.pool != NONE)
    place[cases.pool[old]] = old
    plans = PlanTable()
    lasting = np.flatnonzero((carried.plan_end != NONE) & (place[pool.plan_case] != NONE))
    plans.add(
        place[pool.plan_case[lasting]],
        pool.plan_start[lasting],
        carried.plan_end[lasting],
        pool.plan_number[lasting],
    )
    awaiting = choose_awaiting(rng, cases, of, plans.case)
    pending = np.full(len(cases), NONE)
    pending[old] = pool.pending[cases.pool[old]]
    unassessed = _unassessed(rng, cases, of, plans.case, pending)
    hosts = Hosts(rng, cases, ~awaiting & ~unassessed, days, quick_waits(of))
    hosts.take(plans.case)
    begin_plans(hosts, plans, plan_counts, of, carried.missing)
    _on_the_last_of_december(cases, plans, of, days)
    enquiries = hold_conferences(hosts, plans, of)
    every = Hosts(rng, cases, ~unassessed, days)
    cin_plans = draw_cin_plans(every, plans, of)
    needed = np.zeros(len(cases), dtype=bool)
    needed[enquiries.case] = True
    assessed = choose_assessed(rng, cases, of, days, awaiting, needed, unassessed)
    assessments = draw_assessments(rng, cases, pending, of, days, assessed)
    records = write_plans(rng, book, plans, _had_another(cases, plans), of, days)
    soon = place[np.array(carried.soon, dtype=np.int64)]
    return Year(
        of=of,
        days=days,
        cases=cases,
        unassessed=unassessed,
        to_another_la=soon[soon != NONE],
        plans=plans,
        records=records,
        enquiries=enquiries,
        cin_plans=cin_plans,
        assessments=assessments,
        made_up=(child, first),
        pool=pool,
        children=known,
    )


def _complete_cases(rng: np.random.Generator, pool: Pool, flow: Flow, days: YearDays, known: int) -> int:
    """Adds cases to a pool that has too few of a kind; how many children are known then."""
    wanted = wanted_of(flow)
    fate = allocate(rng, pool.referral, wanted, days)
    more = np.concatenate(
        [drawn_starts(rng, which, max(int(wanted[which] - (fate == which).sum()), 0), days) for which in FATES]
    )
    pool.add_cases(more, known + np.arange(len(more)))
    return known + len(more)


def _put_together(
    rng: np.random.Generator, of: Figures, pool: Pool, carried: Carried, flow: Flow, days: YearDays
) -> YearCases:
    """The cases of the return by child: of a few draws, which small LAs need, the one in which most can be put so."""
    best: YearCases | None = None
    fewest = 0
    for _ in range(_DRAWS):
        cases = _cases(rng, of, pool, carried, flow, days)
        missing = put_cases_together(rng, cases, of, days)
        if best is None or missing < fewest:
            best, fewest = cases, missing
        if not missing:
            break
    return best or cases


def _cases(
    rng: np.random.Generator, of: Figures, pool: Pool, carried: Carried, flow: Flow, days: YearDays
) -> YearCases:
    """The cases of the return: those that go on, those that close as not in need, those referred in the year."""
    goes_on = np.flatnonzero(carried.fate != NONE)
    with_plan = np.zeros(len(pool.referral), dtype=bool)
    with_plan[pool.plan_case] = True
    dropped = rng.permutation(np.flatnonzero((carried.fate == NONE) & ~with_plan))
    no_further, not_in_need = _without_episode(of)
    at_end = of.count("cin_episodes_at_31_march") - of.count("cin_awaiting_assessment_at_31_march")
    # Each needs an assessment, of which there are so many.
    spare = of.count("assessments_completed") - not_in_need - round(_OPEN_ASSESSED * at_end)
    dropped = dropped[: max(spare, 0)]
    whole = int(flow.new_open.sum() + flow.new_ended.sum()) + no_further + not_in_need
    months = of.split("referrals", "month", of.months, whole)
    referral, closure, kind = date_referrals(rng, flow, no_further, not_in_need, months, days)
    closing = days.start + rng.integers(1, month_bounds(days)[1][1] - days.start, len(dropped))
    return YearCases(
        referral=np.concatenate((pool.referral[goes_on], pool.referral[dropped], referral)),
        closure=np.concatenate((carried.closure[goes_on], closing, closure)),
        kind=np.concatenate((np.full(len(goes_on), IN_NEED), np.full(len(dropped), NOT_IN_NEED), kind)),
        pool=np.concatenate((goes_on, dropped, np.full(len(kind), NONE))),
    )


def _without_episode(of: Figures) -> tuple[int, int]:
    """Referrals without further action, and assessed as not in need: what one is published as leaves for the other."""
    names = ("referrals_no_further_action", "referrals_assessed_not_in_need")
    no_further, not_in_need = (of.count(name) for name in names)
    known = [of.knows(name) for name in names]
    if all(known) or not (of.knows("referrals") and of.knows("cin_episodes_starting")):
        return no_further, not_in_need
    both = max(of.count("referrals") - of.count("cin_episodes_starting"), 0)
    if any(known):
        return (no_further, both - no_further) if known[0] else (both - not_in_need, not_in_need)
    part = apportion(both, (no_further, not_in_need))
    return int(part[0]), int(part[1])


def _unassessed(rng: np.random.Generator, cases: YearCases, of: Figures, planned: Numbers, pending: Days) -> Booleans:
    """Episodes that ended for no known reason (table B6): closed after an assessment that the return does not hold, for
    with it they would be not in need, and no episodes."""
    reasons = of.reasons(int(((cases.kind == IN_NEED) & (cases.closure != HORIZON)).sum()))
    able = (cases.kind == IN_NEED) & (cases.closure != HORIZON)
    able[planned] = False
    at = np.flatnonzero(able)
    at = at[np.argsort(rng.random(len(at)) + (pending[at] != NONE), kind="stable")]
    marks = np.zeros(len(cases), dtype=bool)
    marks[at[: reasons["RC8"]]] = True
    return marks


def _on_the_last_of_december(cases: YearCases, plans: PlanTable, of: Figures, days: YearDays) -> None:
    """Plans that are open for three months to the day: up to three months, and three months or more (table D6)."""
    open_ = np.flatnonzero(plans.end == HORIZON)
    recent = open_[plans.start[open_] >= days.open_since[0][0]]
    both = of.count("cpp_open_3_months_at_31_march") - (len(open_) - len(recent))
    if of.knows("cpp_open_3_months_at_31_march") and both > 0:
        day = days.open_since[0][0] - 1
        first = recent[cases.referral[plans.case[recent]] < day]
        first = first[np.argsort(cases.referral[plans.case[first]], kind="stable")]
        plans.start[first[:both]] = day


def _had_another(cases: YearCases, plans: PlanTable) -> Booleans:
    """Plans of children who had one before in the year."""
    child = cases.child[plans.case]
    order = np.lexsort((plans.start, child))
    again = np.zeros(len(child), dtype=bool)
    again[order[1:]] = child[order[1:]] == child[order[:-1]]
    return again


def pool_after(year: Year, book: PlanBook, need: Numbers, source: Numbers) -> Pool:
    """What the return leaves open, and the children whose cases it closes. `need` and `source`: of its cases."""
    cases, days = year.cases, year.days
    open_ = np.flatnonzero(cases.closure == HORIZON)
    place = np.full(len(cases), NONE)
    place[open_] = np.arange(len(open_))
    case, start, end = year.assessments
    pending = np.full(len(cases), NONE)
    pending[case[end == HORIZON]] = start[end == HORIZON]
    lasting = np.flatnonzero(year.plans.end == HORIZON)
    last = np.flatnonzero((cases.leads == NONE) & (cases.closure != HORIZON) & (cases.referral >= days.start))
    number = year.plans.number[lasting]
    return Pool(
        referral=cases.referral[open_],
        child=cases.child[open_],
        need=need[open_],
        source=source[open_],
        pending=pending[open_],
        plan_case=place[year.plans.case[lasting]],
        plan_start=year.plans.start[lasting],
        plan_number=number,
        plan_late=book.late[number],
        closed_child=cases.child[last],
        closed_referral=cases.referral[last],
    )
