"""The storages that lean on what Dagster does not promise: what that is, and what happens where it is gone."""

import ast
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage import event_log, runs

from cin_pipeline.orchestration import storages, warm_sqlite
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.storages import LEANS_ON, storage_overrides
from cin_pipeline.settings import Settings
from cin_pipeline_tests.orchestration.test_folder_run import Job

pytestmark = pytest.mark.sqlite_only("these storages are files of SQLite; see test_pooled_postgres")

STOCK = (runs.SqliteRunStorage, event_log.SqliteEventLogStorage)
WARM = (warm_sqlite.WarmRunStorage, warm_sqlite.WarmEventLog)


@pytest.fixture(autouse=True)
def _as_in_a_new_process() -> Iterator[None]:
    storages._fits.cache_clear()
    yield
    storages._fits.cache_clear()


def used_names() -> Iterator[str]:
    """What warm_sqlite has of Dagster: the names it imports, and of the classes what it overrides, calls or reads."""
    tree = ast.parse(Path(warm_sqlite.__file__).read_text(encoding="utf-8"))
    imported = {
        alias.name: f"{node.module}:{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("dagster")
        for alias in node.names
    }
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    bases = {node.bases[0].id for node in classes if isinstance(node.bases[0], ast.Name)}
    yield from (path for name, path in imported.items() if name not in bases)
    for node in classes:
        base = resolve_name(imported[node.bases[0].id])
        mentioned = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
        defined = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
        for name in sorted(mentioned | defined):
            if hasattr(base, name) and not hasattr(object, name):
                yield f"{imported[node.bases[0].id]}.{name}"


def kinds(instance: dg.DagsterInstance) -> tuple[type, type]:
    return type(instance.run_storage), type(instance.event_log_storage)


def test_all_that_is_leant_on_is_declared_and_nothing_else() -> None:
    assert sorted(used_names()) == sorted(LEANS_ON)


def test_the_installed_dagster_has_all_of_it(settings: Settings) -> None:
    for name in LEANS_ON:
        assert resolve_name(name), name
    with open_instance(settings) as instance:
        assert kinds(instance) == WARM


@pytest.mark.parametrize("gone", LEANS_ON)
def test_any_of_it_gone_is_named_once_with_the_version(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(name: str) -> Any:
        if name == gone:
            raise AttributeError(name)
        return resolve_name(name)

    monkeypatch.setattr(storages, "resolve_name", resolve)
    with pytest.warns(RuntimeWarning) as warned:
        assert [storage_overrides(Path("history")) for _ in range(3)] == [{}, {}, {}]
    (warning,) = warned
    assert f"Dagster {dg.__version__} has no {gone.replace(':', '.')}, " in str(warning.message)


def test_so_is_a_module_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storages, "LEANS_ON", ("dagster._core.no_such_module:Storage", *LEANS_ON))
    with pytest.warns(RuntimeWarning, match="has no dagster._core.no_such_module.Storage, "):
        assert storage_overrides(Path("history")) == {}


def test_a_run_on_dagsters_own_storages_gives_the_same_figures(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(tmp_path, settings)
    job.put("201", 2016)
    job.put("201", 2017)
    job.run()
    figures = (job.output / "measures.csv").read_bytes()
    runs_before = job.materialisations("la_measures")

    storages._fits.cache_clear()
    # Dagster itself does not go this way to its storage: it can lose the name, and work.
    monkeypatch.delattr(event_log, "SqliteEventLogStorage")
    with pytest.warns(RuntimeWarning) as warned:
        job.run()
    with open_instance(settings) as instance:  # a second warning would be an error here
        assert kinds(instance) == STOCK
    assert sum("SQLite storages need" in str(each.message) for each in warned) == 1
    assert (job.output / "measures.csv").read_bytes() == figures

    # One history, whichever wrote it.
    monkeypatch.undo()
    storages._fits.cache_clear()
    with open_instance(settings) as instance:
        assert kinds(instance) == WARM
    assert job.materialisations("la_measures") == 2 * runs_before > 0
