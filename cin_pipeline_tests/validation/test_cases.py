"""Every rule on its cases, each read from XML: where it hits, and what it lets pass."""

from collections import Counter

import pytest

from cin_pipeline.reference.validation_rules import rule_variants
from cin_pipeline.validation import RuleSettings, rule_set
from cin_pipeline.validation.results import CRASHED
from cin_pipeline_tests.validation import (
    cases_assessment,
    cases_child,
    cases_cin_plan,
    cases_plan,
    cases_referral,
    cases_return_level,
    cases_section47,
)
from cin_pipeline_tests.validation.checked import checked, named, places

MODULES = (
    cases_return_level, cases_child, cases_referral, cases_assessment, cases_section47, cases_plan, cases_cin_plan,
)  # fmt: skip
CASES = [case for module in MODULES for case in module.CASES]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule_hits_where_the_case_says_and_nowhere_else(case):
    settings = RuleSettings(added=frozenset({case.rule_id}))
    rules = [rule for rule in rule_set(case.year, settings) if rule.rule_id == case.rule_id]
    results = checked(case.xml, case.year, rules=rules)
    assert CRASHED not in results.outcomes["status"].tolist()
    assert places(results, case.rule_id) == list(case.places)
    if case.named is not None:
        assert named(results, case.rule_id) == case.named


def test_every_rule_has_a_hit_and_two_misses_and_no_others_have():
    hits = Counter(case.rule_id for case in CASES if case.places)
    misses = Counter(case.rule_id for case in CASES if not case.places)
    assert set(hits) == set(misses) == set(rule_variants())
    assert [rule_id for rule_id, number in misses.items() if number < 2] == []


def test_every_variant_has_a_hit():
    tried = {
        (rule.rule_id, rule.facts.variant)
        for case in CASES
        if case.places
        for rule in rule_set(case.year, RuleSettings(added=frozenset({case.rule_id})))
        if rule.rule_id == case.rule_id
    }
    assert {(f.rule_id, f.variant) for variants in rule_variants().values() for f in variants} - tried == {
        ("1530", "2023-24")  # differs from the variant before by what it lets pass; its misses say so
    }


def test_names_of_cases_are_different():
    assert [name for name, times in Counter(map(str, CASES)).items() if times > 1] == []
