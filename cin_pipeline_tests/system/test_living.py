"""Files land in the inbox under a real daemon and webserver: what reruns, seen through GraphQL and in a browser."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cin_pipeline.orchestration.partitions import partition_key
from cin_pipeline_tests.support.daemon import Daemon
from cin_pipeline_tests.support.looking import needs_chromium, shot
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.webserver import webserver

pytestmark = [pytest.mark.system, needs_chromium]

LONG = 180  # seconds; every run starts a process, on two cores that other tests use too
FIRST, CORRECTED = messy_return(1, 4, 2017, "201"), messy_return(2, 5, 2017, "201")

MATERIALIZATIONS = """query($path: [String!]!, $partitions: [String!]) {
  assetNodeOrError(assetKey: {path: $path}) { ... on AssetNode { assetMaterializations(partitions: $partitions) {
    runId partition metadataEntries { label } } } } }"""
SENSORS = """{ sensorsOrError(repositorySelector: {repositoryName: "__repository__",
  repositoryLocationName: "cin_pipeline"}) { ... on Sensors { results { name sensorState { status } } } } }"""


class Ui:
    """The webserver over the state of a daemon."""

    def __init__(self, address: str, page: Page, daemon: Daemon) -> None:
        self.address, self.page, self.daemon = address, page, daemon

    def ask(self, query: str, **variables: object) -> Any:
        answer = self.page.request.post(f"{self.address}/graphql", data={"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def made(self, asset: str, *partitions: str) -> list[dict[str, Any]]:
        """The materialisations of an asset, of some partitions or of all."""
        found = self.ask(MATERIALIZATIONS, path=[asset], partitions=list(partitions) or None)
        rows: list[dict[str, Any]] = found["assetNodeOrError"]["assetMaterializations"]
        return rows

    def counts(self, asset: str) -> Counter[str]:
        """How often each partition of an asset was made."""
        return Counter(row["partition"] for row in self.made(asset))


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory, page: Page) -> Iterator[Ui]:
    directory = tmp_path_factory.mktemp("living")
    daemon = Daemon(directory, quiet=2, years=frozenset({2017}))
    expected = directory / "expected.csv"
    expected.write_text("la_code\n201\n202\n203\n", encoding="utf-8")
    daemon.state.inputs.keep(2017, expected=expected, people=None, unusable=None)
    daemon.start()
    try:
        with webserver(daemon.settings) as address:
            yield Ui(address, page, daemon)
    finally:
        daemon.stop()


def key(year: int, la_code: str) -> str:
    return partition_key(year, la_code)


def test_a_season_of_two_authorities(ui: Ui) -> None:
    daemon = ui.daemon
    daemon.put("201.xml", FIRST)
    daemon.put("202 with spaces.xml", messy_return(3, 4, 2017, "202"))
    daemon.put("bad.xml", FIRST[:200])
    daemon.wait("the first three files", lambda: daemon.ended(3), LONG)
    assert daemon.states() == {"accepted": 2, "refused": 1}  # the bad one kept no other
    daemon.wait("England", lambda: ui.counts("national_measures") == {"2016-04-01": 1}, LONG)

    # A touched file is no submission; other bytes are, and so are the first bytes again; the previous year's comes
    # late.
    os.utime(daemon.inbox / "202 with spaces.xml", (time.time() - 60,) * 2)
    daemon.put("201 corrected.xml", CORRECTED)
    daemon.put("202 of the previous year.xml", messy_return(4, 4, 2016, "202"))
    daemon.wait("the correction", lambda: daemon.ended(5), LONG)
    daemon.put("201 as before.xml", FIRST)
    daemon.wait("the first again", lambda: daemon.ended(6), LONG)
    daemon.wait("202 counted again", lambda: ui.counts("la_measures")[key(2017, "202")] == 2, LONG)

    assert [each.state for each in daemon.submissions() if (each.collection_year, each.la_code) == (2017, "201")] == [
        "superseded",
        "superseded",
        "accepted",
    ]
    assert ui.counts("raw_return") == {key(2017, "201"): 3, key(2017, "202"): 1, key(2016, "202"): 1}
    assert ui.counts("la_measures") == {key(2017, "201"): 3, key(2017, "202"): 2, key(2016, "202"): 1}
    assert ui.counts("episodes")[key(2017, "202")] == 1  # only what the previous year's return has a part in
    latest = ui.made("la_measures", key(2017, "201"))[0]
    assert "moved" in {entry["label"] for entry in latest["metadataEntries"]}
    daemon.wait("England again", lambda: _england_is_current(daemon), LONG)
    assert set(daemon.acceptances().values()) == {1}


def _england_is_current(daemon: Daemon) -> bool:
    made_from = {each.submission for each in daemon.state.figures.manifest("estimates", 2017)}
    return made_from == {each.submission for each in daemon.state.registry.all_current(2017)}


def test_sensors_are_listed_and_on(ui: Ui) -> None:
    found = {each["name"]: each["sensorState"]["status"] for each in ui.ask(SENSORS)["sensorsOrError"]["results"]}
    assert found == dict.fromkeys(("landing", "prior_year", "national", "failure", "notices"), "RUNNING")
    ui.page.goto(f"{ui.address}/automation")
    for name in found:
        expect(ui.page.get_by_text(name, exact=True).first).to_be_visible()
    shot(ui.page, "sensors")
    ui.page.goto(f"{ui.address}/locations/cin_pipeline/sensors/landing")
    expect(ui.page.get_by_text("Takes new files from the inbox").first).to_be_visible()
    shot(ui.page, "sensor")


def test_the_status_table_names_every_authority_and_links_to_it(ui: Ui) -> None:
    ui.page.goto(f"{ui.address}/assets/submission_status?view=partitions&partition=2016-04-01")
    expect(ui.page.get_by_text("status", exact=True).first).to_be_visible()
    shot(ui.page, "status")
    link = ui.page.get_by_role("link", name="201", exact=True).first
    expect(link).to_be_visible()
    shot(ui.page, "status-table")


def test_what_changed_in_a_resubmission_is_on_its_partition(ui: Ui) -> None:
    ui.page.goto(f"{ui.address}/assets/raw_return?view=partitions&partition=2016-04-01%7C201")
    expect(ui.page.get_by_text("changes", exact=True).first).to_be_visible()
    shot(ui.page, "resubmission")


def test_what_is_missing_is_linked_from_england(ui: Ui) -> None:
    ui.page.goto(f"{ui.address}/assets/national_measures?view=partitions&partition=2016-04-01")
    expect(ui.page.get_by_text("missing", exact=True).first).to_be_visible()
    shot(ui.page, "national")
