"""What is kept and what arrives in the buckets of a real S3 server; the server away, and back."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Barrier
from time import monotonic
from uuid import uuid4

import obstore
import pytest
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.orchestration.sensors import scan_inbox
from cin_pipeline.outputs.release_folders import read_release
from cin_pipeline.settings import Settings
from cin_pipeline.settings.places import Bucket
from cin_pipeline.store.deliveries import FileGone, InboxUnusable
from cin_pipeline.store.deliveries.bucket import bucket_deliveries
from cin_pipeline.store.objects import ObjectMissing, ObjectsUnavailable
from cin_pipeline.store.objects.bucket import bucket_objects, opened
from cin_pipeline.store.store import Store
from cin_pipeline_tests.servers.support.bucket import BucketServer
from cin_pipeline_tests.servers.support.processes import wait_for
from cin_pipeline_tests.support.random_returns import messy_return

pytestmark = pytest.mark.usefixtures("bucket_keys")

SECONDS = 2.0  # without an answer


@pytest.fixture
def bucket() -> Bucket:
    """A prefix of its own."""
    return Bucket("cin", f"of test/{uuid4().hex}")


def test_a_bucket_does_what_every_store_of_objects_does(bucket: Bucket) -> None:
    """As cin_pipeline_tests/store/test_objects.py has it of those without a server."""
    objects = bucket_objects(bucket)
    for key in ("a/bc", "a/b/d", "ä/é 1.xml", "a/b/c/e", "empty"):
        assert objects.put_new(key, key.encode() if key != "empty" else b"")
        assert not objects.put_new(key, b"another")
    assert [objects.get(key) for key in ("ä/é 1.xml", "empty")] == ["ä/é 1.xml".encode(), b""]
    assert [found.key for found in objects.list("a/b")] == ["a/b/c/e", "a/b/d"]
    assert [found.key for found in objects.list()] == ["a/b/c/e", "a/b/d", "a/bc", "empty", "ä/é 1.xml"]
    assert len(list(bucket_objects(Bucket("cin")).list(bucket.prefix))) == 5
    objects.delete("a/bc")
    objects.delete("a/bc")
    assert (objects.has("a/bc"), objects.has("a/b/d"), objects.has("a/b")) == (False, True, False)
    with pytest.raises(ObjectMissing):
        objects.get("a/bc")
    large = os.urandom(20 << 20)
    assert objects.put_new("large", large)
    assert objects.get("large") == large


def test_of_several_at_once_one_puts(bucket: Bucket) -> None:
    together = Barrier(8)

    def put(number: int) -> bool:
        objects = bucket_objects(bucket)
        together.wait(60)
        return objects.put_new("contested", b"%d" % number)

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(put, range(8)))
    assert sum(won) == 1
    assert bucket_objects(bucket).get("contested") == b"%d" % won.index(True)


def test_wrong_keys_and_a_missing_bucket_are_told(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ObjectsUnavailable, match=r"^s3://nobody-made-this: there is no such bucket$"):
        bucket_objects(Bucket("nobody-made-this")).get("a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    for ask in (
        bucket_objects(bucket).get,
        bucket_objects(bucket).has,
        lambda key: list(bucket_objects(bucket).list()),
    ):
        with pytest.raises(ObjectsUnavailable, match="the bucket refuses this") as told:
            ask("a")
        assert "hunter2" not in str(told.value)


def test_an_inbox_in_a_bucket(bucket: Bucket) -> None:
    store, inbox = opened(bucket), bucket_deliveries(bucket)
    assert inbox.look() == {}
    for key, data in {"201.xml": b"x" * 50, "late/a b%20?#.xml": b"y", ".hidden/z.xml": b"z", "empty.xml": b""}.items():
        obstore.put(store, key, data)
    seen = inbox.look()
    assert {path.decode(): each.size for path, each in seen.items()} == {
        "201.xml": 50,
        "late/a b%20?#.xml": 1,
        "empty.xml": 0,
    }
    assert inbox.look() == seen
    assert inbox.file(b"201.xml", seen[b"201.xml"]).read(10) == b"x" * 10
    assert inbox.file(b"late/a b%20?#.xml", seen[b"late/a b%20?#.xml"]).read(10) == b"y"
    assert inbox.file(b"empty.xml", seen[b"empty.xml"]).read(10) == b""
    obstore.put(store, "201.xml", b"x" * 50)
    assert inbox.look() == seen  # the same bytes
    obstore.put(store, "201.xml", b"y" * 50)
    assert inbox.look() != seen
    with pytest.raises(FileGone):
        inbox.file(b"201.xml", seen[b"201.xml"]).read(10)
    obstore.delete(store, "empty.xml")
    with pytest.raises(FileGone):
        inbox.file(b"empty.xml", seen[b"empty.xml"]).size()


def test_a_server_that_is_away_is_told_in_bounded_time_and_all_goes_on_once_it_is_back(
    bucket_server: BucketServer, bucket: Bucket, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("objects", "deliveries"):
        monkeypatch.setattr(f"cin_pipeline.store.{module}.bucket.opened", lambda bucket, _=0: opened(bucket, SECONDS))
    inbox = Bucket("cin", f"{bucket.prefix}/in")
    there = replace(settings, objects=Bucket("cin", f"{bucket.prefix}/kept"), inbox=inbox, years=frozenset({2017}))
    data = messy_return(1, 3, 2017, "201")
    with closing(Store(there)) as store:
        store.returns.keep(b"kept before", "abc")
        obstore.put(opened(inbox), "201.xml", data)
        for away, back in ((bucket_server.pause, bucket_server.go_on), (bucket_server.stop, bucket_server.start)):
            away()
            try:
                began = monotonic()
                with pytest.raises(ObjectsUnavailable, match="the bucket cannot be used"):
                    store.returns.read("abc")
                with pytest.raises(ObjectsUnavailable):
                    store.returns.keep(data, "def")
                with pytest.raises(InboxUnusable, match=r"the inbox cannot be read: s3://cin/of test/.*/in: the buck"):
                    bucket_deliveries(inbox).look()
                assert scan_inbox(store).problem.startswith("what is expected cannot be read: s3://cin/of test/")
                assert monotonic() - began < 60 * SECONDS
            finally:
                back()
            wait_for("the bucket", partial(is_back, store), 60)
        (landed,) = scan_inbox(store).landed
        assert store.returns.read(landed.sha256) == data
        assert scan_inbox(store).landed == []


class Deployment:
    """A state of its own, its objects wherever it is told; commands as a user gives them."""

    def __init__(self, directory: Path, **objects: str) -> None:
        self.output, self.state = directory / "output", directory / "state"
        self.environment = {"CIN_STATE": str(self.state), "COLUMNS": "200", **objects}

    def run(self, *words: object) -> str:
        done = CliRunner().invoke(app, [*map(str, words)], env=self.environment)
        assert done.exit_code in (0, 1), done.output  # 1: the returns are in doubt
        return done.output

    def made(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.output.glob("*.csv")}


def test_a_state_in_a_bucket_makes_the_same_bytes_as_one_on_disk(bucket: Bucket, tmp_path: Path) -> None:
    """Landed, counted, accepted, read back, published, and run again from what is kept."""
    landing, expected = tmp_path / "landing", tmp_path / "expected.csv"
    landing.mkdir()
    expected.write_text("la_code\n201\n202\n")
    for la, year in (("201", 2016), ("201", 2017), ("202", 2017)):
        (landing / f"{la}_{year}.xml").write_bytes(messy_return(int(la), 12, year, la))
    on_disk = Deployment(tmp_path / "disk")
    in_bucket = Deployment(tmp_path / "bucket", CIN_OBJECTS=str(bucket))
    for each in (on_disk, in_bucket):
        each.run("run", "--year", 2017, "--landing", landing, "--output", each.output, "--expected", expected)
        each.run("publish", "--year", 2017, "--profile", "tidy", "--output", each.output / "release")
    assert in_bucket.made().keys() == {"measures.csv", "england.csv", "validation_issues.csv"}
    assert in_bucket.made() == on_disk.made()
    assert read_release(in_bucket.output / "release") == read_release(on_disk.output / "release")
    assert not {"returns", "tables", "inputs", "quarantine"} & {path.name for path in in_bucket.state.iterdir()}
    assert {found.key.partition("/")[0] for found in bucket_objects(bucket).list()} == {"returns", "tables", "inputs"}

    with closing(Store(Settings.from_environment(in_bucket.environment))) as store:
        (current, *_) = store.registry.all_current(2017)
        assert store.returns.read(current.sha256) == (landing / current.file_name).read_bytes()
        assert list(store.bundles.orphans(datetime.now(UTC))) == []
    asked = ("explain", "--year", 2017, "--la", "201", "--measure", "referrals")
    assert without_times(in_bucket.run(*asked)) == without_times(on_disk.run(*asked))
    before = in_bucket.made()
    in_bucket.run("run", "--year", 2017, "--la", "201", "--output", in_bucket.output)
    assert in_bucket.made() == before


def without_times(said: str) -> str:
    return re.sub(r"\d\d:\d\d", "", said)


def is_back(store: Store) -> bool:
    """Whether the server gives what it holds and takes more; it knows what it holds some seconds before that."""
    try:
        store.returns.keep(b"since then", "ghi")
        return store.returns.read("abc") == b"kept before"
    except ObjectsUnavailable:
        return False
