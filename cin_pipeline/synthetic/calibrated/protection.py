"""Protection plans, the conferences and section 47 enquiries that lead to them, and enquiries that lead nowhere.

Each plan is in an episode of need that was open all the time; no episode has two plans that meet. Plans begin with
their conference, which is in the same year as its enquiry.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated import england as e
from cin_pipeline.synthetic.calibrated.apportion import spread, spread_shares
from cin_pipeline.synthetic.calibrated.case_table import CaseTable, Numbers
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.flows import Flows
from cin_pipeline.synthetic.calibrated.windows import (
    BAND_DAYS,
    LONGER,
    TO_2_YEARS,
    UP_TO_3_MONTHS,
    WITHIN_A_YEAR,
    draw_days,
    draw_working_days,
    year_days,
)
from cin_pipeline.synthetic.cases import IN_NEED, Booleans
from cin_pipeline.synthetic.days import HORIZON, NONE, Days, working_day, working_day_number, working_days_between

FIRST, LAST = YEARS

_TRANSFERRED: Final = 0.03  # share of plans brought in from another authority; invented

# Working days from the enquiry to the conference, by the bands of table C4. The bands are published; that the first
# begins with 2 and the last ends with 44 is invented.
_WAITS: Final = ((2, 10), (11, 15), (16, 20), (21, 44))
_LONGEST_WAITS: Final = len(_WAITS) - 1
# Power of a share between the ends of a band: waits in the longest band are more often short ones (above 1), those of
# the bands before more often long (below 1). Invented, for the published quartiles of 12 and 15 days (C4 of 2016-17).
_WAIT_POWER, _LONGEST_WAIT_POWER = 0.6, 2

# Calendar days. From a referral, or the start of the year, to a conference: 32 hold the 21 working days of the longest
# waits, whose number is published, but for a share that may come soon. Less, and there are too few with that room.
# Invented, as is the room that is left to draw the day of a conference from.
_FROM_REFERRAL: Final = 32
_SOON: Final = 9
_QUICK: Final = 0.1
_ROOM: Final = 5
_HELD_FROM: Final = _FROM_REFERRAL + _ROOM

# Calendar days. Around each day there is a working day among it and so many days before it (Easter and Christmas).
_HOLDS_WORKING_DAY: Final = 4

# Plans from before the year in which they are counted, in calendar days; all invented. Wider ones find more cases that
# suit (with too few, an LA fails with a sentence that says so), narrower ones draw more varied dates.
_YEAR_BEFORE: Final = 365  # 2014-15, when those began that are open for 1 to 2 years at the end of the first year
_REFERRED_BEFORE: Final = 45  # a referral is so long before the last day on which its plan can begin
_PLAN_FROM: Final = 21  # days from the referral on which a plan begins at the earliest
_OLDEST_FROM: Final = 700  # days before the last day possible on which the oldest plans began, at the earliest
_LONGEST_ENDED_FROM: Final = BAND_DAYS[LONGER][0] + 28  # to end after two years, begun so long before the last day
_OPEN_INTO_YEAR: Final = 20  # the case, or the plan, is open for so many days of the year in which the plan ends
_ENDS_FROM, _LONG_ENDS_FROM = 200, 300  # the same of plans of the first year's end, short and after two years
# Plans that ended in the first year: referred so much earlier still where they lasted two years; how long into the year
# the case was open, and so much longer; how far back the plan may begin, and the days over which long ones began.
_LONG_REFERRED_BEFORE: Final = 600
_ENDED_FIRST_FROM, _LONG_ENDED_FIRST_FROM = 40, 130
_ENDED_FIRST_BEGAN: Final = 420
_LONG_BEGAN_OVER: Final = 300
_LONG_PLAN_FROM: Final = 5  # days from the referral on which a long plan begins at the earliest, where little time is

# Plans that begin and end in one year, in calendar days; all invented: how long before its end the case is referred,
# and for preference; how long before it the plan begins; how long it lasts at least (the median of ended plans is
# longer, but those that began and ended in one year are the short ones).
_REFERRED_BY, _REFERRED_BY_PREFERRED = 75, 150
_BEGINS_BY: Final = 35
_SHORTEST_PLAN: Final = 14

# Share of the plans that neither start in one of the years nor are known to have followed another, and had one before.
_PREVIOUS_OF_OLD: Final = 0.15  # invented; only the plans that start in a year are counted by it
_TIE: Final = 0.5  # blurs an order only among equals: anything above 0 and below 1


@dataclass
class PlanTable:
    """Protection plans, one element each. `last_return` is the last year whose return has the plan."""

    case: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    start: Days = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    end: Days = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    category: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    late_review: Booleans = field(default_factory=lambda: np.empty(0, dtype=bool))
    last_return: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def add(self, case: Numbers, start: Days, end: Days) -> Numbers:
        """New plans; their numbers."""
        at = np.arange(len(self.case), len(self.case) + len(case))
        self.case = np.concatenate((self.case, case))
        self.start = np.concatenate((self.start, start))
        self.end = np.concatenate((self.end, end))
        self.category = np.concatenate((self.category, np.full(len(case), NONE)))
        self.late_review = np.concatenate((self.late_review, np.zeros(len(case), dtype=bool)))
        self.last_return = np.concatenate((self.last_return, np.full(len(case), HORIZON)))
        return at


@dataclass(frozen=True)
class Protection:
    """What was drawn: plans, section 47 enquiries (case, start, conference or NONE), and transfer-in conferences."""

    plans: PlanTable
    previous: Numbers  # earlier plans of the child, of each plan
    enquiries: tuple[Numbers, Days, Days]
    transfer_in: Days  # of each case, NONE without


def draw_protection(
    rng: np.random.Generator,
    flows: Flows,
    cases: CaseTable,
    awaiting: dict[int, Booleans],
    assessed: dict[int, Booleans],
) -> Protection:
    """`awaiting` says by year which cases have no assessment at its end, `assessed` which closed ones have one."""
    return _Draw(rng, flows, cases, awaiting, assessed).all()


class _Draw:
    """One local authority while it is drawn."""

    def __init__(
        self,
        rng: np.random.Generator,
        flows: Flows,
        cases: CaseTable,
        awaiting: dict[int, Booleans],
        assessed: dict[int, Booleans],
    ) -> None:
        self._rng, self._flows, self._cases = rng, flows, cases
        self._awaiting, self._assessed = awaiting, assessed
        self._plans = PlanTable()
        self._need = cases.kind == IN_NEED
        self._taken = {year: np.zeros(len(cases.kind), dtype=bool) for year in YEARS}  # by a plan or conference
        self._transfer_in = np.full(len(cases.kind), NONE)
        self._enquiries: list[tuple[Numbers, Days, Days]] = []

    def all(self) -> Protection:
        starting: dict[int, Numbers] = {}
        at_turn, kept = self._from_before()
        starting[FIRST] = self._begun_first(at_turn, kept)
        self._ended_first()
        starting[FIRST] = np.concatenate((starting[FIRST], self._begun_and_ended(FIRST)))
        open_last = self._begun_last()
        starting[LAST] = np.concatenate((open_last, self._begun_and_ended(LAST)))
        self._categories(np.concatenate(at_turn), np.concatenate(kept), open_last)
        for year in YEARS:
            transferred = self._conferences(year, starting[year])
            self._alone(year, self._flows("enquiries_alone", year) + transferred)
        case, start, conference = (np.concatenate(column) for column in zip(*self._enquiries, strict=True))
        return Protection(self._plans, self._previous(starting), (case, start, conference), self._transfer_in)

    def _choose(self, count: int, suited: Booleans, preferred: Booleans | None = None) -> Numbers:
        """`count` cases of those that suit, at random, the preferred first."""
        pool = np.flatnonzero(suited)
        if len(pool) < count:
            raise ValueError(f"{count} cases are needed for plans or conferences, {len(pool)} suit")
        order = self._rng.random(len(pool))
        if preferred is not None:
            order = order - preferred[pool]
        return pool[np.argsort(order, kind="stable")[:count]]

    def _take(self, case: Numbers, *years: int) -> None:
        for year in years:
            self._taken[year][case] = True

    def _from_before(self) -> tuple[list[Numbers], list[Numbers]]:
        """Plans from before the first year that are open at its end: numbers of all, and of those open a year later."""
        flows, cases, rng = self._flows, self._cases, self._rng
        first, last = year_days(FIRST), year_days(LAST)
        year_before = first.start - _YEAR_BEFORE
        every, kept = [], []
        for began_from, began_by, open_, ended, after_2_years in (
            (NONE, year_before - 1, flows("plans_kept_older", LAST), flows("plans_ended_older", LAST), None),
            (
                year_before,
                first.start - 1,
                flows("plans_kept_2_years", LAST),
                flows("plans_ended_2_years_old", LAST),
                flows("plans_ended_2_years", LAST),
            ),
        ):
            suited = (
                self._need
                & (cases.referral <= began_by - _REFERRED_BEFORE)
                & (cases.closure > last.end)
                & ~self._taken[FIRST]
            )
            case = self._choose(open_, suited)
            self._take(case, FIRST, LAST)
            low = np.maximum(
                cases.referral[case] + _PLAN_FROM, began_from if began_from != NONE else began_by - _OLDEST_FROM
            )
            kept.append(self._plans.add(case, draw_working_days(rng, low, began_by), np.full(open_, HORIZON)))
            every.append(kept[-1])
            long = ended if after_2_years is None else after_2_years
            for number, is_long in ((long, True), (ended - long, False)):
                by = min(began_by, last.end - _LONGEST_ENDED_FROM) if is_long else began_by
                suited = (
                    self._need
                    & (cases.referral <= by - _REFERRED_BEFORE)
                    & (cases.closure >= last.start + (_LONG_ENDS_FROM if is_long else _ENDS_FROM))
                    & (cases.closure >= first.end)
                    & ~self._taken[FIRST]
                )
                case = self._choose(number, suited, cases.closure <= last.end)
                self._take(case, FIRST, LAST)
                low = np.maximum(
                    cases.referral[case] + _PLAN_FROM, began_from if began_from != NONE else by - _OLDEST_FROM
                )
                if not is_long:
                    low = np.maximum(low, last.start - BAND_DAYS[TO_2_YEARS][1] + _OPEN_INTO_YEAR)
                latest_end = np.minimum(cases.closure[case], last.end)
                high = np.minimum(by, latest_end - BAND_DAYS[LONGER][0] - _ROOM) if is_long else np.full(number, by)
                start = draw_working_days(rng, np.minimum(low, high - _HOLDS_WORKING_DAY), high)
                earliest = (
                    np.maximum(last.start, start + BAND_DAYS[LONGER][0]) if is_long else np.full(number, last.start)
                )
                latest = latest_end if is_long else np.minimum(latest_end, start + BAND_DAYS[TO_2_YEARS][1])
                every.append(self._plans.add(case, start, draw_days(rng, earliest, latest)))
        return every, kept

    def _begun_first(self, every: list[Numbers], kept: list[Numbers]) -> Numbers:
        """Plans begun in the first year and open at its end. Adds them to all, and to those open a year later."""
        flows, cases, rng = self._flows, self._cases, self._rng
        first, last = year_days(FIRST), year_days(LAST)
        counts = [flows(name, FIRST) for name in ("plans_3_months", "plans_6_months", "plans_1_year")]
        late = flows("plans_reviewed_late", FIRST)
        # Plans reviewed late end in the last year, so that they are not late in its return as well.
        bands = rng.permutation(np.repeat(WITHIN_A_YEAR, counts))
        bands = bands[np.argsort(bands == UP_TO_3_MONTHS, kind="stable")]
        fate = np.repeat(
            [0, 1, 2], [flows("plans_ended_began", LAST), flows("plans_removed", LAST), flows("plans_2_years", LAST)]
        )
        fate[late:] = rng.permutation(fate[late:])
        low, high = np.array(first.open_since)[bands].T
        suited = self._need & ~self._awaiting[FIRST] & (cases.referral <= first.end) & (cases.closure > first.end)
        case = np.empty(len(bands), dtype=np.int64)
        for band in WITHIN_A_YEAR:
            for stays in (True, False):
                mine = (bands == band) & ((fate != 0) == stays)
                closes_from = last.end + 1 if stays else last.start + _OPEN_INTO_YEAR
                able = suited & (cases.referral <= first.open_since[band][1] - _HELD_FROM)
                able &= (cases.closure >= closes_from) & ~self._taken[FIRST] & (cases.recorded <= FIRST)
                chosen = self._choose(int(mine.sum()), able, (cases.closure <= last.end) & (not stays))
                case[mine] = chosen
                self._take(chosen, FIRST, LAST)
        start = draw_working_days(rng, self._earliest_conference(case, low, FIRST), high)
        end = np.full(len(case), HORIZON)
        ends = fate == 0
        end[ends] = draw_days(rng, last.start, np.minimum(cases.closure[case[ends]], last.end))
        at = self._plans.add(case, start, end)
        self._plans.last_return[at[fate == 1]] = FIRST
        self._plans.late_review[at[:late]] = True
        every.append(at)
        kept.append(at[fate == 2])
        return at

    def _earliest_conference(self, case: Numbers, low: Days | int, year: int) -> Days:
        """From when on a conference can be: with time from the referral and from the start of the year for any wait."""
        from_ = np.maximum(self._cases.referral[case], year_days(year).start)
        quick = self._rng.random(len(case)) < _QUICK
        earliest: Days = np.maximum(low, from_ + np.where(quick, _SOON, _FROM_REFERRAL))
        return earliest

    def _ended_first(self) -> None:
        """Plans from before the first year that ended in it."""
        flows, cases, rng, year = self._flows, self._cases, self._rng, year_days(FIRST)
        long = flows("plans_ended_2_years", FIRST)
        for number, is_long in ((long, True), (flows("plans_ended_old", FIRST) - long, False)):
            by = year.start - _REFERRED_BEFORE - (_LONG_REFERRED_BEFORE if is_long else 0)
            closes_from = year.start + (_LONG_ENDED_FIRST_FROM if is_long else _ENDED_FIRST_FROM)
            suited = self._need & (cases.referral <= by) & (cases.closure >= closes_from)
            case = self._choose(number, suited & ~self._taken[FIRST], cases.closure <= year.end)
            self._take(case, FIRST)
            latest_end = np.minimum(cases.closure[case], year.end)
            if is_long:
                high = np.minimum(year.start - 1, latest_end - BAND_DAYS[LONGER][0] - _ROOM)
                low = np.maximum(cases.referral[case] + _LONG_PLAN_FROM, high - _LONG_BEGAN_OVER)
                start = draw_working_days(rng, np.minimum(low, high - _HOLDS_WORKING_DAY), high)
                end = draw_days(rng, np.maximum(year.start, start + BAND_DAYS[LONGER][0]), latest_end)
            else:
                low = np.maximum(cases.referral[case] + _PLAN_FROM, year.start - _ENDED_FIRST_BEGAN)
                start = draw_working_days(rng, low, year.start - 1)
                end = draw_days(rng, year.start, np.minimum(latest_end, start + BAND_DAYS[TO_2_YEARS][1]))
            self._plans.add(case, start, end)

    def _hosts(self, year: int) -> Booleans:
        """Episodes open and assessed at the end of the year without a plan or conference in it."""
        cases, end = self._cases, year_days(year).end
        there: Booleans = (cases.referral <= end) & (cases.closure > end) & (cases.recorded <= year)
        hosts: Booleans = there & self._need & ~self._awaiting[year] & ~self._taken[year]
        return hosts

    def _begun_and_ended(self, year: int) -> Numbers:
        """Plans that began and ended in the year."""
        rng, cases, days = self._rng, self._cases, year_days(year)
        count = self._flows("plans_ended_new", year)
        hosts = self._hosts(year)
        room = cases.referral <= days.end - _REFERRED_BY_PREFERRED
        case = self._choose(count, hosts & (cases.referral <= days.end - _REFERRED_BY), room)
        self._take(case, year)
        start = draw_working_days(rng, self._earliest_conference(case, 0, year), days.end - _BEGINS_BY)
        return self._plans.add(case, start, draw_days(rng, start + _SHORTEST_PLAN, np.full(count, days.end)))

    def _begun_last(self) -> Numbers:
        """Plans begun in the last year and open at its end."""
        flows, cases, rng, days = self._flows, self._cases, self._rng, year_days(LAST)
        every = []
        for band, name in reversed(tuple(enumerate(("plans_3_months", "plans_6_months", "plans_1_year")))):
            low, high = days.open_since[band]
            suited = self._hosts(LAST) & (cases.referral <= high - _HELD_FROM)
            case = self._choose(flows(name, LAST), suited)
            self._take(case, LAST)
            start = draw_working_days(rng, self._earliest_conference(case, low, LAST), high)
            every.append(self._plans.add(case, start, np.full(len(case), HORIZON)))
        reviewable = rng.permutation(np.concatenate(every[:2]))
        self._plans.late_review[reviewable[: flows("plans_reviewed_late", LAST)]] = True
        return np.concatenate(every)

    def _categories(self, at_turn: Numbers, kept: Numbers, open_last: Numbers) -> None:
        """Initial categories, at the end of both years as many of each as planned."""
        flows, rng, category = self._flows, self._rng, self._plans.category
        of_kept = np.array(flows.bands("kept_category", LAST, len(d.CATEGORIES)))
        category[kept] = spread(rng, of_kept)
        category[np.setdiff1d(at_turn, kept)] = spread(
            rng, np.array(flows.bands("plans_category", FIRST, len(d.CATEGORIES))) - of_kept
        )
        category[open_last] = spread(rng, flows.bands("new_category", LAST, len(d.CATEGORIES)))
        other = np.flatnonzero(category == NONE)
        category[other] = spread_shares(rng, e.CATEGORIES[LAST], len(other))

    def _conferences(self, year: int, starting: Numbers) -> int:
        """The conference of each plan that starts in the year and those without a plan, each with its enquiry.

        Returns how many have none: those of children who moved here with a plan."""
        rng, cases, days, plans = self._rng, self._cases, year_days(year), self._plans
        count = self._flows("conferences_without_plan", year)
        suited = self._hosts(year) & (cases.referral <= days.end - _HELD_FROM)
        more = self._choose(count, suited)
        self._take(more, year)
        held = draw_working_days(rng, self._earliest_conference(more, 0, year), days.end)
        case = np.concatenate((plans.case[starting], more))
        conference = np.concatenate((plans.start[starting], held))
        since_referral = working_days_between(cases.referral[case], conference)
        transferred = np.arange(len(case)) < len(starting)
        shortest, longest = _WAITS[_LONGEST_WAITS]
        transferred &= (cases.referral[case] >= days.start) & (since_referral >= shortest) & (since_referral <= longest)
        chosen = rng.permutation(np.flatnonzero(transferred))[: int(_TRANSFERRED * len(starting))]
        waits = self._flows.bands("wait", year, len(_WAITS))
        chosen = chosen[: waits[_LONGEST_WAITS]]
        waits[_LONGEST_WAITS] -= len(chosen)
        self._transfer_in[case[chosen]] = conference[chosen]
        enquired = np.setdiff1d(np.arange(len(case)), chosen)
        case, conference = case[enquired], conference[enquired]
        lowest = np.maximum(cases.referral[case], days.start)
        room = working_day_number(conference) - 1 - working_day_number(lowest - 1)
        wait = self._waits(room, waits)
        start = working_day(working_day_number(conference) - wait)
        self._enquiries.append((case, start, conference))
        return len(chosen)

    def _waits(self, room: Numbers, counts: Sequence[int]) -> Numbers:
        """Working days from enquiry to conference, so many in each band, each within its room."""
        rng = self._rng
        wait = np.full(len(room), NONE)
        for band in range(_LONGEST_WAITS, 0, -1):
            low, high = _WAITS[band]
            able = np.flatnonzero((wait == NONE) & (room >= low))
            chosen = rng.permutation(able)[: counts[band]]
            spare = np.minimum(room[chosen], high) - low
            power = _LONGEST_WAIT_POWER if band == _LONGEST_WAITS else _WAIT_POWER
            wait[chosen] = low + (rng.random(len(chosen)) ** power * (spare + 1)).astype(np.int64)
        rest = np.flatnonzero(wait == NONE)
        low, high = _WAITS[0]
        top = np.minimum(room[rest], high)
        wait[rest] = np.minimum(low, top) + (rng.random(len(rest)) * (np.maximum(top - low, 0) + 1)).astype(np.int64)
        return wait

    def _alone(self, year: int, count: int) -> None:
        """Enquiries that needed no conference."""
        cases, days = self._cases, year_days(year)
        closed = self._need & self._assessed[year] & (cases.closure <= days.end)
        suited = self._hosts(year) | closed
        case = self._choose(min(count, int(suited.sum())), suited)
        low = np.maximum(cases.referral[case], days.start)
        start = draw_days(self._rng, low, np.minimum(cases.closure[case] - 1, days.end).clip(low))
        self._enquiries.append((case, start, np.full(len(case), NONE)))

    def _previous(self, starting: dict[int, Numbers]) -> Numbers:
        """Plans each child had before each plan. Of those that start in a year, as many had one as published."""
        rng, plans = self._rng, self._plans
        child = self._cases.child[plans.case]
        order = np.lexsort((plans.start, child))
        again = np.zeros(len(child), dtype=bool)
        again[order[1:]] = child[order[1:]] == child[order[:-1]]
        previous = np.where(rng.random(len(child)) < _PREVIOUS_OF_OLD, 1, 0)
        for year in YEARS:
            at = starting[year]
            at = at[np.argsort(~again[at] + rng.random(len(at)) * _TIE, kind="stable")]
            second = self._flows("second_plans", year)
            previous[at[:second]] = 1 + (rng.random(second) < d.SECOND_PREVIOUS_PLAN)
            previous[at[second:]] = 0
        return previous
