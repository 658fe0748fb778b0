"""What each year-on-year check counts, worked by hand through XML, and what a check that is met says.

The thresholds have their cases in cases_year_on_year.py."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.outputs.run_files import issue_rows, write_issues
from cin_pipeline.reference.validation_rules import rule_variants
from cin_pipeline.reference.year_on_year_checks import year_on_year_checks
from cin_pipeline.validation import RuleInput, RuleSettings, check, rule_set
from cin_pipeline.validation.year_on_year import COUNTS, Compared
from cin_pipeline_tests.support.building import (
    Record,
    assessment,
    child,
    cin_plan,
    closed,
    enquiry,
    nfa,
    no_conference,
    plan,
    referral,
    return_xml,
    valid_children,
    with_assessments,
    with_cin_plans,
    with_plans,
    with_referral,
)
from cin_pipeline_tests.support.checked import sent

YEARS = [year.ending for year in COLLECTION_YEARS][1:]  # those with a previous year that is known

FIRST, LAST, BEFORE, AFTER = "Y0-04-01", "Y1-03-31", "Y0-03-31", "Y1-04-01"  # of the year, and beside it
ASSESSED = {"ReasonForClosure": "RC8", "Assessments": [assessment()]}


def _referred(*days: str | None) -> Record:
    return child(CINdetails=[referral(CINreferralDate=day) for day in days])


def _plan(start: str | None, end: str | None) -> Record:
    return plan(CPPstartDate=start, CPPendDate=end)


def _cin_plan(start: str, end: str | None) -> Record:
    return cin_plan(CINPlanStartDate=start, CINPlanEndDate=end)


def _case(**changes: object) -> Record:
    """A referral closed as not in need after an assessment, with nothing else, but for the changes."""
    return closed(**ASSESSED | changes)


# What is counted, by check: the children of a return, and the number.
SPANS = [
    ("open without end", LAST, None, (1, 1, 0)),
    ("started and ended on the last day", LAST, LAST, (0, 1, 1)),
    ("ended the day after", FIRST, AFTER, (1, 1, 0)),
    ("started before, ended on the first day", BEFORE, FIRST, (0, 0, 1)),
    ("started the day after", AFTER, None, (0, 0, 0)),
    ("ended the day before", "YP-05-01", BEFORE, (0, 0, 0)),
    ("end unreadable", FIRST, "?", (1, 1, 0)),
]  # fmt: skip
EPISODES = {
    "open": (referral(), (1, 1, 0, 0, 0)),
    "closed in need": (closed(), (0, 1, 1, 0, 0)),
    "of the year before, open": (referral(CINreferralDate=BEFORE), (1, 0, 0, 0, 0)),
    "of the year before, closed on the last day": (
        closed(CINreferralDate=BEFORE, CINclosureDate=LAST), (0, 0, 1, 0, 0)),
    "closed after the year": (closed(CINclosureDate=AFTER), (1, 1, 0, 0, 0)),
    "referred after the year": (referral(CINreferralDate=AFTER), (0, 0, 0, 0, 0)),
    "no further action": (nfa(), (0, 0, 0, 1, 0)),
    "no further action, of the year before": (nfa(CINreferralDate=BEFORE), (0, 0, 0, 0, 0)),
    "flag missing": (referral(ReferralNFA=None), (1, 1, 0, 0, 0)),
    "assessed and not in need": (_case(), (0, 0, 0, 0, 1)),
    "not in need, of the year before": (_case(CINreferralDate=BEFORE), (0, 0, 0, 0, 0)),
    "not in need, flag missing: neither an episode nor counted": (_case(ReferralNFA=None), (0, 0, 0, 0, 0)),
    "no further action and RC8: counted as the former alone": (_case(ReferralNFA="1"), (0, 0, 0, 1, 0)),
    "RC8 with nothing recorded": (_case(Assessments=None), (0, 1, 1, 0, 0)),
    "RC8 after an enquiry": (_case(Section47=[no_conference()]), (0, 1, 1, 0, 0)),
    "RC8 after a protection plan": (_case(ChildProtectionPlans=[plan()]), (0, 1, 1, 0, 0)),
    "RC8 with a conference of the referral's own": (_case(DateOfInitialCPC="Y0-05-20"), (0, 0, 0, 0, 1)),
    "another reason after an assessment": (_case(ReasonForClosure="RC7"), (0, 1, 1, 0, 0)),
}  # fmt: skip


def _counts(children: list[Record], year: int = 2017) -> dict[str, int]:
    found = sent(return_xml(children, year), year)
    return {rule_id: count(found) for rule_id, count in COUNTS.items()}


def _some(counts: dict[str, int], *ids: str) -> tuple[int, ...]:
    return tuple(counts[f"YonY{rule_id}"] for rule_id in ids)


def test_child_records_are_counted_not_children() -> None:
    """The same id twice, and a child without referral."""
    assert _counts([child(), child(), child(LAchildID="b", CINdetails=[])])["YonY01"] == 3


def test_referrals_are_those_dated_in_the_year() -> None:
    found = _counts([_referred(FIRST, LAST, BEFORE, AFTER, None, "?"), _referred(FIRST)])
    assert found["YonY02"] == 3


def test_assessments_are_those_authorised_in_the_year() -> None:
    days = [FIRST, LAST, BEFORE, AFTER, None, "?"]
    assert _counts([with_assessments(*(assessment(AssessmentAuthorisationDate=day) for day in days))])["YonY03"] == 2


def test_enquiries_are_those_with_a_start_in_the_year_and_conferences_those_held_in_it() -> None:
    enquiries = [
        enquiry(S47ActualStartDate=FIRST, DateOfInitialCPC=LAST),
        enquiry(S47ActualStartDate=BEFORE, DateOfInitialCPC=FIRST),
        enquiry(S47ActualStartDate=LAST, DateOfInitialCPC=AFTER),
        enquiry(S47ActualStartDate=None, DateOfInitialCPC=BEFORE),
    ]
    own = with_referral(DateOfInitialCPC="Y0-05-20")
    assert _some(_counts([with_referral(Section47=enquiries), own, own]), "04", "11") == (2, 4)


@pytest.mark.parametrize(("start", "end", "expected"), [case[1:] for case in SPANS], ids=[case[0] for case in SPANS])
def test_plans_open_on_31_march_starting_and_ending(
    start: str, end: str | None, expected: tuple[int, int, int]
) -> None:
    assert _some(_counts([with_plans(_plan(start, end))]), "05", "06", "07") == expected
    assert _some(_counts([with_cin_plans(_cin_plan(start, end))], 2023), "08", "09", "10") == expected


def test_a_plan_without_start_is_not_open_but_ends() -> None:
    assert _some(_counts([with_plans(_plan(None, None), _plan(None, LAST))]), "05", "06", "07") == (0, 0, 1)


@pytest.mark.parametrize("name", EPISODES)
def test_episodes_open_starting_and_ending_no_further_action_and_not_in_need(name: str) -> None:
    record, expected = EPISODES[name]
    assert _some(_counts([child(CINdetails=[record])]), "12", "13", "14", "15", "16") == expected


def test_rc9_and_plans_of_children_in_need() -> None:
    """RC9 came in 2022-23. The guide names no child in need plan as other activity."""
    early_help = child(CINdetails=[_case(ReasonForClosure="RC9")])
    assert [_counts([early_help], year)["YonY16"] for year in (2022, 2023)] == [0, 1]
    assert _counts([child(CINdetails=[_case(CINPlanDates=[cin_plan()])])], 2023)["YonY16"] == 1


def test_the_previous_years_return_is_counted_in_its_own_year() -> None:
    found = sent(return_xml(valid_children(), 2018), 2018, return_xml(valid_children(), 2017))
    own = _counts(valid_children(), 2017)
    assert {rule_id: count(found.previous_input) for rule_id, count in COUNTS.items()} == own
    assert min(number for rule_id, number in own.items() if rule_id not in ("YonY08", "YonY09", "YonY10")) > 0


def _met(now: list[Record], before: list[Record] | None, year: int) -> list[str]:
    previous = None if before is None else return_xml(before, year - 1)
    issues = check(sent(return_xml(now, year), year, previous)).issues
    return [rule_id for rule_id in issues["rule_id"] if rule_id in year_on_year_checks()]


@pytest.mark.parametrize("year", YEARS)
def test_every_year_with_a_previous_one_has_the_checks(year: int) -> None:
    """Everything from none, but what the previous year did not collect; nothing where nothing changed."""
    every = [f"YonY{n:02}" for n in range(1, 17) if year >= 2023 or n not in (8, 9, 10)]
    added = [child(LAchildID="b", CINdetails=[referral(CINPlanDates=[_cin_plan(FIRST, None)])])]
    assert _met([*valid_children(), *added], [], year) == every
    assert _met(valid_children(), valid_children(), year) == []
    assert _met(valid_children(), None, year) == []


def test_a_check_that_is_met_is_a_query_of_the_return_with_both_counts_and_the_sentence(tmp_path) -> None:  # type: ignore[no-untyped-def]
    before, now = ([child(LAchildID=f"c{n}", UPN=None) for n in range(number)] for number in (1000, 1150))
    rules = [rule for rule in rule_set(2017) if rule.rule_id == "YonY01"]
    issues = check(sent(return_xml(now), 2017, return_xml(before, 2016)), rules=rules).issues
    write_issues([issue_rows(issues[issues["rule_id"] == "YonY01"], 2017, "201")], tmp_path / "issues.csv")
    (row,) = csv.DictReader(io.StringIO((tmp_path / "issues.csv").read_text(encoding="utf-8")))
    assert row == {
        "collection_year": "2017", "la_code": "201", "rule_id": "YonY01", "severity": "query", "la_child_id": "",
        "table": "return", "record": "", "fields": "Child", "line": "2",
        "message": "Child records: 1,000 in the previous year's return, 1,150 in this one (+15.0%); asked about from "
        '15% up or down. Check them, and where they are right put into the return-level note: "The validation YonY01 '
        "has been reviewed and the change in the number of child records from the previous return to this is as "
        'expected"',
    }  # fmt: skip


def test_without_a_percentage_where_there_was_nothing() -> None:
    rules = [rule for rule in rule_set(2017) if rule.rule_id == "YonY15"]
    issues = check(sent(return_xml([child(CINdetails=[nfa()])]), 2017, return_xml([], 2016)), rules=rules).issues
    assert issues.loc[0, "message"].startswith(
        "Referrals of the year that ended in no further action: none in the previous year's return, 1 in this one; "
        "asked about from 50% up or down. "
    )


def test_the_sentence_is_the_guides_word_for_word() -> None:
    assert year_on_year_checks()["YonY16"].sentence == (
        "The validation YonY16 has been reviewed and the change in referrals which resulted in an assessment and the "
        "child was assessed as not in need from the previous return to this is as expected"
    )
    assert year_on_year_checks()["YonY05"].sentence == (
        "The validation YonY05 has been reviewed and the change in CPP from the previous return to this is as expected"
    )


def test_thresholds_are_the_departments() -> None:
    percents = [each.percent for each in year_on_year_checks().values()]
    assert percents == [15, *[25] * 13, 50, 50]


def test_every_check_is_a_rule_with_a_count() -> None:
    """Three places hold a part of each: facts of the rule, facts of the check, and what is counted."""
    of_part = {rule_id for rule_id, variants in rule_variants().items() if variants[0].part == "year-on-year"}
    assert set(COUNTS) == set(year_on_year_checks()) == of_part
    assert len(of_part) == 16


def test_a_setting_leaves_one_out() -> None:
    settings = RuleSettings(removed=frozenset({"yony01"}))
    xml = return_xml([child()])
    outcomes = check(sent(xml, 2017, return_xml([], 2016)), settings).outcomes.set_index("rule_id")
    assert outcomes.loc["YonY01", "status"] == "not_run"
    assert outcomes.loc["YonY02", "status"] == "failed"


def test_a_return_given_without_its_previous_one_cannot_be_compared() -> None:
    found: RuleInput = sent(return_xml([child()]))
    with pytest.raises(ValueError, match="no return for the previous year"):
        _ = found.previous_input


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from(sorted(year_on_year_checks())))
def test_met_from_the_threshold_on_and_not_below(before: int, now: int, rule_id: str) -> None:
    check_of = year_on_year_checks()[rule_id]
    found = Compared(check_of, before, now)
    if found.change is None:
        assert found.is_met == (now > 0)
    else:
        assert found.is_met == (round(abs(found.change), 9) >= check_of.percent / 100)
