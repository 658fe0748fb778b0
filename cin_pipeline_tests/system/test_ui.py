"""The Dagster UI over a state that a run left behind, in a real browser."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from cin_pipeline.settings import Settings
from cin_pipeline_tests.orchestration.test_folder_run import Job
from cin_pipeline_tests.system.looking import CHROMIUM, needs_chromium, shot
from cin_pipeline_tests.test_contracts import ROOT

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
WAIT = 60_000  # milliseconds; the UI asks the server for each part of a page

pytestmark = [pytest.mark.system, needs_chromium]


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a webserver that loads workspace.yaml, over the state of a small run."""
    directory = tmp_path_factory.mktemp("ui")
    job = Job(directory, Settings.from_environment({}, state=directory / "state"))
    for la in ("201", "202"):
        for year in (2016, 2017):
            job.put(la, year, children=5)
    job.run()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            Path(sys.executable).with_name("dagster-webserver"),
            *("-w", ROOT / "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)),
        ],
        env={**os.environ, **job.settings.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    # Each line is waited for; the end of the output ends it.
    assert any("Serving" in line for line in server.stdout), "the webserver ended before it served"
    drain = Thread(target=server.stdout.read)  # a full pipe would stop it
    drain.start()
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait()
    drain.join()
    server.stdout.close()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(WAIT)
        expect.set_options(timeout=WAIT)
        yield page
        browser.close()


def test_the_graph_shows_every_asset_in_its_group(ui: str, page: Page) -> None:
    page.goto(f"{ui}/asset-groups")
    for group in ("returns", "validation", "measures", "england", "publication"):
        expect(page.get_by_text(group, exact=True).first).to_be_visible()
    shot(page, "graph")


@pytest.mark.parametrize("group", ["returns", "validation", "measures", "england", "publication"])
def test_the_lineage_of_a_group(ui: str, page: Page, group: str) -> None:
    assets = {
        "returns": ("return_file", "raw_return", "cleaned_return"),
        "validation": ("validation_issues", "data_confidence"),
        "measures": ("episodes", "prior_year_referrals", "la_measures"),
        "england": ("population", "national_measures", "estimates"),
        "publication": ("publication_tables", "release_report"),
    }
    page.goto(f"{ui}/locations/cin_pipeline/asset-groups/{group}/lineage")
    for asset in assets[group]:
        expect(page.get_by_text(asset, exact=True).first).to_be_visible()
    shot(page, f"lineage-{group}")


def test_one_las_partition_shows_its_counts(ui: str, page: Page) -> None:
    page.goto(f"{ui}/assets/la_measures?view=partitions&partition=2016-04-01%7C201")
    expect(page.get_by_text("2016-04-01|201").first).to_be_visible()
    expect(page.get_by_text("totals", exact=True).first).to_be_visible()
    shot(page, "partition")


@pytest.mark.parametrize(
    ("asset", "check", "said"),
    [
        ("cleaned_return", "values_readable", "Every value could be read"),
        ("validation_issues", "errors", "No rule with the severity error is broken"),
        ("data_confidence", "confidence", "No module of the return is of low confidence"),
    ],
)
def test_one_check_shows_its_result(ui: str, page: Page, asset: str, check: str, said: str) -> None:
    page.goto(f"{ui}/assets/{asset}?view=checks&checkDetail={check}")
    expect(page.get_by_text(check).first).to_be_visible()
    expect(page.get_by_text(said).first).to_be_visible()
    expect(page.get_by_text("2016-04-01|20").first).to_be_visible()  # of which LA it is
    shot(page, f"check-{asset}")
