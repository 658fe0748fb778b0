"""Cases of the year-on-year checks: each at its threshold and just beside it, from 100 records of the previous year.

All the records counted stand under few children or referrals; what is counted, and what is not, has tests of its own
(test_year_on_year.py)."""

from collections.abc import Callable

from cin_pipeline_tests.support.building import (
    Record,
    assessment,
    child,
    cin_plan,
    closed,
    enquiry,
    nfa,
    old_plan,
    plan,
    referral,
    with_cin_plans,
    with_referral,
)
from cin_pipeline_tests.validation.cases import Case

Children = Callable[[int], list[Record]]


def _children(number: int) -> list[Record]:
    return [child(LAchildID=f"c{n}") for n in range(number)]


def _referrals(one: Record) -> Children:
    return lambda number: [child(CINdetails=[one] * number)]


def _under_referral(group: str, one: Record) -> Children:
    return lambda number: [with_referral(**{group: [one] * number})]


_NOT_IN_NEED = closed(ReasonForClosure="RC8", Assessments=[assessment()])

COUNTED: dict[str, tuple[int, Children]] = {
    "YonY01": (15, _children),
    "YonY02": (25, _referrals(referral())),
    "YonY03": (25, _under_referral("Assessments", assessment())),
    "YonY04": (25, _under_referral("Section47", enquiry())),
    "YonY05": (25, _under_referral("ChildProtectionPlans", old_plan())),
    "YonY06": (25, _under_referral("ChildProtectionPlans", plan(CPPendDate=None))),
    "YonY07": (25, _under_referral("ChildProtectionPlans", old_plan(CPPendDate="Y0-11-01"))),
    "YonY08": (25, lambda number: [with_cin_plans(*[cin_plan(CINPlanEndDate=None)] * number)]),
    "YonY09": (25, lambda number: [with_cin_plans(*[cin_plan()] * number)]),
    "YonY10": (25, lambda number: [with_cin_plans(*[cin_plan(CINPlanStartDate="YP-11-05")] * number)]),
    "YonY11": (25, _under_referral("Section47", enquiry(S47ActualStartDate="YP-03-01"))),
    "YonY12": (25, _referrals(referral(CINreferralDate="YP-05-10"))),
    "YonY13": (25, _referrals(closed())),
    "YonY14": (25, _referrals(closed(CINreferralDate="YP-05-10"))),
    "YonY15": (50, _referrals(nfa())),
    "YonY16": (50, _referrals(_NOT_IN_NEED)),
}  # fmt: skip
_CIN_PLANS = ("YonY08", "YonY09", "YonY10")


def _cases(rule_id: str) -> list[Case]:
    percent, children = COUNTED[rule_id]
    year = 2023 if rule_id in _CIN_PLANS else 2017
    numbers = [
        (100, 100 + percent, True), (100, 99 + percent, False), (100, 100 - percent, True), (100, 101 - percent, False),
        (100, 100, False), (0, 1, True), (1, 0, True), (0, 0, False),
    ]  # fmt: skip
    return [
        Case(
            rule_id,
            f"from {before} to {now}",
            tuple(children(now)),
            ("return",) * is_met,
            year=year,
            alone=True,
            before=tuple(children(before)),
        )
        for before, now, is_met in numbers
    ]


CASES = [case for rule_id in COUNTED for case in _cases(rule_id)]
