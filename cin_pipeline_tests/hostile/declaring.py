"""What a kind of hostile or mistaken file is, and the files that kinds are made from."""

from collections.abc import Callable
from dataclasses import dataclass

from cin_pipeline_tests.support.building import return_xml, valid_children

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
GOOD = return_xml(valid_children()).decode() + "\n"  # of 201 for 2016 to 2017, without any fault

UNREADABLE = 4
BOUND_MET = "no more are taken"  # in the sentence of a file that holds more of something than is taken
ANY = (0, 1, 3)


@dataclass(frozen=True)
class Verdict:
    """How `validate` must end: its exit code, and what the reason or the message of one of the issues says."""

    exits: tuple[int, ...]
    says: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of file, made of any size: `small` in tests, `large` where seconds and memory are looked at."""

    name: str
    make: Callable[[int], bytes]
    verdict: Verdict
    small: int = 1
    large: int = 1

    @property
    def grows(self) -> bool:
        """Whether the kind is about size."""
        return self.large > 1


def refused(says: str) -> Verdict:
    """Not readable as a return; the sentence holds this."""
    return Verdict((UNREADABLE,), says)


def accepted(*exits: int, says: str = "") -> Verdict:
    """Read as a return, with one of these exit codes (none given: any), and an issue whose message holds `says`."""
    return Verdict(exits or ANY, says)


def kind(name: str, data: bytes | str, verdict: Verdict) -> Kind:
    """A kind whose size says nothing."""
    made = data if isinstance(data, bytes) else data.encode()
    return Kind(name, lambda _: made, verdict)


def growing(name: str, make: Callable[[int], str], verdict: Verdict, small: int, large: int) -> Kind:
    """A kind that is about size: a file by how many there are of what it has too many of."""
    return Kind(name, lambda size: make(size).encode(), verdict, small, large)


def good(old: str, new: str, count: int = -1, text: str = GOOD) -> str:
    """The good return with something else in the place of what stands there."""
    if old not in text:
        raise ValueError(f"the good return holds no {old}")
    return text.replace(old, new, count)


def header(
    year: str = "2017",
    la_code: str = "201",
    reference_date: str = "2017-03-31",
    collection: str = "CIN",
    more: str = "",
) -> str:
    """A header with values as given."""
    return (
        f"<Header><CollectionDetails><Collection>{collection}</Collection><Year>{year}</Year>"
        f"<ReferenceDate>{reference_date}</ReferenceDate></CollectionDetails><Source><SourceLevel>L</SourceLevel>"
        f"<LEA>{la_code}</LEA><SerialNo>001</SerialNo></Source>{more}</Header>\n"
    )


def message(children: str, head: str | None = None, start: str = DECLARATION, attributes: str = "") -> str:
    """A return with these children."""
    held = header() if head is None else head
    return f"{start}<Message{attributes}>\n{held}<Children>\n{children}</Children>\n</Message>\n"


REFERRAL_ITEMS = (
    "<CINreferralDate>2016-05-10</CINreferralDate><ReferralSource>1A</ReferralSource>"
    "<PrimaryNeedCode>N1</PrimaryNeedCode>"
)
ASSESSMENT = (
    "<Assessments><AssessmentActualStartDate>2016-05-20</AssessmentActualStartDate>"
    "<AssessmentAuthorisationDate>2016-06-20</AssessmentAuthorisationDate><FactorsIdentifiedAtAssessment>"
    "<AssessmentFactors>2B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>"
)
ENQUIRY = (
    "<Section47><S47ActualStartDate>2016-06-01</S47ActualStartDate><DateOfInitialCPC>2016-06-15</DateOfInitialCPC>"
    "<ICPCnotRequired>0</ICPCnotRequired></Section47>"
)
REVIEW = "<CPPreviewDate>2016-09-01</CPPreviewDate>"
PLAN = (
    "<ChildProtectionPlans><CPPstartDate>2016-06-15</CPPstartDate><InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>"
    "<LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse><NumberOfPreviousCPP>0</NumberOfPreviousCPP>"
    f"<Reviews>{REVIEW}</Reviews></ChildProtectionPlans>"
)


def referral(assessments: str = "", enquiries: str = "", plans: str = "") -> str:
    """A referral with what followed."""
    return f"<CINdetails>{REFERRAL_ITEMS}{assessments}{enquiries}<ReferralNFA>0</ReferralNFA>{plans}</CINdetails>\n"


def child(child_id: object, referrals: str = "", disabilities: str = "<Disability>NONE</Disability>") -> str:
    """A child with referrals, one where none are given."""
    return (
        f"<Child><ChildIdentifiers><LAchildID>{child_id}</LAchildID><UPNunknown>UN3</UPNunknown>"
        "<PersonBirthDate>2009-09-09</PersonBirthDate><GenderCurrent>1</GenderCurrent></ChildIdentifiers>\n"
        f"<ChildCharacteristics><Ethnicity>WBRI</Ethnicity><Disabilities>{disabilities}</Disabilities>"
        f"</ChildCharacteristics>\n{referrals or referral()}</Child>\n"
    )


def children(count: int, referrals: str = "") -> str:
    """So many children with ids of their own."""
    return "".join(child(f"C{number}", referrals) for number in range(1, count + 1))
