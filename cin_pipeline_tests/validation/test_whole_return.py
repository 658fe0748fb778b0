"""Checks of ours on the whole return: each names its fault once, and nothing near it."""

from dataclasses import replace

import pytest

from cin_pipeline.census.return_tables import empty_tables
from cin_pipeline.reference.validation_rules import rule_variants
from cin_pipeline.validation import VALUE, check, checking
from cin_pipeline.validation.confidence.faults import faults
from cin_pipeline.validation.confidence.grading import ERRORS, NOT_AVAILABLE, WHOLE_RETURN
from cin_pipeline.validation.results import CRASHED, NOT_RUN
from cin_pipeline.validation.whole_return import BY_ID, CHECKS
from cin_pipeline_tests.support.building import (
    assessment,
    child,
    header,
    plan,
    referral,
    return_xml,
    valid_children,
    with_plans,
    with_referral,
)
from cin_pipeline_tests.support.checked import sent


def found(xml, year=2017, previous=None):
    """What our checks found: id, severity, fields, and where; of the whole return, so without child or record."""
    issues = check(sent(xml, year, previous)).issues
    ours = issues[issues["rule_id"].isin(list(BY_ID))]
    assert set(ours["table"]) <= {"return"}
    assert set(ours["la_child_id"]) <= {""}
    assert ours["record"].isna().all()
    assert ours["child_number"].isna().all()
    return list(ours[["rule_id", "severity", "fields"]].itertuples(index=False, name=None))


def message(xml, year=2017, previous=None):
    issues = check(sent(xml, year, previous)).issues
    (said,) = issues.loc[issues["rule_id"].isin(list(BY_ID)), "message"]
    return said


def test_a_return_without_children_is_an_error_of_the_whole_return():
    assert found(return_xml([])) == [("NOCHILD", "error", "Child")]
    assert message(return_xml([])).startswith("The return holds no child;")


def test_a_return_without_children_is_not_also_told_which_parts_are_gone():
    assert found(return_xml([]), previous=return_xml(valid_children(), 2016)) == [("NOCHILD", "error", "Child")]


@pytest.mark.parametrize("collection", ["SSDA903", "cin", "CIN census"])
def test_another_collection_is_an_error_of_the_whole_return(collection):
    other = return_xml(valid_children(), head=header(Collection=collection))
    assert found(other) == [("COLLECTION", "error", "Header.Collection")]
    assert collection not in message(other).replace("not CIN", "").replace("give CIN", "")


@pytest.mark.parametrize("collection", ["CIN", " CIN\n", "", None])
def test_cin_and_none_at_all_are_no_other_collection(collection):
    assert found(return_xml(valid_children(), head=header(Collection=collection))) == []


def needs(*codes):
    return return_xml([with_referral(PrimaryNeedCode=code) for code in codes])


def test_a_code_sets_whole_column_wrong_is_named_once_with_counts_and_no_value():
    wrong = needs("Abuse", "Abuse", "Disability")
    assert found(wrong) == [("CODES", "error", "PrimaryNeedCode")]
    assert message(wrong).startswith(
        "PrimaryNeedCode: none of the 3 values given (2 different) is a code of 2016 to 2017;"
    )


@pytest.mark.parametrize(
    "xml",
    [needs("Abuse", "Abuse"), needs("Abuse", "Abuse", None, " "), needs("Abuse", "Abuse", "Abuse", "N1")],
    ids=["two are slips", "missing ones are none", "one is right"],
)
def test_a_column_is_wrong_only_where_three_are_given_and_none_is_right(xml):
    assert found(xml) == []


def test_codes_of_another_year_are_none_of_this_one():
    """Sex came with 2024-25, with other codes."""
    old = [child(Sex=code, UPN=None) for code in ("1", "2", "1")]
    assert found(return_xml(old, 2025), 2025) == [("CODES", "error", "Sex")]


def test_each_item_of_a_code_set_is_a_column_of_its_own():
    plans = [plan(InitialCategoryOfAbuse="Neglect", LatestCategoryOfAbuse="Neglect") for _ in range(3)]
    assert found(return_xml([with_plans(*plans)])) == [
        ("CODES", "error", "InitialCategoryOfAbuse"), ("CODES", "error", "LatestCategoryOfAbuse"),
    ]  # fmt: skip


def test_repeating_codes_are_a_column_too():
    assert found(return_xml([child(Disability=["Hearing", "Vision", "Autism"])])) == [("CODES", "error", "Disability")]


BEFORE = [child(LAchildID="b", CINdetails=[referral(Assessments=[assessment()])])]


def test_a_module_that_the_previous_years_return_had_is_missed_once():
    gone = [with_referral(), with_referral()]
    assert found(return_xml(gone), previous=return_xml(BEFORE, 2016)) == [
        ("MODULE", "query", "Assessments"),
    ]  # fmt: skip
    said = message(return_xml(gone), previous=return_xml(BEFORE, 2016))
    assert said.startswith("Assessments: no record in the whole return, 1 in the previous year's;")


def test_a_module_inside_one_that_is_gone_is_not_missed_besides():
    """Reviews lie in plans, and everything in referrals."""
    before = return_xml([with_plans(plan(CPPreviewDate=["Y0-09-01"]))], 2016)
    assert [row[2] for row in found(return_xml([with_referral()]), previous=before)] == [
        "Assessments", "Section47", "ChildProtectionPlans",
    ]  # fmt: skip
    assert [row[2] for row in found(return_xml([child(CINdetails=None)]), previous=before)] == ["CINdetails"]
    assert [row[2] for row in found(return_xml([with_plans(plan())]), previous=before)] == ["CPPreviewDate"]


def test_a_module_that_is_not_collected_yet_or_was_not_is_not_missed():
    assert found(return_xml([with_referral()], 2022), 2022, return_xml([with_referral()], 2021)) == []


def test_without_the_previous_years_return_modules_are_not_compared():
    outcomes = check(sent(return_xml(valid_children()))).outcomes.set_index("rule_id")
    assert outcomes.loc["MODULE", ["status", "reason"]].tolist() == [NOT_RUN, "no return for the previous year"]


def test_a_check_that_crashes_stops_no_other_and_its_faults_are_unknown(monkeypatch):
    def crashing(_sent):
        raise ZeroDivisionError

    checks = [replace(each, find=crashing) if each.check_id == "NOCHILD" else each for each in CHECKS]
    monkeypatch.setattr(checking, "CHECKS", checks)
    given = sent(return_xml([child(Ethnicity=code, UPN=None) for code in ("X", "Y", "Z")]))
    results = check(given)
    assert results.crashed == ("NOCHILD",)
    assert results.outcomes.set_index("rule_id").loc["NOCHILD", "status"] == CRASHED
    assert "CODES" in results.issues["rule_id"].tolist()
    graded = faults(empty_tables(2017), 2017, results.issues.iloc[:0], results.crashed)
    whole = [each for each in graded if (each.module, each.indicator) == (WHOLE_RETURN, ERRORS)]
    assert [each.confidence for each in whole] == [NOT_AVAILABLE] * 2


def test_no_id_of_ours_could_be_one_of_the_departments():
    """Theirs begin with a number, or are YonY and a number."""
    assert not {each.check_id for each in CHECKS} & {VALUE, *rule_variants()}
    assert all(each.check_id.isalpha() and each.check_id.isupper() for each in CHECKS)
