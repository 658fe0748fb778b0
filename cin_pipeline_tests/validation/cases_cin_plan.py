"""Cases of the rules on child in need plans. All in 2021-22, the first year they are collected."""

from cin_pipeline_tests.support.building import (
    child,
    cin_plan,
    closed,
    nfa,
    old_plan,
    old_referral,
    plan,
    referral,
    with_cin_plans,
)
from cin_pipeline_tests.validation.cases import hit as _hit
from cin_pipeline_tests.validation.cases import miss as _miss


def hit(*args, year=2022, **keywords):
    return _hit(*args, year=year, **keywords)


def miss(*args):
    return _miss(*args, year=2022)


def _from_to(start, end):
    return cin_plan(CINPlanStartDate=start, CINPlanEndDate=end)


def _open(start="2021-11-05"):
    return _from_to(start, None)


def _old(*cin_plans, **changes):
    return child(CINdetails=[old_referral(CINPlanDates=list(cin_plans), **changes)])


def _died(day, *cin_plans):
    return child(PersonDeathDate=day, CINdetails=[old_referral(CINPlanDates=list(cin_plans))])


def _two(first, second):
    return child(CINdetails=[closed(CINclosureDate="2021-11-30", CINPlanDates=[first]),
                             referral(CINreferralDate="2021-11-30", CINPlanDates=[second])])  # fmt: skip


_PROTECTION = old_plan(CPPendDate="2021-11-05")

