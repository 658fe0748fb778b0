"""Two workers that share nothing but database, bucket and broker: what they make is what one machine makes, whatever
befalls them."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from sqlalchemy.exc import DBAPIError

from cin_pipeline.outputs.run_files import write_england, write_measures
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.settings.places import PLACE
from cin_pipeline.store.places import objects_in
from cin_pipeline.store.store import Store
from cin_pipeline.synthetic import synthesise
from cin_pipeline_tests.servers.support.hosts import Deployment, Servers, endings, states
from cin_pipeline_tests.servers.support.processes import Process, wait_for

YEAR, SCALE = 2017, 0.02
LAS = tuple(authorities(YEAR))
AWAY_SECONDS = 60  # of the bucket
GRACE_SECONDS = 10  # from SIGTERM to SIGKILL, as a container is given
QUEUES = "bulk,dagster"
NO_RETURN = b"This is no return."


@dataclass
class Season:
    """A deployment with a daemon on one host and a worker on two others, and the same returns in a folder."""

    deployment: Deployment
    folder: Path
    store: Store
    daemon: Process
    workers: dict[str, Process] = field(default_factory=dict)

    def land(self, name: str, data: bytes) -> None:
        """Puts a file into the inbox."""
        assert objects_in(PLACE.value(self.deployment.inbox)).put_new(name, data)

    def accepted(self) -> int:
        """How many are by now; none while the database is away."""
        try:
            return states(self.store).get("accepted", 0)
        except DBAPIError:
            return 0

    def wait(self, what: str, count: int, seconds: float = 900) -> None:
        wait_for(what, lambda: self.accepted() >= count, seconds, self.daemon.log)

    def wait_for_all(self, submissions: int, refused: int) -> None:
        """Until each is accepted, or rejected for its own faults."""

        def ended() -> bool:
            try:
                waiting, there = self.store.registry.waiting(), self.store.registry.last_number()
            except DBAPIError:
                return False
            return there == submissions + refused and not waiting

        wait_for("the end", ended, 900, self.daemon.log)

    def wait_for_england(self) -> None:
        """Until England is made from what is current."""

        def current() -> bool:
            return self.store.figures.manifest("estimates", YEAR) == self.store.figures.current_inputs(YEAR)

        wait_for("England", current, 300, self.daemon.log)

    def figures(self, directory: Path) -> list[bytes]:
        return figures_of(self.store, directory)


def figures_of(store: Store, directory: Path) -> list[bytes]:
    """The measures and the estimates of a year as they are written."""
    directory.mkdir(exist_ok=True)
    write_measures(store.figures.current_la_measures(YEAR), directory / "measures.csv")
    write_england(store.figures.estimates(YEAR), directory / "england.csv")
    return [(directory / name).read_bytes() for name in ("measures.csv", "england.csv")]


@contextmanager
def season(servers: Servers, directory: Path, bucket: str, las: tuple[str, ...]) -> Iterator[Season]:
    """Nothing of it has been started."""
    folder, expected = directory / "returns", directory / "expected.csv"
    made = synthesise(YEAR, SCALE, 1, directory / "made", las)
    folder.mkdir()
    for path in made:
        if path.stem.endswith(str(YEAR)):
            path.rename(folder / path.name)
    expected.write_text("\n".join(("la_code", *las, "")))
    more = {"CIN_YEARS": str(YEAR), "CIN_WORKERS": "2", "CIN_QUIET_SECONDS": "5"}
    deployment = Deployment(directory, servers, bucket, more)
    upgrade = deployment.command("control", "upgrade")
    upgrade.start()
    assert upgrade.wait(120) == 0, upgrade.log.read_text()
    with closing(deployment.store()) as store:
        store.inputs.keep(YEAR, expected=expected, people=None, unusable=None)
        workers = {host: deployment.worker(host, QUEUES) for host in ("a", "b")}
        made = Season(deployment, folder, store, deployment.daemon("control"), workers)
        try:
            yield made
        finally:
            for process in (made.daemon, *made.workers.values()):
                process.kill()


@pytest.fixture(autouse=True)
def _addresses(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that this process may look into the bucket as well."""
    for name, value in servers.buckets.environment.items():
        monkeypatch.setenv(name, value)


