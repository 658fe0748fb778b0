"""Data confidence of small returns worked by hand, the boundary of every threshold, and what holds on any return."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from pandas import DataFrame

import cin_pipeline
from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.specification import RECORD_NUMBER
from cin_pipeline.census.years import COLLECTION_YEARS, CollectionYear
from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.methodology.measures import MEASURE_COLUMNS
from cin_pipeline.validation import RuleInput, RuleSettings, check
from cin_pipeline.validation.confidence import CONFIDENCE_COLUMNS, data_confidence, year_on_year_changes
from cin_pipeline.validation.confidence.completeness import DUE_ITEMS, due_items
from cin_pipeline.validation.confidence.faults import MODULES, modules
from cin_pipeline.validation.confidence.grading import (
    CHANGE,
    CHECK,
    COMPLETENESS,
    ERRORS,
    RECORDS,
    THRESHOLDS,
    Threshold,
    beyond_chance,
    graded_change,
    graded_completeness,
    graded_faults,
    graded_records,
    overall,
)
from cin_pipeline.validation.confidence.indicators_page import PAGE, with_tables
from cin_pipeline.validation.confidence.year_on_year import AS_PREVIOUS_YEAR, HEADLINES
from cin_pipeline.validation.year_on_year import compared_checks
from cin_pipeline_tests.support.building import (
    Record,
    assessment,
    child,
    nfa,
    no_conference,
    old_plan,
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
from cin_pipeline_tests.support.checked import sent as rule_input
from cin_pipeline_tests.support.random_returns import returns

LA = "201"
RANKS = ("low", "medium", "high")


def measures(year: int = 2017, **counts: int | None) -> DataFrame:
    """Totals of one LA: 5 for every headline measure not named."""
    named = dict.fromkeys({name for names in HEADLINES.values() for name in names} | set(AS_PREVIOUS_YEAR.values()), 5)
    rows = [
        (year, LA, name, "total", "total", value, "not_available" if value is None else "known")
        for name, value in (named | counts).items()
    ]
    return DataFrame(rows, columns=list(MEASURE_COLUMNS)).astype({"value": "Int64"})


def confidence_of(
    children: Sequence[Record] | bytes,
    year: int = 2017,
    *,
    now: DataFrame | None = None,
    before: DataFrame | None = None,
    crashed: Iterable[str] = (),
    rules: bool = True,
) -> DataFrame:
    xml = children if isinstance(children, bytes) else return_xml(children, year)
    sent = read_return(xml, year)
    cleaned = clean_return(sent.tables, year)
    issues = check(RuleInput(sent, cleaned, year)).issues if rules else None
    return data_confidence(
        cleaned.tables,
        year,
        LA,
        issues=issues,
        measures=measures(year) if now is None else now,
        previous=before,
        crashed=tuple(crashed),
    )


def row(table: DataFrame, module: str, indicator: str, item: str = "") -> dict[str, object]:
    """The figures of one row, numbers as Python's."""
    chosen = (table["module"] == module) & (table["indicator"] == indicator) & (table["item"] == item)
    (found,) = table[chosen].to_dict("records")
    return found


def held(table: DataFrame, module: str, item: str) -> tuple[object, object]:
    """Records that hold an item, of those where it is due."""
    found = row(table, module, COMPLETENESS, item)
    return found["numerator"], found["denominator"]


def grades(table: DataFrame) -> set[str]:
    return set(table["confidence"])


# A whole return


@pytest.mark.parametrize("year", [year.ending for year in COLLECTION_YEARS])
def test_complete_return_is_of_high_confidence_throughout(year: int) -> None:
    table = confidence_of(complete_children(), year, before=measures(year - 1))
    assert table[~table["confidence"].isin(["high", "not available"])].to_dict("records") == []
    assert set(table.loc[table["confidence"] == "not available", "module"]) <= {"cin_plans", "pre_proceedings"}
    assert set(table["module"]) == {*modules(year), "whole_return"}
    assert tuple(table.columns) == CONFIDENCE_COLUMNS


