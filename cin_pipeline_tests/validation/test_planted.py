"""Mistakes planted in a valid return are found, each once, and nothing else is.

What a mistake necessarily breaks besides its own rule is listed with the case (`also`).
"""

import random

import pytest

from cin_pipeline.validation import RuleSettings
from cin_pipeline_tests.support.building import assessment, child, enquiry, referral, upn
from cin_pipeline_tests.support.checked import checked, places
from cin_pipeline_tests.validation.all_cases import PLANTS
from cin_pipeline_tests.validation.cases import Case, Together

ALL_RULES = RuleSettings(added=frozenset({"8899Q"}))


def _found(results):
    return [f"{rule} {place}" for rule, place in zip(results.issues["rule_id"], places(results), strict=True)]


def _planted(case):
    return [*(f"{case.rule_id} {place}" for place in case.places), *case.also]


@pytest.mark.parametrize("plant", PLANTS.values(), ids=str)
def test_each_mistake_alone_gives_its_hits_and_no_others(plant):
    settings = RuleSettings(added=frozenset({plant.rule_id})) if plant.rule_id == "8899Q" else None
    assert sorted(_found(checked(plant.xml, plant.year, settings))) == sorted(_planted(plant))


@pytest.mark.parametrize("year", [2017, 2022, 2025, 2027])
@pytest.mark.parametrize("seed", range(3))
def test_all_mistakes_together_in_any_order_give_the_hits_of_each(year, seed):
    """The return-level rules are kept quiet by children that bring conferences, so no plan is without one."""
    plants = [case for case in PLANTS.values() if case.year == year and not case.is_on_whole_return]
    plants = [case for case in plants if case.rule_id != "8899Q"]
    random.Random(seed).shuffle(plants)  # noqa: S311 - an order, no secret
    together = Together((*(_with_own_ids(case, n) for n, case in enumerate(plants)), _conferences(60)), year)
    expected = [place for case in together.cases for place in together.moved(case, _planted(case))]
    assert sorted(_found(checked(together.xml, year))) == sorted(expected)
    assert len(plants) >= {2017: 80, 2022: 14, 2025: 4, 2027: 10}[year]


def _with_own_ids(case, n):
    """The case with ids that no other child has, save where the id is what is wrong."""
    usual = child()
    changed = [
        record
        | ({"LAchildID": f"p{n}"} if record["LAchildID"] == usual["LAchildID"] else {})
        | ({"UPN": upn(f"2011{n:08}")} if record["UPN"] == usual["UPN"] else {})
        for record in case.children
    ]
    return Case(case.rule_id, case.name, tuple(changed), case.places, also=case.also, year=case.year)


def _conferences(number):
    """Valid children, each with a conference that led to no plan."""
    held = [referral(Assessments=[assessment()], Section47=[enquiry()])]
    children = [child(LAchildID=f"c{n}", UPN=upn(f"2012{n:08}"), CINdetails=held) for n in range(number)]
    return Case("8590", "none at fault", tuple(children))
