"""Dagster's history in PostgreSQL through connections that stay open: which storages, how many, and where not."""

from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import dagster as dg
import dagster_postgres
import pytest
import yaml
from dagster._core.storage.event_log import SqlEventLogStorageMetadata
from dagster._core.storage.runs import RunStorageSqlMetadata
from dagster._core.storage.schedules import ScheduleStorageSqlMetadata
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from cin_pipeline.orchestration import storages
from cin_pipeline.orchestration.home import open_instance, prepare_home
from cin_pipeline.orchestration.pooled_postgres import (
    PooledEventLog,
    PooledPostgresStorage,
    PooledRunStorage,
    PooledScheduleStorage,
)
from cin_pipeline.orchestration.storages import POOLED_LEANS_ON
from cin_pipeline.settings import Settings
from cin_pipeline.store.database import METADATA
from cin_pipeline.store.store import Store
from cin_pipeline.store.versions import VERSION_TABLE, StateRefused
from cin_pipeline_tests.orchestration.test_folder_run import Job

POOLED = (PooledRunStorage, PooledEventLog, PooledScheduleStorage)
STOCK = (
    dagster_postgres.PostgresRunStorage,
    dagster_postgres.PostgresEventLogStorage,
    dagster_postgres.PostgresScheduleStorage,
)
CONNECTED = "select count(*) from pg_stat_activity where datname = current_database()"


@pytest.fixture
def office(postgresql_url: str, settings: Settings) -> Settings:
    return Settings.from_environment({"CIN_DATABASE": postgresql_url}, state=settings.state)


@pytest.fixture(autouse=True)
def _as_in_a_new_process() -> Iterator[None]:
    storages.pooled_fits.cache_clear()
    yield
    storages.pooled_fits.cache_clear()


def kinds(instance: dg.DagsterInstance) -> tuple[type, type, type]:
    return type(instance.run_storage), type(instance.event_log_storage), type(instance.schedule_storage)


def configured(settings: Settings, storage: dict[str, Any]) -> None:
    settings.dagster_home.mkdir(parents=True)
    (settings.dagster_home / "dagster.yaml").write_text(yaml.safe_dump({"storage": storage}), encoding="utf-8")


def pooled(**config: Any) -> dict[str, Any]:
    return {"custom": {"module": PooledPostgresStorage.__module__, "class": "PooledPostgresStorage", "config": config}}


# Which storages.


def test_a_home_on_postgresql_names_the_pooled_storages_and_no_password(
    office: Settings, tmp_path: Path, postgresql_url: str
) -> None:
    url = make_url(postgresql_url).set(password="hunter2").render_as_string(hide_password=False)  # noqa: S106
    told = Settings(office.state, url, tmp_path / "home")
    with open_instance(told) as instance:
        assert kinds(instance) == POOLED
    written = (told.dagster_home / "dagster.yaml").read_text()
    assert "hunter2" not in written
    assert yaml.safe_load(written)["storage"] == pooled(postgres_url={"env": "CIN_DATABASE"})


def test_a_home_on_sqlite_names_none(tmp_path: Path) -> None:
    settings = Settings.from_environment({}, state=tmp_path)
    prepare_home(settings)
    assert "storage" not in yaml.safe_load((settings.dagster_home / "dagster.yaml").read_text())


def test_a_dagster_yaml_of_the_user_stays(office: Settings) -> None:
    office.dagster_home.mkdir(parents=True)
    theirs = office.dagster_home / "dagster.yaml"
    theirs.write_text("telemetry: {enabled: false}\n")
    with open_instance(office) as instance:
        assert not {type(instance.run_storage)} & {*POOLED, *STOCK}
    assert theirs.read_text() == "telemetry: {enabled: false}\n"


def test_parts_of_a_url_and_one_without_a_driver_serve_as_well(office: Settings, postgresql_url: str) -> None:
    url = make_url(postgresql_url)
    parts = {"username": url.username, "hostname": "", "db_name": url.database, "params": dict(url.query)}
    configured(office, pooled(postgres_db=parts))
    with open_instance(office) as instance:
        assert kinds(instance) == POOLED
        assert instance.get_runs() == []
    plain = postgresql_url.replace("+psycopg2", "")
    (office.dagster_home / "dagster.yaml").write_text(yaml.safe_dump({"storage": pooled(postgres_url=plain)}))
    with open_instance(office) as instance:
        assert instance.get_runs() == []


def test_each_storage_can_be_named_alone(office: Settings, postgresql_url: str) -> None:
    config = {"module": PooledPostgresStorage.__module__, "config": {"postgres_url": postgresql_url}}
    names = zip(("run_storage", "event_log_storage", "schedule_storage"), POOLED, strict=True)
    office.dagster_home.mkdir(parents=True)
    lines = {name: {**config, "class": kind.__name__} for name, kind in names}
    (office.dagster_home / "dagster.yaml").write_text(yaml.safe_dump(lines))
    with open_instance(office) as instance:
        assert instance.get_runs() == []
        assert instance.all_asset_keys() == []


