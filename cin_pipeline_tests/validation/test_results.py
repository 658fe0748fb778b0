"""What the results say of each rule and hit, and that one mistake gives one row."""

from dataclasses import replace

import numpy as np
import pytest

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import SentReturn, read_return
from cin_pipeline.store.stored_returns import read_cleaned, read_sent, tables_of_cleaned, tables_of_sent
from cin_pipeline.validation import VALUE, RuleInput, RuleSettings, check, rule_set
from cin_pipeline.validation.hits import hits
from cin_pipeline.validation.registry import Declaration
from cin_pipeline.validation.results import ISSUE_COLUMNS
from cin_pipeline_tests.support.building import (
    assessment,
    child,
    enquiry,
    header,
    nfa,
    no_conference,
    old_plan,
    old_referral,
    open_enquiry,
    plan,
    referral,
    return_xml,
    unborn,
    unfinished,
    valid_children,
    with_assessments,
    with_enquiries,
    with_plans,
    with_referral,
)
from cin_pipeline_tests.support.checked import checked, places, sent
from cin_pipeline_tests.support.kept import tables_in
from cin_pipeline_tests.validation.all_cases import CASES, PLANTS


def _rows(results):
    return [f"{rule} {place}" for rule, place in zip(results.issues["rule_id"], places(results), strict=True)]


def _old(*plans):
    return child(CINdetails=[old_referral(ChildProtectionPlans=list(plans))])


ONE_ROW = {
    "missing id": (child(LAchildID=None), ["8500 children 1"]),
    "missing referral date": (with_referral(CINreferralDate=None), ["8600 referrals 1"]),
    "unreadable referral date": (with_referral(CINreferralDate="10/05/2016"), ["8600 referrals 1"]),
    "missing plan start": (_old(old_plan(CPPstartDate=None)), ["8720 plans 1"]),
    "unreadable plan start": (_old(old_plan(CPPstartDate="?")), ["8720 plans 1"]),
    "unreadable plan end": (_old(old_plan(CPPendDate="?")), ["VALUE plans 1"]),
    "missing assessment start": (with_assessments(assessment(AssessmentActualStartDate=None)), ["VALUE assessments 1"]),
    "missing enquiry start": (with_enquiries(no_conference(S47ActualStartDate=None)), ["VALUE section47 1"]),
    "missing start of an enquiry with conference": (
        with_enquiries(enquiry(S47ActualStartDate=None)), ["8615 section47 1"]),
    "unreadable start of an enquiry with conference": (
        with_enquiries(enquiry(S47ActualStartDate="?")), ["8615 section47 1"]),
    "missing enquiry start, conference of white space": (
        with_enquiries(no_conference(S47ActualStartDate=None, DateOfInitialCPC=" ")), ["VALUE section47 1"]),
    "missing flag of an enquiry": (with_enquiries(enquiry(ICPCnotRequired=None)), ["VALUE section47 1"]),
    "unreadable flag of an enquiry": (with_enquiries(enquiry(ICPCnotRequired="2")), ["VALUE section47 1"]),
    "unreadable target": (with_enquiries(enquiry(InitialCPCtarget="15/06/2016")), ["VALUE section47 1"]),
    "unreadable birth date": (child(PersonBirthDate="09/09/2009"), ["8525Q children 1"]),
    "unreadable expected date of a born child": (child(ExpectedPersonBirthDate="?"), ["VALUE children 1"]),
    "unreadable date of death": (child(PersonDeathDate="?"), ["VALUE children 1"]),
    "invalid ethnicity": (child(Ethnicity="XXXX"), ["4220 children 1"]),
    "invalid gender": (child(GenderCurrent="7"), ["4180 children 1"]),
    "invalid disability": (child(Disability=["LD", "XX"]), ["8540 children 1"]),
    "invalid disability of an exempt child": (unborn(Disability=["XX"]), ["VALUE disabilities 1"]),
    "invalid reason for no UPN": (
        child(UPN=None, UPNunknown="UN9", CINdetails=[nfa()]), ["VALUE children 1"]),
    "UPN without letter": (child(UPN="1201123456789"), ["VALUE children 1"]),
    "UPN too short": (child(UPN="A20112345"), ["1540 children 1"]),
    "former UPN malformed": (child(FormerUPN="A20112345"), ["1560Q children 1"]),
    "invalid source": (with_referral(ReferralSource="Z"), ["8866 referrals 1"]),
    "invalid source before 2013": (
        with_referral(CINreferralDate="2013-03-31", ReferralSource="Z"), ["VALUE referrals 1"]),
    "invalid need": (with_referral(PrimaryNeedCode="N99"), ["8650 referrals 1"]),
    "unreadable NFA flag": (with_referral(ReferralNFA="no"), ["8568 referrals 1"]),
    "unreadable closure": (with_referral(CINclosureDate="?"), ["VALUE referrals 1"]),
    "unreadable closure with reason": (
        with_referral(CINclosureDate="?", ReasonForClosure="RC1"), ["8810 referrals 1"]),
    "invalid factor": (with_assessments(assessment(AssessmentFactors=["2B", "2X"])), ["8897Q assessments 1"]),
    "unreadable internal review date": (
        with_assessments(assessment(AssessmentInternalReviewDate="?")), ["VALUE assessments 1"]),
    "unreadable authorisation without factors": (
        with_assessments(unfinished(AssessmentAuthorisationDate="?")), ["VALUE assessments 1"]),
    "unreadable authorisation with factors": (
        with_assessments(unfinished(AssessmentAuthorisationDate="?", AssessmentFactors=["2B"])),
        ["8614 assessments 1"]),
    "invalid category": (_old(old_plan(LatestCategoryOfAbuse="XXX")), ["8910 plans 1"]),
    "unreadable number of plans": (_old(old_plan(NumberOfPreviousCPP="two")), ["8730 plans 1"]),
    "unreadable review, alone": (with_plans(plan(CPPreviewDate=["?"])), ["8842Q plans 1"]),
    "unreadable review beside a good one": (
        with_plans(plan(CPPreviewDate=["2016-09-01", "?"])), ["VALUE reviews 2"]),
}  # fmt: skip


