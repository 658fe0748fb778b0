"""A backup of a deployment that works, and the way back: what came back is what there was, to the byte."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cin_pipeline.settings import Settings
from cin_pipeline.store.backup import making
from cin_pipeline.store.backup.making import LAST, MOST_ROUNDS, Made, make_backup
from cin_pipeline.store.backup.restoring import restore_backup
from cin_pipeline.store.backup.tools import BackupFailed, restore_dump
from cin_pipeline.store.objects.directory import DirectoryObjects
from cin_pipeline.store.store import Store, place_of
from cin_pipeline_tests.support.backups import CLIENT, held, rows_of
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.stored import Office

NOW = datetime(2017, 8, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{CLIENT}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def office(settings: Settings, postgresql_url: str, tmp_path: Path) -> Office:
    """Two LAs with figures and row tables, one that sent nothing, England, and the user's files."""
    office = Office(replace(settings, database=postgresql_url))
    office.declare(tmp_path / "given")
    for seed, la in enumerate(("201", "202")):
        submission = office.accept(la, messy_return(seed, 8, 2017, la))
        office.state.tables.write(place_of("cleaned_return", submission), rows_of(seed))
    office.refuse("390", "a further return")
    office.make_england()
    return office


@pytest.fixture
def fresh(settings: Settings, another_url: str) -> Store:
    """Another state and another, empty database."""
    state = settings.state.with_name("restored")
    return Store(replace(settings, database=another_url, state=state, dagster_home=state / "dagster"))


def backed_up(office: Office, directory: Path) -> Made:
    return make_backup(office.state, DirectoryObjects(directory), DirectoryObjects(directory / "objects"), NOW)


def restored(directory: Path, fresh: Store) -> Store:
    restore_backup(
        DirectoryObjects(directory), DirectoryObjects(directory / "objects"), fresh.settings.database, fresh.objects
    )
    return fresh


def cleaned(office: Office, number: int = 1) -> str:
    return place_of("cleaned_return", office.state.registry.get(number))


def test_what_comes_back_is_what_there_was(office: Office, fresh: Store, tmp_path: Path) -> None:
    before = held(office.state)
    made = backed_up(office, tmp_path / "backup")
    assert (made.rounds, made.lost) == (1, ())
    assert len(before["bundles"]) == 3
    assert held(restored(tmp_path / "backup", fresh)) == before


def test_what_happens_during_a_backup_leaves_it_whole(
    office: Office, fresh: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bundle is replaced between being listed and copied, and in two rounds both before the dump and before the copy
    after it; a return lands after the last dump."""
    store, source, dumps = office.state, office.state.objects, list[str]()
    get, dump = source.get, making.dump

    def getting(key: str) -> bytes:
        if key.startswith("tables/") and not dumps:
            monkeypatch.setattr(source, "get", get)
            store.tables.write(cleaned(office), rows_of(50))
        return get(key)

    def dumping(url: str, snapshot: str, file: Path) -> None:
        dump(url, snapshot, file)
        dumps.append(snapshot)
        if len(dumps) <= 2:
            store.tables.write(cleaned(office), rows_of(50 + len(dumps)))
        else:
            office.land("390", messy_return(9, 3, 2017, "390"))

    def exporting(store_: Store) -> tuple[making.Named, bytes]:
        if len(dumps) < 2:
            store.tables.write(cleaned(office), rows_of(60 + len(dumps)))
        return dumped(store_)

    dumped = making._dumped
    monkeypatch.setattr(making, "_dumped", exporting)

    monkeypatch.setattr(source, "get", getting)
    monkeypatch.setattr(making, "dump", dumping)
    made = backed_up(office, tmp_path / "backup")
    assert (made.rounds, made.lost) == (3, ())
    after = restored(tmp_path / "backup", fresh)
    assert len(after.tables.read(cleaned(office))["children"]) == 52  # as the third dump found it
    assert after.registry.last_number() == 3  # the one that landed after the dump is not in it
    assert store.registry.last_number() == 4
    assert held(after)["england"] == held(store)["england"]


def test_a_bundle_that_changes_faster_than_it_is_copied_gives_no_backup(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is replaced before each dump and again before the copy after it."""
    dumped, dumps = making._dumped, list[bytes]()

    def dumping(store: Store) -> tuple[making.Named, bytes]:
        store.tables.write(cleaned(office), rows_of(1))
        named, content = dumped(store)
        dumps.append(content)
        store.tables.write(cleaned(office), rows_of(2))
        return named, content

    monkeypatch.setattr(making, "_dumped", dumping)
    with pytest.raises(BackupFailed, match=r"tables/cleaned_return/2017/201/1 changed faster"):
        backed_up(office, tmp_path / "backup")
    assert len(dumps) == MOST_ROUNDS
    assert not (tmp_path / "backup" / LAST).exists()


def test_what_was_lost_before_is_told_and_the_rest_is_copied(office: Office, fresh: Store, tmp_path: Path) -> None:
    store = office.state
    store.objects.delete(f"{store.bundles.prefix(f'tables/{cleaned(office)}')}/plans.parquet")
    first = store.registry.get(1)
    store.objects.delete(f"returns/{first.sha256[:2]}/{first.sha256}.xml")
    made = backed_up(office, tmp_path / "backup")
    assert made.lost == (f"tables/{cleaned(office)}", f"returns/{first.sha256}")
    after = restored(tmp_path / "backup", fresh)
    assert after.registry.get(1) == first
    assert after.tables.read(cleaned(office, 2))


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"?")


