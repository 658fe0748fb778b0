"""Looks find what is wrong, say it without a password, make nothing, and never hang or pass a crash for sound."""

import json
import os
import shutil
import threading
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.doctor import database, places
from cin_pipeline.doctor.looking import Case, Finding, Look, Mark, examine, sound
from cin_pipeline.doctor.looks import LOOKS
from cin_pipeline.doctor.page import PAGE, with_looks
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.settings import Settings
from cin_pipeline.store.objects import Found
from cin_pipeline.store.objects.directory import DirectoryObjects
from cin_pipeline.store.objects.errors import ObjectMissing, ObjectsUnavailable
from cin_pipeline.store.store import Store
from cin_pipeline.store.versions import CURRENT
from cin_pipeline_tests.test_contracts import ROOT

Usage = namedtuple("Usage", ("total", "used", "free"))
HIDDEN = "s3cret"


@pytest.fixture(autouse=True)
def _an_ordinary_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 0, 10**12))
    mask = os.umask(0o022)
    yield
    os.umask(mask)


def looked_at(*args: object, code: int) -> dict[str, list[dict[str, str]]]:
    """What the command says of each look."""
    result = CliRunner().invoke(app, ["doctor", "--json", *map(str, args)])
    assert result.exit_code == code, result.output
    assert HIDDEN not in result.output
    said: dict[str, list[dict[str, str]]] = {}
    for each in json.loads(result.output):
        said.setdefault(each["look"], []).append(each)
    assert list(said) == [look.name for look in LOOKS]
    return said


def only(said: dict[str, list[dict[str, str]]], look: str) -> tuple[str, str]:
    (one,) = said[look]
    return one["mark"], one["found"]


