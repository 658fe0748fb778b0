"""Where things are kept and how work is run, from the environment."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cin_pipeline.census.text import MAX_BYTES
from cin_pipeline.census.years import FIRST_YEAR, LAST_YEAR


@dataclass(frozen=True)
class Settings:
    """What a deployment may choose. Every variable starts with CIN_, and DAGSTER_HOME is Dagster's own.

    state: directory of everything that is kept (CIN_STATE). database: SQLAlchemy URL of the registry, the measures and
    the estimates (CIN_DATABASE; SQLite in the state directory by default). dagster_home: Dagster's event log
    (DAGSTER_HOME; in the state directory by default). max_return_bytes: a larger file is refused
    (CIN_MAX_RETURN_BYTES). workers: processes of the bulk lane (CIN_WORKERS). executor: `in_process` or `multiprocess`,
    how the steps of one run are executed (CIN_EXECUTOR). rules_added, rules_removed: validation rules to run besides
    those of a year, and to leave out (CIN_RULES_ADDED, CIN_RULES_REMOVED; ids with commas between). inbox: directory
    that the landing sensor watches (CIN_INBOX). years: the collection years whose returns are taken from it, each with
    the year before; none means all (CIN_YEARS; 2017 is 2016-17). sensors: whether the sensors run unless switched off in the UI
    (CIN_SENSORS; `on` or `off`). tick_seconds: how often they look (CIN_TICK_SECONDS). quiet_seconds: how long nothing
    may have changed before England is made again (CIN_QUIET_SECONDS)."""

    state: Path
    database: str = field(repr=False)  # may hold a password
    dagster_home: Path
    max_return_bytes: int = MAX_BYTES
    workers: int = 2
    executor: str = "in_process"
    rules_added: frozenset[str] = frozenset()
    rules_removed: frozenset[str] = frozenset()
    inbox: Path | None = None
    years: frozenset[int] = frozenset()
    sensors: bool = False
    tick_seconds: int = 30
    quiet_seconds: int = 300

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str] = os.environ,
        *,
        state: Path | None = None,
        default_state: Path = Path("state"),
    ) -> Self:
        """Settings from environment variables; `state` wins over CIN_STATE, `default_state` stands in for it.

        Raises ValueError naming the variable and what was expected."""
        state = (state or Path(environ.get("CIN_STATE") or default_state)).absolute()
        return cls(
            state=state,
            database=environ.get("CIN_DATABASE") or f"sqlite:///{state / 'cin.db'}",
            dagster_home=Path(environ.get("DAGSTER_HOME") or state / "dagster").absolute(),
            max_return_bytes=_positive(environ, "CIN_MAX_RETURN_BYTES", MAX_BYTES),
            workers=_positive(environ, "CIN_WORKERS", 2),
            executor=_one_of(environ, "CIN_EXECUTOR", ("in_process", "multiprocess")),
            rules_added=_ids(environ, "CIN_RULES_ADDED"),
            rules_removed=_ids(environ, "CIN_RULES_REMOVED"),
            inbox=Path(inbox).absolute() if (inbox := environ.get("CIN_INBOX")) else None,
            years=frozenset(_years(environ, "CIN_YEARS")),
            sensors=_one_of(environ, "CIN_SENSORS", ("off", "on")) == "on",
            tick_seconds=_positive(environ, "CIN_TICK_SECONDS", cls.tick_seconds),
            quiet_seconds=_positive(environ, "CIN_QUIET_SECONDS", cls.quiet_seconds),
        )

    def environment(self) -> dict[str, str]:
        """The variables that give these settings in another process."""
        return {
            "CIN_STATE": str(self.state),
            "CIN_DATABASE": self.database,
            "DAGSTER_HOME": str(self.dagster_home),
            "CIN_MAX_RETURN_BYTES": str(self.max_return_bytes),
            "CIN_WORKERS": str(self.workers),
            "CIN_EXECUTOR": self.executor,
            "CIN_RULES_ADDED": ",".join(sorted(self.rules_added)),
            "CIN_RULES_REMOVED": ",".join(sorted(self.rules_removed)),
            "CIN_INBOX": str(self.inbox or ""),
            "CIN_YEARS": ",".join(map(str, sorted(self.years))),
            "CIN_SENSORS": "on" if self.sensors else "off",
            "CIN_TICK_SECONDS": str(self.tick_seconds),
            "CIN_QUIET_SECONDS": str(self.quiet_seconds),
        }


def _positive(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError(f"{name} is {text!r}; a whole number above 0 was expected")
    return int(text)


def _one_of(environ: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    text = environ.get(name, allowed[0])
    if text not in allowed:
        raise ValueError(f"{name} is {text!r}; one of {', '.join(allowed)} was expected")
    return text


def _ids(environ: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(filter(None, (text.strip() for text in environ.get(name, "").split(","))))


def _years(environ: Mapping[str, str], name: str) -> Iterator[int]:
    for text in sorted(_ids(environ, name)):
        if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR):
            raise ValueError(f"{name} names {text!r}; years from {FIRST_YEAR} to {LAST_YEAR} were expected")
        yield int(text)
