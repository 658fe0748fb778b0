"""Backups with a real bucket: of a deployment that loads returns meanwhile, is then destroyed, and is brought back."""

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree, which
from threading import Thread
from uuid import uuid4

import pytest
from sqlalchemy.engine import make_url

from cin_pipeline.settings import Settings
from cin_pipeline.store.backup.__main__ import opened
from cin_pipeline.store.backup.making import make_backup
from cin_pipeline.store.backup.restoring import restore_backup
from cin_pipeline.store.objects import Objects
from cin_pipeline.store.store import Store, place_of
from cin_pipeline_tests.servers.support.bucket import BucketServer
from cin_pipeline_tests.support.backups import CLIENT, held, rows_of
from cin_pipeline_tests.support.databases import Server
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.stored import Office
from cin_pipeline_tests.test_contracts import ROOT

LAS = ("201", "202", "203", "390", "391", "392")
WRITTEN = ("measures.csv", "england.csv", "validation_issues.csv")


@pytest.fixture
def bucket(bucket_server: BucketServer, bucket_keys: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """A part of a bucket of this test alone; PostgreSQL's programs can be found."""
    monkeypatch.setenv("PATH", f"{CLIENT}{os.pathsep}{os.environ['PATH']}")
    return f"s3://cin/{uuid4().hex}"


class Deployment:
    """A database and a state directory, and commands over both."""

    def __init__(self, directory: Path, url: str) -> None:
        self.directory = directory
        self.settings = replace(Settings.from_environment({}, state=directory / "state"), database=url, workers=2)
        self._environment = {**os.environ, **self.settings.environment(), "PYTHON": sys.executable}

    def started(self, *command: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*map(str, command)],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
        )

    def done(self, *command: object) -> str:
        process = self.started(*command)
        said, _ = process.communicate()
        assert process.returncode in (0, 1), said  # 1: a return in doubt, say
        return said

    def pipeline(self, *arguments: object) -> tuple[object, ...]:
        return (sys.executable, "-c", "from cin_pipeline.cli import main; main()", *arguments)

    def files(self) -> dict[str, bytes]:
        """The files of the last run, and what `status` says."""
        self.done(*self.pipeline("status", "--year", 2017, "--csv", self.directory / "status.csv"))
        names = ("status.csv", *(f"output/{name}" for name in WRITTEN))
        return {name: (self.directory / name).read_bytes() for name in names}


def test_a_deployment_that_is_destroyed_comes_back_from_a_backup_made_while_it_loaded(
    bucket: str, postgresql_server: Server, postgresql_url: str, another_url: str, tmp_path: Path
) -> None:
    """What had not been counted at the time is counted by the restored one: figures and status are the same bytes."""
    landing = tmp_path / "landing"
    landing.mkdir()
    for seed, la in enumerate(LAS):
        (landing / f"{la}.xml").write_bytes(messy_return(seed, 12, 2017, la))
    (tmp_path / "expected.csv").write_text("\n".join(("la_code", *LAS)))
    first = Deployment(tmp_path / "first", postgresql_url)
    load = first.started(
        *first.pipeline("run", "--landing", landing, "--year", 2017, "--output", first.directory / "output"),
        *("--expected", tmp_path / "expected.csv"),
    )
    assert load.stdout
    assert any("Reading returns and counting: 1 of 6" in line for line in load.stdout)  # goes on until it is said
    made = first.started("/bin/sh", "deploy/backup", f"{bucket}/first")
    said, _ = made.communicate()
    assert made.returncode == 0, said
    rest, _ = load.communicate()
    assert load.returncode in (0, 1), rest
    expected = first.files()
    rmtree(first.directory)
    with postgresql_server.administered() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{make_url(postgresql_url).database}" WITH (FORCE)')

    second = Deployment(tmp_path / "second", another_url)
    assert "are restored" in second.done("/bin/sh", "deploy/restore", f"{bucket}/first")
    with closing(Store(second.settings)) as store:
        waiting = {each.la_code for each in store.registry.waiting()}
    assert waiting < {*LAS}  # some were counted when the backup was made
    second.done(*second.pipeline("run", "--year", 2017, "--output", second.directory / "output"))
    assert second.files() == expected


def test_bundles_of_a_bucket_that_are_replaced_all_the_time_are_whole_in_the_backup(
    bucket: str, settings: Settings, postgresql_url: str, another_url: str, tmp_path: Path
) -> None:
    """Of a deployment with its objects in a bucket, into a directory, and back into another part of the bucket."""
    office = in_bucket(Office(replace(settings, database=postgresql_url)), opened(f"{bucket}/in-use"))
    office.declare(tmp_path / "given")
    places = []
    for seed, la in enumerate(("201", "202")):
        submission = office.accept(la, messy_return(seed, 8, 2017, la))
        places.append(place_of("cleaned_return", submission))
        office.state.tables.write(places[-1], rows_of(seed))
    office.make_england()

    def replacing() -> None:
        for number in range(20):
            office.state.tables.write(places[number % 2], rows_of(number))

    meanwhile = Thread(target=replacing)
    meanwhile.start()
    made = make_backup(
        office.state, opened(str(tmp_path / "backup")), opened(str(tmp_path / "backup" / "objects")), datetime.now(UTC)
    )
    meanwhile.join()
    assert made.lost == ()
    fresh = Store(replace(settings, database=another_url, state=tmp_path / "fresh"))
    fresh.__dict__["objects"] = opened(f"{bucket}/restored")
    backup = opened(str(tmp_path / "backup"))
    restore_backup(backup, opened(str(tmp_path / "backup" / "objects")), another_url, fresh.objects)
    before, after = held(office.state), held(fresh)
    assert set(after["bundles"]) == set(before["bundles"])  # and each could be read
    same = ("status", "measures", "england", "returns")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert which("pg_dump") == str(CLIENT / "pg_dump")


def in_bucket(office: Office, objects: Objects) -> Office:
    office.state.__dict__["objects"] = objects
    return office