def test_where_nothing_is_set_up_all_is_sound_and_nothing_is_made(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines.pop() == f"{len(lines)} lines, all sound."
    assert all(line.startswith("sound ") for line in lines)
    assert f"SQLite would be used: {tmp_path / 'state' / 'cin.db'}" in result.output
    assert not list(tmp_path.iterdir())


def test_a_state_that_was_used_is_sound_and_left_as_it_was(settings: Settings) -> None:
    with closing(Store(settings)) as store:
        assert store.registry.waiting() == []
    open_instance(settings).dispose()
    before = {path: path.read_bytes() for path in settings.state.rglob("*") if path.is_file()}
    said = looked_at("--state", settings.state, code=0)
    assert only(said, "schema") == ("sound", f"version {CURRENT}, which this program needs")
    assert only(said, "alive") == ("sound", f"locks on files work in {settings.state}")
    assert "which this Dagster needs" in only(said, "history's schema")[1]
    assert {path: path.read_bytes() for path in settings.state.rglob("*") if path.is_file()} == before


def test_every_fault_of_the_configuration_is_told_and_what_rests_on_it_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CIN_WORKERS", "two")
    monkeypatch.setenv("CIN_YEAR", "2017")
    monkeypatch.setenv("CIN_DATABASE", f"mysql://u:{HIDDEN}@h/d")
    said = looked_at(code=1)
    assert [each["found"].split()[0] for each in said["configuration"]] == ["CIN_YEAR", "CIN_DATABASE", "CIN_WORKERS"]
    assert {each["mark"] for each in said["configuration"]} == {"wrong"}
    assert only(said, "database") == ("not looked at", "CIN_DATABASE is wrong")
    assert only(said, "schema") == ("not looked at", "CIN_DATABASE is wrong")
    assert only(said, "disk")[0] == "sound"


def test_a_server_is_looked_at_and_no_table_is_made(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIN_DATABASE", postgresql_url)
    said = looked_at(code=0)
    assert only(said, "database")[1].startswith("PostgreSQL 1")
    assert "nothing yet" in only(said, "schema")[1]
    assert only(said, "clock") == ("sound", "within 5 seconds of the database server's")
    assert only(said, "alive") == ("sound", "tables of this version are not there yet, so neither are leases")
    engine = create_engine(postgresql_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_leases_are_tried_and_given_back(
    postgresql_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIN_DATABASE", postgresql_url)
    with closing(Store(Settings.from_environment(state=settings.state))) as store:
        with store.engine.begin() as connection:
            connection.execute(
                text("insert into leases (name, holder, fence, until) values ('x', 'y', 1, now() - interval '1h')")
            )
        said = looked_at("--state", settings.state, code=0)
        assert only(said, "alive") == ("sound", "leases work; 0 are held, 1 are of orphaned runs")
        with store.engine.connect() as connection:
            assert connection.execute(text("select name from leases")).scalars().all() == ["x"]


@pytest.mark.parametrize(("version", "mark"), [("0001", "to look at"), ("0999", "wrong")])
def test_tables_of_another_version(version: str, mark: str, settings: Settings) -> None:
    with closing(Store(settings)) as store, store.engine.begin() as connection:
        connection.execute(text("update cin_schema_version set version_num = :version"), {"version": version})
    assert only(looked_at("--state", settings.state, code=1), "schema")[0] == mark


def test_a_server_that_is_too_old(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIN_DATABASE", postgresql_url)
    monkeypatch.setattr(database, "OLDEST_SERVER", 99)
    said = looked_at(code=1)
    assert said["database"][0]["do"] == "use a server of version 99 or later"
    assert only(said, "clock") == ("not looked at", "see database")


@pytest.mark.parametrize(("apart", "mark"), [(-6, Mark.LOOK_AT), (-4, Mark.SOUND), (4, Mark.SOUND), (6, Mark.LOOK_AT)])
def test_clocks_may_differ_by_some_seconds(apart: int, mark: Mark) -> None:
    before = datetime(2026, 1, 1, tzinfo=UTC)
    after = before + timedelta(seconds=20)  # the answer took that long, in which the clocks can differ unseen
    there = (before if apart < 0 else after) + timedelta(seconds=apart)
    (found,) = database.compare_clocks(before, there, after)
    assert found.mark is mark


def test_a_look_that_hangs_or_crashes_is_never_sound_and_keeps_no_other_from_being_done() -> None:
    end = threading.Event()

    def hangs(_case: Case) -> Iterator[Finding]:
        end.wait()
        yield sound("too late")

    def crashes(_case: Case) -> Iterator[Finding]:
        yield sound("before")
        raise RuntimeError(HIDDEN)

    def works(_case: Case) -> list[Finding]:
        return [sound("works")]

    looks = (
        Look("hangs", "", hangs, seconds=0.01),
        Look("crashes", "", crashes),
        Look("after", "", works, after=("crashes",)),
        Look("works", "", works),
    )
    found = [(look.name, finding) for look, finding in examine(looks, Case.of({}, None))]
    end.set()
    assert [(name, finding.mark) for name, finding in found] == [
        ("hangs", Mark.WRONG), ("crashes", Mark.CRASHED), ("after", Mark.NOT_LOOKED), ("works", Mark.SOUND),
    ]  # fmt: skip
    assert "RuntimeError" in found[1][1].found
    assert HIDDEN not in str(found)


@dataclass
class MadeUp:
    """A store of objects that is not as it should be."""

    fault: str
    held: dict[str, bytes] = field(default_factory=dict)
    place: str = "s3://made-up"

    def put_new(self, key: str, data: bytes, *, lasting: bool = True) -> bool:
        if self.fault == "away":
            raise ObjectsUnavailable.of(self.place, "the bucket cannot be used (SomeError)")
        self.held[key] = data  # whether it is there or not
        return True

    def get(self, key: str) -> bytes:
        if self.fault == "no bucket":
            raise ObjectMissing(key)
        return self.held[key]

    def list(self, prefix: str = "") -> Iterator[Found]:
        return iter(())

    def delete(self, key: str) -> None:
        del self.held[key]


@pytest.mark.parametrize(
    ("fault", "said"),
    [("overwrites", "does not honour conditional puts"), ("away", "SomeError"), ("no bucket", "is not there")],
)
def test_a_store_of_objects_that_cannot_be_relied_on(fault: str, said: str) -> None:
    kept = MadeUp(fault)
    (found,) = places.try_objects(kept)
    assert found.mark is Mark.WRONG
    assert said in found.found
    assert kept.held == {} or fault == "no bucket"


def test_a_directory_of_objects_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    (found,) = places.try_objects(DirectoryObjects(tmp_path))
    assert found.mark is Mark.SOUND
    assert not list(tmp_path.iterdir())


HOMES = {
    "syntax": ("storage: [", "dagster.yaml", "line 2: that is no YAML"),
    "unknown key": ("run_monitorin: {enabled: true}", "dagster.yaml", "there is no entry run_monitorin"),
    "storage": (
        f"storage: {{postgres: {{postgres_url: 'postgresql+psycopg2://u:{HIDDEN}@127.0.0.1:1/d'}}}}",
        "history",
        "127.0.0.1:1/d cannot be used: nothing answers there",
    ),
    "no such storage": ("storage: {custom: {module: dagster, class: Nope}}", "history", "no class dagster.Nope"),
    "launcher": ("run_launcher: {module: nosuch, class: X}", "launcher", "needs the package nosuch"),
    "queue": (
        "run_coordinator: {module: dagster._core.run_coordinator, class: DefaultRunCoordinator}",
        "launcher",
        "are not queued",
    ),
    "monitoring": ("run_monitoring: {enabled: false}", "launcher", "run_monitoring is off"),
    "broker": (
        "run_launcher: {module: dagster_celery.launcher, class: CeleryRunLauncher, config: "
        f"{{broker: 'redis://:{HIDDEN}@127.0.0.1:1/0'}}}}\nrun_monitoring: {{enabled: true}}",
        "broker",
        "redis://127.0.0.1:1 cannot be used (ConnectionError)",
    ),
    "broker of our launcher": (
        "run_launcher: {module: cin_pipeline.orchestration.launchers.celery, class: CeleryLauncher, config: "
        f"{{broker: 'redis://:{HIDDEN}@127.0.0.1:1/0'}}}}\nrun_monitoring: {{enabled: true}}",
        "broker",
        "redis://127.0.0.1:1 cannot be used (ConnectionError)",
    ),
}


@pytest.mark.parametrize("kind", HOMES)
def test_what_is_wrong_with_dagster_is_found(kind: str, settings: Settings) -> None:
    configuration, look, expected = HOMES[kind]
    settings.dagster_home.mkdir(parents=True)
    (settings.dagster_home / "dagster.yaml").write_text(configuration + "\n")
    mark, found = only(looked_at("--state", settings.state, code=1), look)
    assert mark in ("wrong", "to look at")
    assert expected in found
    assert [path.name for path in settings.dagster_home.iterdir()] == ["dagster.yaml"]


def test_a_history_on_one_machine_beside_a_server_is_looked_at(
    settings: Settings, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIN_DATABASE", postgresql_url)
    settings.dagster_home.mkdir(parents=True)
    (settings.dagster_home / "dagster.yaml").write_text("run_monitoring: {enabled: true}\n")
    assert only(looked_at("--state", settings.state, code=1), "history")[0] == "to look at"


def test_a_history_on_a_server_is_reached_and_its_revision_compared(settings: Settings, postgresql_url: str) -> None:
    settings.dagster_home.mkdir(parents=True)
    storage = f"storage: {{postgres: {{postgres_url: '{postgresql_url}'}}}}\nrun_monitoring: {{enabled: true}}\n"
    (settings.dagster_home / "dagster.yaml").write_text(storage)
    said = looked_at("--state", settings.state, code=0)
    assert only(said, "history's schema") == ("sound", "nothing yet; the first run makes its tables")
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("create table alembic_version as select 'old' as version_num"))
    engine.dispose()
    said = looked_at("--state", settings.state, code=1)
    assert said["history's schema"][0]["do"] == "cin-pipeline upgrade"


def test_an_inbox_that_is_not_there_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIN_INBOX", str(tmp_path / "inbox"))
    assert only(looked_at(code=1), "inbox") == (
        "wrong",
        f"CIN_INBOX is {tmp_path / 'inbox'}, where there is no directory",
    )


def test_what_others_may_write_and_little_space_are_found(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.state.mkdir()
    settings.state.chmod(0o777)
    os.umask(0)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 0, 10**9))
    said = looked_at("--state", settings.state, code=1)
    assert [each["mark"] for each in said["permissions"]] == ["to look at", "sound", "to look at"]
    assert only(said, "disk") == ("to look at", "little space is free: state 1.0 GB, temporary files 1.0 GB")


def test_a_state_that_is_a_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").write_text("")
    said = looked_at(code=1)
    assert f"the state is {tmp_path / 'state'}, which is a file; a directory" in said["permissions"][0]["found"]
    assert not any(each["mark"] == "crashed" for several in said.values() for each in several)


def test_wrong_use_is_told_apart_from_something_found() -> None:
    assert CliRunner().invoke(app, ["doctor", "--jsonn"]).exit_code == 2


def test_the_table_of_the_documentation_is_in_step() -> None:
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert all(f"\n| {look.name} | {look.about} |" in page for look in LOOKS)
    assert page == with_looks(page), "run: make docs"
