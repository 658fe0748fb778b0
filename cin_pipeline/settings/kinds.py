"""How one setting is told: its variable, what it may be, what it means, and what holds where it is not set."""

import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cin_pipeline.census.years import FIRST_YEAR, LAST_YEAR

SETTING = "setting"  # where the metadata of a field keeps it
_NOT_SHOWN = "something else, not shown as it may hold a password"
_MOST_DIGITS = 18  # so that Python reads any of them; more is a slip of the keyboard


@dataclass(frozen=True)
class Kind:
    """What a variable may hold.

    expected: in words, for messages and the documentation. fits: whether a text is such a one. value: what the text
    means. text: the way back. several: any number of them with commas between, as a set."""

    expected: str
    fits: Callable[[str], bool]
    value: Callable[[str], Any] = str
    text: Callable[[Any], str] = str
    several: bool = False


@dataclass(frozen=True)
class Setting:
    """How a field of the settings is told outside of Python.

    meaning: a phrase, with the unit where there is one. unset: what holds where the variable is not set, in words,
    where the default does not say it. in_state: the default, where it depends on the state directory."""

    variable: str
    kind: Kind
    meaning: str
    unset: str = ""
    in_state: Callable[[Path], Any] | None = None

    def read(self, text: str, *, shown: bool = True) -> Any:
        """What the text means. Raises ValueError: the variable, its text if that may be shown, what was expected."""
        kind = self.kind
        if kind.several:
            parts = sorted(filter(None, map(str.strip, text.split(","))))
            for part in parts:
                if not kind.fits(part):
                    found = repr(part) if shown else _NOT_SHOWN
                    raise ValueError(f"{self.variable} names {found}; {kind.expected} were expected")
            return frozenset(map(kind.value, parts))
        if not kind.fits(text):
            shown = shown and "@" not in text  # before which an address may have a password
            found = repr(text) if shown else _NOT_SHOWN
            raise ValueError(f"{self.variable} is {found}; {kind.expected} was expected")
        return kind.value(text)

    def written(self, value: Any) -> str:
        """The text that means this value; empty where there is none."""
        if value is None:
            return ""
        return ",".join(sorted(map(self.kind.text, value))) if self.kind.several else self.kind.text(value)


def setting(
    variable: str,
    kind: Kind,
    meaning: str,
    *,
    default: Any = MISSING,
    unset: str = "",
    in_state: Callable[[Path], Any] | None = None,
    shown: bool = True,
) -> Any:
    """A dataclass field with its `Setting`. Without `shown`, no message and no repr gives its value away."""
    declaration = Setting(variable, kind, meaning, unset, in_state)
    return field(default=default, repr=shown, metadata={SETTING: declaration})


def one_of(*allowed: str) -> Kind:
    """One of these words."""
    return Kind(f"one of {', '.join(allowed)}", allowed.__contains__)


def some_of(*allowed: str) -> Kind:
    """Any number of these words."""
    return Kind(f"words out of {', '.join(allowed)}", allowed.__contains__, several=True)


def _anything(_text: str) -> bool:
    return True


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _mail_server(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # also of a / in a password, which ends the address there
        return False
    return parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and port != 0


def _year_and_date(text: str) -> bool:
    year, _, day = text.partition(":")
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return YEARS.fits(year) and len(day) == len("2017-07-31")


def _address(text: str) -> bool:
    return re.fullmatch(r"[^@\s,<>]+@[^@\s,<>]+", text) is not None


def _target(text: str) -> bool:
    kind, _, rest = text.partition(":")
    if kind == "mail":
        return _address(rest)
    if kind in ("http", "https"):
        return re.match(r"//[^/\s]", rest) is not None
    return text == "log" or (re.fullmatch(r"[a-z][a-z0-9_-]*", kind) is not None and bool(rest))


COUNT = Kind("a whole number above 0", lambda text: _whole(text) and int(text) > 0, int)
PATH = Kind("a path", _anything, lambda text: Path(text).absolute())
SWITCH = Kind("one of off, on", ("off", "on").__contains__, "on".__eq__, lambda on: "on" if on else "off")
RULE_IDS = Kind("ids of rules", _anything, several=True)
YEARS = Kind(
    f"years from {FIRST_YEAR} to {LAST_YEAR}",
    lambda text: _whole(text) and FIRST_YEAR <= int(text) <= LAST_YEAR,
    int,
    several=True,
)
# What the store can work on; SQLAlchemy would only say later, and not in a sentence, that it knows no such database.
DATABASE_URL = Kind(
    "a URL that starts with sqlite:// or postgresql+psycopg2://",
    lambda text: re.match(r"(sqlite(\+pysqlite)?|postgresql(\+psycopg2)?)://", text) is not None,
)
DUE_DATES = Kind(
    "years, each with the last day for its returns, such as 2017:2017-07-31",
    _year_and_date,
    lambda text: (int(text.partition(":")[0]), date.fromisoformat(text.partition(":")[2])),
    lambda each: f"{each[0]}:{each[1].isoformat()}",
    several=True,
)
TARGETS = Kind("targets such as log, mail:ann@example.org or https://example.org/hook", _target, several=True)
MAIL_SERVER = Kind("a URL that starts with smtp:// or smtps://", _mail_server)
ADDRESS = Kind("an e-mail address", _address)
