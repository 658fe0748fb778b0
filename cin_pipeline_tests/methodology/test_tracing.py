"""The records behind a figure: cases worked by hand, and on random returns every list adds up to its figure."""

import pytest
from hypothesis import HealthCheck, given, settings
from pandas import DataFrame, concat

from cin_pipeline.methodology import facts as facts_module
from cin_pipeline.methodology import tracing
from cin_pipeline.methodology.catalogue import MEASURES, catalogue_of
from cin_pipeline.methodology.estimates import estimate_england, figures_by_la
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.measures import la_measures
from cin_pipeline.methodology.missing import UnusableItem, without_unusable
from cin_pipeline.methodology.tracing import UnknownName, categories, counted_records, derivation, find_figure
from cin_pipeline.reference.authorities import every_authority, places
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey
from cin_pipeline_tests.methodology.test_worked_examples import (
    assessment,
    child,
    conference,
    need_plan,
    plan,
    referral,
    section_47,
)
from cin_pipeline_tests.support.pipeline import facts_of, measures_table
from cin_pipeline_tests.support.random_returns import messy_return, return_pairs, returns, whole_return

QUICK = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def traced(facts: ReturnFacts, measure: str, breakdown: str = TOTAL, category: str = TOTAL) -> list[tuple[object, ...]]:
    """What is counted: unit, year, table, record, line."""
    records = counted_records(facts, find_figure(measure, breakdown, category, facts.year.ending))
    assert records is not None
    columns = ["unit", "collection_year", "table", "record", "line"]
    return list(records[columns].itertuples(index=False, name=None))


def facts(*children: str, previous: tuple[str, ...] | None = ()) -> ReturnFacts:
    """Of a return with each child on a line of its own: the first on line 3."""
    this, before = (
        None if each is None else whole_return("\n" + "\n".join(each), 2017, "201") for each in (children, previous)
    )
    assert this is not None
    return facts_of(this, before, 2017)


def test_a_re_referral_is_the_pair_with_where_each_of_it_stands() -> None:
    found = facts(
        child(referral("2016-09-01"), child_id="B"),
        child(referral("2016-05-01"), referral("2016-08-01"), referral("2018-01-01"), child_id="A"),
        previous=(child(referral("2015-01-01"), child_id="Z"), child(referral("2015-06-01"), referral("2016-02-01"))),
    )
    assert traced(found, "re_referrals") == [(1, 2017, "referrals", 2, 4), (1, 2017, "referrals", 3, 4)]
    late = facts(
        child(referral("2016-05-01"), referral("2016-08-01"), child_id="C1"),
        previous=(child(referral("2015-01-01"), child_id="Z"), child(referral("2015-06-01"), referral("2016-02-01"))),
    )
    both = [(1, 2017, "referrals", 1, 3), (1, 2016, "referrals", 3, 4), (2, 2017, "referrals", 1, 3)]
    assert sorted(traced(late, "re_referrals")) == sorted([*both, (2, 2017, "referrals", 2, 3)])
    # One child, with each record that makes it count once.
    assert traced(late, "children_re_referred") == [
        (1, 2017, "referrals", 1, 3),
        (1, 2017, "referrals", 2, 3),
        (1, 2016, "referrals", 3, 4),
    ]


def test_without_a_previous_return_there_is_nothing_to_list() -> None:
    found = facts(child(referral("2016-05-01")), previous=None)
    assert counted_records(found, FigureKey("re_referrals")) is None


def test_a_conference_rests_on_all_records_that_hold_it() -> None:
    found = facts(
        child(
            referral("2016-05-01", inside=conference("2016-06-20") + section_47("2016-06-06", "2016-06-20")),
            referral("2016-06-01", inside=section_47("2016-06-01", "2016-06-20")),
        ),
        child(referral("2016-05-03", inside=conference("2016-06-20")), child_id="C2"),
    )
    first = [(1, 2017, "referrals", 1, 3), (1, 2017, "section47", 1, 3), (1, 2017, "section47", 2, 3)]
    assert traced(found, "icpcs") == [*first, (2, 2017, "referrals", 3, 4)]
    assert traced(found, "icpcs", "wait", "11-15") == first  # from 1 June: 13 working days
    assert traced(found, "icpcs", "wait", "16-20") == []


