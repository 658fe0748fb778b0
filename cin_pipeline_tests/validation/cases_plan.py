"""Cases of the rules on child protection plans, and on their reviews."""

from cin_pipeline_tests.support.building import (
    assessment,
    child,
    cin_plan,
    closed,
    enquiry,
    no_conference,
    old_plan,
    old_referral,
    open_enquiry,
    plan,
    referral,
    with_plans,
    with_referral,
)
from cin_pipeline_tests.validation.cases import hit, miss


def _old(*plans, **changes):
    return child(**changes, CINdetails=[old_referral(ChildProtectionPlans=list(plans))])


def _from_to(start, end, **changes):
    return plan(CPPstartDate=start, CPPendDate=end, **changes)


def _conference(plans, *enquiries, **changes):
    return with_referral(Assessments=[assessment()], Section47=list(enquiries), ChildProtectionPlans=plans, **changes)


def _died(day, *plans):
    return child(PersonDeathDate=day, CINdetails=[old_referral(ChildProtectionPlans=list(plans))])


def _two(first, second):
    return child(CINdetails=[old_referral(CINclosureDate="2016-04-20", ReasonForClosure="RC1",
        ChildProtectionPlans=[first]),
                             referral(ChildProtectionPlans=[second])])  # fmt: skip


def _beside(protection, *cin_plans, **changes):
    return child(CINdetails=[
        old_referral(ChildProtectionPlans=[protection], CINPlanDates=list(cin_plans), **changes)])  # fmt: skip


_YEAR_BEFORE = "2015-06-15"
_UP_TO = _from_to(_YEAR_BEFORE, "2016-06-15")

