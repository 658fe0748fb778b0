"""Cases of the rules on section 47 enquiries and conferences."""

from cin_pipeline_tests.support.building import (
    assessment,
    child,
    enquiry,
    no_conference,
    old_referral,
    open_enquiry,
    referral,
    with_enquiries,
    with_referral,
)
from cin_pipeline_tests.validation.cases import hit, miss


def _start(day, **changes):
    return no_conference(S47ActualStartDate=day, **changes)


def _awaiting(day, **changes):
    return open_enquiry(S47ActualStartDate=day, **changes)


def _held(start, conference, **changes):
    return enquiry(S47ActualStartDate=start, DateOfInitialCPC=conference, InitialCPCtarget=None, **changes)


def _old(*enquiries, **changes):
    return child(CINdetails=[old_referral(Assessments=[assessment()], Section47=list(enquiries), **changes)])


def _target(day):
    return with_enquiries(enquiry(InitialCPCtarget=day))


CASES = [
    hit("1104", "the day before", with_enquiries(_held("2016-05-09", "2016-05-09")), "section47 1",
        named="referrals 1", also=("2889 section47 1",)),
    hit("1104", "in the later of two referrals", child(CINdetails=[referral(CINclosureDate="2016-06-10",
        ReasonForClosure="RC1"), referral(CINreferralDate="2016-06-16", Section47=[enquiry()])]), "section47 1",
        named="referrals 2"),
    miss("1104", "the same day", with_enquiries(_held("2016-05-10", "2016-05-10"))),
    miss("1104", "in CINdetails", with_referral(DateOfInitialCPC="2016-05-09")),
    miss("1104", "conference missing", with_enquiries(_start("2016-05-09"))),
    miss("1104", "referral date missing", child(CINdetails=[referral(CINreferralDate=None, Section47=[enquiry()])])),
    hit("2884", "in the same referral", with_referral(DateOfInitialCPC="2016-06-15", Assessments=[assessment()],
        Section47=[enquiry()]), "section47 1", named="referrals 1"),
    hit("2884", "in another referral of the child", child(CINdetails=[referral(CINclosureDate="2016-07-01",
        ReasonForClosure="RC1", Section47=[enquiry(), enquiry()]),
        referral(CINreferralDate="2016-07-01", DateOfInitialCPC="2016-06-15")]), "section47 1", "section47 2",
        named="referrals 2"),
    miss("2884", "a day later", with_referral(DateOfInitialCPC="2016-06-16", Section47=[enquiry()])),
    miss("2884", "of another child with the same id", [with_referral(DateOfInitialCPC="2016-06-15"),
        with_enquiries(enquiry())]),
    miss("2884", "both missing", with_enquiries(no_conference())),
    hit("2889", "the day before", with_enquiries(_start("2016-05-09")), "section47 1", named="referrals 1"),
    miss("2889", "the same day", with_enquiries(_start("2016-05-10"))),
    miss("2889", "start missing", with_enquiries(_start(None))),
    miss("2889", "referral date missing", child(CINdetails=[referral(CINreferralDate=None,
        Section47=[_start("2016-05-09")])])),
    hit("2991Q", "each enquiry", with_referral(Section47=[enquiry(), _start("2016-07-01")]), "section47 1",
        "section47 2"),
    hit("2991Q", "an assessment in another referral", child(CINdetails=[referral(CINclosureDate="2016-07-01",
        ReasonForClosure="RC1", Assessments=[assessment()]), referral(CINreferralDate="2016-07-01",
        Section47=[_start("2016-07-02")])]), "section47 1"),
    miss("2991Q", "an empty assessment", with_referral(Assessments=[{}], Section47=[no_conference()])),
    miss("2991Q", "no enquiry", child()),
    hit("8615", "the day after", with_enquiries(_held("2016-06-16", "2016-06-15")), "section47 1"),
    hit("8615", "start missing", with_enquiries(_held(None, "2016-06-15")), "section47 1"),
    hit("8615", "start unreadable", with_enquiries(_held("June", "2016-06-15")), "section47 1"),
    miss("8615", "the same day", with_enquiries(_held("2016-06-15", "2016-06-15"))),
    miss("8615", "conference missing", with_enquiries(_start(None))),
    miss("8615", "conference unreadable", with_enquiries(_held(None, "June"))),
    hit("8675Q", "more than 15 working days", with_enquiries(_awaiting("2017-03-09")), "section47 1"),
    hit("8675Q", "flag false in words, conference unreadable",
        with_enquiries(_held("2017-03-09", "?", ICPCnotRequired="False")), "section47 1"),
    miss("8675Q", "15 working days", with_enquiries(_awaiting("2017-03-10"))),
    miss("8675Q", "conference held", with_enquiries(_held("2017-03-01", "2017-03-30"))),
    miss("8675Q", "not required", with_enquiries(_start("2017-03-09"))),
    miss("8675Q", "flag missing", with_enquiries(_start("2017-03-09", ICPCnotRequired=None))),
    miss("8675Q", "start missing", with_enquiries(_awaiting(None))),
    hit("8715", "the day before the period", _old(_held("2016-03-24", "2016-03-31")), "section47 1"),
    hit("8715", "after the period", with_enquiries(_held("2017-03-24", "2017-04-03")), "section47 1"),
    miss("8715", "the first day", _old(_held("2016-03-24", "2016-04-01"))),
    miss("8715", "the last day", with_enquiries(_held("2017-03-24", "2017-03-31"))),
    miss("8715", "in CINdetails", with_referral(DateOfInitialCPC="2017-04-03")),
    miss("8715", "missing", with_enquiries(no_conference())),
    hit("8740", "the day before the period", _old(_awaiting("2016-03-31")), "section47 1", also=("8675Q section47 1",)),
    hit("8740", "the day after the period", with_enquiries(_awaiting("2017-04-01")), "section47 1"),
    hit("8740", "flag false in words", _old(_awaiting("2016-03-31", ICPCnotRequired="false")), "section47 1"),
    miss("8740", "the first day", _old(_awaiting("2016-04-01"))),
    miss("8740", "the last day", with_enquiries(_awaiting("2017-03-31"))),
    miss("8740", "flag missing", _old(_awaiting("2016-03-31", ICPCnotRequired=None))),
    miss("8740", "not required", _old(_start("2016-03-31"))),
    miss("8740", "conference held", _old(_held("2016-03-31", "2016-04-15"))),
    miss("8740", "start missing", _old(_awaiting(None))),
    hit("8839", "two", with_enquiries(open_enquiry(), _start("2016-07-01"), _awaiting("2017-03-21")), "section47 1",
        "section47 3", also=("8890 section47 3",)),
    hit("8839", "two, one flag missing", with_enquiries(_awaiting("2017-03-20", ICPCnotRequired=None), no_conference(),
        open_enquiry(), enquiry()), "section47 1", "section47 3"),
    miss("8839", "one", with_enquiries(open_enquiry(), no_conference(), enquiry())),
    miss("8839", "in two referrals", child(CINdetails=[referral(Section47=[open_enquiry()]),
        referral(Section47=[open_enquiry()])])),
    hit("8870Q", "a Saturday", _target("2016-06-18"), "section47 1"),
    hit("8870Q", "a Sunday", _target("2016-06-19"), "section47 1"),
    miss("8870Q", "a Friday", _target("2016-06-17")),
    miss("8870Q", "a Monday", _target("2016-06-20")),
    miss("8870Q", "a bank holiday", _target("2016-08-29")),
    miss("8870Q", "missing", _target(None)),
    miss("8870Q", "unreadable", _target("18/06/2016")),
    hit("8875", "a Saturday", with_enquiries(_held("2016-06-01", "2016-06-18")), "section47 1"),
    hit("8875", "a Sunday", with_enquiries(_held("2016-06-01", "2016-06-19")), "section47 1"),
    miss("8875", "a bank holiday", with_enquiries(_held("2016-08-01", "2016-08-29"))),
    miss("8875", "a Friday", with_enquiries(_held("2016-06-01", "2016-06-17"))),
    miss("8875", "in CINdetails", with_referral(DateOfInitialCPC="2016-06-18")),
    miss("8875", "missing", with_enquiries(no_conference())),
    hit("8890", "on the day of the other's conference", with_enquiries(enquiry(), _start("2016-06-15")), "section47 2",
        named="section47 1"),
    hit("8890", "the other flagged as not required, too", with_enquiries(enquiry(ICPCnotRequired="1"),
        _start("2016-06-10")), "section47 2"),
    hit("8890", "under an open one", with_enquiries(_awaiting("2017-03-20"), _start("2017-03-31")), "section47 2"),
    hit("8890", "under an open one, flag missing", with_enquiries(_awaiting("2017-03-20", ICPCnotRequired=None),
        _start("2017-03-31")), "section47 2"),
    hit("8890", "identical", with_enquiries(enquiry(), enquiry()), "section47 1", "section47 2"),
    miss("8890", "the day after", with_enquiries(enquiry(), _start("2016-06-16"))),
    miss("8890", "under one not required", with_enquiries(no_conference(), _start("2016-06-02"))),
    miss("8890", "two not required, the same day", with_enquiries(no_conference(), no_conference())),
    miss("8890", "start missing", with_enquiries(enquiry(), _start(None))),
    miss("8890", "in two referrals", child(CINdetails=[referral(Section47=[enquiry()]),
        referral(Section47=[enquiry()])])),
]  # fmt: skip
