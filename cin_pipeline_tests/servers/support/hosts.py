"""Hosts of one deployment: each with a directory of its own, and nothing shared but database, bucket and broker."""

import signal
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
from cin_pipeline_tests.servers.support.broker import Broker
from cin_pipeline_tests.servers.support.bucket import BucketServer
from cin_pipeline_tests.servers.support.postgresql import PostgreSQL
from cin_pipeline_tests.servers.support.processes import Process

ROOT = Path(__file__).parents[3]
CONFIGURATION = ROOT / "deploy" / "dagster" / "dagster-celery.yaml"
LEASE_SECONDS = 10  # so that the dead are known soon
# A task that was handed to a worker in the moment of its death begins nowhere; this long it is waited for.
_START_TIMEOUT = "start_timeout_seconds: 180"


class Servers:
    """PostgreSQL, an S3 store and Redis, for as long as a module of tests."""

    def __init__(self, directory: Path) -> None:
        self.database, self.buckets, self.broker = PostgreSQL(directory), BucketServer(directory), Broker(directory)

    @contextmanager
    def running(self) -> Iterator["Servers"]:
        for each in (self.database, self.buckets, self.broker):
            each.start()
        try:
            yield self
        finally:
            for each in (self.broker, self.buckets, self.database):
                each.stop()


class Deployment:
    """One deployment over the servers: a new database, a new bucket, and hosts by name."""

    def __init__(self, directory: Path, servers: Servers, bucket: str, more: Mapping[str, str]) -> None:
        place = servers.buckets.make(bucket)
        self.inbox = f"{place}/inbox"
        self._directory = directory
        self._environment = {
            "CIN_DATABASE": servers.database.database(),
            "CIN_OBJECTS": f"{place}/state",
            "CIN_INBOX": self.inbox,
            "CELERY_BROKER_URL": servers.broker.url,
            "CELERY_RESULT_BACKEND": servers.broker.url,
            "CIN_LEASE_SECONDS": str(LEASE_SECONDS),
            "CIN_SENSORS": "on",
            "CIN_TICK_SECONDS": "2",
            "PYTHONWARNINGS": "ignore",
            **servers.buckets.environment,
            **more,
        }

    def environment(self, host: str) -> dict[str, str]:
        """Of a host, with its own copy of Dagster's configuration."""
        home = self._directory / host / "dagster"
        home.mkdir(parents=True, exist_ok=True)
        text = CONFIGURATION.read_text(encoding="utf-8")
        assert _START_TIMEOUT in text
        (home / "dagster.yaml").write_text(text.replace(_START_TIMEOUT, "start_timeout_seconds: 60"), encoding="utf-8")
        own = {"CIN_STATE": str(self._directory / host / "state"), "DAGSTER_HOME": str(home)}
        return {**self._environment, **own}

    def daemon(self, host: str) -> Process:
        """Daemon and code server."""
        command = [sys.executable, "-m", "dagster._daemon", "run", "-w", ROOT / "workspace.yaml"]
        return Process(command, self._log(host, "daemon"), self.environment(host))

    def worker(self, host: str, queues: str) -> Process:
        """A Celery worker with a process for bulk runs and one for others."""
        command = [
            sys.executable, "-m", "celery", "-A", "dagster_celery.app", "worker", "-Q", queues, "-c", "2",
            "-n", f"{host}-{queues.replace(',', '-')}@%h", "--prefetch-multiplier=1", "--without-gossip",
            "--without-mingle",
        ]  # fmt: skip
        return Process(command, self._log(host, "worker"), {**self.environment(host), "CIN_SENSORS": "off"})

    def command(self, host: str, *arguments: str) -> Process:
        """`cin-pipeline` on a host."""
        return Process(
            [Path(sys.executable).with_name("cin-pipeline"), *arguments], self._log(host, "cli"), self.environment(host)
        )

    def settings(self) -> Settings:
        return Settings.from_environment(self.environment("looking"))

    def store(self) -> Store:
        return Store(self.settings())

    def _log(self, host: str, what: str) -> Path:
        (self._directory / host).mkdir(parents=True, exist_ok=True)
        return self._directory / host / f"{what}.log"


def states(store: Store) -> dict[str, int]:
    """How many submissions are in each state, and how many files were refused."""
    registry = store.registry
    refused = {file.number for file in registry.refused_files()}
    numbers = [number for number in range(1, registry.last_number() + 1) if number not in refused]
    return {**Counter(str(registry.get(number).state) for number in numbers), "refused": len(refused)}


def endings(store: Store) -> Counter[int]:
    """How often each submission was accepted or rejected."""
    return Counter(
        number
        for number in range(1, store.registry.last_number() + 1)
        for event in store.registry.events(number)
        if event.to_state in ("accepted", "rejected")
    )


TERMINATE, KILL = signal.SIGTERM, signal.SIGKILL
