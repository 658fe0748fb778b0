"""The living pipeline under load, with a real daemon: `python -m benchmarks.living [bulk|daemon|worker|again|idle]`.

bulk: 152 files at once; wall and CPU seconds of all processes, and of the data work alone. daemon, worker: of 40 files
the daemon with all it started, or one bulk run, is killed in the middle. again: of 60 files, the last of a bulk run is
sent again when it has begun; seconds until that is current. idle: one tick over 1,700 unchanged files."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import dagster as dg

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.return_tables import cleaned_schemas
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.episodes import flag_episodes
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.measures import la_measures
from cin_pipeline.orchestration.build import build_definitions
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.synthetic import synthesise
from cin_pipeline.validation import RuleInput
from cin_pipeline.validation import check as check_rules
from cin_pipeline_tests.support.daemon import Daemon
from cin_pipeline_tests.support.kept import tables_in

YEAR, SCALE = 2017, 0.02
TICKS = os.sysconf("SC_CLK_TCK")


class Processes:
    """CPU seconds of every process of a session, those that have ended too. Looked at twice a second."""

    def __init__(self) -> None:
        self.seconds: dict[int, float] = {}
        self.kinds: dict[int, str] = {}

    def look(self) -> None:
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue
            if int(fields[3]) in self.sessions:
                process = int(stat.parent.name)
                self.seconds[process] = (int(fields[11]) + int(fields[12])) / TICKS
                if process not in self.kinds:
                    self.kinds[process] = _kind((stat.parent / "cmdline").read_bytes())

    def by_kind(self) -> dict[str, int]:
        total = dict.fromkeys(self.kinds.values(), 0.0)
        for process, seconds in self.seconds.items():
            total[self.kinds[process]] += seconds
        return {kind: round(seconds) for kind, seconds in total.items()}

    @contextmanager
    def watched(self, *sessions: int) -> Iterator[None]:
        self.sessions, end = set(sessions), Event()

        def watch() -> None:
            while not end.wait(0.5):
                self.look()

        thread = Thread(target=watch)
        thread.start()
        yield
        self.look()
        end.set()
        thread.join()


def _kind(command: bytes) -> str:
    named = {b"dagster._daemon": "daemon", b"spawn_main": "runs and workers", b"grpc": "code server"}
    return next((kind for part, kind in named.items() if part in command), "other")


def dropped(daemon: Daemon, directory: Path, most: int) -> list[Path]:
    las = list(authorities(YEAR))[:most]
    made = [path for path in synthesise(YEAR, SCALE, 1, directory / "made", las) if path.stem.endswith(str(YEAR))]
    for path in made:
        daemon.put(path.name, path.read_bytes())
    return made


def data_work(paths: list[Path], directory: Path) -> float:
    """CPU seconds of reading, checking, counting and writing the same files, without any bookkeeping."""
    year, stored, start = CollectionYear(YEAR), tables_in(directory / "stored"), time.process_time()
    for path in paths:
        sent = read_return(path.read_bytes(), YEAR)
        cleaned = clean_return(sent.tables, YEAR)
        tables = dict(cleaned.tables.items())
        for name, schema in cleaned_schemas(YEAR).items():
            schema.validate(tables[name], lazy=True)
        stored.write(f"{path.stem}/raw", dict(sent.tables.items()))
        stored.write(f"{path.stem}/cleaned", tables)
        check_rules(RuleInput(sent, cleaned, YEAR))
        la_measures(ReturnFacts(year, flag_episodes(cleaned.tables, year), cleaned.tables, None), path.stem[:3])
    return time.process_time() - start


def said(daemon: Daemon, wall: float) -> None:
    ended = daemon.acceptances()
    once = set(ended.values()) == {1} and len(ended) == len(daemon.submissions())
    runs = {job: len(daemon.runs(job)) for job in ("bulk_load", "la_return", "england")}
    print(f"{wall:.0f} s wall; {daemon.states()}; every file ended exactly once: {once}; runs: {runs}")


def bulk(directory: Path, kill: str = "") -> None:
    daemon = Daemon(directory, tick=5, quiet=3600)
    paths = dropped(daemon, directory, 40 if kill else 152)
    processes, start = Processes(), time.monotonic()
    daemon.start()
    try:
        with processes.watched(daemon.process_id):
            if kill:
                daemon.wait("the middle", lambda: daemon.states().get("accepted", 0) >= 12, 600)
                if kill == "daemon":
                    daemon.kill()
                    print(f"killed with {daemon.states()}")
                    daemon.start()
                else:
                    os.kill(_a_worker(daemon.process_id), signal.SIGKILL)
                    print(f"a bulk run killed with {daemon.states()}")
            daemon.wait("the end", lambda: daemon.ended(len(paths)), 900)
    finally:
        daemon.stop()
    said(daemon, time.monotonic() - start)
    if not kill:
        work = data_work(paths, directory)
        total = sum(processes.seconds.values())
        print(
            f"{total:.0f} CPU s in all, {work:.0f} the data work alone: {total - work:.0f} beyond it",
            processes.by_kind(),
        )


def _a_worker(session: int) -> int:
    """The process of a bulk run: the code server started it."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = stat.read_text().rsplit(")", 1)[1].split()
        command = (stat.parent / "cmdline").read_bytes()
        parent = Path(f"/proc/{fields[1]}/cmdline")
        if int(fields[3]) == session and b"spawn_main" in command and b"grpc" in parent.read_bytes():
            return int(stat.parent.name)
    raise ProcessLookupError("there is no bulk run")


def again(directory: Path) -> None:
    daemon = Daemon(directory, tick=5, quiet=3600)
    paths = dropped(daemon, directory, 60)
    start = time.monotonic()
    daemon.start()
    try:
        daemon.wait("the load", lambda: daemon.states().get("accepted", 0) >= 2, 600)
        config = daemon.runs("bulk_load")[0].run_config["ops"]["load_many_returns"]["config"]
        last = daemon.state.registry.get(config["submissions"][-1])
        daemon.put(f"again {last.file_name}", (paths[0].parent / last.file_name).read_bytes() + b"\n")
        sent, registry = time.monotonic(), daemon.state.registry
        daemon.wait(
            "it is current",
            lambda: (current := registry.current(*last.partition)) and current.submission > last.submission,
            600,
        )
        waited, states = time.monotonic() - sent, daemon.states()
        daemon.wait("the end", lambda: daemon.ended(len(paths) + 1), 900)
    finally:
        daemon.stop()
    print(f"{waited:.0f} s from landing to current, with {states}; the load went on {time.monotonic() - sent:.0f} s")
    said(daemon, time.monotonic() - start)


def idle(directory: Path) -> None:
    daemon = Daemon(directory, tick=30)
    for number in range(1700):
        daemon.put(f"{number}.xml", b"<Message>%d</Message>" % number)
    sensor = build_definitions(daemon.settings).get_repository_def().get_sensor_def("landing")
    with open_instance(daemon.settings) as instance:
        for what in ("first", "second", "third"):
            start = time.process_time()
            with dg.build_sensor_context(instance=instance) as context:
                tick = sensor.evaluate_tick(context)
            print(f"{what} tick: {time.process_time() - start:.2f} CPU s, {len(tick.run_requests)} runs asked for")
    daemon.stop()


def main(what: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        if what in ("idle", "again"):
            {"idle": idle, "again": again}[what](Path(directory))
        else:
            bulk(Path(directory), "" if what == "bulk" else what)


if __name__ == "__main__":
    for scenario in sys.argv[1:] or ("bulk", "daemon", "worker", "again", "idle"):
        print(f"-- {scenario}")
        main(scenario)