CASES = [
    hit("4000", "a plan", child(CINdetails=[nfa(CINPlanDates=[cin_plan(), {}])]), "referrals 1",
        named="cin_plans 1, cin_plans 2", also=("4010 cin_plans 2",)),
    miss("4000", "it went on", with_cin_plans(cin_plan())),
    miss("4000", "flag missing", child(CINdetails=[nfa(ReferralNFA=None, CINPlanDates=[cin_plan()])])),
    miss("4000", "no plan", child(CINdetails=[nfa()])),
    hit("4001", "both open", _old(_open("2020-06-01"), cin_plan(), ChildProtectionPlans=[old_plan()]), "plans 1",
        named="cin_plans 1", also=("4017 plans 1", "4014 cin_plans 2", "4016 cin_plans 2")),
    hit("4001", "without dates", _old(_from_to(None, None), ChildProtectionPlans=[old_plan(CPPstartDate=None)]),
        "plans 1"),
    miss("4001", "protection ended", _old(_open(), ChildProtectionPlans=[_PROTECTION])),
    miss("4001", "child in need plan ended", _old(cin_plan(), ChildProtectionPlans=[old_plan()])),
    miss("4001", "in two referrals", child(CINdetails=[old_referral(ChildProtectionPlans=[old_plan()]),
        referral(CINPlanDates=[_open()])])),
    hit("4004", "two", with_cin_plans(_open(), cin_plan(), _open("2022-01-01")), "cin_plans 1", "cin_plans 3",
        also=("4014 cin_plans 1", "4014 cin_plans 2", "4014 cin_plans 3")),
    hit("4004", "end unreadable", with_cin_plans(_open(), _from_to("2021-06-01", "?")), "cin_plans 1", "cin_plans 2"),
    miss("4004", "one", with_cin_plans(_open(), cin_plan())),
    miss("4004", "in two referrals", _two(_open(), _open())),
    hit("4008", "the day after", _died("2021-11-04", _open()), "cin_plans 1", named="children 1"),
    miss("4008", "the same day", _died("2021-11-05", cin_plan())),
    miss("4008", "start missing", _died("2021-11-04", _from_to(None, "2021-11-05"))),
    miss("4008", "not died", with_cin_plans(cin_plan())),
    hit("4009Q", "the day after", _died("2021-11-24", cin_plan()), "cin_plans 1", named="children 1"),
    miss("4009Q", "the same day", _died("2021-11-25", cin_plan())),
    miss("4009Q", "still open", _died("2021-11-24", _open())),
    miss("4009Q", "date of death unreadable", _died("?", cin_plan())),
    hit("4010", "missing", with_cin_plans(_from_to(None, "2021-11-25")), "cin_plans 1"),
    hit("4010", "unreadable", with_cin_plans(_from_to("5.11.2021", "2021-11-25")), "cin_plans 1"),
    hit("4010", "the day after", with_cin_plans(_open("2022-04-01")), "cin_plans 1"),
    miss("4010", "the reference date", with_cin_plans(_open("2022-03-31"))),
    miss("4010", "long ago", _old(_open("2010-01-01"))),
    hit("4011", "the day before", with_cin_plans(_from_to("2021-11-05", "2021-11-04")), "cin_plans 1"),
    miss("4011", "the same day", with_cin_plans(_from_to("2021-11-05", "2021-11-05"))),
    miss("4011", "start missing", with_cin_plans(_from_to(None, "2021-11-04"))),
    miss("4011", "open", with_cin_plans(_open())),
    hit("4012Q", "the same day", with_cin_plans(_from_to("2021-11-05", "2021-11-05")), "cin_plans 1"),
    miss("4012Q", "the day after", with_cin_plans(_from_to("2021-11-05", "2021-11-06"))),
    miss("4012Q", "both missing", with_cin_plans(_from_to(None, None))),
    hit("4013", "the day before the period", _old(_from_to("2021-01-05", "2021-03-31")), "cin_plans 1"),
    hit("4013", "the day after the period", with_cin_plans(_from_to("2021-11-05", "2022-04-01")), "cin_plans 1"),
    miss("4013", "the first day", _old(_from_to("2021-01-05", "2021-04-01"))),
    miss("4013", "the last day", with_cin_plans(_from_to("2021-11-05", "2022-03-31"))),
    miss("4013", "missing", with_cin_plans(_open())),
    hit("4014", "on the day the other ends", with_cin_plans(cin_plan(), _from_to("2021-11-25", "2021-12-05")),
        "cin_plans 2", named="cin_plans 1"),
    hit("4014", "in another referral, while open", _two(_open("2021-06-01"), _open("2022-03-31")), "cin_plans 2"),
    hit("4014", "the same start", with_cin_plans(cin_plan(), cin_plan()), "cin_plans 1", "cin_plans 2"),
    miss("4014", "the day after", with_cin_plans(cin_plan(), _from_to("2021-11-26", None))),
    miss("4014", "after the reference date", _two(_open("2021-06-01"), _open("2022-04-01"))),
    miss("4014", "start missing", with_cin_plans(_open(), _from_to(None, "2021-12-25"))),
    hit("4015", "the day before", with_cin_plans(_from_to("2021-05-09", "2021-05-25")), "cin_plans 1",
        named="referrals 1"),
    hit("4015", "in the later of two referrals", _two(cin_plan(), _from_to("2021-11-29", "2021-12-05")), "cin_plans 2",
        named="referrals 2"),
    miss("4015", "the same day", with_cin_plans(_from_to("2021-05-10", "2021-05-25"))),
    miss("4015", "start missing", with_cin_plans(_from_to(None, None))),
    miss("4015", "referral date missing", child(CINdetails=[referral(CINreferralDate=None,
        CINPlanDates=[cin_plan()])])),
    hit("4016", "the day before it ends", _old(_open("2021-11-04"), ChildProtectionPlans=[_PROTECTION]), "cin_plans 1",
        named="plans 1"),
    hit("4016", "on its start", _old(_from_to("2020-06-15", "2020-06-20"), ChildProtectionPlans=[_PROTECTION]),
        "cin_plans 1"),
    hit("4016", "while it is open, in another referral",
        child(CINdetails=[old_referral(ChildProtectionPlans=[old_plan()]),
        referral(CINPlanDates=[_open("2022-03-31")])]), "cin_plans 1"),
    miss("4016", "on the day it ends", _old(_open(), ChildProtectionPlans=[_PROTECTION])),
    miss("4016", "before it", _old(_from_to("2020-06-14", "2020-06-20"), ChildProtectionPlans=[_PROTECTION])),
    miss("4016", "after the reference date", _old(_open("2022-04-01"), ChildProtectionPlans=[old_plan()])),
    miss("4016", "start missing", _old(_open(None), ChildProtectionPlans=[plan(CPPstartDate=None)])),
]  # fmt: skip
