"""Returns that are well-formed and as specified, and try to cost more than their size: each grows with a number."""

from collections.abc import Callable

from cin_pipeline_tests.support.building import return_xml, valid_children

REFERRAL = "<CINreferralDate>2016-06-06</CINreferralDate><ReferralSource>1A</ReferralSource>"
EVERYTHING = (
    "<Assessments><AssessmentActualStartDate>2016-06-07</AssessmentActualStartDate><FactorsIdentifiedAtAssessment>"
    "<AssessmentFactors>2B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>"
    "<Section47><S47ActualStartDate>2016-07-01</S47ActualStartDate><ICPCnotRequired>0</ICPCnotRequired></Section47>"
    "<ReferralNFA>0</ReferralNFA><ChildProtectionPlans><CPPstartDate>2016-07-10</CPPstartDate><Reviews>"
    "<CPPreviewDate>2016-10-01</CPPreviewDate></Reviews></ChildProtectionPlans>"
)


def _children(text: str, header: str = "") -> bytes:
    plain = return_xml(valid_children()).decode()
    start, end = plain.index("<Children>") + len("<Children>"), plain.index("</Children>")
    return (plain[:start].replace("</Header>", f"{header}</Header>") + text + plain[end:]).encode()


def _child(number: int, content: str, child_id: str = "") -> str:
    ids = f"<ChildIdentifiers><LAchildID>{child_id or f'C{number}'}</LAchildID></ChildIdentifiers>"
    return f"<Child>{ids}{content}</Child>\n"


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "one child with all referrals": lambda n: _children(
        _child(1, f"<CINdetails>{REFERRAL}<ReferralNFA>0</ReferralNFA></CINdetails>\n" * n)
    ),
    "one child of everything": lambda n: _children(
        _child(1, f"<CINdetails>{REFERRAL}{EVERYTHING}</CINdetails>\n" * (n // 4))
    ),
    "one id for all children": lambda n: _children(
        "".join(_child(1, f"<CINdetails>{REFERRAL}</CINdetails>", "C1") for _ in range(n // 2))
    ),
    "small children": lambda n: _children("".join(_child(number, "") for number in range(n))),
    "a long header": lambda n: _children(
        _child(1, ""), f"<Content><CBDSLevels>{'<CBDSLevel>x</CBDSLevel>' * n}</CBDSLevels></Content>"
    ),
    "records of nothing": lambda n: _children(f"<Child>{'<CINdetails/>' * 100}</Child>" * (n // 100)),
    "codes that are all wrong and all different": lambda n: _children(
        "".join(
            f"<Child><ChildCharacteristics><Ethnicity>x{number}</Ethnicity></ChildCharacteristics></Child>"
            for number in range(n)
        )
    ),
}
