"""Mistakes in pre-proceedings and family group decision-making, collected from 2026-27."""

from cin_pipeline.synthetic.mistakes.catalogue import left_out, mistake, replaced
from cin_pipeline.synthetic.mistakes.elements import Change, Record
from cin_pipeline.synthetic.mistakes.facts import DAY

_GROUP = "PreProceedingsandFGDM"
_START, _LETTER, _MEETING = "PPStartDate", "LBPSentDate", "InitialPPMeetingDate"
_DECISION, _APPLICATION, _LAST_LETTER = "StepDecisionDate", "CourtAppDate", "LetterInitCPDate"
_OFFER, _FACILITATED = "FGDMMeetingOffer", "FGDMMeetingFac"


def _is_offered(group: Record) -> bool:
    return group.text(_OFFER) == "1"


left_out("offer_missing", "9007", _GROUP, _OFFER, where=lambda group: bool(group.text(_LETTER)))
left_out("facilitated_missing", "9010Q", _GROUP, _FACILITATED, where=_is_offered)
replaced("facilitated_false", "9010Q", _GROUP, _FACILITATED, "0", where=_is_offered)
replaced("outcome_unknown", "9011", _GROUP, "PPOutcome", "X")
left_out("number_of_reviews_missing", "9015Q", _GROUP, "ReviewMeetingsCount")


@mistake("9007", _GROUP)
def offer_false(group: Record) -> Change | None:
    """Though the letter was sent; nor was a meeting held."""
    if not group.text(_LETTER):
        return None
    group.put(_FACILITATED, "0")
    return group.put(_OFFER, "0")


@mistake("9005", _GROUP)
def pre_proceedings_begun_before_the_year(group: Record) -> Change | None:
    """The day before it."""
    return group.put(_START, group.first_day - DAY) if group.text(_START) else None


@mistake("9008", _GROUP)
def meeting_after_the_year(group: Record) -> Change | None:
    """The day after it."""
    return group.put(_MEETING, group.last_day + DAY) if group.text(_MEETING) else None


def _put_before(group: Record, item: str, earlier: str) -> Change | None:
    """A date the day before another, where that leaves it in the year."""
    day = group.day(earlier)
    return group.put(item, day - DAY) if group.text(item) and day and day > group.first_day else None


@mistake("9006", _GROUP)
def letter_before_pre_proceedings(group: Record) -> Change | None:
    """The day before their start."""
    return _put_before(group, _LETTER, _START)


@mistake("9009", _GROUP)
def decision_before_pre_proceedings(group: Record) -> Change | None:
    """The day before their start."""
    return _put_before(group, _DECISION, _START)


@mistake("9012", _GROUP)
def application_before_decision(group: Record) -> Change | None:
    """The day before it."""
    return _put_before(group, _APPLICATION, _DECISION)


@mistake("9013", _GROUP)
def last_letter_before_application(group: Record) -> Change | None:
    """The day before it."""
    return _put_before(group, _LAST_LETTER, _APPLICATION)


@mistake("9013", _GROUP)
def last_letter_after_the_year(group: Record) -> Change | None:
    """The day after it."""
    return group.put(_LAST_LETTER, group.last_day + DAY) if group.text(_LAST_LETTER) else None
