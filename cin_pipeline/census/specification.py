"""Every data item of the children in need census, declared once, by collection year.

The schema that a file is checked against, the linked tables it is read into, the types its values are given, the
table schemas and the synthetic returns all derive from `MESSAGE`. Source: the census guide for 2016-17 and the
comparison of the schemas of 2017 to 2026.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache


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
    required: bool = False  # reported when missing
    required_unless: str = ""  # column of the same record that makes up for a missing value
    table: str = ""  # set on a repeating item, which makes a table of its own
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Group:
    """An XML element that holds others. One with a table makes a record of it each time it occurs."""

    element: str
    members: tuple["Item | Group", ...]
    table: str = ""
    repeats: bool = False
    required: bool = False
    noted: bool = False  # whether it is there matters even when it holds nothing
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Table:
    """One of the linked tables a return is read into."""

    name: str
    element: str  # the XML element that makes a record
    parent: str  # the table of the records it belongs to; empty for children
    items: tuple[Item, ...]
    required_groups: tuple[str, ...] = ()  # single groups inside the record that are reported when absent
    noted_groups: tuple[str, ...] = ()  # single groups inside the record that may be absent, or there without content

    @property
    def number(self) -> str:
        """Name of the record number: from 1, in the order of the file."""
        return RECORD_NUMBER[self.name]


# What a record of each table is called; its number is the index of the table and the link from its child tables.
RECORD_NUMBER = {
    "children": "child_number",
    "disabilities": "disability_number",
    "referrals": "referral_number",
    "assessments": "assessment_number",
    "assessment_factors": "factor_number",
    "cin_plans": "cin_plan_number",
    "section47": "section47_number",
    "plans": "plan_number",
    "reviews": "review_number",
}

_DATE, _CODE, _FLAG = ValueType.DATE, ValueType.CODE, ValueType.FLAG

HEADER = Group(
    "Header",
    (
        Group(
            "CollectionDetails",
            (
                Item("Collection", "collection"),
                Item("Year", "year"),
                Item("ReferenceDate", "reference_date"),
            ),
        ),
        Group(
            "Source",
            (
                Item("SourceLevel", "source_level"),
                Item("LEA", "la_code"),
                Item("SoftwareCode", "software_code"),
                Item("Release", "release"),
                Item("SerialNo", "serial_number"),
                Item("DateTime", "date_time"),
            ),
            repeats=True,
        ),
        # Written by some suppliers up to 2020-21, in no schema; it says nothing and is not kept.
        Group("Content", (Group("CBDSLevels", (Item("CBDSLevel", "", table="-"),)),)),
    ),
)

CHILDREN = Group(
    "Children",
    (
        Group(
            "Child",
            (
                Group(
                    "ChildIdentifiers",
                    (
                        Item("LAchildID", "la_child_id", required=True),
                        Item("UPN", "upn", ValueType.UPN),
                        Item("FormerUPN", "former_upn", ValueType.UPN),
                        Item("UPNunknown", "upn_unknown", _CODE, "UPNunknown"),
                        Item("PersonBirthDate", "birth_date", _DATE),
                        Item("ExpectedPersonBirthDate", "expected_birth_date", _DATE),
                        Item("GenderCurrent", "gender", _CODE, "GenderCurrent", until=2024),
                        Item("Sex", "gender", _CODE, "Sex", since=2025),
                        Item("PersonDeathDate", "death_date", _DATE),
                    ),
                    required=True,
                ),
                Group(
                    "ChildCharacteristics",
                    (
                        Item("Ethnicity", "ethnicity", _CODE, "Ethnicity"),
                        Group(
                            "Disabilities",
                            (Item("Disability", "disability", _CODE, "Disability", table="disabilities"),),
                        ),
                    ),
                    required=True,
                ),
                Group(
                    "CINdetails",
                    (
                        Item("CINreferralDate", "referral_date", _DATE, required=True),
                        Item("ReferralSource", "referral_source", _CODE, "ReferralSource"),
                        Item("PrimaryNeedCode", "primary_need", _CODE, "PrimaryNeedCode"),
                        Item("CINclosureDate", "closure_date", _DATE),
                        Item("ReasonForClosure", "reason_for_closure", _CODE, "ReasonForClosure"),
                        Item("DateOfInitialCPC", "date_of_initial_cpc", _DATE),
                        Group(
                            "Assessments",
                            (
                                Item("AssessmentActualStartDate", "assessment_start_date", _DATE, required=True),
                                Item("AssessmentInternalReviewDate", "assessment_internal_review_date", _DATE),
                                Item("AssessmentAuthorisationDate", "assessment_authorisation_date", _DATE),
                                Group(
                                    "FactorsIdentifiedAtAssessment",
                                    (
                                        Item(
                                            "AssessmentFactors",
                                            "factor",
                                            _CODE,
                                            "AssessmentFactors",
                                            table="assessment_factors",
                                        ),
                                    ),
                                ),
                            ),
                            table="assessments",
                            repeats=True,
                        ),
                        Group(
                            "CINPlanDates",
                            (
                                Item("CINPlanStartDate", "cin_plan_start_date", _DATE),
                                Item("CINPlanEndDate", "cin_plan_end_date", _DATE),
                            ),
                            table="cin_plans",
                            repeats=True,
                            since=2022,
                        ),
                        Group(
                            "Section47",
                            (
                                Item(
                                    "S47ActualStartDate",
                                    "s47_start_date",
                                    _DATE,
                                    required=True,
                                    required_unless="date_of_initial_cpc",
                                ),
                                Item("InitialCPCtarget", "icpc_target_date", _DATE),
                                Item("DateOfInitialCPC", "date_of_initial_cpc", _DATE),
                                Item("ICPCnotRequired", "icpc_not_required", _FLAG, required=True),
                            ),
                            table="section47",
                            repeats=True,
                        ),
                        Item("ReferralNFA", "referral_nfa", _FLAG),
                        Group(
                            "ChildProtectionPlans",
                            (
                                Item("CPPstartDate", "cpp_start_date", _DATE, required=True),
                                Item("CPPendDate", "cpp_end_date", _DATE),
                                Item("InitialCategoryOfAbuse", "initial_category", _CODE, "CategoryOfAbuse"),
                                Item("LatestCategoryOfAbuse", "latest_category", _CODE, "CategoryOfAbuse"),
                                Item("NumberOfPreviousCPP", "number_of_previous_cpp", ValueType.COUNT),
                                Group(
                                    "Reviews",
                                    (Item("CPPreviewDate", "cpp_review_date", _DATE, table="reviews"),),
                                    noted=True,
                                ),
                            ),
                            table="plans",
                            repeats=True,
                        ),
                    ),
                    table="referrals",
                    repeats=True,
                ),
            ),
            table="children",
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
    every = {table.name: replace(table, items=()) for table in _tables(CHILDREN, parent="")}
    return {name: found.get(name, every[name]) for name in RECORD_NUMBER}


def _tables(group: Group, parent: str) -> Iterator[Table]:
    if group.table:
        members = list(_within_record(group))
        yield Table(
            name=group.table,
            element=group.element,
            parent=parent,
            items=tuple(m for m in members if isinstance(m, Item) and not m.table),
            required_groups=tuple(m.element for m in members if isinstance(m, Group) and m.required),
            noted_groups=tuple(m.element for m in members if isinstance(m, Group) and m.noted),
        )
        parent = group.table
    for member in group.members:
        if isinstance(member, Group):
            yield from _tables(member, parent)
        elif member.table:
            yield Table(name=member.table, element=member.element, parent=parent, items=(member,))


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
