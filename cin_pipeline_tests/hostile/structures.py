"""Elements where none belong: unknown, of other years, out of order, repeated, wrongly nested; and nesting itself."""

from cin_pipeline.census.specification import CHILDREN as CHILDREN_GROUP
from cin_pipeline.census.specification import Group
from cin_pipeline_tests.hostile.declaring import (
    ASSESSMENT,
    ENQUIRY,
    GOOD,
    Kind,
    accepted,
    child,
    good,
    growing,
    header,
    kind,
    message,
    referral,
    refused,
)
from cin_pipeline_tests.hostile.declaring import children as many
from cin_pipeline_tests.support.building import return_xml, valid_children

OF_2021, OF_2025, OF_2026 = (return_xml(valid_children(), year).decode() for year in (2021, 2025, 2026))
CHILDREN = GOOD[GOOD.index("<Children>") : GOOD.index("</Children>") + 12]
FIRST = GOOD[GOOD.index("<Child>") : GOOD.index("</Child>") + 9]
GENDER = "<GenderCurrent>1</GenderCurrent>"


def _swapped(text: str, one: str, other: str) -> str:
    """The items in each other's place, wherever one follows on the other."""
    return text.replace(one, "\0").replace(other, one).replace("\0", other)


def _lower(text: str) -> str:
    names = [member.element for member in _every(CHILDREN_GROUP)]
    for name in names:
        text = text.replace(f"<{name}>", f"<{name.lower()}>").replace(f"</{name}>", f"</{name.lower()}>")
    return text


def _every(group: Group) -> list[Group]:
    inner = [member for member in group.members if isinstance(member, Group)]
    return [group, *(each for member in inner for each in _every(member))]


ELEMENTS: tuple[Kind, ...] = (
    kind("an unknown item", good("<Ethnicity>", "<Colour/><Ethnicity>", 1), refused("Colour")),
    kind("an unknown group", good("<CINdetails>", "<Pets><Pet>cat</Pet></Pets><CINdetails>", 1), refused("Pets")),
    kind("an unknown item in the root", good("<Children>", "<Notes/><Children>"), refused("Notes")),
    kind("a misspelt item", good("Ethnicity>", "Ethnicty>"), refused("Ethnicty")),
    kind("an item in other capitals", good("LAchildID>", "LAChildID>"), refused("LAChildID")),
    kind("all groups in lower case", _lower(GOOD), refused("children")),
    kind(
        "items out of order",
        good(f"{GENDER}\n", "", text=good("<LAchildID>", f"{GENDER}<LAchildID>")),
        refused(""),
    ),
    kind(
        "groups out of order", good("<ReferralNFA>", "<ChildProtectionPlans/><ReferralNFA>", 1), refused("ReferralNFA")
    ),
    kind(
        "closure after the assessments",
        good(
            "<CINclosureDate>2016-12-01</CINclosureDate>\n",
            "",
            1,
            good("<ReferralNFA>", "<CINclosureDate>2016-12-01</CINclosureDate><ReferralNFA>", 1),
        ),
        refused("CINclosureDate"),
    ),
    kind("an item twice", good(GENDER, GENDER * 2), refused("GenderCurrent")),
    kind(
        "a group twice",
        good("<ChildCharacteristics>", "<ChildCharacteristics/><ChildCharacteristics>", 1),
        refused("ChildCharacteristics"),
    ),
    kind(
        "Disabilities once for each",
        good("</Disability>\n<Disability>", "</Disability></Disabilities><Disabilities><Disability>"),
        refused("Disabilities"),
    ),
    kind(
        "Disability without its group",
        GOOD.replace("<Disabilities>\n", "").replace("</Disabilities>\n", ""),
        refused("Disability"),
    ),
    kind(
        "reviews without their group",
        GOOD.replace("<Reviews>\n", "").replace("</Reviews>\n", ""),
        refused("CPPreviewDate"),
    ),
    kind(
        "a plan beside the referral",
        good("</CINdetails>", "</CINdetails><ChildProtectionPlans/>", 1),
        refused("ChildProtectionPlans"),
    ),
    kind(
        "identifiers after the referrals",
        good("</CINdetails>\n</Child>", "</CINdetails><ChildIdentifiers/></Child>", 1),
        refused("ChildIdentifiers"),
    ),
    kind("a child in a child", good("<CINdetails>", f"{FIRST}<CINdetails>", 1), refused("Child")),
    kind("a child in a referral", good("<ReferralNFA>", "<Child/><ReferralNFA>", 1), refused("Child")),
    kind("a referral in a referral", good("<ReferralNFA>", "<CINdetails/><ReferralNFA>", 1), refused("CINdetails")),
    kind("a child outside Children", good("</Children>", f"</Children>{FIRST}"), refused("Child")),
    kind("a child in the root alone", GOOD.replace("<Children>\n", "").replace("</Children>\n", ""), refused("Child")),
    kind("Children twice", good(CHILDREN, CHILDREN * 2), refused("Children")),
    kind("a record of a table in the header", good("</Header>", "<Child/></Header>"), refused("Child")),
    kind("text between elements", good("<CINdetails>", "none<CINdetails>", 1), refused("text")),
    kind("text at the end of a child", good("</Child>", "x</Child>", 1), refused("text")),
    kind("a date between elements", good("<Section47>", "2016-05-10<Section47>", 1), refused("text")),
    kind("an element in a value", good(">2016-05-10<", "><b>2016-05-10</b><", 1), refused("")),
    kind("an item in an item", good("<UPN>", "<UPN><FormerUPN/>", 1), refused("")),
    kind("a record in an item", good("<ReferralSource>", "<ReferralSource><Assessments/>", 1), refused("")),
    kind(
        "gender in 2024-25",
        OF_2025.replace("<Sex>", "<GenderCurrent>").replace("</Sex>", "</GenderCurrent>"),
        refused("GenderCurrent: 2013-14 to 2023-24; 2024-25 has Sex"),
    ),
    kind(
        "sex in 2016-17",
        GOOD.replace("GenderCurrent>", "Sex>"),
        refused("Sex: from 2024-25; 2016-17 has GenderCurrent"),
    ),
    kind(
        "child in need plans in 2020-21",
        OF_2021.replace("<Section47>", "<CINPlanDates/><Section47>"),
        refused("CINPlanDates: from 2021-22; 2020-21 does not ask for it"),
    ),
    kind(
        "pre-proceedings in 2025-26",
        OF_2026.replace("</CINdetails>", "<PreProceedingsandFGDM/></CINdetails>"),
        refused("PreProceedingsandFGDM: from 2026-27"),
    ),
    kind("no Children", good(CHILDREN, ""), accepted(3, says="no child")),
    kind("an empty Children", message(""), accepted(3, says="no child")),
    kind("children without content", message("<Child/>\n" * 3), accepted(3)),
    kind(
        "elements that close themselves",
        message("<Child><ChildIdentifiers/><ChildCharacteristics/><CINdetails/></Child>"),
        accepted(3),
    ),
    kind(
        "groups without content",
        GOOD.replace("<Assessments>", "<Assessments/><Assessments>").replace("<Section47>", "<Section47/><Section47>"),
        accepted(3),
    ),
    kind(
        "many faults of three kinds",
        good(
            "<Disability>",
            "</Disabilities><Disabilities><Disability>",
            text=_swapped(
                good(GENDER + "\n", "", text=good("</ChildIdentifiers>", f"{GENDER}</ChildIdentifiers>")),
                "<ReferralSource>1A</ReferralSource>",
                "<PrimaryNeedCode>N1</PrimaryNeedCode>",
            ),
        ),
        refused(""),
    ),
)

