"""The inbox: what is taken, once; what is not, with its reason; and that nothing is ever lost or changed in it."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import GenericError, InvalidPathError, PermissionDeniedError
from obstore.store import LocalStore, MemoryStore

from cin_pipeline.settings import Settings
from cin_pipeline.store.deliveries import Deliveries, Fingerprint
from cin_pipeline.store.deliveries.bucket import BucketDeliveries
from cin_pipeline.store.deliveries.directory import DirectoryDeliveries
from cin_pipeline.store.inbox import GROWING, PARTIAL, FileState, Inbox, InboxFile, Scan, changes
from cin_pipeline.store.landing import ExpectedReturns
from cin_pipeline.store.store import Store
from cin_pipeline_tests.support.old_state import unpacked
from cin_pipeline_tests.support.random_returns import messy_return

EXPECTED_RETURNS = ExpectedReturns({2017: frozenset({"201", "202"}), 2016: frozenset({"201", "202"})})
NOW = datetime(2017, 6, 1, tzinfo=UTC)
SECOND = 10**9
NOW_NS = int(NOW.timestamp()) * SECOND


class Box:
    """An inbox with its state; files are dropped with a time in seconds before now."""

    def __init__(self, directory: Path, store: Store, deliveries: Deliveries) -> None:
        self.path, self.store = directory, store
        self.inbox = Inbox(deliveries, store.engine, store.registry, store.returns, store.quarantine)

    def put(self, name: str | bytes, data: bytes, ago: int = 3600) -> Path:
        path = Path(os.fsdecode(os.path.join(os.fsencode(self.path), os.fsencode(name))))
        path.write_bytes(data)
        os.utime(path, ns=(NOW_NS - ago * SECOND,) * 2)
        return path

    def scan(self, **options: object) -> Scan:
        return self.inbox.scan(EXPECTED_RETURNS, NOW, **{"settle_seconds": 60, "max_bytes": 100_000, **options})

    def file(self, name: str) -> InboxFile:
        return self.inbox.files()[name.encode()]


@pytest.fixture(params=["directory", "bucket"])
def box(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Box:
    """Either kind over the same directory, so that both are given files of any time."""
    directory = tmp_path / "inbox"
    directory.mkdir()
    in_bucket = request.param == "bucket"
    deliveries = BucketDeliveries(LocalStore(directory), "s3://in") if in_bucket else DirectoryDeliveries(directory)
    return Box(directory, Store(settings), deliveries)


directory_alone = pytest.mark.parametrize("box", ["directory"], indirect=True)


class MemoryBox(Box):
    """An inbox in a bucket, whose versions say no more than that they are others."""

    def __init__(self, store: Store) -> None:
        self.bucket = MemoryStore()
        super().__init__(Path(), store, BucketDeliveries(self.bucket, "s3://in"))

    def put(self, name: str | bytes, data: bytes, ago: int = 0) -> Path:
        obstore.put(self.bucket, str(name), data)
        return Path(str(name))


@pytest.fixture
def bucket(settings: Settings) -> MemoryBox:
    return MemoryBox(Store(settings))


def sent(la: str = "201", seed: int = 1, year: int = 2017) -> bytes:
    return messy_return(seed, 2, year, la)


def test_what_is_new_is_landed_once(box: Box) -> None:
    box.put("a b.xml", sent())
    (landed,) = box.scan().landed
    assert (landed.la_code, landed.collection_year, landed.file_name) == ("201", 2017, "a b.xml")
    assert box.store.returns.read(landed.sha256) == sent()
    assert box.scan() == Scan()


def test_an_unchanged_file_is_not_even_opened(box: Box) -> None:
    """1,700 unchanged files must cost under a second a tick."""
    path = box.put("a.xml", sent())
    box.scan()
    before = path.stat().st_atime_ns
    os.utime(path, ns=(before - SECOND, path.stat().st_mtime_ns))
    path.chmod(0)  # root can read it all the same; the time of access tells
    box.scan()
    assert path.stat().st_atime_ns == before - SECOND


def test_a_touched_file_is_no_submission_and_other_bytes_are(box: Box) -> None:
    box.put("a.xml", sent(seed=1))
    box.scan()
    box.put("a.xml", sent(seed=1), ago=1800)
    assert box.scan() == Scan()
    numbers = []
    for seed, ago in ((2, 1700), (1, 1600)):  # A, B, A
        box.put("a.xml", sent(seed=seed), ago=ago)
        numbers += [each.submission for each in box.scan().landed]
    assert numbers == [2, 3]


def test_two_files_of_one_authority_land_in_the_order_of_their_times(box: Box) -> None:
    box.put("a.xml", sent(seed=1), ago=100)
    box.put("c.xml", sent(seed=2), ago=200)
    box.put("b.xml", sent(seed=3), ago=200)
    assert [each.file_name for each in box.scan().landed] == ["b.xml", "c.xml", "a.xml"]


BAD = {  # bytes, what is said, whether it is known whose return it is
    "nothing at all": (b"", "empty", False),
    "no XML": (b"\x00\x01\x02", ".", False),
    "unknown authority": (sent().replace(b"<LEA>201", b"<LEA>999"), "no authority", False),
    "unexpected authority": (sent("203"), "203 is not among", True),
    "unexpected year": (messy_return(1, 2, 2015, "201"), "2014 to 2015", True),
    "a document type": (b"<!DOCTYPE Message>" + sent().split(b"?>", 1)[-1], "DOCTYPE", False),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_quarantined_with_its_reason_and_others_land(box: Box, case: str) -> None:
    data, said, identified = BAD[case]
    bad = box.put("bad.xml", data, ago=4000)
    box.put("good.xml", sent())
    scan = box.scan()
    assert [each.file_name for each in scan.landed] == ["good.xml"]
    (quarantined,) = scan.quarantined
    assert said in quarantined.reason or said == "."
    assert box.store.quarantine.read(quarantined.sha256) == data == bad.read_bytes()
    if identified:
        assert box.store.registry.get(quarantined.submission).state == "rejected"
    else:
        (refused,) = box.store.registry.refused_files()
        assert (refused.number, refused.reason) == (quarantined.submission, quarantined.reason)
    assert box.scan() == Scan()  # told once
    box.put("bad.xml", data, ago=500)
    assert box.scan() == Scan()  # touched


@directory_alone
def test_a_file_too_large_or_no_file_is_quarantined_without_a_copy(box: Box) -> None:
    box.put("large.xml", b"x" * 2000)
    os.mkfifo(box.path / "pipe.xml")
    (box.path / "gone.xml").symlink_to(box.path / "nowhere")
    scan = box.scan(max_bytes=1000, settle_seconds=-(10**10))
    reasons = sorted(each.reason for each in scan.quarantined)
    assert [reason.split(" ")[0] for reason in reasons] == ["it", "the", "the"]
    assert all(each.state is FileState.UNREADABLE for each in scan.quarantined)
    assert box.scan(max_bytes=1000, settle_seconds=-(10**10)).quarantined == []
    assert len(box.scan(settle_seconds=-(10**10)).quarantined) == 1  # larger files are allowed now: no XML


@directory_alone
def test_a_growing_or_partial_file_waits_and_lands_when_complete(box: Box) -> None:
    data = sent()
    box.put("a.xml", data[:50], ago=1)
    box.put("b.xml.part", data)
    waiting = {each.path: each.reason for each in box.scan().waiting}
    assert waiting == {b"a.xml": GROWING, b"b.xml.part": PARTIAL}
    box.put("a.xml", data, ago=1)
    assert box.scan().landed == []
    assert [each.file_name for each in box.scan().landed] == ["a.xml"]  # found the same twice
    (box.path / "b.xml.part").rename(box.path / "b.xml")
    assert box.scan().landed == []  # the same bytes as a.xml
    assert box.file("b.xml").submission == box.file("a.xml").submission


@directory_alone
def test_names_of_any_kind(box: Box) -> None:
    box.put("new\nline \x1b[31m.xml", sent("201"))
    box.put(b"n\xff.xml", sent("202"))
    assert {each.file_name for each in box.scan().landed} == {"new\nline \x1b[31m.xml", r"n\xff.xml"}
    assert box.scan() == Scan()


def test_a_full_disk_loses_nothing_and_the_next_scan_goes_on(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.put("a.xml", sent("201"))
    box.put("b.xml", sent("202"))

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    scan = box.scan()
    assert "No space left on device" in scan.problem
    assert scan.landed == []
    assert list((box.store.settings.state / "returns").rglob("*.xml")) == []
    monkeypatch.undo()
    assert len(box.scan().landed) == 2


@directory_alone
def test_an_inbox_that_is_none_says_so(box: Box, tmp_path: Path) -> None:
    assert box.scan() == Scan()  # empty
    box.path.rmdir()
    assert "is no directory" in box.scan().problem
    box.path.write_bytes(b"")
    assert "is no directory" in box.scan().problem
    box.path.unlink()
    box.path.symlink_to(tmp_path)
    assert "link to another place" in box.scan().problem


@directory_alone
def test_an_inbox_that_cannot_be_read_says_so(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", denied)
    assert "Permission denied" in box.scan().problem


def test_a_disk_mounted_again_is_no_news_and_a_file_sent_again_is(box: Box, tmp_path: Path) -> None:
    box.put("a.xml", sent(seed=1), ago=900)
    box.put("b.xml", sent(seed=2), ago=800)
    box.scan()
    box.path.rename(tmp_path / "away")
    box.path.mkdir()
    assert box.scan() == Scan()
    assert box.file("a.xml").gone
    box.path.rmdir()
    (tmp_path / "away").rename(box.path)
    assert box.scan() == Scan()
    (box.path / "a.xml").unlink()
    box.scan()
    box.put("a.xml", sent(seed=1), ago=700)
    assert [each.submission for each in box.scan().landed] == [3]  # A, B, A


def test_a_scan_that_takes_too_long_leaves_the_rest_to_the_next(box: Box) -> None:
    for la in ("201", "202"):
        box.put(f"{la}.xml", sent(la))
    answers = iter([False, True])
    scan = box.scan(enough=lambda: next(answers))
    assert len(scan.landed) == 1
    assert "the next goes on" in scan.problem
    assert len(box.scan().landed) == 1


@pytest.mark.parametrize(("hours", "at_once"), [(1, True), (-1, False)])
def test_a_clock_that_is_put_back_only_makes_a_second_look_needed(hours: int, at_once: bool) -> None:
    seen = Fingerprint(5, "1", NOW_NS - hours * 3600 * SECOND)
    first = changes({}, {b"a": seen}, NOW_NS, 60 * SECOND)
    assert bool(first.take) == at_once
    if not at_once:
        known = {b"a": first.remember[0]}
        assert changes(known, {b"a": seen}, NOW_NS, 60 * SECOND).take == first.remember


def decide(box: Box, decision: str) -> None:
    if decision == "withdraw":
        box.store.registry.accept(1)
    getattr(box.store.registry, decision)(1, "ann", "not theirs")


def numbers(scan: Scan) -> list[int]:
    return [each.submission for each in scan.landed]


@pytest.mark.parametrize("decision", ["withdraw", "turn_down"])
def test_what_a_person_decided_against_comes_back_only_when_it_is_sent_again(box: Box, decision: str) -> None:
    path = box.put("a.xml", sent(), ago=900)
    box.put("seen before.xml", sent(), ago=800)
    assert numbers(box.scan()) == [1]
    decide(box, decision)
    box.put("a.xml", sent(), ago=700)  # touched
    assert box.scan() == Scan()
    path.rename(box.path.parent / "a.xml")
    assert box.scan() == Scan()
    (box.path.parent / "a.xml").rename(path)  # a disk mounted again
    assert box.scan() == Scan()
    box.put("b.xml", sent(), ago=600)
    assert numbers(box.scan()) == [2]
    box.put("c.xml", sent(), ago=500)  # that one waits
    assert box.scan() == Scan()
    box.store.registry.turn_down(2, "ann", "neither")
    path.unlink()
    box.scan()
    box.put("a.xml", sent(), ago=400)
    assert numbers(box.scan()) == [3]


def test_a_path_that_was_gone_brings_nothing_new_while_its_bytes_are_current(box: Box) -> None:
    path = box.put("a.xml", sent(), ago=900)
    box.scan()
    box.store.registry.accept(1)
    path.unlink()
    box.scan()
    box.put("a.xml", sent(), ago=800)
    assert box.scan() == Scan()
    box.store.registry.withdraw(1, "ann", "not theirs")
    box.put("a.xml", sent(), ago=700)  # touched
    assert box.scan() == Scan()


def test_notes_are_left_alone_counted_and_not_looked_into_again(box: Box) -> None:
    for name, data in {"notes.txt": b"on Monday", "letter.pdf": b"%PDF-1.7 <<", "notes.xml": b"on Monday"}.items():
        box.put(name, data)
    box.put("a.xml", sent())
    scan = box.scan()
    assert (numbers(scan), scan.notes) == ([1], 2)
    assert [each.path for each in scan.quarantined] == [b"notes.xml"]
    assert box.file("notes.txt").state is box.file("letter.pdf").state is FileState.LEFT_ALONE
    assert [each.file_name for each in box.store.registry.refused_files()] == ["notes.xml"]
    assert not any(box.store.quarantine.has(box.file(name).sha256) for name in ("notes.txt", "letter.pdf"))
    (box.path / "notes.txt").chmod(0)  # root can read it all the same; the time of access tells
    before = (box.path / "notes.txt").stat()
    os.utime(box.path / "notes.txt", ns=(before.st_mtime_ns - SECOND, before.st_mtime_ns))
    assert box.scan() == Scan(notes=2)
    assert (box.path / "notes.txt").stat().st_atime_ns == before.st_mtime_ns - SECOND
    (box.path / "letter.pdf").unlink()
    assert box.scan() == Scan(notes=1)


def test_a_return_written_over_a_note_is_taken_and_a_note_over_a_return_is_left_alone(box: Box) -> None:
    box.put("201", b"on Monday", ago=900)
    assert box.scan() == Scan(notes=1)
    box.put("201", sent(), ago=800)
    assert numbers(box.scan()) == [1]
    box.store.registry.turn_down(1, "ann", "not theirs")
    box.put("201", b"not that one", ago=700)
    assert box.scan() == Scan(notes=1)
    assert box.store.registry.get(1).state == "rejected"
    box.put("201", sent(), ago=600)  # after that it is sent again
    assert numbers(box.scan()) == [2]


def test_an_object_is_taken_at_once_and_not_read_again(bucket: MemoryBox, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is whole when it is listed: nothing settles, whatever the clocks say."""
    bucket.put("late/a b.xml", sent("201"))
    bucket.put("202.xml", sent("202"))
    bucket.put(".hidden/203.xml", sent("201"))
    bucket.put("202.xml.part", sent("202", seed=2))
    assert [each.file_name for each in bucket.scan().landed] == ["late/a b.xml", "202.xml"]
    assert bucket.scan().waiting == [bucket.file("202.xml.part")]
    asked = []
    monkeypatch.setattr("obstore.get", lambda *of, **_: asked.append(of))
    bucket.scan()
    assert asked == []


