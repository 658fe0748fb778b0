"""Every data item of the children in need census, declared once, by collection year.

The structure that a file is held against, the linked tables it is read into, the types its values are given, the
table schemas, what the tables are called and mean, and the synthetic returns all derive from `MESSAGE`: a group or
repeating item with a `table` makes one, and is declared nowhere else. Source: the census guide for 2016-17 and the
comparison of the schemas of 2017 to 2026; meanings and cautions from these and from the guide for 2025-26. What 2026-27
adds is provisional (`census.years.PROVISIONAL`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

from cin_pipeline.census import years


class ValueType(Enum):
    """How the text of an item is read, and what is expected of it in words."""

    TEXT = "text"
    UPN = "a letter, eleven digits, then a digit or letter"
    DATE = "a real day as YYYY-MM-DD"
    CODE = "a code of the code set"
    FLAG = "1, 0, true or false"
    COUNT = "a whole number"


@dataclass(frozen=True)
class Item:
    """One data item: an XML element that holds a value, and the column it is read into."""

    element: str
    column: str
    type: ValueType = ValueType.TEXT
    code_set: str = ""
    meaning: str = ""
    caution: str = ""  # where taking the item at its word goes wrong
    required: bool = False  # reported when missing
    required_unless: str = ""  # column of the same record that makes up for a missing value
    table: str = ""  # set on a repeating item, which makes a table of its own
    record: str = ""  # what a record of that table is called
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Group:
    """An XML element that holds others. One with a table makes a record of it each time it occurs.

    The first item of a record says which one it is among those of the record it lies in (`Table.key`)."""

    element: str
    members: tuple["Item | Group", ...]
    table: str = ""
    record: str = ""  # what a record of the table is called: its number is the table's index and links its child tables
    meaning: str = ""
    caution: str = ""
    repeats: bool = False
    required: bool = False
    noted: bool = False  # whether it is there matters even when it holds nothing
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Table:
    """One of the linked tables a return is read into."""

    name: str
    record: str  # what one of its records is called
    element: str  # the XML element that makes a record
    parent: str  # the table of the records it belongs to; empty for children
    items: tuple[Item, ...]
    meaning: str = ""
    caution: str = ""
    lists_codes: bool = False  # its records are codes of the record above, and nothing of their own
    required_groups: tuple[str, ...] = ()  # single groups inside the record that are reported when absent
    noted_groups: tuple[str, ...] = ()  # single groups inside the record that may be absent, or there without content

    @property
    def number(self) -> str:
        """Name of the record number: from 1, in the order of the file."""
        return f"{self.record}_number"

    @property
    def key(self) -> str:
        """The column that, with the record it lies in, says which record it is."""
        return self.items[0].column


_DATE, _CODE, _FLAG = ValueType.DATE, ValueType.CODE, ValueType.FLAG

HEADER = Group(
    "Header",
    (
        Group(
            "CollectionDetails",
            (
                Item("Collection", "collection", meaning="The collection: CIN."),
                Item("Year", "year", meaning="The calendar year in which the collection year ends."),
                Item("ReferenceDate", "reference_date", meaning="The last day of the collection year: 31 March."),
            ),
        ),
        Group(
            "Source",
            (
                Item("SourceLevel", "source_level", meaning="Who sends: L, a local authority."),
                Item("LEA", "la_code", meaning="The three-digit code of the LA."),
                Item("SoftwareCode", "software_code", meaning="The system that wrote the file."),
                Item("Release", "release", meaning="The version of that system."),
                Item("SerialNo", "serial_number", meaning="The sender's number of the file."),
                Item("DateTime", "date_time", meaning="When the file was written."),
            ),
            repeats=True,
        ),
        # Written by some suppliers up to 2020-21, in no schema; it says nothing and is not kept.
        Group("Content", (Group("CBDSLevels", (Item("CBDSLevel", "", table="-"),)),)),
    ),
)

_IDENTIFIERS = Group(
    "ChildIdentifiers",
    (
        Item(
            "LAchildID",
            "la_child_id",
            required=True,
            meaning="The LA's own number of the child.",
            caution="Means nothing outside the LA; may change when a child moves or is adopted [A9].",
        ),
        Item(
            "UPN",
            "upn",
            ValueType.UPN,
            meaning="Unique pupil number, from the first state-funded school or nursery.",
            caution="Most children under school age have none, and an adopted child gets a new one.",
        ),
        Item(
            "FormerUPN",
            "former_upn",
            ValueType.UPN,
            meaning="A number held before, such as a temporary one.",
            caution="Left empty on the record after an adoption.",
        ),
        Item("UPNunknown", "upn_unknown", _CODE, "UPNunknown", meaning="Why there is no UPN."),
        Item(
            "PersonBirthDate",
            "birth_date",
            _DATE,
            meaning="Date of birth; an estimate where it is not known.",
            caution="Empty for a child not born by 31 March. After the referral date where the child was "
            "referred unborn.",
        ),
        Item(
            "ExpectedPersonBirthDate",
            "expected_birth_date",
            _DATE,
            meaning="The day on which an unborn child is due.",
            caution="Taken out of the return once the child is born; also there for a child never born.",
        ),
        Item(
            "GenderCurrent",
            "gender",
            _CODE,
            "GenderCurrent",
            meaning="Gender; 0 is not recorded, or unborn.",
            until=2024,
        ),
        Item(
            "Sex",
            "gender",
            _CODE,
            "Sex",
            meaning="Sex as on the certificate of birth or of gender recognition; U is not known.",
            caution="U for every unborn child, also where the sex is known. Not the question that was "
            "asked up to 2023-24.",
            since=2025,
        ),
        Item(
            "PersonDeathDate",
            "death_date",
            _DATE,
            meaning="Date of death.",
            caution="The case may stay open after it.",
        ),
    ),
    required=True,
)

_CHARACTERISTICS = Group(
    "ChildCharacteristics",
    (
        Item(
            "Ethnicity",
            "ethnicity",
            _CODE,
            "Ethnicity",
            meaning="Ethnic group, as the child or its main carer says.",
            caution="NOBT, not yet obtained, for every unborn child.",
        ),
        Group(
            "Disabilities",
            (
                Item(
                    "Disability",
                    "disability",
                    _CODE,
                    "Disability",
                    meaning="A kind of disability that the child had at any time in the year; NONE for "
                    "a child without.",
                    caution="An LA that cannot tell kinds apart may send DDA, other, for all. Empty for "
                    "unborn children.",
                    table="disabilities",
                    record="disability",
                ),
            ),
        ),
    ),
    required=True,
)

_ASSESSMENTS = Group(
    "Assessments",
    (
        Item(
            "AssessmentActualStartDate",
            "assessment_start_date",
            _DATE,
            required=True,
            meaning="The day on which the assessment began.",
            caution="Not the referral: the 45 working days asked for run from the referral, the "
            "published ones from here [A25].",
        ),
        Item(
            "AssessmentInternalReviewDate",
            "assessment_internal_review_date",
            _DATE,
            meaning="The day set for the LA's own review of the assessment.",
            caution="Optional, and in no rule and no figure.",
        ),
        Item(
            "AssessmentAuthorisationDate",
            "assessment_authorisation_date",
            _DATE,
            meaning="The day on which a manager signed the assessment off: it is completed.",
            caution="Left empty where it lies after 31 March.",
        ),
        Group(
            "FactorsIdentifiedAtAssessment",
            (
                Item(
                    "AssessmentFactors",
                    "factor",
                    _CODE,
                    "AssessmentFactors",
                    meaning="A factor found at the end of the assessment, of the child, its parents or the household.",
                    caution="21, none, should stand alone. Codes came and went over the years.",
                    table="assessment_factors",
                    record="factor",
                ),
            ),
        ),
    ),
    table="assessments",
    record="assessment",
    meaning="Assessments of a referral.",
    caution="A group without any content is an assessment too [A2].",
    repeats=True,
)

_CIN_PLANS = Group(
    "CINPlanDates",
    (
        Item(
            "CINPlanStartDate",
            "cin_plan_start_date",
            _DATE,
            meaning="The day on which the child in need plan began.",
            caution="In an earlier year where the plan was open on 1 April.",
        ),
        Item(
            "CINPlanEndDate",
            "cin_plan_end_date",
            _DATE,
            meaning="The day on which it ended.",
            caution="Also the day on which a child protection plan or care took its place.",
        ),
    ),
    table="cin_plans",
    record="cin_plan",
    meaning="Child in need plans of a referral, one at a time.",
    caution="No plans of leaving care or adoption support; LAs differ in what they record.",
    repeats=True,
    since=2022,
)

_SECTION47 = Group(
    "Section47",
    (
        Item(
            "S47ActualStartDate",
            "s47_start_date",
            _DATE,
            required=True,
            required_unless="date_of_initial_cpc",
            meaning="The day of the strategy discussion that began the enquiry.",
            caution="Before the year where the conference was in it.",
        ),
        Item(
            "InitialCPCtarget",
            "icpc_target_date",
            _DATE,
            meaning="The last day for the conference: 15 working days after the start.",
            caution="Optional, and in no figure: the wait is counted from the dates themselves.",
        ),
        Item(
            "DateOfInitialCPC",
            "date_of_initial_cpc",
            _DATE,
            meaning="The day of the initial child protection conference.",
            caution="Not of children who moved in on a plan: theirs stands in the referral.",
        ),
        Item(
            "ICPCnotRequired",
            "icpc_not_required",
            _FLAG,
            required=True,
            meaning="Whether the enquiry ended without need of a conference.",
            caution="False is also a conference that is still to come.",
        ),
    ),
    table="section47",
    record="section47",
    meaning="Section 47 enquiries of a referral, with their conference.",
    caution="LAs that begin an enquiry with every assessment should leave out those of which nothing came.",
    repeats=True,
)

_PLANS = Group(
    "ChildProtectionPlans",
    (
        Item(
            "CPPstartDate",
            "cpp_start_date",
            _DATE,
            required=True,
            meaning="The day on which the plan began: that of the conference.",
            caution="A plan taken over from another LA begins anew.",
        ),
        Item("CPPendDate", "cpp_end_date", _DATE, meaning="The day on which the plan ended."),
        Item(
            "InitialCategoryOfAbuse",
            "initial_category",
            _CODE,
            "CategoryOfAbuse",
            meaning="Category of abuse when the plan began.",
            caution="MUL is several in one plan, never several plans.",
        ),
        Item(
            "LatestCategoryOfAbuse",
            "latest_category",
            _CODE,
            "CategoryOfAbuse",
            meaning="Category of abuse as it was decided last; the initial one where it stayed.",
        ),
        Item(
            "NumberOfPreviousCPP",
            "number_of_previous_cpp",
            ValueType.COUNT,
            meaning="How many plans the child had before, the child protection register included.",
            caution="The guide for 2025-26 counts plans of this LA alone; elsewhere it is those of any LA.",
        ),
        Group(
            "Reviews",
            (
                Item(
                    "CPPreviewDate",
                    "cpp_review_date",
                    _DATE,
                    meaning="The day of a review conference.",
                    caution="Those of the year, and of a plan open on 1 April the last one before.",
                    table="reviews",
                    record="review",
                ),
            ),
            noted=True,
        ),
    ),
    table="plans",
    record="plan",
    meaning="Child protection plans of a referral.",
    repeats=True,
)

_PRE_PROCEEDINGS = Group(
    "PreProceedingsandFGDM",
    (
        Item(
            "PPStartDate",
            "pp_start_date",
            _DATE,
            meaning="The day of the legal planning meeting that decided to begin pre-proceedings.",
        ),
        Item("LBPSentDate", "lbp_sent_date", _DATE, meaning="The day on which the letter before proceedings was sent."),
        Item(
            "FGDMMeetingOffer",
            "fgdm_meeting_offer",
            _FLAG,
            meaning="Whether that letter offered a family group decision-making meeting.",
            caution="Missing counts as not offered.",
        ),
        Item(
            "FGDMMeetingFac",
            "fgdm_meeting_fac",
            _FLAG,
            meaning="Whether such a meeting was facilitated.",
            caution="Missing counts as not facilitated.",
        ),
        Item(
            "InitialPPMeetingDate",
            "initial_pp_meeting_date",
            _DATE,
            meaning="The day of the first effective pre-proceedings meeting.",
        ),
        Item(
            "ReviewMeetingsCount",
            "review_meetings_count",
            ValueType.COUNT,
            meaning="How many review meetings followed it.",
        ),
        Item("StepDecisionDate", "step_decision_date", _DATE, meaning="The day of the decision to step up or down."),
        Item(
            "PPOutcome",
            "pp_outcome",
            _CODE,
            "PPOutcome",
            meaning="How pre-proceedings ended (code set CS131).",
            caution="What the codes stand for was not found.",
        ),
        Item("CourtAppDate", "court_app_date", _DATE, meaning="The day of the application to the court."),
        Item(
            "LetterInitCPDate",
            "letter_init_cp_date",
            _DATE,
            meaning="The day on which the letter that begins care proceedings was sent.",
        ),
    ),
    table="pre_proceedings",
    record="pre_proceedings",
    meaning="Pre-proceedings of a referral, with family group decision-making (module 5).",
    caution="In no measure.",
    repeats=True,
    since=2027,
)

_REFERRALS = Group(
    "CINdetails",
    (
        Item(
            "CINreferralDate",
            "referral_date",
            _DATE,
            required=True,
            meaning="The day on which the child was referred to children's social care.",
            caution="May lie in any earlier year: cases open on 1 April are in the return. For a child "
            "who moved in on a plan, the day the LA was formally told.",
        ),
        Item(
            "ReferralSource",
            "referral_source",
            _CODE,
            "ReferralSource",
            meaning="Who referred the child.",
            caution="Of several referrals of a day the first. Not asked of referrals before 1 April 2013.",
        ),
        Item(
            "PrimaryNeedCode",
            "primary_need",
            _CODE,
            "PrimaryNeedCode",
            meaning="The main reason for which services began; of several the highest in the list.",
            caution="Not expected where no further action followed.",
        ),
        Item(
            "CINclosureDate",
            "closure_date",
            _DATE,
            meaning="The day on which the case was closed.",
            caution="A referral that led to no further action often has none: without a date is not open.",
        ),
        Item(
            "ReasonForClosure",
            "reason_for_closure",
            _CODE,
            "ReasonForClosure",
            meaning="Why the case was closed.",
            caution="RC8, and RC9 from 2022-23, are closed after an assessment: whether the referral is "
            "an episode of need hangs on what else is recorded under it [A2].",
        ),
        Item(
            "DateOfInitialCPC",
            "date_of_initial_cpc",
            _DATE,
            meaning="The day of the initial child protection conference of a child who moved in on a "
            "plan of another LA.",
            caution="The same element stands under Section47, for every other conference. ICPCs are "
            "counted over both [A31].",
        ),
        _ASSESSMENTS,
        _CIN_PLANS,
        _SECTION47,
        Item(
            "ReferralNFA",
            "referral_nfa",
            _FLAG,
            meaning="Whether the referral led to no further action after a first look.",
            caution="Not the same as closed after an assessment. Missing or unreadable counts as false [A7].",
        ),
        _PLANS,
        _PRE_PROCEEDINGS,
    ),
    table="referrals",
    record="referral",
    meaning="Referrals of a child, each with what followed from it.",
    caution="Those of the year, and earlier ones whose case was open in it: select by date.",
    repeats=True,
)

CHILDREN = Group(
    "Children",
    (
        Group(
            "Child",
            (
                _IDENTIFIERS,
                _CHARACTERISTICS,
                _REFERRALS,
            ),
            table="children",
            record="child",
            meaning="Children referred in the year, or whose case was open in it.",
            caution="A child may be there twice: measures go by the first record with the same LAchildID [A9].",
            repeats=True,
        ),
    ),
)

MESSAGE = Group("Message", (HEADER, CHILDREN))


@cache
def message(year: int) -> Group:
    """The tree of elements a return of the collection year `year` may hold."""
    return _in_year(MESSAGE, year)


@cache
def tables(year: int) -> dict[str, Table]:
    """The linked tables of every collection year, with the items they hold in `year`, parents before children.

    A table whose group is not collected in `year` is there without items, so that every year has the same tables."""
    found = {table.name: table for table in _tables(_in_year(CHILDREN, year), parent="")}
    return {name: found.get(name, replace(table, items=())) for name, table in TABLES.items()}


@cache
def elements(year: int) -> frozenset[str]:
    """The name of every element a return of `year` may hold."""
    return frozenset(_names(message(year)))


def years_of_element(element: str) -> str:
    """The collection years whose returns may hold an element, such as `2013-14 to 2023-24`; empty where all or none
    do."""
    having = [year for year in years.COLLECTION_YEARS if element in elements(year.ending)]
    if not having or len(having) == len(years.COLLECTION_YEARS):
        return ""
    first, last = having[0], having[-1]
    return f"from {first.short}" if last.ending == years.LAST_YEAR else f"{first.short} to {last.short}"


def years_in_words(item: Item) -> str:
    """The collection years that ask for an item, where these are not all, with a space before."""
    words = years.years_in_words(item.since, item.until)
    return words and f" {words}"


def _tables(group: Group, parent: str) -> Iterator[Table]:
    if group.table:
        members = list(_within_record(group))
        yield Table(
            name=group.table,
            record=group.record,
            element=group.element,
            parent=parent,
            items=tuple(_with_years_of(group, m) for m in members if isinstance(m, Item) and not m.table),
            meaning=group.meaning,
            caution=group.caution,
            required_groups=tuple(m.element for m in members if isinstance(m, Group) and m.required),
            noted_groups=tuple(m.element for m in members if isinstance(m, Group) and m.noted),
        )
        parent = group.table
    for member in group.members:
        if isinstance(member, Group):
            yield from _tables(member, parent)
        elif member.table:
            yield Table(
                name=member.table,
                record=member.record,
                element=member.element,
                parent=parent,
                items=(member,),
                lists_codes=member.type is ValueType.CODE,
            )


def _with_years_of(group: Group, item: Item) -> Item:
    """An item of a table, with the years of the group that makes the table where it has none of its own."""
    return replace(item, since=item.since or group.since, until=item.until or group.until)


def _names(part: Group | Item) -> Iterator[str]:
    yield part.element
    if isinstance(part, Group):
        for member in part.members:
            yield from _names(member)


def _within_record(group: Group) -> Iterator[Item | Group]:
    for member in group.members:
        if isinstance(member, Item):
            yield member
        elif not member.table:
            yield member
            yield from _within_record(member)


def _in_year(group: Group, year: int) -> Group:
    members = tuple(
        _in_year(member, year) if isinstance(member, Group) else member
        for member in group.members
        if (member.since or year) <= year <= (member.until or year)
    )
    return replace(group, members=members)


# Every linked table, parents before children, with the items of all years.
TABLES: dict[str, Table] = {table.name: table for table in _tables(CHILDREN, parent="")}
RECORD_NUMBER = {name: table.number for name, table in TABLES.items()}
