"""Reading a file into linked tables, and every way a file can be no return."""

import codecs
from pathlib import Path

import pytest

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.header import Identity, identify
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.specification import RECORD_NUMBER, message, tables

HEADER = """\
  <Header>
    <CollectionDetails><Collection>CIN</Collection><Year>2017</Year><ReferenceDate>2017-03-31</ReferenceDate></CollectionDetails>
    <Source><SourceLevel>L</SourceLevel><LEA>201</LEA><SoftwareCode>x</SoftwareCode></Source>
    <Content><CBDSLevels><CBDSLevel>Child</CBDSLevel></CBDSLevels></Content>
  </Header>
"""
CHILDREN = """\
  <Children>
    <Child>
      <ChildIdentifiers><LAchildID>C1</LAchildID><GenderCurrent>1</GenderCurrent></ChildIdentifiers>
      <ChildCharacteristics><Ethnicity>WBRI</Ethnicity><Disabilities><Disability>LD</Disability>
        <Disability>AUT</Disability></Disabilities></ChildCharacteristics>
      <CINdetails>
        <CINreferralDate>2016-05-01</CINreferralDate>
        <DateOfInitialCPC>2016-05-02</DateOfInitialCPC>
        <Assessments/>
        <Section47><DateOfInitialCPC>2016-06-03</DateOfInitialCPC></Section47>
        <Section47/>
        <ReferralNFA>0</ReferralNFA>
        <ChildProtectionPlans><CPPstartDate>2016-06-03</CPPstartDate>
          <Reviews><CPPreviewDate>2016-08-01</CPPreviewDate><CPPreviewDate> 2016-12-01 </CPPreviewDate></Reviews>
        </ChildProtectionPlans>
      </CINdetails>
      <CINdetails/>
    </Child>
    <!-- a comment with <Child> in it -->
    <Child><CINdetails><CINreferralDate><![CDATA[2016-07-01]]></CINreferralDate></CINdetails></Child>
  </Children>
"""


def whole(
    children: str = CHILDREN, header: str = HEADER, start: str = '<?xml version="1.0"?>\n', root: str = ""
) -> str:
    return f"{start}<Message{root}>\n{header}{children}</Message>\n"


def test_records_are_linked_and_keep_their_lines() -> None:
    found = read_return(whole().encode(), 2017).tables
    assert found.row_counts() == {
        "children": 2,
        "disabilities": 2,
        "referrals": 3,
        "assessments": 1,
        "assessment_factors": 0,
        "cin_plans": 0,
        "section47": 2,
        "plans": 1,
        "reviews": 2,
        "pre_proceedings": 0,
    }
    assert list(found.referrals["child_number"]) == [1, 1, 2]
    assert list(found.section47["referral_number"]) == [1, 1]
    assert list(found.reviews["cpp_review_date"]) == ["2016-08-01", " 2016-12-01 "]  # as sent
    text = whole().splitlines()
    for name, table in found.items():
        element = tables(2017)[name].element
        assert all(f"<{element}" in text[line - 1] for line in table["line"]), name


def test_the_same_element_name_at_two_levels_is_two_items() -> None:
    found = read_return(whole().encode(), 2017).tables
    assert found.referrals["date_of_initial_cpc"].dropna().to_dict() == {1: "2016-05-02"}
    assert found.section47["date_of_initial_cpc"].dropna().to_dict() == {1: "2016-06-03"}


def test_lines_are_right_beyond_65535() -> None:
    """The parser's own line numbers are not."""
    children = "".join("<Child>\n\n\n<CINdetails>\n</CINdetails><!-- \n --></Child>\n" for _ in range(15_000))
    text = whole(f"<Children>{children}</Children>\n")
    found = read_return(text.encode(), 2017).tables
    lines = text.splitlines()
    assert len(lines) > 70_000
    assert all("<CINdetails" in lines[line - 1] for line in found.referrals["line"])


