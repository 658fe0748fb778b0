"""How many protection plans, conferences, enquiries and assessments of each kind every local authority (LA) has."""

from typing import Final

import numpy as np

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated import england as e
from cin_pipeline.synthetic.calibrated.apportion import Counts, apportion
from cin_pipeline.synthetic.calibrated.columns import Columns
from cin_pipeline.synthetic.calibrated.figures import PLAN_BANDS, YEARS
from cin_pipeline.synthetic.calibrated.windows import TO_2_YEARS

FIRST, LAST = YEARS

# How much of one thing an LA can have for another, so that what is shared out over the LAs finds room in each; all
# invented. Where they are too narrow for England's total, it is not reached: `apportion` goes to the nearest it can.
# (With _LATE_TENTHS at 1, 40,000 assessments fewer are late than published.)
_QUARTER: Final = 4  # of the plans from before that ended in the first year, how many can have lasted 2 years
_HOSTS_OF_CONFERENCE: Final = 6  # open assessed episodes for each conference without a plan
_HOSTS_OF_ENQUIRY: Final = 10  # the same for each enquiry alone, however many of them have a plan or conference
_LATE_TENTHS: Final = 4  # of the assessments, how many can be beyond 45 working days

_ROUNDED_DOWN, _ROUNDED_UP = 4, 5  # published to the nearest 10: at most so much more or less than it says [A49]