def complete_children() -> list[Record]:
    """The valid children but those who wait for the target date of a conference, or for a review; and one of every
    disability in their stead, for the queries about the whole return."""
    waiting = ("a3", "a5", "a8")
    eight = ["MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS"]
    enquired = referral(Assessments=[assessment()], Section47=[no_conference()])
    ids = {"LAchildID": "d1", "UPN": None, "UPNunknown": "UN2", "PersonBirthDate": "2006-09-09"}
    instead = child(**ids, Disability=eight, CINdetails=[enquired])
    return [*(record for record in valid_children() if record["LAchildID"] not in waiting), instead]


def test_return_without_children_is_low_even_without_a_year_before() -> None:
    table = confidence_of([])
    assert row(table, "children", RECORDS)["confidence"] == "low"
    assert row(table, "whole_return", "overall")["confidence"] == "low"
    assert row(table, "plans", "overall")["confidence"] == "not available"
    shares = table[table["indicator"] == COMPLETENESS]
    assert set(shares["confidence"]) == {"not available"}
    assert shares["value"].isna().all()


def test_without_year_before_changes_are_not_available_and_do_not_count() -> None:
    table = confidence_of(complete_children())
    changes = table[table["indicator"] == CHANGE]
    assert grades(changes) == {"not available"}
    assert set(changes["reason"]) == {"no measures of the previous year"}
    assert changes["value"].isna().all()
    assert row(table, "whole_return", "overall")["confidence"] == "high"


def test_without_rules_errors_are_not_available() -> None:
    table = confidence_of(complete_children(), rules=False)
    assert grades(table[table["indicator"].isin(["records_with_errors", "records_with_queries"])]) == {"not available"}


def test_module_that_vanished_is_low() -> None:
    """200 children would hold 25 plans by England's pattern; last year there were 60."""
    children = [child(LAchildID=f"c{n}") for n in range(200)]
    gone = confidence_of(children, now=measures(cpp_any_point=0), before=measures(2016, cpp_any_point=60))
    found = row(gone, "plans", RECORDS)
    assert (found["numerator"], found["denominator"], found["confidence"]) == (0, 60, "low")
    assert row(gone, "plans", "overall")["confidence"] == "low"
    assert row(gone, "whole_return", "overall")["confidence"] == "low"
    assert "plans: 0 records where at least 60 were expected" in year_on_year_changes(gone)
    first = row(confidence_of(children), "plans", RECORDS)
    assert (first["denominator"], first["confidence"]) == (25, "low")


def test_empty_module_in_a_small_return_is_no_signal() -> None:
    """60 children would hold 7 plans: none at all can be chance."""
    table = confidence_of([child(LAchildID=f"c{n}") for n in range(60)])
    found = row(table, "plans", RECORDS)
    assert (found["denominator"], found["confidence"]) == (7, "high")


def test_whole_return_is_no_better_than_its_worst_module() -> None:
    table = confidence_of([*complete_children(), *(child(LAchildID=f"c{n}", Ethnicity=None) for n in range(9))])
    overalls = table[table["indicator"] == "overall"].set_index("module")["confidence"]
    assert overalls["children"] == "low"
    assert overalls["plans"] == "high"
    assert overalls["whole_return"] == "low"


# Completeness


