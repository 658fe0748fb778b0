"""Random returns, small from Hypothesis or large from a seed, made to hit boundaries and full of mess.

The structure is always what a return of the year may hold; every value may be anything. Choices come off a tape of
bytes: one draw of Hypothesis per record is fast, and shrinks towards zeros, which stand for the plainest choice.
"""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

_Choice = TypeVar("_Choice")

CHILD_BYTES = 24
RECORD_BYTES = 72  # most CINdetails use fewer; beyond the tape every choice is the plainest one

# The first of a pool is the plainest. None: no element; empty: an empty element.
IDS = ("C1", "C2", "C3", "c1", "1", "01", "C1 ", " C2", "C4", "Ç5", None, "", "  ")
REFERRAL_SOURCES = ("6", "1A", "1D", "2B", "3F", "4", "5C", "10", "5D", "1a", "99", "", None, " 6 ")
PRIMARY_NEEDS = ("N1", "N2", "N4", "N9", "N0", "N3", "n1", "N10", "", None, " N1")
CLOSURE_REASONS = ("RC1", "RC8", "RC8", "RC7", "RC8", "RC8", "RC8", "RC9", "rc8", "RC", "", None, "RC8 ")
REASONS_AFTER_PLAN = ("RC5", "RC5", "RC5", " RC5", "RC7", "rc5", None)
FLAGS = ("0", "0", "0", "false", "1", "true", "TRUE", "False", "yes", None, " 1 ", "", "True", "01", "2", "t")
GENDERS = ("1", "2", "0", "9", "3", "", None, " 1", "M")
SEXES = ("F", "M", "U", "f", "1", "", None)
ETHNICITIES = ("WBRI", "MWBC", "AIND", "REFU", "NOBT", "wbri", "XXXX", "", None, "\tBOTH ")
DISABILITIES = ("NONE", "AUT", "LD", "AUT", "MOB", "none", "ZZZ", "", " LD ")
ABUSE = ("NEG", "EMO", "PHY", "SAB", "MUL", "neg", "NEGLECT", "", None, " EMO")
PREVIOUS_PLANS = ("0", "1", "2", "01", "00", "-1", "1.5", "", "x", None, " 3 ", "+1", "1000000000000", "1e1")
FACTORS = ("1A", "1B", "1C", "21", "21", "2A", "10A", "20", "22A", "24A", "18B", "1a", "99", "", " 1A ", "3", "7A")
UPNS = (None, None, "A123456789012", "A12345678901B", "X")
OUTCOMES = ("A", "B", "C", "D", "a", "", None, " C ")
UPN_REASONS = (None, None, "UN1", "UN7", "un1")
ABSURD_DAYS = (date(1, 1, 1), date(9999, 12, 31), date(2005, 6, 15), date(2005, 1, 1))
UNREADABLE_DAYS = ("2016-02-30", "03/04/2016", "2016-4-1", "", "   ", "20160401", "2016-04-01T00:00:00", "0000-00-00")
GAPS = (0, 1, 7, 14, 15, 21, 28, 63, 64, 84, 91, 182, 183, 364, 365, 366, 367, 730, 731, -1, -365, -366)
ASSESSMENT_GAPS = (0, 1, 2, 14, 15, 28, 42, 43, 56, 63, 64, 65, 70, 71, 72, 84, 85, 91, -1)
CONFERENCE_GAPS = (15, 0, 1, 13, 14, 16, 20, 21, 22, 23, 27, 28, 29, 30, 35, -1)
REVIEW_GAPS = (60, 1, 89, 90, 91, 92, 93, 150, 180, 181, 182, 183, 184, 185, -1)
MONTHS = (3, 6, 3, 6, 12, 24)
BANK_HOLIDAYS = ((5, 2), (5, 30), (8, 29), (12, 26), (12, 27), (1, 2), (3, 25), (3, 28), (4, 14))  # of 2016 and 2017


@cache
def key_days(year: int) -> tuple[date, ...]:
    """Days where a count of the year may change: its ends, month ends, holidays, and a year or so before each."""
    start, end = date(year - 1, 4, 1), date(year, 3, 31)
    days = [date(year - 1, 6, 1)]
    for centre, reach in ((start, 4), (end, 4), (_years_before(start), 2), (_years_before(end), 1)):
        days += [centre + timedelta(days=n) for n in range(-reach, reach + 1)]
    for month in range(1, 13):
        first = date(year if month < 4 else year - 1, month, 1)
        days += [first, first - timedelta(days=1)]
    for month, day in BANK_HOLIDAYS:
        holiday = date(year if month < 4 else year - 1, month, day)
        days += [holiday, holiday + timedelta(days=1)]
    days += [date(2016, 2, 28), date(2016, 2, 29), date(2016, 3, 1), date(year - 1, 9, 30), date(year - 1, 12, 31)]
    days += [date(year - 1, 7, 9), date(year - 1, 7, 10), date(year - 1, 7, 8)]  # a weekend of 2016
    days += [day - timedelta(days=gap) for day in (start, end, date(year, 3, 1), days[0]) for gap in (365, 366, 730)]
    return tuple(dict.fromkeys(days))


