"""Values: missing, repeated, absurd, in other forms, whole columns of them, and records in numbers that nobody has."""

import re

from cin_pipeline_tests.hostile.declaring import (
    ASSESSMENT,
    ENQUIRY,
    GOOD,
    PLAN,
    REVIEW,
    Kind,
    accepted,
    child,
    good,
    growing,
    kind,
    message,
    referral,
    refused,
)
from cin_pipeline_tests.hostile.declaring import children as many

_DAY = re.compile(r">(\d{4})-(\d\d)-(\d\d)<")
_FIRST_DAY = "<CINreferralDate>2016-05-10<"
NOT_IN_HEADER = GOOD.index("<Children>")


def _days(form: str, text: str = GOOD) -> str:
    """Every date but the header's in another form."""
    written = form.replace("D", r"\3").replace("M", r"\2").replace("Y", r"\1")
    return text[:NOT_IN_HEADER] + _DAY.sub(f">{written}<", text[NOT_IN_HEADER:])


def _referred(text: str) -> str:
    return good(_FIRST_DAY, f"<CINreferralDate>{text}<")


def _valued(item: str, text: str, of: str = GOOD) -> str:
    """An item with the same value in every record that gives it."""
    return re.sub(f"(<{item}>)[^<]*(</{item}>)", lambda found: f"{found[1]}{text}{found[2]}", of)


_NO_CODE = "no valid code"

DATES: tuple[Kind, ...] = (
    kind("dates day first", _days("D/M/Y"), accepted(3)),
    kind("dates month first", _days("M/D/Y"), accepted(3)),
    kind("dates with dots", _days("D.M.Y"), accepted(3)),
    kind("dates without hyphens", _days("YMD"), accepted(3)),
    kind("dates with a time", _days("Y-M-DT00:00:00"), accepted(3)),
    kind("dates with a time zone", _days("Y-M-DZ"), accepted(0)),
    kind(
        "dates as numbers of a spreadsheet",
        _DAY.sub(">42522<", GOOD[NOT_IN_HEADER:]).join((GOOD[:NOT_IN_HEADER], "")),
        accepted(3),
    ),
    kind("dates in words", _referred("10 May 2016"), accepted(3)),
    kind("a day that is not", _referred("2016-02-30"), accepted(3)),
    kind("a day of zeros", _referred("0000-00-00"), accepted(3)),
    kind("the year 1", _referred("0001-01-01"), accepted()),
    kind("the year 9999", _referred("9999-12-31"), accepted(3)),
    kind("the year 10000", _referred("10000-01-01"), accepted(3)),
    kind("a year before time", _referred("-2016-05-10"), accepted(3)),
    kind("two digits of the year", _referred("16-05-10"), accepted(3)),
    kind("a date of the future", _referred("2026-05-10"), accepted(3)),
    kind("a birth in the future", _valued("PersonBirthDate", "2026-01-01"), accepted(3)),
    kind("a birth two centuries ago", _valued("PersonBirthDate", "1816-01-01"), accepted(1, 3)),
    kind("a period in place of a date", _referred("2016-05-10/2016-05-12"), accepted(3)),
    kind("two dates in one element", _referred("2016-05-10 2016-06-10"), accepted(3)),
)