@pytest.mark.parametrize(
    ("record", "module", "item", "expected"),
    [
        (child(), "children", "Ethnicity", (1, 1)),
        (child(Ethnicity=None), "children", "Ethnicity", (0, 1)),
        (child(Ethnicity="XXXX"), "children", "Ethnicity", (0, 1)),
        (child(Ethnicity="NOBT"), "children", "Ethnicity", (0, 1)),
        (child(LAchildID="  "), "children", "LAchildID", (0, 1)),
        (unborn(), "children", "PersonBirthDate or ExpectedPersonBirthDate", (1, 1)),
        (child(PersonBirthDate="2016-02-30"), "children", "PersonBirthDate or ExpectedPersonBirthDate", (0, 1)),
        (unborn(), "children", "GenderCurrent", (0, 0)),
        (child(GenderCurrent="0"), "children", "GenderCurrent", (0, 1)),
        (child(GenderCurrent="9"), "children", "GenderCurrent", (1, 1)),
        (child(Disability=None), "children", "Disability", (0, 1)),
        (child(Disability=["NONE"]), "children", "Disability", (1, 1)),
        (child(Disability=["", "LD"]), "children", "Disability", (1, 1)),
        (child(Disability=None, CINdetails=[nfa()]), "children", "Disability", (0, 0)),
        (unborn(), "children", "Disability", (0, 0)),
        (child(UPN=None), "children", "UPN or UPNunknown", (0, 1)),
        (child(UPN=None, UPNunknown="UN1"), "children", "UPN or UPNunknown", (0, 1)),
        (child(UPN=None, UPNunknown="UN2"), "children", "UPN or UPNunknown", (1, 1)),
        (child(UPN=None, PersonBirthDate="2011-03-31"), "children", "UPN or UPNunknown", (0, 1)),
        (child(UPN=None, PersonBirthDate="2011-04-01"), "children", "UPN or UPNunknown", (0, 0)),
        (with_referral(CINreferralDate=None), "referrals", "CINreferralDate", (0, 1)),
        (with_referral(ReferralSource="10"), "referrals", "ReferralSource", (0, 1)),
        (with_referral(ReferralSource=None), "referrals", "ReferralSource", (0, 1)),
        (with_referral(ReferralSource=None, CINreferralDate="2013-03-31"), "referrals", "ReferralSource", (0, 0)),
        (with_referral(ReferralSource=None, CINreferralDate="2013-04-01"), "referrals", "ReferralSource", (0, 1)),
        (with_referral(PrimaryNeedCode="N0"), "referrals", "PrimaryNeedCode", (0, 1)),
        (child(CINdetails=[nfa(), referral()]), "referrals", "PrimaryNeedCode", (1, 1)),
        (with_referral(), "referrals", "ReasonForClosure", (0, 0)),
        (with_referral(CINclosureDate="Y0-12-01"), "referrals", "ReasonForClosure", (0, 1)),
        (with_referral(ReferralNFA="yes"), "referrals", "ReferralNFA", (0, 1)),
        (with_assessments(unfinished()), "assessments", "AssessmentFactors", (0, 0)),
        (with_assessments(assessment(AssessmentFactors=None)), "assessments", "AssessmentFactors", (0, 1)),
        (with_assessments(assessment(AssessmentFactors=["99"])), "assessments", "AssessmentFactors", (0, 1)),
        (with_assessments(assessment(AssessmentFactors=["99", "2B"])), "assessments", "AssessmentFactors", (1, 1)),
        (with_enquiries({"ICPCnotRequired": "0"}), "section47", "S47ActualStartDate", (0, 1)),
        (with_enquiries({"ICPCnotRequired": "0"}), "section47", "InitialCPCtarget", (0, 1)),
        (with_enquiries({"ICPCnotRequired": "1"}), "section47", "InitialCPCtarget", (0, 0)),
        (with_enquiries({"DateOfInitialCPC": "Y0-06-15"}), "section47", "S47ActualStartDate", (0, 0)),
        (with_enquiries({"DateOfInitialCPC": "Y0-06-15"}), "section47", "ICPCnotRequired", (0, 1)),
        (with_plans(old_plan(NumberOfPreviousCPP="x")), "plans", "NumberOfPreviousCPP", (0, 1)),
        (with_plans(old_plan()), "plans", "Reviews", (0, 1)),
        (with_plans(old_plan(CPPreviewDate=["YP-09-10"])), "plans", "Reviews", (1, 1)),
        (with_plans(old_plan(CPPreviewDate=["", "YP-09-10"])), "reviews", "CPPreviewDate", (1, 2)),
        (with_plans(old_plan(CPPstartDate="Y0-06-15", CPPendDate="Y0-09-15")), "plans", "Reviews", (0, 0)),
        (with_plans(old_plan(CPPstartDate="Y0-06-15", CPPendDate="Y0-09-16")), "plans", "Reviews", (0, 1)),
        (with_plans(old_plan(CPPstartDate="Y0-12-31")), "plans", "Reviews", (0, 0)),
        (with_plans(old_plan(CPPstartDate="Y0-12-30")), "plans", "Reviews", (0, 1)),
    ],
)  # fmt: skip
def test_item_is_counted_where_it_is_due(record: Record, module: str, item: str, expected: tuple[int, int]) -> None:
    assert held(confidence_of([record], rules=False), module, item) == expected


