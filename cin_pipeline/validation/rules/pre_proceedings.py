"""Rules on pre-proceedings and family group decision-making (module 5), collected from 2026-27.

Provisional [A92]. A flag that is missing or cannot be read counts as false, as everywhere a date counts as missing.
"""

import numpy as np

from cin_pipeline.census.specification import TABLES
from cin_pipeline.validation.hits import Hits, hits, whole_return
from cin_pipeline.validation.inputs import Mask, RuleInput
from cin_pipeline.validation.registry import rule


@rule(
    "8995Q",
    message="No child of the return has any data on pre-proceedings or family group decision-making; "
    "check that PreProceedingsandFGDM is filled in from your system",
)
def nothing_on_pre_proceedings(sent: RuleInput) -> Hits:
    """A group without any value is no data; a value that cannot be read is."""
    return whole_return(not _anything_given(sent))


@rule(
    "9000Q",
    message="No PPStartDate that can be read is given for any child, though other data on pre-proceedings are; "
    "check that the day they began is filled in from your system",
)
def no_pre_proceedings_started(sent: RuleInput) -> Hits:
    """Where nothing is given at all, that is 8995Q alone."""
    started = bool(sent.pre_proceedings.dated("pp_start_date").any())
    return whole_return(_anything_given(sent) and not started)


def _anything_given(sent: RuleInput) -> bool:
    columns = (item.column for item in TABLES["pre_proceedings"].items)
    return any(bool(sent.pre_proceedings.text(column).given.any()) for column in columns)


@rule(
    "9005",
    message="PPStartDate lies outside the collection year; correct it, or leave out pre-proceedings of another year",
)
def start_outside_year(sent: RuleInput) -> Hits:
    """Both ends of the period are in it."""
    return hits(sent.pre_proceedings, sent.outside_period(sent.pre_proceedings.day("pp_start_date")))


@rule(
    "9006",
    message="The letter before proceedings was sent outside the collection year or before pre-proceedings began; "
    "correct LBPSentDate or PPStartDate",
)
def letter_outside_year_or_before_start(sent: RuleInput) -> Hits:
    """The day of the start passes."""
    return hits(sent.pre_proceedings, _outside_or_before(sent, "lbp_sent_date", "pp_start_date"))


@rule(
    "9007",
    message="A letter before proceedings was sent, and FGDMMeetingOffer does not say that it offered a family group "
    "decision-making meeting; correct FGDMMeetingOffer or LBPSentDate",
    demands=("fgdm_meeting_offer",),
)
def letter_without_offer(sent: RuleInput) -> Hits:
    """Missing, unreadable and false alike."""
    groups = sent.pre_proceedings
    return hits(groups, groups.dated("lbp_sent_date") & ~groups.flag("fgdm_meeting_offer", True))


@rule("9008", message="InitialPPMeetingDate lies outside the collection year; correct it")
def meeting_outside_year(sent: RuleInput) -> Hits:
    """Both ends of the period are in it; no other date is compared."""
    return hits(sent.pre_proceedings, sent.outside_period(sent.pre_proceedings.day("initial_pp_meeting_date")))


@rule(
    "9009",
    message="The decision to step up or down was taken outside the collection year or before pre-proceedings began; "
    "correct StepDecisionDate or PPStartDate",
)
def decision_outside_year_or_before_start(sent: RuleInput) -> Hits:
    """The day of the start passes."""
    return hits(sent.pre_proceedings, _outside_or_before(sent, "step_decision_date", "pp_start_date"))


@rule(
    "9010Q",
    message="A family group decision-making meeting was offered, and FGDMMeetingFac does not say that one was "
    "facilitated; check FGDMMeetingFac",
    demands=("fgdm_meeting_fac",),
)
def offer_without_meeting(sent: RuleInput) -> Hits:
    """Missing, unreadable and false alike."""
    groups = sent.pre_proceedings
    return hits(groups, groups.flag("fgdm_meeting_offer", True) & ~groups.flag("fgdm_meeting_fac", True))


@rule("9011", message="PPOutcome is no code of its code set, CS131; correct it", demands=("pp_outcome",))
def outcome_not_valid(sent: RuleInput) -> Hits:
    """A missing one passes."""
    return hits(sent.pre_proceedings, sent.pre_proceedings.text("pp_outcome").invalid(sent.valid("PPOutcome")))


@rule(
    "9012",
    message="The application to the court was made outside the collection year or before the decision to step up or "
    "down; correct CourtAppDate or StepDecisionDate",
)
def application_outside_year_or_before_decision(sent: RuleInput) -> Hits:
    """The day of the decision passes."""
    return hits(sent.pre_proceedings, _outside_or_before(sent, "court_app_date", "step_decision_date"))


@rule(
    "9013",
    message="The letter that begins care proceedings was sent outside the collection year or before the application to "
    "the court; correct LetterInitCPDate or CourtAppDate",
)
def last_letter_outside_year_or_before_application(sent: RuleInput) -> Hits:
    """The day of the application passes."""
    return hits(sent.pre_proceedings, _outside_or_before(sent, "letter_init_cp_date", "court_app_date"))


@rule(
    "9015Q",
    message="A first pre-proceedings meeting was held, and ReviewMeetingsCount does not say how many followed it; "
    "give their number, 0 if there was none",
    demands=("review_meetings_count",),
)
def meeting_without_number_of_reviews(sent: RuleInput) -> Hits:
    """A number that cannot be read is missing."""
    groups = sent.pre_proceedings
    return hits(groups, groups.dated("initial_pp_meeting_date") & ~groups.readable("review_meetings_count"))


def _outside_or_before(sent: RuleInput, column: str, earlier: str) -> Mask:
    """Where a date lies outside the period or before another; without that other the period alone decides."""
    day = sent.pre_proceedings.day(column)
    result: Mask = np.logical_or(sent.outside_period(day), day < sent.pre_proceedings.day(earlier))
    return result
