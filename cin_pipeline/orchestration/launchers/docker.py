"""Runs as containers of Docker."""

from dagster_docker import DockerRunLauncher

from cin_pipeline.orchestration.launchers.liveness import HeartbeatsDecide


class DockerLauncher(HeartbeatsDecide, DockerRunLauncher):
    """Each run is a container."""
