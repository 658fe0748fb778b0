"""Rules on a referral (CINdetails): its dates, codes, closure, and the referrals of one child among themselves."""

import numpy as np

from cin_pipeline.validation.hits import Hits, above, below, hits, partner
from cin_pipeline.validation.inputs import RuleInput, day_before, working_days_before
from cin_pipeline.validation.overlaps import Spans, covered_by_another
from cin_pipeline.validation.registry import rule

_LONGEST_BEFORE_BIRTH = np.timedelta64(280, "D")
_SOURCE_COLLECTED_FROM = np.datetime64("2013-04-01")


@rule(
    "2990",
    message="The case was closed as not in need after assessment (RC8, RC9), but the referral holds a section 47 "
    "enquiry, a conference or a plan; correct the reason for closure, or remove what does not belong to the case",
)
def not_in_need_but_active(sent: RuleInput) -> Hits:
    """Assessments are allowed. One hit a referral."""
    referrals, activity = sent.referrals, (sent.section47, sent.plans, sent.cin_plans)
    active = referrals.dated("date_of_initial_cpc") | np.logical_or.reduce([t.any_in(referrals) for t in activity])
    broken = referrals.text("reason_for_closure").among(sent.not_in_need_reasons) & active
    return hits(referrals, broken, *(below(table) for table in activity))


@rule(
    "8555Q",
    message="The referral is dated after the child's death; check CINreferralDate and PersonDeathDate",
)
def referred_after_death(sent: RuleInput) -> Hits:
    """On the day of death passes."""
    death = sent.children.day("death_date")[sent.referrals.up(sent.children)]
    return hits(sent.referrals, sent.referrals.day("referral_date") > death, above(sent.children))


_LATE_ITEMS = (  # which dates of a referral may not lie after its closure [8565]
    ("assessments", ("assessment_start_date", "assessment_authorisation_date")),
    ("section47", ("s47_start_date", "date_of_initial_cpc")),
    ("plans", ("cpp_end_date",)),
    ("cin_plans", ("cin_plan_start_date", "cin_plan_end_date")),
)


@rule(
    "8565",
    message="Something in the referral is dated after its closure (assessment, section 47 enquiry, conference, or "
    "end of a plan); correct that date or CINclosureDate",
)
def activity_after_closure(sent: RuleInput) -> Hits:
    """One hit a referral, naming each record with a late date."""
    referrals, closure = sent.referrals, sent.referrals.day("closure_date")
    broken = referrals.day("date_of_initial_cpc") > closure
    naming = []
    for name, columns in _LATE_ITEMS:
        table = sent.tables[name]
        closed_on = closure[table.up(referrals)]
        late = np.logical_or.reduce([table.day(column) > closed_on for column in columns])
        broken = broken | table.any_in(referrals, late)
        naming.append(below(table, late))
    return hits(referrals, broken, *naming)


@rule(
    "8568",
    message="ReferralNFA is missing or unreadable; give 1 if the referral ended in no further action, else 0",
    demands=("referral_nfa",),
)
def nfa_flag_missing(sent: RuleInput) -> Hits:
    """1, 0, true or false, in any case."""
    return hits(sent.referrals, ~sent.referrals.readable("referral_nfa"))


@rule(
    "8569Q",
    message="A referral that ended in no further action is dated before the last working day of the previous year; "
    "it belongs in an earlier return, so remove it or correct its date",
)
def nfa_before_year(sent: RuleInput) -> Hits:
    """The last working day before the period passes: the decision may have come a working day later."""
    earliest = working_days_before(sent.first_day, 1)
    return hits(sent.referrals, sent.nfa & (sent.referrals.day("referral_date") < earliest))


@rule(
    "8585Q",
    message="The case was closed because the child died (RC2), but the child has no readable date of death; "
    "give PersonDeathDate, or correct the reason",
)
def closed_by_death_without_date(sent: RuleInput) -> Hits:
    """Names the child, whose date of death is missing."""
    alive = ~sent.children.dated("death_date")[sent.referrals.up(sent.children)]
    died = sent.referrals.text("reason_for_closure").among({"RC2"})
    return hits(sent.referrals, died & alive, above(sent.children))


