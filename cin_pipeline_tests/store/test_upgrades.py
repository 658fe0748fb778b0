"""Upgrades lose nothing: a state of the version before schema versions, with decisions in it, opened with today's."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, delete, insert, text, update

from cin_pipeline.orchestration.home import open_instance, prepare_home
from cin_pipeline.settings import Settings
from cin_pipeline.store.database import EVENTS, METADATA
from cin_pipeline.store.opening import open_database, upgrade_database
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import DecisionRefused
from cin_pipeline.store.upgrading import upgrade
from cin_pipeline.store.versions import (
    CURRENT,
    VERSION,
    VERSION_TABLE,
    VERSIONS,
    StateDamaged,
    StateReadOnly,
    StateTooNew,
    StateTooOld,
    UpgradeFailed,
    UpgradeNeeded,
)
from cin_pipeline_tests.support.databases import BOTH
from cin_pipeline_tests.support.old_state import Rows, into, rows_of, unpacked

pytestmark = pytest.mark.empty_database

UNIDENTIFIED = {8, 15}


@pytest.fixture
def old(tmp_path: Path) -> Settings:
    return Settings.from_environment({}, state=unpacked(tmp_path / "old"))


@pytest.fixture
def database(old: Settings) -> Path:
    return old.state / "cin.db"


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, old: Settings, database: Path) -> str:
    """The old rows in a database of each kind."""
    if request.param == "sqlite":
        return old.database
    address: str = request.getfixturevalue("postgresql_url")
    into(address, database).dispose()
    return address


def test_every_version_has_its_migration_in_order() -> None:
    config = Config()
    config.set_main_option("script_location", "cin_pipeline.store:migrations")
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [script.revision for script in reversed(scripts)] == list(VERSIONS)


def differences(url: str) -> list[object]:
    engine = create_engine(url)
    with closing(engine.connect()) as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        found = list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))
    engine.dispose()
    return found


def test_an_upgraded_database_has_the_tables_of_a_new_one(url: str, database: Path) -> None:
    assert differences(url) != []  # it can tell
    assert (upgrade(url).before, upgrade(url).before) == (VERSIONS[0], CURRENT)
    assert differences(url) == []


@pytest.mark.parametrize("kind", BOTH)
def test_a_new_database_is_of_the_current_version(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = request.getfixturevalue("postgresql_url") if kind == "postgresql" else f"sqlite:///{tmp_path / 'new.db'}"
    open_database(url).dispose()
    assert differences(url) == []
    assert upgrade(url).before == CURRENT


def expected_rows(old: Rows) -> Rows:
    """What the new version should hold, worked out by hand from the old rows."""
    lost = {row["submission"] for row in old["submissions"] if row["collection_year"] is None}
    assert lost == UNIDENTIFIED
    told = {row["submission"]: row["at"] for row in old["submission_events"]}

    def renamed(rows: list[dict[str, object]], **names: str) -> list[dict[str, object]]:
        return [{names.get(name, name): value for name, value in row.items()} for row in rows]

    submissions = [{**row, "collection": "cin"} for row in old["submissions"] if row["submission"] not in lost]
    kept = ("file_name", "sha256", "size", "received", "reason")
    return {
        **{name: old[name] for name in ("la_measures", "national_inputs")},
        "inbox_files": [
            {
                **{name: value for name, value in row.items() if name not in ("mtime_ns", "inode")},
                "version": f"{row['mtime_ns']}-{row['inode']}",
                "changed_ns": row["mtime_ns"],
            }
            for row in old["inbox_files"]
        ],
        "submission_quality": [{**row, "children": None} for row in old["submission_quality"]],
        "items_not_read": [],  # an earlier version did not note them
        "estimates": [
            {**row, "missing_data": "estimate" if row["estimated"] is None or row["estimated"] else ""}
            for row in old["estimates"]
        ],
        "submissions": renamed(submissions, offers="run_requests"),
        "submission_events": [row for row in old["submission_events"] if row["submission"] not in lost],
        "refused_files": [
            {"number": row["submission"], "refused": told[row["submission"]], **{name: row[name] for name in kept}}
            for row in old["submissions"]
            if row["submission"] in lost
        ],
        "counts": renamed(old["counts"], offered_previous="requested_previous", offers="run_requests"),
        "interpretation_counts": renamed(old["reading_counts"], reading_case="interpretation_case"),
        "national_input_versions": [],  # an earlier version did not note them
        "further_names": [],  # nor these
        "return_children": [],  # made up when another return is compared with them
        "bundles": [],
        "leases": [],
        VERSION_TABLE: [{"version_num": CURRENT}],
    }


def test_every_row_is_there_after_an_upgrade(database: Path, old: Settings, caplog: pytest.LogCaptureFixture) -> None:
    before = rows_of(database)
    assert {row["state"] for row in before["submissions"]} == {
        "landed", "claimed", "accepted", "rejected", "superseded", "withdrawn",
    }  # fmt: skip
    Store(old).close()  # not used: nothing happens
    assert rows_of(database) == before
    for _ in range(2):  # told once
        with closing(Store(old)) as store:
            assert store.engine is not None
    assert rows_of(database) == expected_rows(before)
    assert rows_of(database.with_name("cin.db.0001")) == before
    (message,) = [record.getMessage() for record in caplog.records]
    assert f"from version 0001 to {CURRENT}" in message
    assert "cin.db.0001" in message


def test_the_registry_reads_what_the_old_one_wrote(url: str, old: Settings) -> None:
    """On PostgreSQL too: numbers, states, times, decisions, and what comes next."""
    upgrade(url)
    with closing(Store(replace(old, database=url))) as store:
        registry = store.registry
        assert {each.la_code: each.submission for each in registry.all_current(2017)} == {
            "805": 10,
            "806": 6,
            "807": 12,
        }
        assert [(each.submission, each.state, each.run_requests) for each in registry.waiting()] == [
            (13, "claimed", 0),
            (14, "landed", 2),
        ]
        decided = registry.get(12)
        assert (decided.overridden, decided.decided_by, decided.reason) == (True, "ben", "it was none")
        assert [(event.to_state, event.decided_by) for event in registry.events(11)] == [
            ("landed", ""), ("claimed", ""), ("accepted", ""), ("withdrawn", "ann"),
        ]  # fmt: skip
        assert [(each.number, each.file_name) for each in registry.refused_files()] == [
            (8, "notes.txt"),
            (15, "letter.xml"),
        ]
        with pytest.raises(
            DecisionRefused, match="submission 8 cannot be accepted: whose return it is could not be read"
        ):
            registry.restore(8, "ann", "why")
        assert registry.last_change(2017)[0] == 38
        assert store.figures.recounts() == []
        assert len(store.figures.current_inputs(2017)) == 3
        refused = registry.refuse_file(file_name="x", sha256="", size=0, received=decided.received, reason="no XML")
        assert refused.number == 16


def test_a_second_upgrade_waits_for_the_first(url: str, database: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: upgrade(url).before, range(4)))
    assert sorted(map(str, done)) == [VERSIONS[0], *[CURRENT] * 3]
    assert len(list(database.parent.glob("cin.db.*1*"))) == (1 if "sqlite" in url else 0)


CRASHES = """
import os
from alembic import op
op.drop_table = lambda name: os._exit(9)
from cin_pipeline.store.upgrading import upgrade
upgrade({url!r})
"""


def test_a_process_that_is_killed_in_the_middle_leaves_the_old_version(url: str, database: Path) -> None:
    """drop_table is the last but one step: all tables were made anew by then."""
    before = rows_of(database)
    assert subprocess.run([sys.executable, "-c", CRASHES.format(url=url)], check=False).returncode == 9
    assert rows_of(database) == before
    assert upgrade(url).before == VERSIONS[0]
    assert differences(url) == []
    if "sqlite" in url:
        assert rows_of(database) == expected_rows(before)
        assert rows_of(database.with_name("cin.db.0001")) == rows_of(database.with_name("cin.db.0001-2")) == before


def test_a_fault_in_the_middle_changes_nothing_and_is_one_sentence(
    url: str, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_name: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("alembic.op.drop_table", full)
    before = rows_of(database)
    with pytest.raises(UpgradeFailed, match=r"could not be upgraded \(No space left on device\); it is as it was"):
        upgrade(url)
    assert rows_of(database) == before
    assert list(database.parent.glob("*0001*")) == []
    monkeypatch.undo()
    assert upgrade(url).before == VERSIONS[0]


def test_a_database_that_another_process_writes_is_waited_for_and_then_told(
    old: Settings, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cin_pipeline.store.upgrading._WAIT_SECONDS", 0.01)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(UpgradeFailed, match="another process is at work on it"):
            upgrade(old.database)
        other.execute("rollback")
    assert upgrade(old.database).before == VERSIONS[0]


def test_rows_that_belong_to_no_submission_stop_an_upgrade_with_nothing_changed(old: Settings, database: Path) -> None:
    engine = create_engine(old.database)
    with engine.begin() as connection:
        connection.execute(text("update submission_quality set submission = 99 where submission = 1"))
    engine.dispose()
    before = rows_of(database)
    with pytest.raises(StateDamaged, match="rows of submission_quality belong to no submission"):
        open_database(old.database)
    assert rows_of(database) == before


def test_a_state_of_a_later_version_is_left_alone(url: str, database: Path) -> None:
    upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(update(VERSION).values(version_num="0999"))
    for opens in (open_database, upgrade):
        with pytest.raises(StateTooNew, match=r"version 0999, the last known here is \d+"):
            opens(url)
    with engine.begin() as connection:
        assert connection.execute(delete(EVENTS)).rowcount == 40  # all are there
    engine.dispose()


def test_a_state_that_lacks_a_table_of_its_version_is_told(old: Settings) -> None:
    upgrade(old.database)
    engine = create_engine(old.database)
    with engine.begin() as connection:
        connection.execute(text("drop table counts"))
    engine.dispose()
    with pytest.raises(StateDamaged, match="has no table counts"):
        open_database(old.database)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("drop table la_measures", "has no table la_measures"),
        ("drop table submissions", "and no table submissions"),
    ],
)
def test_an_old_state_that_lost_a_table_is_not_made_up_for(
    old: Settings, database: Path, damage: str, told: str
) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(damage)
    before = rows_of(database)
    with pytest.raises(StateDamaged, match=told):
        open_database(old.database)
    assert rows_of(database) == before
    assert [path.name for path in old.state.glob("cin.db*[0-9]")] == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("drop table cin_schema_version", "is not the first"),
        ("delete from cin_schema_version", "names no version"),
        ("insert into cin_schema_version values ('0001')", "names no version, or two"),
        ("update cin_schema_version set version_num = 'banana'", "names no version"),
    ],
)
def test_a_state_that_does_not_say_its_version_is_told(old: Settings, damage: str, told: str) -> None:
    upgrade(old.database)
    with closing(sqlite3.connect(old.state / "cin.db")) as connection:
        connection.execute(damage)
        connection.commit()
    with pytest.raises(StateDamaged, match=told):
        open_database(old.database)


def test_what_a_killed_upgrade_left_half_copied_is_removed(old: Settings) -> None:
    for name in (".cin.db.0001-99", ".cin.db.0001-99-journal", ".cin.db.0001-2-99"):
        (old.state / name).write_bytes(b"half")
    upgrade(old.database)
    assert [path.name for path in old.state.glob(".cin.db*")] == []
    assert [path.name for path in old.state.glob("cin.db.*")] == ["cin.db.0001"]


def test_an_emptied_database_is_no_new_one(old: Settings, database: Path) -> None:
    database.write_bytes(b"")
    with pytest.raises(StateDamaged, match="the database is empty though returns were received"):
        open_database(old.database)
    assert database.read_bytes() == b""


@pytest.mark.sqlite_only("PostgreSQL is looked at by `upgrade` alone, not by whatever opens it")
def test_a_state_older_than_any_upgrade_is_told_and_left_alone(settings: Settings) -> None:
    settings.state.mkdir(parents=True)
    engine = create_engine(settings.database)
    with engine.begin() as connection:
        connection.execute(text("create table submissions (submission integer primary key, state text)"))
    engine.dispose()
    with pytest.raises(StateTooOld, match="another state directory"):
        _ = Store(settings).engine
    assert rows_of(settings.state / "cin.db") == {"submissions": []}
    assert [path.name for path in settings.state.glob("cin.db*[0-9]")] == []


def test_postgresql_is_upgraded_when_asked_for_alone(postgresql_url: str, database: Path) -> None:
    engine = into(postgresql_url, database)
    with pytest.raises(UpgradeNeeded, match="cin-pipeline upgrade"):
        open_database(postgresql_url)
    assert differences(postgresql_url) != []
    engine.dispose()
    assert upgrade(postgresql_url).copy is None
    open_database(postgresql_url).dispose()


@pytest.fixture
def _nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is for a user without the right; the tests may run as one who has every right."""
    can = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode != os.W_OK and can(path, mode, **more))


