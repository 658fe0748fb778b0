"""A real Redis on a port of this machine, as the broker of Celery."""

from pathlib import Path

from cin_pipeline_tests.servers.support.processes import Process, answers, wait_for
from cin_pipeline_tests.support.webserver import free_port


class Broker:
    """The server; it keeps nothing on the disk."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", directory]
        self._process = Process(command, directory / "redis.log")

    def start(self) -> None:
        self._process.start()
        wait_for("the broker", lambda: answers(self.port), 30, self._process.log)

    def stop(self) -> None:
        self._process.stop()
