"""Which rules a collection year has, how severe they are in it, and its cut-off dates."""

import numpy as np
import pytest

from cin_pipeline.census.specification import tables
from cin_pipeline.census.years import COLLECTION_YEARS, CollectionYear
from cin_pipeline.reference.days import add_months
from cin_pipeline.reference.upn_authorities import upn_authorities
from cin_pipeline.reference.validation_rules import RuleFacts, rule_variants
from cin_pipeline.validation import RuleSettings, rule_set
from cin_pipeline.validation.inputs import working_days_before, years_later
from cin_pipeline.validation.registry import Registry, known_rule_id, registry

CIN_PLAN_RULES = {
    "4000", "4001", "4003", "4004", "4008", "4009Q", "4010", "4011", "4012Q", "4013", "4014", "4015", "4016", "4017",
}  # fmt: skip
# The checks on plans of children in need: two years must have collected them.
CIN_PLAN_CHECKS = {"YonY08", "YonY09", "YonY10"}
FROM_2025 = {"1570", "1580", "8945Q", "8950Q"}
FROM_2027 = {
    "8995Q", "9000Q", "9005", "9006", "9007", "9008", "9009", "9010Q", "9011", "9012", "9013", "9015Q",
}  # fmt: skip


def _run(year, settings=None):
    return {rule.rule_id: rule for rule in rule_set(year, settings) if not rule.not_run}


@pytest.mark.parametrize("year", range(2014, 2022))
def test_2016_17_and_the_years_about_it_run_all_but_later_rules_and_8899q(year):
    assert set(rule_variants()) - set(_run(year)) == (
        CIN_PLAN_RULES | CIN_PLAN_CHECKS | FROM_2025 | FROM_2027 | {"8899Q"}
    )


@pytest.mark.parametrize(
    ("year", "left_out"),
    [
        (2022, CIN_PLAN_CHECKS | FROM_2025 | FROM_2027 | {"8899Q"}),
        (2023, FROM_2025 | FROM_2027 | {"8899Q", "8617"}),
        (2025, FROM_2027 | {"8899Q", "8617"}),
        (2026, FROM_2027 | {"8899Q", "8617"}),
        (2027, {"8899Q", "8617"}),
    ],
)
def test_later_years(year, left_out):
    assert set(rule_variants()) - set(_run(year)) == left_out


@pytest.mark.parametrize("rule_id", ["8525Q", "8555Q", "8569Q", "8863Q", "8873Q", "8897Q"])
def test_errors_that_became_queries(rule_id):
    assert [_run(year)[rule_id].severity for year in (2017, 2022, 2023, 2026)] == ["error", "error", "query", "query"]
    assert [_run(year)[rule_id].facts.id_in(year) for year in (2022, 2023)] == [rule_id[:-1], rule_id]


def test_severities_of_2016_17():
    severities = [rule.severity for rule in _run(2017).values()]
    assert (severities.count("error"), severities.count("query")) == (76, 29)  # 16 of records, 13 on the year
    assert _run(2022)["4009Q"].severity == "error"
    assert _run(2023)["4009Q"].severity == "query"
    assert _run(2022)["8530Q"].severity == "query"


@pytest.mark.parametrize(
    ("rule_id", "year", "variant"),
    [
        ("1530", 2021, "base"), ("1530", 2022, "2021-22"), ("1530", 2023, "2021-22"), ("1530", 2024, "2023-24"),
        ("2886Q", 2024, "base"), ("2886Q", 2025, "2024-25"), ("4180", 2024, "base"), ("4180", 2025, "2024-25"),
        ("8750", 2024, "base"), ("8750", 2025, "2024-25"), ("8770Q", 2024, "base"), ("8770Q", 2025, "2024-25"),
    ],
)  # fmt: skip
def test_variant_of_a_year(rule_id, year, variant):
    assert _run(year)[rule_id].facts.variant == variant


def test_every_year_has_one_variant_of_each_rule_at_most():
    for year in COLLECTION_YEARS:
        for variants in rule_variants().values():
            assert sum(facts.covers(year.ending) for facts in variants) <= 1


def test_fields_are_those_of_the_year():
    assert "CINPlanEndDate" not in _run(2021)["8565"].fields
    assert "CINPlanEndDate" in _run(2022)["8565"].fields
    assert _run(2025)["4180"].fields == ("Sex",)


def test_settings_add_and_remove_rules_named_with_or_without_q():
    settings = RuleSettings(added=frozenset({"8899", "4010"}), removed=frozenset({"8525", "8530Q"}))
    changed, usual = set(_run(2017, settings)), set(_run(2017))
    assert changed - usual == {"8899Q", "4010"}
    assert usual - changed == {"8525Q", "8530Q"}
    (removed,) = (rule for rule in rule_set(2017, settings) if rule.rule_id == "8525Q")
    assert removed.not_run == "left out by a setting"


