"""Cases of the rules on pre-proceedings and family group decision-making. All in 2026-27, the first year they are
collected: 1 April 2026 to 31 March 2027."""

from cin_pipeline_tests.support.building import child, pre_proceedings, with_referral
from cin_pipeline_tests.validation.cases import hit as _hit
from cin_pipeline_tests.validation.cases import miss as _miss


def hit(*args, **keywords):
    return _hit(*args, year=2027, **keywords)


def miss(*args, **keywords):
    return _miss(*args, year=2027, **keywords)


def _with(**changes):
    """The pre-proceedings of `building.pre_proceedings`, changed."""
    return with_referral(PreProceedingsandFGDM=[pre_proceedings(**changes)])


def _only(**items):
    """Pre-proceedings of which nothing else is given."""
    return with_referral(PreProceedingsandFGDM=[items])


_QUIET = ("2887Q return", "2888Q return")  # of a return with a single child

CASES = [
    hit("8995Q", "no group", child(), "return", alone=True, also=_QUIET),
    hit("8995Q", "groups without content", with_referral(PreProceedingsandFGDM=[{}, {"PPStartDate": " "}]), "return",
        alone=True),
    hit("8995Q", "no children", [], "return", alone=True),
    miss("8995Q", "a flag", _only(FGDMMeetingOffer="0"), alone=True),
    miss("8995Q", "something that cannot be read", _only(PPOutcome="?"), alone=True),
    miss("8995Q", "one child of two", [child(), _with()], alone=True),
    hit("9000Q", "a flag alone", _only(FGDMMeetingOffer="0"), "return", alone=True, also=_QUIET),
    hit("9000Q", "all but the start", [_with(PPStartDate=None), _with(PPStartDate="")], "return", alone=True),
    hit("9000Q", "unreadable", _with(PPStartDate="1.6.2026"), "return", alone=True),
    miss("9000Q", "one start of two", [_with(PPStartDate=None), _with()], alone=True),
    miss("9000Q", "a start outside the year", _only(PPStartDate="2026-03-31"), alone=True),
    miss("9000Q", "nothing at all", child(), alone=True),
    hit("9005", "the day before the period", _only(PPStartDate="2026-03-31"), "pre_proceedings 1"),
    hit("9005", "the day after the period", _only(PPStartDate="2027-04-01"), "pre_proceedings 1"),
    hit("9005", "the second of two",
        with_referral(PreProceedingsandFGDM=[pre_proceedings(), {"PPStartDate": "2025-06-01"}]), "pre_proceedings 2"),
    miss("9005", "the first day", _only(PPStartDate="2026-04-01")),
    miss("9005", "the last day", _only(PPStartDate="2027-03-31")),
    miss("9005", "missing", _with(PPStartDate=None)),
    hit("9006", "the day before the start", _with(LBPSentDate="2026-05-31"), "pre_proceedings 1"),
    hit("9006", "the day before the period", _with(PPStartDate=None, LBPSentDate="2026-03-31"), "pre_proceedings 1"),
    hit("9006", "the day after the period", _with(LBPSentDate="2027-04-01"), "pre_proceedings 1"),
    miss("9006", "on the start", _with(LBPSentDate="2026-06-01")),
    miss("9006", "the last day of the period", _with(LBPSentDate="2027-03-31")),
    miss("9006", "the first day of the period, start missing", _with(PPStartDate=None, LBPSentDate="2026-04-01")),
    miss("9006", "missing", _with(LBPSentDate=None)),
    hit("9007", "false", _with(FGDMMeetingOffer="0"), "pre_proceedings 1"),
    hit("9007", "missing", _with(FGDMMeetingOffer=None), "pre_proceedings 1"),
    hit("9007", "unreadable", _with(FGDMMeetingOffer="yes"), "pre_proceedings 1"),
    miss("9007", "true in words", _with(FGDMMeetingOffer="TRUE")),
    miss("9007", "no letter", _with(LBPSentDate=None, FGDMMeetingOffer=None)),
    miss("9007", "letter unreadable", _with(LBPSentDate="8 June", FGDMMeetingOffer="0")),
    miss("9007", "an offer without a letter", _with(LBPSentDate=None)),
    hit("9008", "the day before the period", _with(InitialPPMeetingDate="2026-03-31"), "pre_proceedings 1"),
    hit("9008", "the day after the period", _with(InitialPPMeetingDate="2027-04-01"), "pre_proceedings 1"),
    miss("9008", "the first day, before the start", _with(InitialPPMeetingDate="2026-04-01")),
    miss("9008", "the last day", _with(InitialPPMeetingDate="2027-03-31")),
    miss("9008", "missing", _with(InitialPPMeetingDate=None)),
    hit("9009", "the day before the start", _with(StepDecisionDate="2026-05-31"), "pre_proceedings 1"),
    hit("9009", "the day after the period", _with(StepDecisionDate="2027-04-01", CourtAppDate=None),
        "pre_proceedings 1"),
    hit("9009", "the day before the period, start missing", _with(PPStartDate="", StepDecisionDate="2026-03-31"),
        "pre_proceedings 1"),
    miss("9009", "on the start", _with(StepDecisionDate="2026-06-01")),
    miss("9009", "the last day of the period", _with(StepDecisionDate="2027-03-31")),
    miss("9009", "missing", _with(StepDecisionDate=None)),
    hit("9010Q", "false", _with(FGDMMeetingFac="0"), "pre_proceedings 1"),
    hit("9010Q", "missing", _with(FGDMMeetingFac=None), "pre_proceedings 1"),
    hit("9010Q", "unreadable", _with(FGDMMeetingFac="2"), "pre_proceedings 1"),
    hit("9010Q", "offered without a letter", _only(FGDMMeetingOffer="true"), "pre_proceedings 1"),
    miss("9010Q", "both", _only(FGDMMeetingOffer="1", FGDMMeetingFac="1")),
    miss("9010Q", "not offered", _only(FGDMMeetingOffer="0", FGDMMeetingFac="0")),
    miss("9010Q", "offer missing", _only(FGDMMeetingFac="0")),
    miss("9010Q", "offer unreadable", _only(FGDMMeetingOffer="yes")),
    hit("9011", "no code", _with(PPOutcome="D"), "pre_proceedings 1"),
    hit("9011", "a small letter", _with(PPOutcome="c"), "pre_proceedings 1"),
    miss("9011", "A", _with(PPOutcome="A")),
    miss("9011", "B with white space", _with(PPOutcome=" B ")),
    miss("9011", "missing", _with(PPOutcome=None)),
    miss("9011", "empty", _with(PPOutcome="")),
    hit("9012", "the day before the decision", _with(CourtAppDate="2026-09-13"), "pre_proceedings 1"),
    hit("9012", "the day before the period, decision missing", _with(StepDecisionDate=None, CourtAppDate="2026-03-31"),
        "pre_proceedings 1"),
    hit("9012", "the day after the period", _with(CourtAppDate="2027-04-01", LetterInitCPDate=None),
        "pre_proceedings 1"),
    miss("9012", "on the day of the decision", _with(CourtAppDate="2026-09-14")),
    miss("9012", "before the start, decision missing", _with(StepDecisionDate=None, CourtAppDate="2026-05-31")),
    miss("9012", "the last day of the period", _with(CourtAppDate="2027-03-31")),
    miss("9012", "missing", _with(CourtAppDate=None)),
    hit("9013", "the day before the application", _with(LetterInitCPDate="2026-09-27"), "pre_proceedings 1"),
    hit("9013", "the day before the period, application missing",
        _with(CourtAppDate=None, LetterInitCPDate="2026-03-31"), "pre_proceedings 1"),
    hit("9013", "the day after the period", _with(LetterInitCPDate="2027-04-01"), "pre_proceedings 1"),
    miss("9013", "on the day of the application", _with(LetterInitCPDate="2026-09-28")),
    miss("9013", "before the decision, application missing", _with(CourtAppDate=None, LetterInitCPDate="2026-09-13")),
    miss("9013", "the last day of the period", _with(LetterInitCPDate="2027-03-31")),
    miss("9013", "missing", _with(LetterInitCPDate=None)),
    hit("9015Q", "missing", _with(ReviewMeetingsCount=None), "pre_proceedings 1"),
    hit("9015Q", "unreadable", _with(ReviewMeetingsCount="two"), "pre_proceedings 1"),
    miss("9015Q", "none", _with(ReviewMeetingsCount="0")),
    miss("9015Q", "no meeting", _with(InitialPPMeetingDate=None, ReviewMeetingsCount=None)),
    miss("9015Q", "day of the meeting unreadable", _with(InitialPPMeetingDate="?", ReviewMeetingsCount=None)),
]  # fmt: skip
