"""Child in need plans (table B7, from 2021-22): in episodes of need, before or after a protection plan in the year."""

from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.apportion import Counts
from cin_pipeline.synthetic.calibrated.figures import Figures
from cin_pipeline.synthetic.calibrated.flows import followed
from cin_pipeline.synthetic.calibrated.plan_table import Hosts, PlanTable
from cin_pipeline.synthetic.days import HORIZON, NONE, Days

Numbers = Counts

# Invented. Of the plans open when the year began, the share that is open at its end; days that a plan takes at least,
# and between two; days before the year in which a plan from before began, at most.
_STAYS: Final = 0.15
_SHORTEST: Final = 2
_BETWEEN: Final = 3
_BEGAN_WITHIN: Final = 300
_YEAR_DAYS: Final = 365  # as the calendar counts: by which the time of a case is set against that of others


def draw_cin_plans(hosts: Hosts, plans: PlanTable, of: Figures) -> tuple[Numbers, Days, Days]:
    """Case, start and end (HORIZON where open) of each plan; none for a year without the table."""
    if not of.knows("cin_plans_starting"):
        none = np.empty(0, dtype=np.int64)
        return none, none, none
    starting, ending, at_end = (of.count(f"cin_plans_{name}") for name in ("starting", "ending", "at_31_march"))
    carried = max(ending + at_end - starting, 0)
    old_open = int(np.clip(round(_STAYS * carried), max(0, at_end - starting), min(carried, at_end)))
    old_open = max(old_open, carried - ending)
    more = followed(
        starting - of.count("children_cin_plan_starting"),
        ending - of.count("children_cin_plan_ending"),
        ending + at_end - of.count("children_cin_plan_any_point"),
    )
    # Those that begin and end in the year are enough for the children with several.
    several = more.old_ended + more.new_open + more.new_ended
    old_open = int(np.clip(several - (starting - at_end), old_open, max(min(carried, at_end), old_open)))
    counts = {
        (True, True): old_open,
        (True, False): carried - old_open,
        (False, True): at_end - old_open,
        (False, False): max(starting - at_end + old_open, 0),
    }
    drawn = _Drawn(hosts, plans)
    ended = counts[False, False] - more.old_ended - more.new_open
    # Of what ends and is followed by another that ends, pairs as far as there are enough; else more of a child.
    pairs = int(np.clip(ended - more.new_ended, 0, more.new_ended))
    further = more.new_ended - pairs
    kinds = [
        (more.old_open, True, True),
        (more.old_ended, True, False),
        (more.new_open, False, True),
        (pairs, False, False),
    ]
    children = sum(count for count, _, _ in kinds)
    for count, old, open_ in kinds:
        here = further if children == count else round(further * count / max(children, 1))
        children, further = children - count, further - here
        done, more_done = drawn.several(count, here, old=old, open_=open_)
        counts[old, False] -= done
        counts[False, open_] -= done
        counts[False, False] -= more_done
    for (old, open_), count in sorted(counts.items(), key=lambda each: each[0][::-1], reverse=True):
        drawn.one(count, old=old, open_=open_)  # those that stay open first: fewer cases can have them
    return drawn.joined()


class _Drawn:
    """The plans while they are drawn, and between which days each case can take one: not during a protection plan."""

    def __init__(self, hosts: Hosts, plans: PlanTable) -> None:
        self._hosts = hosts
        self._parts: list[tuple[Numbers, Days, Days]] = []
        self._first = np.maximum(hosts.cases.referral, hosts.days.start)
        self._until, self._open = hosts.until.copy(), hosts.open.copy()
        self._old = hosts.cases.referral < hosts.days.start
        self._planned = np.zeros(len(hosts.cases), dtype=bool)
        self._beside(plans)

    def _beside(self, plans: PlanTable) -> None:
        """The time before or after the protection plan of a child who has one in the year."""
        hosts, days = self._hosts, self._hosts.days
        number = np.bincount(hosts.cases.child[plans.case], minlength=len(hosts.planned))
        self._planned = number[hosts.cases.child] > 0
        hosts.planned[:] = number > 1
        self._until[self._planned] = NONE  # of the other cases of the child
        alone = number[hosts.cases.child[plans.case]] == 1
        after = alone & (plans.end <= days.end)
        case = plans.case[after]
        self._first[case], self._until[case], self._old[case] = plans.end[after], hosts.until[case], False
        before = alone & ~after & (plans.start >= days.start)
        case = plans.case[before]
        self._until[case], self._open[case] = plans.start[before], False

    def joined(self) -> tuple[Numbers, Days, Days]:
        """Case, start and end of all."""
        empty = np.empty(0, dtype=np.int64)
        case, start, end = (np.concatenate(column) for column in zip(*self._parts, (empty, empty, empty), strict=True))
        return case, start, end

    def _choose(self, count: int, room: int, *, old: bool, open_: bool, roomy: bool = False) -> Numbers:
        hosts = self._hosts
        length = self._until - self._first
        able = hosts.free & (length >= room)
        if old:
            able &= self._old
        if open_:
            able &= self._open
        fits = self._open == open_
        preferred = np.where(self._planned, -1.0, 0.0) + fits + (length / _YEAR_DAYS if roomy else 0.0)
        case = hosts.choose(count, able, preferred=preferred)
        hosts.take(case)
        return case

    def one(self, count: int, *, old: bool, open_: bool) -> None:
        """Plans of children who have one in the year."""
        case = self._choose(count, 0 if old or open_ else 1, old=old, open_=open_)
        self._add(case, self._first[case], self._until[case], old=old, open_=open_)

    def several(self, count: int, further: int, *, old: bool, open_: bool) -> tuple[int, int]:
        """Plans of children with two: one that ends, from before the year or begun in it, then another; of some with
        more. How many have, and how many more there are."""
        each = np.full(count, further // max(count, 1))
        each[: further % max(count, 1)] += 1
        room = (_SHORTEST + _BETWEEN) * (2 + int(each.max(initial=0)))
        case = self._choose(count, room, old=old, open_=open_, roomy=further > 0)
        each = each[: len(case)]
        parts = each + 2
        for turn in range(int(parts.max(initial=0))):
            at = np.flatnonzero(turn < parts)
            length = self._until[case[at]] - self._first[case[at]]
            first = self._first[case[at]] + length * turn // parts[at] + (_BETWEEN if turn else 0)
            last = turn == parts[at] - 1
            until = np.where(last, self._until[case[at]], self._first[case[at]] + length * (turn + 1) // parts[at])
            self._add(case[at][~last], first[~last], until[~last], old=old and not turn, open_=False)
            self._add(case[at][last], first[last], until[last], old=False, open_=open_)
        return len(case), int(each.sum())

    def _add(self, case: Numbers, first: Days, until: Days, *, old: bool, open_: bool) -> None:
        """One plan in each case between two days, which may have begun before the first, or stays open."""
        hosts, days = self._hosts, self._hosts.days
        rng, referral = hosts.rng, hosts.cases.referral[case]
        if old:
            low = np.maximum(referral, days.start - _BEGAN_WITHIN)
            start = low + (rng.random(len(case)) * (days.start - low)).astype(np.int64)
        else:
            start = first + (rng.random(len(case)) * np.maximum(until - first, 1)).astype(np.int64)
        if open_:
            end = np.full(len(case), HORIZON)
        else:
            low = np.maximum(start + 1, days.start)
            end = low + (rng.random(len(case)) * (until - low + 1)).astype(np.int64)
        self._parts.append((case, start, end))
