"""How a file ends: by `validate` in a process of its own with what it costs, or here with what it allocates."""

import csv
import io
import multiprocessing
import resource
import tracemalloc
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import typer

from cin_pipeline.census.cleaning import CleanedReturn, clean_return
from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.reading import read_return
from cin_pipeline.cli import app
from cin_pipeline.validation.files import whose

MB = 1024 * 1024
MOST_SECONDS, MOST_MEMORY = 240, 8_000 * MB  # where a file is given up


@dataclass(frozen=True)
class End:
    """How `validate` ended on a file: exit code (None: a crash, or given up), what it said, and what it cost."""

    code: int | None
    said: str  # the reason, or the messages of the issues
    seconds: float  # of CPU
    memory: float  # MB that the process had at most


def validated(file: Path) -> End:
    """`validate` on a file, in this process."""
    before = process_time()
    said, code = io.StringIO(), None
    with TemporaryDirectory() as folder, redirect_stdout(said), redirect_stderr(said):
        try:
            code = app(["validate", str(file), "--output", folder], standalone_mode=False)
        except typer.Exit as end:
            code = end.exit_code
        except SystemExit as end:
            code = int(end.code or 0)
        except Exception as crash:  # noqa: BLE001 - any crash is a verdict
            return End(None, f"{type(crash).__name__}: {crash}"[:200], process_time() - before, _most_memory())
        spent, most = process_time() - before, _most_memory()
        reason = " ".join(said.getvalue().split())
        with (Path(folder) / "issues.csv").open(encoding="utf-8", newline="") as issues:
            messages = list(dict.fromkeys(row["message"] for row in csv.DictReader(issues)))
    return End(code, reason if code == 4 else " | ".join(messages), spent, most)


def _most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(work: Callable[..., Any], *about: object) -> Any:
    """What a function gives in a forked process of its own; None where that was ended or gave nothing."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        sender.send(work(*about))

    process = context.Process(target=limited)
    process.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        return None
    finally:
        process.join()


@dataclass(frozen=True)
class Read:
    """What reading and cleaning a file came to in this process, None where it was refused, and what that allocated."""

    cleaned: CleanedReturn | None
    year: int
    peak: int  # bytes of Python's at most


def read_traced(data: bytes) -> Read:
    """Header, reading and cleaning of a file, with the allocations counted."""
    cleaned, year = None, 0
    tracemalloc.start()
    try:
        year = whose(data).year
        cleaned = clean_return(read_return(data, year).tables, year)
    except ReturnRejected:
        cleaned = None
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return Read(cleaned, year, peak)