@pytest.mark.parametrize(
    "data",
    [
        whole().encode(),
        codecs.BOM_UTF8 + whole().encode(),
        whole(start="").encode(),
        whole(start='<?xml version="1.0" encoding="UTF-8"?>').encode(),
        whole(start='<?xml version="1.0" encoding="us-ascii"?>').encode("ascii"),
        whole(start='<?xml version="1.0" encoding="ISO-8859-1"?>').replace("C1", "Cé1").encode("latin-1"),
        whole(start="<?xml version='1.0' encoding='windows-1252'?>").replace("C1", "C€1").encode("cp1252"),
        whole(start='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
        codecs.BOM_UTF16_BE + whole(start="").encode("utf-16-be"),
        whole(
            root=' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x.xsd"'
        ).encode(),
        whole(
            CHILDREN.replace("<ReferralNFA>", '<ReferralNFA xsi:nil="true" xsi:type="xs:boolean">').replace(
                ">0<", "><"
            ),
            root=' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
        ).encode(),
        whole().replace("\n", "\r\n").encode(),
        whole().replace("\n", " ").encode(),
    ],
)
def test_forms_a_real_return_may_have(data: bytes) -> None:
    assert identify(data) == Identity("201", 2017)
    found = read_return(data, 2017).tables
    assert len(found.children) == 2
    assert found.children["la_child_id"].iloc[0] in ("C1", "Cé1", "C€1")


@pytest.mark.parametrize("children", ["", "<Children/>", "<Children><Child/></Children>"])
def test_missing_groups_are_missing_values(children: str) -> None:
    assert len(read_return(whole(children).encode(), 2017).tables.children) == children.count("<Child/>")


BAD = {
    "empty": (b"", "empty"),
    "white space": (b" \n ", "empty"),
    "truncated": (whole().encode()[:900], "not well-formed"),
    "two roots": ((whole() + "<Message/>").encode(), "not well-formed"),
    "a NUL": (whole().replace("C1", "C\0").encode(), "not well-formed"),
    "wrong root": (whole().replace("Message", "Massage").encode(), "root element is Massage"),
    "a DOCTYPE": (whole(start="<!DOCTYPE Message>").encode(), "DOCTYPE"),
    "a DOCTYPE after a comment": (whole(start="<!-- x --><!DOCTYPE Message [<!ENTITY a 'b'>]>").encode(), "DOCTYPE"),
    "a DOCTYPE in UTF-16": (whole(start="<!DOCTYPE Message>").encode("utf-16"), "DOCTYPE"),
    "an entity": (whole().replace("C1", "&unknown;").encode(), "entity"),
    "another encoding than declared": (whole().replace("C1", "é").encode("latin-1"), "encoding"),
    "an encoding not taken": (whole(start='<?xml version="1.0" encoding="EBCDIC-CP-GB"?>').encode(), "encoding"),
    "a mark and another declaration": (
        codecs.BOM_UTF8 + whole(start='<?xml version="1.0" encoding="UTF-16"?>').encode(),
        "byte order mark",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_return_is_rejected_with_a_sentence(case: str) -> None:
    data, said = BAD[case]
    with pytest.raises(ReturnRejected, match=said):
        read_return(data, 2017)


STRUCTURE = {
    "unknown element": ("<ReferralNFA>0</ReferralNFA>", "<ReferralNFA>0</ReferralNFA><Colour/>", "Colour"),
    "wrong order": ("<Ethnicity>WBRI</Ethnicity>", "<Ethnicity/><GenderCurrent/>", "GenderCurrent"),
    "a single element twice": ("<ReferralNFA>0</ReferralNFA>", "<ReferralNFA/><ReferralNFA/>", "ReferralNFA"),
    "wrong nesting": ("<Assessments/>", "<Assessments><Section47/></Assessments>", "Section47"),
    "an item of another year": ("<Assessments/>", "<Assessments/><CINPlanDates/>", "CINPlanDates"),
    "text between elements": ("<Assessments/>", "stray<Assessments/>", "text stands between"),
    "elements in a value": (
        ">2016-05-01<",
        "><b>2016-05-01</b><",
        "element b stands in CINreferralDate, where only a value",
    ),
    "reviews outside their group": ("<Reviews>", "<CPPreviews/><Reviews>", "CPPreviews"),
}


@pytest.mark.parametrize("case", STRUCTURE)
def test_a_structural_fault_names_line_and_path(case: str) -> None:
    old, new, said = STRUCTURE[case]
    text = whole(CHILDREN.replace(old, new))
    with pytest.raises(ReturnRejected, match=said) as rejected:
        read_return(text.encode(), 2017)
    assert rejected.value.path
    assert rejected.value.path.startswith("/Message/Children/Child")
    assert rejected.value.line == next(n for n, line in enumerate(text.splitlines(), 1) if new in line)


# An element and the first collection year without it, in a return of that year; what the message says of it.
OF_OTHER_YEARS = {
    "module 5 in 2025-26": (
        2026,
        "PreProceedingsandFGDM",
        "PreProceedingsandFGDM: from 2026-27 (provisional); 2025-26 does not ask for it; ",
    ),
    "an item of it alone": (
        2026,
        "PPStartDate",
        "PPStartDate: from 2026-27 (provisional); 2025-26 does not ask for it; ",
    ),
    "a plan too early": (2021, "CINPlanDates", "CINPlanDates: from 2021-22; 2020-21 does not ask for it; "),
    "gender in 2024-25": (2025, "GenderCurrent", "GenderCurrent: 2013-14 to 2023-24; 2024-25 has Sex; "),
    "sex too early": (2024, "Sex", "Sex: from 2024-25; 2023-24 has GenderCurrent; "),
    "of no year": (2027, "Colour", "element Colour is unknown in 2026 to 2027; expected here: CINreferralDate, "),
    "of this year, in the wrong place": (2027, "UPN", "element UPN does not belong in CINdetails; "),
}


@pytest.mark.parametrize("case", OF_OTHER_YEARS)
def test_an_element_of_other_years_is_refused_with_the_years_that_have_it(case: str) -> None:
    year, element, said = OF_OTHER_YEARS[case]
    text = whole(f"<Children>\n<Child><CINdetails>\n<{element}/>\n</CINdetails></Child></Children>")
    with pytest.raises(ReturnRejected) as rejected:
        read_return(text.encode(), year)
    assert said in rejected.value.reason
    assert text.splitlines()[(rejected.value.line or 0) - 1] == f"<{element}/>"


MODULE_5 = """\
<Children><Child><ChildIdentifiers><LAchildID>C1</LAchildID></ChildIdentifiers>
<CINdetails><CINreferralDate>2026-05-01</CINreferralDate>
<ChildProtectionPlans/>
<PreProceedingsandFGDM><PPStartDate>2026-06-01</PPStartDate><FGDMMeetingOffer>1</FGDMMeetingOffer>
<ReviewMeetingsCount>2</ReviewMeetingsCount><PPOutcome>B</PPOutcome></PreProceedingsandFGDM>
<PreProceedingsandFGDM/>
</CINdetails>
<CINdetails>
<PreProceedingsandFGDM><CourtAppDate>2026-09-28</CourtAppDate></PreProceedingsandFGDM>
</CINdetails></Child></Children>
"""


def test_pre_proceedings_are_linked_to_their_referral_and_keep_their_lines() -> None:
    found = read_return(whole(MODULE_5).encode(), 2027).tables.pre_proceedings
    assert found["referral_number"].tolist() == [1, 1, 2]
    lines = whole(MODULE_5).splitlines()
    assert [lines[line - 1][:31] for line in found["line"]] == [
        "<PreProceedingsandFGDM><PPStart", "<PreProceedingsandFGDM/>", "<PreProceedingsandFGDM><CourtAp",
    ]  # fmt: skip
    assert found["pp_start_date"].tolist()[0] == "2026-06-01"
    assert found["court_app_date"].notna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<ChildProtectionPlans/>\n", "<PreProceedingsandFGDM/>\n<ChildProtectionPlans/>\n", "Plans is out of order"),
        ("<PPStartDate>", "<LBPSentDate/><PPStartDate>", "PPStartDate is out of order"),
        ("<ReviewMeetingsCount>", "<FGDMMeetingOffer/><ReviewMeetingsCount>", "FGDMMeetingOffer is repeated"),
    ],
    ids=["group before the plans", "items out of order", "an item twice"],
)
def test_the_order_of_pre_proceedings_is_that_of_the_specification(old: str, new: str, said: str) -> None:
    with pytest.raises(ReturnRejected, match=said):
        read_return(whole(MODULE_5.replace(old, new, 1)).encode(), 2027)


def test_a_rejection_never_repeats_a_value() -> None:
    text = whole(CHILDREN.replace("<ReferralNFA>0", "<Secret>1999-12-31</Secret><ReferralNFA>0"))
    with pytest.raises(ReturnRejected) as rejected:
        read_return(text.encode(), 2017)
    assert "1999" not in str(rejected.value)


def test_an_oversize_file_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(ReturnRejected, match="at most 100 bytes"):
        read_return(whole().encode(), 2017, max_bytes=100)


def test_entities_are_never_expanded_or_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("C99")
    start = f'<!DOCTYPE Message [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    with pytest.raises(ReturnRejected, match="DOCTYPE"):
        read_return(whole(CHILDREN.replace("C1", "&x;"), start=start).encode(), 2017)


IDENTITIES = {
    "no header": (whole(header="").encode(), "header is missing"),
    "no LEA": (whole(header=HEADER.replace("<LEA>201</LEA>", "")).encode(), "names no authority"),
    "unknown LA": (whole(header=HEADER.replace(">201<", ">999<")).encode(), "999 is no authority of 2016 to 2017"),
    "an LA of another time": (whole(header=HEADER.replace(">201<", ">838<")).encode(), "838 is no authority"),
    "an LA with a name for a code": (
        whole(header=HEADER.replace(">201<", ">City of London<")).encode(),
        "the LEA is no",
    ),
    "no year at all": (
        whole(header=HEADER.replace("<Year>2017</Year><ReferenceDate>2017-03-31</ReferenceDate>", "")).encode(),
        "which collection year",
    ),
    "a year in words": (whole(header=HEADER.replace(">2017<", ">this year<")).encode(), "which collection year"),
    "years that do not follow": (whole(header=HEADER.replace(">2017<", ">2015-17<")).encode(), "which collection year"),
    **{
        f"Year {year}": (
            whole(header=HEADER.replace(">2017<", f">{year}<")).encode(),
            f"Year {year}: the year it ends, 2017, was expected",
        )
        for year in ("2016-17", "2016/17", "2016 to 2017", "2016-2017", "2016–17", "16/17", "2016 - 17")
    },
    "Year at the end of a century": (whole(header=HEADER.replace(">2017<", ">1999-00<")).encode(), "it ends, 2000,"),
    "wrong root": (b"<Children/>", "root element is Children"),
    "ends in the header": (whole().encode()[:200], "not well-formed"),
    "an empty Message": (b"<Message/>", "header is missing"),
}


@pytest.mark.parametrize("case", IDENTITIES)
def test_a_file_without_identity_is_rejected(case: str) -> None:
    data, said = IDENTITIES[case]
    with pytest.raises(ReturnRejected, match=said):
        identify(data)


def test_identity_comes_from_the_header_alone() -> None:
    assert identify(whole(header=HEADER.replace("<Year>2017</Year>", "")).encode()) == Identity("201", 2017)
    assert identify(whole(header=HEADER.replace(">2017<", "> 2017\n<")).encode()) == Identity("201", 2017)
    assert identify(whole().encode()[:700] + b"<broken") == Identity("201", 2017)
    twice = HEADER.replace("</Source>", "</Source><Source><LEA>202</LEA></Source>")
    with pytest.raises(ReturnRejected, match="more than one authority"):
        identify(whole(header=twice).encode())


def test_every_year_has_the_same_tables_with_the_items_of_its_time() -> None:
    assert list(tables(2017)) == list(tables(2027)) == list(RECORD_NUMBER)
    assert tables(2026)["pre_proceedings"].items == ()
    assert [item.element for item in tables(2027)["pre_proceedings"].items] == [
        "PPStartDate", "LBPSentDate", "FGDMMeetingOffer", "FGDMMeetingFac", "InitialPPMeetingDate",
        "ReviewMeetingsCount", "StepDecisionDate", "PPOutcome", "CourtAppDate", "LetterInitCPDate",
    ]  # fmt: skip
    assert tables(2021)["cin_plans"].items == ()
    assert [item.column for item in tables(2022)["cin_plans"].items] == ["cin_plan_start_date", "cin_plan_end_date"]
    elements = {year: {item.element for item in tables(year)["children"].items} for year in (2024, 2025)}
    assert elements[2024] - elements[2025] == {"GenderCurrent"}
    assert elements[2025] - elements[2024] == {"Sex"}
    assert message(2017).element == "Message"
