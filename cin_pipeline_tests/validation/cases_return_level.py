"""Cases of the rules on the return as a whole."""

from cin_pipeline_tests.support.building import (
    assessment,
    child,
    enquiry,
    header,
    plan,
    unborn,
    upn,
    valid_children,
    with_plans,
    with_referral,
)
from cin_pipeline_tests.validation.cases import hit, miss

_EIGHT = ["MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS"]
_CONFERENCE = with_referral(Assessments=[assessment()], Section47=[enquiry()])


def _many(number, **first):
    return [child(LAchildID="first", **first), *(child(LAchildID=f"c{n}", UPN=None) for n in range(number - 1))]


def _plan_on(day, **changes):
    return with_referral(ChildProtectionPlans=[plan(CPPstartDate=day)], **changes)


CASES = [
    hit("100", "the day before the reference date", [], "return", header=header(ReferenceDate="2017-03-30")),
    hit("100", "missing", [], "return", header=header(ReferenceDate=None)),
    hit("100", "white space", [], "return", header=header(ReferenceDate="  ")),
    hit("100", "unreadable", [], "return", header=header(ReferenceDate="31/03/2017")),
    hit("100", "wrong together with Year", [], "return", header=header(Year="2016", ReferenceDate="2016-03-31")),
    miss("100", "right, though Year is wrong", [], header=header(Year="2016")),
    miss("100", "white space round it", [], header=header(ReferenceDate=" 2017-03-31\n")),
    miss("100", "the date of another collection year", [], year=2020, header=header(ReferenceDate="2020-03-31")),
    hit("1520", "two children", [child(), child(LAchildID="b")], "children 1", "children 2"),
    hit("1520", "white space round one", [child(), child(LAchildID="b", UPN=f" {upn('201123456789')} ")], "children 1",
        "children 2"),
    miss("1520", "differs in one character", [child(), child(LAchildID="b", UPN=upn("201123456788"))]),
    miss("1520", "differs in case of the letter", [child(UPN="A201123456789"),
        child(LAchildID="b", UPN="a201123456789")]),
    miss("1520", "both missing", [child(UPN=None), child(LAchildID="b", UPN="")]),
    hit("8510", "two children", [child(), child(UPN=None)], "children 1", "children 2", also=("8770Q children 2",)),
    hit("8510", "three", [child(), child(UPN=" "), child(UPN=None)], "children 1", "children 2", "children 3"),
    miss("8510", "differs in case", [child(), child(LAchildID="Subject", UPN=None)]),
    miss("8510", "both missing", [child(LAchildID=None), child(LAchildID=" ", UPN=None)]),
    hit("2883", "a plan, no conference", _plan_on("2016-06-15"), "return",
        also=("2885 plans 1", "2887Q return", "2888Q return"), alone=True),
    hit("2883", "two plans, one conference", with_plans(plan(), plan(CPPstartDate="2017-03-01", CPPendDate=None)),
        "return", alone=True),
    hit("2883", "conference outside the period", _plan_on("2016-04-01", DateOfInitialCPC="2016-03-31"), "return",
        alone=True),
    miss("2883", "as many of both, in CINdetails", _plan_on("2016-06-15", DateOfInitialCPC="2016-05-20"), alone=True),
    miss("2883", "as many, of another child", [_plan_on("2016-06-15"), _CONFERENCE], alone=True),
    miss("2883", "plan before the period", _plan_on("2016-03-31"), alone=True),
    miss("2883", "plan after the period", _plan_on("2017-04-01"), alone=True),
    miss("2883", "no plans at all", child(), alone=True),
    miss("2883", "plan start missing", _plan_on(None), alone=True),
    hit("2886Q", "one of 49 unknown", _many(49, GenderCurrent="0"), "return", alone=True,
        also=("2887Q return", "2888Q return", *(f"8770Q children {n}" for n in range(2, 50)))),
    hit("2886Q", "one of 49 missing", _many(49, GenderCurrent=None), "return", alone=True),
    miss("2886Q", "one of 50 unknown", _many(50, GenderCurrent="0"), alone=True),
    miss("2886Q", "unborn", [unborn()], alone=True),
    miss("2886Q", "gender 9 and no valid code", [child(GenderCurrent="9"), child(GenderCurrent="X", UPN=None)],
        alone=True),
    miss("2886Q", "no children", [], alone=True),
    hit("2886Q", "expected birth date unreadable", [unborn(ExpectedPersonBirthDate="June")], "return", alone=True),
    hit("2886Q", "sex unknown", child(Sex="U"), "return", alone=True, year=2025),
    hit("2886Q", "sex missing", child(Sex=None), "return", alone=True, year=2025),
    miss("2886Q", "sex 0 is no unknown one", child(Sex="0"), alone=True, year=2025),
    miss("2886Q", "unborn, by sex", unborn(), alone=True, year=2025),
    hit("2887Q", "seven kinds", [child(Disability=[*_EIGHT[:7], "NONE", ""])], "return", alone=True,
        also=tuple(f"8790 disabilities {n}" for n in range(1, 8))),
    hit("2887Q", "the same kind eight times", [child(Disability=["MOB"] * 8)], "return", alone=True),
    hit("2887Q", "no disability", child(Disability=None), "return", alone=True),
    miss("2887Q", "eight kinds", child(Disability=_EIGHT), alone=True),
    miss("2887Q", "eight kinds over children", [child(Disability=[d]) for d in _EIGHT], alone=True),
    hit("2888Q", "one disability", child(Disability=["MOB"]), "return", alone=True, also=("2887Q return",)),
    hit("2888Q", "one disability and NONE", child(Disability=["MOB", "NONE", " "]), "return", alone=True),
    hit("2888Q", "no disability", child(Disability=None), "return", alone=True),
    hit("2888Q", "two children with one each", [child(Disability=["MOB"]), child(Disability=["LD"])], "return",
        alone=True),
    miss("2888Q", "two of one child", child(Disability=["MOB", "LD"]), alone=True),
    miss("2888Q", "the valid children", valid_children(), alone=True),
]  # fmt: skip
