"""Rules on section 47 enquiries and the initial child protection conferences that follow them."""

import numpy as np

from cin_pipeline.reference.days import Days
from cin_pipeline.validation.hits import Hits, above, hits, partner
from cin_pipeline.validation.inputs import Mask, RuleInput, working_days_before
from cin_pipeline.validation.overlaps import Spans, covered_by_another, on_same_day
from cin_pipeline.validation.registry import rule

_WORKING_DAYS_TO_CONFERENCE = 15


@rule(
    "1104",
    message="The conference under a section 47 enquiry is dated before the referral; "
    "correct DateOfInitialCPC or CINreferralDate",
)
def conference_before_referral(sent: RuleInput) -> Hits:
    """The same day passes. The conference of CINdetails is not tested."""
    referred = sent.referrals.day("referral_date")[sent.section47.up(sent.referrals)]
    return hits(sent.section47, sent.section47.day("date_of_initial_cpc") < referred, above(sent.referrals))


@rule(
    "2884",
    message="The conference is recorded under a section 47 enquiry and, with the same date, in CINdetails of the "
    "child; keep one: CINdetails is for a child who moved in on a plan",
)
def conference_recorded_twice(sent: RuleInput) -> Hits:
    """In any referral of the child; names that referral."""
    enquiries, referrals = sent.section47, sent.referrals
    twin = on_same_day(
        enquiries.up(sent.children),
        enquiries.day("date_of_initial_cpc"),
        referrals.up(sent.children),
        referrals.day("date_of_initial_cpc"),
    )
    return hits(enquiries, twin >= 0, partner(referrals, twin))


@rule(
    "2889",
    message="The section 47 enquiry starts before its referral; correct S47ActualStartDate or CINreferralDate",
)
def enquiry_before_referral(sent: RuleInput) -> Hits:
    """The same day passes."""
    referred = sent.referrals.day("referral_date")[sent.section47.up(sent.referrals)]
    return hits(sent.section47, sent.section47.day("s47_start_date") < referred, above(sent.referrals))


@rule(
    "2991Q",
    message="The referral has a section 47 enquiry but no assessment; check that its assessment is sent",
)
def enquiry_without_assessment(sent: RuleInput) -> Hits:
    """Each enquiry of such a referral. An empty Assessments group is an assessment."""
    assessed = sent.assessments.any_in(sent.referrals)[sent.section47.up(sent.referrals)]
    return hits(sent.section47, ~assessed)


@rule(
    "8615",
    message="The section 47 enquiry has a conference but no start date that can be read, or one after the "
    "conference; correct S47ActualStartDate or DateOfInitialCPC",
    demands=("s47_start_date",),
)
def conference_before_enquiry(sent: RuleInput) -> Hits:
    """The same day passes."""
    start, conference = sent.section47.day("s47_start_date"), sent.section47.day("date_of_initial_cpc")
    return hits(sent.section47, ~sent.no_conference & (np.isnat(start) | (start > conference)))


@rule(
    "8675Q",
    message="The section 47 enquiry started more than 15 working days before the reference date and still needs a "
    "conference; give DateOfInitialCPC, or ICPCnotRequired if none is needed",
)
def conference_overdue(sent: RuleInput) -> Hits:
    """ICPCnotRequired false; the 15th working day before the reference date passes."""
    latest = working_days_before(sent.reference_date, _WORKING_DAYS_TO_CONFERENCE)
    return hits(sent.section47, _awaits_conference(sent) & (sent.section47.day("s47_start_date") < latest))


@rule(
    "8715",
    message="The conference under a section 47 enquiry lies outside the collection year; correct DateOfInitialCPC, "
    "or leave out an enquiry that ended before the year",
)
def conference_outside_year(sent: RuleInput) -> Hits:
    """The conference of CINdetails is not tested."""
    return hits(sent.section47, sent.outside_period(sent.section47.day("date_of_initial_cpc")))


@rule(
    "8740",
    message="A section 47 enquiry that still needs a conference starts outside the collection year; "
    "give DateOfInitialCPC or ICPCnotRequired, or correct the start",
)
def open_enquiry_outside_year(sent: RuleInput) -> Hits:
    """ICPCnotRequired false; a missing flag or start is no hit."""
    return hits(sent.section47, _awaits_conference(sent) & sent.outside_period(sent.section47.day("s47_start_date")))


def _awaits_conference(sent: RuleInput) -> Mask:
    return sent.no_conference & sent.section47.flag("icpc_not_required", False)


@rule(
    "8839",
    message="The referral has more than one section 47 enquiry without conference date or ICPCnotRequired true; "
    "complete those that have ended",
)
def several_open_enquiries(sent: RuleInput) -> Hits:
    """Each of them."""
    return hits(sent.section47, sent.section47.several_in(sent.referrals, sent.open_section47))


@rule("8870Q", message="InitialCPCtarget is a Saturday or Sunday; give the working day the conference is due by")
def target_at_weekend(sent: RuleInput) -> Hits:
    """Bank holidays are not tested."""
    return hits(sent.section47, _at_weekend(sent.section47.day("icpc_target_date")))


@rule("8875", message="The conference under a section 47 enquiry is on a Saturday or Sunday; correct DateOfInitialCPC")
def conference_at_weekend(sent: RuleInput) -> Hits:
    """Bank holidays and the conference of CINdetails are not tested."""
    return hits(sent.section47, _at_weekend(sent.section47.day("date_of_initial_cpc")))


def _at_weekend(days: Days) -> Mask:
    return ~np.isnat(days) & ~np.is_busday(days)


@rule(
    "8890",
    message="The section 47 enquiry starts while another one of the same referral is under way; correct the dates, "
    "or send one enquiry",
)
def enquiries_overlap(sent: RuleInput) -> Hits:
    """An enquiry lasts up to and including its conference, or the reference date; without either it blocks nothing.

    Names the other one, the one lasting longest."""
    start, conference = sent.section47.day("s47_start_date"), sent.section47.day("date_of_initial_cpc")
    until = np.where(sent.open_section47, sent.reference_date, conference)
    other = covered_by_another(Spans(sent.section47.up(sent.referrals), start, until), start)
    return hits(sent.section47, other >= 0, partner(sent.section47, other))
