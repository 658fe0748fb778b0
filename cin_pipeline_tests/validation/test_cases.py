"""Every rule on its cases, each read from XML: where it hits, and what it lets pass.

The cases of a year stand in one return (but for rules on the return as a whole). Nearly all their children have the
same LAchildID: so these tests also show that records are linked by their place and not by the id.
"""

from collections import Counter
from functools import cache

import pytest

from cin_pipeline.reference.validation_rules import rule_variants
from cin_pipeline.validation import RuleSettings, check, rule_set
from cin_pipeline.validation.results import CRASHED, RuleResults
from cin_pipeline_tests.support.checked import checked, named, places, sent
from cin_pipeline_tests.validation.all_cases import CASES
from cin_pipeline_tests.validation.cases import Together

EVERY_RULE = RuleSettings(added=frozenset(rule_variants()))


@cache
def _together(year: int) -> tuple[Together, RuleResults]:
    together = Together(tuple(c for c in CASES if c.year == year and not c.is_on_whole_return), year)
    return together, checked(together.xml, year, EVERY_RULE)


@pytest.mark.parametrize("case", [c for c in CASES if not c.is_on_whole_return], ids=str)
def test_rule_hits_where_the_case_says_and_nowhere_else(case):
    together, results = _together(case.year)
    assert together.own(case, places(results, case.rule_id)) == list(case.places)
    if case.named is not None:
        assert set(together.own(case, named(results, case.rule_id))) == case.named


@pytest.mark.parametrize("year", sorted({c.year for c in CASES if not c.is_on_whole_return}))
def test_no_rule_crashes_or_hits_valid_children_among_many_bad_ones(year):
    together, results = _together(year)
    assert results.crashed == ()
    assert together.of_no_case(place for place in places(results) if place != "return") == []


@pytest.mark.parametrize("case", [c for c in CASES if c.is_on_whole_return], ids=str)
def test_rule_on_whole_return(case):
    rules = [rule for rule in rule_set(case.year) if rule.rule_id == case.rule_id]
    results = check(sent(case.xml, case.year, case.previous_xml), rules=rules)
    assert CRASHED not in results.outcomes["status"].tolist()
    assert places(results, case.rule_id) == list(case.places)


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
        for rule in rule_set(case.year)
        if rule.rule_id == case.rule_id
    }
    assert {(f.rule_id, f.variant) for variants in rule_variants().values() for f in variants} - tried == set()


def test_names_of_cases_are_different():
    assert [name for name, times in Counter(map(str, CASES)).items() if times > 1] == []
