"""Where things are kept and how work is run, from the environment.

Each setting is declared once, as a field of `Settings`. Reading it, writing it for another process, what is said of a
wrong value, and its row in docs/operations.md all come from that.
"""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

from cin_pipeline.census.hold_reasons import HOLD_REASONS
from cin_pipeline.census.text import MAX_BYTES
from cin_pipeline.settings.kinds import (
    ADDRESS,
    COUNT,
    DATABASE_URL,
    DUE_DATES,
    MAIL_SERVER,
    PATH,
    RULE_IDS,
    SETTING,
    SWITCH,
    TARGETS,
    YEARS,
    Setting,
    one_of,
    setting,
    some_of,
)
from cin_pipeline.settings.log import JSON, TEXT
from cin_pipeline.settings.places import PLACE, Place

# How alike a variable and a setting must be for one to be the other misspelt, 1 being the same. CIN_DATABASE_URL is
# (0.86); CIN_DATABASE_PORT (0.83), as Kubernetes sets it for a service called cin-database, is not.
_ALIKE = 0.85


@dataclass(frozen=True)
class Settings:
    """What a deployment may choose; each field says its variable, what it may be and what it means."""

    state: Path = setting(
        "CIN_STATE",
        PATH,
        "directory of everything that is kept",
        unset="`state` below the output, else below the current folder",
    )
    database: str = setting(
        "CIN_DATABASE",
        DATABASE_URL,
        "the registry, the measures and the estimates; `postgresql+psycopg2://` needs the extra `server`",
        in_state=lambda state: f"sqlite:///{state / 'cin.db'}",
        shown=False,  # may hold a password
    )
    dagster_home: Path = setting(
        "DAGSTER_HOME", PATH, "Dagster's own directory", in_state=lambda state: state / "dagster"
    )
    lease_seconds: int = setting(
        "CIN_LEASE_SECONDS",
        COUNT,
        "seconds without a sign of life after which a run on PostgreSQL counts as dead",
        default=60,
    )
    objects: Place | None = setting(
        "CIN_OBJECTS",
        PLACE,
        "where copies of returns, row tables, the user's files and releases are kept",
        default=None,
        unset="the state directory",
    )
    max_return_bytes: int = setting(
        "CIN_MAX_RETURN_BYTES", COUNT, "size, in bytes, above which a file is refused", default=MAX_BYTES
    )
    workers: int = setting(
        "CIN_WORKERS", COUNT, "processes of a command; bulk runs that a load is split into", default=2
    )
    executor: str = setting(
        "CIN_EXECUTOR",
        one_of("in_process", "multiprocess"),
        "how the steps of one run are executed",
        default="in_process",
    )
    rules_added: frozenset[str] = setting(
        "CIN_RULES_ADDED",
        RULE_IDS,
        "validation rules to run besides those of the year",
        default=frozenset(),
        unset="none",
    )
    rules_removed: frozenset[str] = setting(
        "CIN_RULES_REMOVED", RULE_IDS, "validation rules of the year to leave out", default=frozenset(), unset="none"
    )
    hold_off: frozenset[str] = setting(
        "CIN_HOLD_OFF",
        some_of(*(reason.name for reason in HOLD_REASONS)),
        "reasons for which no return is held for confirmation",
        default=frozenset(),
        unset="none",
    )
    inbox: Place | None = setting(
        "CIN_INBOX", PLACE, "where the landing sensor looks for returns", default=None, unset="none is watched"
    )
    years: frozenset[int] = setting(
        "CIN_YEARS",
        YEARS,
        "collection years taken from the inbox, each with the previous year; 2017 is 2016-17",
        default=frozenset(),
        unset="all",
    )
    sensors: bool = setting("CIN_SENSORS", SWITCH, "whether the sensors run unless switched in the UI", default=False)
    tick_seconds: int = setting(
        "CIN_TICK_SECONDS", COUNT, "seconds from one look of the sensors to the next", default=30
    )
    quiet_seconds: int = setting(
        "CIN_QUIET_SECONDS", COUNT, "seconds in which nothing changed before England is made again", default=300
    )
    log: str = setting(
        "CIN_LOG",
        one_of(TEXT, JSON),
        "`json`: a line of JSON on standard error for each thing that happens; `text`: what the commands print alone",
        default=TEXT,
    )
    due: frozenset[tuple[int, date]] = setting(
        "CIN_DUE",
        DUE_DATES,
        "until when the returns of a year are due: what is not there then is overdue",
        default=frozenset(),
        unset="none is overdue",
    )
    notices: frozenset[str] = setting(
        "CIN_NOTICES",
        TARGETS,
        "who is told of returns that were not taken, of failed runs and overdue returns",
        default=frozenset(),
        unset="nobody",
        shown=False,  # the address of a webhook may hold a key
    )
    smtp_url: str = setting(
        "CIN_SMTP_URL",
        MAIL_SERVER,
        "mail server for notices, with user and password where it asks for them",
        default="smtp://localhost",
        shown=False,  # may hold a password
    )
    mail_from: str = setting("CIN_MAIL_FROM", ADDRESS, "sender of notices", default="cin-pipeline@localhost")

    @property
    def kept_in(self) -> Place:
        """Where copies of returns, row tables, the user's files and releases are."""
        return self.objects or self.state

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str] = os.environ,
        *,
        state: Path | None = None,
        default_state: Path = Path("state"),
    ) -> Self:
        """Settings from environment variables; `state` wins over CIN_STATE, `default_state` stands in for it.

        An empty variable is as one that is not set. Raises ValueError naming the variable and what was expected; also
        for a variable that is no setting, but nearly called like one. `faults_in` has all of them."""
        if faults := faults_in(environ):
            raise ValueError(next(iter(faults.values())))
        chosen: dict[str, Any] = {
            field.name: declaration.read(text)
            for field, declaration in declared()
            if (text := environ.get(declaration.variable))
        }
        chosen["state"] = (state or chosen.get("state", default_state)).absolute()
        for field, declaration in declared():
            if declaration.in_state:
                chosen.setdefault(field.name, declaration.in_state(chosen["state"]))
        return cls(**chosen)

    def environment(self) -> dict[str, str]:
        """The variables that give these settings in another process."""
        return {
            declaration.variable: declaration.written(getattr(self, field.name)) for field, declaration in declared()
        }


def declared() -> list[tuple[Field[Any], Setting]]:
    """Every field of the settings with its declaration, in the order of the documentation."""
    return [(field, field.metadata[SETTING]) for field in fields(Settings)]


def faults_in(environ: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the settings of an environment: variable to sentence, the misspelt ones first."""
    faults = _misspelt(environ)
    for field, declaration in declared():
        if text := environ.get(declaration.variable):
            try:
                declaration.read(text, shown=field.repr)
            except ValueError as fault:
                faults[declaration.variable] = str(fault)
    return faults


def _misspelt(environ: Mapping[str, str]) -> dict[str, str]:
    # Else CIN_WORKER=3 would change nothing, and nobody would know. What resembles no setting is left alone: other
    # tools may start theirs with CIN_ too.
    variables = [declaration.variable for _, declaration in declared()]
    return {
        name: f"{name} is no setting; did you mean {meant}?"
        for name in sorted(environ)
        if name.startswith("CIN_") and name not in variables
        for meant in get_close_matches(name, variables, n=1, cutoff=_ALIKE)
    }
