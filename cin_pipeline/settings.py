"""Where things are kept and how work is run, from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cin_pipeline.census.text import MAX_BYTES


@dataclass(frozen=True)
class Settings:
    """What a deployment may choose. Every variable starts with CIN_, and DAGSTER_HOME is Dagster's own.

    state: directory of everything that is kept (CIN_STATE). database: SQLAlchemy URL of the registry, the measures and
    the estimates (CIN_DATABASE; SQLite in the state directory by default). dagster_home: Dagster's event log
    (DAGSTER_HOME; in the state directory by default). max_return_bytes: a larger file is refused
    (CIN_MAX_RETURN_BYTES). workers: processes of the bulk lane (CIN_WORKERS). executor: `in_process` or `multiprocess`,
    how the steps of one run are executed (CIN_EXECUTOR). rules_added, rules_removed: census rules to run besides those
    of a year, and to leave out (CIN_RULES_ADDED, CIN_RULES_REMOVED; ids with commas between)."""

    state: Path
    database: str = field(repr=False)  # may hold a password
    dagster_home: Path
    max_return_bytes: int = MAX_BYTES
    workers: int = 2
    executor: str = "in_process"
    rules_added: frozenset[str] = frozenset()
    rules_removed: frozenset[str] = frozenset()

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
