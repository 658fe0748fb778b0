"""Typing values: what is read, what becomes an issue and a null."""

import pandas as pd
import pytest

from cin_pipeline.census.cleaning import CleanedReturn, clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.return_tables import cleaned_schemas, with_declared_types
from cin_pipeline_tests.support.kept import tables_in
from cin_pipeline_tests.support.random_returns import messy_return, whole_return


def cleaned(children: str, year: int = 2017) -> CleanedReturn:
    return clean_return(read_return(whole_return(children, year, "201"), year).tables, year)


def child(identifiers: str = "<LAchildID>C1</LAchildID>", referral: str = "", characteristics: str = "") -> str:
    return (
        f"<Child><ChildIdentifiers>{identifiers}</ChildIdentifiers>"
        f"<ChildCharacteristics>{characteristics}</ChildCharacteristics>"
        f"<CINdetails><CINreferralDate>2016-05-01</CINreferralDate>{referral}</CINdetails></Child>"
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2016-05-01", "2016-05-01"),
        (" 2016-05-01\n", "2016-05-01"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
        ("2016-02-29", "2016-02-29"),
        ("2017-02-29", None),
        ("2016-5-1", None),
        ("01/05/2016", None),
        ("2016-05-01T00:00:00", None),
        ("2016-05-01Z", "2016-05-01"),
        ("2016-05-01+01:00", "2016-05-01"),
        ("2016-05-01-14:00", "2016-05-01"),
        ("2016-05-01+14:01", None),
        ("2016-05-01 Z", None),
        ("2016-05-01+0100", None),
        ("2016-02-30Z", None),
        ("20160501", None),
        ("0000-01-01", None),
        ("٢٠١٦-05-01", None),
    ],
)
def test_a_date_is_a_real_day_in_one_form(text: str, value: str | None) -> None:
    found = cleaned(child(referral=f"<CINclosureDate>{text}</CINclosureDate>"))
    closure = found.tables.referrals["closure_date"].iloc[0]
    assert (None if pd.isna(closure) else str(closure)[:10]) == value
    issues = found.issues[found.issues["item"] == "CINclosureDate"]
    assert list(issues["value"]) == ([] if value else [text])
    if not value:
        assert issues["expected"].iloc[0] == "a real day as YYYY-MM-DD"


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("TRUE", True), (" true ", True), ("0", False), ("False", False), ("yes", None)]
)
def test_flags(text: str, value: bool | None) -> None:
    found = cleaned(child(referral=f"<ReferralNFA>{text}</ReferralNFA>"))
    flag = found.tables.referrals["referral_nfa"].iloc[0]
    assert (None if pd.isna(flag) else bool(flag)) == value
    assert len(found.issues) == (value is None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("01", 1),
        (" 2 ", 2),
        ("-1", None),
        ("1.0", None),
        ("x", None),
        ("9" * 5000, 10**9),
        ("0" * 99 + "3", 3),
    ],
)
def test_counts_are_digits(text: str, value: int | None) -> None:
    plan = f"<CPPstartDate>2016-06-01</CPPstartDate><NumberOfPreviousCPP>{text}</NumberOfPreviousCPP>"
    found = cleaned(child(referral=f"<ChildProtectionPlans>{plan}</ChildProtectionPlans>"))
    count = found.tables.plans["number_of_previous_cpp"].iloc[0]
    assert (None if pd.isna(count) else int(count)) == value
    assert len(found.issues) == (value is None)


def test_codes_compare_exactly_and_belong_to_their_year() -> None:
    sent = (
        "<ReferralSource>1a</ReferralSource><PrimaryNeedCode> N1 </PrimaryNeedCode>"
        "<ReasonForClosure>RC9</ReasonForClosure>"
    )
    row = cleaned(child(referral=sent)).tables.referrals.iloc[0]
    assert pd.isna(row["referral_source"])
    assert row["primary_need"] == "N1"
    assert pd.isna(row["reason_for_closure"])
    assert list(cleaned(child(referral=sent)).issues["item"]) == ["ReasonForClosure", "ReferralSource"]