@cache
def conference_days(year: int) -> tuple[date, ...]:
    """Few days, so that conferences and enquiries often fall together."""
    days = key_days(year)
    return (date(year - 1, 6, 22), date(year - 1, 7, 9), *days[1:10:4], date(year, 3, 31), date(year, 4, 1))


@cache
def first_half_days(year: int) -> tuple[date, ...]:
    """Ends of a plan round the first six months of the year, and where months are clamped."""
    days = ((6, 30), (6, 15), (3, 31), (4, 1), (5, 31), (8, 29), (8, 30), (8, 31), (9, 29), (9, 30), (10, 1))
    return tuple(date(year - 1, *day) for day in days)


@cache
def birth_days(year: int) -> tuple[date, ...]:
    """Birthdays round 31 March at each edge of the age bands."""
    edges = [date(year - age, 4, 1) - timedelta(days=n) for age in (8, 0, 1, 5, 10, 16, 18) for n in (1, 0, -1, 30)]
    return (*edges, date(2016, 2, 29), date(2012, 2, 29), date(year, 6, 1))


class Tape:
    """Choices read off a run of bytes; zero is always the plainest."""

    def __init__(self, byte: Callable[[], int]) -> None:
        self.byte = byte

    @classmethod
    def of(cls, data: bytes) -> "Tape":
        rest = iter(data)
        return cls(lambda: next(rest, 0))

    def pick(self, pool: Sequence[_Choice]) -> _Choice:
        return pool[self.byte() * len(pool) >> 8]

    def number(self, *weights: int) -> int:
        """0, 1, 2, ... as often as its weight."""
        left = self.byte() * sum(weights) >> 8
        for number, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return number
        return len(weights) - 1

    def seldom(self) -> bool:
        return self.byte() >= 240


def _years_before(day: date) -> date:
    return day.replace(year=day.year - 1)


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day


