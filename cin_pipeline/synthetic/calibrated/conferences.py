"""Section 47 enquiries and initial child protection conferences (table C4).

A conference begins every plan, others lead to none; each follows an enquiry of the same year, but for children who
moved here with a plan, whose conference is the case's own. Other enquiries need no conference.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.apportion import Counts
from cin_pipeline.synthetic.calibrated.figures import Figures
from cin_pipeline.synthetic.calibrated.lengths import drawn_lengths, given_out
from cin_pipeline.synthetic.calibrated.plan_table import FROM_REFERRAL, Hosts, PlanTable
from cin_pipeline.synthetic.calibrated.windows import draw_days, draw_working_days
from cin_pipeline.synthetic.cases import Booleans
from cin_pipeline.synthetic.days import (
    NONE,
    WEEKDAY,
    Days,
    working_day,
    working_day_number,
    working_days_between,
)

Numbers = Counts

WAITS: Final = (("0-10",), ("11-15",), ("16-20",), ("21+",))
# Working days from the enquiry to the conference, by the bands of table C4. That the first begins with 1 and the last
# ends with 44 is invented.
WAIT_DAYS: Final = ((1, 10), (11, 15), (16, 20), (21, 44))

# Share of the plans starting in a year that were brought in from another LA: a conference, and no enquiry; invented.
_TRANSFERRED: Final = 0.02
_SATURDAY: Final = 5  # position in the week, from Monday
_ROOM: Final = 5  # calendar days in which there always is a working day; invented
_LONG_ENOUGH: Final = 40  # calendar days of a case with an enquiry, for preference: it has an assessment; invented
_TRIES: Final = 12  # how often a day is drawn for another enquiry of a child; invented


@dataclass(frozen=True)
class Enquiries:
    """Section 47 enquiries (case, start, conference or NONE), and the transfer-in conference of each case, or NONE."""

    case: Numbers
    start: Days
    conference: Days
    transfer_in: Days


def hold_conferences(hosts: Hosts, plans: PlanTable, of: Figures) -> Enquiries:
    """All enquiries and conferences of a year, as many as published, of as many children."""
    rng, cases, days = hosts.rng, hosts.cases, hosts.days
    starting = np.flatnonzero((plans.start >= days.start) & (plans.start <= days.end))
    whole, children = of.count("icpcs"), of.count("children_icpc")
    case, held = plans.case[starting], plans.start[starting]
    if whole < len(case):
        # More plans than conferences: those that are over begin without.
        kept = np.sort(rng.permutation(len(case))[:whole])
        case, held = case[kept], held[kept]
    more = whole - len(case)
    with_one = np.zeros(len(hosts.planned), dtype=bool)
    with_one[cases.child[case]] = True
    of_others = max(min(children - int(with_one.sum()), more), 0)
    able = hosts.suited & ~with_one[cases.child] & (hosts.until - _from(hosts) > hosts.wait + _ROOM)
    others = hosts.choose(of_others, able, preferred=hosts.open)
    with_one[cases.child[others]] = True
    case, held = (
        np.concatenate((case, others)),
        np.concatenate((held, draw_working_days(rng, (_from(hosts) + hosts.wait)[others], hosts.until[others]))),
    )
    again = _again(hosts, case, held, more - of_others, days_apart=FROM_REFERRAL)
    case, held = np.concatenate((case, again[0])), np.concatenate((held, again[1]))
    waits = of.split("icpcs", "wait", WAITS, whole)
    waits[int(np.argmax(waits))] += whole - waits.sum()
    lengths = drawn_lengths(rng, waits, WAIT_DAYS, of.quartiles("icpcs"))
    transferred = _transferred(hosts, case, held, waits, whole - of.count("section_47_enquiries"))
    lengths = _without(lengths, working_days_between(cases.referral[case[transferred]], held[transferred]), waits)
    transfer_in = np.full(len(cases), NONE)
    transfer_in[case[transferred]] = held[transferred]
    after = np.setdiff1d(np.arange(len(case)), transferred)
    case, held = case[after], held[after]
    first = np.maximum(np.maximum(cases.referral[case], days.start), _after_the_one_before(case, held))
    room = working_day_number(held) - 1 - working_day_number(first - 1)
    wait = given_out(rng, lengths, room, np.zeros(len(room), dtype=np.int64))
    start = working_day(working_day_number(held) - wait)
    alone = _alone(hosts, case, start, held, of)
    return Enquiries(
        np.concatenate((case, alone[0])),
        np.concatenate((start, alone[1])),
        np.concatenate((held, np.full(len(alone[0]), NONE))),
        transfer_in,
    )


def quick_waits(of: Figures) -> float:
    """The share of conferences that came within two weeks of the enquiry."""
    waits = of.split("icpcs", "wait", WAITS, of.count("icpcs"))
    return float(waits[0] / max(waits.sum(), 1))


def _after_the_one_before(case: Numbers, held: Days) -> Days:
    """The day after the conference of the same case before each, 0 without."""
    order = np.lexsort((held, case))
    after = np.zeros(len(case), dtype=np.int64)
    again = case[order[1:]] == case[order[:-1]]
    after[order[1:][again]] = held[order[:-1][again]] + 1
    return after


def _from(hosts: Hosts) -> Days:
    """The first day of each case in the year."""
    return np.maximum(hosts.cases.referral, hosts.days.start)


def _without(lengths: Numbers, taken: Numbers, left: Counts) -> Numbers:
    """The lengths but for those nearest to some that are taken, so that as many are left in each band."""
    band = np.searchsorted([longest for _, longest in WAIT_DAYS[:-1]], lengths)
    of_taken = np.searchsorted([longest for _, longest in WAIT_DAYS[:-1]], taken)
    kept = []
    for at, count in enumerate(left.tolist()):
        here = lengths[band == at].tolist()
        for length in sorted(taken[of_taken == at].tolist()):
            if len(here) > count:
                here.remove(min(here, key=lambda each: abs(each - length)))
        kept += here[: max(count, 0)]
    return np.array(kept, dtype=np.int64)


def _transferred(hosts: Hosts, case: Numbers, held: Days, waits: Counts, least: int) -> Numbers:
    """Which conferences are those of children who moved here, at most one of a case; takes them from the waits.

    They are counted from the referral. What is held at a weekend can be no other."""
    cases, days = hosts.cases, hosts.days
    since = working_days_between(cases.referral[case], held)
    weekend = WEEKDAY[held] >= _SATURDAY
    band = np.searchsorted([longest for _, longest in WAIT_DAYS[:-1]], since)
    able = (cases.referral[case] >= days.start) | weekend | (least > 0)
    # Rule 2885 looks for the conference of a plan among the enquiries of its case, where there are any.
    able &= np.bincount(case, minlength=len(cases))[case] == 1
    order = np.argsort(hosts.rng.random(len(case)) - weekend, kind="stable")
    wanted = max(int(_TRANSFERRED * len(case)), least, int(weekend.sum()))
    chosen: list[int] = []
    taken: set[int] = set()
    for at in order.tolist():
        if len(chosen) >= wanted:
            break
        if able[at] and int(case[at]) not in taken and (waits[band[at]] > 0 or weekend[at]):
            waits[band[at]] = max(waits[band[at]] - 1, 0)
            chosen.append(at)
            taken.add(int(case[at]))
    return np.array(chosen, dtype=np.int64)


def _alone(hosts: Hosts, case: Numbers, start: Days, held: Days, of: Figures) -> tuple[Numbers, Days]:
    """Enquiries that needed no conference: those of other children, then more of children who have one."""
    rng, cases = hosts.rng, hosts.cases
    more = max(of.count("section_47_enquiries") - len(case), 0)
    with_one: Booleans = np.zeros(len(hosts.planned), dtype=bool)
    with_one[cases.child[case]] = True
    of_others = max(min(of.count("children_section_47") - int(with_one.sum()), more), 0)
    long = hosts.until - _from(hosts) > _LONG_ENOUGH
    others = hosts.choose(of_others, hosts.suited & ~with_one[cases.child], preferred=long)
    begun = draw_days(rng, _from(hosts)[others], np.maximum(hosts.until[others] - 1, _from(hosts)[others]))
    every_case, every_start = np.concatenate((case, others)), np.concatenate((start, begun))
    every_held = np.concatenate((held, np.full(len(others), NONE)))
    again = _again(hosts, every_case, every_start, more - len(others), days_apart=1, until=every_held)
    return np.concatenate((others, again[0])), np.concatenate((begun, again[1]))


def _again(
    hosts: Hosts, case: Numbers, day: Days, count: int, *, days_apart: int, until: Days | None = None
) -> tuple[Numbers, Days]:
    """`count` more days in cases that have one, on other days: so many days apart, and not before what lasts
    `until`."""
    found_case: list[int] = []
    found_day: list[int] = []
    if count <= 0 or not len(case):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    taken: dict[int, list[tuple[int, int]]] = {}
    ends = day if until is None else np.maximum(day, until)
    for child, first, last in zip(hosts.cases.child[case].tolist(), day.tolist(), ends.tolist(), strict=True):
        taken.setdefault(child, []).append((first, last))
    room = (hosts.until - _from(hosts))[case]
    order = np.argsort(-room + hosts.rng.random(len(case)) * np.maximum(room, 1), kind="stable")
    for _ in range(_TRIES):
        for at in order.tolist():
            if len(found_case) >= count:
                break
            of = int(case[at])
            child = int(hosts.cases.child[of])
            low = max(int(hosts.cases.referral[of]), hosts.days.start) + (days_apart if until is None else 0)
            high = int(hosts.until[of])
            if high < low:
                continue
            drawn = working_day(working_day_number(hosts.rng.integers(low, high + 1, 1)))
            new = int(drawn[0])
            if new < low or any(first - days_apart < new < last + days_apart for first, last in taken[child]):
                continue
            taken[child].append((new, new))
            found_case.append(of)
            found_day.append(new)
        if len(found_case) >= count:
            break
    return np.array(found_case, dtype=np.int64), np.array(found_day, dtype=np.int64)