@pytest.mark.parametrize(
    ("birth_date", "year", "due"),
    [("2019-08-31", 2025, 1), ("2019-09-01", 2025, 0), ("2018-04-01", 2024, 0), ("2018-03-31", 2024, 1)],
)
def test_school_age_is_reached_on_31_august_from_2024_25(birth_date: str, year: int, due: int) -> None:
    """As in rule 8770Q."""
    table = confidence_of([child(UPN=None, PersonBirthDate=birth_date)], year, rules=False)
    assert held(table, "children", "UPN or UPNunknown") == (0, due)


@pytest.mark.parametrize(
    ("item", "rule_id", "records"),
    [
        ("Ethnicity", "4220", [child(Ethnicity=None), child(Ethnicity="x"), child()]),
        ("Disability", "8540", [child(Disability=None), child(Disability=["x"]), unborn(Disability=None)]),
        ("ReferralSource", "8866", [with_referral(ReferralSource=""), with_referral(ReferralSource="x")]),
        ("PrimaryNeedCode", "8610", [with_referral(PrimaryNeedCode=None), child(CINdetails=[nfa()])]),
        ("UPN or UPNunknown", "8770Q", [child(UPN=None), child(), child(UPN=None, PersonBirthDate="2014-01-01")]),
        ("AssessmentFactors", "8897Q", [with_assessments(assessment(AssessmentFactors=None), unfinished())]),
    ],
)
def test_what_is_missing_is_what_the_rule_reports(item: str, rule_id: str, records: list[Record]) -> None:
    xml = return_xml(records)
    sent = read_return(xml, 2017)
    issues = check(RuleInput(sent, clean_return(sent.tables, 2017), 2017)).issues
    (found,) = confidence_of(xml).query("indicator == 'completeness' and item == @item").to_dict("records")
    assert found["denominator"] - found["numerator"] == (issues["rule_id"] == rule_id).sum() > 0


def test_every_due_item_is_an_item_of_the_specification_in_some_year() -> None:
    asked = {due.item for year in COLLECTION_YEARS for due in due_items(year.ending)}
    assert asked == {due.item for due in DUE_ITEMS}
    assert {due.item for due in due_items(2017)} & {"Sex", "CINPlanStartDate", "PPStartDate"} == set()
    assert {"Sex", "CINPlanStartDate"} <= {due.item for due in due_items(2025)}
    assert {due.item for due in due_items(2027)} - {due.item for due in due_items(2026)} == {
        "PPStartDate", "FGDMMeetingOffer", "FGDMMeetingFac", "ReviewMeetingsCount",
    }  # fmt: skip


# Errors and queries


def test_a_record_with_several_errors_counts_once() -> None:
    table = confidence_of(
        [child(Ethnicity=None, GenderCurrent=None), child(LAchildID="other", UPN=None, UPNunknown="UN2")]
    )
    found = row(table, "children", ERRORS)
    assert (found["numerator"], found["denominator"], found["value"]) == (1, 2, 0.5)


def test_faults_below_count_for_the_record_above_and_for_the_child() -> None:
    """A factor that is no code, under an assessment of which no rule asks for factors."""
    record = with_assessments(unfinished(AssessmentFactors=["99"]))
    table = confidence_of([record, *complete_children()])
    assert row(table, "assessments", ERRORS)["numerator"] == 1
    assert row(table, "children", ERRORS)["numerator"] == 0
    assert row(table, "whole_return", ERRORS, "children")["numerator"] == 1


