"""Job publish on a real Dagster instance: the same files as the command, and nothing where a check fails."""

from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.orchestration.assets import publication
from cin_pipeline.orchestration.build import build_definitions
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.outputs.release_folders import files_in
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
from cin_pipeline_tests.orchestration.test_folder_run import Job

KEY = "2016-04-01"


def publish(
    settings: Settings, **config: object
) -> tuple[dg.ExecuteInProcessResult, dict[str, bool], dict[str, dg.MetadataValue]]:
    """The run, its checks, and what the tables' materialisation shows."""
    with open_instance(settings) as instance:
        job = build_definitions(settings).resolve_job_def("publish")
        asked = {"ops": {publication.TABLES: {"config": config}}} if config else {}
        run = job.execute_in_process(partition_key=KEY, instance=instance, run_config=asked, raise_on_error=False)
    checks = {each.check_name: each.passed for each in run.get_asset_check_evaluations()}
    shown = [each for each in run.get_asset_materialization_events() if each.asset_key.path == [publication.TABLES]]
    return run, checks, dict(shown[0].materialization.metadata) if shown else {}


def read(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files_in(folder)}


def test_the_job_writes_what_the_command_writes(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(tmp_path, settings)
    for seed, la in enumerate(("201", "202", "390")):
        job.put(la, 2017, seed)
    job.run()
    run, checks, shown = publish(settings)
    assert run.success
    assert checks == {"schema": True, "screening": True, "disclosure": True, "identities": True}
    assert "| B1 | " in shown["cells"].value
    files = Store(settings).bundles.read("releases/2017")
    words = ["publish", "--year", "2017", "--output", str(tmp_path / "release"), "--state", str(settings.state)]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert read(tmp_path / "release") == files
    quality = files["quality.html"].decode()
    assert "390" in quality or "Gateshead" in quality

    # In another form, with another vintage.
    assert publish(settings, profile="tidy", vintage=2021)[0].success
    assert CliRunner().invoke(app, [*words, "--profile", "tidy", "--vintage", "2021"]).exit_code == 0
    tidy = Store(settings).bundles.read("releases/2017")
    assert read(tmp_path / "release") == tidy != files

    # A check that fails stops the release: that of before stays whole.
    monkeypatch.setattr(publication, "broken_checks", lambda *_: {name: ["failed"] for name in publication.CHECKS})
    run, checks, _ = publish(settings)
    assert not run.success
    assert not any(checks.values())
    assert Store(settings).bundles.read("releases/2017") == tidy


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"profile": "2023"}, "'2023' is no profile of a release; one of 2022, 2024, 2025, tidy was expected"),
        ({"vintage": 1991}, "1991 is no vintage of the population; 2011 or 2021 was expected"),
    ],
)
def test_a_form_that_there_is_not(settings: Settings, config: dict[str, object], said: str) -> None:
    run, checks, _ = publish(settings, **config)
    (failure,) = [event for event in run.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
    assert said in failure.step_failure_data.user_failure_data.description
    assert (run.success, checks) == (False, {})


def test_without_england_there_is_no_release(settings: Settings) -> None:
    run, checks, _ = publish(settings)
    (failure,) = [event for event in run.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
    assert "no return of 2016 to 2017 is current" in failure.step_failure_data.user_failure_data.description
    assert (run.success, checks) == (False, {})
