"""Mistakes in section 47 enquiries and their conferences."""

from datetime import timedelta

from cin_pipeline.synthetic.mistakes.catalogue import VALUE_ERROR, left_out, mistake, replaced
from cin_pipeline.synthetic.mistakes.elements import Change, Record
from cin_pipeline.synthetic.mistakes.facts import (
    DAY,
    as_written_by_hand,
    has,
    has_plan_from,
    is_closed,
    is_only,
    is_overdue,
    of_child,
    other_working_day,
)

_START, _HELD, _NOT_REQUIRED = "S47ActualStartDate", "DateOfInitialCPC", "ICPCnotRequired"
_SATURDAY = 5  # as `weekday` counts
_WORKING_DAYS = 15  # from the enquiry to the conference, after which it is queried (rule 8675Q)
_BEFORE = 5 * DAY  # the year: invented, any few days will do


def _awaits_conference(enquiry: Record) -> bool:
    return not enquiry.text(_HELD) and enquiry.text(_NOT_REQUIRED).lower() in ("0", "false")


def _is_held_for_no_plan(enquiry: Record) -> bool:
    """Whether there was a conference after which no plan starts, the only enquiry of its referral."""
    held = enquiry.day(_HELD)
    return held is not None and is_only(enquiry) and not has_plan_from(enquiry.above, held)


@mistake("1104", "Section47", "8615")
def conference_before_referral(enquiry: Record) -> Change | None:
    """The last working day before, and so before the enquiry as well."""
    referred = enquiry.above.day("CINreferralDate")
    if not referred or not _is_held_for_no_plan(enquiry):
        return None
    day = other_working_day(referred, -1)
    if day < enquiry.first_day or any(each.text(_HELD) for each in enquiry.child.below("CINdetails")):
        return None
    return enquiry.put(_HELD, day)


@mistake("2884", "Section47")
def conference_recorded_twice(enquiry: Record) -> Change | None:
    """In CINdetails, too."""
    referral = enquiry.above
    if not enquiry.text(_HELD) or referral.text(_HELD):
        return None
    changed = referral.put(_HELD, enquiry.text(_HELD))
    return Change(enquiry, changed.field, "", changed.became)


@mistake("2889", "Section47")
def enquiry_before_referral(enquiry: Record) -> Change | None:
    """The day before."""
    day = enquiry.above.day("CINreferralDate")
    if not day or not is_only(enquiry) or _awaits_conference(enquiry):
        return None
    return enquiry.put(_START, day - DAY)


@mistake("8615", "Section47")
def enquiry_after_conference(enquiry: Record) -> Change | None:
    """The day after."""
    held, closed = enquiry.day(_HELD), enquiry.above.day("CINclosureDate")
    if not held or not is_only(enquiry) or (closed and closed <= held):
        return None
    return enquiry.put(_START, held + DAY)


@mistake("8675Q", "Section47")
def conference_overdue(enquiry: Record) -> Change | None:
    """Said to be needed, long after the start."""
    start = enquiry.day(_START)
    if not start or start < enquiry.first_day or not is_only(enquiry) or enquiry.text(_HELD):
        return None
    if is_closed(enquiry.above) or has(enquiry.above, "ChildProtectionPlans") or _awaits_conference(enquiry):
        return None
    return enquiry.put(_NOT_REQUIRED, "0") if is_overdue(start, enquiry.last_day, _WORKING_DAYS) else None


@mistake("8715", "Section47", "2883")
def conference_after_the_year(enquiry: Record) -> Change | None:
    """The next working day after it."""
    if not _is_held_for_no_plan(enquiry) or is_closed(enquiry.above):
        return None
    return enquiry.put(_HELD, other_working_day(enquiry.last_day))


@mistake("8740", "Section47", "8675Q")
def waiting_since_the_year_before(enquiry: Record) -> Change | None:
    """Begun five days before it."""
    start, referred = enquiry.first_day - _BEFORE, enquiry.above.day("CINreferralDate")
    if not referred or referred > start or not is_only(enquiry) or not _awaits_conference(enquiry):
        return None
    return enquiry.put(_START, start)


@mistake("8839", "Section47", "8890")
def waiting_twice(enquiry: Record) -> Change | None:
    """Both overlap, too."""
    return enquiry.sent_twice() if _awaits_conference(enquiry) else None


@mistake("8870Q", "Section47")
def target_on_saturday(enquiry: Record) -> Change | None:
    """The one after."""
    target = enquiry.day("InitialCPCtarget")
    if not target or target.weekday() >= _SATURDAY:
        return None
    return enquiry.put("InitialCPCtarget", target + timedelta(days=_SATURDAY - target.weekday()))


@mistake("8875", "Section47")
def conference_on_saturday(enquiry: Record) -> Change | None:
    """The one after, where it is in the year and before the closure."""
    held, closed = enquiry.day(_HELD), enquiry.above.day("CINclosureDate")
    if not held or not _is_held_for_no_plan(enquiry) or of_child(enquiry.child, "ChildProtectionPlans"):
        return None
    saturday = held + timedelta(days=_SATURDAY - held.weekday())
    if saturday > min(enquiry.last_day, closed or enquiry.last_day):
        return None
    return enquiry.put(_HELD, saturday)


@mistake("8890", "Section47")
def enquiry_sent_twice(enquiry: Record) -> Change | None:
    """Both overlap."""
    return enquiry.sent_twice() if enquiry.text(_HELD) else None


left_out(
    "enquiry_start_missing",
    VALUE_ERROR,
    "Section47",
    _START,
    where=lambda enquiry: not enquiry.text(_HELD),
)
left_out(
    "not_required_missing",
    VALUE_ERROR,
    "Section47",
    _NOT_REQUIRED,
    where=lambda enquiry: bool(enquiry.text(_HELD)) and not enquiry.above.text(_HELD),
)
replaced(
    "not_required_in_a_letter",
    VALUE_ERROR,
    "Section47",
    _NOT_REQUIRED,
    "N",
    where=lambda enquiry: bool(enquiry.text(_HELD)) and not enquiry.above.text(_HELD),
)
replaced("target_by_hand", VALUE_ERROR, "Section47", "InitialCPCtarget", as_written_by_hand)
