"""How looks are declared and carried out: each within a time of its own, one that crashes said to have crashed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Self

from cin_pipeline.settings import Settings, faults_in

SECONDS = 10.0  # that a look may take
CONNECT_SECONDS = 4  # that a server may take to take a connection; less, so that it is the look that says so


class Mark(StrEnum):
    """What a finding means."""

    SOUND = "sound"
    LOOK_AT = "to look at"
    WRONG = "wrong"
    CRASHED = "crashed"  # the look itself, so nothing is known
    NOT_LOOKED = "not looked at"  # something else must be mended first


@dataclass(frozen=True)
class Finding:
    """What a look found, in a sentence that holds no password, and what to do about it."""

    mark: Mark
    found: str
    do: str = ""


def sound(found: str) -> Finding:
    """Nothing needs to be done."""
    return Finding(Mark.SOUND, found)


def look_at(found: str, do: str) -> Finding:
    """It works, but may not go on to."""
    return Finding(Mark.LOOK_AT, found, do)


def wrong(found: str, do: str) -> Finding:
    """Something will not work."""
    return Finding(Mark.WRONG, found, do)


@dataclass(frozen=True)
class Case:
    """What is looked at: an environment, the settings that are sound in it, and what is wrong with the others."""

    environ: Mapping[str, str]
    settings: Settings
    faults: Mapping[str, str]

    @classmethod
    def of(cls, environ: Mapping[str, str], state: Path | None) -> Self:
        """The case of an environment, and of the state that a command names."""
        faults = faults_in(environ)
        usable = {name: text for name, text in environ.items() if name not in faults}
        return cls(environ, Settings.from_environment(usable, state=state), faults)


@dataclass(frozen=True)
class Look:
    """One thing that is looked at.

    about: what, for the documentation. settings: the variables that it goes by; with one of them wrong there is nothing
    to look at. after: the looks that must have found nothing wrong before."""

    name: str
    about: str
    findings: Callable[[Case], Iterable[Finding]]
    settings: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    seconds: float = SECONDS


def examine(looks: Sequence[Look], case: Case) -> Iterator[tuple[Look, Finding]]:
    """What each look finds, in their order."""
    failed: set[str] = set()
    # A thread for each look: one that hangs keeps no other waiting, nor, being a daemon, the program from ending.
    with ThreadPool(len(looks)) as pool:
        for look in looks:
            waits_for = [f"{name} is wrong" for name in look.settings if name in case.faults]
            waits_for += [f"see {name}" for name in look.after if name in failed]
            found = [Finding(Mark.NOT_LOOKED, waits_for[0])] if waits_for else _found(pool, look, case)
            if any(each.mark in (Mark.WRONG, Mark.CRASHED, Mark.NOT_LOOKED) for each in found):
                failed.add(look.name)
            yield from ((look, each) for each in found)


def _found(pool: ThreadPool, look: Look, case: Case) -> list[Finding]:
    crashes: list[BaseException] = []
    result = pool.apply_async(lambda: list(look.findings(case)), error_callback=crashes.append)
    result.wait(look.seconds)
    if not result.ready():
        return [wrong(f"no answer within {look.seconds:g} seconds", "see that what it names can be reached from here")]
    if not result.successful():
        # Its message could hold a value.
        kind = type(crashes[0]).__name__ if crashes else "unknown error"
        return [Finding(Mark.CRASHED, f"the look itself failed ({kind}), so nothing is known", "report it")]
    return result.get()
