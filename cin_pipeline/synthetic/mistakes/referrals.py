"""Mistakes in referrals (CINdetails)."""

from datetime import date

from cin_pipeline.synthetic.mistakes.catalogue import left_out, mistake, replaced
from cin_pipeline.synthetic.mistakes.elements import Change, Record
from cin_pipeline.synthetic.mistakes.facts import (
    DAY,
    LONGEST_BEFORE_BIRTH,
    activity,
    as_written_by_hand,
    factors,
    has,
    is_bare,
    is_closed,
    is_in_need,
    is_nfa,
    is_only,
    is_open,
    no_real_day,
    of_child,
)

_SOURCE_SINCE = date(2013, 4, 1)  # of referrals whose source is asked for (rule 8866)
_CIN_PLANS_SINCE = 2022  # collection year from which there are child in need plans (census guide 2021-22)

# Invented: any few days after the year; before it, enough to be clear of it and few enough to be after the birth.
_REFERRED_AFTER, _CLOSED_AFTER = 3 * DAY, 2 * DAY
_REFERRED_BEFORE = 21 * DAY


def _has_source_collected(referral: Record) -> bool:
    day = referral.day("CINreferralDate")
    return day is not None and day >= _SOURCE_SINCE


def _flag_matters_to_no_other_rule(referral: Record) -> bool:
    return referral.child.text("UPNunknown") != "UN7"


replaced("primary_need_in_small_letters", "8650", "CINdetails", "PrimaryNeedCode", str.lower)
replaced("primary_need_unknown", "8650", "CINdetails", "PrimaryNeedCode", "N10")
left_out("primary_need_missing", "8610", "CINdetails", "PrimaryNeedCode", where=lambda referral: not is_nfa(referral))
replaced("source_unknown", "8866", "CINdetails", "ReferralSource", "9Z", where=_has_source_collected)
replaced("source_in_small_letters", "8866", "CINdetails", "ReferralSource", "1a", where=_has_source_collected)
left_out("source_missing", "8866", "CINdetails", "ReferralSource", where=_has_source_collected)
replaced("closure_reason_unknown", "8640", "CINdetails", "ReasonForClosure", "RC0", where=is_in_need)
replaced("closure_reason_in_small_letters", "8640", "CINdetails", "ReasonForClosure", str.lower, where=is_in_need)
left_out("closure_reason_missing", "8805", "CINdetails", "ReasonForClosure", where=is_closed)
left_out("closure_date_missing", "8810", "CINdetails", "CINclosureDate", where=is_only)
replaced("closure_date_by_hand", "8810", "CINdetails", "CINclosureDate", as_written_by_hand, where=is_only)
replaced("referral_date_by_hand", "8600", "CINdetails", "CINreferralDate", as_written_by_hand)
replaced("referral_date_no_real_day", "8600", "CINdetails", "CINreferralDate", no_real_day)
left_out("referral_date_missing", "8600", "CINdetails", "CINreferralDate")
replaced("nfa_in_words", "8568", "CINdetails", "ReferralNFA", "no", where=_flag_matters_to_no_other_rule)
left_out("nfa_missing", "8568", "CINdetails", "ReferralNFA", where=_flag_matters_to_no_other_rule)


@mistake("8600", "CINdetails")
def referred_after_the_year(referral: Record) -> Change | None:
    """The only referral, open and with nothing in it."""
    if not is_only(referral) or not is_open(referral) or not is_bare(referral):
        return None
    return referral.put("CINreferralDate", referral.last_day + _REFERRED_AFTER)


@mistake("8555Q", "CINdetails")
def referred_after_death(referral: Record) -> Change | None:
    """The child died the day before."""
    day, child = referral.day("CINreferralDate"), referral.child
    born = child.day("PersonBirthDate")
    if not day or not born or child.text("PersonDeathDate") or of_child(child, "ChildProtectionPlans"):
        return None
    if of_child(child, "CINPlanDates") or day - DAY < max(born, referral.first_day):
        return None
    changed = child.put("PersonDeathDate", day - DAY)
    return Change(referral, changed.field, changed.was, changed.became)


@mistake("8565", "CINdetails")
def closed_before_last_activity(referral: Record) -> Change | None:
    """The day before it."""
    day, done = referral.day("CINreferralDate"), activity(referral)
    if not day or not done or not is_closed(referral) or max(done) - DAY < max(day, referral.first_day):
        return None
    return referral.put("CINclosureDate", max(done) - DAY)


@mistake("8569Q", "CINdetails")
def nfa_of_the_year_before(referral: Record) -> Change | None:
    """Three weeks before the year."""
    day, child = referral.first_day - _REFERRED_BEFORE, referral.child
    born = child.day("PersonBirthDate") or child.day("ExpectedPersonBirthDate")
    if not is_nfa(referral) or not is_only(referral) or (born and day < born - LONGEST_BEFORE_BIRTH):
        return None
    return referral.put("CINreferralDate", day)


@mistake("8585Q", "CINdetails")
def death_without_its_date(referral: Record) -> Change | None:
    """Closed because the child died."""
    if not is_closed(referral) or not is_in_need(referral) or referral.child.text("PersonDeathDate"):
        return None
    return referral.put("ReasonForClosure", "RC2")


@mistake("8620", "CINdetails")
def closed_after_the_year(referral: Record) -> Change | None:
    """Two days after it."""
    if not is_closed(referral) or not is_only(referral):
        return None
    return referral.put("CINclosureDate", referral.last_day + _CLOSED_AFTER)


