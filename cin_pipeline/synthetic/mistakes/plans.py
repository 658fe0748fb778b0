"""Mistakes in child protection plans and their reviews."""

from cin_pipeline.synthetic.mistakes.catalogue import VALUE_ERROR, left_out, mistake, replaced
from cin_pipeline.synthetic.mistakes.elements import Change, Record
from cin_pipeline.synthetic.mistakes.facts import DAY, as_written_by_hand, is_closed, is_only_of_child, of_child

_AFTER = 4 * DAY  # the year: invented, any few days will do
_PLAN, _START, _END = "ChildProtectionPlans", "CPPstartDate", "CPPendDate"


def _has_cin_plans(plan: Record) -> bool:
    return bool(of_child(plan.child, "CINPlanDates"))


def _is_alone(plan: Record) -> bool:
    """Whether no other plan of the child could overlap it."""
    return is_only_of_child(plan) and not _has_cin_plans(plan)


replaced("initial_category_in_small_letters", "8905", _PLAN, "InitialCategoryOfAbuse", str.lower)
left_out("initial_category_missing", "8905", _PLAN, "InitialCategoryOfAbuse")
replaced("latest_category_unknown", "8910", _PLAN, "LatestCategoryOfAbuse", "SEX")
left_out("latest_category_missing", "8910", _PLAN, "LatestCategoryOfAbuse")
replaced("previous_plans_in_words", "8730", _PLAN, "NumberOfPreviousCPP", "none")
replaced("previous_plans_below_zero", "8730", _PLAN, "NumberOfPreviousCPP", "-1")
left_out("previous_plans_missing", "8730", _PLAN, "NumberOfPreviousCPP")
left_out("plan_start_missing", "8720", _PLAN, _START)
replaced("plan_start_by_hand", "8720", _PLAN, _START, as_written_by_hand)


@mistake("1105", _PLAN, "2885")
def plan_before_referral(plan: Record) -> Change | None:
    """The day before, and so not on the day of the conference."""
    day = plan.above.day("CINreferralDate")
    return plan.put(_START, day - DAY) if day and _is_alone(plan) else None


@mistake("2885", _PLAN)
def plan_after_conference(plan: Record) -> Change | None:
    """The day after it."""
    start, end = plan.day(_START), plan.day(_END)
    if not start or not plan.first_day <= start < plan.last_day or not _is_alone(plan):
        return None
    if end and end <= start + DAY:
        return None
    reviews = [review.element.text for review in plan.below("CPPreviewDate")]
    return None if str(start + DAY) in reviews else plan.put(_START, start + DAY)


@mistake("8840", _PLAN)
def plan_of_no_length(plan: Record) -> Change | None:
    """Ended on its first day."""
    start = plan.day(_START)
    if not start or start < plan.first_day or not plan.text(_END) or not _is_alone(plan):
        return None
    return plan.put(_END, start)


@mistake("8925", _PLAN)
def plan_ends_before_start(plan: Record) -> Change | None:
    """The day before."""
    start = plan.day(_START)
    if not start or start <= plan.first_day or not plan.text(_END) or not _is_alone(plan):
        return None
    return plan.put(_END, start - DAY)


@mistake("8930", _PLAN, "8920")
def plan_ends_after_the_year(plan: Record) -> Change | None:
    """Four days after it, and so after a death as well."""
    if not plan.text(_END) or is_closed(plan.above) or not _is_alone(plan):
        return None
    return plan.put(_END, plan.last_day + _AFTER)


@mistake("8915", _PLAN, "8920", "8555Q", "4008", "4009Q")
def plan_starts_after_death(plan: Record) -> Change | None:
    """The child died the day before; what came later is wrong as well."""
    start, born = plan.day(_START), plan.child.day("PersonBirthDate")
    if not start or not born or start - DAY < max(born, plan.first_day) or plan.child.text("PersonDeathDate"):
        return None
    changed = plan.child.put("PersonDeathDate", start - DAY)
    return Change(plan, changed.field, changed.was, changed.became)


@mistake("8920", _PLAN, "8915", "8555Q", "4008", "4009Q")
def plan_ends_after_death(plan: Record) -> Change | None:
    """The child died the day before; what came later is wrong as well."""
    end, born = plan.day(_END), plan.child.day("PersonBirthDate")
    if not end or not born or end - DAY < max(born, plan.first_day) or plan.child.text("PersonDeathDate"):
        return None
    changed = plan.child.put("PersonDeathDate", end - DAY)
    return Change(plan, changed.field, changed.was, changed.became)


@mistake("8935", _PLAN, "8940", "2883")
def open_plan_twice(plan: Record) -> Change | None:
    """Both overlap, too."""
    return None if plan.text(_END) else plan.sent_twice()


@mistake("8940", _PLAN, "2883")
def ended_plan_twice(plan: Record) -> Change | None:
    """Both overlap."""
    return plan.sent_twice() if plan.text(_END) else None


@mistake("8841", "CPPreviewDate")
def review_on_first_day(review: Record) -> Change | None:
    """Of its plan."""
    start = review.above.day(_START)
    return review.write(str(start)) if start else None


@mistake("8842Q", _PLAN)
def only_review_without_date(plan: Record) -> Change | None:
    """Known to have been held, but not when."""
    reviews = plan.below("CPPreviewDate")
    if len(reviews) != 1:
        return None
    changed = reviews[0].write("held")
    return Change(plan, changed.field, changed.was, changed.became)


@mistake(VALUE_ERROR, "CPPreviewDate")
def review_by_hand(review: Record) -> Change | None:
    """Beside others."""
    if len(review.siblings()) < 2:
        return None
    return review.write(as_written_by_hand(review.element.text or ""))


@mistake(VALUE_ERROR, _PLAN)
def end_of_open_plan_in_zeros(plan: Record) -> Change | None:
    """As some systems write that there is none."""
    return None if plan.text(_END) else plan.put(_END, "0000-00-00")