@pytest.mark.parametrize(
    "text", ["N1, N2", "N1 N2", "N1;N2", "N1/N2", " N1,N2\n", "N1 N1", "N1N2", "n1 and n2", "N1, N2,"]
)
def test_several_codes_in_one_element_are_told_so(text: str) -> None:
    found = cleaned(child(referral=f"<PrimaryNeedCode>{text}</PrimaryNeedCode>"))
    assert found.tables.referrals["primary_need"].isna().all()
    assert list(found.issues["expected"]) == ["one code each, one of N1, N2, N3, N4, N5, N6, N7, N8, N9, N0"]


@pytest.mark.parametrize("text", ["N1, X", "N1,", "N1 - abuse", "RC1 RC2", "n1", "N1" * 101])
def test_several_codes_are_only_those_of_the_items_own_set(text: str) -> None:
    found = cleaned(child(referral=f"<PrimaryNeedCode>{text}</PrimaryNeedCode>"))
    assert list(found.issues["expected"]) == ["one of N1, N2, N3, N4, N5, N6, N7, N8, N9, N0"]


def test_an_issue_says_where_what_and_what_was_expected() -> None:
    found = cleaned("\n" + child() + "\n" + child("<LAchildID>C2</LAchildID><GenderCurrent>male</GenderCurrent>"))
    assert len(found.issues) == 1
    issue = found.issues.iloc[0]
    assert issue.to_dict() == {
        "table": "children",
        "record": 2,
        "child_number": 2,
        "line": found.tables.children["line"].iloc[1],
        "item": "GenderCurrent",
        "value": "male",
        "expected": "one of 1, 2, 0, 9",
    }


def test_ids_missing_or_repeated_are_reported_and_nothing_is_lost() -> None:
    found = cleaned(child() + child("<LAchildID> C1 </LAchildID>") + child("<LAchildID>  </LAchildID>") + "<Child/>")
    reported = [(row.record, row.item, row.expected) for row in found.issues.itertuples() if row.table == "children"]
    assert (2, "LAchildID", "an id that no earlier Child of the return has") in reported
    assert (3, "LAchildID", "text, but it is missing") in reported
    assert (4, "ChildIdentifiers", "the group, but it is missing") in reported
    assert (4, "ChildCharacteristics", "the group, but it is missing") in reported
    assert len(found.tables.children) == 4


def test_a_section_47_start_may_be_missing_beside_a_conference() -> None:
    alone = cleaned(child(referral="<Section47><ICPCnotRequired>0</ICPCnotRequired></Section47>"))
    assert list(alone.issues["item"]) == ["S47ActualStartDate"]
    held = "<Section47><DateOfInitialCPC>2016-06-01</DateOfInitialCPC><ICPCnotRequired>0</ICPCnotRequired></Section47>"
    assert len(cleaned(child(referral=held)).issues) == 0


@pytest.mark.parametrize("year", [2014, 2017, 2022, 2026, 2027])
@pytest.mark.parametrize("children", [0, 1, 80])
def test_cleaned_tables_keep_their_schema_also_through_a_file(tmp_path: object, year: int, children: int) -> None:
    found = clean_return(read_return(messy_return(7, children, year, "201"), year).tables, year).tables
    tables = tables_in(tmp_path)
    tables.write("cleaned", dict(found.items()))
    back = with_declared_types(type(found)(**tables.read("cleaned")), year)
    for name, schema in cleaned_schemas(year).items():
        schema.validate(found[name], lazy=True)
        pd.testing.assert_frame_equal(found[name], back[name])


def test_no_record_is_ever_dropped() -> None:
    raw = read_return(messy_return(8, 120, 2017, "201"), 2017).tables
    assert clean_return(raw, 2017).tables.row_counts() == raw.row_counts()
