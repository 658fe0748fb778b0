"""`cin-pipeline health` on real databases: what is well, and each thing that may not be."""

import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from dagster._daemon.types import DaemonHeartbeat
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.orchestration.heartbeats import FRESH_SECONDS, daemon_fault
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store

POSTGRES = """\
storage:
  postgres:
    postgres_url: {env: TEST_DAGSTER_URL}
"""
BY_PARTS = """\
storage:
  postgres:
    postgres_db:
      username: {env: TEST_USER}
      password: {env: TEST_PASSWORD}
      hostname: ""
      db_name: "%s"
      scheme: postgresql+psycopg2
      params: {host: "%s"}
"""


def beat(settings: Settings, at: float, *types: str) -> None:
    with open_instance(settings) as instance:
        for each in types:
            instance.add_daemon_heartbeat(DaemonHeartbeat(at, each, "one", []))


def asked(settings: Settings, *args: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["health", *args], env=settings.environment())
    assert len(result.output.splitlines()) == 1
    return result.exit_code, result.output.strip()


@pytest.fixture
def deployed(settings: Settings) -> Settings:
    with closing(Store(settings)) as store:  # else what it wrote goes into its file whenever it is collected
        _ = store.engine
    beat(settings, time.time(), "SENSOR", "QUEUED_RUN_COORDINATOR")
    return settings


def files_of(directory: Path) -> dict[Path, tuple[int, int]]:
    """But for what SQLite keeps beside a database that is open."""
    found = (path for path in directory.rglob("*") if not path.name.endswith(("-wal", "-shm")))
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in found if path.is_file()}


@pytest.mark.parametrize("role", ["daemon", "webserver", "worker", "all"])
def test_a_sound_deployment_is_healthy_and_is_left_as_it_is(deployed: Settings, role: str) -> None:
    before = files_of(deployed.state)
    code, said = asked(deployed, "--role", role)
    assert (code, said.partition(":")[0]) == (0, "healthy")
    assert files_of(deployed.state) == before


def test_a_state_that_is_not_there_is_not_made(settings: Settings) -> None:
    code, said = asked(settings, "--role", "worker")
    assert code == 1
    assert "there is no database" in said
    assert not settings.state.exists()


def test_a_database_of_another_version_is_told(deployed: Settings) -> None:
    with create_engine(deployed.database).begin() as connection:
        connection.execute(text("UPDATE cin_schema_version SET version_num = '0005'"))
    code, said = asked(deployed, "--role", "worker")
    assert code == 1
    assert "version 0005" in said
    assert "cin-pipeline upgrade" in said


def test_objects_that_are_gone_are_told(deployed: Settings) -> None:
    gone = deployed.state.with_name("gone")
    environment = {**deployed.environment(), "CIN_STATE": str(gone)}
    result = CliRunner().invoke(app, ["health", "--role", "worker"], env=environment)
    assert (result.exit_code, str(gone) in result.output) == (1, True)


@pytest.mark.parametrize("part", ["SENSOR", "QUEUED_RUN_COORDINATOR"])
def test_a_daemon_without_a_fresh_heartbeat_is_told_and_its_webserver_is_well(deployed: Settings, part: str) -> None:
    beat(deployed, time.time() - FRESH_SECONDS - 60, part)
    code, said = asked(deployed, "--role", "daemon")
    assert code == 1
    assert f"no heartbeat: {part.lower()} for 36" in said
    assert asked(deployed, "--role", "webserver")[0] == 0


def test_a_daemon_that_never_ran_is_told(settings: Settings) -> None:
    _ = Store(settings).engine
    with open_instance(settings):
        pass
    assert asked(settings) == (1, "not healthy: no daemon has ever run")


@pytest.mark.parametrize("by_parts", [False, True])
def test_the_storage_that_dagster_yaml_names_is_asked(
    deployed: Settings, postgresql_url: str, by_parts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Dagster reads it: an address, or its parts, from variables."""
    url = make_url(postgresql_url)
    monkeypatch.setenv("TEST_DAGSTER_URL", url.render_as_string(hide_password=False))
    monkeypatch.setenv("TEST_USER", str(url.username))
    monkeypatch.setenv("TEST_PASSWORD", url.password or "")
    configuration = BY_PARTS % (url.database, url.query["host"]) if by_parts else POSTGRES
    (deployed.dagster_home / "dagster.yaml").write_text(configuration)
    assert "does not answer" in asked(deployed)[1]  # Dagster has made no tables yet
    now = time.time()
    beat(deployed, now, "SENSOR")
    with open_instance(deployed) as instance:
        assert isinstance(instance, dg.DagsterInstance)
        assert "Postgres" in type(instance.run_storage).__name__
    assert daemon_fault(deployed, now) == ""
    assert "no heartbeat" in daemon_fault(deployed, now + FRESH_SECONDS + 1)


def test_what_is_no_address_of_a_database_is_told(settings: Settings) -> None:
    environment = {**settings.environment(), "CIN_DATABASE": "postgresql+psycopg2://cin:hunter2@host:abc/cin"}
    result = CliRunner().invoke(app, ["health", "--role", "worker"], env=environment)
    assert result.exit_code == 1
    assert "CIN_DATABASE is no address of a database" in result.output
    assert "hunter2" not in result.output


def test_no_password_is_shown(settings: Settings) -> None:
    environment = {**settings.environment(), "CIN_DATABASE": "postgresql+psycopg2://cin:hunter2@127.0.0.1:9/cin"}
    result = CliRunner().invoke(app, ["health", "--role", "worker"], env=environment)
    assert result.exit_code == 1
    assert "the database does not answer" in result.output
    assert "hunter2" not in result.output


def test_dagster_is_not_loaded_for_it(deployed: Settings) -> None:
    """That alone takes longer than all a probe looks at."""
    code = (
        "import sys; from typer.testing import CliRunner; from cin_pipeline.cli import app; "
        "done = CliRunner().invoke(app, ['health']); sys.exit(done.exit_code or 2 * ('dagster' in sys.modules))"
    )
    environment = {**os.environ, **deployed.environment()}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