SPOILT: dict[str, tuple[Callable[[Path], None], str]] = {
    "unfinished": (lambda backup: (backup / LAST).unlink(), "holds no backup, or one that did not come to its end"),
    "a damaged object": (lambda backup: damage(next((backup / "objects" / "returns").rglob("*.xml"))), "is damaged"),
    "a missing object": (lambda backup: next((backup / "objects" / "returns").rglob("*.xml")).unlink(), "is missing"),
    "a damaged dump": (lambda backup: damage(backup / "database-1.dump"), "database-1.dump of .* is damaged"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_backup_that_is_not_whole_is_refused_and_the_database_stays_empty(
    office: Office, fresh: Store, tmp_path: Path, how: str
) -> None:
    spoil, why = SPOILT[how]
    backed_up(office, tmp_path / "backup")
    spoil(tmp_path / "backup")
    with pytest.raises(BackupFailed, match=why):
        restored(tmp_path / "backup", fresh)
    assert fresh.registry.last_number() == 0  # opened, it is made anew


def test_nothing_is_written_over(office: Office, fresh: Store, tmp_path: Path) -> None:
    """Neither an earlier backup, nor a database or objects in use."""
    backed_up(office, tmp_path / "backup")
    with pytest.raises(BackupFailed, match="is not empty"):
        backed_up(office, tmp_path / "backup")
    before = held(office.state)
    with pytest.raises(BackupFailed, match="the database holds tables already"):
        restored(tmp_path / "backup", office.state)
    fresh.objects.put_new("returns/00/other.xml", b"<a/>")
    with pytest.raises(BackupFailed, match=r"holds other objects already \(1\)"):
        restored(tmp_path / "backup", fresh)
    assert held(office.state) == before


def test_a_restore_that_was_interrupted_goes_on(office: Office, fresh: Store, tmp_path: Path) -> None:
    before = held(office.state)
    backed_up(office, tmp_path / "backup")
    copies = DirectoryObjects(tmp_path / "backup" / "objects")
    for found in list(copies.list())[:2]:
        fresh.objects.put_new(found.key, copies.get(found.key))
    assert held(restored(tmp_path / "backup", fresh)) == before


@pytest.mark.sqlite_only("it is about a database in a file")
def test_a_database_in_a_file_is_not_for_this(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="copy its directory whole"):
        backed_up(Office(settings), tmp_path / "backup")
    with pytest.raises(BackupFailed, match="must name a PostgreSQL database"):
        restored(tmp_path / "backup", Store(settings))
    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize("address", ["cin:hunter2@host/cin?sslmode=require", "host/cin?password=hunter2&user=cin"])
def test_no_list_of_processes_shows_the_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str) -> None:
    started = list[tuple[list[str], dict[str, str]]]()

    def run(command: list[str], *, env: dict[str, str], **_: object) -> "subprocess.CompletedProcess[str]":
        started.append((command, env))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr("cin_pipeline.store.backup.tools.subprocess.run", run)
    restore_dump(f"postgresql+psycopg2://{address}", tmp_path / "a.dump")
    [(command, environment)] = started
    assert "hunter2" not in " ".join(command)
    assert environment["PGPASSWORD"] == "hunter2"


def script(name: str, place: Path, store: Store, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **store.settings.environment(), "PYTHON": sys.executable, **variables}
    command = ["/bin/sh", ROOT / "deploy" / name, place]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_scripts_do_it(office: Office, fresh: Store, tmp_path: Path) -> None:
    before = held(office.state)
    made = script("backup", tmp_path / "backup", office.state)
    assert (made.returncode, made.stderr) == (0, "")
    assert "objects and the database" in made.stdout
    done = script("restore", tmp_path / "backup", fresh)
    assert (done.returncode, done.stderr) == (0, "")
    assert held(fresh) == before
    about = json.loads((tmp_path / "backup" / LAST).read_text())
    assert about["lost"] == []
    if os.name != "nt":
        assert (tmp_path / "backup" / about["database"]).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"PATH": "/nowhere", "PYTHON": sys.executable}, "pg_dump is not on the PATH"),
        ({"CIN_DATABASE": "postgresql+psycopg2://cin:hunter2@127.0.0.1:9/cin"}, "the database"),
        ({"CIN_DATABASE": "hunter2"}, "CIN_DATABASE is something else"),
    ],
)
def test_a_mistake_is_a_sentence_without_a_password(
    office: Office, tmp_path: Path, variables: dict[str, str], why: str
) -> None:
    done = script("backup", tmp_path / "backup", office.state, **variables)
    assert done.returncode == 2
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "hunter2" not in done.stderr
