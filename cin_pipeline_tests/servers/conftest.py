"""The servers that a module's tests share."""

from collections.abc import Iterator

import pytest

from cin_pipeline_tests.servers.support.hosts import Servers


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """PostgreSQL, an S3 store and Redis."""
    with Servers(tmp_path_factory.mktemp("servers")).running() as running:
        yield running
