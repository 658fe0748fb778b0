"""The release report and the quality report in a real browser: wide, on a phone, in the dark, on paper."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from cin_pipeline.publication.declaring import Figure
from cin_pipeline.publication.quality import quality_report
from cin_pipeline.publication.report import release_report
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.population import population
from cin_pipeline_tests.publication.test_quality_report import facts
from cin_pipeline_tests.support.looking import CONTRAST, needs_chromium, shot
from cin_pipeline_tests.support.published import NATION, protected_cells, release_input

pytestmark = [pytest.mark.system, needs_chromium]

LAS = tuple(authorities(2017))
WIDTHS = {"desktop": 1300, "phone": 390}


def says(figure: Figure, year: int, la: str) -> Decimal | int | str:
    """Numbers of every size, and each symbol somewhere."""
    if not figure.exists_in(year):
        return "z"
    if figure.indicator.unit == "percent":
        return Decimal("12.3")
    if la == NATION:
        return (
            Decimal("312.4") if figure.indicator.unit == "rate" else 12_340 + 7_000 * (len(figure.numerator[2][0]) % 5)
        )
    if la in ("201", "420", "857"):
        return {"201": "c", "420": "x", "857": 0}[la]
    spread = int(la) * 37 % 90
    return Decimal(f"{200 + 3 * spread}.{spread % 10}") if figure.indicator.unit == "rate" else int(la) * (spread + 1)


@pytest.fixture(scope="module")
def pages():
    people = {year: population(year, 2021) for year in (2016, 2017)}
    release = release_input(2017, dict.fromkeys((2016, 2017), LAS), people)
    cells = protected_cells(says, LAS, (2016, 2017))
    return {"release": release_report(cells, release), "quality": quality_report(facts(release, protected=cells))}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", WIDTHS)
@pytest.mark.parametrize("kind", ["release", "quality"])
def test_it_fits_the_screen_and_every_text_can_be_read(opened, pages, kind, device, scheme):
    width = WIDTHS[device]
    page = opened(pages[kind], viewport={"width": width, "height": 900}, color_scheme=scheme)
    open_every = "open => document.querySelectorAll('details').forEach(each => each.open = open)"
    page.evaluate(open_every, True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []
    # No bar, line or point beyond its drawing.
    assert (
        page.evaluate("""() => [...document.querySelectorAll("svg circle, svg rect, svg.plot line")].filter((e) => {
      const [own, around] = [e.getBoundingClientRect(), e.ownerSVGElement.getBoundingClientRect()];
      return own.left < around.left - 6 || own.right > around.right + 6 || own.bottom > around.bottom + 6;
    }).length""")
        == 0
    )
    page.evaluate(open_every, False)
    shot(page, f"{kind}-{device}-{scheme}", full_page=True)


def test_charts_are_images_with_words_and_their_data_opens_by_keyboard(opened, pages):
    page = opened(pages["release"])
    charts = page.get_by_role("img")
    assert charts.count() == page.locator("figure").count() == 17
    expect(page.get_by_role("img", name="Funnel plot: rates of 147 local authorities").first).to_be_visible()
    data = page.locator("#funnel-need details")
    data.locator("summary").focus()
    page.keyboard.press("Enter")
    table = data.get_by_role("table", name="against England")
    expect(table).to_be_visible()
    expect(table.get_by_role("row")).to_have_count(148)


def test_suppressed_authorities_are_in_no_chart(opened, pages):
    page = opened(pages["release"])
    ranked = page.locator("#ranked-need")
    expect(ranked.locator(".bar .label", has_text="Camden")).to_have_count(1)
    expect(ranked.locator(".bar .label", has_text="City of London")).to_have_count(0)
    assert "City of London" not in "".join(page.locator("circle title").all_text_contents())
    expect(ranked.get_by_text("Not in the chart: 1 suppressed, 1 not available.")).to_be_visible()


@pytest.mark.parametrize("kind", ["release", "quality"])
def test_it_prints_with_its_charts(opened, pages, kind):
    page = opened(pages[kind])
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    if kind == "release":
        expect(page.locator("#need .bar").first).to_be_visible()
        expect(page.locator("#need details")).to_be_hidden()
    assert 3 <= page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") <= 12
    page.set_viewport_size({"width": 794, "height": 1123})
    shot(page, f"{kind}-print", full_page=True)


def test_quality_tables_stay_tables_on_a_phone(opened, pages):
    page = opened(pages["quality"], viewport={"width": 390, "height": 844})
    table = page.get_by_role("table", name="Records affected")
    expect(table.get_by_role("rowheader").first).to_be_visible()
    assert table.get_by_role("columnheader").count() == 4
