"""`upgrade` as containers run it when they start: once for all, waiting for the server, Dagster's history too."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.settings import Settings
from cin_pipeline.store.database_faults import DatabaseAway, DatabaseRefused
from cin_pipeline.store.opening import upgrade_database
from cin_pipeline.store.store import Store
from cin_pipeline.store.versions import CURRENT
from cin_pipeline.store.waiting import when_there

BEFORE = "f495c27d5019"  # the revision before Dagster's last; the step from it changes MySQL alone
UPGRADE = "from cin_pipeline.cli import main; main(['upgrade', '--wait', '60'])"


def home_on(url: str, directory: Path) -> Path:
    """A DAGSTER_HOME whose history is in a PostgreSQL database."""
    directory.mkdir(parents=True)
    (directory / "dagster.yaml").write_text(f"storage: {{postgres: {{postgres_url: '{url}'}}}}\n")
    return directory


def rows(url: str, query: str) -> list[Any]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = list(connection.execute(text(query)).scalars())
    engine.dispose()
    return found


def test_of_several_that_start_at_once_one_makes_the_tables_and_all_end_well(
    postgresql_url: str, tmp_path: Path
) -> None:
    hosts = []
    for number in range(3):  # each with its own disk
        directory = tmp_path / str(number)
        home = home_on(postgresql_url, directory / "dagster")
        environ = {**os.environ, "CIN_DATABASE": postgresql_url, "CIN_STATE": str(directory), "DAGSTER_HOME": str(home)}
        command = [sys.executable, "-c", UPGRADE]
        host = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        hosts.append(host)
    ended = [host.communicate() for host in hosts]
    assert [host.returncode for host in hosts] == [0, 0, 0], ended
    said = "".join(out for out, _ in ended)
    assert said.count("The database was empty; its tables are made") == 1
    assert said.count(f"The database is of version {CURRENT} already") == 2
    assert said.count("Dagster's history was empty; its tables are made") == 1
    assert said.count("already.") == 2
    assert len(rows(postgresql_url, "select version_num from alembic_version")) == 1
    assert rows(postgresql_url, "select name from leases") == []


def test_an_older_history_on_a_server_is_upgraded(
    postgresql_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIN_DATABASE", postgresql_url)
    home_on(postgresql_url, settings.dagster_home)
    command = ["upgrade", "--state", str(settings.state)]
    assert "its tables are made, of revision" in CliRunner().invoke(app, command).output
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = :old"), {"old": BEFORE})
    engine.dispose()
    assert f"Dagster's history was upgraded from {BEFORE} to" in CliRunner().invoke(app, command).output
    assert "Dagster's history is of revision" in CliRunner().invoke(app, command).output


def test_an_older_history_of_one_machine_is_upgraded_and_a_state_without_one_gets_none(settings: Settings) -> None:
    command = ["upgrade", "--state", str(settings.state)]
    assert Store(settings).engine is not None
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0
    assert "history" not in result.output
    assert not settings.dagster_home.exists()
    open_instance(settings).dispose()
    runs = f"sqlite:///{settings.dagster_home / 'history' / 'runs.db'}"
    engine = create_engine(runs)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = :old"), {"old": BEFORE})
    engine.dispose()
    assert f"Dagster's history was upgraded from {BEFORE} to" in CliRunner().invoke(app, command).output
    assert rows(runs, "select version_num from alembic_version") != [BEFORE]


def test_a_database_that_is_not_there_yet_is_waited_for(postgresql_url: str) -> None:
    name = f"late_{uuid4().hex}"
    engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    late = engine.url.set(database=name).render_as_string(hide_password=False)

    def make_it(_seconds: float) -> None:
        with engine.connect() as connection:
            connection.execute(text(f"create database {name}"))

    assert when_there(lambda: upgrade_database(late), 1, pause=make_it, clock=lambda: 0).after == CURRENT
    engine.dispose()


def test_it_is_waited_for_no_longer_than_asked_and_what_waiting_cannot_mend_is_told_at_once() -> None:
    times = iter([0.0, 3.0, 6.0])
    pauses: list[float] = []

    def away() -> None:
        raise DatabaseAway("away")

    def refused() -> None:
        raise DatabaseRefused("refused")

    with pytest.raises(DatabaseAway):
        when_there(away, 5, pause=pauses.append, clock=lambda: next(times))
    assert len(pauses) == 1
    with pytest.raises(DatabaseRefused, match="refused"):
        when_there(refused, 5, pause=pauses.append)
    assert len(pauses) == 1
