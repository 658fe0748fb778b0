"""Mistakes in child in need plans, collected from 2021-22."""

from cin_pipeline.synthetic.mistakes.catalogue import left_out, mistake, replaced
from cin_pipeline.synthetic.mistakes.elements import Change, Record
from cin_pipeline.synthetic.mistakes.facts import (
    DAY,
    as_written_by_hand,
    is_only,
    is_only_of_child,
    of_child,
)

_AFTER = 3 * DAY  # the year: invented, any few days will do
_CIN_PLAN, _START, _END = "CINPlanDates", "CINPlanStartDate", "CINPlanEndDate"


def _protections(cin_plan: Record) -> list[Record]:
    return of_child(cin_plan.child, "ChildProtectionPlans")


def _is_alone(cin_plan: Record) -> bool:
    """Whether no other plan of the child could overlap it."""
    return is_only_of_child(cin_plan) and not _protections(cin_plan)


def _is_in_year(cin_plan: Record) -> bool:
    start = cin_plan.day(_START)
    return start is not None and start > cin_plan.first_day


left_out("cin_plan_start_missing", "4010", _CIN_PLAN, _START)
replaced("cin_plan_start_by_hand", "4010", _CIN_PLAN, _START, as_written_by_hand)


@mistake("4001", "ChildProtectionPlans", "4016", "4017")
def protection_not_ended(plan: Record) -> Change | None:
    """Though a child in need plan is open."""
    open_cin_plans = [each for each in plan.above.below(_CIN_PLAN) if not each.text(_END)]
    if not plan.text("CPPendDate") or not open_cin_plans or not is_only_of_child(plan):
        return None
    return plan.remove("CPPendDate")


@mistake("4004", _CIN_PLAN, "4014")
def open_cin_plan_twice(cin_plan: Record) -> Change | None:
    """Both overlap, too."""
    return None if cin_plan.text(_END) else cin_plan.sent_twice()


@mistake("4014", _CIN_PLAN)
def ended_cin_plan_twice(cin_plan: Record) -> Change | None:
    """Both overlap."""
    return cin_plan.sent_twice() if cin_plan.text(_END) else None


def _died_before(cin_plan: Record, item: str) -> Change | None:
    day, child = cin_plan.day(item), cin_plan.child
    born = child.day("PersonBirthDate")
    if not day or not born or day - DAY < max(born, cin_plan.first_day) or child.text("PersonDeathDate"):
        return None
    changed = child.put("PersonDeathDate", day - DAY)
    return Change(cin_plan, changed.field, changed.was, changed.became)


@mistake("4008", _CIN_PLAN, "4009Q", "8555Q", "8915", "8920")
def cin_plan_starts_after_death(cin_plan: Record) -> Change | None:
    """The child died the day before; what came later is wrong as well."""
    return _died_before(cin_plan, _START)


@mistake("4009Q", _CIN_PLAN, "4008", "8555Q", "8915", "8920")
def cin_plan_ends_after_death(cin_plan: Record) -> Change | None:
    """The child died the day before; what came later is wrong as well."""
    return _died_before(cin_plan, _END)


@mistake("4011", _CIN_PLAN)
def cin_plan_ends_before_start(cin_plan: Record) -> Change | None:
    """The day before."""
    start = cin_plan.day(_START)
    return cin_plan.put(_END, start - DAY) if start and cin_plan.text(_END) and _is_in_year(cin_plan) else None


@mistake("4012Q", _CIN_PLAN)
def cin_plan_of_no_length(cin_plan: Record) -> Change | None:
    """Ended on its first day."""
    start = cin_plan.day(_START)
    return cin_plan.put(_END, start) if start and cin_plan.text(_END) and _is_in_year(cin_plan) else None


@mistake("4013", _CIN_PLAN, "8565", "4009Q")
def cin_plan_ends_after_the_year(cin_plan: Record) -> Change | None:
    """Three days after it, and so after the closure of a case that is closed, and a death."""
    if not cin_plan.text(_END) or not _is_alone(cin_plan):
        return None
    return cin_plan.put(_END, cin_plan.last_day + _AFTER)


@mistake("4015", _CIN_PLAN)
def cin_plan_before_referral(cin_plan: Record) -> Change | None:
    """The day before."""
    day = cin_plan.above.day("CINreferralDate")
    return cin_plan.put(_START, day - DAY) if day and _is_alone(cin_plan) else None


@mistake("4016", _CIN_PLAN, "4003")
def cin_plan_during_protection(cin_plan: Record) -> Change | None:
    """It starts the day before protection ends."""
    protections, start = _protections(cin_plan), cin_plan.day(_START)
    if len(protections) != 1 or not start or not is_only_of_child(cin_plan):
        return None
    since, until = protections[0].day("CPPstartDate"), protections[0].day("CPPendDate")
    referred = cin_plan.above.day("CINreferralDate")
    if not since or not until or not referred or start < until or until - DAY < max(since, referred):
        return None
    return cin_plan.put(_START, until - DAY)


@mistake("4017", "ChildProtectionPlans", "4003")
def protection_during_cin_plan(plan: Record) -> Change | None:
    """A child in need plan after it is said to have started the day before it."""
    cin_plans, start = of_child(plan.child, _CIN_PLAN), plan.day("CPPstartDate")
    if len(cin_plans) != 1 or not start or not is_only_of_child(plan):
        return None
    referred, begun = cin_plans[0].above.day("CINreferralDate"), cin_plans[0].day(_START)
    if not referred or start <= referred or not begun or begun <= start:
        return None
    changed = cin_plans[0].put(_START, start - DAY)
    return Change(plan, changed.field, changed.was, changed.became)


@mistake("4003", "CPPreviewDate")
def review_during_cin_plan(review: Record) -> Change | None:
    """The day after the child in need plan of the referral starts."""
    plan = review.above
    cin_plans = plan.above.below(_CIN_PLAN)
    if len(cin_plans) != 1 or not is_only(cin_plans[0]):
        return None
    start, end = cin_plans[0].day(_START), cin_plans[0].day(_END)
    since, until = plan.day("CPPstartDate"), plan.day("CPPendDate")
    if not start or not end or not since or start < since or end - start <= 2 * DAY or start + DAY == until:
        return None
    return review.write(str(start + DAY))