def test_a_factor_is_listed_as_often_as_it_is_named_and_counted_once() -> None:
    twice = assessment("2016-05-02", "2016-05-20", "1A", "2B") + assessment(
        "2016-06-02", "2016-06-20", "1A", "1B", "21"
    )
    found = facts(child(referral("2016-05-01", inside=twice)), child(referral("2016-05-01", inside=twice, nfa="1")))
    assert traced(found, "factor_episodes", "factor", "1A") == [
        (1, 2017, "assessment_factors", 1, 3),
        (1, 2017, "assessment_factors", 3, 3),
    ]
    assert [row[3] for row in traced(found, "factor_episodes", "factor_group", "1")] == [1, 3, 4]
    assert [row[3] for row in traced(found, "factor_episodes")] == [1, 2, 3, 4]
    assert [row[3] for row in traced(found, "factor_episodes", "factor", "21")] == [5]


def test_a_child_is_counted_with_every_record_that_makes_it_count() -> None:
    found = facts(
        child(referral("2016-05-01"), child_id="C2"),
        child(referral("2016-05-01"), referral("2016-07-01", nfa="1")),
        child(referral("2016-06-01")),
    )
    assert traced(found, "children_referred") == [
        (1, 2017, "referrals", 1, 3),
        (2, 2017, "referrals", 2, 4),
        (2, 2017, "referrals", 3, 4),
        (2, 2017, "referrals", 4, 5),
    ]
    assert [row[3] for row in traced(found, "cin_children_starting")] == [1, 2, 4]
    records = counted_records(found, find_figure("cin_children_starting", TOTAL, TOTAL, 2017))
    assert records is not None
    assert list(records["child"]) == [1, 2, 2]  # the third Child is the second again
    assert list(records["la_child_id"]) == ["C2", "C1", "C1"]


def test_only_the_records_of_a_category_are_listed() -> None:
    disabled = "<Disabilities><Disability>NONE</Disability><Disability>AUT</Disability></Disabilities>"
    found = facts(
        child(referral("2016-05-01"), referral("2017-02-01")),
        child(referral("2016-05-01", after=plan("2016-06-01") + plan("2016-07-01", "2016-08-01")), child_id="C2"),
        child(referral("2016-05-01"), child_id="C3", ethnicity=disabled),
    )
    assert [row[3] for row in traced(found, "referrals", "month", "2016-05")] == [1, 3, 4]
    assert [row[3] for row in traced(found, "referrals", "month", "2017-02")] == [2]
    assert [row[3] for row in traced(found, "cin_episodes_at_31_march", "primary_need:gender", "unknown:unknown")] == [
        1, 2, 3, 4,
    ]  # fmt: skip
    assert traced(found, "cin_episodes_at_31_march", "disability", "AUT") == [
        (1, 2017, "disabilities", 2, 5),
        (1, 2017, "referrals", 4, 5),
    ]
    assert traced(found, "cpp_ending") == [(1, 2017, "plans", 2, 4)]
    assert traced(found, "cpp_starting", "initial_category", "NEG") == []


def assert_every_list_adds_up(found: ReturnFacts) -> DataFrame:
    """Every cell's list ends at its figure, and names records that there are, each once in a unit."""
    figures = la_measures(found, "201")
    for row in figures.itertuples():
        cell = find_figure(row.measure, row.breakdown, row.category, found.year.ending)
        records = counted_records(found, cell)
        if records is None:
            assert row.status == "not_available"
            continue
        assert len(set(records["unit"])) == row.value, cell
        assert set(records["unit"]) == set(range(1, row.value + 1)), cell
        assert not records.duplicated(["unit", "collection_year", "table", "record"]).any()
        own = records[records["collection_year"] == found.year.ending]
        assert set(own["unit"]) == set(records["unit"]), cell
        for table, listed in own.groupby("table"):
            there = getattr(found.tables, str(table)).loc[listed["record"]]
            assert (there["line"].to_numpy() == listed["line"].to_numpy()).all()
        last_year = records[records["collection_year"] != found.year.ending]
        assert last_year.empty or "re_referr" in row.measure
    return figures