def count_plans(of: Columns) -> None:
    """Protection plans: those of 31 March by the year they began, and when they ended."""
    get = of.get
    for year in YEARS:
        began = sum((get(name, year) for name in PLAN_BANDS[:TO_2_YEARS]), np.zeros_like(get("plans", year)))
        of.set("plans_kept_new", year, began)
        of.set("plans_ended_new", year, get("plans_starting", year) - began)
    # From before the first year, and ended in it.
    open_ = get("plans", FIRST)
    total = e.PLANS_ENDING[FIRST] - get("plans_ended_new", FIRST).sum()
    ended = of.set("plans_ended_old", FIRST, apportion(total, of.varied(open_)))
    of.set("plans_ended_2_years", FIRST, apportion(e.PLANS_ENDED_2_YEARS[FIRST], ended, 0, ended // _QUARTER))
    # Open at the turn of the year: from 2014-15 (1 to 2 years), older, and begun in the first year.
    of_2_years, older, began = get("plans_2_years", FIRST), get("plans_longer", FIRST), get("plans_kept_new", FIRST)
    kept_long = get("plans_longer", LAST)
    low = np.maximum(0, kept_long - of_2_years)
    kept_older = np.clip(kept_long * older // np.maximum(of_2_years + older, 1), low, np.minimum(kept_long, older))
    of.set("plans_kept_older", LAST, kept_older)
    of.set("plans_kept_2_years", LAST, kept_long - kept_older)
    ended_older = of.set("plans_ended_older", LAST, older - kept_older)
    ended = of.set("plans_ended_2_years_old", LAST, of_2_years - (kept_long - kept_older))
    after_2_years = apportion(e.PLANS_ENDED_2_YEARS[LAST] - ended_older.sum(), ended, 0, ended)
    of.set("plans_ended_2_years", LAST, after_2_years)
    ended = began - get("plans_2_years", LAST)
    # The published stocks and flows of plans do not balance: some were taken off the record.
    balance = get("plans", FIRST).sum() + get("plans_starting", LAST).sum() - get("plans", LAST).sum()
    removed = of.set("plans_removed", LAST, apportion(balance - e.PLANS_ENDING[LAST], ended, 0, ended))
    of.set("plans_ended_began", LAST, ended - removed)
    _plan_categories(of)
    for year in YEARS:
        reviewable = get("plans", year) - get("plans_3_months", year)
        fresh = get("plans_6_months", year) + get("plans_1_year", year)
        # Plans that end in the last year, or began in it: so no late review counts in both years.
        can_be_late = np.minimum(reviewable, fresh) if year == LAST else _ending_later(of, reviewable)
        late = apportion(
            reviewable.sum() - e.REVIEWED_IN_TIME[year], of.varied(reviewable), 0, np.minimum(can_be_late, fresh)
        )
        of.set("plans_reviewed_late", year, late)


def _ending_later(of: Columns, reviewable: Counts) -> Counts:
    """Of the plans begun in the first year and open at its end for 3 months or more, those that end."""
    began = of.get("plans_6_months", FIRST) + of.get("plans_1_year", FIRST)
    able: Counts = np.minimum(reviewable, np.maximum(began - of.get("plans_2_years", LAST), 0))
    return able


def _plan_categories(of: Columns) -> None:
    """Initial categories of the plans at 31 March: in the first year, of those kept, and of those begun since."""
    every = of.get("plans", FIRST)
    rounded = np.array(e.CATEGORIES[FIRST])
    by_category = of.shared(rounded * every.sum() / rounded.sum(), every, "plans_category", FIRST)
    kept = of.get("plans_longer", LAST) + of.get("plans_2_years", LAST)
    share = kept.sum() / every.sum()
    still = of.shared(by_category.sum(axis=0) * share, kept, "kept_category", LAST, by_category)
    target = np.array(e.CATEGORIES[LAST])
    total = of.get("plans", LAST).sum()
    exact = apportion(total, target, target - _ROUNDED_UP, target + _ROUNDED_DOWN)
    of.shared(exact - still.sum(axis=0), of.get("plans_kept_new", LAST), "new_category", LAST)


def count_conferences(of: Columns, year: int) -> None:
    """Initial conferences by wait, and section 47 enquiries that needed none."""
    get = of.get
    starting = get("plans_starting", year)
    waits = np.array(e.CONFERENCES_BY_WAIT[year])
    hosts = get("at_end", year) - get("awaiting", year)
    room = np.maximum(hosts // _HOSTS_OF_CONFERENCE, 1)
    more = apportion(waits.sum() - starting.sum(), of.varied(starting), 0, room)
    of.set("conferences_without_plan", year, more)
    of.shared(waits, starting + more, "wait", year)
    # A case has one enquiry a year at most, and none if it turns out that the child is not in need.
    taken = get("plans_starting", year) + more + get("plans", FIRST) + get("dropped", LAST)
    free = np.maximum(hosts - taken, hosts // _HOSTS_OF_ENQUIRY)
    enquiries = apportion(e.ENQUIRIES[year] - waits.sum(), of.varied(hosts), 0, free)
    of.set("enquiries_alone", year, enquiries)


def count_assessments(of: Columns, year: int) -> None:
    """Assessments completed, and how many of them within 45 working days; those pending at the end of the year."""
    get = of.get
    pending = np.minimum(get("kept_new0", year), get("at_end", year) - get("awaiting", year))
    pending = of.set("pending", year, np.rint(e.PENDING * pending))
    assessed = get("at_end", year) - get("awaiting", year) - pending
    low = assessed + get("not_in_need", year) + get("dropped", year)
    more = get("ended_new", year)
    if year == LAST:
        ended = get("ended_from_new", year) + get("ended_from_old", year)
        low = low + np.minimum(get("pending", FIRST), ended)
    total = of.set("assessed", year, apportion(e.ASSESSMENTS[year], of.varied(low), low, low + more))
    late = (1 - e.ASSESSED_WITHIN_45_DAYS[year]) * total.sum()
    of.set("assessed_late", year, apportion(late, of.varied(total), 0, total * _LATE_TENTHS // 10))
    nothing_found = np.rint(d.NO_FACTORS * (get("not_in_need", year) + get("dropped", year)))
    found = total - of.set("nothing_found", year, nothing_found)
    # Every LA goes on in the sets of factors where the one before stopped, so that England has all equally often.
    of.set("factor_sets_before", year, np.cumsum(found) - found)
