"""What a deployment on several machines is configured with: the examples load, and no launcher says who is alive."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import kubernetes
import pytest

from cin_pipeline.orchestration.home import no_place_left, open_instance, prepare_home
from cin_pipeline.orchestration.jobs import BULK_TAGS
from cin_pipeline.settings import Settings
from cin_pipeline.store.versions import StateReadOnly

EXAMPLES = Path(__file__).parents[2] / "deploy" / "dagster"
LAUNCHERS = {"celery": "CeleryLauncher", "docker": "DockerLauncher", "k8s": "KubernetesLauncher"}


@pytest.fixture
def instance(
    request: pytest.FixtureRequest, settings: Settings, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance in a directory that holds nothing but an example."""
    monkeypatch.setattr(kubernetes.config, "load_incluster_config", lambda: None)  # there is no cluster
    monkeypatch.setenv("CIN_DATABASE", postgresql_url)
    settings = replace(settings, database=postgresql_url)
    for name in ("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND", "RUN_IMAGE", "RUN_NAMESPACE"):
        monkeypatch.setenv(name, "memory://" if name.startswith("CELERY") else "cin")
    settings.dagster_home.mkdir(parents=True)
    shutil.copy(EXAMPLES / f"dagster-{request.param}.yaml", settings.dagster_home / "dagster.yaml")
    with open_instance(settings) as opened:
        yield opened


@pytest.mark.parametrize("instance", LAUNCHERS, indirect=True, ids=str)
def test_an_example_loads_and_no_launcher_says_who_is_alive(instance: dg.DagsterInstance) -> None:
    """Asked, it says of the parts of a bulk run that they are not there, and the daemon ends what is at work."""
    launcher = instance.run_launcher
    assert type(launcher).__name__ in LAUNCHERS.values()
    assert launcher.supports_check_run_worker_health is False
    assert launcher.supports_resume_run is False
    assert instance.run_monitoring_enabled  # else a run that never starts holds its place for ever
    assert instance.run_monitoring_max_resume_run_attempts == 0
    assert no_place_left(instance) == ""
    assert [path.name for path in Path(instance.root_directory).iterdir()] == ["dagster.yaml"]


@pytest.mark.parametrize("instance", ["celery"], indirect=True)
def test_a_part_of_a_bulk_run_is_no_task_that_could_be_ended(instance: dg.DagsterInstance) -> None:
    part = instance.create_run_for_job(a_job, tags={"cin/holder": "bulk"}, status=dg.DagsterRunStatus.STARTED)
    assert instance.run_launcher.terminate(part.run_id) is False
    assert instance.get_run_by_id(part.run_id).status is dg.DagsterRunStatus.STARTED


@pytest.mark.parametrize("instance", ["celery"], indirect=True)
def test_a_run_whose_task_is_ended_is_said_to_be_canceling(instance: dg.DagsterInstance) -> None:
    """Dagster's own launcher leaves it started, as if it went on."""
    tags = {"dagster-celery/task_id": "a task"}
    run = instance.create_run_for_job(a_job, tags=tags, status=dg.DagsterRunStatus.STARTED)
    assert instance.run_launcher.terminate(run.run_id) is True
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.CANCELING
    instance.report_run_canceled(run)
    assert instance.run_launcher.terminate(run.run_id) is False


@dg.job
def a_job() -> None:
    """Nothing."""


def test_a_home_that_is_mounted_to_be_read_is_enough_where_history_is_elsewhere(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    can = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode != os.W_OK and can(path, mode, **more))
    settings.dagster_home.mkdir(parents=True)
    configuration = settings.dagster_home / "dagster.yaml"
    configuration.write_text("telemetry: {enabled: false}")
    with pytest.raises(StateReadOnly, match="the history of runs cannot be written"):
        prepare_home(settings)
    configuration.write_text("storage: {postgres: {postgres_url: {env: CIN_DATABASE}}}")
    prepare_home(settings)
    assert os.environ["DAGSTER_HOME"] == str(settings.dagster_home)


def test_two_containers_that_make_a_home_at_once_make_one(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes of two containers have the same number."""
    write = Path.write_text

    def and_another_is_faster(path: Path, text: str, **options: str) -> int:
        written = write(path, text, **options)
        monkeypatch.undo()
        prepare_home(settings)
        return written

    monkeypatch.setattr(Path, "write_text", and_another_is_faster)
    prepare_home(settings)
    assert [path.name for path in settings.dagster_home.iterdir()] == ["dagster.yaml"]


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_a_new_home_leaves_places_beside_a_load(settings: Settings, workers: int) -> None:
    with open_instance(replace(settings, workers=workers)) as instance:
        assert no_place_left(instance) == ""
        queue = instance.get_concurrency_config().run_queue_config
    limits = {limit["value"]: limit["limit"] for limit in queue.tag_concurrency_limits if limit["key"] == "cin/lane"}
    assert limits == {"bulk": workers, "single": workers}
    # A bulk run and its part, a run of a single return for each worker, and England.
    assert queue.max_concurrent_runs == 2 * workers + workers + 1
    assert BULK_TAGS["cin/lane"] == "bulk"


@pytest.mark.parametrize("limit", [None, 3])
def test_a_home_without_places_beside_a_load_is_told_of(settings: Settings, limit: int | None) -> None:
    limits = f"[{{key: cin/lane, value: bulk, limit: {limit}}}]" if limit else "[]"
    settings.dagster_home.mkdir(parents=True)
    (settings.dagster_home / "dagster.yaml").write_text(
        f"concurrency: {{runs: {{max_concurrent_runs: 6, tag_concurrency_limits: {limits}}}}}"
    )
    with open_instance(settings) as instance:
        assert "waits for the end of this load" in no_place_left(instance)