def test_the_same_bytes_written_over_are_no_news_and_others_are(bucket: MemoryBox) -> None:
    bucket.put("a.xml", sent(seed=1))
    assert numbers(bucket.scan()) == [1]
    bucket.put("a.xml", sent(seed=1))
    assert bucket.scan() == Scan()
    for seed in (2, 1):
        bucket.put("a.xml", sent(seed=seed))
    assert bucket.scan() == Scan()  # A, B, A between two looks
    for number, seed in ((2, 2), (3, 1)):
        bucket.put("a.xml", sent(seed=seed))
        assert numbers(bucket.scan()) == [number]


def test_an_object_of_the_same_version_is_news_only_once_it_was_gone() -> None:
    """A bucket that was restored has other times; one that was seen without it was sent to again."""
    before = InboxFile(b"a", Fingerprint(5, "etag", NOW_NS), state=FileState.TAKEN, sha256="0", submission=1)
    now = Fingerprint(5, "etag", NOW_NS + SECOND)
    assert changes({b"a": before}, {b"a": now}, NOW_NS, None) == changes({}, {}, NOW_NS, None)
    (gone,) = changes({b"a": before}, {}, NOW_NS, None).remember
    assert changes({b"a": gone}, {b"a": now}, NOW_NS, None).take == (InboxFile(b"a", now),)
    (back,) = changes({b"a": gone}, {b"a": before.seen}, NOW_NS, None).remember
    assert back == before


