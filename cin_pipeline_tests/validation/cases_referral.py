"""Cases of the rules on a referral."""

from cin_pipeline_tests.validation.building import (
    assessment, child, cin_plan, closed, enquiry, nfa, no_conference, old_referral, open_enquiry, plan, referral,
    unborn, unfinished, with_referral,
)  # fmt: skip
from cin_pipeline_tests.validation.cases import hit, miss

_EMPTY = {}


def _closed(**changes):
    return child(CINdetails=[closed(**changes)])


def _nfa(**changes):
    return child(CINdetails=[nfa(**changes)])


def _referrals(*referrals):
    return child(CINdetails=list(referrals))


def _died(day="2016-12-01", **changes):
    return child(PersonDeathDate=day, CINdetails=[referral(**changes)])


def _not_in_need(**changes):
    return _closed(**{"ReasonForClosure": "RC8", "Assessments": [assessment()]} | changes)


def _on(day, **changes):
    return referral(CINreferralDate=day, **changes)


def _from_to(start, end, **changes):
    return closed(CINreferralDate=start, CINclosureDate=end, **changes)


_TRANSFER = plan(CPPstartDate="2016-05-20")

CASES = [
    hit("2990", "an enquiry", _not_in_need(Section47=[no_conference()]), "referrals 1", named="section47 1"),
    hit("2990", "an empty enquiry", _not_in_need(Section47=[_EMPTY]), "referrals 1"),
    hit("2990", "a plan and its conference", _not_in_need(DateOfInitialCPC="2016-05-20", ChildProtectionPlans=[_TRANSFER]),
        "referrals 1", named="plans 1"),
    hit("2990", "a conference in CINdetails", _not_in_need(DateOfInitialCPC="2016-05-20"), "referrals 1", named=""),
    hit("2990", "a child in need plan", _not_in_need(CINPlanDates=[cin_plan()]), "referrals 1", named="cin_plans 1", year=2022),
    hit("2990", "RC9 from its year", _not_in_need(ReasonForClosure="RC9", Section47=[no_conference()]), "referrals 1", year=2023),
    miss("2990", "RC9 before its year", _not_in_need(ReasonForClosure="RC9", Section47=[no_conference()]), year=2022),
    miss("2990", "only assessed", _not_in_need()),
    miss("2990", "another reason", _not_in_need(ReasonForClosure="RC7", Section47=[no_conference()])),
    miss("2990", "small letters", _not_in_need(ReasonForClosure="rc8", Section47=[no_conference()])),
    miss("2990", "conference unreadable", _not_in_need(DateOfInitialCPC="?")),
    hit("8555Q", "the day after", _died("2016-05-09", CINclosureDate="2016-06-01", ReasonForClosure="RC2"),
        "referrals 1", named="children 1"),
    miss("8555Q", "the same day", _died("2016-05-10")),
    miss("8555Q", "referral date missing", _died("2016-05-09", CINreferralDate=None)),
    miss("8555Q", "death date missing", child()),
    hit("8565", "an assessment authorised the day after", _closed(Assessments=[assessment(), assessment(
        AssessmentActualStartDate="2016-07-01", AssessmentAuthorisationDate="2016-12-02")]), "referrals 1", named="assessments 2"),
    hit("8565", "an assessment started after", _closed(Assessments=[unfinished()]), "referrals 1", named="assessments 1"),
    hit("8565", "an enquiry started after", _closed(Section47=[no_conference(S47ActualStartDate="2016-12-02")]), "referrals 1"),
    hit("8565", "its conference after", _closed(Section47=[enquiry(DateOfInitialCPC="2016-12-02")]), "referrals 1"),
    hit("8565", "conference in CINdetails after", _closed(DateOfInitialCPC="2016-12-02"), "referrals 1", named=""),
    hit("8565", "plan ended after", _closed(ChildProtectionPlans=[plan(CPPendDate="2016-12-02")]), "referrals 1", named="plans 1"),
    hit("8565", "child in need plan ended after", _closed(CINPlanDates=[cin_plan(CINPlanEndDate="2021-12-02")]),
        "referrals 1", named="cin_plans 1", year=2022),
    hit("8565", "child in need plan started after", _closed(CINPlanDates=[cin_plan(CINPlanStartDate="2021-12-02", CINPlanEndDate=None)]),
        "referrals 1", year=2022),
    hit("8565", "two late records", _closed(Assessments=[unfinished()], Section47=[open_enquiry()]), "referrals 1",
        named="assessments 1, section47 1"),
    miss("8565", "all on the same day", _closed(DateOfInitialCPC="2016-12-01",
        Assessments=[assessment(AssessmentAuthorisationDate="2016-12-01", AssessmentActualStartDate="2016-12-01")],
        Section47=[enquiry(S47ActualStartDate="2016-12-01", DateOfInitialCPC="2016-12-01")],
        ChildProtectionPlans=[plan(CPPendDate="2016-12-01")])),
    miss("8565", "items not in the list", _closed(
        Assessments=[assessment(AssessmentInternalReviewDate="2017-01-01")], Section47=[enquiry(InitialCPCtarget="2017-01-02")],
        ChildProtectionPlans=[plan(CPPstartDate="2017-01-01", CPPendDate=None, CPPreviewDate=["2017-02-01"])])),
    miss("8565", "not closed", with_referral(Assessments=[unfinished()])),
    miss("8565", "closure unreadable", _closed(CINclosureDate="?", Assessments=[unfinished()])),
    hit("8568", "missing", with_referral(ReferralNFA=None), "referrals 1"),
    hit("8568", "another word", with_referral(ReferralNFA="no"), "referrals 1"),
    hit("8568", "another number", with_referral(ReferralNFA="01"), "referrals 1"),
    miss("8568", "false in capitals", with_referral(ReferralNFA="FALSE")),
    miss("8568", "true, white space round it", _nfa(ReferralNFA=" True ")),
    hit("8569Q", "before the last working day", _nfa(CINreferralDate="2016-03-30"), "referrals 1"),
    hit("8569Q", "before Good Friday", _nfa(CINreferralDate="2018-03-28"), "referrals 1", year=2019),
    miss("8569Q", "the Thursday before Good Friday", _nfa(CINreferralDate="2018-03-29"), year=2019),
    miss("8569Q", "the last working day", _nfa(CINreferralDate="2016-03-31")),
    miss("8569Q", "it went on", with_referral(CINreferralDate="2016-03-30")),
    miss("8569Q", "flag missing", with_referral(CINreferralDate="2016-03-30", ReferralNFA=None)),
    miss("8569Q", "flag unreadable", with_referral(CINreferralDate="2016-03-30", ReferralNFA="yes")),
    miss("8569Q", "date missing", _nfa(CINreferralDate=None)),
    hit("8585Q", "no date of death", _closed(ReasonForClosure="RC2"), "referrals 1", named="children 1"),
    hit("8585Q", "unreadable date of death", child(PersonDeathDate="2016", CINdetails=[closed(ReasonForClosure="RC2")]), "referrals 1"),
    miss("8585Q", "a date of death", _died("2016-12-01", CINclosureDate="2016-12-01", ReasonForClosure="RC2")),
    miss("8585Q", "another reason", _closed(ReasonForClosure="RC3")),
    hit("8600", "missing", with_referral(CINreferralDate=None), "referrals 1"),
    hit("8600", "unreadable", with_referral(CINreferralDate="10/05/2016"), "referrals 1"),
    hit("8600", "no real day", with_referral(CINreferralDate="2016-02-30"), "referrals 1"),
    hit("8600", "the day after", with_referral(CINreferralDate="2017-04-01"), "referrals 1"),
    miss("8600", "the reference date", with_referral(CINreferralDate="2017-03-31")),
    miss("8600", "long ago", with_referral(CINreferralDate="2001-01-01")),
    hit("8606", "281 days before birth", child(PersonBirthDate="2017-02-15", UPN=None), "referrals 1", named="children 1"),
    hit("8606", "281 days before the expected birth", unborn(ExpectedPersonBirthDate="2017-07-18"), "referrals 1"),
    hit("8606", "one of the two", unborn(PersonBirthDate="2017-03-20", ExpectedPersonBirthDate="2017-07-19"), "referrals 1"),
    miss("8606", "280 days before birth", child(PersonBirthDate="2017-02-14", UPN=None)),
    miss("8606", "280 days before the expected birth", unborn(ExpectedPersonBirthDate="2017-07-17")),
    miss("8606", "birth dates missing", unborn(ExpectedPersonBirthDate=None)),
    miss("8606", "referral date missing", child(PersonBirthDate="2017-03-01", CINdetails=[referral(CINreferralDate=None)])),
    hit("8610", "missing", with_referral(PrimaryNeedCode=None), "referrals 1"),
    hit("8610", "white space", with_referral(PrimaryNeedCode="  ", ReferralNFA="false"), "referrals 1"),
    miss("8610", "not valid, but there", with_referral(PrimaryNeedCode="X")),
    miss("8610", "no further action", _nfa()),
    miss("8610", "flag missing", with_referral(PrimaryNeedCode=None, ReferralNFA=None)),
    miss("8610", "flag unreadable", with_referral(PrimaryNeedCode=None, ReferralNFA="N")),
    hit("8620", "the day before the period", _referrals(_from_to("2016-01-10", "2016-03-31")), "referrals 1"),
    hit("8620", "the day after the period", _referrals(_from_to("2016-05-10", "2017-04-01")), "referrals 1"),
    miss("8620", "the first day", _referrals(_from_to("2016-01-10", "2016-04-01"))),
    miss("8620", "the last day", _referrals(_from_to("2016-05-10", "2017-03-31"))),
    miss("8620", "missing", child()),
    hit("8630", "the day before", _referrals(_from_to("2016-05-10", "2016-05-09")), "referrals 1"),
    miss("8630", "the same day", _referrals(_from_to("2016-05-10", "2016-05-10"))),
    miss("8630", "referral date missing", _referrals(_from_to(None, "2016-05-09"))),
    miss("8630", "closure unreadable", _referrals(_from_to("2016-05-10", "2016-5-9"))),
    hit("8640", "not valid", _closed(ReasonForClosure="RC0"), "referrals 1"),
    hit("8640", "small letters", _closed(ReasonForClosure="rc1"), "referrals 1"),
    hit("8640", "RC9 before its year", _closed(ReasonForClosure="RC9"), "referrals 1", year=2022),
    miss("8640", "RC9 in its year", _closed(ReasonForClosure="RC9", Assessments=[assessment()]), year=2023),
    miss("8640", "RC8", _closed(ReasonForClosure="RC8")),
    miss("8640", "missing", _closed(ReasonForClosure=None)),
    hit("8650", "not valid", with_referral(PrimaryNeedCode="N10"), "referrals 1"),
    hit("8650", "small letters", with_referral(PrimaryNeedCode="n1"), "referrals 1"),
    miss("8650", "N0", with_referral(PrimaryNeedCode="N0")),
    miss("8650", "missing", with_referral(PrimaryNeedCode=None)),
    hit("8805", "missing", _closed(ReasonForClosure=None), "referrals 1"),
    hit("8805", "empty", _closed(ReasonForClosure=""), "referrals 1"),
    miss("8805", "not valid, but there", _closed(ReasonForClosure="X")),
    miss("8805", "open", child()),
    miss("8805", "closure unreadable", _closed(ReasonForClosure=None, CINclosureDate="?")),
    hit("8810", "missing", with_referral(ReasonForClosure="RC1"), "referrals 1"),
    hit("8810", "unreadable", _closed(CINclosureDate="01/12/2016"), "referrals 1"),
    hit("8810", "reason not valid", with_referral(ReasonForClosure="X"), "referrals 1"),
    miss("8810", "both", _closed()),
    miss("8810", "neither", child()),
    hit("8815", "two open", _referrals(_on("2016-05-10"), _on("2016-05-10"), nfa()), "referrals 1", "referrals 2",
        also=("8820 referrals 1", "8820 referrals 2", "8820 referrals 3")),
    hit("8815", "closure unreadable", _referrals(_on("2016-05-10"), closed(CINclosureDate="?")), "referrals 1", "referrals 2"),
    hit("8815", "dates missing", _referrals(_on(None), _on(None)), "referrals 1", "referrals 2"),
    miss("8815", "one closed", _referrals(_from_to("2016-05-10", "2016-06-10"), _on("2016-06-10"))),
    miss("8815", "one no further action", _referrals(_on("2016-05-10"), nfa(CINreferralDate="2016-05-01"))),
    miss("8815", "one flag missing", _referrals(_on("2016-05-10"), _on("2016-05-10", ReferralNFA=None))),
    miss("8815", "of two children", [child(), child(LAchildID="subject", UPN=None)]),
    hit("8816", "a later one, of no further action", _referrals(_on("2016-05-10"), nfa(CINreferralDate="2016-05-11")),
        "referrals 1", named="referrals 2", also=("8820 referrals 2",)),
    hit("8816", "of three, the latest is named", _referrals(_from_to("2016-07-01", "2016-07-02"), _on("2016-05-10"),
        nfa(CINreferralDate="2016-07-03"), _on(None)), "referrals 2", named="referrals 3"),
    miss("8816", "the latest", _referrals(nfa(CINreferralDate="2016-05-09"), _on("2016-05-10"))),
    miss("8816", "a tie for the latest", _referrals(_on("2016-05-10"), nfa(CINreferralDate="2016-05-10"))),
    miss("8816", "flag missing", _referrals(_on("2016-05-10", ReferralNFA=None), _on("2016-05-11"))),
    miss("8816", "later one's date missing", _referrals(_on("2016-05-10"), _on(None))),
    miss("8816", "its own date missing", _referrals(_on(None), _on("2016-05-11"))),
    hit("8820", "while another was open", _referrals(_from_to("2016-05-10", "2016-06-10"), _on("2016-06-09")), "referrals 2",
        named="referrals 1"),
    hit("8820", "while a no further action was open", _referrals(
        nfa(CINreferralDate="2016-05-10", CINclosureDate="2016-06-10", ReasonForClosure="RC1"), _on("2016-06-09")), "referrals 2"),
    hit("8820", "under an open one", _referrals(old_referral(), nfa(CINreferralDate="2017-03-30")), "referrals 2"),
    hit("8820", "the same day, the other closes later", _referrals(_from_to("2016-05-10", "2016-06-10"), nfa()), "referrals 2"),
    hit("8820", "the same day, both closed later", _referrals(_from_to("2016-05-10", "2016-06-10"), _from_to("2016-05-10", "2016-07-10")),
        "referrals 1", "referrals 2", named="referrals 1, referrals 2"),
    hit("8820", "behind a shorter one", _referrals(
        _from_to("2016-04-10", "2016-12-10"), _from_to("2016-05-10", "2016-05-11"), _on("2016-12-09")),
        "referrals 2", "referrals 3", named="referrals 1"),
    miss("8820", "on the day the other closes", _referrals(_from_to("2016-05-10", "2016-06-10"), _on("2016-06-10"))),
    miss("8820", "on the reference date", _referrals(old_referral(), nfa(CINreferralDate="2017-03-31"))),
    miss("8820", "under an open one of no further action", _referrals(nfa(), _on("2016-06-10"))),
    miss("8820", "under an open one, flag missing", _referrals(_on("2016-05-10", ReferralNFA=None), _on("2016-06-10"))),
    miss("8820", "the same day, both closed then", _referrals(_from_to("2016-05-10", "2016-05-10"), _from_to("2016-05-10", "2016-05-10"))),
    miss("8820", "date missing", _referrals(_on(None), _on("2016-06-10"))),
    miss("8820", "of two children", [child(CINdetails=[old_referral()]), child(UPN=None)]),
    hit("8825Q", "no assessment", _closed(ReasonForClosure="RC8"), "referrals 1"),
    hit("8825Q", "RC9 from its year", _closed(ReasonForClosure="RC9"), "referrals 1", year=2023),
    miss("8825Q", "RC9 before its year", _closed(ReasonForClosure="RC9"), year=2022),
    miss("8825Q", "an empty assessment", _closed(ReasonForClosure="RC8", Assessments=[_EMPTY])),
    miss("8825Q", "another reason", _closed(ReasonForClosure="RC7")),
    miss("8825Q", "reason missing", _closed(ReasonForClosure=None)),
    hit("8831", "an assessment", _nfa(Assessments=[unfinished()]), "referrals 1", named="assessments 1"),
    hit("8831", "only an authorisation date", _nfa(Assessments=[assessment(AssessmentActualStartDate=None)]), "referrals 1"),
    hit("8831", "only an enquiry's start", _nfa(Section47=[no_conference()]), "referrals 1", named="section47 1"),
    hit("8831", "only an enquiry's conference", _nfa(Section47=[enquiry(S47ActualStartDate=None)]), "referrals 1"),
    hit("8831", "a conference in CINdetails", _nfa(DateOfInitialCPC="2016-05-20"), "referrals 1", named=""),
    miss("8831", "groups without dates", _nfa(Assessments=[_EMPTY], Section47=[_EMPTY])),
    miss("8831", "it went on", with_referral(Assessments=[unfinished()])),
    miss("8831", "flag missing", with_referral(ReferralNFA=None, Assessments=[unfinished()])),
    hit("8832", "a plan", _nfa(CINreferralDate="2016-03-31", ChildProtectionPlans=[plan(CPPstartDate="2016-03-31")]), "referrals 1",
        named="plans 1"),
    hit("8832", "an empty plan", _nfa(ChildProtectionPlans=[plan(), _EMPTY]), "referrals 1", named="plans 1, plans 2"),
    miss("8832", "it went on", with_referral(ChildProtectionPlans=[plan()])),
    miss("8832", "flag missing", with_referral(ReferralNFA=None, ChildProtectionPlans=[plan()])),
    hit("8866", "missing", with_referral(ReferralSource=None), "referrals 1"),
    hit("8866", "not valid", with_referral(ReferralSource="1a"), "referrals 1"),
    hit("8866", "of 1 April 2013", with_referral(CINreferralDate="2013-04-01", ReferralSource=""), "referrals 1"),
    hit("8866", "5D before its year", with_referral(ReferralSource="5D"), "referrals 1", year=2022),
    miss("8866", "5D in its year", with_referral(ReferralSource="5D"), year=2023),
    miss("8866", "of 31 March 2013", with_referral(CINreferralDate="2013-03-31", ReferralSource=None)),
    miss("8866", "date missing", with_referral(CINreferralDate=None, ReferralSource=None)),
    hit("8867", "one without", _closed(Assessments=[assessment(), assessment(
        AssessmentActualStartDate="2016-07-01", AssessmentAuthorisationDate=None, AssessmentFactors=None)]), "referrals 1",
        named="assessments 2", also=("8670Q assessments 2",)),
    hit("8867", "unreadable", _closed(Assessments=[assessment(AssessmentAuthorisationDate="?")]), "referrals 1"),
    miss("8867", "all authorised", _closed(Assessments=[assessment()])),
    miss("8867", "no assessment", _closed()),
    miss("8867", "open", with_referral(Assessments=[unfinished()])),
    hit("8868", "neither", _closed(Assessments=[assessment()], Section47=[
        enquiry(), open_enquiry(S47ActualStartDate="2016-07-01")]), "referrals 1", named="section47 2", also=("8675Q section47 2",)),
    hit("8868", "flag missing", _closed(Section47=[no_conference(ICPCnotRequired=None)]), "referrals 1"),
    miss("8868", "not required", _closed(Section47=[no_conference(ICPCnotRequired="TRUE")])),
    miss("8868", "both", _closed(Section47=[enquiry(ICPCnotRequired="1")])),
    miss("8868", "no enquiry", _closed()),
    miss("8868", "open", with_referral(Section47=[open_enquiry()])),
    hit("8873Q", "closed for another reason", _closed(Assessments=[assessment(AssessmentFactors=["21"])]), "referrals 1",
        named="assessments 1"),
    hit("8873Q", "reason not valid", _closed(ReasonForClosure="X", Assessments=[assessment(AssessmentFactors=["21", "2B"])]), "referrals 1"),
    hit("8873Q", "RC9 before its year", _closed(ReasonForClosure="RC9", Assessments=[assessment(AssessmentFactors=["21"])]),
        "referrals 1", year=2022),
    miss("8873Q", "RC9 in its year", _closed(ReasonForClosure="RC9", Assessments=[assessment(AssessmentFactors=["21"])]), year=2023),
    miss("8873Q", "RC8", _closed(ReasonForClosure="RC8", Assessments=[assessment(AssessmentFactors=["21"])])),
    miss("8873Q", "two assessments", _closed(Assessments=[assessment(AssessmentFactors=["21"]), assessment()])),
    miss("8873Q", "no reason yet", with_referral(Assessments=[assessment(AssessmentFactors=["21"])])),
    miss("8873Q", "another factor with 21 in it", _closed(Assessments=[assessment(AssessmentFactors=["21A"])])),
]  # fmt: skip
