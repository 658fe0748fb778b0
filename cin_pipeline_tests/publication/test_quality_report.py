"""The quality report, on a small world worked by hand."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import pytest
from lxml import html
from pandas import DataFrame

from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.methodology.interpretations import CASES, INTERPRETATION_COLUMNS
from cin_pipeline.methodology.measures import NOT_AVAILABLE
from cin_pipeline.methodology.missing import UnusableItem
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.quality import QualityInput, quality_report
from cin_pipeline.publication.quality.counts import said
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.population import PopulationSource
from cin_pipeline.validation.confidence import CONFIDENCE_COLUMNS
from cin_pipeline_tests.support.published import release_input
from cin_pipeline_tests.support.report_world import LAS, PEOPLE, world_cells, world_release

SUBMISSION_COLUMNS = ["la_code", "submission", "sha256", "state", "errors", "queries"]
RULE_COLUMNS = ["la_code", "rule_id", "severity", "hits"]


def facts(release: ReleaseInput | None = None, **changes: object) -> QualityInput:
    """Everything in order, but for two errors, ten queries and an LA of low confidence."""
    release = release or world_release()
    confidence = [(2017, la, module, "overall", "", grade) for la, module, grade in (
        ("201", "plans", "low"), ("201", "whole_return", "low"),
        ("202", "plans", "high"), ("202", "whole_return", "high"),
    )]  # fmt: skip
    names = ["collection_year", "la_code", "module", "indicator", "item", "confidence"]
    usual = QualityInput(
        release=release,
        protected=world_cells(),
        submissions=DataFrame(
            [(la, n, "0" * 64, "accepted", 2, 10) for n, la in enumerate(LAS)], columns=SUBMISSION_COLUMNS
        ),
        rule_counts=DataFrame(
            [("201", "8840", "error", 2), ("201", "8530Q", "query", 4), ("202", "8530Q", "query", 6)],
            columns=RULE_COLUMNS,
        ),
        confidence=DataFrame(confidence, columns=names).reindex(columns=list(CONFIDENCE_COLUMNS)),
        unusable=(),
        interpretations=DataFrame(
            [(2017, la, case.name, n) for n, case in enumerate(CASES[:9]) for la in LAS[:2]],
            columns=list(INTERPRETATION_COLUMNS),
        ),
        estimated_with=PopulationSource(2017, 2011),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def nothing(release: ReleaseInput) -> QualityInput:
    """A year in which nothing came in."""
    return QualityInput(
        release,
        world_cells()[:0],
        DataFrame(columns=SUBMISSION_COLUMNS),
        DataFrame(columns=RULE_COLUMNS),
        DataFrame(columns=list(CONFIDENCE_COLUMNS)),
        (),
        DataFrame(columns=list(INTERPRETATION_COLUMNS)),
        PopulationSource(release.year.ending, None),
    )


def estimated(release: ReleaseInput, people: Mapping[str, int] = PEOPLE) -> ReleaseInput:
    tables = [
        estimate_england(release.measures[release.measures["collection_year"] == year], expected, people, year)
        for year, expected in release.expected.items()
    ]
    return replace(release, estimates=pd.concat(tables))


def words(of: QualityInput) -> str:
    return " ".join(html.document_fromstring(quality_report(of)).text_content().split())


def rows(of: QualityInput, caption: str) -> list[list[str]]:
    document = html.document_fromstring(quality_report(of))
    (table,) = document.xpath(f"//table[caption[starts-with(., '{caption}')]]")
    return [[cell.text_content().strip() for cell in row] for row in table.xpath(".//tbody/tr")]


def test_whose_people_are_behind_estimates_and_rates() -> None:
    release = world_release()
    given = facts(release)
    assert "estimated with 2011 Census, mid-2016; rates are per 10,000 of user's own file." in words(given)
    same = replace(release, population_sources={2017: PopulationSource(2017, 2011)})
    assert "estimated with 2011 Census, mid-2016, and rates are per 10,000 of the same." in words(facts(same))


def test_complete_coverage() -> None:
    said_ = words(facts())
    assert "All of 3 local authorities expected have an accepted return." in said_
    assert "No data are missing and nothing is estimated" in said_
    assert "No figure was declared unusable." in said_


def test_missing_figures_with_their_grossing_factors_worked_by_hand() -> None:
    """Haringey (309) sends nothing; Camden could not give re-referrals, Greenwich not its plans."""
    release = world_release(
        expected=(*LAS, "309"),
        unavailable={"202": ("re_referrals", "children_re_referred"), "203": ("cpp_at_31_march",)},
    )
    people = PEOPLE | {"309": 101_000}
    given = facts(
        estimated(release, people),
        unusable=(UnusableItem(2017, "203", "cpp_at_31_march", "plans counted twice"),
                  UnusableItem(2016, "201", "cpp_at_31_march", "said of 2016 alone")),
    )  # fmt: skip
    said_ = words(given)
    assert "3 of 4 local authorities have an accepted return; 1 is estimated." in said_
    assert "said of 2016 alone" not in said_
    assert rows(given, "Authorities without an accepted return") == [["Haringey", "no submission"]]
    missing = {row[0]: row[1:] for row in rows(given, "Figures not reported by every authority")}
    assert missing["Referrals within 12 months of a previous referral"][1:3] == [
        "Camden (no return for the previous year); Haringey (no accepted return)", "2",
    ]  # fmt: skip
    assert missing["Child protection plans at 31 March"][1] == (
        "Greenwich (plans counted twice); Haringey (no accepted return)"
    )
    # 101,000 people of 202,000 gave everything else
    (other,) = [row for title, row in missing.items() if title.startswith("Other figures")]
    assert other == ["", "Haringey (no accepted return)", "3", "2.0000"]


def test_a_factor_of_a_few_records_is_not_said() -> None:
    """With England's rounded figure it would say how many there are."""
    release = estimated(world_release(expected=("201", "309")), PEOPLE | {"309": 1_000})
    given = facts(release)
    missing = {row[0]: row[-1] for row in rows(given, "Figures not reported by every authority")}
    assert missing["Child protection plans at 31 March"] == "no estimate"