def embedded(season: Season, directory: Path) -> tuple[list[bytes], float]:
    """The figures of the same folder by one command on this machine, and its CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = Process(
        [
            Path(sys.executable).with_name("cin-pipeline"), "run", "--landing", season.folder, "--year", str(YEAR),
            "--output", directory, "--expected", season.folder.parent / "expected.csv",
        ],
        directory.with_suffix(".log"),
    )  # fmt: skip
    command.start()
    assert command.wait(600) in (0, 1), command.log.read_text()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [(directory / name).read_bytes() for name in ("measures.csv", "england.csv")], seconds


def test_whatever_befalls_two_workers_every_return_ends_once(servers: Servers, tmp_path: Path) -> None:
    las = LAS[:41]
    with season(servers, tmp_path, "faults", las) as ours:
        cut = ours.folder / f"{las[-1]}_{YEAR}.xml"
        cut.write_bytes(cut.read_bytes()[:3000])
        (ours.folder / "what.xml").write_bytes(NO_RETURN)
        for path in ours.folder.iterdir():
            ours.land(path.name, path.read_bytes())
        for process in (ours.daemon, *ours.workers.values()):
            process.start()

        ours.wait("a first few", 4)
        ours.workers["a"].kill()
        ours.workers["a"].start()

        ours.wait("some more", 10)
        ours.workers["b"].stop(GRACE_SECONDS)
        ours.workers["b"].start()

        ours.wait("nearly half", 16)
        servers.database.restart()

        ours.wait("more than half", 24)
        servers.buckets.pause()
        until = time.monotonic() + AWAY_SECONDS
        wait_for("the bucket's time", lambda: time.monotonic() > until, AWAY_SECONDS + 10)
        servers.buckets.go_on()

        ours.wait_for_all(submissions=41, refused=1)
        assert states(ours.store) == {"accepted": 40, "rejected": 1, "refused": 1}
        assert set(endings(ours.store).values()) == {1}
        ours.wait_for_england()
        theirs, _ = embedded(ours, tmp_path / "embedded")
        assert ours.figures(tmp_path / "ours") == theirs


def test_a_season_on_two_workers_beside_the_same_on_one_machine(
    servers: Servers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """152 LAs; one sends again when the first few are done."""
    with season(servers, tmp_path, "season", LAS) as ours:
        sessions, server = servers.database.sessions(), servers.database.cpu_seconds()
        for path in ours.folder.iterdir():
            ours.land(path.name, path.read_bytes())
        began = time.monotonic()
        for process in (ours.daemon, *ours.workers.values()):
            process.start()
        ours.wait("a first few", 8)
        again, resent = _sent_again(ours), time.monotonic()
        wait_for("its figures", lambda: ours.store.registry.current(YEAR, again).file_name == "again.xml", 600)
        fresh, left = time.monotonic() - resent, len(ours.store.registry.waiting())
        ours.wait_for_all(submissions=len(LAS) + 1, refused=0)
        wall = time.monotonic() - began
        ours.wait_for_england()
        client = sum(map(cpu_seconds, (ours.daemon, *ours.workers.values())))
        server = servers.database.cpu_seconds() - server
        sessions = servers.database.sessions() - sessions
        theirs, alone = embedded(ours, tmp_path / "embedded")
        assert ours.figures(tmp_path / "ours") == theirs
        with capsys.disabled():
            print(
                f"\n{len(LAS)} LAs, two workers: {wall:.0f} s; CPU s an LA: {client / len(LAS):.2f} of ours, "
                f"{server / len(LAS):.2f} of the database server; {sessions} sessions; by `run` on one machine: "
                f"{alone / len(LAS):.2f}; sent again: current after {fresh:.0f} s, when {left} others still waited"
            )
        assert sessions < 100


def _sent_again(ours: Season) -> str:
    """One of those that are done sends the same with a line more."""
    again = ours.store.registry.all_current(YEAR)[0].la_code
    path = ours.folder / f"{again}_{YEAR}.xml"
    path.write_bytes(path.read_bytes() + b"\n")
    ours.land("again.xml", path.read_bytes())
    return again


def cpu_seconds(process: Process) -> float:
    """Of a process and of all it started, those that have ended too."""
    first = psutil.Process(process.process_id)
    times = [each.cpu_times() for each in (first, *first.children(recursive=True))]
    return sum(each.user + each.system + each.children_user + each.children_system for each in times)