CASES = [
    hit("1105", "the day before", child(CINdetails=[old_referral(CINreferralDate="2015-06-16",
        ChildProtectionPlans=[old_plan()])]), "plans 1", named="referrals 1"),
    miss("1105", "the same day", child(CINdetails=[old_referral(CINreferralDate=_YEAR_BEFORE,
        ChildProtectionPlans=[old_plan()])])),
    miss("1105", "start missing", _old(plan(CPPstartDate=None))),
    miss("1105", "referral date missing", child(CINdetails=[referral(CINreferralDate=None,
        ChildProtectionPlans=[old_plan()])])),
    hit("2885", "no conference", _conference([plan()]), "plans 1", named="referrals 1"),
    hit("2885", "a day after it", _conference([plan(CPPstartDate="2016-06-16")], enquiry()), "plans 1",
        named="section47 1"),
    hit("2885", "only what could be its enquiry is named", _conference([plan(CPPstartDate="2016-06-16")],
        no_conference(), enquiry(), enquiry(DateOfInitialCPC=None)), "plans 1", named="section47 2, section47 3"),
    hit("2885", "in CINdetails, but an enquiry needs one", _conference([plan()], open_enquiry(),
        DateOfInitialCPC="2016-06-15"), "plans 1", named="section47 1"),
    hit("2885", "in CINdetails, but a flag is missing", _conference([plan()], no_conference(ICPCnotRequired=None),
        DateOfInitialCPC="2016-06-15"), "plans 1", named="section47 1"),
    hit("2885", "in CINdetails of another referral", child(CINdetails=[closed(CINclosureDate="2016-06-15",
        DateOfInitialCPC="2016-06-15"), referral(CINreferralDate="2016-06-15", ChildProtectionPlans=[plan()])]),
        "plans 1", named="referrals 2"),
    hit("2885", "the only conference is of another plan", _conference([plan(), plan(CPPstartDate="2016-12-01")],
        enquiry()), "plans 2", named=""),
    hit("2885", "the only transfer is of another plan", _conference([plan(), plan(CPPstartDate="2016-12-01")],
        DateOfInitialCPC="2016-06-15"), "plans 2", named=""),
    hit("2885", "unreadable", _conference([plan()], enquiry(DateOfInitialCPC="?")), "plans 1"),
    miss("2885", "on the day of one", _conference([plan()], no_conference(), enquiry())),
    miss("2885", "of one flagged as not required", _conference([plan()], enquiry(ICPCnotRequired="true"))),
    miss("2885", "in CINdetails, no enquiry", _conference([plan()], DateOfInitialCPC="2016-06-15")),
    miss("2885", "in CINdetails, none required", _conference([plan()], no_conference(ICPCnotRequired="TRUE"),
        DateOfInitialCPC="2016-06-15")),
    miss("2885", "before the period", _conference([plan(CPPstartDate="2016-03-31")])),
    miss("2885", "after the period", _conference([plan(CPPstartDate="2017-04-01")])),
    miss("2885", "start missing", _conference([plan(CPPstartDate=None)])),
    hit("4017", "the day before it ends", _beside(_from_to("2021-06-15", None),
        cin_plan(CINPlanStartDate="2021-05-01", CINPlanEndDate="2021-06-16")), "plans 1", named="cin_plans 1",
        also=("2885 plans 1",), year=2022),
    hit("4017", "on its start", _beside(_from_to("2021-06-15", None), cin_plan(CINPlanStartDate="2021-06-15")),
        "plans 1", year=2022),
    hit("4017", "while it is open", _beside(_from_to("2022-03-31", None), cin_plan(CINPlanEndDate=None)), "plans 1",
        year=2022),
    hit("4017", "in another referral", child(CINdetails=[closed(CINPlanDates=[cin_plan()]),
        referral(ChildProtectionPlans=[_from_to("2021-11-24", None)])]), "plans 1", year=2022),
    hit("4017", "in the last of three referrals", child(CINdetails=[closed(), closed(CINPlanDates=[cin_plan()]),
        referral(ChildProtectionPlans=[_from_to("2021-11-24", None)])]), "plans 1", named="cin_plans 1", year=2022),
    miss("4017", "of two children", [with_referral(CINPlanDates=[cin_plan()]),
        with_referral(ChildProtectionPlans=[_from_to("2021-11-24", None)])], year=2022),
    miss("4017", "on its last day", _beside(_from_to("2021-06-15", None),
        cin_plan(CINPlanStartDate="2021-05-01", CINPlanEndDate="2021-06-15")), year=2022),
    miss("4017", "before it", _beside(_from_to("2021-06-15", None), cin_plan(CINPlanStartDate="2021-06-16")),
        year=2022),
    miss("4017", "after the reference date", _beside(_from_to("2022-04-01", None), cin_plan(CINPlanEndDate=None)),
        year=2022),
    miss("4017", "start missing", _beside(plan(CPPstartDate=None), cin_plan(CINPlanStartDate=None)), year=2022),
    hit("8720", "missing", _old(old_plan(CPPstartDate=None)), "plans 1"),
    hit("8720", "unreadable", _old(old_plan(CPPstartDate="2015-06")), "plans 1"),
    hit("8720", "the day after", _old(old_plan(CPPstartDate="2017-04-01")), "plans 1"),
    miss("8720", "the reference date", _old(old_plan(CPPstartDate="2017-03-31"))),
    miss("8720", "long ago", _old(old_plan(CPPstartDate="2001-01-01"))),
    hit("8730", "missing", _old(old_plan(NumberOfPreviousCPP=None)), "plans 1"),
    hit("8730", "below zero", _old(old_plan(NumberOfPreviousCPP="-1")), "plans 1"),
    hit("8730", "not whole", _old(old_plan(NumberOfPreviousCPP="1.5")), "plans 1"),
    hit("8730", "a word", _old(old_plan(NumberOfPreviousCPP="none")), "plans 1"),
    miss("8730", "zero", _old(old_plan(NumberOfPreviousCPP="0"))),
    miss("8730", "leading zero", _old(old_plan(NumberOfPreviousCPP=" 01 "))),
    hit("8840", "the same day", with_plans(plan(CPPendDate="2016-06-15")), "plans 1"),
    miss("8840", "the day after", with_plans(plan(CPPendDate="2016-06-16"))),
    miss("8840", "both missing", with_plans(_from_to(None, None))),
    miss("8840", "both unreadable", with_plans(_from_to("?", "?"))),
    hit("8905", "missing", _old(old_plan(InitialCategoryOfAbuse=None)), "plans 1"),
    hit("8905", "not valid", _old(old_plan(InitialCategoryOfAbuse="neg")), "plans 1"),
    miss("8905", "multiple", _old(old_plan(InitialCategoryOfAbuse="MUL"))),
    miss("8905", "white space round it", _old(old_plan(InitialCategoryOfAbuse=" NEG"))),
    hit("8910", "missing", _old(old_plan(LatestCategoryOfAbuse=" ")), "plans 1"),
    hit("8910", "not valid", _old(old_plan(LatestCategoryOfAbuse="SEX")), "plans 1"),
    miss("8910", "physical", _old(old_plan(LatestCategoryOfAbuse="PHY"))),
    miss("8910", "sexual", _old(old_plan(LatestCategoryOfAbuse="SAB"))),
    hit("8915", "the day after", child(PersonDeathDate="2016-06-14",
        CINdetails=[referral(Assessments=[assessment()], Section47=[enquiry()],
        ChildProtectionPlans=[plan(CPPendDate=None)])]), "plans 1", named="children 1"),
    miss("8915", "the same day", _died("2016-06-15", _from_to("2016-06-15", None))),
    miss("8915", "start missing", _died("2016-06-15", _from_to(None, None))),
    miss("8915", "not died", _old(plan())),
    hit("8920", "the day after", _died("2016-06-14", _UP_TO), "plans 1", named="children 1"),
    miss("8920", "the same day", _died("2016-06-15", _UP_TO)),
    miss("8920", "still open", _died("2016-06-14", old_plan())),
    miss("8920", "date of death unreadable", _died("?", _UP_TO)),
    hit("8925", "the day before", with_plans(plan(CPPendDate="2016-06-14")), "plans 1"),
    miss("8925", "the same day", with_plans(plan(CPPendDate="2016-06-15"))),
    miss("8925", "start missing", with_plans(_from_to(None, "2016-06-14"))),
    miss("8925", "open", with_plans(_from_to("2016-06-15", None))),
    hit("8930", "the day before the period", _old(_from_to(_YEAR_BEFORE, "2016-03-31")), "plans 1"),
    hit("8930", "the day after the period", _old(_from_to(_YEAR_BEFORE, "2017-04-01")), "plans 1"),
    miss("8930", "the first day", _old(_from_to(_YEAR_BEFORE, "2016-04-01"))),
    miss("8930", "the last day", _old(_from_to(_YEAR_BEFORE, "2017-03-31"))),
    miss("8930", "missing", _old(old_plan())),
    hit("8935", "in one referral", _old(old_plan(), _UP_TO, old_plan(CPPstartDate="2015-07-01")), "plans 1", "plans 3",
        also=("8940 plans 2", "8940 plans 1", "8940 plans 3")),
    hit("8935", "in two referrals", _two(old_plan(), _from_to("2016-06-15", None)), "plans 1", "plans 2"),
    hit("8935", "end unreadable", _old(old_plan(), old_plan(CPPendDate="?")), "plans 1", "plans 2"),
    miss("8935", "one", _old(_UP_TO, old_plan())),
    miss("8935", "of two children", [_old(old_plan()), _old(old_plan())]),
    hit("8940", "on the day the other ends", with_plans(_from_to("2016-06-15", "2016-08-15"),
        _from_to("2016-08-15", None)), "plans 2", named="plans 1", also=("2885 plans 2",)),
    hit("8940", "in another referral", _two(old_plan(), _from_to("2017-03-31", None)), "plans 2", named="plans 1"),
    hit("8940", "the same start", _two(_UP_TO, _from_to(_YEAR_BEFORE, "2016-04-30")), "plans 1", "plans 2"),
    miss("8940", "the day after", with_plans(_from_to("2016-06-15", "2016-08-15"), _from_to("2016-08-16", None))),
    miss("8940", "after the reference date", _two(old_plan(), _from_to("2017-04-01", None))),
    miss("8940", "start missing", _two(old_plan(), _from_to(None, "2016-04-30"))),
    miss("8940", "of two children", [_old(old_plan()), _old(_from_to("2016-05-01", None))]),
    # Reviews
    hit("4003", "the day after the start", _beside(old_plan(CPPstartDate="2020-06-15", CPPendDate="2021-11-25",
        CPPreviewDate=["2021-11-06"]), cin_plan()), "reviews 1", named="plans 1, cin_plans 1",
        also=("4016 cin_plans 1",), year=2022),
    hit("4003", "the day before the end, of an open plan", _beside(old_plan(CPPreviewDate=["2021-09-01",
        "2021-11-24"]), cin_plan()), "reviews 2", year=2022),
    miss("4003", "on the start", _beside(old_plan(CPPreviewDate=["2021-11-05"]), cin_plan()), year=2022),
    miss("4003", "on the end", _beside(old_plan(CPPreviewDate=["2021-11-25"]), cin_plan()), year=2022),
    miss("4003", "on the end of its own plan", _beside(old_plan(CPPendDate="2021-11-10", CPPreviewDate=["2021-11-10"]),
        cin_plan()), year=2022),
    miss("4003", "child in need plan open", _beside(old_plan(CPPreviewDate=["2021-11-10"]),
        cin_plan(CINPlanEndDate=None)), year=2022),
    miss("4003", "in another referral",
        child(CINdetails=[old_referral(ChildProtectionPlans=[old_plan(CPPreviewDate=["2021-11-10"])]),
        referral(CINPlanDates=[cin_plan()])]), year=2022),
    miss("4003", "missing", _beside(old_plan(CPPreviewDate=[""]), cin_plan()), year=2022),
    hit("8841", "on the start", with_plans(plan(CPPreviewDate=["2016-09-01", "2016-06-15"])), "reviews 2",
        named="plans 1"),
    hit("8841", "before the start", with_plans(plan(CPPreviewDate=["2016-06-14"])), "reviews 1"),
    miss("8841", "the day after", with_plans(plan(CPPreviewDate=["2016-06-16"]))),
    miss("8841", "before another plan's start", with_plans(plan(CPPreviewDate=["2016-09-01"]),
        plan(CPPstartDate="2016-10-01"))),
    miss("8841", "start missing", with_plans(plan(CPPstartDate=None, CPPreviewDate=["2016-09-01"]))),
    miss("8841", "unreadable", with_plans(plan(CPPreviewDate=["2016-06-14T00:00"]))),
    hit("8842Q", "an empty group", with_plans(plan(Reviews="")), "plans 1", named=""),
    hit("8842Q", "an empty date", with_plans(plan(), plan(CPPreviewDate=[""])), "plans 2", named="reviews 1"),
    hit("8842Q", "only unreadable dates", with_plans(plan(CPPreviewDate=["?", "01/09/2016"])), "plans 1"),
    miss("8842Q", "a bad date beside a good one", with_plans(plan(CPPreviewDate=["?", "2016-09-01"]))),
    miss("8842Q", "no group", with_plans(plan())),
]  # fmt: skip