@rule(
    "8600",
    message="CINreferralDate is missing, unreadable or after the reference date; "
    "give the day the referral was received, as YYYY-MM-DD",
    demands=("referral_date",),
)
def referral_date_missing_or_late(sent: RuleInput) -> Hits:
    """No lower limit."""
    day = sent.referrals.day("referral_date")
    return hits(sent.referrals, np.isnat(day) | (day > sent.reference_date))


@rule(
    "8606",
    message="The referral is dated more than 280 days before the child's birth or expected birth; check the dates",
)
def referred_long_before_birth(sent: RuleInput) -> Hits:
    """Each of the two birth dates is tested; exactly 280 days passes."""
    day, child = sent.referrals.day("referral_date"), sent.referrals.up(sent.children)
    too_early = [
        sent.children.day(birth)[child] - day > _LONGEST_BEFORE_BIRTH for birth in ("birth_date", "expected_birth_date")
    ]
    return hits(sent.referrals, too_early[0] | too_early[1], above(sent.children))


@rule("8610", message="A referral that went on has no PrimaryNeedCode; give the child's main need")
def primary_need_missing(sent: RuleInput) -> Hits:
    """Only where ReferralNFA is false."""
    return hits(sent.referrals, sent.not_nfa & ~sent.referrals.text("primary_need").given)


@rule(
    "8620",
    message="CINclosureDate lies outside the collection year; correct it, leave it out while the case is open, "
    "or leave out a case closed before the year",
)
def closed_outside_year(sent: RuleInput) -> Hits:
    """Both ends of the period are in it."""
    return hits(sent.referrals, sent.outside_period(sent.referrals.day("closure_date")))


@rule("8630", message="The case is closed before it was referred; correct CINclosureDate or CINreferralDate")
def closed_before_referred(sent: RuleInput) -> Hits:
    """The same day passes."""
    return hits(sent.referrals, sent.referrals.day("closure_date") < sent.referrals.day("referral_date"))


@rule(
    "8640",
    message="ReasonForClosure is no valid code; give one of the year's codes in capitals",
    demands=("reason_for_closure",),
)
def reason_not_valid(sent: RuleInput) -> Hits:
    """When given; RC9 from 2022-23."""
    return hits(sent.referrals, sent.referrals.text("reason_for_closure").invalid(sent.valid("ReasonForClosure")))


@rule(
    "8650",
    message="PrimaryNeedCode is no valid code; give one of N0 to N9",
    demands=("primary_need",),
)
def primary_need_not_valid(sent: RuleInput) -> Hits:
    """When given."""
    return hits(sent.referrals, sent.referrals.text("primary_need").invalid(sent.valid("PrimaryNeedCode")))


@rule("8805", message="The case has a closure date but no ReasonForClosure; give the reason")
def reason_missing(sent: RuleInput) -> Hits:
    """A reason that is no valid code is there all the same (8640)."""
    return hits(sent.referrals, sent.closed & ~sent.referrals.text("reason_for_closure").given)


@rule(
    "8810",
    message="The case has a ReasonForClosure but no CINclosureDate that can be read; "
    "give the date, or remove the reason while the case is open",
    demands=("closure_date",),
)
def closure_date_missing(sent: RuleInput) -> Hits:
    """A reason of any text."""
    return hits(sent.referrals, sent.referrals.text("reason_for_closure").given & ~sent.closed)


@rule(
    "8815",
    message="The child has more than one open case; close all but one, or join them into one referral",
)
def several_open(sent: RuleInput) -> Hits:
    """Open referrals whose flag is true, missing or unreadable do not count."""
    return hits(sent.referrals, sent.referrals.several_in(sent.children, sent.not_nfa & ~sent.closed))


@rule(
    "8816",
    message="An open case is not the child's latest referral; close it, or join the later referral to it",
)
def open_but_not_latest(sent: RuleInput) -> Hits:
    """Names the latest referral. A tie for the latest passes."""
    day, child = sent.referrals.day("referral_date"), sent.referrals.up(sent.children)
    order = np.lexsort((day, child))
    order = order[~np.isnat(day[order])]
    latest = np.full(sent.children.count, -1, dtype=np.int64)
    latest[child[order]] = order  # in the order of the days: the last one written stays
    last = latest[child]
    broken = sent.not_nfa & ~sent.closed & (last >= 0) & (day < day[last])
    return hits(sent.referrals, broken, partner(sent.referrals, last))


