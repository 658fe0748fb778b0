"""The browser that the system tests share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from cin_pipeline_tests.system.webserver import CHROMIUM, FLAGS, WAIT


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(WAIT)
        expect.set_options(timeout=WAIT)
        yield page
        browser.close()