def test_rules_by_hits_with_small_counts_as_a_range() -> None:
    assert rows(facts(), "Rules with hits") == [
        ["8840", "error", "1 to 5", "1", rows(facts(), "Rules with hits")[0][4]],
        ["8530Q", "query", "10", "2", rows(facts(), "Rules with hits")[1][4]],
    ]
    assert "found 1 to 5 errors and 10 queries" in words(facts())


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0"), (1, "1 to 5"), (5, "1 to 5"), (6, "6"), (1_234, "1,234"), (None, "not known"), (pd.NA, "not known")],
)
def test_how_counts_are_said(count: object, expected: str) -> None:
    assert said(count) == expected


def test_confidence_by_part_of_the_return() -> None:
    assert rows(facts(), "Number of authorities by confidence") == [
        ["plans", "1", "0", "1", "0"],
        ["whole return", "1", "0", "1", "0"],
    ]
    assert ["plans", "City of London"] in rows(facts(), "Low confidence")


def test_changes_beyond_thresholds_worked_by_hand() -> None:
    """England's children in need went from 4,040 to 5,040; Camden's from 1,000 to 2,000, twice."""
    england = rows(facts(), "England")
    assert ["England", "Episodes of need open at 31 March", "4,040", "5,040", "+24.8%", "5%"] in england
    assert ["England", "Child protection plans at 31 March", "300", "330", "+10.0%", "5%"] in england
    assert not [row for row in england if row[1].startswith("Assessments")]
    las = rows(facts(), "Local authorities")
    assert ["Camden", "Episodes of need open at 31 March", "1,000", "2,000", "+100.0%", "+30%"] in las
    assert {row[0] for row in las} == {"Camden"}


def test_nothing_suppressed_is_in_it() -> None:
    """City of London's 3 plans, or 4: the same page. (Of a single number its Department's symbol is compared.)"""
    pages = {quality_report(facts(world_release(small=small), protected=world_cells(small))) for small in (3, 4)}
    assert len(pages) == 1


def test_interpretations_touched() -> None:
    found = rows(facts(), "Records affected")
    assert len(found) == len(CASES)
    assert found[0][0] == "A1"
    assert found[0][2:] == ["0", "0"]
    assert found[1][2:] == ["1 to 5", "2"]  # 1 + 1
    assert found[8][2:] == ["16", "2"]
    assert "Records of 2 returns; 1 were accepted before" in words(facts())


def test_against_published_figures() -> None:
    assert "does not cover all local authorities, so figures for England are not compared" in words(facts())
    las = tuple(authorities(2017))
    people = dict.fromkeys(las, 1000) | PEOPLE
    of_all = words(facts(estimated(world_release(expected=las), people)))
    assert "figures for England equal the published figure" in of_all
    assert rows(facts(), "Published figures of local authorities")


def without_re_referrals(measures: DataFrame) -> DataFrame:
    """The measures of 2017 as they are without a return of the previous year."""
    of_year = measures[measures["collection_year"] == 2017]
    is_one = of_year["measure"].isin(["re_referrals", "children_re_referred"])
    return of_year.assign(status=of_year["status"].mask(is_one, NOT_AVAILABLE))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (nothing(release_input()), "No local authority was expected to send a return"),
        (nothing(release_input(2017, {2017: LAS})), "None of the 3 local authorities expected has an accepted return"),
        (nothing(release_input(2017, {2017: LAS})), "No rule has a hit, or no rules were run"),
        (nothing(release_input(2017, {2017: LAS})), "No return has been graded"),
        (nothing(release_input(2017, {2017: LAS})), "so none was compared"),
        (nothing(release_input(2017, {2017: LAS})), "Nothing has been counted"),
        (nothing(release_input(2022, {2022: ("201",)})), "No figures of local authorities were published"),
        (facts(estimated(release_input(2017, {2017: LAS}, {2017: PEOPLE}))), "no estimate"),
        (
            facts(replace(world_release(), measures=without_re_referrals(world_release().measures))),
            "all of them; re-referrals are not available",
        ),
        (
            facts(replace(world_release(), population={2017: {"201": 1_000, "203": 60_000}})),
            "No population estimate of people aged 0 to 17 is held for Camden: its rates are not available",
        ),
        (facts(world_release(expected=("201",))), "All of 1 local authority expected has an accepted return"),
    ],
)
def test_a_year_with_little_or_nothing_says_why(given: QualityInput, says: str) -> None:
    found = words(given)
    assert says in found
    assert not re.search(r"\bnan\b", found, re.IGNORECASE)


def test_the_page_needs_nothing_else_and_is_the_same_each_time() -> None:
    page = quality_report(facts())
    assert page == quality_report(facts())
    document = html.document_fromstring(page)
    assert not document.xpath("//script | //img | //@style | //*[starts-with(@href, 'http')] | //@src")