def test_fault_of_the_return_itself_is_counted_apart() -> None:
    table = confidence_of([child()])  # rules 2887Q and 2888Q: too few disabilities
    found = row(table, "whole_return", "records_with_queries", "return")
    assert (found["numerator"], found["denominator"], found["confidence"]) == (1, 1, "medium")
    assert row(table, "whole_return", "records_with_queries", "children")["numerator"] == 0


def test_crashed_rule_makes_its_module_not_available() -> None:
    """8610 is an error of referrals: of these nothing good can be said, of the others all."""
    table = confidence_of(complete_children(), crashed=["8610"])
    assert row(table, "referrals", ERRORS)["confidence"] == "not available"
    assert row(table, "referrals", ERRORS)["reason"] == "a rule crashed"
    assert row(table, "whole_return", ERRORS, "children")["confidence"] == "not available"
    assert row(table, "plans", ERRORS)["confidence"] == "high"
    assert row(table, "referrals", "records_with_queries")["confidence"] == "high"


def test_crashed_rule_does_not_hide_what_is_low() -> None:
    assert graded_faults("referrals", ERRORS, "", 50, 100, "a rule crashed").confidence == "low"


# Changes


@pytest.mark.parametrize(
    ("now", "before", "confidence"),
    [
        (1000, 1000, "high"),
        (5, 12, "high"),  # a handful in a small LA, though 58% fewer
        (0, 9, "high"),  # 9 is not more than 3 x sqrt(9)
        (0, 10, "low"),  # 10 is more than 3 x sqrt(10)
        (42, 20, "high"),  # 110% more: 22 is less than 3 x sqrt(62)
        (45, 20, "low"),  # 125% more: 25 is more than 3 x sqrt(65)
        (0, 0, "high"),
        (9, 0, "high"),
        (10, 0, "medium"),
    ],
)
def test_change_of_a_handful_is_no_signal(now: int, before: int, confidence: str) -> None:
    found = graded_change("plans", "cpp_starting", now, before)
    assert found.confidence == confidence
    assert found.value == (None if before == 0 else pytest.approx(now / before - 1))


def test_doubling_weighs_as_much_as_halving() -> None:
    for smaller, larger in ((400, 400), (400, 601), (400, 900)):
        up, down = (graded_change("plans", "icpcs", *pair) for pair in ((larger, smaller), (smaller, larger)))
        assert up.confidence == down.confidence


def test_measure_not_known_in_a_year_is_not_available() -> None:
    table = confidence_of([child()], before=measures(2016, re_referrals=None))
    assert row(table, "referrals", CHANGE, "re_referrals")["reason"] == "not known in both years"
    assert row(table, "referrals", CHANGE, "referrals")["confidence"] == "high"


def test_other_authorities_and_breakdowns_are_not_compared() -> None:
    other = measures(2016).assign(la_code="202", value=1)
    parts = measures(2016).assign(breakdown="gender", category="1", value=1)
    table = confidence_of([child()], before=pd.concat([other, parts, measures(2016)]))
    assert set(table.loc[table["indicator"] == CHANGE, "denominator"]) == {5}


def test_movement_in_words() -> None:
    now = measures(referrals=3000, icpcs=0, cpp_starting=90, section_47_enquiries=5, cpp_ending=160)
    before = measures(2016, referrals=1200, icpcs=80, cpp_starting=0, section_47_enquiries=9, cpp_ending=100)
    table = confidence_of(complete_children(), now=now, before=before)
    moved = [
        line for line in year_on_year_changes(table, {"referrals": "Referrals in the year"}) if "expected" not in line
    ]
    assert moved == [
        "Referrals in the year: up from 1,200 to 3,000 (+150%)",
        "icpcs: none, 80 in the previous year",
        "cpp starting: 90, none in the previous year",
        "cpp ending: up from 100 to 160 (+60%)",
    ]