@mistake("8630", "CINdetails")
def closed_before_referred(referral: Record) -> Change | None:
    """The day before, of a referral with nothing in it."""
    day = referral.day("CINreferralDate")
    if not day or day <= referral.first_day or not is_closed(referral) or not is_bare(referral):
        return None
    return referral.put("CINclosureDate", day - DAY)


@mistake("8815", "CINdetails", "8820")
def open_twice(referral: Record) -> Change | None:
    """The bare referral a second time, open as well."""
    if not is_open(referral) or not is_bare(referral):
        return None
    return referral.sent_twice()


@mistake("8816", "CINdetails")
def open_but_not_latest(referral: Record) -> Change | None:
    """A later one, of no further action, comes after it on the reference date."""
    day = referral.day("CINreferralDate")
    if not day or not _SOURCE_SINCE <= day < referral.last_day or not is_open(referral):
        return None
    if referral.siblings()[-1].element is not referral.element:
        return None
    later = referral.again()
    for element in ("Assessments", "Section47", "ChildProtectionPlans", "DateOfInitialCPC"):
        later.remove(element)
    if referral.year >= _CIN_PLANS_SINCE:
        later.remove("CINPlanDates")
    later.put("CINreferralDate", referral.last_day)
    later.put("ReferralNFA", "1")
    return Change(referral, "CINdetails", "", "a later one")


@mistake("8820", "CINdetails")
def referred_while_open(referral: Record) -> Change | None:
    """The day before the case before it was closed."""
    dated = [(day, each) for each in referral.siblings() if (day := each.day("CINreferralDate"))]
    day = referral.day("CINreferralDate")
    before = [(start, each) for start, each in dated if day and start < day]
    if not day or not before:
        return None
    start, previous = max(before, key=lambda pair: pair[0])
    closure = previous.day("CINclosureDate")
    if closure is None or closure - DAY <= max(start, referral.first_day):
        return None
    return referral.put("CINreferralDate", closure - DAY)


@mistake("8825Q", "CINdetails")
def not_in_need_without_assessment(referral: Record) -> Change | None:
    """Closed as not in need, with nothing in it."""
    if not is_in_need(referral) or not is_closed(referral) or not is_bare(referral):
        return None
    return referral.put("ReasonForClosure", "RC8")


@mistake("8831", "CINdetails")
def nfa_but_assessed(referral: Record) -> Change | None:
    """Marked as no further action, though there is an assessment."""
    day = referral.day("CINreferralDate")
    if not day or day < referral.first_day or is_nfa(referral) or not referral.below("Assessments"):
        return None
    if has(referral, "ChildProtectionPlans", "CINPlanDates"):
        return None
    return referral.put("ReferralNFA", "1")


@mistake("8832", "CINdetails", "8831", "8569Q", "4000")
def nfa_but_plan(referral: Record) -> Change | None:
    """Marked as no further action, though there is a protection plan and what led to it."""
    if is_nfa(referral) or not referral.below("ChildProtectionPlans"):
        return None
    return referral.put("ReferralNFA", "1")


@mistake("4000", "CINdetails", "8831", "8832", "8569Q")
def nfa_but_cin_plan(referral: Record) -> Change | None:
    """Marked as no further action, though there is a child in need plan."""
    if is_nfa(referral) or not referral.below("CINPlanDates"):
        return None
    return referral.put("ReferralNFA", "1")


@mistake("8867", "CINdetails", "8670Q")
def closed_before_authorisation(referral: Record) -> Change | None:
    """The only assessment, without its end and factors."""
    assessments = referral.below("Assessments")
    if not is_closed(referral) or len(assessments) != 1:
        return None
    start = assessments[0].day("AssessmentActualStartDate")
    if not start or start < referral.first_day:
        return None
    assessments[0].remove("AssessmentFactors")
    changed = assessments[0].remove("AssessmentAuthorisationDate")
    return Change(referral, changed.field, changed.was, "")


@mistake("8868", "CINdetails", "8675Q")
def closed_before_conference(referral: Record) -> Change | None:
    """The only enquiry, now said to need a conference."""
    enquiries = referral.below("Section47")
    if not is_closed(referral) or len(enquiries) != 1 or has(referral, "ChildProtectionPlans"):
        return None
    start = enquiries[0].day("S47ActualStartDate")
    if not start or start < referral.first_day or enquiries[0].text("DateOfInitialCPC"):
        return None
    changed = enquiries[0].put("ICPCnotRequired", "0")
    return Change(referral, changed.field, changed.was, changed.became)


@mistake("8873Q", "CINdetails")
def no_factors_but_in_need(referral: Record) -> Change | None:
    """The only assessment found no factors."""
    assessments = referral.below("Assessments")
    if not is_in_need(referral) or len(assessments) != 1 or not factors(assessments[0]):
        return None
    was = " ".join(factors(assessments[0]))
    assessments[0].remove("AssessmentFactors")
    assessments[0].add("AssessmentFactors", "21")
    return Change(referral, "AssessmentFactors", was, "21")


@mistake("2990", "CINdetails")
def not_in_need_but_enquiry(referral: Record) -> Change | None:
    """Closed as not in need, though there was an enquiry."""
    if not is_closed(referral) or not is_in_need(referral) or not has(referral, "Section47"):
        return None
    return referral.put("ReasonForClosure", "RC8") if has(referral, "Assessments") else None


@mistake("2991Q", "Section47")
def enquiry_without_assessment(enquiry: Record) -> Change | None:
    """All assessments of its referral left out."""
    if not has(enquiry.above, "Assessments"):
        return None
    changed = enquiry.above.remove("Assessments")
    return Change(enquiry, changed.field, changed.was, "")
