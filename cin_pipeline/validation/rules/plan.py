"""Rules on child protection plans."""

import numpy as np

from cin_pipeline.validation.hits import Hits, above, beside, hits, partner
from cin_pipeline.validation.inputs import RuleInput, day_before
from cin_pipeline.validation.overlaps import Spans, covered_by_another, covering, on_same_day
from cin_pipeline.validation.registry import rule


@rule("1105", message="The child protection plan starts before its referral; correct CPPstartDate or CINreferralDate")
def plan_before_referral(sent: RuleInput) -> Hits:
    """The same day passes."""
    referred = sent.referrals.day("referral_date")[sent.plans.up(sent.referrals)]
    return hits(sent.plans, sent.plans.day("cpp_start_date") < referred, above(sent.referrals))


@rule(
    "2885",
    message="The child protection plan starts in the year on no day of an initial conference of its referral; give "
    "DateOfInitialCPC under Section47, or in CINdetails for a child who moved in on a plan",
)
def plan_without_conference(sent: RuleInput) -> Hits:
    """The date in CINdetails counts only where no section 47 enquiry still needs a conference.

    Names the enquiries that could be the plan's, else the referral, unless their date is that of another plan."""
    plans, enquiries, referrals = sent.plans, sent.section47, sent.referrals
    start, referral = plans.day("cpp_start_date"), plans.up(referrals)
    under, conference = enquiries.up(referrals), enquiries.day("date_of_initial_cpc")
    transfer = referrals.day("date_of_initial_cpc")
    required = ~enquiries.flag("icpc_not_required", True)
    by_transfer = ~enquiries.any_in(referrals, required)
    held = (on_same_day(referral, start, under, conference) >= 0) | (
        by_transfer[referral] & (transfer[referral] == start)
    )
    free = required & (on_same_day(under, conference, referral, start) < 0)
    own = np.arange(referrals.count)
    transfer_free = by_transfer & (on_same_day(own, transfer, referral, start) < 0)
    return hits(
        plans,
        sent.in_period(start) & ~held,
        beside(enquiries, free, shared=referrals),
        partner(referrals, np.where(transfer_free[referral], referral, -1)),
    )


@rule(
    "4017",
    message="The child protection plan starts while the child has a child in need plan; "
    "end the child in need plan when protection starts, or correct the dates",
)
def protection_starts_during_cin_plan(sent: RuleInput) -> Hits:
    """In whichever referrals. On the day the child in need plan ends passes. Names that plan."""
    end = sent.cin_plans.day("cin_plan_end_date")
    until = np.where(sent.open_cin_plans, sent.reference_date, day_before(end))
    spans = Spans(sent.cin_plans.up(sent.children), sent.cin_plans.day("cin_plan_start_date"), until)
    other = covering(sent.plans.up(sent.children), sent.plans.day("cpp_start_date"), spans)
    return hits(sent.plans, other >= 0, partner(sent.cin_plans, other))


@rule(
    "8720",
    message="CPPstartDate is missing, unreadable or after the reference date; "
    "give the day the plan started, as YYYY-MM-DD",
    demands=("cpp_start_date",),
)
def plan_start_missing_or_late(sent: RuleInput) -> Hits:
    """No lower limit."""
    start = sent.plans.day("cpp_start_date")
    return hits(sent.plans, np.isnat(start) | (start > sent.reference_date))


@rule(
    "8730",
    message="NumberOfPreviousCPP is missing or no whole number; give how many plans the child had before, 0 if none",
    demands=("number_of_previous_cpp",),
)
def previous_plans_not_a_number(sent: RuleInput) -> Hits:
    """Below zero is no whole number either."""
    return hits(sent.plans, ~sent.plans.readable("number_of_previous_cpp"))


@rule("8840", message="The child protection plan starts and ends on the same day; correct a date, or leave it out")
def plan_of_no_length(sent: RuleInput) -> Hits:
    """Both dates present and equal."""
    return hits(sent.plans, sent.plans.day("cpp_start_date") == sent.plans.day("cpp_end_date"))


@rule(
    "8905",
    message="InitialCategoryOfAbuse is missing or no valid code; give NEG, PHY, SAB, EMO or MUL",
    demands=("initial_category",),
)
def initial_category_not_valid(sent: RuleInput) -> Hits:
    """Codes compare exactly."""
    return hits(sent.plans, ~sent.plans.text("initial_category").among(sent.valid("CategoryOfAbuse")))


@rule(
    "8910",
    message="LatestCategoryOfAbuse is missing or no valid code; give NEG, PHY, SAB, EMO or MUL",
    demands=("latest_category",),
)
def latest_category_not_valid(sent: RuleInput) -> Hits:
    """Codes compare exactly."""
    return hits(sent.plans, ~sent.plans.text("latest_category").among(sent.valid("CategoryOfAbuse")))


@rule(
    "8915",
    message="The child protection plan starts after the child's death; check CPPstartDate and PersonDeathDate",
)
def plan_starts_after_death(sent: RuleInput) -> Hits:
    """On the day of death passes."""
    death = sent.children.day("death_date")[sent.plans.up(sent.children)]
    return hits(sent.plans, sent.plans.day("cpp_start_date") > death, above(sent.children))


@rule(
    "8920",
    message="The child protection plan ends after the child's death; check CPPendDate and PersonDeathDate",
)
def plan_ends_after_death(sent: RuleInput) -> Hits:
    """On the day of death passes; a plan without end is no hit."""
    death = sent.children.day("death_date")[sent.plans.up(sent.children)]
    return hits(sent.plans, sent.plans.day("cpp_end_date") > death, above(sent.children))


@rule("8925", message="The child protection plan ends before it starts; correct one of its dates")
def plan_ends_before_start(sent: RuleInput) -> Hits:
    """The same day belongs to 8840."""
    return hits(sent.plans, sent.plans.day("cpp_end_date") < sent.plans.day("cpp_start_date"))


@rule(
    "8930",
    message="CPPendDate lies outside the collection year; correct it, leave it out while the plan is open, "
    "or leave out a plan that ended before the year",
)
def plan_ends_outside_year(sent: RuleInput) -> Hits:
    """Both ends of the period are in it."""
    return hits(sent.plans, sent.outside_period(sent.plans.day("cpp_end_date")))


@rule("8935", message="The child has more than one child protection plan without end date; end all but one")
def several_open_plans(sent: RuleInput) -> Hits:
    """Over all referrals of the child."""
    return hits(sent.plans, sent.plans.several_in(sent.children, sent.open_plans))


@rule(
    "8940",
    message="The child protection plan starts while the child has another; correct the dates, or send one plan",
)
def plans_overlap(sent: RuleInput) -> Hits:
    """In whichever referrals, also on the day the other ends. Names the other one, the one lasting longest."""
    start, until = sent.plans.day("cpp_start_date"), sent.or_reference_date(sent.plans.day("cpp_end_date"))
    other = covered_by_another(Spans(sent.plans.up(sent.children), start, until), start)
    return hits(sent.plans, other >= 0, partner(sent.plans, other))
