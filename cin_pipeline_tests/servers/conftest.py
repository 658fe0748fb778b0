"""The servers that a module's tests share."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cin_pipeline_tests.servers.support.bucket import BucketServer
from cin_pipeline_tests.servers.support.hosts import Servers


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """PostgreSQL, an S3 store and Redis."""
    # Not below pytest's folder, which every session that starts closes to other users, such as PostgreSQL's.
    with TemporaryDirectory(prefix="servers-") as directory, Servers(Path(directory)).running() as running:
        yield running


@pytest.fixture(scope="session")
def bucket_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketServer]:
    """An S3 store for tests that need no other server; its bucket `cin` is there."""
    server = BucketServer(tmp_path_factory.mktemp("bucket"))
    server.start()
    try:
        server.make("cin")
        yield server
    finally:
        server.stop()


@pytest.fixture
def bucket_keys(bucket_server: BucketServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address and keys are in the environment."""
    for name, value in bucket_server.environment.items():
        monkeypatch.setenv(name, value)
