"""How many cases, children and plans of each kind every local authority (LA) has, so that all figures come out.

Works on whole columns, an element for each LA. What is published for LAs is exact; what is published for England only
is shared out over the LAs within what their own figures leave open. An episode of need is, in a year:

- carried in (referred before it) and ended, or carried in and kept; or
- started in it and ended, or started in it and kept;
- carried in and closed as not in need: then it drops out of the later year's episodes, whatever the year before said.

A child can be in a year's episodes several times. How often follows from the figures: `returning` children ended an
episode from before and started one; `reopened` ones ended one and have one at 31 March that started in the year.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated import england as e
from cin_pipeline.synthetic.calibrated.apportion import Counts, apportion
from cin_pipeline.synthetic.calibrated.figures import PLAN_BANDS, YEARS, figures
from cin_pipeline.synthetic.calibrated.windows import LONGER, TO_2_YEARS, WITHIN_A_YEAR

FIRST, LAST = YEARS

# The plan is part of the calibration: the same for every seed of the returns. Invented; with another one LAs differ in
# other ways in what is only known for England (and one of them may have no room for what falls to it).
_SEED: Final = 2017

# How much of one thing an LA can have for another, so that what is shared out over the LAs finds room in each; all
# invented. Where they are too narrow for England's total, it is not reached: `apportion` goes to the nearest it can.
# (With _LATE_TENTHS at 1, 40,000 assessments fewer are late than published.)
_HALF: Final = 2  # of the last quarter's episodes, how many can end within three months and still in the next year
_ONE_YEAR_ENDED_TENTHS: Final = 9  # of the episodes open for 1 to 2 years at the turn, how many can end within 2
_QUARTER: Final = 4  # of the plans from before that ended in the first year, how many can have lasted 2 years
_HOSTS_OF_CONFERENCE: Final = 6  # open assessed episodes for each conference without a plan
_HOSTS_OF_ENQUIRY: Final = 10  # the same for each enquiry alone, however many of them have a plan or conference
_LATE_TENTHS: Final = 4  # of the assessments, how many can be beyond 45 working days

_ROUNDED_DOWN, _ROUNDED_UP = 4, 5  # published to the nearest 10: at most so much more or less than it says [A49]
_REFERRALS_OF_FURTHER: Final = 2  # a further start is a second episode of the child: both have to be short


@dataclass(frozen=True)
class Flows:
    """Counts of one LA by name. Those of a year end in its number: `kept_old_2017`."""

    counts: dict[str, int]

    def __call__(self, name: str, year: int) -> int:
        """The count `name` of a year."""
        return self.counts[f"{name}_{year}"]

    def bands(self, name: str, year: int, number: int) -> list[int]:
        """The counts of `name` in each of `number` bands."""
        return [self.counts[f"{name}{band}_{year}"] for band in range(number)]


@cache
def flows(la_code: str) -> Flows:
    """The plan of one LA."""
    return Flows({str(name): int(value) for name, value in _plan().loc[la_code].items()})


@cache
def _plan() -> DataFrame:
    rng = np.random.default_rng(_SEED)
    given = {f"{name}_{year}": column.to_numpy() for year in YEARS for name, column in figures(year).items()}
    plan = _Plan(given, rng)
    for year in YEARS:
        plan.children(year)
    for year in YEARS:
        plan.stock(year)
    plan.fates()
    plan.kept_first()
    plan.ended_first()
    plan.ended_last()
    plan.plans()
    for year in YEARS:
        plan.conferences(year)
        plan.assessments(year)
    return DataFrame(plan.columns, index=figures(LAST).index)


class _Plan:
    """The columns while they are filled, one group after another."""

    def __init__(self, columns: dict[str, Counts], rng: np.random.Generator) -> None:
        self.columns, self._rng = columns, rng

    def _get(self, name: str, year: int) -> Counts:
        return self.columns[f"{name}_{year}"]

    def _set(self, name: str, year: int, values: NDArray[np.int64] | NDArray[np.float64]) -> Counts:
        whole = np.asarray(values, dtype=np.int64)
        if (whole < 0).any():
            raise ValueError(f"{name} of {year} comes to less than 0 for an LA: the figures contradict each other")
        self.columns[f"{name}_{year}"] = whole
        return whole

    def _varied(self, weights: NDArray[np.int64]) -> NDArray[np.float64]:
        """Weights by which LAs differ."""
        factors: NDArray[np.float64] = np.exp(e.VARIATION * self._rng.standard_normal(len(weights)))
        return factors * weights

    def children(self, year: int) -> None:
        """Who is counted more than once in the year, and which children are re-referred."""
        get = self._get
        starting, any_point = get("starting", year), get("any_point", year)
        self._set("carried", year, any_point - starting)
        more_starts = self._set("more_starts", year, starting - get("starting_children", year))
        more_any = any_point - get("any_point_children", year)
        returning = self._set("returning", year, more_any - more_starts)
        reopened = self._set("reopened", year, more_any - (get("ending", year) - get("ending_children", year)))
        # Returning children whose new episode is kept: they are among the reopened.
        low = np.maximum(0, reopened - more_starts)
        high = np.minimum(returning, reopened)
        kept = self._set("returning_kept", year, (low + e.CHAINED * (high - low)).astype(np.int64))
        chained = self._set("reopened_here", year, reopened - kept)
        self._set("further_starts", year, more_starts - chained)

        referrals, re_referrals = get("referrals", year), get("re_referrals", year)
        more = self._set("more_referrals", year, referrals - get("children_referred", year))
        across = self._set("re_referred_across", year, re_referrals - more)
        further = re_referrals - get("children_re_referred", year)
        # Children referred several times in the year and also re-referred from the year before.
        low = np.maximum(0, chained + further - more)
        high = np.minimum(across, further)
        both = np.clip((e.MORE_THAN_TWO * further).astype(np.int64), low, high)
        self._set("across_and_again", year, both)
        self._set("several_referrals", year, more + both - further)

    def stock(self, year: int) -> None:
        """Of the episodes at 31 March, those that started in the year, in three bands."""
        get = self._get
        at_end, carried, starting = get("at_end", year), get("carried", year), get("starting", year)
        needed = get("reopened_here", year) + get("returning", year) - get("returning_kept", year)
        needed = needed + _REFERRALS_OF_FURTHER * get("further_starts", year)
        low = np.maximum(get("reopened", year), at_end - carried + get("returning", year))
        high = np.maximum(np.minimum(at_end, starting - needed), low)
        shares = np.array(e.OPEN_FOR[year]) / sum(e.OPEN_FOR[year])
        totals = np.rint(shares * at_end.sum()).astype(np.int64)
        new = self._set("kept_new", year, apportion(totals[:TO_2_YEARS].sum(), self._varied(at_end), low, high))
        left = new
        for band in WITHIN_A_YEAR[:-1]:
            counts = apportion(totals[band], new, 0, left)
            left = left - self._set(f"kept_new{band}", year, counts)
        self._set("kept_new2", year, left)
        self._set("ended_new", year, starting - new)
        self._set("kept_old", year, at_end - new)
        self._set("ended_old", year, carried - (at_end - new))

    def fates(self) -> None:
        """What becomes in the last year of the episodes at the end of the first: kept, ended or dropped.

        Where more are carried in than there were, the rest were entered late: they are in the last return alone."""
        get = self._get
        new, old = get("kept_new", FIRST), get("kept_old", FIRST)
        difference = get("at_end", FIRST) - get("carried", LAST)
        late = self._set("late", LAST, np.maximum(0, -difference))
        dropped = self._set("dropped", LAST, np.maximum(0, difference))
        kept = get("kept_old", LAST)
        share = e.OPEN_FOR[LAST][TO_2_YEARS] / sum(e.OPEN_FOR[LAST])
        one_year = apportion(
            share * get("at_end", LAST).sum(),
            self._varied(new),
            np.maximum(np.minimum(late, kept), kept - old),
            np.minimum(kept, new + late),
        )
        self._set("kept_1_year", LAST, one_year)
        from_new = self._set("kept_from_new", LAST, one_year - late)
        from_old = self._set("kept_from_old", LAST, kept - one_year)
        low = np.maximum(0, dropped - (new - from_new))
        high = np.minimum(dropped, old - from_old)
        long = apportion(e.LONG_OF_DROPPED * dropped.sum(), dropped, low, high)
        self._set("dropped_from_old", LAST, long)
        self._set("dropped_from_new", LAST, dropped - long)
        self._set("ended_from_new", LAST, new - from_new - (dropped - long))
        self._set("ended_from_old", LAST, old - from_old - long)

    def kept_first(self) -> None:
        """In the first year: how long the episodes kept from before it have been open."""
        old = self._get("kept_old", FIRST)
        one_year = e.OPEN_FOR[FIRST][TO_2_YEARS]
        share = one_year / (one_year + e.OPEN_FOR[FIRST][LONGER])
        self._set("kept_1_year", FIRST, apportion(share * old.sum(), self._varied(old), 0, old))

    def ended_first(self) -> None:
        """The durations of the episodes that ended in the first year; those not in need referred before it."""
        year = FIRST
        get = self._get
        self._set("dropped", year, np.rint(e.FORMER_SHARE * get("carried", year)))
        totals = self._ended_totals(year)
        left = old = get("ended_old", year)
        left = left - self._set("ended_old4", year, apportion(totals[LONGER], self._varied(old), 0, left))
        # A child returns after an episode of a year or more only, so that it is no re-referral from the year before.
        long = np.clip(get("returning", year) - (old - left), 0, left)
        left = left - self._set("ended_old3", year, apportion(totals[TO_2_YEARS], self._varied(old), long, left))
        self._ended_within_a_year(year, "ended_old", left, totals)

    def ended_last(self) -> None:
        """The same for the last year. Those open for a year at its start have ended after 1 to 2 years or later."""
        year = LAST
        get = self._get
        totals = self._ended_totals(year)
        old, new = get("ended_from_old", year), get("ended_from_new", year)
        # Those that ended after 1 to 2 years were open for 1 to 2 years at the turn of the year.
        open_1_year = get("kept_1_year", FIRST)
        least = np.maximum(0, old - (open_1_year * _ONE_YEAR_ENDED_TENTHS) // 10)
        longest = apportion(totals[LONGER], self._varied(old), least, old)
        self._set("ended_from_old4", year, longest)
        self._set("ended_from_old3", year, old - longest)
        low = np.clip(get("returning", year) - old, 0, new)
        more = apportion(totals[TO_2_YEARS] - (old - longest).sum(), self._varied(new), low, new)
        self._set("ended_from_new3", year, more)
        self._ended_within_a_year(year, "ended_from_new", new - more, totals)

    def _ended_totals(self, year: int) -> Counts:
        shares = np.array(e.ENDED_AFTER[year]) / sum(e.ENDED_AFTER[year])
        totals: Counts = np.rint(shares * self._get("ending", year).sum()).astype(np.int64)
        return totals

    def _ended_within_a_year(self, year: int, before: str, left: Counts, totals: Counts) -> None:
        """Three bands of those from before, and of those that started in the year."""
        parts = np.array(e.ENDED_STRADDLING) / sum(e.ENDED_STRADDLING)
        england = np.rint(parts * left.sum()).astype(np.int64)
        recent = self._get("kept_new0", FIRST) if year == LAST else left
        rest = left
        # Not all of the last quarter's episodes can end within three months and still in the next year.
        for band, most in ((0, np.minimum(rest, recent // _HALF)), (1, rest)):
            counts = apportion(england[band], rest, 0, np.minimum(most, rest))
            rest = rest - self._set(f"{before}{band}", year, counts)
        self._set(f"{before}2", year, rest)
        new = rest = self._get("ended_new", year)
        # Of children with more than one: short, so that all fit into the year.
        chained = self._get("reopened_here", year) + _REFERRALS_OF_FURTHER * self._get("further_starts", year)
        chained = chained + self._get("returning", year) - self._get("returning_kept", year)
        for band, low in ((0, np.minimum(chained, new)), (1, 0)):
            total = totals[band] - self._get(f"{before}{band}", year).sum()
            counts = apportion(total, self._varied(new), low, rest)
            rest = rest - self._set(f"ended_new{band}", year, counts)
        self._set("ended_new2", year, rest)

    def plans(self) -> None:
        """Protection plans: those of 31 March by the year they began, and when they ended."""
        get = self._get
        for year in YEARS:
            began = sum((get(name, year) for name in PLAN_BANDS[:TO_2_YEARS]), np.zeros_like(get("plans", year)))
            self._set("plans_kept_new", year, began)
            self._set("plans_ended_new", year, get("plans_starting", year) - began)
        # From before the first year, and ended in it.
        open_ = get("plans", FIRST)
        total = e.PLANS_ENDING[FIRST] - get("plans_ended_new", FIRST).sum()
        ended = self._set("plans_ended_old", FIRST, apportion(total, self._varied(open_)))
        self._set("plans_ended_2_years", FIRST, apportion(e.PLANS_ENDED_2_YEARS[FIRST], ended, 0, ended // _QUARTER))
        # Open at the turn of the year: from 2014-15 (1 to 2 years), older, and begun in the first year.
        of_2_years, older, began = get("plans_2_years", FIRST), get("plans_longer", FIRST), get("plans_kept_new", FIRST)
        kept_long = get("plans_longer", LAST)
        low = np.maximum(0, kept_long - of_2_years)
        kept_older = np.clip(kept_long * older // np.maximum(of_2_years + older, 1), low, np.minimum(kept_long, older))
        self._set("plans_kept_older", LAST, kept_older)
        self._set("plans_kept_2_years", LAST, kept_long - kept_older)
        ended_older = self._set("plans_ended_older", LAST, older - kept_older)
        ended = self._set("plans_ended_2_years_old", LAST, of_2_years - (kept_long - kept_older))
        after_2_years = apportion(e.PLANS_ENDED_2_YEARS[LAST] - ended_older.sum(), ended, 0, ended)
        self._set("plans_ended_2_years", LAST, after_2_years)
        ended = began - get("plans_2_years", LAST)
        # The published stocks and flows of plans do not balance: some were taken off the record.
        balance = get("plans", FIRST).sum() + get("plans_starting", LAST).sum() - get("plans", LAST).sum()
        removed = self._set("plans_removed", LAST, apportion(balance - e.PLANS_ENDING[LAST], ended, 0, ended))
        self._set("plans_ended_began", LAST, ended - removed)
        self._plan_categories()
        for year in YEARS:
            reviewable = get("plans", year) - get("plans_3_months", year)
            fresh = get("plans_6_months", year) + get("plans_1_year", year)
            # Plans that end in the last year, or began in it: so no late review counts in both years.
            can_be_late = np.minimum(reviewable, fresh) if year == LAST else self._ending_later(reviewable)
            late = apportion(
                reviewable.sum() - e.REVIEWED_IN_TIME[year], self._varied(reviewable), 0, np.minimum(can_be_late, fresh)
            )
            self._set("plans_reviewed_late", year, late)

    def _ending_later(self, reviewable: Counts) -> Counts:
        """Of the plans begun in the first year and open at its end for 3 months or more, those that end."""
        began = self._get("plans_6_months", FIRST) + self._get("plans_1_year", FIRST)
        able: Counts = np.minimum(reviewable, np.maximum(began - self._get("plans_2_years", LAST), 0))
        return able

    def _plan_categories(self) -> None:
        """Initial categories of the plans at 31 March: in the first year, of those kept, and of those begun since."""
        every = self._get("plans", FIRST)
        rounded = np.array(e.CATEGORIES[FIRST])
        by_category = self._shared(rounded * every.sum() / rounded.sum(), every, "plans_category", FIRST)
        kept = self._get("plans_longer", LAST) + self._get("plans_2_years", LAST)
        share = kept.sum() / every.sum()
        still = self._shared(by_category.sum(axis=0) * share, kept, "kept_category", LAST, by_category)
        target = np.array(e.CATEGORIES[LAST])
        total = self._get("plans", LAST).sum()
        exact = apportion(total, target, target - _ROUNDED_UP, target + _ROUNDED_DOWN)
        self._shared(exact - still.sum(axis=0), self._get("plans_kept_new", LAST), "new_category", LAST)

    def _shared(
        self,
        totals: NDArray[np.float64] | Counts,
        rows: Counts,
        name: str,
        year: int,
        most: Counts | None = None,
    ) -> Counts:
        """Spreads England's `totals` over the LAs, whose own totals are `rows`; `most` bounds every number."""
        columns = apportion(rows.sum(), totals)
        done = np.zeros((len(rows), len(columns)), dtype=np.int64)
        for band in np.argsort(columns)[:-1]:
            left = rows - done.sum(axis=1)
            low, high = np.zeros_like(rows), left
            if most is not None:
                undone = [other for other in range(len(columns)) if other != band and not done[:, other].any()]
                low = np.maximum(0, left - most[:, undone].sum(axis=1))
                high = np.minimum(left, most[:, band])
            done[:, band] = apportion(columns[band], self._varied(rows), low, high)
        largest = int(np.argmax(columns))
        done[:, largest] = rows - done.sum(axis=1)
        for band in range(len(columns)):
            self._set(f"{name}{band}", year, done[:, band])
        return done

    def conferences(self, year: int) -> None:
        """Initial conferences by wait, and section 47 enquiries that needed none."""
        get = self._get
        starting = get("plans_starting", year)
        waits = np.array(e.CONFERENCES_BY_WAIT[year])
        hosts = get("at_end", year) - get("awaiting", year)
        room = np.maximum(hosts // _HOSTS_OF_CONFERENCE, 1)
        more = apportion(waits.sum() - starting.sum(), self._varied(starting), 0, room)
        self._set("conferences_without_plan", year, more)
        self._shared(waits, starting + more, "wait", year)
        # A case has one enquiry a year at most, and none if it turns out that the child is not in need.
        taken = get("plans_starting", year) + more + get("plans", FIRST) + get("dropped", LAST)
        free = np.maximum(hosts - taken, hosts // _HOSTS_OF_ENQUIRY)
        enquiries = apportion(e.ENQUIRIES[year] - waits.sum(), self._varied(hosts), 0, free)
        self._set("enquiries_alone", year, enquiries)

    def assessments(self, year: int) -> None:
        """Assessments completed, and how many of them within 45 working days; those pending at the end of the year."""
        get = self._get
        pending = np.minimum(get("kept_new0", year), get("at_end", year) - get("awaiting", year))
        pending = self._set("pending", year, np.rint(e.PENDING * pending))
        assessed = get("at_end", year) - get("awaiting", year) - pending
        low = assessed + get("not_in_need", year) + get("dropped", year)
        more = get("ended_new", year)
        if year == LAST:
            ended = get("ended_from_new", year) + get("ended_from_old", year)
            low = low + np.minimum(get("pending", FIRST), ended)
        total = self._set("assessed", year, apportion(e.ASSESSMENTS[year], self._varied(low), low, low + more))
        late = (1 - e.ASSESSED_WITHIN_45_DAYS[year]) * total.sum()
        self._set("assessed_late", year, apportion(late, self._varied(total), 0, total * _LATE_TENTHS // 10))
        nothing_found = np.rint(d.NO_FACTORS * (get("not_in_need", year) + get("dropped", year)))
        found = total - self._set("nothing_found", year, nothing_found)
        # Every LA goes on in the sets of factors where the one before stopped, so that England has all equally often.
        self._set("factor_sets_before", year, np.cumsum(found) - found)