@QUICK
@given(return_pairs())
def test_every_list_adds_up_on_random_returns(pair: tuple[bytes, bytes | None]) -> None:
    assert_every_list_adds_up(facts_of(*pair, 2017))


@settings(QUICK, max_examples=3)
@given(returns(2026, "838"))
def test_so_it_does_in_a_late_year(xml: bytes) -> None:
    assert_every_list_adds_up(facts_of(xml, None, 2026))


@pytest.mark.parametrize("year", [2017, 2022])
def test_every_measure_and_breakdown_is_listed_on_a_large_return(year: int) -> None:
    found = facts_of(messy_return(1, 150, year, "201"), messy_return(1, 150, year - 1, "201"), year)
    figures = assert_every_list_adds_up(found)
    listed = {(row.measure, row.breakdown) for row in figures.itertuples() if row.value}
    assert listed == {(measure.name, name) for measure in catalogue_of(year) for name in (TOTAL, *measure.breakdowns)}


def test_a_child_in_need_plan_leads_to_its_record() -> None:
    sent = child(referral("2021-05-01", inside=need_plan("2021-06-01", "2021-07-01") + need_plan("2021-07-02")))
    found = facts_of(whole_return(f"\n{sent}", 2022, "201"), None, 2022)
    assert traced(found, "cin_plans_ending") == [(1, 2022, "cin_plans", 1, 3)]
    assert traced(found, "children_cin_plan_starting") == [
        (1, 2022, "cin_plans", 1, 3),
        (1, 2022, "cin_plans", 2, 3),
    ]


def test_a_measure_of_later_years_is_told_with_its_years() -> None:
    assert find_figure("cin_plans_starting", TOTAL, TOTAL, 2022) == FigureKey("cin_plans_starting")
    said = "there is no measure cin_plans_starting in 2020 to 2021; it is counted from 2021 to 2022 on"
    with pytest.raises(UnknownName, match=said):
        find_figure("cin_plans_starting", TOTAL, TOTAL, 2021)


def test_without_a_child_every_figure_falls_by_what_was_listed_of_it() -> None:
    """The list is right, not only as long as it should be: taking the child out of the file takes that much out."""
    parts = messy_return(2, 40, 2017, "201").decode().split("<Child>")
    before = messy_return(2, 40, 2016, "201")
    found = facts_of("<Child>".join(parts).encode(), before, 2017)
    ids = found.tables.children["la_child_id"]
    keys = ["measure", "breakdown", "category"]
    figures = la_measures(found, "201").set_index(keys)["value"]
    lists = {key: counted_records(found, find_figure(*key, 2017)) for key in figures.index}
    for number in ids.index[~ids.duplicated(keep=False)][:4]:
        text = "<Child>".join(parts[:number] + parts[number + 1 :])
        if number + 1 == len(parts):
            continue  # the last one holds the end of the file
        left = measures_table(text.encode(), before, 2017).set_index(keys)["value"]
        for key, records in lists.items():
            assert records is not None
            own = records.loc[records["child"] == number, "unit"].nunique()
            assert figures[key] - left.get(key, 0) == own, (key, number)


def test_a_list_that_does_not_add_up_is_never_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "count", lambda *_: 3)
    with pytest.raises(tracing.RecordsDoNotAddUp, match="1 listed, 3 counted"):
        counted_records(facts(child(referral("2016-05-01"))), FigureKey("referrals"))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("re_referals", TOTAL, TOTAL), "re_referrals"),
        (("referrals", "mnth", "2016-05"), "did you mean month?"),
        (("cpp_any_point", "gender", "1"), "cpp_any_point has none"),
        (("referrals", "referral_source", "1X"), "did you mean 1D or 1C or 1B or 1A or 10?"),
        (("referrals", "month", "May"), "there are 2016-04, 2016-05"),
        (("referrals", TOTAL, "1A"), "needs a breakdown"),
        (("assessments_completed", "working_days", "ten"), "a whole number was expected"),
    ],
)
def test_a_name_that_does_not_exist_is_told_with_those_that_come_near(names: tuple[str, str, str], said: str) -> None:
    with pytest.raises(UnknownName, match=said.replace("?", r"\?")):
        find_figure(*names, 2017)


