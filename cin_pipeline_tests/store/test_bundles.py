"""Bundles: whole before and whole after, whoever reads or writes meanwhile, and whatever dies where."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine

from cin_pipeline.store.bundles import BundleDamaged, BundleMissing, Bundles
from cin_pipeline.store.objects import Objects
from cin_pipeline.store.opening import open_database
from cin_pipeline_tests.support.objects import KINDS, Watched, objects_of

FIRST, SECOND, THIRD = ({"a.csv": name, "b/c.csv": name} for name in (b"first", b"second", b"third"))
TOMORROW = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture(params=KINDS)
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    return objects_of(request.param, tmp_path / "objects")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'cin.db'}" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    engine = open_database(url)
    yield engine
    engine.dispose()


def once(*things: Callable[[], object]) -> Callable[[str], None]:
    """Does one of the things each time it is called, and nothing from then on."""
    left = iter(things)

    def do(_key: str) -> None:
        if thing := next(left, None):
            thing()

    return do


def test_a_bundle_replaces_the_one_before_whole(objects: Objects, engine: Engine) -> None:
    bundles = Bundles(objects, engine)
    with pytest.raises(BundleMissing):
        bundles.read("releases/2017")
    assert bundles.read_also_earlier("releases/2017") == {}
    bundles.write("releases/2017", FIRST, run="run-1")
    prefix = bundles.write("releases/2017", {"a.csv": b"second"}, run="run-2")
    bundles.write("releases/2018", THIRD)
    assert prefix.startswith("releases/2017/run-2-")
    assert bundles.read("releases/2017") == {"a.csv": b"second"}
    assert bundles.read("releases/2018") == THIRD
    assert [found.key for found in objects.list("releases/2017")] == [f"{prefix}/_complete", f"{prefix}/a.csv"]


def test_of_two_who_write_at_once_one_counts_and_nothing_is_left_of_the_other(objects: Objects, engine: Engine) -> None:
    """Where there is none yet, and where there is one."""
    together = Barrier(4)  # opens anew each time that all have come
    several = Bundles(Watched(objects, on_put=lambda key: key.endswith("/_complete") and together.wait(60)), engine)

    def write(number: int) -> str:
        return several.write("inputs/2017", {"n": b"%d" % number, "m": b"%d" % number})

    for _ in range(2):
        with ThreadPoolExecutor(4) as pool:
            prefixes = list(pool.map(write, range(4)))
        bundles = Bundles(objects, engine)
        counts = prefixes.index(bundles.prefix("inputs/2017"))
        assert bundles.read("inputs/2017") == {"n": b"%d" % counts, "m": b"%d" % counts}
        assert len(list(objects.list())) == 3
        assert list(bundles.orphans(TOMORROW)) == []


def test_who_reads_while_it_is_replaced_gets_one_or_the_other(objects: Objects, engine: Engine) -> None:
    """Also where it is replaced twice under the reader's hands."""
    bundles = Bundles(objects, engine)
    bundles.write("t", FIRST)
    replaced = once(lambda: bundles.write("t", SECOND), lambda: bundles.write("t", THIRD))
    assert Bundles(Watched(objects, on_get=replaced), engine).read("t") == THIRD


def test_who_dies_at_any_object_or_before_the_row_leaves_what_counted(
    objects: Objects, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles = Bundles(objects, engine)
    bundles.write("t/2017", FIRST)
    for last in range(3):
        left = iter(range(last))
        dies = Bundles(Watched(objects, on_put=lambda _key, left=left: next(left)), engine)
        with pytest.raises(StopIteration):
            dies.write("t/2017", SECOND)
        assert bundles.read("t/2017") == FIRST

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cin_pipeline.store.bundles.alone", killed)
    with pytest.raises(KeyboardInterrupt):
        bundles.write("t/2017", SECOND)
    monkeypatch.undo()
    assert bundles.read("t/2017") == FIRST
    orphans = list(bundles.orphans(TOMORROW))
    assert len(orphans) == 1 + 2 + 3  # what each had put, all three of the last
    assert list(bundles.orphans(datetime.now(UTC) - timedelta(days=1))) == []  # they may be being written
    for found in orphans:
        objects.delete(found.key)
    bundles.write("t/2017", THIRD)
    assert bundles.read("t/2017") == THIRD
    assert len(list(objects.list())) == 3


def test_a_file_that_is_gone_or_other_than_it_was_is_noticed(objects: Objects, engine: Engine) -> None:
    bundles = Bundles(objects, engine)
    prefix = bundles.write("t", FIRST)
    objects.delete(f"{prefix}/a.csv")
    with pytest.raises(BundleDamaged, match=r"^a\.csv of t$"):
        bundles.read("t")
    objects.put_new(f"{prefix}/a.csv", b"forged")
    with pytest.raises(BundleDamaged, match=r"^a\.csv of t$"):
        bundles.read("t")
    objects.delete(f"{prefix}/_complete")
    with pytest.raises(BundleDamaged, match=r"^all files of t$"):
        bundles.read("t")


def test_what_was_kept_before_there_were_bundles_is_read_until_it_is_replaced(objects: Objects, engine: Engine) -> None:
    bundles = Bundles(objects, engine)
    objects.put_new("inputs/2017/expected.csv", b"201")
    assert bundles.read_also_earlier("inputs/2017") == {"expected.csv": b"201"}
    assert list(bundles.orphans(TOMORROW)) == []

    # Replaced between the look for a row and the file, which is gone by then.
    watched = Watched(objects, on_get=once(lambda: bundles.write("inputs/2017", SECOND)))
    assert Bundles(watched, engine).read_also_earlier("inputs/2017") == SECOND
    assert not objects.has("inputs/2017/expected.csv")