MANY: tuple[Kind, ...] = (
    growing("unknown elements", lambda n: message("<x/>" * n), refused("x"), 1_000, 400_000),
    growing(
        "unknown elements in children",
        lambda n: message(many(n)).replace("<CINdetails>", "<Pets/><CINdetails>"),
        refused("Pets"),
        50,
        20_000,
    ),
    growing(
        "unknown elements of different names",
        lambda n: message("".join(f"<x{i}/>" for i in range(n))),
        refused("x0"),
        1_000,
        300_000,
    ),
    growing(
        "an item of another year in children",
        lambda n: message(many(n)).replace("GenderCurrent>", "Sex>"),
        refused("2016-17 has GenderCurrent"),
        50,
        25_000,
    ),
    growing(
        "items out of order in children",
        lambda n: _swapped(
            message(many(n)), "<ReferralSource>1A</ReferralSource>", "<PrimaryNeedCode>N1</PrimaryNeedCode>"
        ),
        refused("ReferralSource"),
        50,
        20_000,
    ),
    growing(
        "an item repeated",
        lambda n: message(many(1)).replace("<ReferralNFA>", "<PrimaryNeedCode/>" * n + "<ReferralNFA>"),
        refused("PrimaryNeedCode"),
        1_000,
        400_000,
    ),
    growing(
        "text between children", lambda n: message(many(n)).replace("<Child>", "x<Child>"), refused("text"), 50, 20_000
    ),
    growing("text between small children", lambda n: message("x<Child/>" * n), refused("text"), 1_000, 800_000),
    growing(
        "groups one after another",
        lambda n: message(child("C1", f"<CINdetails>{'<ReferralNFA/><Assessments/>' * n}</CINdetails>")),
        refused("Assessments"),
        500,
        300_000,
    ),
    growing("children in children", lambda n: message("<Child>" * n + "</Child>" * n), refused(""), 100, 200_000),
    growing("unknown elements in each other", lambda n: message("<x>" * n + "</x>" * n), refused(""), 200, 1_000_000),
    growing(
        "elements in a value in each other",
        lambda n: message(many(1)).replace(">C1<", ">" + "<b>" * n + "</b>" * n + "<"),
        refused(""),
        200,
        1_000_000,
    ),
    growing("nested just so deep", lambda n: message("<x>" * 240 + "</x>" * 240) + " " * n, refused("x"), 10, 100),
    growing("roots in each other", lambda n: "<Message>" * n, refused(""), 200, 900_000),
    growing("a name of great length", lambda n: message(f"<{'x' * n}/>"), refused(""), 5_000, 4_500_000),
    growing("names of great length", lambda n: message(f"<{'x' * 40_000}/>" * n), refused(""), 2, 200),
    growing("headers", lambda n: message(many(1), header() * n), refused("Header"), 100, 40_000),
    growing("Children", lambda n: message("</Children><Children>" * n), refused("Children"), 100, 400_000),
    growing("end tags alone", lambda n: message("</x>" * n), refused("end tag"), 100, 2_000_000),
    growing(
        "groups that hold nothing",
        lambda n: message(child("C1", referral(assessments="<Assessments/>" * n))),
        accepted(),
        500,
        500_000,
    ),
    growing(
        "all faults at once",
        lambda n: message(
            (child("C1", referral(ENQUIRY, ASSESSMENT)) + "y").replace("<Disability>", "<Colour/><Disability>") * n
        ),
        refused(""),
        20,
        12_000,
    ),
)
KINDS = (*ELEMENTS, *MANY)
