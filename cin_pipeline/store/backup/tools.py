"""PostgreSQL's own programs for a dump and the way back, which must be on the PATH."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url

_ERROR = re.compile(r"^pg_\w+: (?:error|fatal): (.{1,300})", re.MULTILINE)


class BackupFailed(RuntimeError):
    """A backup or the way back cannot be done; the message says why in a sentence, without a password."""


def dump(url: str, snapshot: str, file: Path) -> None:
    """Writes what a database holds in a snapshot that is open. Raises BackupFailed."""
    _run("pg_dump", ["--format=custom", "--exclude-table-data=leases", f"--snapshot={snapshot}", f"--file={file}"], url)


def restore_dump(url: str, file: Path) -> None:
    """Puts a dump into a database that lacks its tables: whole, or not at all. Raises BackupFailed.

    Owner of all is who does it; rights of other roles must be granted anew."""
    how = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run("pg_restore", [*how, str(file)], url)


def _run(program: str, arguments: Sequence[str], url: str) -> None:
    address, environment = _address(url)
    try:
        done = subprocess.run(  # noqa: S603 - nothing of it comes from elsewhere than the settings
            [program, *arguments, f"--dbname={address}"], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise BackupFailed(
            f"{program} is not on the PATH: install PostgreSQL's client, of the server's version or a later one"
        ) from None
    if done.returncode:
        said = _ERROR.search(done.stderr)  # one line: those after it may hold a row
        raise BackupFailed(f"{program} ended with {done.returncode}" + (f": {said[1]}" if said else ""))


def _address(url: str) -> tuple[str, dict[str, str]]:
    """The database as these programs name it, and an environment that holds its password: not for every process to
    see."""
    whole = make_url(url)
    query = dict(whole.query)
    password = query.pop("password", whole.password)  # of two, psycopg2 takes this one
    without = URL.create("postgresql", whole.username, None, whole.host, whole.port, whole.database, query)
    secret = {"PGPASSWORD": str(password)} if password else {}
    return without.render_as_string(), {**os.environ, **secret}
