"""What Dagster's history in PostgreSQL costs, stock and pooled: `python -m benchmarks.postgres [LAs]`.

Synthetic returns of so many LAs (40) through `run` on a real server, whose connections are counted in its log: a run
for each LA and one for England. Its CPU seconds are those of all its processes, ours those of the two workers and
what started them."""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from cin_pipeline.orchestration.folder_run import Folder, run_folder
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.settings import Settings
from cin_pipeline.store.postgresql import close_pools
from cin_pipeline.store.store import Store
from cin_pipeline.synthetic import synthesise
from cin_pipeline_tests.servers.support.postgresql import PostgreSQL

YEAR, SCALE = 2017, 0.02
STOCK = "telemetry: {enabled: false}\nstorage: {postgres: {postgres_url: {env: CIN_DATABASE}}}\n"


def own_seconds() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def silent(_what: str, _steps: int) -> Callable[[], None]:
    return lambda: None


def measured(server: PostgreSQL, landing: Path, directory: Path, las: list[str], *, stock: bool) -> None:
    expected = directory / "expected.csv"
    expected.parent.mkdir()
    expected.write_text("\n".join(["la_code", *las, ""]))
    settings = Settings.from_environment({"CIN_DATABASE": server.database()}, state=directory / "state")
    if stock:
        settings.dagster_home.mkdir(parents=True)
        (settings.dagster_home / "dagster.yaml").write_text(STOCK)
    with open_instance(settings), closing(Store(settings)) as store:
        _ = store.engine  # tables are made once, and are no part of a run
    before = server.cpu_seconds(), own_seconds(), server.sessions(), time.monotonic()
    report = run_folder(
        Folder(landing, YEAR, directory / "output", (), expected=expected), settings, datetime.now(UTC), silent
    )
    after = server.cpu_seconds(), own_seconds(), server.sessions(), time.monotonic()
    assert len(report.landed) == len(las)
    with open_instance(settings) as instance:
        runs = len(instance.get_runs())
        events = sum(len(instance.all_logs(run.run_id)) for run in instance.get_runs())
    close_pools()
    of_server, ours, opened, wall = (late - early for late, early in zip(after, before, strict=True))
    print(
        f"{'stock' if stock else 'pooled':8}{runs:4} runs{events:7,} events{opened:8,.0f} connections opened"
        f"{of_server / len(las):8.2f} CPU s of the server an LA{ours / len(las):7.2f} of ours{wall:7.0f} s in all"
    )


def main(most: int) -> None:
    las = sorted(authorities(YEAR))[:most]
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        landing = directory / "landing"
        for path in list(synthesise(YEAR, SCALE, 1, landing, las)):
            if not path.stem.endswith(str(YEAR)):
                path.unlink()
        server = PostgreSQL(directory / "server")
        server.start()
        try:
            for stock in (True, False):
                measured(server, landing, directory / ("stock" if stock else "pooled"), las, stock=stock)
        finally:
            server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