def test_an_object_too_large_is_told_and_never_read(bucket: MemoryBox, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put("large.xml", b"x" * 2000)
    monkeypatch.setattr("obstore.get", lambda *_, **__: pytest.fail("it was read"))
    (quarantined,) = bucket.scan(max_bytes=1000).quarantined
    assert quarantined.reason == "the file has 2,000 bytes; at most 1,000 were expected"
    assert bucket.scan(max_bytes=1000) == Scan()


def test_no_more_is_read_of_a_file_than_shows_that_it_is_too_large(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """It grew, or was written over, between the look and the reading."""
    path = box.put("a", b"<" * 900)
    deliveries = box.inbox._deliveries
    (seen,) = deliveries.look().values()
    assert deliveries.file(b"a", seen).read(10) == b"<" * 10
    path.write_bytes(b"<" * 5000)
    monkeypatch.setattr(type(deliveries), "look", lambda _: {b"a": seen})
    assert box.scan(max_bytes=1000).landed == []


def test_an_object_that_is_taken_away_or_written_over_meanwhile_is_left_to_the_next_scan(bucket: MemoryBox) -> None:
    for la in ("201", "202"):
        bucket.put(f"{la}.xml", sent(la, seed=1))
    seen = bucket.inbox._deliveries.look()
    bucket.put("201.xml", sent("201", seed=2))
    obstore.delete(bucket.bucket, "202.xml")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(BucketDeliveries, "look", lambda _: seen)
        assert bucket.scan() == Scan()
    assert bucket.inbox.files() == {}
    (landed,) = bucket.scan().landed
    assert bucket.store.returns.read(landed.sha256) == sent("201", seed=2)


def test_a_bucket_that_is_away_loses_nothing_and_the_next_scan_goes_on(
    bucket: MemoryBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("a.xml", sent("201"))
    bucket.put("b.xml", sent("202"))
    gets = obstore.get

    def fails(*_: object, **__: object) -> None:
        raise GenericError("http://cin:hunter2@host")

    def fails_at_b(store: MemoryStore, key: str, **options: object) -> object:
        return gets(store, key, **options) if key == "a.xml" else fails()

    for name in ("list", "get"):
        monkeypatch.setattr(f"obstore.{name}", fails)
        scan = bucket.scan()
        assert scan.problem.startswith("the inbox ")
        assert "s3://in" in scan.problem
        assert "(GenericError)" in scan.problem
        assert "hunter2" not in scan.problem
        assert (scan.landed, scan.quarantined) == ([], [])
        monkeypatch.undo()
    monkeypatch.setattr("obstore.get", fails_at_b)
    assert [each.file_name for each in bucket.scan().landed] == ["a.xml"]
    assert not bucket.file("a.xml").gone
    monkeypatch.undo()
    assert [each.file_name for each in bucket.scan().landed] == ["b.xml"]


def test_an_object_that_may_not_be_read_is_tried_again(bucket: MemoryBox, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put("a.xml", sent())

    def fails(*_: object, **__: object) -> None:
        raise PermissionDeniedError("no")

    monkeypatch.setattr("obstore.get", fails)
    assert [each.reason for each in bucket.scan().quarantined] == ["the file cannot be read (Permission denied)"]
    monkeypatch.undo()
    assert numbers(bucket.scan()) == [2]


def test_a_key_that_is_no_path_is_named(bucket: MemoryBox, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise InvalidPathError('Encountered object with invalid path: Error parsing Path "in/a\nb.xml": illegal')

    monkeypatch.setattr("obstore.list", fails)
    assert bucket.scan().problem == (
        "the inbox s3://in cannot be listed, for it holds the key in/a[U+000A]b.xml, which is no path: rename that "
        "object"
    )


def test_what_stands_for_a_folder_is_no_file(bucket: MemoryBox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Consoles make an empty object `201/`; it is listed as 201, and there is none of that name."""
    lists = obstore.list
    folder = {"path": "201", "size": 0, "e_tag": '"0"', "last_modified": NOW, "version": None}
    monkeypatch.setattr("obstore.list", lambda *of: [*lists(*of), [folder, {**folder, "path": ""}]])
    bucket.put("201/a.xml", sent())
    bucket.put("empty.xml", b"")
    scan = bucket.scan()
    assert ([each.file_name for each in scan.landed], len(scan.quarantined)) == (["201/a.xml"], 1)
    assert "empty" in scan.quarantined[0].reason
    assert bucket.scan() == Scan()


def test_an_upgraded_state_takes_no_file_again(tmp_path: Path) -> None:
    """The version before noted the time and the inode of a file in columns of their own."""
    state = unpacked(tmp_path / "old")
    (tmp_path / "inbox").mkdir()
    path = tmp_path / "inbox" / "806.xml"
    path.write_bytes(sent("806"))
    status = path.stat()
    with closing(sqlite3.connect(state / "cin.db")) as old:
        row = (b"806.xml", status.st_size, status.st_mtime_ns, str(status.st_ino), False, "taken", "0" * 64, "", 6)
        old.execute("insert into inbox_files values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        old.commit()
    with closing(Store(Settings.from_environment({}, state=state))) as store:
        box = Box(tmp_path / "inbox", store, DirectoryDeliveries(tmp_path / "inbox"))
        expected = ExpectedReturns({2017: frozenset({"806"})})
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        assert box.inbox.scan(expected, tomorrow, settle_seconds=60, max_bytes=100_000) == Scan()
        os.utime(path, ns=(0, status.st_mtime_ns + 1))
        assert numbers(box.inbox.scan(expected, tomorrow, settle_seconds=60, max_bytes=100_000)) == [16]