CODES: tuple[Kind, ...] = (
    kind("two needs with a comma", _valued("PrimaryNeedCode", "N1, N2"), accepted(3, says="one code each")),
    kind("two disabilities with a blank", _valued("Disability", "AUT LD"), accepted(3, says="one code each")),
    kind("factors with semicolons", _valued("AssessmentFactors", "1A;2B;3C"), accepted(3, says="one code each")),
    kind("categories with a slash", _valued("InitialCategoryOfAbuse", "NEG/EMO"), accepted(3, says="one code each")),
    kind("sources line by line", _valued("ReferralSource", "1A\n1B"), accepted(3, says="one code each")),
    kind("labels for codes", _valued("Ethnicity", "White British"), accepted(3, says=_NO_CODE)),
    kind("code and label", _valued("PrimaryNeedCode", "N1 - Abuse or neglect"), accepted(3, says=_NO_CODE)),
    kind("codes in small letters", _valued("Ethnicity", "wbri"), accepted(3, says=_NO_CODE)),
    kind("sex in place of gender", _valued("GenderCurrent", "F"), accepted(3)),
    kind("a column of another code set", _valued("ReferralSource", "RC1"), accepted(3, says=_NO_CODE)),
    kind("codes without their letter", _valued("PrimaryNeedCode", "1"), accepted(3, says=_NO_CODE)),
    kind("codes of a later year", _valued("ReasonForClosure", "RC9"), accepted(3)),
    kind("flags Y and N", _valued("ReferralNFA", "N"), accepted(3)),
    kind("flags in other capitals", good("<ReferralNFA>0<", "<ReferralNFA>FALSE<"), accepted(0)),
    kind("a count below nought", _valued("NumberOfPreviousCPP", "-1"), accepted(3)),
    kind("a count with a comma", _valued("NumberOfPreviousCPP", "1,000"), accepted(3)),
    kind("a count of five thousand digits", _valued("NumberOfPreviousCPP", "9" * 5_000), accepted()),
    kind("a count raised", _valued("NumberOfPreviousCPP", "²"), accepted(3)),
    kind(
        "placeholders",
        re.sub(">[^<>\n]+<", ">NULL<", GOOD[NOT_IN_HEADER:]).join((GOOD[:NOT_IN_HEADER], "")),
        accepted(3),
    ),
    kind(
        "every value empty",
        re.sub(">[^<>\n]+<", "><", GOOD[NOT_IN_HEADER:]).join((GOOD[:NOT_IN_HEADER], "")),
        accepted(3),
    ),
    kind(
        "every value white space",
        re.sub(">[^<>\n]+<", "> \t<", GOOD[NOT_IN_HEADER:]).join((GOOD[:NOT_IN_HEADER], "")),
        accepted(3),
    ),
    kind("a line end round every value", re.sub(">([^<>\n]+)<", r">\n  \1\r\n<", GOOD), accepted(0)),
)

IDS: tuple[Kind, ...] = (
    kind("no id at all", re.sub("<LAchildID>.*</LAchildID>\n", "", GOOD), accepted(3)),
    kind("one id for all", _valued("LAchildID", "a1"), accepted(3)),
    kind("one UPN for all", _valued("UPN", "E20512345678A"), accepted(3)),
    kind("a UPN of another form", _valued("UPN", "12345"), accepted(3)),
    kind("a child twice", message(child("C1") * 2), accepted(3)),
    kind("an id that is a formula", _valued("LAchildID", "=cmd|' /C calc'!A0", good("a1<", "a1<")), accepted(3)),
    kind("an id that is a script", good(">a1<", ">&lt;script&gt;alert(1)&lt;/script&gt;<"), accepted(0)),
    kind("an id of several lines", good(">a1<", ">a\n1\n<"), accepted(0)),
    kind("an id that is a path", good(">a1<", ">../../../etc/passwd<"), accepted(0)),
    kind("an id for a template", good(">a1<", ">{{ 7 * 7 }}%s{0}<"), accepted(0)),
    kind("an id in SQL", good(">a1<", ">'; drop table submissions; --<"), accepted(0)),
    kind("an id like a missing value", good(">a1<", ">NaN<"), accepted(0)),
    kind("ids that differ in capitals", good(">a2<", ">A1<"), accepted(0)),
    kind("ids that differ in zeros", good(">a2<", ">01<", text=good(">a1<", ">1<")), accepted(0)),
)

