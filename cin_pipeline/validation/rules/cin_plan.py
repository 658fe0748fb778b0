"""Rules on child in need plans, collected from 2021-22."""

import numpy as np

from cin_pipeline.validation.hits import Hits, above, below, beside, hits, partner
from cin_pipeline.validation.inputs import RuleInput, day_before
from cin_pipeline.validation.overlaps import Spans, covered_by_another, covering
from cin_pipeline.validation.registry import rule


@rule(
    "4000",
    message="The referral ended in no further action, yet holds a child in need plan; "
    "correct ReferralNFA, or move the plan to the referral it belongs to",
)
def nfa_but_cin_plan(sent: RuleInput) -> Hits:
    """One hit a referral."""
    return hits(sent.referrals, sent.nfa & sent.cin_plans.any_in(sent.referrals), below(sent.cin_plans))


@rule(
    "4001",
    message="A child protection plan and a child in need plan of the same referral are both open; "
    "end one of them: a child has one kind of plan at a time",
)
def both_kinds_of_plan_open(sent: RuleInput) -> Hits:
    """Each open protection plan, naming the open child in need plans beside it."""
    plans, referrals = sent.plans, sent.referrals
    broken = sent.open_plans & sent.cin_plans.any_in(referrals, sent.open_cin_plans)[plans.up(referrals)]
    return hits(plans, broken, beside(sent.cin_plans, sent.open_cin_plans, shared=referrals))


@rule("4004", message="The referral has more than one child in need plan without end date; end all but one")
def several_open_cin_plans(sent: RuleInput) -> Hits:
    """Each of them."""
    return hits(sent.cin_plans, sent.cin_plans.several_in(sent.referrals, sent.open_cin_plans))


@rule(
    "4008",
    message="The child in need plan starts after the child's death; check CINPlanStartDate and PersonDeathDate",
)
def cin_plan_starts_after_death(sent: RuleInput) -> Hits:
    """On the day of death passes."""
    death = sent.children.day("death_date")[sent.cin_plans.up(sent.children)]
    return hits(sent.cin_plans, sent.cin_plans.day("cin_plan_start_date") > death, above(sent.children))


@rule(
    "4009Q",
    message="The child in need plan ends after the child's death; check CINPlanEndDate and PersonDeathDate",
)
def cin_plan_ends_after_death(sent: RuleInput) -> Hits:
    """On the day of death passes; a plan without end is no hit."""
    death = sent.children.day("death_date")[sent.cin_plans.up(sent.children)]
    return hits(sent.cin_plans, sent.cin_plans.day("cin_plan_end_date") > death, above(sent.children))


@rule(
    "4010",
    message="CINPlanStartDate is missing, unreadable or after the reference date; "
    "give the day the plan started, as YYYY-MM-DD",
    demands=("cin_plan_start_date",),
)
def cin_plan_start_missing_or_late(sent: RuleInput) -> Hits:
    """No lower limit."""
    start = sent.cin_plans.day("cin_plan_start_date")
    return hits(sent.cin_plans, np.isnat(start) | (start > sent.reference_date))


@rule("4011", message="The child in need plan ends before it starts; correct one of its dates")
def cin_plan_ends_before_start(sent: RuleInput) -> Hits:
    """The same day belongs to 4012Q."""
    start, end = sent.cin_plans.day("cin_plan_start_date"), sent.cin_plans.day("cin_plan_end_date")
    return hits(sent.cin_plans, end < start)


@rule("4012Q", message="The child in need plan starts and ends on the same day; check its dates")
def cin_plan_of_no_length(sent: RuleInput) -> Hits:
    """Both dates present and equal."""
    start, end = sent.cin_plans.day("cin_plan_start_date"), sent.cin_plans.day("cin_plan_end_date")
    return hits(sent.cin_plans, start == end)


@rule(
    "4013",
    message="CINPlanEndDate lies outside the collection year; correct it, leave it out while the plan is open, "
    "or leave out a plan that ended before the year",
)
def cin_plan_ends_outside_year(sent: RuleInput) -> Hits:
    """Both ends of the period are in it."""
    return hits(sent.cin_plans, sent.outside_period(sent.cin_plans.day("cin_plan_end_date")))


@rule(
    "4014",
    message="The child in need plan starts while the child has another; correct the dates, or send one plan",
)
def cin_plans_overlap(sent: RuleInput) -> Hits:
    """In whichever referrals, also on the day the other ends. Names the other one, the one lasting longest."""
    start = sent.cin_plans.day("cin_plan_start_date")
    until = sent.or_reference_date(sent.cin_plans.day("cin_plan_end_date"))
    other = covered_by_another(Spans(sent.cin_plans.up(sent.children), start, until), start)
    return hits(sent.cin_plans, other >= 0, partner(sent.cin_plans, other))


@rule(
    "4015",
    message="The child in need plan starts before its referral; correct CINPlanStartDate or CINreferralDate",
)
def cin_plan_before_referral(sent: RuleInput) -> Hits:
    """The same day passes."""
    referred = sent.referrals.day("referral_date")[sent.cin_plans.up(sent.referrals)]
    return hits(sent.cin_plans, sent.cin_plans.day("cin_plan_start_date") < referred, above(sent.referrals))


@rule(
    "4016",
    message="The child in need plan starts while the child has a child protection plan; "
    "start it when protection ends, or correct the dates",
)
def cin_plan_starts_during_protection(sent: RuleInput) -> Hits:
    """In whichever referrals. On the day the protection plan ends passes. Names that plan."""
    until = np.where(sent.open_plans, sent.reference_date, day_before(sent.plans.day("cpp_end_date")))
    spans = Spans(sent.plans.up(sent.children), sent.plans.day("cpp_start_date"), until)
    other = covering(sent.cin_plans.up(sent.children), sent.cin_plans.day("cin_plan_start_date"), spans)
    return hits(sent.cin_plans, other >= 0, partner(sent.plans, other))
