"""Cases of the rules on assessments."""

from cin_pipeline_tests.validation.building import (
    assessment, child, old_referral, referral, unfinished, with_assessments,
)  # fmt: skip
from cin_pipeline_tests.validation.cases import hit, miss


def _dates(start, end, **changes):
    return assessment(AssessmentActualStartDate=start, AssessmentAuthorisationDate=end, **changes)


def _open(start, **changes):
    return unfinished(AssessmentActualStartDate=start, **changes)


def _factors(*codes, **changes):
    return with_assessments(assessment(AssessmentFactors=list(codes), **changes))


def _old(*assessments):
    return child(CINdetails=[old_referral(Assessments=list(assessments))])


CASES = [
    hit("1103", "the day before", with_assessments(assessment(AssessmentActualStartDate="2016-05-09")), "assessments 1",
        named="referrals 1"),
    hit("1103", "the second of two referrals", child(CINdetails=[
        referral(CINclosureDate="2016-07-01", ReasonForClosure="RC1", Assessments=[assessment()]),
        referral(CINreferralDate="2016-07-02", Assessments=[assessment()])]), "assessments 2", named="referrals 2"),
    miss("1103", "the same day", with_assessments(assessment(AssessmentActualStartDate="2016-05-10"))),
    miss("1103", "start missing", with_assessments(assessment(AssessmentActualStartDate=None))),
    miss("1103", "referral date missing", child(CINdetails=[referral(CINreferralDate=None, Assessments=[assessment()])])),
    hit("8608", "the day after", with_assessments(_dates("2016-06-21", "2016-06-20")), "assessments 1"),
    miss("8608", "the same day", with_assessments(_dates("2016-06-20", "2016-06-20"))),
    miss("8608", "start missing", with_assessments(_dates(None, "2016-06-20"))),
    miss("8608", "end missing", with_assessments(_open("2017-03-01"))),
    hit("8614", "a factor", with_assessments(unfinished(AssessmentFactors=["2B"])), "assessments 1"),
    hit("8614", "an invalid factor", with_assessments(unfinished(AssessmentFactors=["", "X"])), "assessments 1"),
    hit("8614", "date unreadable", with_assessments(assessment(AssessmentAuthorisationDate="2016-06-31")), "assessments 1"),
    miss("8614", "empty group", with_assessments(unfinished(FactorsIdentifiedAtAssessment=""))),
    miss("8614", "empty factors", with_assessments(unfinished(AssessmentFactors=["", " "]))),
    miss("8614", "authorised", with_assessments(assessment())),
    hit("8617", "among others", _factors("2B", "8A"), "assessments 1", also=("8897Q assessments 1",)),
    miss("8617", "another of the group", _factors("8B")),
    miss("8617", "small letter", _factors("8a")),
    miss("8617", "missing", with_assessments(unfinished())),
    hit("8670Q", "more than 45 working days", with_assessments(_open("2017-01-26")), "assessments 1"),
    hit("8670Q", "date unreadable", with_assessments(_dates("2016-06-01", "soon")), "assessments 1"),
    miss("8670Q", "45 working days", with_assessments(_open("2017-01-27"))),
    miss("8670Q", "authorised", with_assessments(_dates("2016-06-01", "2016-06-02"))),
    miss("8670Q", "start missing", with_assessments(_open(None))),
    hit("8696", "the day before the period", _old(_dates("2016-03-01", "2016-03-31")), "assessments 1"),
    hit("8696", "the day after the period", with_assessments(_dates("2017-03-01", "2017-04-01")), "assessments 1"),
    miss("8696", "the first day", _old(_dates("2016-03-01", "2016-04-01"))),
    miss("8696", "the last day", with_assessments(_dates("2017-03-01", "2017-03-31"))),
    miss("8696", "missing", with_assessments(unfinished())),
    hit("8736", "the day before the period", _old(_open("2016-03-31")), "assessments 1", also=("8670Q assessments 1",)),
    hit("8736", "the day after the period", with_assessments(_open("2017-04-01")), "assessments 1"),
    miss("8736", "the first day", with_assessments(_open("2016-04-01"))),
    miss("8736", "the last day", with_assessments(_open("2017-03-31"))),
    miss("8736", "authorised", _old(_dates("2016-03-31", "2016-04-20"))),
    miss("8736", "start missing", with_assessments(_open(None))),
    hit("8863Q", "on the day the other ends", with_assessments(_dates("2016-05-20", "2016-06-20"), _dates("2016-06-20", "2016-07-20")),
        "assessments 2", named="assessments 1"),
    hit("8863Q", "identical", with_assessments(assessment(), assessment()), "assessments 1", "assessments 2",
        named="assessments 1, assessments 2"),
    hit("8863Q", "while one is open", with_assessments(_open("2017-02-01"), _dates("2017-03-31", "2017-03-31")), "assessments 2"),
    hit("8863Q", "behind a shorter one", with_assessments(
        _dates("2016-05-20", "2016-09-20"), _dates("2016-06-20", "2016-06-21"), _dates("2016-07-20", "2016-10-20")),
        "assessments 2", "assessments 3", named="assessments 1"),
    miss("8863Q", "the day after", with_assessments(_dates("2016-05-20", "2016-06-20"), _dates("2016-06-21", "2016-07-20"))),
    miss("8863Q", "in two referrals", child(CINdetails=[referral(Assessments=[assessment()]), referral(Assessments=[assessment()])])),
    miss("8863Q", "start missing", with_assessments(assessment(), _dates(None, "2016-06-10"))),
    miss("8863Q", "after the reference date, one open", with_assessments(_open("2017-02-01"), _dates("2017-04-01", "2017-04-02"))),
    miss("8863Q", "under one that ends before its start", with_assessments(_dates("2016-06-20", "2016-06-10"), _dates("2016-06-20", None))
         | {"CINdetails": [referral(Assessments=[_dates("2016-06-20", "2016-06-10"), _dates("2016-06-25", "2016-06-28")])]}),
    hit("8869", "and another", _factors("21", "2B"), "assessments 1"),
    hit("8869", "and an invalid one", _factors("X", " 21"), "assessments 1"),
    miss("8869", "alone", _factors("21", "", "21")),
    miss("8869", "without it", _factors("2B", "20")),
    miss("8869", "of two assessments", with_assessments(assessment(AssessmentFactors=["21"]),
         _dates("2016-07-01", "2016-08-01"))),
    hit("8896", "two of three, dated", with_assessments(unfinished(), assessment(), _open("2017-03-02")), "assessments 1", "assessments 3",
        also=("8863Q assessments 3",)),
    hit("8896", "two of three", with_assessments(_dates(None, None), assessment(), _open("2017-03-01")), "assessments 1", "assessments 3"),
    hit("8896", "date unreadable", with_assessments(unfinished(), _dates("2017-03-01", "?")), "assessments 1", "assessments 2"),
    miss("8896", "one", with_assessments(assessment(), unfinished())),
    miss("8896", "in two referrals", child(CINdetails=[referral(Assessments=[unfinished()]), referral(Assessments=[unfinished()])])),
    hit("8897Q", "no factor", with_assessments(assessment(AssessmentFactors=None)), "assessments 1"),
    hit("8897Q", "empty group", with_assessments(assessment(AssessmentFactors=[" "])), "assessments 1"),
    hit("8897Q", "one invalid of two", _factors("2B", "2b"), "assessments 1"),
    hit("8897Q", "22A before its year", _factors("22A"), "assessments 1", year=2016),
    hit("8897Q", "18B before its year", _factors("18B"), "assessments 1", year=2020),
    hit("8897Q", "24A before its year", _factors("24A"), "assessments 1", year=2021),
    hit("8897Q", "after the period", with_assessments(_dates("2017-03-01", "2017-04-01", AssessmentFactors=None)), "assessments 1"),
    miss("8897Q", "22A in its year", _factors("22A", "23A")),
    miss("8897Q", "18B and 19C in their year", _factors("18B", "19C"), year=2021),
    miss("8897Q", "24A in its year", _factors("24A"), year=2022),
    miss("8897Q", "18A and 19A stay valid", _factors("18A", "19A"), year=2026),
    miss("8897Q", "before the period", _old(_dates("2016-03-01", "2016-03-31", AssessmentFactors=None))),
    miss("8897Q", "not authorised", with_assessments(unfinished())),
    miss("8897Q", "date unreadable", with_assessments(assessment(AssessmentAuthorisationDate="?", AssessmentFactors=None))),
    hit("8898", "twice", _factors("2B", "3A", "2B"), "assessments 1"),
    hit("8898", "two of them twice, white space round one", _factors("2B", "3A", " 2B", "3A"), "assessments 1"),
    miss("8898", "differs in case", _factors("2B", "2b")),
    miss("8898", "empty twice", _factors("2B", "", " ")),
    miss("8898", "in two assessments", with_assessments(assessment(), _dates("2016-07-01", "2016-08-01"))),
    hit("8899Q", "a disability, another factor", child(Disability=["LD"], CINdetails=[referral(Assessments=[assessment()])]), "assessments 1"),
    miss("8899Q", "learning disability", child(Disability=["LD"], CINdetails=[referral(Assessments=[assessment(AssessmentFactors=["5A"])])])),
    miss("8899Q", "physical disability", child(Disability=["LD"], CINdetails=[referral(Assessments=[assessment(AssessmentFactors=["2B", "6A"])])])),
    miss("8899Q", "NONE", with_assessments(assessment())),
    miss("8899Q", "not authorised", child(Disability=["LD"], CINdetails=[referral(Assessments=[unfinished()])])),
    hit("8945Q", "among others", _factors("2B", "18A"), "assessments 1", year=2025),
    hit("8945Q", "small letter", _factors("18a"), "assessments 1", year=2025),
    miss("8945Q", "18B", _factors("18B"), year=2025),
    miss("8945Q", "missing", with_assessments(unfinished()), year=2025),
    hit("8950Q", "among others", _factors("2B", "19A"), "assessments 1", year=2025),
    hit("8950Q", "small letter", _factors("19a"), "assessments 1", year=2025),
    miss("8950Q", "19C", _factors("19C"), year=2025),
    miss("8950Q", "missing", with_assessments(unfinished()), year=2025),
]  # fmt: skip
