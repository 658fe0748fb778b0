"""The browser that the system tests share, and pages opened in it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from cin_pipeline_tests.support.looking import CHROMIUM, FLAGS
from cin_pipeline_tests.support.webserver import WAIT


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a page as a file; at the end it must have asked for nothing and complained of nothing."""
    complaints, requests, contexts = [], [], []

    def open_page(text, **options):
        file = tmp_path / "report.html"
        file.write_text(text, encoding="utf-8")
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in requests if not url.endswith("/report.html")] == []


@pytest.fixture(scope="module")
def page(browser) -> Iterator[Page]:
    """A page for the Dagster UI."""
    page = browser.new_page(viewport={"width": 1500, "height": 1000})
    page.set_default_timeout(WAIT)
    expect.set_options(timeout=WAIT)
    yield page
    page.close()
