"""Protection plans that begin in the year: in cases that are open for long enough, and some after another of the
child."""

from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.apportion import Counts
from cin_pipeline.synthetic.calibrated.figures import Figures
from cin_pipeline.synthetic.calibrated.flows import Flow, Followed, followed
from cin_pipeline.synthetic.calibrated.plan_table import Hosts, PlanTable
from cin_pipeline.synthetic.calibrated.plans_carried import first_half
from cin_pipeline.synthetic.calibrated.windows import BAND_DAYS, BANDS, TO_2_YEARS, draw_working_days
from cin_pipeline.synthetic.days import HORIZON, Days

Numbers = Counts

# Calendar days, invented: among a day and as many before it there is always a working day; between two plans of a
# child; that a short plan lasts at least (rules ask for one).
_HOLDS_WORKING_DAY: Final = 5
_BETWEEN: Final = 4
_SHORTEST: Final = 6


def begin_plans(hosts: Hosts, plans: PlanTable, flow: Flow, of: Figures, missing: Counts) -> None:
    """Adds the plans that begin in the year to those from before it, all in cases of their own.

    `missing`: plans that have to end in the first half of the year, beside those from before, by how long the child
    then remained in need."""
    more = followed(
        of.count("cpp_starting") - of.count("children_cpp_starting"),
        of.count("cpp_ending") - of.count("children_cpp_ending"),
        of.count("cpp_ending") + of.count("cpp_at_31_march") - of.count("children_cpp_any_point"),
    )
    new_open, new_ended = flow.new_open.copy(), flow.new_ended.copy()
    _after_another(hosts, plans, more, new_open, new_ended)
    _in_first_half(hosts, plans, new_ended, int(missing.sum()))
    for band in reversed(BANDS[:TO_2_YEARS]):
        low, high = hosts.days.open_since[band]
        _open(hosts, plans, int(new_open[band]), low, high)
    for band in reversed(BANDS[:TO_2_YEARS]):
        _ended(hosts, plans, int(new_ended[band]), band)


def _earliest(hosts: Hosts, case: Numbers) -> Days:
    first: Days = np.maximum(hosts.cases.referral, hosts.days.start)[case] + hosts.wait[case]
    return first


def _every_earliest(hosts: Hosts) -> Days:
    return _earliest(hosts, np.arange(len(hosts.cases)))


def _open(hosts: Hosts, plans: PlanTable, count: int, low: int, high: int) -> None:
    """Plans that begin between two days and are open at the end of the year."""
    able = hosts.free & hosts.open & (_every_earliest(hosts) <= high - _HOLDS_WORKING_DAY)
    case = hosts.choose(count, able)
    if len(case) < count:
        # Where too few were referred in time, those referred soonest after.
        late = hosts.free & hosts.open & (hosts.cases.referral < high - _HOLDS_WORKING_DAY)
        late[case] = False
        case = np.concatenate((case, hosts.choose(count - len(case), late)))
    start = draw_working_days(
        hosts.rng, np.minimum(np.maximum(low, _earliest(hosts, case)), high - _HOLDS_WORKING_DAY), high
    )
    plans.add(case, start, np.full(len(case), HORIZON))
    hosts.take(case)


def _ended(hosts: Hosts, plans: PlanTable, count: int, band: int, latest: int | None = None) -> None:
    """Plans that begin and end in the year, after a duration of the band; by `latest`, and long before the case
    does."""
    shortest, longest = BAND_DAYS[band]
    shortest = max(shortest, _SHORTEST)
    until = hosts.until if latest is None else np.minimum(hosts.until, latest)
    # All others end in the second half.
    after = hosts.days.start if latest is not None else first_half(hosts.days) + 1
    earliest = np.maximum(_every_earliest(hosts), after - longest)
    able = hosts.free & (until - np.maximum(earliest, after - shortest) >= shortest + _HOLDS_WORKING_DAY)
    if latest is not None:
        able &= hosts.open
    case = hosts.choose(count, able, preferred=hosts.open)
    start = draw_working_days(hosts.rng, earliest[case], until[case] - shortest)
    low, high = np.maximum(start + shortest, after), np.minimum(start + longest, until[case])
    end = low + (hosts.rng.random(len(case)) * (high - low + 1)).astype(np.int64)
    plans.add(case, start, end)
    hosts.take(case)