@pytest.mark.parametrize(("record", "rows"), ONE_ROW.values(), ids=ONE_ROW)
def test_one_wrong_value_gives_one_row(record, rows):
    assert _rows(checked(return_xml([record, *valid_children()]))) == rows


def test_repeated_id_gives_a_row_for_each_record_and_no_value_issue():
    assert _rows(checked(return_xml([child(), child(UPN=None, UPNunknown="UN2"), *valid_children()]))) == [
        "8510 children 1", "8510 children 2",
    ]  # fmt: skip


def test_missing_group_is_a_value_issue_beside_what_rules_say_of_its_items():
    no_identifiers = {"LAchildID": None, "UPN": None, "PersonBirthDate": None, "GenderCurrent": None}
    no_characteristics = {"Ethnicity": None, "Disability": None}
    first = child(ChildIdentifiers=None, **no_identifiers)
    second = child(ChildCharacteristics=None, **no_characteristics)
    bare = return_xml([first, second, *valid_children()])
    assert _rows(checked(bare)) == [
        "2886Q return", "4180 children 1", "4220 children 2", "8500 children 1", "8525Q children 1", "8540 children 2",
        "VALUE children 1", "VALUE children 2",
    ]  # fmt: skip


def test_two_wrong_values_of_which_a_rule_reports_one():
    """An unauthorised assessment: 8617 reports its 8A, no rule its other invalid factor."""
    record = with_assessments(unfinished(AssessmentFactors=["8A", "2X"]))
    assert _rows(checked(return_xml([record, *valid_children()]))) == [
        "8614 assessments 1", "8617 assessments 1", "VALUE assessment_factors 2",
    ]  # fmt: skip


def test_value_that_a_rule_left_out_would_report_is_a_value_issue():
    xml = return_xml([with_referral(CINreferralDate="?"), *valid_children()])
    settings = RuleSettings(removed=frozenset({"8600"}))
    assert _rows(checked(xml, settings=settings)) == ["VALUE referrals 1"]


def test_missing_authority_in_the_header_is_a_value_issue():
    results = checked(return_xml(valid_children(), head=header(LEA=" ")))
    (issue,) = results.issues.to_dict("records")
    assert (issue["rule_id"], issue["table"], issue["fields"], issue["line"]) == (VALUE, "return", "Header.LEA", 2)


