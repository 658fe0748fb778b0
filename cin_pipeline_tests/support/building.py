"""Returns as XML out of nested dictionaries, and a valid one to start from.

A record is a dictionary of element names; groups that make no record of their own (ChildIdentifiers, Disabilities,
Reviews, ...) are left out of it, and written round what it holds. A value None is an absent element, "" an empty one.
A date may start with YP, Y0, Y1 or Y2 for a calendar year: of the previous year the period, the two the period lies in
(Y1 ends it), the one after; W0 or W1 besides moves on to a Monday to Friday.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from xml.sax.saxutils import escape

from cin_pipeline.census.specification import MESSAGE, Group, Item, message

Record = dict[str, object]

_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def upn(twelve: str) -> str:
    """A UPN with its check letter, for the twelve characters after it."""
    worth = [_LETTERS.index(c) if c.isalpha() else int(c) for c in twelve]
    return _LETTERS[sum(weight * w for weight, w in enumerate(worth, 2)) % 23] + twelve


def child(**changes: object) -> Record:
    """A born child of six with one open referral, valid on its own."""
    return {
        "LAchildID": "subject",
        "UPN": upn("201123456789"),
        "PersonBirthDate": "2009-09-09",
        "GenderCurrent": "1",
        "Sex": "M",
        "Ethnicity": "WBRI",
        "Disability": ["NONE"],
        "CINdetails": [referral()],
    } | changes


def unborn(**changes: object) -> Record:
    """An unborn child with one open referral."""
    return child(
        **{
            "UPN": None,
            "UPNunknown": "UN1",
            "PersonBirthDate": None,
            "ExpectedPersonBirthDate": "Y1-06-20",
            "GenderCurrent": "0",
            "Sex": "U",
            "Disability": None,
            "CINdetails": [referral(CINreferralDate="Y0-10-10")],
        }
        | changes
    )


def referral(**changes: object) -> Record:
    """An open referral on 10 May of the period, with nothing under it."""
    return {
        "CINreferralDate": "Y0-05-10",
        "ReferralSource": "1A",
        "PrimaryNeedCode": "N1",
        "ReferralNFA": "0",
    } | changes


def closed(**changes: object) -> Record:
    """A referral closed on 1 December of the period."""
    return referral(**{"CINclosureDate": "Y0-12-01", "ReasonForClosure": "RC1"} | changes)


def nfa(**changes: object) -> Record:
    """A referral that ended in no further action."""
    return referral(**{"ReferralNFA": "1", "PrimaryNeedCode": None} | changes)


def assessment(**changes: object) -> Record:
    """An assessment authorised in the period, with a factor."""
    return {
        "AssessmentActualStartDate": "Y0-05-20",
        "AssessmentAuthorisationDate": "Y0-06-20",
        "AssessmentFactors": ["2B"],
    } | changes


def unfinished(**changes: object) -> Record:
    """An assessment under way on the reference date, not overdue."""
    return assessment(
        **{
            "AssessmentActualStartDate": "Y1-03-01",
            "AssessmentAuthorisationDate": None,
            "AssessmentFactors": None,
        }
        | changes
    )


def enquiry(**changes: object) -> Record:
    """A section 47 enquiry with its conference."""
    return {
        "S47ActualStartDate": "Y0-06-01",
        "InitialCPCtarget": "W0-06-15",
        "DateOfInitialCPC": "W0-06-15",
        "ICPCnotRequired": "0",
    } | changes


def open_enquiry(**changes: object) -> Record:
    """A section 47 enquiry awaiting its conference on the reference date, not overdue."""
    return enquiry(**{"S47ActualStartDate": "Y1-03-20", "InitialCPCtarget": None, "DateOfInitialCPC": None} | changes)


def no_conference(**changes: object) -> Record:
    """A section 47 enquiry that needed no conference."""
    return enquiry(**{"InitialCPCtarget": None, "DateOfInitialCPC": None, "ICPCnotRequired": "1"} | changes)


def plan(**changes: object) -> Record:
    """A child protection plan started at the conference of `enquiry`, ended in the period."""
    return {
        "CPPstartDate": "W0-06-15",
        "CPPendDate": "Y0-11-01",
        "InitialCategoryOfAbuse": "NEG",
        "LatestCategoryOfAbuse": "EMO",
        "NumberOfPreviousCPP": "0",
    } | changes


def with_referral(**changes: object) -> Record:
    """A child whose only referral is changed."""
    return child(CINdetails=[referral(**changes)])


def with_assessments(*assessments: Record) -> Record:
    """A child with these assessments in its referral."""
    return with_referral(Assessments=list(assessments))


def with_enquiries(*enquiries: Record) -> Record:
    """A child with an assessment and these section 47 enquiries in its referral."""
    return with_referral(Assessments=[assessment()], Section47=list(enquiries))


def with_plans(*plans: Record) -> Record:
    """A child with the conference of 15 June, and these child protection plans in its referral."""
    return with_referral(Assessments=[assessment()], Section47=[enquiry()], ChildProtectionPlans=list(plans))


def with_cin_plans(*cin_plans: Record) -> Record:
    """A child with these child in need plans in its referral."""
    return with_referral(CINPlanDates=list(cin_plans))


def old_plan(**changes: object) -> Record:
    """A child protection plan of the previous year, still open."""
    return plan(**{"CPPstartDate": "YP-06-15", "CPPendDate": None} | changes)


def old_referral(**changes: object) -> Record:
    """A referral of the previous year, still open."""
    return referral(**{"CINreferralDate": "YP-05-10"} | changes)


def cin_plan(**changes: object) -> Record:
    """A child in need plan in the period, after the plan of `plan`."""
    return {"CINPlanStartDate": "Y0-11-05", "CINPlanEndDate": "Y0-11-25"} | changes


def pre_proceedings(**changes: object) -> Record:
    """Pre-proceedings of the period up to the letter that begins care proceedings, collected from 2026-27."""
    return {
        "PPStartDate": "Y0-06-01",
        "LBPSentDate": "Y0-06-08",
        "FGDMMeetingOffer": "1",
        "FGDMMeetingFac": "1",
        "InitialPPMeetingDate": "Y0-06-22",
        "ReviewMeetingsCount": "2",
        "StepDecisionDate": "Y0-09-14",
        "PPOutcome": "C",
        "CourtAppDate": "Y0-09-28",
        "LetterInitCPDate": "Y0-10-05",
    } | changes


def valid_children() -> list[Record]:
    """Children without any fault in any year, between them holding every element, some of them empty."""
    eight = ["MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS"]
    worked_with = referral(
        CINclosureDate="Y0-12-01",
        ReasonForClosure="RC3",
        Assessments=[assessment(AssessmentInternalReviewDate="Y0-06-01")],
        CINPlanDates=[cin_plan()],
        Section47=[enquiry()],
        ChildProtectionPlans=[plan(CPPreviewDate=["Y0-09-01", "Y0-10-20"])],
        PreProceedingsandFGDM=[pre_proceedings()],
    )
    under_way = old_referral(
        Assessments=[unfinished(FactorsIdentifiedAtAssessment="")],
        Section47=[no_conference(), open_enquiry()],
        ChildProtectionPlans=[old_plan(CPPreviewDate=["YP-09-10", "Y0-03-01"])],
        PreProceedingsandFGDM=[{"PPStartDate": "Y1-03-30", "FGDMMeetingOffer": "0"}, {}],
    )
    moved_in = referral(
        DateOfInitialCPC="Y0-05-20", ChildProtectionPlans=[plan(CPPstartDate="Y0-05-20", CPPendDate=None)]
    )
    not_in_need = closed(ReasonForClosure="RC8", Assessments=[assessment(AssessmentFactors=["21"])])
    later = enquiry(S47ActualStartDate="Y0-08-01", InitialCPCtarget=None, DateOfInitialCPC="W0-08-15")
    conference_only = referral(Assessments=[assessment()], Section47=[enquiry(), later])
    return [
        child(LAchildID="a1", UPN=upn("20512345678A"), FormerUPN=upn("205123456780"), CINdetails=[worked_with]),
        unborn(LAchildID="a2"),
        child(LAchildID="a3", UPN=upn("301123456789"), Disability=eight, CINdetails=[under_way]),
        child(LAchildID="a4", UPN="", UPNunknown="UN7", Disability=None, CINdetails=[nfa(),
            nfa(CINreferralDate="Y0-04-01")]),
        child(LAchildID="a5", UPN=None, UPNunknown="UN4", CINdetails=[moved_in]),
        child(LAchildID="a6", UPN=None, PersonBirthDate="Y0-03-01", CINdetails=[not_in_need,
            referral(CINreferralDate="Y0-12-01")]),
        child(LAchildID="a7", UPN=None, UPNunknown="UN2", PersonDeathDate="Y0-12-01",
            CINdetails=[closed(ReasonForClosure="RC2")]),
        child(LAchildID="a8", UPN=None, UPNunknown="UN3", GenderCurrent="9", Disabilities="", Disability=["NONE"],
            CINdetails=[conference_only]),
    ]  # fmt: skip


def header(**changes: object) -> Record:
    """The header of a return of the year it is written for."""
    return {
        "Collection": "CIN",
        "Year": "Y1",
        "ReferenceDate": "Y1-03-31",
        "SourceLevel": "L",
        "LEA": "201",
        "SerialNo": "001",
        "DateTime": "Y1-06-01T12:00:00",
    } | changes


def return_xml(children: Sequence[Record], year: int = 2017, head: Record | None = None) -> bytes:
    """A return of the collection year `year` as a file."""
    top, below = message(year).members
    assert isinstance(top, Group)
    assert isinstance(below, Group)
    known = set(_names(MESSAGE))
    lines = ["<Message>", *_written(top, head or header(), year, known), "<Children>"]
    (each,) = below.members
    assert isinstance(each, Group)
    for record in children:
        lines += _written(each, record, year, known)
    return "\n".join([*lines, "</Children>", "</Message>"]).encode()


def _written(group: Group, record: Mapping[str, object], year: int, known: set[str]) -> Iterator[str]:
    assert set(record) <= known, f"no such element: {set(record) - known}"
    inner: list[str] = []
    for member in group.members:
        value = record.get(member.element)
        if isinstance(member, Group) and not member.table:
            content = list(_written(member, record, year, known))
            if len(content) > 2 or value == "" or (member.required and member.element not in record):
                inner += content
        elif isinstance(member, Group):
            for one in value if isinstance(value, list) else []:
                inner += _written(member, one, year, known)
        else:
            texts = value if isinstance(value, list) else [value]
            inner += [f"<{member.element}>{escape(_text(t, year))}</{member.element}>" for t in texts if t is not None]
    yield f"<{group.element}>"
    yield from inner
    yield f"</{group.element}>"


def _text(value: object, year: int) -> str:
    text = str(value)
    years = {"P": year - 2, "0": year - 1, "1": year, "2": year + 1}
    if text[:1] not in ("Y", "W") or text[1:2] not in years or text[2:3] not in ("", "-"):
        return text
    dated = f"{years[text[1]]}{text[2:]}"
    if text[0] == "Y":
        return dated
    day = date.fromisoformat(dated)
    return str(day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0))


def record_counts(children: Sequence[Record], year: int) -> Counter[str]:
    """How many records of each table a return of these children holds."""
    counts: Counter[str] = Counter()
    (_, below) = message(year).members
    assert isinstance(below, Group)
    (each,) = below.members
    for record in children:
        _count(each, record, counts)
    return counts


def _count(group: Group | Item, record: Record, counts: Counter[str]) -> None:
    if isinstance(group, Item):
        texts = record.get(group.element)
        if group.table:
            counts[group.table] += sum(text is not None for text in texts) if isinstance(texts, list) else 0
        return
    if group.table:
        counts[group.table] += 1
    for member in group.members:
        if isinstance(member, Group) and member.table:
            inner = record.get(member.element)
            for one in inner if isinstance(inner, list) else []:
                _count(member, one, counts)
        else:
            _count(member, record, counts)


def _names(group: Group) -> Iterator[str]:
    yield group.element
    for member in group.members:
        if isinstance(member, Group):
            yield from _names(member)
        else:
            yield member.element
