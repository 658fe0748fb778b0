"""Which errors are faults of the surroundings: as they are raised, and as Dagster notes them of a run elsewhere."""

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from copy import copy
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._utils.error import serializable_error_info_from_exc_info
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from cin_pipeline.orchestration.faults import fault_in_events
from cin_pipeline.store.liveness import LeaseLost
from cin_pipeline.store.objects import ObjectMissing, ObjectsUnavailable
from cin_pipeline.store.surroundings import Fault, Stopped, SurroundingsFailed, fault_of

VALUE = "born 1999-12-31"  # what must never be told


def fails(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def nobody_listens() -> None:
    create_engine("postgresql+psycopg2://ann:secret@127.0.0.1:1/cin").connect()


def locked(path: Path) -> None:
    holder, waiter = (create_engine(f"sqlite:///{path}", connect_args={"timeout": 0}) for _ in range(2))
    with holder.connect() as one, waiter.connect() as other:
        one.execute(text("begin exclusive"))
        other.execute(text("create table x (y integer)"))


def full(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with closing(engine.connect()) as connection:
        connection.execute(text("create table x (y text)"))
        connection.execute(text("pragma max_page_count = 2"))
        connection.execute(text("insert into x values (:y)"), {"y": VALUE * 10_000})


def caused(cause: Exception) -> None:
    try:
        raise cause
    except type(cause) as error:
        raise ValueError(VALUE) from error


def while_handling(first: Exception) -> None:
    try:
        raise first
    except type(first):
        raise ValueError(VALUE)  # noqa: B904 - what comes of that is what is tried


def decided(first: Exception) -> None:
    try:
        raise first
    except type(first):
        raise ValueError(VALUE) from None


FAULTS: dict[str, tuple[Callable[[], None], str]] = {
    "no copy": (fails(ObjectMissing("returns/ab/abc.xml")), "a stored copy is not there"),
    "no bucket": (fails(ObjectsUnavailable("s3://cin cannot be used (GenericError)")), "cannot be used"),
    "a full disk below the objects": (
        fails(ObjectsUnavailable(errno.ENOSPC, os.strerror(errno.ENOSPC))),
        "the disk is full",
    ),
    "a full disk": (fails(OSError(errno.ENOSPC, "No space left", VALUE)), "the disk is full"),
    "no more of the share": (fails(OSError(errno.EDQUOT, "Quota exceeded")), "the share of the disk"),
    "a broken disk": (fails(OSError(errno.EIO, "Input/output error")), "cannot be read or written"),
    "a disk mounted to be read": (fails(OSError(errno.EROFS, "Read-only file system")), "may only be read"),
    "files": (fails(OSError(errno.EMFILE, "Too many open files")), "too many files are open"),
    "a share that went": (fails(OSError(errno.ESTALE, "Stale file handle")), "a shared disk"),
    "memory": (fails(MemoryError()), "not enough memory"),
    "Ctrl+C": (fails(KeyboardInterrupt()), "told to end"),
    "a signal while a step runs": (fails(dg.DagsterExecutionInterruptedError()), "told to end"),
    "a signal to a command": (fails(Stopped(15)), "told to end"),
    "a lease": (fails(LeaseLost(["run"])), "its lease had run out"),
    "a bulk load that met one": (fails(SurroundingsFailed("the disk is full")), "the disk is full"),
    "nobody listens": (nobody_listens, "the connection to the database was lost"),
    "of which it came": (lambda: caused(MemoryError()), "not enough memory"),
    "while it was handled": (lambda: while_handling(OSError(errno.EIO, "Input/output error")), "cannot be read"),
}
NONE: dict[str, Callable[[], None]] = {
    "a bug": fails(ZeroDivisionError(VALUE)),
    "a value that says it": fails(ValueError("[Errno 28] database is locked, connection to server")),
    "a file that is not there": fails(FileNotFoundError(errno.ENOENT, "No such file")),
    "a folder that may not be written": fails(PermissionError(errno.EACCES, "Permission denied")),
    "a row twice": fails(IntegrityError("insert", {}, sqlite3.IntegrityError("UNIQUE constraint failed"))),
    "a statement that is none": fails(DBAPIError("selct", {}, sqlite3.OperationalError('near "selct": syntax error'))),
    "what was decided in its place": lambda: decided(MemoryError()),
}


def found_in(fail: Callable[[], object]) -> tuple[Fault | None, Fault | None]:
    """The fault in what is raised, and in what Dagster would note of it as of a step."""
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - of whatever kind
        fail()
    error = raised.value
    noted = serializable_error_info_from_exc_info((type(error), error, error.__traceback__))
    noted = dg.deserialize_value(dg.serialize_value(noted))  # as it is kept
    event = SimpleNamespace(event_type=dg.DagsterEventType.STEP_FAILURE, step_failure_data=SimpleNamespace(error=noted))
    return fault_of(error), fault_in_events([event])  # type: ignore[list-item]


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_of_the_surroundings_is_named_without_what_it_was_about(what: str) -> None:
    fail, said = FAULTS[what]
    raised, noted = found_in(fail)
    assert raised is not None
    assert said in raised.sentence
    assert VALUE not in raised.sentence
    assert "secret" not in raised.sentence
    assert noted == raised


@pytest.mark.parametrize(("fail", "said"), [(locked, "the database was locked"), (full, "the disk is full")])
def test_what_sqlite_says_of_it(fail: Callable[[Path], None], said: str, tmp_path: Path) -> None:
    raised, noted = found_in(lambda: fail(tmp_path / "x.db"))
    assert raised == noted
    assert raised is not None
    assert said in raised.sentence


def test_what_postgresql_says_of_it(postgresql_url: str) -> None:
    engine, other = create_engine(postgresql_url), create_engine(postgresql_url)

    def cut_off() -> None:
        with engine.connect() as connection, other.connect() as another:
            process = connection.execute(text("select pg_backend_pid()")).scalar_one()
            another.execute(text("select pg_terminate_backend(:process, 10000)"), {"process": process})
            connection.execute(text("select 1"))

    lost = Fault("the connection to the database was lost")
    assert found_in(cut_off) == (lost, lost)
    for each in (engine, other):
        each.dispose()


@pytest.mark.parametrize("what", NONE)
def test_all_else_is_none(what: str) -> None:
    assert found_in(NONE[what]) == (None, None)


@pytest.mark.parametrize("what", FAULTS)
def test_what_another_return_need_not_meet(what: str) -> None:
    raised, _ = found_in(FAULTS[what][0])
    assert raised is not None
    assert raised.of_one is (what in {"no copy", "memory", "of which it came"})


def test_a_signal_has_its_exit_code_also_where_a_worker_process_tells_of_it() -> None:
    """Which hands it on as a copy is made."""
    assert copy(Stopped(15)).code == 128 + 15