def test_a_process_that_is_given_the_instance_has_the_pooled_storages_too(office: Settings) -> None:
    with open_instance(office) as instance:
        told = instance.get_ref()
    with dg.DagsterInstance.from_ref(told) as instance:
        assert kinds(instance) == POOLED


# How many connections, and that all else is the same.


def test_a_run_costs_no_connection_and_the_stock_storages_read_it(office: Settings, tmp_path: Path) -> None:
    job = Job(tmp_path, office)
    job.put("201", 2017)
    job.run()
    with open_instance(office) as instance, Store(office).engine.connect() as connection:
        run = instance.get_runs()[-1]
        events = instance.all_logs(run.run_id)
        assert connection.execute(text(CONNECTED)).scalar() == 2
    stock = dagster_postgres.PostgresEventLogStorage(office.database)
    assert stock.get_logs_for_run(run.run_id) == events
    assert len(events) > 50
    stock.dispose()
    stock_runs = dagster_postgres.PostgresRunStorage(office.database)
    assert stock_runs.get_runs()[-1] == run


def test_the_webservers_statements_end_in_time(office: Settings) -> None:
    with open_instance(office) as instance:
        instance.optimize_for_webserver(statement_timeout=50, pool_recycle=60, max_overflow=20)
        for storage in (instance.run_storage, instance.event_log_storage, instance.schedule_storage):
            with storage._engine.connect() as connection:
                assert connection.execute(text("show statement_timeout")).scalar() == "50ms"
                with pytest.raises(DBAPIError, match="statement timeout"):
                    connection.execute(text("select pg_sleep(30)"))
            assert storage._engine.pool._max_overflow == 20
    with Store(office).engine.connect() as connection:
        assert connection.execute(text("show statement_timeout")).scalar() == "0"


def test_every_statement_of_dagsters_is_a_transaction_of_its_own_and_none_of_ours(office: Settings) -> None:
    with open_instance(office) as instance:
        for _ in range(2):  # one connection is handed to and fro
            with instance.event_log_storage.index_connection() as connection:
                assert connection.connection.dbapi_connection.autocommit
            with instance.event_log_storage.index_transaction() as connection:
                assert not connection.connection.dbapi_connection.autocommit
            with Store(office).engine.connect() as connection:
                assert not connection.connection.dbapi_connection.autocommit


def test_dagsters_tables_and_ours_share_no_name() -> None:
    theirs = {"alembic_version"}
    for metadata in (RunStorageSqlMetadata, SqlEventLogStorageMetadata, ScheduleStorageSqlMetadata):
        theirs |= metadata.tables.keys()
    assert not theirs & {*METADATA.tables, VERSION_TABLE}


# Where it is not so.


def test_the_installed_dagster_has_all_that_is_leant_on() -> None:
    assert storages.pooled_fits()


@pytest.mark.parametrize("gone", POOLED_LEANS_ON)
def test_any_of_it_gone_is_named_once_with_the_version(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(name: str) -> Any:
        if gone == name:
            raise AttributeError(name)
        return (lambda: None) if gone.startswith(f"{name}#") else resolve_name(name)

    monkeypatch.setattr(storages, "resolve_name", resolve)
    with pytest.warns(RuntimeWarning) as warned:
        assert [storages.pooled_fits() for _ in range(3)] == [False] * 3
    (warning,) = warned
    assert f"Dagster {dg.__version__} has no {gone.translate(str.maketrans(':#', '..'))}, " in str(warning.message)


def test_dagsters_own_are_used_then(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storages, "POOLED_LEANS_ON", ("dagster_postgres:NoSuchStorage", *POOLED_LEANS_ON))
    with pytest.warns(RuntimeWarning, match="opening a connection for every statement"):
        instance = open_instance(office)
    assert kinds(instance) == STOCK
    assert instance.get_runs() == []
    instance.dispose()


def test_dagsters_own_storage_with_a_url_that_names_no_driver_is_told(office: Settings, postgresql_url: str) -> None:
    configured(office, {"postgres": {"postgres_url": postgresql_url.replace("+psycopg2", "")}})
    with pytest.raises(StateRefused, match=r"needs the package psycopg, .* begin with postgresql\+psycopg2"):
        open_instance(office)


def test_so_is_another_database_in_the_environment_than_the_home_was_made_for(
    office: Settings, settings: Settings, tmp_path: Path
) -> None:
    prepare_home(office)
    other = Settings(office.state, f"sqlite:///{tmp_path / 'cin.db'}", office.dagster_home)
    with pytest.raises(StateRefused, match="CIN_DATABASE does not; set CIN_DATABASE, or name another DAGSTER_HOME"):
        open_instance(other)


def test_so_are_tokens_in_place_of_passwords(office: Settings) -> None:
    parts = {"username": "cin", "hostname": "db", "db_name": "cin"}
    configured(office, pooled(postgres_db=parts, auth_provider={"gcp_wif": {}}))
    with pytest.raises(StateRefused, match="names an auth_provider, which the pooled storage does not know"):
        open_instance(office)
