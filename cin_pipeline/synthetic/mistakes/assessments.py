"""Mistakes in assessments."""

from cin_pipeline.synthetic.mistakes.catalogue import left_out, mistake, replaced
from cin_pipeline.synthetic.mistakes.elements import Change, Record
from cin_pipeline.synthetic.mistakes.facts import DAY, factors, is_closed, is_only, is_overdue

_DONE, _START = "AssessmentAuthorisationDate", "AssessmentActualStartDate"
_WORKING_DAYS = 45  # after which one that is unfinished is queried (rule 8670Q)


def _is_done(assessment: Record) -> bool:
    return bool(assessment.text(_DONE))


def _in_open_case(assessment: Record) -> bool:
    return is_only(assessment) and not is_closed(assessment.above)


def _without_end(assessment: Record) -> Change:
    assessment.remove("AssessmentFactors")
    return assessment.remove(_DONE)


def _factor_replaced(assessment: Record, code: str) -> Change | None:
    found = factors(assessment)
    if not found or not _is_done(assessment) or found == ["21"] or code in found:
        return None
    changed = assessment.below("AssessmentFactors")[0].write(code)
    return Change(assessment, changed.field, changed.was, changed.became)


@mistake("1103", "Assessments")
def assessed_before_referral(assessment: Record) -> Change | None:
    """The day before."""
    day = assessment.above.day("CINreferralDate")
    return assessment.put(_START, day - DAY) if day and _is_done(assessment) and is_only(assessment) else None


@mistake("8608", "Assessments")
def authorised_before_start(assessment: Record) -> Change | None:
    """The day before."""
    start = assessment.day(_START)
    if not start or start <= assessment.first_day or not _is_done(assessment) or not is_only(assessment):
        return None
    return assessment.put(_DONE, start - DAY)


@mistake("8614", "Assessments", "8670Q")
def factors_before_authorisation(assessment: Record) -> Change | None:
    """The date left out, the factors not."""
    start = assessment.day(_START)
    if not start or start < assessment.first_day or not factors(assessment) or not _in_open_case(assessment):
        return None
    return assessment.remove(_DONE)


@mistake("8617", "Assessments", "8897Q")
def withdrawn_factor(assessment: Record) -> Change | None:
    """8A, which is no valid code either."""
    return _factor_replaced(assessment, "8A")


@mistake("8897Q", "Assessments")
def factor_unknown(assessment: Record) -> Change | None:
    """A code that never was."""
    return _factor_replaced(assessment, "99Z")


@mistake("8945Q", "Assessments")
def old_physical_abuse_factor(assessment: Record) -> Change | None:
    """18A."""
    return _factor_replaced(assessment, "18A")


@mistake("8950Q", "Assessments")
def old_sexual_abuse_factor(assessment: Record) -> Change | None:
    """19A."""
    return _factor_replaced(assessment, "19A")


@mistake("8897Q", "Assessments")
def factors_missing(assessment: Record) -> Change | None:
    """All of them."""
    return assessment.remove("AssessmentFactors") if _is_done(assessment) and factors(assessment) else None


@mistake("8898", "Assessments")
def factor_twice(assessment: Record) -> Change | None:
    """The first once more."""
    found = factors(assessment)
    if not found:
        return None
    assessment.add("AssessmentFactors", found[0])
    return Change(assessment, "AssessmentFactors", "", found[0])


@mistake("8869", "Assessments")
def no_factors_beside_factor(assessment: Record) -> Change | None:
    """21 beside others, in a case that is not closed."""
    found = factors(assessment)
    if not found or "21" in found or is_closed(assessment.above) or assessment.above.text("ReasonForClosure"):
        return None
    assessment.add("AssessmentFactors", "21")
    return Change(assessment, "AssessmentFactors", "", "21")


@mistake("8670Q", "Assessments")
def assessment_overdue(assessment: Record) -> Change | None:
    """The end and the factors left out."""
    start = assessment.day(_START)
    if not start or start < assessment.first_day or not _is_done(assessment) or not _in_open_case(assessment):
        return None
    return _without_end(assessment) if is_overdue(start, assessment.last_day, _WORKING_DAYS) else None


@mistake("8736", "Assessments", "8670Q")
def unfinished_since_the_year_before(assessment: Record) -> Change | None:
    """The end and the factors left out."""
    start = assessment.day(_START)
    if not start or start >= assessment.first_day or not _is_done(assessment) or not _in_open_case(assessment):
        return None
    return _without_end(assessment)


@mistake("8696", "Assessments")
def authorised_after_the_year(assessment: Record) -> Change | None:
    """The day after it."""
    if not _is_done(assessment) or not _in_open_case(assessment):
        return None
    return assessment.put(_DONE, assessment.last_day + DAY)


@mistake("8863Q", "Assessments")
def assessment_sent_twice(assessment: Record) -> Change | None:
    """Both overlap."""
    return assessment.sent_twice() if _is_done(assessment) else None


@mistake("8896", "Assessments", "8863Q")
def unfinished_assessment_twice(assessment: Record) -> Change | None:
    """Both overlap, too."""
    return None if _is_done(assessment) else assessment.sent_twice()


left_out("assessment_start_missing", "value_error", "Assessments", _START)
replaced("assessment_start_no_real_day", "value_error", "Assessments", _START, "2017-02-30")
replaced("internal_review_in_words", "value_error", "Assessments", "AssessmentInternalReviewDate", "March")
