"""Which figures rest on an item: what moves in the example when it is empty there."""

import pytest

from cin_pipeline.census.specification import ValueType, tables
from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.methodology import resting
from cin_pipeline.methodology.catalogue import MEASURES, catalogue_of
from cin_pipeline.methodology.missing import UnusableItem
from cin_pipeline.methodology.resting import Resting, every_figure, resting_on
from cin_pipeline.reference.figure_keys import TOTAL

YEARS = [year.ending for year in COLLECTION_YEARS]


@pytest.mark.parametrize("year", YEARS)
def test_every_measure_counts_something_in_the_example_and_every_breakdown_has_a_category(year):
    figures = resting._figures(resting._example(year), year)
    for measure in catalogue_of(year):
        assert [value for _, value in figures[measure.name, TOTAL]] > [0], measure.name
        assert {name for of, name in figures if of == measure.name} == {TOTAL, *measure.breakdowns}


def names(table, column, year=2017):
    return [f"{each.measure} {each.breakdown}".strip() for each in resting_on(table, column, year)]


def test_items_of_the_methodology_by_hand():
    assert names("referrals", "primary_need") == ["cin_episodes_at_31_march primary_need"]
    assert names("referrals", "referral_source") == ["referrals referral_source"]
    assert names("children", "ethnicity") == ["cin_episodes_at_31_march ethnicity", "cpp_at_31_march ethnicity"]
    assert names("children", "birth_date") == ["cin_episodes_at_31_march age_band", "cpp_at_31_march age_band"]
    assert names("assessments", "assessment_authorisation_date") == ["assessments_completed", "factor_episodes"]
    assert names("assessments", "assessment_start_date") == [
        "assessments_completed duration", "assessments_completed working_days",
    ]  # fmt: skip
    assert names("section47", "s47_start_date") == [
        "section_47_enquiries", "children_section_47", "icpcs wait", "icpcs working_days",
    ]  # fmt: skip
    assert names("plans", "number_of_previous_cpp") == ["cpp_starting_second_or_subsequent"]
    assert names("reviews", "cpp_review_date") == ["cpp_reviewed_in_time_at_31_march"]


def test_nothing_counts_without_a_referral_date():
    """Not even what happened under a referral; conferences of transfers in lie in the referral itself."""
    assert resting_on("referrals", "referral_date", 2022) == every_figure(2022)


@pytest.mark.parametrize(
    ("table", "column"),
    [("children", "upn"), ("children", "death_date"), ("section47", "icpc_target_date"),
     ("section47", "icpc_not_required"), ("assessments", "assessment_internal_review_date")],
)  # fmt: skip
def test_items_in_no_figure(table, column):
    assert resting_on(table, column, 2017) == ()


def test_plans_of_children_in_need_from_their_first_year_on():
    assert names("cin_plans", "cin_plan_end_date", 2022) == [
        "cin_plans_ending", "children_cin_plan_ending", "cin_plans_at_31_march",
    ]  # fmt: skip
    assert not any("cin_plan" in each.measure for each in every_figure(2021))


@pytest.mark.parametrize("year", [2014, 2017, 2025, 2027])
def test_what_is_found_can_be_declared_unusable(year):
    """In every year, of every item; the declaration raises for a figure that is not there."""
    for name, table in tables(year).items():
        for item in table.items:
            for each in resting_on(name, item.column, year):
                UnusableItem(year, "201", each.measure, "not read", each.breakdown)
                assert not each.breakdown or Resting(each.measure) not in resting_on(name, item.column, year)


def test_every_item_but_those_of_identity_is_asked_of_the_example():
    """An item without a value in the example would rest in nothing for that alone."""
    example = resting._example(2022)
    unsaid = {
        (name, item.column)
        for name, table in tables(2022).items()
        for item in table.items
        if item.type is not ValueType.TEXT and not example[name][item.column].notna().any()
    }
    assert unsaid == {
        ("children", "upn"), ("children", "former_upn"), ("children", "upn_unknown"), ("children", "death_date"),
        ("assessments", "assessment_internal_review_date"), ("section47", "icpc_target_date"),
    }  # fmt: skip
    assert set(MEASURES) == {each.measure for each in every_figure(2022)}