# The Department's year-on-year checks


def with_checks(now: Sequence[Record], before: Sequence[Record] | None, left_out: str = "8899") -> DataFrame:
    """The confidence of a return whose rules were run with the previous year's."""
    previous = None if before is None else return_xml(before, 2016)
    seen = rule_input(return_xml(now), 2017, previous)
    results = check(seen, RuleSettings(removed=frozenset({left_out})))
    cleaned = clean_return(read_return(return_xml(now), 2017).tables, 2017).tables
    return data_confidence(
        cleaned,
        2017,
        LA,
        issues=results.issues,
        measures=measures(),
        previous=measures(2016),
        checks=compared_checks(cleaned, seen.previous, 2017, results.run),
    )


def of_checks(table: DataFrame) -> DataFrame:
    return table[table["indicator"] == CHECK].set_index("item")


@pytest.mark.parametrize(("now", "confidence"), [(114, "high"), (115, "medium"), (86, "high"), (85, "medium")])
def test_a_year_on_year_check_is_medium_from_its_threshold_on(now: int, confidence: str) -> None:
    before, sent = ([child(LAchildID=f"c{n}", CINdetails=[]) for n in range(number)] for number in (100, now))
    found = of_checks(with_checks(sent, before)).loc["YonY01"]
    assert found[["module", "numerator", "denominator"]].tolist() == ["whole_return", now, 100]
    assert (found["value"], found["threshold_high"]) == (pytest.approx(now / 100 - 1), 0.15)
    assert pd.isna(found["threshold_low"])
    assert found["confidence"] == confidence


def test_year_on_year_checks_stand_beside_our_own_changes() -> None:
    table = with_checks([*complete_children(), nfa_child()], complete_children())
    checks = of_checks(table)
    assert list(checks.index) == [f"YonY{n:02}" for n in range(1, 17) if n not in (8, 9, 10)]
    assert checks.loc["YonY15", ["numerator", "denominator", "confidence"]].tolist() == [3, 2, "medium"]
    assert set(table.loc[table["indicator"] == CHANGE, "confidence"]) == {"high"}
    assert row(table, "referrals", "overall")["confidence"] == "high"
    assert row(table, "whole_return", "overall")["confidence"] == "medium"


def nfa_child() -> Record:
    return child(LAchildID="n1", UPN=None, UPNunknown="UN2", CINdetails=[nfa()])


def test_year_on_year_checks_that_were_not_run_are_not_there() -> None:
    assert of_checks(with_checks([child()], None)).empty
    assert "YonY01" not in of_checks(with_checks([child()], [], left_out="YonY01")).index


def test_nothing_before_and_something_now_has_no_percentage() -> None:
    found = of_checks(with_checks([child()], [])).loc["YonY01"]
    assert pd.isna(found["value"])
    assert (found["numerator"], found["denominator"], found["confidence"]) == (1, 0, "medium")


def test_nothing_moved_says_nothing() -> None:
    assert year_on_year_changes(confidence_of(complete_children())) == []


def test_headline_measures_are_measures_of_the_catalogue() -> None:
    """Validation must not import the methodology, so nothing else would notice a measure renamed."""
    assert {name for names in HEADLINES.values() for name in names} | set(AS_PREVIOUS_YEAR.values()) <= set(MEASURES)
    assert set(HEADLINES) == set(AS_PREVIOUS_YEAR) == set(modules(2017))


# Thresholds


@pytest.mark.parametrize("threshold", THRESHOLDS, ids=lambda threshold: f"{threshold.indicator} {threshold.item}")
def test_value_on_a_threshold_is_the_better_of_both(threshold: Threshold) -> None:
    """In ten thousand records, one more at fault than the threshold lets through lowers the confidence."""
    for bound, better, worse in ((threshold.high, "high", "medium"), (threshold.low, "medium", "low")):
        at, beyond = (graded(threshold, round(bound * 10_000), more) for more in (0, 1))
        assert (at, beyond) == (better, worse)


