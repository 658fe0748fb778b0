"""What is said of returns in doubt, how much of England comes from them, and which lines would leave it out."""

import math

from pandas import DataFrame

from cin_pipeline.census.unreadable import ItemRead
from cin_pipeline.methodology.doubts import Answer, Doubt, parts_of_england, weightiest_first, zeros_of
from cin_pipeline.methodology.measures import KNOWN, MEASURE_COLUMNS, NOT_AVAILABLE
from cin_pipeline.methodology.missing import UnusableItem
from cin_pipeline.methodology.resting import Resting, every_figure

NEED = ItemRead("referrals", "PrimaryNeedCode", 40, 10)
REFERRAL = ItemRead("referrals", "CINreferralDate", 12, 12)
BIRTH = ItemRead("children", "PersonBirthDate", 9, 9)
TARGET = ItemRead("section47", "InitialCPCtarget", 5, 5)


def doubt(*items, **changes):
    return Doubt(2017, "201", 7, items, **changes)


def test_a_doubt_is_said_in_numbers_with_the_reasons_that_weigh_most():
    assert doubt(NEED).sentence == "201: 10 of 40 referrals that give one have no primary need that can be read"
    assert doubt(REFERRAL, all_zero=True, zeros=("referrals",)).sentence == (
        "201: 12 of 12 referrals have no referral date that can be read; its figures are 0"
    )
    assert doubt(zeros=("referrals",), all_zero=True).sentence == "201: the return holds no child; its figures are 0"
    assert doubt(REFERRAL, BIRTH, NEED, zeros=("icpcs", "cpp_starting")).sentence == (
        "201: 12 of 12 referrals have no referral date that can be read; 9 of 9 children that give one have no birth "
        "date that can be read; 1 other item is unreadable too; its figures are 0 for icpcs, cpp_starting"
    )
    assert doubt(TARGET).sentence == (
        "201: 5 of 5 section 47 enquiries that give one have no icpc target date that can be read; "
        "no figure rests on it"
    )
    assert doubt(ItemRead("plans", "CPPstartDate", 1200, 1100)).sentence.startswith(
        "201: 1,100 of 1,200 child protection"
    )


def test_an_answer_is_said_with_who_gave_it_and_why():
    assert doubt(NEED).answered == "not answered: cin-pipeline accept 7 --reason TEXT"
    assert doubt(NEED, answer=Answer("ann", "a small LA")).answered == "accepted by ann: a small LA"


def test_in_public_are_shares_and_neither_numbers_of_records_nor_people():
    said = doubt(ItemRead("plans", "CPPstartDate", 4, 3), answer=Answer("ann", "as sent")).in_public
    assert said == (
        "The return of City of London (201) for 2016 to 2017 counts and was accepted as it is: of the cpp start date "
        "given in its child protection plans 75% cannot be read."
    )
    assert "is not confirmed: the return holds no child." in doubt().in_public


def test_what_most_figures_rest_on_comes_first():
    """Then the larger share: an item in no figure is last, however unreadable."""
    more = ItemRead("referrals", "ReferralSource", 40, 20)
    assert weightiest_first([TARGET, NEED, BIRTH, more, REFERRAL], 2017) == (REFERRAL, BIRTH, more, NEED, TARGET)


def totals(**values):
    rows = [(2017, "201", name, "total", "total", value, KNOWN if value is not None else NOT_AVAILABLE)
            for name, value in values.items()]  # fmt: skip
    return DataFrame(rows, columns=list(MEASURE_COLUMNS)).astype({"value": "Int64"})


def test_figures_are_said_to_be_0_only_where_they_are():
    resting = [Resting("referrals"), Resting("icpcs"), Resting("cpp_starting", "initial_category")]
    assert zeros_of(resting, totals(referrals=0, icpcs=0, cpp_starting=0)) == (("referrals", "icpcs"), True)
    assert zeros_of(resting, totals(referrals=0, icpcs=2, cpp_starting=0)) == (("referrals",), False)
    assert zeros_of(resting, totals(referrals=3, icpcs=2)) == ((), False)
    assert zeros_of(resting, totals(referrals=0, re_referrals=None)) == (("referrals",), True)
    assert zeros_of([Resting("re_referrals")], totals(re_referrals=None)) == ((), False)


def test_lines_are_proposed_for_what_rests_on_the_item_and_is_not_declared():
    assert [(each.measure, each.breakdown) for each in doubt(NEED).proposed([])] == [
        ("cin_episodes_at_31_march", "primary_need")
    ]
    assert (
        doubt(NEED).proposed([])[0].reason == "10 of 40 referrals that give one have no primary need that can be read"
    )
    declared = [UnusableItem(2017, "201", "cin_episodes_at_31_march", "bad")]
    assert doubt(NEED).proposed(declared) == []
    others = [UnusableItem(2016, "201", "cin_episodes_at_31_march", "bad"),
              UnusableItem(2017, "202", "cin_episodes_at_31_march", "bad"),
              UnusableItem(2017, "201", "cin_episodes_at_31_march", "bad", "gender")]  # fmt: skip
    assert len(doubt(NEED).proposed(others)) == 1


def test_a_measure_is_proposed_once_and_its_breakdowns_not_besides():
    proposed = [(each.measure, each.breakdown) for each in doubt(REFERRAL, NEED).proposed([])]
    assert proposed == [(each.measure, "") for each in every_figure(2017)]
    assert [each.measure for each in doubt().proposed([])] == [each.measure for each in every_figure(2017)]
    assert doubt(TARGET).proposed([]) == []


def test_what_comes_of_england_from_returns_in_doubt():
    """201's referrals rest on dates that cannot be read, 202's do not: only its needs are in doubt."""
    measures = DataFrame(
        [(2017, la, "referrals", "total", "total", value, KNOWN) for la, value in (("201", 3), ("202", 5), ("203", 92))]
        + [(2017, "201", "icpcs", "total", "total", None, NOT_AVAILABLE)]
        + [(2016, "201", "referrals", "total", "total", 50, KNOWN)],
        columns=list(MEASURE_COLUMNS),
    ).astype({"value": "Int64"})
    estimates = DataFrame(
        [(2017, "E92000001", "referrals", "total", 100.0), (2017, "E12000001", "referrals", "total", 7.0)],
        columns=["collection_year", "geography_code", "measure", "breakdown", "value"],
    )
    doubts = [doubt(REFERRAL), Doubt(2017, "202", 8, (NEED,)), Doubt(2016, "203", 2, (REFERRAL,))]
    parts = {each.measure: each for each in parts_of_england(measures, estimates, doubts, 2017)}
    assert parts["referrals"] == ("referrals", 100.0, 8, 3, ("201", "202"))
    assert parts["icpcs"][2:] == (0, 0, ())
    assert math.isnan(parts["icpcs"].england)