def test_what_writes_asks_first(old: Settings, request: pytest.FixtureRequest) -> None:
    upgrade(old.database)
    open_instance(old).dispose()
    history = sorted((old.dagster_home / "history").rglob("*"))
    request.getfixturevalue("_nothing_can_be_written")
    for opens in (open_instance, prepare_home):
        with pytest.raises(StateReadOnly, match="cannot be written, and this needs to"):
            opens(old)
    assert sorted((old.dagster_home / "history").rglob("*")) == history


def test_a_history_that_cannot_be_written_is_told(old: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade(old.database)
    open_instance(old).dispose()
    can = os.access
    home = old.dagster_home
    monkeypatch.setattr(
        os, "access", lambda path, mode: not (mode == os.W_OK and home in Path(path).parents) and can(path, mode)
    )
    with pytest.raises(StateReadOnly, match="the history of runs cannot be written"):
        open_instance(old)


@pytest.mark.usefixtures("_nothing_can_be_written")
def test_an_old_state_that_cannot_be_written_is_told(old: Settings, database: Path) -> None:
    before = database.read_bytes()
    for opens in (open_database, upgrade_database):
        with pytest.raises(StateReadOnly, match="of an earlier version and cannot be written"):
            opens(old.database)
    assert database.read_bytes() == before


def test_a_current_state_that_cannot_be_written_can_be_read(
    old: Settings, database: Path, request: pytest.FixtureRequest
) -> None:
    upgrade(old.database)
    request.getfixturevalue("_nothing_can_be_written")
    before = database.read_bytes()
    with closing(Store(old)) as store:
        assert len(store.registry.all_current(2017)) == 3
        with pytest.raises(StateReadOnly, match="cannot be written"):
            store.registry.withdraw(10, "ann", "why")
        with pytest.raises(StateReadOnly, match="cannot be written"), store.engine.begin() as connection:
            connection.execute(insert(VERSION).values(version_num="x"))
    assert database.read_bytes() == before