def test_categories_are_those_of_the_year_counted_or_not() -> None:
    ages = categories(MEASURES["cin_episodes_at_31_march"], "age_band", 2017)
    assert ages == ("unborn", "under_1", "1-4", "5-9", "10-15", "16+", "unknown")
    months = categories(MEASURES["referrals"], "month", 2017)
    assert (months[0], months[-1], len(months)) == ("2016-04", "2017-03", 12)
    assert "RC9" in categories(MEASURES["cin_episodes_ending"], "reason_for_closure", 2026)
    assert "RC9" not in categories(MEASURES["cin_episodes_ending"], "reason_for_closure", 2017)
    assert find_figure("assessments_completed", "working_days", "17", 2017).category == "17"


def test_what_decided_a_figure_is_said_from_it_back_to_the_records() -> None:
    decided = derivation(FigureKey("cpp_reviewed_in_time_at_31_march"), 2017)
    assert [sentence.split(" [")[0] for sentence in decided] == [
        "Of the plans open three months or more, those whose reviews all were in time",
        "Of the plans at 31 March, those that started at least three months before",
        "Plans started by 31 March and not ended by then, under closed referrals too",
        "Plans with a usable start under counted referrals",
        "Dated referrals that are not NFA: the only ones whose activity counts",
    ]
    wait = derivation(FigureKey.one("icpcs", "wait", "0-10"), 2017)
    assert any("A33" in sentence for sentence in wait)
    assert any("A31" in sentence for sentence in wait)


def test_every_selection_says_what_decided_it() -> None:
    """The interpretation of a population is its docstring: one without a reference would leave a figure unexplained."""
    without = {name for name, sentence in facts_module._INTERPRETATIONS.items() if not sentence.endswith("]")}
    assert {name.rsplit(".", 1)[-1] for name in without} == {
        "awaiting_assessment",  # of the release, without a sentence of its own in the document
        "named_but_none",
        "started",
    }


AUTHORITIES = ["201", "202", "203", "390", "391", "800"]


def test_what_each_authority_adds_is_the_figure_of_every_place() -> None:
    """Known and estimated, own rate, part of a whole and category: LA by LA they add up to the table of estimates."""
    sent = [
        measures_table(messy_return(n, 30, 2017, "201"), messy_return(n, 30, 2016, "201") if n else None, 2017, la)
        for n, la in enumerate(AUTHORITIES[:5])
    ]
    items = [UnusableItem(2017, "202", "referrals", "x", "month"), UnusableItem(2017, "203", "cpp_at_31_march", "x")]
    measures = without_unusable(concat(sent, ignore_index=True), items)
    people = {la: 1000 + 100 * n for n, la in enumerate(AUTHORITIES)}
    england = estimate_england(measures, AUTHORITIES, people, 2017).sample(frac=0.05, random_state=1)
    rules = set()
    for row in england.itertuples():
        table, ratio = figures_by_la(
            measures, AUTHORITIES, people, 2017, FigureKey.one(row.measure, row.breakdown, row.category)
        )
        inside = table[[row.geography_code in every_authority()[la].places for la in table["la_code"]]]
        assert inside["known"].sum() == row.known
        estimated = inside.loc[inside["known"].isna(), "estimated"]
        assert estimated.sum() == pytest.approx(row.estimated)
        if ratio is not None:
            rules.add(ratio.rule)
            assert estimated.to_numpy() == pytest.approx((inside["base"][estimated.index] * ratio.value).to_numpy())
    assert len(rules) == 3
    assert {row.geography_code for row in england.itertuples()} >= {places()[0].geography_code}