@rule(
    "8820",
    message="The referral is dated while another case of the child was open; "
    "correct its date or the other's closure, or join the two",
)
def referred_while_open(sent: RuleInput) -> Hits:
    """On the day the other closes, or on the reference date, passes; an open one not marked as going on blocks nothing.

    Names the other referral, the one open longest."""
    referrals = sent.referrals
    start, closure = referrals.day("referral_date"), referrals.day("closure_date")
    until = np.where(sent.not_nfa & ~sent.closed, sent.reference_date, closure)
    spans = Spans(referrals.up(sent.children), start, day_before(until))
    other = covered_by_another(spans, start)
    return hits(referrals, other >= 0, partner(referrals, other))


@rule(
    "8825Q",
    message="The case was closed as not in need after assessment (RC8, RC9) but holds no assessment; "
    "give the assessment, or correct the reason",
)
def not_in_need_without_assessment(sent: RuleInput) -> Hits:
    """An empty Assessments group is one."""
    unneeded = sent.referrals.text("reason_for_closure").among(sent.not_in_need_reasons)
    return hits(sent.referrals, unneeded & ~sent.assessments.any_in(sent.referrals))


@rule(
    "8831",
    message="The referral ended in no further action, yet holds an assessment, a section 47 enquiry or a conference; "
    "correct ReferralNFA, or remove what does not belong to it",
)
def nfa_but_active(sent: RuleInput) -> Hits:
    """Looks at dates: a group without any is none. One hit a referral."""
    assessed = sent.assessments.dated("assessment_start_date") | sent.authorised
    enquired = sent.section47.dated("s47_start_date") | ~sent.no_conference
    active = (
        sent.referrals.dated("date_of_initial_cpc")
        | sent.assessments.any_in(sent.referrals, assessed)
        | sent.section47.any_in(sent.referrals, enquired)
    )
    return hits(sent.referrals, sent.nfa & active, below(sent.assessments, assessed), below(sent.section47, enquired))


@rule(
    "8832",
    message="The referral ended in no further action, yet holds a child protection plan; "
    "correct ReferralNFA, or move the plan to the referral it belongs to",
)
def nfa_but_plan(sent: RuleInput) -> Hits:
    """One hit a referral."""
    return hits(sent.referrals, sent.nfa & sent.plans.any_in(sent.referrals), below(sent.plans))


@rule(
    "8866",
    message="The referral, of 1 April 2013 or later, has no ReferralSource or one that is no valid code; "
    "give one of the year's codes",
    demands=("referral_source",),
)
def source_not_valid(sent: RuleInput) -> Hits:
    """Exact text."""
    collected = sent.referrals.day("referral_date") >= _SOURCE_COLLECTED_FROM
    return hits(sent.referrals, collected & ~sent.referrals.text("referral_source").among(sent.valid("ReferralSource")))


@rule(
    "8867",
    message="The case is closed but an assessment in it has no authorisation date that can be read; "
    "give AssessmentAuthorisationDate",
)
def closed_with_open_assessment(sent: RuleInput) -> Hits:
    """One hit a referral, naming those assessments."""
    unfinished = ~sent.authorised
    broken = sent.closed & sent.assessments.any_in(sent.referrals, unfinished)
    return hits(sent.referrals, broken, below(sent.assessments, unfinished))


@rule(
    "8868",
    message="The case is closed but a section 47 enquiry in it has neither a conference date nor ICPCnotRequired "
    "true; give one of them",
)
def closed_with_open_section47(sent: RuleInput) -> Hits:
    """One hit a referral, naming those enquiries."""
    broken = sent.closed & sent.section47.any_in(sent.referrals, sent.open_section47)
    return hits(sent.referrals, broken, below(sent.section47, sent.open_section47))


@rule(
    "8873Q",
    message="The only assessment of a closed case found no factors (21), but the reason for closure is not that the "
    "child is not in need; correct the factors, or the reason",
)
def no_factors_but_in_need(sent: RuleInput) -> Hits:
    """A referral still without a reason is not at fault."""
    referrals, assessments = sent.referrals, sent.assessments
    one_only = assessments.number_in(referrals) == 1
    no_factors = sent.assessment_factors.any_in(assessments, sent.assessment_factors.text("factor").among({"21"}))
    other_reason = referrals.text("reason_for_closure").invalid(sent.not_in_need_reasons)
    broken = one_only & assessments.any_in(referrals, no_factors) & other_reason
    return hits(referrals, broken, below(assessments))
