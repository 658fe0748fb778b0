"""The release report: its numbers are the published ones, and nothing suppressed is in it."""

import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from lxml import html

from cin_pipeline.publication.declaring import RATE, Figure
from cin_pipeline.publication.profiles import profile_named, shown_by
from cin_pipeline.publication.release_tables import TABLES
from cin_pipeline.publication.report import release_report
from cin_pipeline.publication.report.contents import HEADLINES, RATES, SPLITS, contents
from cin_pipeline.publication.report.funnel import limit, place_in_funnel
from cin_pipeline.publication.shown import ABSENT, Published, measure_in
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.population import PopulationSource
from cin_pipeline_tests.support.published import protected_cells, release_input
from cin_pipeline_tests.support.report_world import LAS, PEOPLE, YEARS, world_cells, world_release

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@pytest.fixture(scope="module")
def page() -> str:
    return release_report(world_cells(), world_release())


@pytest.fixture(scope="module")
def document(page: str) -> html.HtmlElement:
    return html.document_fromstring(page)


def text(element: html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


def figure(document: html.HtmlElement, name: str) -> html.HtmlElement:
    (found,) = document.xpath(f"//figure[@id='{name}']")
    return found


def data(document: html.HtmlElement, name: str) -> list[list[str]]:
    return [[text(cell) for cell in row] for row in figure(document, name).xpath(".//tbody/tr")]


def test_headlines_worked_by_hand(document: html.HtmlElement) -> None:
    cards = [text(card) for card in document.xpath("//section[@id='headlines']//li")]
    assert len(cards) == len(HEADLINES)
    # 5,040 of 1,010,000 people; 4,040 the year before
    assert cards[0] == "5,040 children in need at 31 March 49.9 per 10,000 children Up 24.8% from 4,040"
    of_referrals = "0.6% of referrals Unchanged from the previous year (30)"
    assert cards[3] == f"30 referrals within 12 months of a previous referral {of_referrals}"
    # 333 and 303 plans
    assert cards[7] == "330 child protection plans at 31 March 3.3 per 10,000 children Up 10.0% from 300"


def test_charts_of_england_worked_by_hand(document: html.HtmlElement) -> None:
    assert data(document, "need")[0] == ["Abuse or neglect", "4,710", "93.4%"]  # 4,707 of 5,040
    assert data(document, "sources")[0] == ["Schools", "2,520", "50.0%"] or data(document, "sources")[0][1] == "2,520"
    caption = text(figure(document, "assessments").xpath("./figcaption")[0])
    # 60 the same day, 180 in 41 to 45 days, 50 (45) in 46 to 50: 240 of 290
    assert caption.endswith(
        "240 (82.8%) were within 45 working days, of those with a known duration. The median is 20 working days."
    )


def test_a_factor_of_later_years_has_no_bar(document: html.HtmlElement) -> None:
    labels = [row[0] for row in data(document, "factors")]
    assert "Gangs" in labels
    assert not {"Child criminal exploitation", "Sexual abuse: child on child"} & set(labels)  # since 2020-21, 2021-22


def test_las_are_ranked_and_the_suppressed_one_is_named_without_a_number(document: html.HtmlElement) -> None:
    assert data(document, "ranked-need") == [
        ["Camden", "500.0"],
        ["Greenwich", "500.0"],
        ["City of London", "400.0"],
        ["England", "49.9"],
    ]
    assert data(document, "ranked-plans") == [
        ["Greenwich", "36.7"],
        ["Camden", "27.5"],
        ["England", "3.3"],
        ["City of London", "suppressed"],
    ]
    bars = figure(document, "ranked-plans").xpath(".//*[@class='label']/text()")
    assert bars == ["Greenwich", "Camden", "England"]
    assert "Not in the chart: 1 suppressed." in text(figure(document, "ranked-plans"))
    assert len(figure(document, "funnel-plans").xpath(".//svg[@class='plot']/circle")) == 2
    assert [row[0] for row in data(document, "funnel-plans")] == ["Camden", "Greenwich"]


def test_the_longest_bar_fills_its_width_and_others_are_in_proportion(document: html.HtmlElement) -> None:
    widths = figure(document, "ranked-plans").xpath(".//rect/@width")
    assert widths == ["100.00%", "74.93%", "8.99%"]


def test_nothing_depends_on_suppressed_values(page: str) -> None:
    """Other numbers behind the symbols, the same bytes."""
    cells = world_cells()
    suppressed = cells["symbol"] == "c"
    assert suppressed.any()
    changed = cells.assign(
        value=cells["value"].mask(suppressed, 4.7731), suppressed=np.where(suppressed, "primary", "")
    )
    assert release_report(changed, world_release()) == page
    assert release_report(world_cells(small=4), world_release(small=4)) == page


def test_every_number_in_the_text_is_published_or_worked_out_from_what_is(document: html.HtmlElement) -> None:
    cells = world_cells()
    shown = cells.loc[cells["symbol"] == "", "shown"]
    allowed = {f"{number:,}" for number in shown} | {str(year) for year in range(2013, 2026)}
    people = {f"{number:,}" for number in PEOPLE.values()}
    # in words: 31 March, 12 months, 45 and 15 working days, 10,000, section 47, 0 to 17, limits; worked out: shares
    words = {
        "31",
        "12",
        "45",
        "15",
        "10,000",
        "47",
        "0",
        "17",
        "95",
        "99.8",
        "24.8",
        "10.0",
        "82.8",
        "240",
        "2",
        "3",
        "1",
    }
    words |= {str(len(authorities(2017)))}
    words |= {f"{number * share:.1f}" for number in range(len(PEOPLE)) for share in (0.05, 0.002)}  # by chance
    within = text(document.xpath("//main")[0])
    for section in document.xpath("//section[@id='reading'] | //svg"):
        within = within.replace(text(section), "")
    bands = {
        number
        for part in document.xpath("//*[@class='label'] | //tbody/tr/th")
        for number in NUMBER.findall(text(part))
    }
    for number in NUMBER.findall(within):
        assert number in allowed | people | words | bands, number


def test_authorities_without_figures_are_named(page: str) -> None:
    """Greenwich sent nothing; Camden's plans alone are not available."""
    assert "There are no figures for" not in page

    def says(figure: Figure, _year: int, la: str) -> Decimal | int | str:
        return "x" if la == "203" or (la == "202" and figure.numerator.measure == "cpp_at_31_march") else 7

    report = release_report(protected_cells(says, LAS, YEARS), world_release())
    assert "There are no figures for Greenwich. Figures for England include estimates for it" in report


def test_each_chart_has_words_and_data(document: html.HtmlElement) -> None:
    for chart in document.xpath("//figure"):
        (image,) = chart.xpath(".//*[@role='img']")
        assert len(image.get("aria-label")) > 30
        assert chart.xpath("./figcaption/h3")
        assert chart.xpath("./details//table/caption")
    assert len(document.xpath("//figure")) == 6 + sum(map(len, SPLITS.values())) + 2 * len(RATES)


def test_the_page_needs_nothing_else_and_runs_nothing(page: str, document: html.HtmlElement) -> None:
    assert not document.xpath("//script | //img | //@style | //*[starts-with(@href, 'http')] | //@src")
    assert "script-src 'none'" in page
    assert release_report(world_cells(), world_release()) == page


def test_published_series_stands_beside_only_where_the_release_is_of_all_authorities(page: str) -> None:
    assert "3 of England's 152 local authorities" in page
    assert "393,910" not in page
    las = tuple(authorities(2017))
    of_all = release_report(world_cells(), world_release(expected=las))
    assert "393,910" in of_all
    assert "Published by the Department, as later revised" in of_all


def test_limits_of_the_funnel() -> None:
    """400 per 10,000 and 40,000 people: 1,600 expected, 40 the standard deviation, so 10 in the rate."""
    assert limit(400, 40_000, 1.96) == pytest.approx(19.6)
    assert place_in_funnel(419.0, 400, 40_000) == "within the 95% limits"
    assert place_in_funnel(380.0, 400, 40_000) == "below the 95% limits"
    assert place_in_funnel(431.0, 400, 40_000) == "above the 99.8% limits"


def test_figures_are_found_by_what_they_count() -> None:
    published = Published(world_cells(), TABLES)
    assert published.england(measure_in("cin_episodes_at_31_march"), 2017).number == 5040
    assert published.england(measure_in("re_referrals", unit="percent", of="referrals"), 2017).text == "0.6%"
    assert published.england(measure_in("no_such_measure"), 2017) == ABSENT
    assert published.england(measure_in("referrals"), 2010) == ABSENT
    rates = published.by_la(measure_in("cpp_at_31_march", unit=RATE), 2017)
    assert {la: shown.text for la, shown in rates.items()} == {"201": "suppressed", "202": "27.5", "203": "36.7"}
    assert published.by_la(measure_in("no_such_measure"), 2017) == {}


def test_every_headline_chart_and_rate_is_in_some_table() -> None:
    """A figure that no table has would be missing from the report without a word."""
    published = Published(world_cells(), TABLES)
    for headline in HEADLINES:
        assert published.england(headline.wanted, 2017) != ABSENT
        assert headline.beside is None or published.england(headline.beside, 2017) != ABSENT
    splits = [split for several in SPLITS.values() for split in several]
    assert all(published.categories(split.measure, split.breakdown, 2017) for split in splits)
    assert all(published.by_la(wanted, 2017) for _, wanted, _ in RATES)


@pytest.mark.parametrize(
    ("says", "las", "years", "said"),
    [
        ("x", LAS, YEARS, "not available"),
        ("c", LAS, YEARS, "suppressed"),
        (0, LAS, YEARS, "Unchanged from the previous year (0)"),
        (Decimal(0), LAS[:1], (2017,), "No figure for the previous year"),
        (7, LAS[:1], (2017,), "No figure for the previous year"),
        (7, LAS, (), "no figure"),
    ],
    ids=["not available", "suppressed", "zero", "zero alone", "one authority", "no cells"],
)
def test_a_year_without_figures_says_so(
    says: Decimal | int | str, las: tuple[str, ...], years: tuple[int, ...], said: str
) -> None:
    page = text(html.document_fromstring(release_report(protected_cells(lambda *_: says, las, years), world_release())))
    assert said in page
    assert not re.search(r"\bnan\b", page, re.IGNORECASE)


def test_whose_people_the_rates_are_per_10_000_of() -> None:
    sources = {2016: PopulationSource(2016, 2021), 2017: PopulationSource(2017, None)}
    release = replace(world_release(), population_sources=sources)
    said = " ".join(text(html.document_fromstring(release_report(world_cells(), release))).split())
    assert "Their number is from 2021 Census, mid-2015 (2015 to 2016); user's own file (2016 to 2017)." in said


def test_a_year_without_authorities_or_population_says_so() -> None:
    said = text(html.document_fromstring(release_report(world_cells()[:0], release_input())))
    assert "No local authority was expected to send a return" in said
    assert "No local authority rates are published" in said
    made = contents(Published(world_cells(), TABLES), release_input().year, LAS, {})
    assert made.funnels == {}


def test_rates_that_a_profile_leaves_out_are_worked_out_from_what_it_shows(document: html.HtmlElement) -> None:
    """The release of 2025 has no rates of LAs, but their counts and a file of people."""
    profile = profile_named("2025")
    cells = shown_by(profile, world_cells())
    b1_and_d1 = cells[cells["table"].isin(["B1", "D1"])]
    assert set(b1_and_d1["unit"]) == {"count"}
    of_profile = html.document_fromstring(release_report(cells, world_release(), profile))
    for name in ("ranked-need", "ranked-plans", "funnel-need", "funnel-plans"):
        assert data(of_profile, name) == data(document, name), name
    assert [text(card) for card in of_profile.xpath("//section[@id='headlines']//li")] == [
        text(card) for card in document.xpath("//section[@id='headlines']//li")
    ]


def test_a_count_without_people_has_no_rate_and_one_that_is_not_shown_none() -> None:
    cells = shown_by(profile_named("2025"), world_cells())
    published = Published(cells, TABLES, {2017: {"202": 40_000, "201": 1_000}})
    rates = published.by_la(measure_in("cpp_at_31_march", unit=RATE), 2017)
    assert {la: (shown.text, shown.symbol) for la, shown in rates.items()} == {
        "201": ("suppressed", "c"),
        "202": ("27.5", ""),  # 110 of 40,000
        "203": ("not available", "x"),
    }
    assert published.by_la(measure_in("cpp_at_31_march", unit=RATE), 2016) == {}


def test_the_report_has_the_labels_of_its_profile() -> None:
    """And no chart of what its files do not have: factors begin with 2018, percentages are worked out."""
    profile = profile_named("2024")
    page = html.document_fromstring(release_report(shown_by(profile, world_cells()), world_release(), profile))
    assert data(page, "need")[:2] == [
        ["N1 - Abuse or neglect", "4,710", "93.5%"],
        ["N5 - Family dysfunction", "330", "6.5%"],
    ]
    assert not page.xpath("//figure[@id='factors']")
    assert [row[0] for row in data(page, "durations")][:1] == ["3 months or less"]
    assert [row[0] for row in data(page, "conferences")] == [
        f"{band} working days" for band in ("0-10", "11-15", "16-20", "21+")
    ]
