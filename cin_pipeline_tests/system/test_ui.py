"""The Dagster UI over a state that a run left behind, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from cin_pipeline.settings import Settings
from cin_pipeline_tests.orchestration.test_folder_run import Job
from cin_pipeline_tests.support.looking import needs_chromium, shot
from cin_pipeline_tests.support.webserver import webserver

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
    with webserver(job.settings) as address:
        yield address


def test_the_graph_shows_every_asset_in_its_group(ui: str, page: Page) -> None:
    page.goto(f"{ui}/asset-groups")
    for group in ("1_returns", "2_validation", "3_measures", "4_england", "5_publication"):
        expect(page.get_by_text(group, exact=True).first).to_be_visible()
    shot(page, "graph")


@pytest.mark.parametrize("group", ["1_returns", "2_validation", "3_measures", "4_england", "5_publication"])
def test_the_lineage_of_a_group(ui: str, page: Page, group: str) -> None:
    assets = {
        "1_returns": ("return_file", "raw_return", "cleaned_return"),
        "2_validation": ("validation_issues", "data_confidence"),
        "3_measures": ("episodes", "prior_year_referrals", "la_measures"),
        "4_england": ("population", "national_measures", "estimates", "submission_status"),
        "5_publication": ("publication_tables", "release_report"),
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
