"""Bad configuration of each kind is one sentence from every command that meets it: no traceback, no password."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from cin_pipeline.cli import main
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store

HIDDEN = "s3cret"
REASON = ("--reason", "why", "--by", "ann")
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "--year", "2017"),
    "status": ("status", "--year", "2017"),
    "explain": ("explain", "--year", "2017", "--measure", "icpcs"),
    "diff": ("diff", "--la", "805", "--year", "2017"),
    "publish": ("publish", "--year", "2017", "--output", "release"),
    "accept": ("accept", "1", *REASON),
    "reject": ("reject", "1", *REASON),
    "withdraw": ("withdraw", "1", *REASON),
    "upgrade": ("upgrade",),
    "ui": ("ui",),
    "validate": ("validate", "a.xml"),
}
DECIDING = {"accept", "reject", "withdraw"}
LOOKING = {"status", "explain", "diff", "publish"}
STATE = {"run", "upgrade", "ui", *LOOKING, *DECIDING}  # what opens the state
RUNS = {"run", "accept", "withdraw", "ui", "upgrade"}  # what needs Dagster's history
DOCTOR = "doctor"


class Started(Exception):
    """The servers of `ui` would be started now."""


@dataclass
class World:
    """A sound deployment in the current folder, which a kind of bad configuration spoils."""

    here: Path
    settings: Settings
    monkeypatch: pytest.MonkeyPatch
    request: pytest.FixtureRequest

    def set(self, variable: str, value: object) -> None:
        self.monkeypatch.setenv(variable, str(value))

    def home(self, configuration: str) -> None:
        self.settings.dagster_home.mkdir(parents=True)
        (self.settings.dagster_home / "dagster.yaml").write_text(configuration + "\n")

    @property
    def server(self) -> URL:
        """A fresh database."""
        return make_url(self.request.getfixturevalue("postgresql_url"))

    def on(self, url: URL) -> None:
        self.set("CIN_DATABASE", url.render_as_string(hide_password=False))


def set_to(variable: str, value: str) -> Callable[[World], None]:
    return lambda world: world.set(variable, value)


def home_of(configuration: str) -> Callable[[World], None]:
    return lambda world: world.home(configuration)


def no_driver(world: World) -> None:
    world.set("CIN_DATABASE", f"postgresql+psycopg2://u:{HIDDEN}@127.0.0.1:1/d")
    world.monkeypatch.setitem(sys.modules, "psycopg2", None)


def no_such_database(world: World) -> None:
    world.on(world.server.set(database="nosuch", password=HIDDEN))


def no_such_user(world: World) -> None:
    world.on(world.server.set(username="nobody_known", password=HIDDEN))


def wrong_password(world: World) -> None:
    url = world.server
    world.on(url.set(username=world.request.getfixturevalue("who_needs_a_password"), password=HIDDEN))


def later_version(world: World) -> None:
    with closing(Store(world.settings)) as store, store.engine.begin() as connection:
        connection.execute(text("update cin_schema_version set version_num = '0999'"))


def later_version_of_a_server(world: World) -> None:
    world.on(world.server)
    with closing(Store(Settings.from_environment())) as store, store.engine.begin() as connection:
        connection.execute(text("update cin_schema_version set version_num = '0999'"))


def state_is_a_file(world: World) -> None:
    (world.here / "file").write_text("")
    world.set("CIN_STATE", world.here / "file")


def home_is_a_file(world: World) -> None:
    (world.here / "file").write_text("")
    world.set("DAGSTER_HOME", world.here / "file")


def read_only(world: World) -> None:
    can = os.access
    world.monkeypatch.setattr(os, "access", lambda path, mode, **more: mode & os.W_OK == 0 and can(path, mode, **more))


@dataclass(frozen=True)
class Kind:
    """spoil: makes the configuration bad. said: part of the sentence. by: the commands that must say it; the others do
    not meet it. look: the look of the doctor that must find it."""

    spoil: Callable[[World], None]
    said: str
    by: set[str]
    look: str


def of_settings(variable: str, value: str, said: str) -> Kind:
    return Kind(set_to(variable, value), said, {*STATE, "validate"}, "configuration")


def of_database(value: str, said: str) -> Kind:
    return Kind(set_to("CIN_DATABASE", f"postgresql+psycopg2://u:{HIDDEN}@{value}"), said, STATE, "database")


def of_home(configuration: str, said: str, look: str = "dagster.yaml") -> Kind:
    return Kind(home_of(configuration), said, RUNS, look)


KINDS = {
    "number": of_settings("CIN_WORKERS", "two", "CIN_WORKERS is 'two'; a whole number above 0 was expected"),
    "misspelt": of_settings("CIN_WORKER", "2", "CIN_WORKER is no setting; did you mean CIN_WORKERS?"),
    "mysql": of_settings("CIN_DATABASE", f"mysql://u:{HIDDEN}@h/d", "starts with sqlite:// or postgresql+psycopg2://"),
    "garbage": of_settings("CIN_DATABASE", HIDDEN, "not shown as it may hold a password"),
    "other driver": of_settings("CIN_DATABASE", f"postgresql+asyncpg://u:{HIDDEN}@h/d", "starts with sqlite:// or "),
    "no driver named": Kind(
        set_to("CIN_DATABASE", f"postgresql://u:{HIDDEN}@127.0.0.1:1/d"), "nothing answers there", STATE, "database"
    ),
    "port is no number": of_database("h:abc/d", "CIN_DATABASE is no address of a database"),
    "unknown host": of_database(f"{'h' * 64}.invalid/d", "no host of that name is known"),
    "wrong port": of_database("127.0.0.1:1/d", "the database 127.0.0.1:1/d cannot be used: nothing answers there"),
    "password with @": of_database(f"{HIDDEN}@127.0.0.1:1/d", "(a @ in a password is written %40) cannot be used"),
    "driver missing": Kind(no_driver, "CIN_DATABASE needs the package psycopg2", STATE, "database"),
    "no such database": Kind(no_such_database, "it has no database of that name", STATE, "database"),
    "no such user": Kind(no_such_user, "it knows no such user", STATE, "database"),
    "wrong password": Kind(wrong_password, "it refuses that user and password", STATE, "database"),
    "later version": Kind(later_version, "made by a later version of cin-pipeline", STATE, "schema"),
    "later version of a server": Kind(
        later_version_of_a_server, "made by a later version of cin-pipeline", STATE, "schema"
    ),
    "state is a file": Kind(state_is_a_file, "/file", STATE, "permissions"),
    "read-only": Kind(read_only, "cannot be written", {"run", "ui", "accept", "withdraw"}, "permissions"),
    "DAGSTER_HOME is a file": Kind(
        home_is_a_file, "which is a file; a directory was expected", RUNS - {"upgrade"}, "permissions"
    ),
    "no YAML": of_home("a: [", "dagster.yaml, line 2: that is no YAML"),
    "unknown entry": of_home("run_monitoring: {enabledd: true}", "in run_monitoring: there is no entry enabledd"),
    "wrong value": of_home(f"run_monitoring: {{enabled: {HIDDEN}}}", "in run_monitoring.enabled: its value is not"),
    "no such class": of_home("storage: {custom: {module: nosuch, class: X}}", "needs the package nosuch", "history"),
    "history out of reach": of_home(
        f"storage: {{postgres: {{postgres_url: 'postgresql+psycopg2://u:{HIDDEN}@127.0.0.1:1/d'}}}}",
        "the storage in dagster.yaml: the database 127.0.0.1:1/d cannot be used: nothing answers there",
        "history",
    ),
    "history without driver": of_home(
        f"storage: {{postgres: {{postgres_db: {{username: u, password: {HIDDEN}, hostname: h, db_name: d}}}}}}",
        "dagster.yaml: the address of the storage begins with postgresql://",
        "history",
    ),
    "no such launcher": Kind(
        home_of("run_launcher: {module: dagster, class: Nope}"), "no class dagster.Nope", {"ui"}, "launcher"
    ),
    "no inbox": Kind(set_to("CIN_INBOX", "nosuch"), "where there is no directory", {"ui"}, "inbox"),
}


@pytest.fixture
def who_needs_a_password(postgresql_url: str) -> Iterator[str]:
    """A user of the server whom it asks for a password."""
    name = f"asked_{uuid4().hex}"
    engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create role {name} login password 'another'"))
        rules = Path(connection.execute(text("show hba_file")).scalar_one())
        before = rules.read_text()
        rules.write_text(f"local all {name} scram-sha-256\n{before}")
        connection.execute(text("select pg_reload_conf()"))
    url = engine.url.set(username=name, password=HIDDEN)
    assert any(is_refused(url) for _ in range(10_000)), "the server never asked for a password"
    yield name
    rules.write_text(before)
    engine.dispose()


def is_refused(url: URL) -> bool:
    """Until the server has read its rules it is not."""
    try:
        create_engine(url, poolclass=NullPool).connect().close()
    except OperationalError:
        return True
    return False


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> World:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.xml").write_text("<a/>")
    settings = Settings.from_environment({})
    with closing(Store(settings)) as store:
        assert store.engine is not None

    def start(*_: object) -> None:
        raise Started

    monkeypatch.setattr(os, "execve", start)
    return World(tmp_path, settings, monkeypatch, request)


def ended(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[object, str, str]:
    """Exit code, output and errors of the real command line."""
    code: object = None
    try:
        main(args)
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    for out in said:
        assert "Traceback" not in out
        assert "internal error" not in out.replace("internal error (Started)", "")
        assert HIDDEN not in out
    return code, said.out, said.err


@pytest.mark.parametrize("kind", KINDS)
def test_bad_configuration_is_one_sentence(kind: str, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    this = KINDS[kind]
    this.spoil(world)
    not_said = []
    for name, command in COMMANDS.items():
        code, _, err = ended(capsys, *command)
        assert len(err.splitlines()) <= 1, err
        assert len(err) < 400, err
        if name in this.by:
            if code != 2 or this.said not in err or not err.startswith("cin-pipeline: "):
                not_said.append((name, code, err))
        elif this.said in err:
            not_said.append((name, code, err))
    assert not not_said
    code, out, err = ended(capsys, DOCTOR)
    assert code == 1, out
    assert err == ""
    lines = [line for line in out.splitlines() if line.split("  ")[0] in ("wrong", "to look at") and this.look in line]
    assert any(this.said in line for line in lines), out
    assert "crashed" not in out


def test_what_is_sound_is_taken_by_every_command(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Else the test above could pass over a world in which nothing works."""
    expected = {"status": 0, "upgrade": 0, "ui": 70}  # Started
    for name in expected:
        assert ended(capsys, *COMMANDS[name])[0] == expected[name]
    for name in COMMANDS.keys() - expected.keys():
        _, _, err = ended(capsys, *COMMANDS[name])
        assert not any(kind.said in err for kind in KINDS.values()), err
