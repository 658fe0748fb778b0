"""What the mistakes ask of the records they are to be planted in."""

from datetime import date, timedelta

import numpy as np

from cin_pipeline.reference.bank_holidays import bank_holidays
from cin_pipeline.reference.code_sets import codes
from cin_pipeline.synthetic.mistakes.elements import Record

DAY = timedelta(days=1)
LONGEST_BEFORE_BIRTH = timedelta(days=280)  # of a referral (rule 8606)
SEX_SINCE = 2025  # collection year in which Sex takes the place of GenderCurrent (census guide 2024-25)
_FRIDAY = 4  # as `weekday` counts
_YEAR_DIGITS = 4  # of a date as text
_LEAP_DAY = (2, 29)  # month and day

# The dates of what a referral holds that must not lie after its closure.
_ACTIVITY = {
    "Assessments": ("AssessmentActualStartDate", "AssessmentAuthorisationDate"),
    "Section47": ("S47ActualStartDate", "DateOfInitialCPC"),
    "ChildProtectionPlans": ("CPPendDate",),
    "CINPlanDates": ("CINPlanStartDate", "CINPlanEndDate"),
}


def is_nfa(referral: Record) -> bool:
    """Whether it ended in no further action."""
    return referral.text("ReferralNFA").lower() in ("1", "true")


def is_closed(referral: Record) -> bool:
    """Whether it has a closure date."""
    return bool(referral.text("CINclosureDate"))


def is_open(referral: Record) -> bool:
    """Whether it went on and is not closed."""
    return not is_nfa(referral) and not is_closed(referral)


def is_not_in_need(referral: Record) -> bool:
    """Whether it was closed as not in need after assessment."""
    return referral.text("ReasonForClosure") in {"RC8", "RC9"}.intersection(codes("ReasonForClosure", referral.year))


def is_in_need(referral: Record) -> bool:
    """Whether it was closed for another reason."""
    return bool(referral.text("ReasonForClosure")) and not is_not_in_need(referral)


def is_only(record: Record) -> bool:
    """Whether it is the only one of its name in the record above."""
    return len(record.siblings()) == 1


def is_only_of_child(record: Record) -> bool:
    """Whether it is the only one of its name in all referrals of the child."""
    return len(of_child(record.child, record.element.tag)) == 1


def of_child(child: Record, element: str) -> list[Record]:
    """All records of a name, whatever the referral."""
    return [record for referral in child.below("CINdetails") for record in referral.below(element)]


def has(referral: Record, *elements: str) -> bool:
    """Whether a referral holds a record of one of these names."""
    return any(referral.below(element) for element in elements)


def is_bare(referral: Record) -> bool:
    """Whether a referral holds nothing."""
    return not has(referral, *_ACTIVITY) and not referral.text("DateOfInitialCPC")


def activity(referral: Record) -> list[date]:
    """The dates that must not lie after its closure."""
    days = [
        record.day(item) for element, items in _ACTIVITY.items() for record in referral.below(element) for item in items
    ]
    return [day for day in [*days, referral.day("DateOfInitialCPC")] if day]


def has_plan_from(referral: Record, day: date | None) -> bool:
    """Whether a protection plan in it starts on a day."""
    return any(plan.day("CPPstartDate") == day for plan in referral.below("ChildProtectionPlans"))


def referral_days(child: Record) -> list[date]:
    """The dates of its referrals."""
    return [day for referral in child.below("CINdetails") if (day := referral.day("CINreferralDate"))]


def disabilities(child: Record) -> list[str]:
    """The codes of its disabilities."""
    return [record.element.text or "" for record in child.below("Disability")]


def factors(assessment: Record) -> list[str]:
    """The codes of its factors."""
    return [record.element.text or "" for record in assessment.below("AssessmentFactors")]


def is_overdue(start: date, last_day: date, working_days: int) -> bool:
    """Whether a start lies more than so many working days before the reference date."""
    latest = np.busday_offset(np.datetime64(last_day), -working_days, roll="forward", holidays=bank_holidays())
    return bool(np.datetime64(start) < latest)


def other_working_day(day: date, step: int = 1) -> date:
    """The next Monday to Friday after a day; with a step of -1, the last one before it."""
    day += step * DAY
    while day.weekday() > _FRIDAY:
        day += step * DAY
    return day


def years_before(day: date, years: int) -> date:
    """The same day that many years earlier; 29 February becomes 28."""
    leap_day = (day.month, day.day) == _LEAP_DAY
    return (day - DAY if leap_day else day).replace(year=day.year - years)


def as_written_by_hand(text: str) -> str:
    """A date as day, month and year with strokes."""
    return "/".join(reversed(text.split("-")))


def no_real_day(text: str) -> str:
    """30 February of the same year."""
    return f"{text[:_YEAR_DIGITS]}-02-30"