def graded(threshold: Threshold, count: int, worse_by: int) -> str:
    match threshold.indicator:
        case "completeness":
            return graded_completeness("m", threshold.item, count - worse_by, 10_000).confidence
        case "records_against_expected":
            return graded_records("m", count - worse_by, 10_000).confidence
        case "year_on_year_change":
            return graded_change("m", threshold.item, 10_000 + count + worse_by, 10_000).confidence
        case _:
            return graded_faults("m", threshold.indicator, threshold.item, count + worse_by, 10_000).confidence


@pytest.mark.parametrize(("at_fault", "confidence"), [(0, "high"), (1, "medium"), (2, "medium"), (3, "low")])
def test_fewer_than_three_records_at_fault_are_medium_at_worst(at_fault: int, confidence: str) -> None:
    assert graded_completeness("plans", "CPPstartDate", 4 - at_fault, 4).confidence == confidence
    assert graded_faults("plans", ERRORS, "", at_fault, 4).confidence == confidence


def test_thresholds_name_what_there_is_once() -> None:
    keys = [(threshold.indicator, threshold.item) for threshold in THRESHOLDS]
    items = {"", *(due.item for due in DUE_ITEMS), *(name for names in HEADLINES.values() for name in names)}
    assert len(keys) == len(set(keys))
    assert {item for _, item in keys} <= items


def test_overall_is_the_worst_of_what_is_available() -> None:
    rows = [graded_faults("m", ERRORS, "", faulty, 100) for faulty in (0, 3, 0)]
    nothing = graded_faults("m", ERRORS, "", 0, 0)
    found = overall("m", [*rows, nothing])
    assert (found.numerator, found.denominator, found.confidence) == (2, 3, "medium")
    assert overall("m", [nothing]).confidence == "not available"


# On any return


@given(returns())
@settings(max_examples=25, deadline=None)
def test_shares_are_shares_and_nothing_identifies_a_child(xml: bytes) -> None:
    table = confidence_of(xml, before=measures(2016))
    shares = table[~table["indicator"].isin([CHANGE, RECORDS])]
    assert (shares["numerator"] <= shares["denominator"]).all()
    assert shares["value"].dropna().between(0, 1).all()
    assert (shares["value"].isna() == ((shares["denominator"] == 0) | (shares["confidence"] == "not available"))).all()
    assert grades(table) <= {"high", "medium", "low", "not available"}
    assert ((table["reason"] != "") == (table["confidence"] == "not available")).all()
    assert not table.duplicated(["module", "indicator", "item"]).any()
    ranks = [*table.loc[table["indicator"] == "overall", "confidence"]]
    available = [RANKS.index(grade) for grade in ranks if grade in RANKS]
    assert min(available) == available[-1]  # the whole return's, which is last
    words = {due.item for due in DUE_ITEMS} | {name for names in HEADLINES.values() for name in names}
    assert set(table["item"]) <= words | {"", "children", "return"}


def test_more_missing_never_raises_confidence() -> None:
    found = [graded_completeness("m", "Ethnicity", 100 - missing, 100).confidence for missing in range(101)]
    assert all(RANKS.index(one) >= RANKS.index(next_) for one, next_ in pairwise(found))


def test_chance_is_the_same_both_ways() -> None:
    assert all(beyond_chance(a, b) == beyond_chance(b, a) for a in range(30) for b in range(30))


def test_every_table_has_a_module_and_every_year_its_own() -> None:
    assert set(MODULES) == set(RECORD_NUMBER)
    assert "cin_plans" not in modules(CollectionYear(2017).ending)
    assert "cin_plans" in modules(2022)


def test_page_is_up_to_date() -> None:
    text = (Path(cin_pipeline.__file__).parents[1] / PAGE).read_text(encoding="utf-8")
    assert text == with_tables(text), "run python -m cin_pipeline.validation.confidence.indicators_page"
    assert text.count("<!-- table: ") == text.count("<!-- end -->") == 4