def _in_first_half(hosts: Hosts, plans: PlanTable, new_ended: Counts, count: int) -> None:
    """Plans that begin and end in the first half of the year, in cases that stay open."""
    for band in BANDS[:TO_2_YEARS]:
        here = min(count, int(new_ended[band]))
        before = len(plans.case)
        _ended(hosts, plans, here, band, first_half(hosts.days))
        done = len(plans.case) - before
        new_ended[band] -= done
        count -= done


def _after_another(hosts: Hosts, plans: PlanTable, more: Followed, new_open: Counts, new_ended: Counts) -> None:
    """Second plans of children in the year, which take their part of the counts: in the same case, after the first."""
    old = np.flatnonzero(plans.end < HORIZON)
    old = old[hosts.suited[plans.case[old]]]
    old = old[np.argsort(plans.end[old], kind="stable")]
    used: set[int] = set()
    for count, stays in ((more.old_open, True), (more.old_ended, False)):
        for plan in old.tolist():
            if count <= 0:
                break
            case = int(plans.case[plan])
            start = int(plans.end[plan]) + _BETWEEN
            if case in used or (stays and not hosts.open[case]):
                continue
            if stays:
                done = _second_open(hosts, plans, case, start, new_open)
            else:
                done = _second_ended(hosts, plans, case, start, int(hosts.until[case]), new_ended)
            if done:
                used.add(case)
                count -= 1
    for count, stays in ((more.new_open, True), (more.new_ended, False)):
        room = hosts.until - _every_earliest(hosts)
        able = hosts.free & (room >= _ROOM_FOR_TWO) & (hosts.open | (not stays))
        for case in hosts.choose(count, able).tolist():
            first = int(_earliest(hosts, np.array([case]))[0])
            # The first plan ends early enough for another.
            latest = int(hosts.until[case]) - _ROOM_FOR_SECOND
            if not _second_ended(hosts, plans, case, first, latest, new_ended):
                continue
            start = int(plans.end[-1]) + _BETWEEN
            if stays:
                _second_open(hosts, plans, case, start, new_open)
            else:
                _second_ended(hosts, plans, case, start, int(hosts.until[case]), new_ended)
            hosts.take(np.array([case]))


# Calendar days that two plans take together, and the second one, at least; invented.
_ROOM_FOR_TWO: Final = 90
_ROOM_FOR_SECOND: Final = 40


def _second_open(hosts: Hosts, plans: PlanTable, case: int, earliest: int, new_open: Counts) -> bool:
    """A plan that begins some time after a day and stays open, in a band of which one is left; whether it can be."""
    for band in BANDS[:TO_2_YEARS]:
        low, high = hosts.days.open_since[band]
        low = max(low, earliest)
        if new_open[band] > 0 and low <= high - _HOLDS_WORKING_DAY:
            start = draw_working_days(hosts.rng, low, high)
            plans.add(np.array([case]), start.reshape(1), np.array([HORIZON]))
            new_open[band] -= 1
            return True
    return False


def _second_ended(hosts: Hosts, plans: PlanTable, case: int, earliest: int, until: int, new_ended: Counts) -> bool:
    """A plan that begins soon after a day and ends by another; whether one can be."""
    for band in BANDS[:TO_2_YEARS]:
        shortest, longest = max(BAND_DAYS[band][0], _SHORTEST), BAND_DAYS[band][1]
        if new_ended[band] > 0 and earliest + shortest + _HOLDS_WORKING_DAY <= until:
            start = int(draw_working_days(hosts.rng, earliest, earliest + _HOLDS_WORKING_DAY))
            low = max(start + shortest, first_half(hosts.days) + 1)
            high = min(start + longest, until)
            if low > high:
                continue
            end = int(hosts.rng.integers(low, high + 1))
            plans.add(np.array([case]), np.array([start]), np.array([end]))
            new_ended[band] -= 1
            return True
    return False
