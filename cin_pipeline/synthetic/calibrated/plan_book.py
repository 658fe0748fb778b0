"""All protection plans of a local authority (LA) over the years: categories, earlier plans, reviews.

A plan that goes on from one return to the next keeps what the first said of it, where the figures of both leave
that."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated.apportion import Counts, apportion, spread
from cin_pipeline.synthetic.calibrated.figures import Figures
from cin_pipeline.synthetic.calibrated.plan_table import PlanTable
from cin_pipeline.synthetic.calibrated.windows import YearDays
from cin_pipeline.synthetic.cases import Booleans
from cin_pipeline.synthetic.days import HORIZON, NONE, Days, on_or_before

Numbers = Counts

_CATEGORIES: Final = tuple((code,) for code in d.CATEGORIES)
_MOST_REVIEWS: Final = (
    26  # of a plan, invented: one in 5 months for 10 years and more, longer than nearly any plan here
)
# Days from a review to the next, and from the start of a plan to the first: from the first number up to below the
# second, in time and late. The law asks for 3 months, then 6 (at least 89 and 181 days). Invented: those in time stay
# within it also where the working day before is taken, the late one is beyond it also then.
_REVIEWED: Final = (150, 173)
_FIRST_REVIEWED, _FIRST_REVIEWED_LATE = (65, 85), (98, 120)
_UNREVIEWED_DAYS: Final = (
    186  # without a review before the end of a year, for a plan to count as not in time (6 months)
)
_PREVIOUS_OF_OTHERS: Final = (
    0.15  # share of plans from before the years here that had one before: invented, not counted
)


@dataclass
class PlanBook:
    """Plans by number, which is their position."""

    initial: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    latest: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    previous: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    late: Booleans = field(default_factory=lambda: np.empty(0, dtype=bool))
    gaps: Numbers = field(default_factory=lambda: np.empty((0, _MOST_REVIEWS), dtype=np.int64))

    def add(self, rng: np.random.Generator, count: int) -> Numbers:
        """Numbers of so many more plans, of which nothing is known yet."""
        at = len(self.initial) + np.arange(count)
        unknown = np.full(count, NONE)
        gaps = rng.integers(*_REVIEWED, (count, _MOST_REVIEWS))
        gaps[:, 0] = rng.integers(*_FIRST_REVIEWED, count)
        self.initial = np.concatenate((self.initial, unknown))
        self.latest = np.concatenate((self.latest, unknown))
        self.previous = np.concatenate((self.previous, (rng.random(count) < _PREVIOUS_OF_OTHERS).astype(np.int64)))
        self.late = np.concatenate((self.late, np.zeros(count, dtype=bool)))
        self.gaps = np.concatenate((self.gaps, gaps))
        return at


@dataclass(frozen=True)
class PlanRecords:
    """What a return says of its plans, in the order of a plan table: categories, plans before, and reviews."""

    initial: Numbers
    latest: Numbers
    previous: Numbers
    review_plan: Numbers
    review: Days


def write_plans(
    rng: np.random.Generator, book: PlanBook, plans: PlanTable, again: Booleans, of: Figures, days: YearDays
) -> PlanRecords:
    """Enters the plans of a year into the book, and gives what its return says of them.

    `again`: plans of children who had another one."""
    fresh = np.flatnonzero(plans.number == NONE)
    plans.number[fresh] = book.add(rng, len(fresh))
    starting = (plans.start >= days.start) & (plans.start <= days.end)
    open_ = plans.end == HORIZON
    for which, known in (("initial", book.initial), ("latest", book.latest)):
        _categorise(rng, known, plans, starting, open_, of, which, book.initial)
    at = np.flatnonzero(starting)
    at = at[np.argsort(rng.random(len(at)) - again[at], kind="stable")]
    second = min(of.count("cpp_starting_second_or_subsequent"), len(at))
    book.previous[plans.number[at[:second]]] = 1 + (rng.random(second) < d.SECOND_PREVIOUS_PLAN)
    book.previous[plans.number[at[second:]]] = 0
    unreviewed = _late(rng, book, plans, open_, of, days)
    number = plans.number
    review = on_or_before(plans.start[:, None] + np.cumsum(book.gaps[number], axis=1))
    until = np.minimum(np.where(unreviewed, days.end - _UNREVIEWED_DAYS, days.end), plans.end - 1)
    plan, turn = np.nonzero(review <= until[:, None])
    return PlanRecords(book.initial[number], book.latest[number], book.previous[number], plan, review[plan, turn])


def _late(
    rng: np.random.Generator, book: PlanBook, plans: PlanTable, open_: Booleans, of: Figures, days: YearDays
) -> Booleans:
    """Marks plans as reviewed late until as many are as published, those that began in the year first; which older ones
    have no review for too long."""
    reviewable = open_ & (plans.start < days.open_since[0][0])
    late = int(reviewable.sum()) - min(of.count("cpp_reviewed_in_time_at_31_march"), int(reviewable.sum()))
    late -= int((reviewable & book.late[plans.number]).sum())
    # What began on 31 December needs no review before the end of the year.
    able = reviewable & ~book.late[plans.number] & (plans.start < days.open_since[0][0] - 1)
    fresh = able & (plans.start >= days.start)
    first = rng.permutation(np.flatnonzero(fresh))[: max(late, 0)]
    book.gaps[plans.number[first], 0] = rng.integers(*_FIRST_REVIEWED_LATE, len(first))
    # The first review of the latest may not be due late before the end: they have none at all.
    book.late[plans.number[first]] = True
    older = rng.permutation(np.flatnonzero(able & ~fresh))[: max(late - len(first), 0)]
    unreviewed = np.zeros(len(plans.case), dtype=bool)
    unreviewed[older] = True
    return unreviewed


def _categorise(
    rng: np.random.Generator,
    known: Numbers,
    plans: PlanTable,
    starting: Booleans,
    open_: Booleans,
    of: Figures,
    which: str,
    like: Numbers,
) -> None:
    """Sets a category of each plan, such that those starting and those open come to what is published (tables D2,
    D4)."""
    begun = of.split("cpp_starting", f"{which}_category", _CATEGORIES, int(starting.sum()))
    at_end = of.split("cpp_at_31_march", f"{which}_category", _CATEGORIES, int(open_.sum()))
    groups = [np.flatnonzero(mask) for mask in (starting & open_, starting & ~open_, ~starting & open_)]
    others = np.flatnonzero(~starting & ~open_)
    of_old = known[plans.number[groups[2]]]
    wished = np.bincount(of_old[of_old != NONE], minlength=len(_CATEGORIES))
    high = np.minimum(begun, at_end)
    low = np.minimum(np.maximum(begun - len(groups[1]), 0), high)
    both = apportion(len(groups[0]), np.maximum(at_end - wished, 0), low, high)
    for group, counts in zip(groups, (both, begun - both, at_end - both), strict=True):
        _assign(rng, known, plans.number[group], np.maximum(counts, 0), like)
    unknown = plans.number[others]
    unknown = unknown[known[unknown] == NONE]
    drawn = d.weighted(rng, tuple(d.CATEGORIES.values()), len(unknown))
    known[unknown] = np.where(like[unknown] == NONE, drawn, like[unknown])


def _assign(rng: np.random.Generator, known: Numbers, number: Numbers, counts: Counts, like: Numbers) -> None:
    """So many of each category to some plans: as they are known, or like another, as far as the counts allow."""
    left = counts.copy()
    given = np.full(len(number), NONE)
    for wish in (known[number], like[number]):
        for category in range(len(left)):
            at = np.flatnonzero((given == NONE) & (wish == category))[: left[category]]
            given[at] = category
            left[category] -= len(at)
    rest = np.flatnonzero(given == NONE)
    drawn = spread(rng, left)[: len(rest)]
    given[rest[: len(drawn)]] = drawn
    over = rest[len(drawn) :]
    given[over] = d.weighted(rng, tuple(d.CATEGORIES.values()), len(over))
    known[number] = given