def _months_later(day: date, months: int) -> date:
    """Months on, or the day after where that month is too short: beside every clamped end of month."""
    month = day.year * 12 + day.month - 1 + months
    if month // 12 > 9999:
        return day
    for length in (day.day, 30, 29, 28):
        try:
            return date(month // 12, month % 12 + 1, min(length, day.day))
        except ValueError:
            continue
    return day


def element(name: str, content: str | None) -> str:
    return "" if content is None else f"<{name}>{content}</{name}>"


class Maker:
    """Records of a return of a year, one after another off a tape."""

    def __init__(self, tape: Tape, year: int, pool_year: int) -> None:
        self.tape = tape
        self.year = year
        self.days = key_days(pool_year)
        self.conferences = conference_days(pool_year)
        self.births = birth_days(pool_year)
        self.first_half = first_half_days(pool_year)

    def day(
        self, pool: Sequence[date], near: date | None = None, gaps: tuple[int, ...] = ()
    ) -> tuple[str | None, date | None]:
        """A date as sent, and the day it means if any: of the pool, some days or months after `near`, or mess."""
        mess = self.tape.byte()
        if mess >= 252:
            return None, None
        if mess >= 244:
            return self.tape.pick(UNREADABLE_DAYS), None
        if mess >= 240:
            day = self.tape.pick(ABSURD_DAYS)
        elif near is not None and mess >= (120 if gaps else 160):
            day = _later(near, self.tape.pick(gaps or GAPS))
        elif near is not None and mess >= 60:
            day = _later(_months_later(near, self.tape.pick(MONTHS)), (0, 0, 1, -1)[self.tape.byte() >> 6])
        else:
            day = self.tape.pick(pool)
        text = day.isoformat()
        return (f" \n{text}\t" if 236 <= mess < 240 else text), day

    def dated(self, name: str, pool: Sequence[date], near: date | None = None, gaps: tuple[int, ...] = ()) -> str:
        return element(name, self.day(pool, near, gaps)[0])

    def coded(self, name: str, pool: Sequence[str | None]) -> str:
        return element(name, self.tape.pick(pool))

    def child(self, child_id: str | None, records: str) -> str:
        parts = [self.identifiers(child_id), self.characteristics()]
        missing = self.tape.byte()
        if missing >= 252:
            parts = [parts[0], ("", "<ChildCharacteristics/>")[missing % 2]]
        elif missing >= 246:
            parts = [("", "<ChildIdentifiers/>")[missing % 2], parts[1]]
        return element("Child", "".join(parts) + records)

    def identifiers(self, child_id: str | None) -> str:
        unborn = self.tape.number(5, 1, 1, 1)  # born, unborn, both dates, none
        held = [
            element("LAchildID", child_id),
            self.coded("UPN", UPNS),
            self.coded("UPNunknown", UPN_REASONS),
            self.dated("PersonBirthDate", self.births) if unborn in (0, 2) else "",
            self.dated("ExpectedPersonBirthDate", self.births) if unborn in (1, 2) else "",
            self.coded("Sex", SEXES) if self.year >= 2025 else self.coded("GenderCurrent", GENDERS),
            self.dated("PersonDeathDate", self.days) if self.tape.seldom() else "",
        ]
        return element("ChildIdentifiers", "".join(held))

    def characteristics(self) -> str:
        codes = [self.coded("Disability", DISABILITIES) for _ in range(self.tape.number(1, 5, 3, 1))]
        group = "" if self.tape.seldom() else element("Disabilities", "".join(codes))
        return element("ChildCharacteristics", self.coded("Ethnicity", ETHNICITIES) + group)

    def repeated(self, weights: tuple[int, ...], make: Callable[[], str]) -> str:
        """Some records of a kind, now and then one of them twice."""
        records = [make() for _ in range(self.tape.number(*weights))]
        return "".join(records + records[:1] if records and self.tape.seldom() else records)

    def referral(self) -> str:
        """A CINdetails, now and then twice or empty."""
        if self.tape.byte() >= 253:
            return "<CINdetails/>"
        text, referred = self.day(self.days)
        parts = [element("CINreferralDate", text), self.coded("ReferralSource", REFERRAL_SOURCES)]
        parts.append(self.coded("PrimaryNeedCode", PRIMARY_NEEDS))
        closed = self.tape.number(4, 4, 1)  # open, closed, a reason without a closure
        after_plan = closed == 1 and self.tape.number(1, 1) == 1
        ended = self.day(self.first_half) if after_plan else (None, referred)
        parts.append(self.dated("CINclosureDate", self.days, ended[1]) if closed == 1 else "")
        parts.append(
            self.coded("ReasonForClosure", REASONS_AFTER_PLAN if after_plan else CLOSURE_REASONS) if closed else ""
        )
        parts.append(self.dated("DateOfInitialCPC", self.conferences) if self.tape.number(3, 1) else "")
        parts.append(self.repeated((3, 4, 2), lambda: self.assessment(referred)))
        if self.year >= 2022:
            parts.append(self.repeated((3, 1), lambda: self.need_plan(referred)))
        parts.append(self.repeated((4, 2, 1), lambda: self.section_47(referred)))
        parts.append(self.coded("ReferralNFA", FLAGS))
        parts.append(self.repeated((4, 3, 1), lambda: self.plan(referred)))
        parts.append(self.plan(referred, ended[0]) if after_plan else "")
        if self.year >= 2027:
            parts.append(self.repeated((3, 2, 1), lambda: self.pre_proceedings(referred)))
        record = element("CINdetails", "".join(parts))
        return record * 2 if self.tape.seldom() else record

    def assessment(self, referred: date | None) -> str:
        if self.tape.seldom():
            return "<Assessments/>"
        text, begun = self.day(self.days, referred)
        ended = self.tape.number(5, 1) == 0
        authorised = self.dated("AssessmentAuthorisationDate", self.days, begun, ASSESSMENT_GAPS) if ended else ""
        codes = [self.coded("AssessmentFactors", FACTORS) for _ in range(self.tape.number(1, 3, 3, 1))]
        group = "" if self.tape.seldom() else element("FactorsIdentifiedAtAssessment", "".join(codes))
        return element("Assessments", element("AssessmentActualStartDate", text) + authorised + group)

    def need_plan(self, referred: date | None) -> str:
        text, begun = self.day(self.days, referred)
        end = self.dated("CINPlanEndDate", self.days, begun)
        return element("CINPlanDates", element("CINPlanStartDate", text) + end)

    def section_47(self, referred: date | None) -> str:
        if self.tape.seldom():
            return "<Section47/>"
        text, begun = self.day(self.conferences, referred)
        held = self.tape.number(2, 2, 2)  # on a day of the pool, none, at a gap after the start
        conference = self.dated("DateOfInitialCPC", self.conferences, begun if held == 2 else None, CONFERENCE_GAPS)
        parts = [
            element("S47ActualStartDate", text),
            self.dated("InitialCPCtarget", self.conferences, begun) if self.tape.seldom() else "",
            "" if held == 1 else conference,
            self.coded("ICPCnotRequired", FLAGS),
        ]
        return element("Section47", "".join(parts))

    def plan(self, referred: date | None, ended: str | None = None) -> str:
        if self.tape.seldom():
            return "<ChildProtectionPlans/>"
        text, begun = self.day(self.days, referred)
        parts = [
            element("CPPstartDate", text),
            element("CPPendDate", ended)
            or (self.dated("CPPendDate", self.days, begun) if self.tape.number(3, 2) else ""),
            self.coded("InitialCategoryOfAbuse", ABUSE),
            self.coded("LatestCategoryOfAbuse", ABUSE),
            self.coded("NumberOfPreviousCPP", PREVIOUS_PLANS),
        ]
        reviews = []
        last = begun
        for _ in range(self.tape.number(3, 3, 2, 2)):
            text, held = self.day(self.days, last, REVIEW_GAPS)
            reviews.append(element("CPPreviewDate", text))
            last = held or last
        if self.tape.seldom():
            reviews.reverse()
        group = element("Reviews", "".join(reviews)) if reviews or self.tape.seldom() else ""
        return element("ChildProtectionPlans", "".join(parts) + group)

    def pre_proceedings(self, referred: date | None) -> str:
        if self.tape.seldom():
            return "<PreProceedingsandFGDM/>"
        text, begun = self.day(self.days, referred)
        parts = [
            element("PPStartDate", text),
            self.dated("LBPSentDate", self.days, begun),
            self.coded("FGDMMeetingOffer", FLAGS),
            self.coded("FGDMMeetingFac", FLAGS),
            self.dated("InitialPPMeetingDate", self.days, begun),
            self.coded("ReviewMeetingsCount", PREVIOUS_PLANS),
            self.dated("StepDecisionDate", self.days, begun),
            self.coded("PPOutcome", OUTCOMES),
            self.dated("CourtAppDate", self.days, begun),
            self.dated("LetterInitCPDate", self.days, begun),
        ]
        return element("PreProceedingsandFGDM", "".join(parts))


def whole_return(children: str, year: int, la_code: str) -> bytes:
    """A return with these Child elements."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Message><Header><CollectionDetails><Collection>CIN</Collection>'
        f"<Year>{year}</Year><ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails><Source>"
        f"<SourceLevel>L</SourceLevel><LEA>{la_code}</LEA><SoftwareCode>Tests</SoftwareCode><Release>1</Release>"
        f"<SerialNo>001</SerialNo><DateTime>{year}-05-05T11:14:05</DateTime></Source></Header>"
        f"<Children>{children}</Children></Message>"
    ).encode()


def _tapes(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length, max_size=length)


_CHILD = st.tuples(st.sampled_from(IDS), _tapes(CHILD_BYTES), st.lists(_tapes(RECORD_BYTES), max_size=3))
_CHILDREN = st.lists(_CHILD, max_size=6)


@st.composite
def returns(draw: st.DrawFn, year: int = 2017, la_code: str = "201", pool_year: int | None = None) -> bytes:
    """Small returns: 0 to 6 children with 0 to 3 CINdetails each.

    `pool_year` is the year whose boundaries the dates lie round, if not `year`."""
    made = []
    for child_id, tape, record_tapes in draw(_CHILDREN):
        records = [Maker(Tape.of(data), year, pool_year or year).referral() for data in record_tapes]
        made.append(Maker(Tape.of(tape), year, pool_year or year).child(child_id, "".join(records)))
    return whole_return("".join(made), year, la_code)


@st.composite
def return_pairs(draw: st.DrawFn, year: int = 2017, la_code: str = "201") -> tuple[bytes, bytes | None]:
    """A return of the year and that of the previous year, with the same ids: sometimes none, sometimes an empty one."""
    this = draw(returns(year, la_code))
    kind = draw(st.integers(0, 7))
    if kind == 0:
        return this, None
    if kind == 1:
        return this, whole_return("", year - 1, la_code)
    return this, draw(returns(year - 1, la_code, pool_year=year))


def messy_return(seed: int, children: int, year: int, la_code: str) -> bytes:
    """A large return with the same kinds of mess; returns of two years share the ids of their children."""
    source = random.Random(f"{seed} {year} {la_code}")  # noqa: S311 - no secret
    maker = Maker(Tape(lambda: source.getrandbits(8)), year, year)
    made = []
    for number in range(1, children + 1):
        child_id = maker.tape.pick(IDS) if maker.tape.seldom() else f"{la_code}-{number:06}"
        records = "".join(maker.referral() for _ in range(maker.tape.number(1, 5, 3, 1)))
        made.append(maker.child(child_id, records))
        if maker.tape.byte() >= 250:
            made.append(made[-1])  # the same Child again
    return whole_return("\n".join(made), year, la_code)