def test_issue_row_says_which_rule_child_record_items_and_line():
    xml = return_xml([*valid_children(), with_plans(plan(CPPreviewDate=["2016-06-15"]))])
    results = checked(xml)
    assert tuple(results.issues.columns) == ISSUE_COLUMNS
    (issue,) = results.issues.to_dict("records")
    line = next(n for n, text in enumerate(xml.decode().splitlines(), 1) if "2016-06-15</CPPreviewDate>" in text)
    message = issue.pop("message")
    assert issue == {
        "rule_id": "8841", "severity": "error", "child_number": 9, "la_child_id": "subject", "table": "reviews",
        "record": 5, "fields": "CPPreviewDate, CPPstartDate", "line": line,
    }  # fmt: skip
    assert "on or before the start of its plan" in message
    assert results.named[["issue", "table", "record"]].to_numpy().tolist() == [[0, "plans", 4]]


def test_issues_of_a_rule_are_in_the_order_of_the_file_and_rules_in_that_of_the_list():
    results = checked(
        return_xml([with_referral(ReferralNFA=None), child(LAchildID=None, UPN=None), with_referral(ReferralNFA=None)])
    )
    order = {rule.rule_id: n for n, rule in enumerate(rule_set(2017))}
    keys = [
        (order[rule], line)
        for rule, line in zip(results.issues["rule_id"], results.issues["line"].fillna(0), strict=True)
    ]
    assert keys == sorted(keys)


@pytest.mark.parametrize("plant", PLANTS.values(), ids=str)
def test_hits_and_named_records_are_of_the_kinds_the_facts_say(plant):
    """`hit_on` of validation-rules.csv. A Reviews group has no record of its own: its plan stands for it (8842Q)."""
    tables = {"child": "children", "referral": "referrals", "assessment": "assessments", "section47": "section47",
              "plan": "plans", "review": "reviews", "cin_plan": "cin_plans", "disability": "disabilities",
              "pre_proceedings": "pre_proceedings", "return": "return"}  # fmt: skip
    (rule,) = (rule for rule in rule_set(plant.year) if rule.rule_id == plant.rule_id)
    counted, _, named = rule.facts.hit_on.partition("+")
    assert {place.split()[0] for place in plant.places} == {"plans" if plant.rule_id == "8842Q" else tables[counted]}
    also_named = {tables[word] for word in named.replace("|", "+").split("+") if word}
    cases = [case for case in CASES if case.rule_id == plant.rule_id and case.named]
    found = {place.split()[0] for case in cases for place in case.named}
    assert found == also_named or (not found and not also_named) or plant.rule_id == "8842Q"


def test_every_rule_there_is_has_an_outcome_and_hits_are_counted():
    results = checked(
        return_xml(
            [
                child(UPN=None, PersonBirthDate=None),
                child(LAchildID="b", UPN=None, PersonBirthDate=None),
                *valid_children(),
            ]
        )
    )
    outcomes = results.outcomes.set_index("rule_id")
    assert len(outcomes) == 145  # 139 rules, five checks of ours and VALUE
    assert outcomes.loc["8525Q"].to_dict() == {"severity": "error", "status": "failed", "hits": 2, "reason": ""}
    assert outcomes.loc["8520", "status"] == "passed"
    assert outcomes.loc["4010", ["status", "reason"]].tolist() == ["not_run", "not in force in 2016 to 2017"]
    assert outcomes.loc["8899Q", "status"] == "not_run"
    assert outcomes.loc["YonY01", ["status", "reason"]].tolist() == ["not_run", "no return for the previous year"]
    assert (results.count("error"), results.count("query")) == (2, 0)


def _broken(error):
    def function(_):
        raise error

    return function


def _with_function(rule, function, **declared):
    return replace(rule, declaration=Declaration(rule.rule_id, rule.message, function, **declared))


def test_crash_of_a_rule_is_shown_without_values_and_stops_no_other():
    xml = return_xml([child(Ethnicity=None), *valid_children()])
    rules = [
        _with_function(r, _broken(ValueError("born 2009-09-09"))) if r.rule_id == "8600" else r for r in rule_set(2017)
    ]
    results = check(sent(xml), rules=rules)
    assert results.crashed == ("8600",)
    (reason,) = results.outcomes.loc[results.outcomes["rule_id"] == "8600", "reason"]
    assert reason.startswith("ValueError at test_results.py:")
    assert "2009" not in reason
    assert _rows(results) == ["4220 children 1"]


def test_values_a_crashed_rule_would_report_are_value_issues():
    xml = return_xml([child(Ethnicity="X"), *valid_children()])
    rules = [_with_function(r, _broken(KeyError("X"))) if r.rule_id == "4220" else r for r in rule_set(2017)]
    assert _rows(check(sent(xml), rules=rules)) == ["VALUE children 1"]