VOLUMES: tuple[Kind, ...] = (
    growing("children", lambda n: message(many(n)), accepted(), 100, 25_000),
    growing(
        "children with everything",
        lambda n: message(many(n, referral(ASSESSMENT, ENQUIRY, PLAN))),
        accepted(),
        50,
        14_000,
    ),
    growing("small children", lambda n: message("<Child/>\n" * n), accepted(3), 500, 200_000),
    growing(
        "children with a referral of nothing",
        lambda n: message("<Child><CINdetails/></Child>\n" * n),
        accepted(3),
        500,
        150_000,
    ),
    growing("one child with many referrals", lambda n: message(child("C1", referral() * n)), accepted(), 200, 50_000),
    growing(
        "one child with many referrals of nothing",
        lambda n: message(child("C1", "<CINdetails/>" * n)),
        accepted(3),
        500,
        500_000,
    ),
    growing(
        "one referral with many assessments",
        lambda n: message(child("C1", referral(assessments=ASSESSMENT * n))),
        accepted(),
        200,
        30_000,
    ),
    growing(
        "one referral with many enquiries",
        lambda n: message(child("C1", referral(enquiries=ENQUIRY * n))),
        accepted(),
        200,
        50_000,
    ),
    growing(
        "one referral with many plans",
        lambda n: message(child("C1", referral(plans=PLAN * n))),
        accepted(),
        200,
        30_000,
    ),
    growing(
        "one child with many of everything",
        lambda n: message(child("C1", referral(ASSESSMENT, ENQUIRY, PLAN) * n)),
        accepted(),
        50,
        16_000,
    ),
    growing(
        "one child with many disabilities",
        lambda n: message(child("C1", disabilities="<Disability>AUT</Disability>" * n)),
        accepted(),
        500,
        300_000,
    ),
    growing(
        "one assessment with many factors",
        lambda n: message(
            child(
                "C1",
                referral(
                    ASSESSMENT.replace(
                        "<AssessmentFactors>", "<AssessmentFactors>2B</AssessmentFactors>" * n + "<AssessmentFactors>"
                    )
                ),
            )
        ),
        accepted(),
        500,
        200_000,
    ),
    growing(
        "one plan with many reviews",
        lambda n: message(child("C1", referral(plans=PLAN.replace(REVIEW, REVIEW * n)))),
        accepted(),
        500,
        200_000,
    ),
    growing("one id in many children", lambda n: message(child("C1") * n), accepted(3), 100, 50_000),
    growing(
        "one UPN in many children",
        lambda n: message(many(n).replace("<UPNunknown>UN3</UPNunknown>", "<UPN>E20512345678A</UPN>")),
        accepted(3),
        100,
        25_000,
    ),
    growing(
        "every date day first",
        lambda n: _days("D/M/Y", message(many(n, referral(ASSESSMENT, ENQUIRY, PLAN)))),
        accepted(3),
        50,
        12_000,
    ),
    growing(
        "every date another text",
        lambda n: message("".join(child(f"C{i}").replace(">2016-05-10<", f">day {i}<") for i in range(n))),
        accepted(3),
        100,
        20_000,
    ),
    growing(
        "several codes in every child",
        lambda n: message(many(n)).replace(">N1<", ">N1, N2<"),
        accepted(3, says="one code each"),
        100,
        20_000,
    ),
    growing(
        "a code of its own in every child",
        lambda n: message("".join(child(f"C{i}").replace(">N1<", f">N{i}<") for i in range(100, n + 100))),
        accepted(3),
        100,
        20_000,
    ),
    growing("one value of great length", lambda n: message(child("C" * n)), accepted(0, 1, 3, 4), 10_000, 9_000_000),
    growing("values of great length", lambda n: message(child("C" * 50_000) * n), accepted(0, 1, 3, 4), 3, 180),
    growing(
        "a date of great length",
        lambda n: message(many(1)).replace(">2016-05-10<", f">{'2016-05-10 ' * n}<"),
        accepted(3, 4),
        1_000,
        800_000,
    ),
    growing(
        "codes without end in one element",
        lambda n: message(many(1)).replace(">N1<", f">{'N1 ' * n}<"),
        accepted(3, 4),
        1_000,
        3_000_000,
    ),
    growing(
        "white space round a value",
        lambda n: message(many(1)).replace(">N1<", f">{' ' * n}N1<"),
        accepted(0, 1, 4),
        10_000,
        9_000_000,
    ),
    growing(
        "a number of great length",
        lambda n: message(many(1, referral(plans=PLAN))).replace(">0</NumberOf", f">{'9' * n}</NumberOf"),
        accepted(0, 1, 3, 4),
        10_000,
        9_000_000,
    ),
    growing("lines beyond 65,535", lambda n: message(("\n" * 700 + child("C1")) * n), accepted(3), 100, 1_000),
    growing("indented far", lambda n: message(many(n)).replace("\n<", "\n" + " " * 400 + "<"), accepted(), 20, 6_000),
    growing(
        "larger than a return may be",
        lambda n: message(many(1)) + " " * (128 * 1024 * 1024 * n),
        refused("bytes was expected"),
        1,
        1,
    ),
)
KINDS = (*DATES, *CODES, *IDS, *VOLUMES)