@pytest.mark.parametrize(
    "settings", [{"added": {"9999"}}, {"removed": {""}}, {"added": {"8525"}, "removed": {"8525Q"}}]
)
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValueError, match=r"no rule|named twice"):
        RuleSettings(**{name: frozenset(ids) for name, ids in settings.items()})


def test_ids_are_known_with_and_without_q():
    assert [known_rule_id(text) for text in ("8525", "8525q", "100", " 8600 ", "8600Q", "yony01")] == [
        "8525Q", "8525Q", "100", "8600", "8600", "YonY01",
    ]  # fmt: skip


def test_rule_in_doubt_runs_in_no_year():
    facts = RuleFacts("1", "base", "error", None, "child", "child", ("UPN",), None, None, "unconfirmed", "low")
    assert not any(facts.runs_in(year.ending) for year in COLLECTION_YEARS)


def test_a_rule_declared_twice_or_not_at_all_is_refused():
    declared = Registry()
    declared.rule("8600", message="first")(lambda sent: sent)
    with pytest.raises(ValueError, match="8600 is declared twice"):
        declared.rule("8600", message="second", variants=("base",))(lambda sent: sent)
    with pytest.raises(KeyError, match="8610, variant base, has no function"):
        declared.of(rule_variants()["8610"][0])


def test_every_rule_has_a_function_and_no_function_is_without_rule():
    assert set(registry().declared) == set(rule_variants())
    for variants in rule_variants().values():
        for facts in variants:
            assert registry().of(facts).message


def test_demanded_columns_exist_where_the_rule_hits():
    names = {"child": "children", "referral": "referrals", "assessment": "assessments", "section47": "section47",
             "plan": "plans", "review": "plans", "cin_plan": "cin_plans",
             "pre_proceedings": "pre_proceedings"}  # fmt: skip
    for variants in rule_variants().values():
        for facts in variants:
            demanded = registry().of(facts).demands
            table = tables(2027)[names.get(facts.hit_on.split("+")[0], "children")]
            assert set(demanded) <= {item.column for item in table.items}


def test_upn_authorities_by_year():
    assert len(upn_authorities(2017)) == len(upn_authorities(2022)) - 4 == len(upn_authorities(2024)) - 6
    assert {"001", "201", "420", "938"} <= upn_authorities(2017)
    assert {"838", "839", "940", "941", "942", "943", "000", "999"} & upn_authorities(2017) == set()


# The table of cut-off dates in the facts of the census (section 7): for each year the earliest date that passes 8569Q,
# 8670Q and 8675Q, the last birth date in scope of 8770Q, and the date before which a birth counts for 8775Q.
CUT_OFFS = """
2014 2013-03-28 2014-01-27 2014-03-10 2008-03-31 1989-03-31
2015 2014-03-31 2015-01-27 2015-03-10 2009-03-31 1990-03-31
2016 2015-03-31 2016-01-26 2016-03-08 2010-03-31 1991-03-31
2017 2016-03-31 2017-01-27 2017-03-10 2011-03-31 1992-03-31
2018 2017-03-31 2018-01-26 2018-03-09 2012-03-31 1993-03-31
2019 2018-03-29 2019-01-28 2019-03-11 2013-03-31 1994-03-31
2020 2019-03-29 2020-01-28 2020-03-10 2014-03-31 1995-03-31
2021 2020-03-31 2021-01-27 2021-03-10 2015-03-31 1996-03-31
2022 2021-03-31 2022-01-27 2022-03-10 2016-03-31 1997-03-31
2023 2022-03-31 2023-01-27 2023-03-10 2017-03-31 1998-03-31
2024 2023-03-31 2024-01-26 2024-03-08 2018-03-31 1999-03-31
2025 2024-03-28 2025-01-27 2025-03-10 2019-08-31 2000-03-31
2026 2025-03-31 2026-01-27 2026-03-10 2020-08-31 2001-03-31
2027 2026-03-31 2027-01-25 2027-03-08 2021-08-31 2002-03-31
"""


@pytest.mark.parametrize("row", CUT_OFFS.split("\n")[1:-1])
def test_cut_off_dates_are_those_of_the_census(row):
    year, before_start, assessment, conference, _, aged_25 = row.split()
    period = CollectionYear(int(year))
    assert str(working_days_before(period.start, 1)) == before_start
    assert str(working_days_before(period.end, 45)) == assessment
    assert str(working_days_before(period.end, 15)) == conference
    assert str(years_later(np.array([period.end]), -25)[0]) == aged_25


def test_months_and_years_are_cut_to_the_end_of_a_shorter_month():
    days = np.array(["2016-02-29", "2017-01-31", "NaT"], dtype="datetime64[D]")
    assert list(map(str, years_later(days, 1))) == ["2017-02-28", "2018-01-31", "NaT"]
    assert list(map(str, add_months(days, 1))) == ["2016-03-29", "2017-02-28", "NaT"]
    assert str(add_months(np.array(["2017-03-31"], dtype="datetime64[D]"), 9)[0]) == "2017-12-31"
