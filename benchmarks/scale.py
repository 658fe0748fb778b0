"""What grows with what, for docs/scale.md: `python -m benchmarks.scale`.

run: CPU seconds, events and bytes of history of one LA's run. england: reading the measures of every LA, and adding
them up, for 152 LAs and ten times as many. inbox: one look into an inbox in which nothing is new. status: the questions
that every tick asks, with ten times the submissions."""

import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.methodology.national import sum_known
from cin_pipeline.orchestration.bulk import Load, load_returns
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.sensors import expected_returns
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.settings import Settings
from cin_pipeline.store.deliveries.directory import files_in
from cin_pipeline.store.landing import land
from cin_pipeline.store.store import Store
from cin_pipeline.synthetic import synthesise
from cin_pipeline_tests.support.small_las import YEAR, measures_of

Result = TypeVar("Result")
NOW = datetime(2017, 7, 31, tzinfo=UTC)
LAS = tuple(authorities(YEAR))


def measured(what: str, work: Callable[[], Result]) -> Result:
    """CPU seconds, then once more for what it takes of memory, which would slow the first."""
    start = time.process_time()
    result = work()
    seconds = time.process_time() - start
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"{what:<52}{seconds:8.2f} CPU s{most / 1e6:8.0f} MB")
    return result


def run(directory: Path) -> None:
    """Sixteen LAs, in one process."""
    settings = replace(Settings.from_environment({}, state=directory / "state"), workers=1, years=frozenset({YEAR}))
    las = LAS[:16]
    made = synthesise(YEAR, 0.1, 1, directory / "made", las)
    paths = [path for path in made if path.stem.endswith(str(YEAR))]
    store = Store(settings)
    with open_instance(settings):
        pass
    landed = land(
        paths, expected_returns(store, settings), store.registry, store.returns,
        folder=directory / "made", received=NOW, max_bytes=settings.max_return_bytes, on_file=lambda: None,
    )  # fmt: skip
    start = time.process_time()
    with store.liveness.alive("benchmark"):
        done = [outcome.accepted for outcome in load_returns(landed, settings, Load("benchmark"))]
    seconds = time.process_time() - start
    assert all(done)
    history = settings.dagster_home / "history"
    with open_instance(settings) as instance:
        runs = instance.get_runs()
        events = [len(instance.all_logs(each.run_id)) for each in runs]
    size = sum(path.stat().st_size for path in files_in(history))
    kept = sum(path.stat().st_size for path in files_in(settings.state / "tables"))
    sent = sum(path.stat().st_size for path in paths)
    print(
        f"one LA of {sent / len(paths) / 1e6:.1f} MB: {seconds / len(las):.2f} CPU s; {np.mean(events):.0f} events, "
        f"{size / len(runs) / 1e3:.0f} KB of history a run; row tables {kept / sent:.2f} times the bytes sent"
    )
    store.close()


def england(directory: Path, times: int) -> None:
    """The same 152 LAs over and over, under codes of their own."""
    store = Store(Settings.from_environment({}, state=directory / "state"))
    rng, expected = np.random.default_rng(1), []
    some = [measures_of(la_code, rng, 300) for la_code in LAS]
    for copy in range(times):
        for la_code, measures in zip(LAS, some, strict=True):
            code = la_code if copy == 0 else f"{copy}-{la_code}"
            landed = store.registry.land(
                year=YEAR, la_code=code, file_name="made up", sha256=code, size=1, received=NOW
            )
            store.figures.write_la_measures(measures.assign(la_code=code), landed.submission)
            store.registry.accept(landed.submission)
            expected.append(code)
    many = f"{len(expected):,} LAs"
    read, _ = measured(f"England, {many}: reading measures", lambda: store.figures.la_measures_with_inputs(YEAR))
    measured(f"England, {many}: adding up", lambda: sum_known(read, YEAR))
    people = dict.fromkeys(LAS, 50_000)
    real = read[read["la_code"].isin(LAS)]
    if times == 1:
        measured(f"England, {many}: estimates", lambda: estimate_england(real, LAS, people, YEAR))
    measured(f"status, {many}: current returns", lambda: store.registry.all_current(YEAR))
    measured(f"status, {many}: what waits", store.registry.waiting)
    measured(f"status, {many}: recounts", lambda: store.figures.recounts(store.inputs.predecessors))
    store.close()
    print(f"the database: {(directory / 'state' / 'cin.db').stat().st_size / 1e6:.0f} MB")


def inbox(directory: Path, files: int) -> None:
    """Notes: they are looked at once, and remembered as every file is."""
    settings = replace(Settings.from_environment({}, state=directory / "state"), inbox=directory / "inbox")
    folder = directory / "inbox"
    folder.mkdir(parents=True)
    for number in range(files):
        (folder / f"{number}.txt").write_text("a note")
    store = Store(settings)
    watched, expected = store.inbox(), expected_returns(store, settings)
    assert watched is not None

    def look() -> object:
        return watched.scan(expected, datetime.now(UTC), settle_seconds=0, max_bytes=1_000_000)

    look()
    measured(f"inbox, {files:,} files: a look that finds nothing new", look)
    store.close()


def main(what: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        if what == "run":
            run(directory)
        elif what == "england":
            for times in (1, 10):
                england(directory / str(times), times)
        else:
            for files in (1_700, 17_000):
                inbox(directory / str(files), files)


if __name__ == "__main__":
    for scenario in sys.argv[1:] or ("run", "england", "inbox"):
        main(scenario)
