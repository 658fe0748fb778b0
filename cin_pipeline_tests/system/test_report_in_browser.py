"""The validation report in a real browser: with no hits, a few, and fifty thousand; by keyboard; on paper."""

import time

import pytest
from playwright.sync_api import expect

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.validation.reporting import rejection_page
from cin_pipeline_tests.support.building import child, return_xml, valid_children
from cin_pipeline_tests.support.looking import CONTRAST, needs_chromium
from cin_pipeline_tests.support.reported import ABOUT, page_of
from cin_pipeline_tests.validation.all_cases import PLANTS

HITS = 50_000
HOSTILE = "</script><img src=x onerror=alert(1)><b>"

pytestmark = [pytest.mark.system, needs_chromium]


@pytest.fixture(scope="module")
def few():
    """One of each mistake, in a return full of markup."""
    mistakes = [plant.children[0] for plant in PLANTS.values() if plant.year == 2017 and plant.children]
    records = [record | {"LAchildID": f"{HOSTILE}{n}", "UPN": None} for n, record in enumerate(mistakes)]
    return page_of(return_xml([*records, *valid_children()]), file_name=f"{HOSTILE}.xml")


@pytest.fixture(scope="module")
def many():
    """Children without ethnicity, or with one that is no code; the first has two mistakes."""
    usual = {"UPN": None, "UPNunknown": "UN2"}
    wrong = [child(LAchildID=f"c{n}", Ethnicity=["x", None][n % 2], **usual) for n in range(HITS - 1)]
    wrong[0] = wrong[0] | {"GenderCurrent": HOSTILE}
    return page_of(return_xml([*wrong, *valid_children()]))


def _rows(page):
    return page.locator("#table tbody tr")


def _cells(page, row=0):
    return [text.strip() for text in _rows(page).nth(row).locator("th, td").all_inner_texts()]


def test_no_hits(opened):
    page = opened(page_of(return_xml(valid_children())))
    expect(page.get_by_role("heading", level=1)).to_have_text("City of London (201), 2016 to 2017")
    expect(page.get_by_text("no rule found anything in this return")).to_be_visible()
    expect(page.locator("#explorer")).to_have_count(0)
    page.get_by_text("97 checks passed", exact=True).click()
    expect(page.get_by_role("table", name="Rules that were passed")).to_be_visible()


def test_few_hits_full_of_markup(opened, few):
    page = opened(few)
    expect(page.locator("#status")).to_contain_text("Hits 1 to 100 of")
    assert page.locator("img, main b").count() == 0
    assert HOSTILE in _cells(page)[1]


def test_landmarks_and_names(opened, few):
    page = opened(few)
    for role, name in (
        ("main", None), ("banner", None), ("contentinfo", None), ("navigation", "Contents"),
        ("search", "Filter the hits"), ("navigation", "Pages of hits"), ("region", "Results by rule"),
        ("combobox", "Severity"), ("combobox", "Rule"), ("searchbox", "Text in child id, record, message or value"),
        ("spinbutton", "Page"), ("table", "Rules with hits"), ("status", None),
    ):  # fmt: skip
        expect(page.get_by_role(role, name=name, exact=True).first).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en-GB"
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("thead th:not([scope=col]), tbody th:not([scope=row])").count() == 0
    assert page.locator("#table thead").get_by_role("columnheader").count() == 6


def test_skip_link_comes_first_and_focus_is_seen(opened, few):
    page = opened(few)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the report")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_fifty_thousand_hits_by_keyboard(opened, many):
    start = time.perf_counter()
    page = opened(many)
    expect(_rows(page)).to_have_count(100)
    assert time.perf_counter() - start < 10  # about 1 second here; the bar is for a busy machine
    expect(page.locator("#status")).to_have_text("Hits 1 to 100 of 50,000")

    page.get_by_role("button", name="Next").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("Hits 101 to 200 of 50,000")
    expect(page.get_by_role("button", name="Next")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("Hits 49,901 to 50,000 of 50,000")
    page.get_by_label("Page", exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("7")
    page.keyboard.press("Tab")
    expect(page.locator("#status")).to_have_text("Hits 601 to 700 of 50,000")

    page.get_by_role("button", name="Child id").focus()
    page.keyboard.press("Enter")
    assert _cells(page, 2)[1] == "c1"  # c0 has two hits
    assert _cells(page, 3)[1] == "c2"
    expect(page.get_by_role("columnheader", name="Child id")).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Enter")
    assert _cells(page)[1] == f"c{HITS - 2}"
    expect(page.get_by_role("columnheader", name="Child id")).to_have_attribute("aria-sort", "descending")

    page.get_by_label("Text in child id").focus()
    page.keyboard.type("C4999")
    expect(page.locator("#status")).to_have_text("Hits 1 to 10 of 10 that match, of 50,000")
    page.keyboard.press("Control+A")
    page.keyboard.type("no such thing")
    expect(page.locator("#status")).to_have_text("No hit matches, of 50,000")
    expect(_rows(page)).to_have_count(0)
    page.get_by_role("button", name="Clear").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("Hits 1 to 100 of 50,000")

    page.get_by_label("Rule", exact=True).select_option("4180")
    expect(page.locator("#status")).to_have_text("Hits 1 to 1 of 1 that match, of 50,000")
    assert _cells(page)[0].split() == ["4180", "error"]
    assert HOSTILE in _cells(page)[5]
    page.get_by_label("Severity").select_option("Queries only")
    expect(page.locator("#status")).to_have_text("No hit matches, of 50,000")


def test_a_rule_leads_to_its_hits(opened, few):
    page = opened(few)
    page.get_by_role("link", name="Show the 1 hit of rule 4220").click()
    expect(page.locator("#status")).to_contain_text("Hits 1 to 1 of 1 that match")
    assert _cells(page)[0].split() == ["4220", "error"]


def test_print_holds_what_is_chosen_up_to_two_thousand(opened, many):
    page = opened(many)
    assert page.pdf().startswith(b"%PDF")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(_rows(page)).to_have_count(2_000)
    expect(page.locator("#cut")).to_have_text("Only the first 2,000 hits are printed; issues.csv holds all of them.")
    page.emulate_media(media="print")
    expect(page.get_by_role("search")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(_rows(page)).to_have_count(100)


def test_without_scripts_it_can_be_read(opened, many):
    page = opened(many, java_script_enabled=False)
    expect(page.get_by_text("The first 1,000 of 50,000 hits.")).to_be_visible()
    expect(page.locator("#plain tbody tr")).to_have_count(1_000)
    expect(page.locator("#explorer")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(opened, few, scheme):
    page = opened(few, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("Sort by").select_option("Line")
    lines = [int(_cells(page, row)[3]) for row in range(5)]
    assert lines == sorted(lines)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(opened, few, scheme):
    page = opened(few, color_scheme=scheme)
    assert page.evaluate(CONTRAST) == []


def test_unreadable_file(opened):
    page = opened(rejection_page(ABOUT, ReturnRejected(f"element {HOSTILE} is unknown", 12, "/Message/Children")))
    expect(page.get_by_role("heading", level=1)).to_have_text("This file could not be read as a return")
    expect(page.get_by_text(f"Element {HOSTILE} is unknown.")).to_be_visible()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1  # one sheet of paper