def test_rule_that_needs_last_year_is_not_run_without_it():
    """A rule of any kind that a data team adds, not the year-on-year checks alone."""
    (known,) = (rule for rule in rule_set(2017) if rule.rule_id == "8600")
    rule = _with_function(known, lambda s: hits(s.children, np.ones(s.children.count, dtype=bool)), needs_previous=True)
    xml = return_xml(valid_children())
    without = check(sent(xml), rules=[rule]).outcomes
    assert without.loc[0, ["status", "reason"]].tolist() == ["not_run", "no return for the previous year"]
    last = clean_return(read_return(return_xml(valid_children(), 2016), 2016).tables, 2016)
    now = read_return(xml, 2017)
    given = RuleInput(now, clean_return(now.tables, 2017), 2017, previous=last.tables)
    assert check(given, rules=[rule]).outcomes.loc[0, "status"] == "failed"


def test_messages_hold_no_value_of_the_return():
    secret = "s3cr3t"  # noqa: S105 - stands for any value
    items = ("UPN", "FormerUPN", "UPNunknown", "PersonBirthDate", "PersonDeathDate", "GenderCurrent", "Ethnicity")
    dates = ("CINreferralDate", "CINclosureDate", "DateOfInitialCPC")
    codes = ("ReferralSource", "PrimaryNeedCode", "ReasonForClosure", "ReferralNFA")
    bad_referral = referral(
        **dict.fromkeys((*dates, *codes), secret),
        Assessments=[assessment(AssessmentActualStartDate=secret, AssessmentFactors=[secret])],
        Section47=[open_enquiry(S47ActualStartDate=secret, ICPCnotRequired=secret)],
        ChildProtectionPlans=[plan(CPPstartDate=secret, InitialCategoryOfAbuse=secret, CPPreviewDate=[secret])],
    )
    bad = child(**dict.fromkeys(items, secret), Disability=[secret], CINdetails=[bad_referral])
    results = checked(return_xml([bad]))
    assert len(results.issues) > 20
    assert not results.issues.astype("str").apply(lambda column: column.str.contains(secret)).any().any()
    assert not results.outcomes.astype("str").apply(lambda column: column.str.contains(secret)).any().any()


def test_a_hit_on_several_codes_in_one_element_says_so():
    """Also where the hit is of a record above the code; one on another record, or on an item beside it, does not."""
    several = child(
        LAchildID="s",
        UPN=None,
        UPNunknown="UN2",
        Disability=["AUT LD"],
        CINdetails=[referral(ReferralSource="1A 1B", Assessments=[assessment(AssessmentFactors=["2B", "3A,3B"])])],
    )
    other = child(Disability=["ZZ"], CINdetails=[referral(ReferralSource="1Z")])
    found = checked(return_xml([several, other])).issues
    asked = found[found["message"].str.contains("several codes stand in one")]
    assert sorted(zip(asked["rule_id"], asked["child_number"], strict=True)) == [("8540", 1), ("8866", 1), ("8897Q", 1)]
    (message,) = asked.loc[asked["rule_id"] == "8866", "message"]
    assert message.endswith(
        "give one of the year's codes; several codes stand in one ReferralSource, give one code each"
    )
    assert {"8540", "8866"} <= set(found.loc[found["child_number"] == 2, "rule_id"])
    (alone,) = checked(return_xml([with_referral(PrimaryNeedCode="N1;N2")]), rules=()).issues["message"]
    assert alone.startswith("PrimaryNeedCode: expected one code each, one of N1, N2, ")


@pytest.mark.parametrize("children", [valid_children(), [*valid_children(), child(LAchildID="x", Ethnicity="no code")]])
def test_a_return_that_was_stored_is_checked_as_it_was_before(tmp_path, children):
    """As a recount does. A stored table without a row forgets its types."""
    data = return_xml(children)
    as_sent = read_return(data, 2017)
    cleaned = clean_return(as_sent.tables, 2017)
    stored = tables_in(tmp_path)
    stored.write("sent", tables_of_sent(as_sent))
    stored.write("cleaned", tables_of_cleaned(cleaned))
    header_, records = read_sent(stored, "sent", 2017)
    again = check(RuleInput(SentReturn(header_, records), read_cleaned(stored, "cleaned", 2017), 2017))
    before = check(RuleInput(as_sent, cleaned, 2017))
    assert again.issues.astype(str).equals(before.issues.astype(str))
    assert again.outcomes.equals(before.outcomes)
