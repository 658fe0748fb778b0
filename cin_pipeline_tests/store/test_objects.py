"""Objects: every store of them does the same, and what cannot be reached is told in a sentence."""

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from obstore.exceptions import BaseError, GenericError, PermissionDeniedError

from cin_pipeline.settings import Settings
from cin_pipeline.settings.places import Bucket
from cin_pipeline.store.objects import ObjectMissing, Objects, ObjectsUnavailable
from cin_pipeline.store.objects.directory import DirectoryObjects
from cin_pipeline.store.places import PlaceRefused, objects_in
from cin_pipeline.store.store import Store
from cin_pipeline_tests.support.objects import KINDS, objects_of


@pytest.fixture(params=KINDS)
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    return objects_of(request.param, tmp_path / "objects")


def keys(objects: Objects, prefix: str = "") -> list[str]:
    return [found.key for found in objects.list(prefix)]


def test_what_is_put_is_got_and_never_changed(objects: Objects) -> None:
    assert objects.put_new("returns/ab/abc.xml", b"first")
    assert not objects.put_new("returns/ab/abc.xml", b"second")
    assert objects.get("returns/ab/abc.xml") == b"first"
    assert (objects.has("returns/ab/abc.xml"), objects.has("returns/ab")) == (True, False)
    assert objects.put_new("empty", b"", lasting=False)
    assert objects.get("empty") == b""


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP])
def test_a_file_system_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def no_links(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", no_links)
    objects = DirectoryObjects(tmp_path)
    assert objects.put_new("a/b", b"first")
    assert not objects.put_new("a/b", b"second")
    assert (objects.get("a/b"), keys(objects)) == (b"first", ["a/b"])
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["b"]


def test_what_is_not_there_is_missing(objects: Objects) -> None:
    objects.put_new("a/b", b"x")
    for key in ("a", "a/b2", "nothing/of/the/kind"):
        with pytest.raises(ObjectMissing, match=f"{key} is not there"):
            objects.get(key)
        assert not objects.has(key)
    for key in ("a/b2", "nothing/of/the/kind"):
        objects.delete(key)
    assert keys(objects) == ["a/b"]


def test_a_list_is_of_what_lies_below_in_order(objects: Objects) -> None:
    for key in ("a/bc", "a/b/d", "a/b/c/e", "a/b-1", "z"):
        objects.put_new(key, key.encode())
    assert keys(objects, "a/b") == ["a/b/c/e", "a/b/d"]
    assert keys(objects, "a") == ["a/b-1", "a/b/c/e", "a/b/d", "a/bc"]
    assert keys(objects) == ["a/b-1", "a/b/c/e", "a/b/d", "a/bc", "z"]
    assert keys(objects, "a/bc") == keys(objects, "none") == []
    found = next(iter(objects.list("a/b")))
    assert found.size == len("a/b/c/e")
    assert abs(found.modified - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_deleted_object_is_gone_and_another_may_take_its_key(objects: Objects) -> None:
    objects.put_new("a/b", b"first")
    (before,) = objects.list()
    objects.delete("a/b")
    assert keys(objects) == []
    assert objects.put_new("a/b", b"a second")
    assert objects.get("a/b") == b"a second"
    assert next(iter(objects.list())).version != before.version


def test_of_several_at_once_one_puts(objects: Objects) -> None:
    together = Barrier(8)

    def put(number: int) -> bool:
        together.wait(60)
        return objects.put_new("contested", b"%d" % number)

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(put, range(8)))
    assert sum(won) == 1
    assert objects.get("contested") == b"%d" % won.index(True)
    assert keys(objects) == ["contested"]


@pytest.mark.parametrize(
    "key",
    [
        "a b",
        "tables/la_measures/2017/201/5/x-1.parquet",
        "ä/é",
        ".complete",
        "a/" + "k" * 200,
        "/".join(["p" * 99] * 8),
    ],
)
def test_a_key_may_be_long_and_hold_what_prints(objects: Objects, key: str) -> None:
    assert objects.put_new(key, b"x")
    assert (objects.get(key), keys(objects)) == (b"x", [key])


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/a",
        "a/",
        "a//b",
        "..",
        "../a",
        "a/../b",
        "a/./b",
        "a\nb",
        "a\0",
        "a\\b",
        "a/.part-1",
        "k" * 201,
        "a/" * 401 + "a",
    ],
)
def test_what_can_be_no_key_is_refused(objects: Objects, key: str) -> None:
    for ask in (objects.get, objects.has, objects.delete, lambda key: objects.put_new(key, b"x")):
        with pytest.raises(ValueError, match="is no key of an object; parts joined by / were expected"):
            ask(key)
    if key:
        with pytest.raises(ValueError, match="is no key"):
            keys(objects, key)
    assert keys(objects) == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (GenericError("http://cin:hunter2@host/bucket"), r"the bucket cannot be used \(GenericError\)"),
        (PermissionDeniedError("AWS4-HMAC hunter2"), "the bucket refuses this"),
        (FileNotFoundError("<Code>NoSuchBucket</Code>hunter2"), "there is no such bucket"),
    ],
)
def test_a_bucket_that_cannot_be_used_is_told_without_what_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseError, said: str
) -> None:
    objects = objects_of("bucket in memory", tmp_path)

    def fails(*_: object, **__: object) -> None:
        raise error

    for name in ("put", "get", "head", "list", "delete"):
        monkeypatch.setattr(f"obstore.{name}", fails)
    asks = (objects.get, objects.has, objects.delete, lambda key: objects.put_new(key, b"x"), lambda _: keys(objects))
    for ask in asks[:2] if isinstance(error, FileNotFoundError) else asks:
        with pytest.raises(ObjectsUnavailable, match=f"^s3://made-up: {said}") as told:
            ask("a")
        assert told.value.filename == "s3://made-up"
        assert "hunter2" not in f"{told.value}{told.value.args}{told.value.__cause__}"


