"""What the UI shows of history: the status table, and what a resubmission changed."""

import shutil
from pathlib import Path

import dagster as dg
import pytest

from cin_pipeline.answers.status_table import status_of_year, status_summary
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.orchestration.folder_run import Folder, run_folder
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
from cin_pipeline_tests.orchestration.test_folder_run import LAS, WHEN, Job, silent


@pytest.fixture
def job(tmp_path: Path, settings: Settings) -> Job:
    return Job(tmp_path, settings)


def metadata(job: Job, asset: str) -> list[dict[str, dg.MetadataValue]]:
    """Of every materialisation of an asset, newest first."""
    with open_instance(job.settings) as instance:
        records = instance.fetch_materializations(dg.AssetKey(asset), limit=10).records
    return [dict(record.asset_materialization.metadata) for record in records]


def test_a_resubmission_shows_what_it_changed_and_the_status_follows(job: Job) -> None:
    job.put("201", 2017, children=12)
    job.put("202", 2017)
    job.run()
    assert "changes" not in metadata(job, "raw_return")[0]
    assert "moved" not in metadata(job, "la_measures")[0]
    path = job.landing / "201_2017.xml"
    before = path.read_bytes()
    head, first, *others = before.split(b"<Child>")
    path.write_bytes(b"<Child>".join([head, *others]))
    job.run()
    raw, measures = metadata(job, "raw_return")[0], metadata(job, "la_measures")[0]
    if raw["file"].value != "201_2017.xml":
        raw, measures = metadata(job, "raw_return")[1], metadata(job, "la_measures")[1]
    children = before.count(b"<Child>")
    assert f"| children | {children} | {children - 1} | 0 | 1 | 0 |" in raw["changes"].value
    old = raw["compared_with_submission"].value
    assert measures["compared_with_submission"].value == old
    assert int(measures["figures_moved"].value) == measures["moved"].value.count("\n") - 1
    store = Store(job.settings)
    superseded = {each.submission for each in store.registry.history(2017, "201")[:-1]}
    assert old in superseded
    status = metadata(job, "submission_status")[0]
    table = status_of_year(store, 2017)
    assert status["summary"].value == status_summary(table)
    top = status["status"].value.splitlines()[2]
    assert top.startswith("| [390](/assets/la_measures?")
    assert "| Gateshead | no return |" in top
    counts = table.set_index("la_code").loc["201", ["errors", "queries", "confidence"]]
    assert counts.notna().all()
    assert f"| {counts['errors']} | {counts['queries']} | {counts['confidence']} |" in status["status"].value
    # No child in the event log.
    identifier = first.split(b"<LAchildID>")[1].split(b"<")[0].decode()
    assert identifier not in str([each["changes"].value for each in (raw,)] + [measures["moved"].value])


def test_a_return_that_is_gone_does_not_stop_the_next_one(job: Job) -> None:
    """Its copy alone is not missed: the records are compared with those in the tables."""
    job.put("201", 2017)
    job.run()
    told = []
    for seed, gone in ((2, ["returns"]), (3, ["returns", "tables/raw_return"])):
        for kept in gone:
            shutil.rmtree(job.settings.state / kept)
        job.put("201", 2017, seed=seed)
        report = job.run()
        assert [each.la_code for each in report.landed] == ["201"]
        told.append(metadata(job, "raw_return")[0]["changes"].value)
    assert "| children | 8 | 8 |" in told[0]
    assert "are gone or damaged" in told[1]


def test_a_provisional_year_is_called_so_wherever_the_ui_shows_figures_of_it(job: Job) -> None:
    for year in (2026, 2027):
        for seed, la in enumerate(LAS):
            job.put(la, year, seed)
    run_folder(Folder(job.landing, 2027, job.output, expected=job.expected), job.settings, WHEN, silent)
    for asset in ("la_measures", "validation_issues", "national_measures", "estimates", "submission_status"):
        with open_instance(job.settings) as instance:
            records = instance.fetch_materializations(dg.AssetKey(asset), limit=10).records
        said = {
            str(record.partition_key)[:10]: record.asset_materialization.metadata.get("provisional")
            for record in records
        }
        assert said.pop("2026-04-01").value == CollectionYear(2027).provisional, asset
        assert set(said.values()) <= {None}