def test_a_full_disk_is_told_with_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device", str(tmp_path))

    objects = objects_of("directory", tmp_path)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ObjectsUnavailable, match=f"^{tmp_path}: No space left on device$"):
        objects.put_new("a", b"x")
    assert list(tmp_path.iterdir()) == []
    assert objects.put_new("a", b"x", lasting=False)


def test_objects_are_in_the_state_or_where_the_settings_say(settings: Settings, tmp_path: Path) -> None:
    assert Store(settings).objects.place == str(settings.state)
    there = Settings.from_environment({"CIN_OBJECTS": str(tmp_path / "objects")}, state=settings.state)
    store = Store(there)
    store.returns.keep(b"x", "abc")
    assert (tmp_path / "objects" / "returns" / "ab" / "abc.xml").read_bytes() == b"x"
    assert not settings.state.exists()


def test_an_address_without_encryption_needs_no_further_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing listens there, which is told; that it may not be spoken to would be another error."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "cin")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setattr("cin_pipeline.store.objects.bucket._RETRY_SECONDS", 0.0)
    objects = objects_in(Bucket("cin", "a"))
    assert objects.place == "s3://cin/a"
    assert "hunter2" not in repr(vars(objects))
    with pytest.raises(ObjectsUnavailable, match=r"^s3://cin/a: the bucket cannot be used") as told:
        objects.get("b")
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT"])
def test_an_address_that_is_none_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "hunter2@127.0.0.1:9000")
    with pytest.raises(PlaceRefused, match=rf"^{variable} is no address; one that starts with https:// or") as told:
        objects_in(Bucket("cin"))
    assert "hunter2" not in str(told.value)


def test_without_the_extra_a_bucket_is_one_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "cin_pipeline.store.objects.bucket", raising=False)
    store = Store(Settings.from_environment({"CIN_OBJECTS": "s3://cin/a"}, state=settings.state))
    with pytest.raises(PlaceRefused, match=r"^s3://cin/a needs obstore, which is not installed: .*\[server\]'$"):
        store.returns.read("abc")


def test_what_speaks_to_buckets_is_loaded_only_where_there_is_one() -> None:
    """It is not installed without the extra, and each command would wait for it."""
    code = "import sys, cin_pipeline.store.store, cin_pipeline.store.inbox; sys.exit('obstore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
