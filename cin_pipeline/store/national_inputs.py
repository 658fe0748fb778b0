"""What the user gives beside the returns: files of expected authorities, population, unusable items, what is carried
forward, predecessors and figures of low reliability; the population's vintage, and what is done about missing data.

What was last given for a year is kept with the state, so that a rerun from the UI counts with the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cin_pipeline.methodology.missing import UnreliableFigure, UnusableItem
from cin_pipeline.reference import missing_data
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.missing_data import CarryForward, Practice, Predecessor, practice_of
from cin_pipeline.reference.population import VINTAGES, PopulationSource, population, vintage_of
from cin_pipeline.store import user_files
from cin_pipeline.store.bundles import BundleDamaged, Bundles
from cin_pipeline.store.user_files import InputFileError, UserFile, user_file

__all__ = ["Given", "InputFileError", "InputFiles", "NationalInputs"]


@dataclass(frozen=True)
class Given:
    """What the user gave for a year; None where nothing was."""

    expected: UserFile | None = None
    people: UserFile | None = None
    unusable: UserFile | None = None
    carry_forward: UserFile | None = None
    predecessors: UserFile | None = None
    low_reliability: UserFile | None = None
    vintage: int | None = None
    missing: Practice | None = None  # carry-forward: the practice of the year with its carries


# Under which name each is kept.
_FILES = {
    "expected": "expected.csv",
    "people": "population.csv",
    "unusable": "unusable.csv",
    "carry_forward": "carry-forward.csv",
    "predecessors": "predecessors.csv",
    "low_reliability": "low-reliability.csv",
}
_WORDS = {"vintage": "vintage.txt", "missing": "missing.txt"}


@dataclass(frozen=True)
class NationalInputs:
    """What national figures of a year need besides the returns.

    `population`: people aged 0 to 17 by LA code, from `population_source`. `vintage`: the one asked for or the year's,
    also where the population is the user's own. `practice`: estimate or leave-out, `asked` whether instead of the
    year's. `carry_forward`: of expected LAs, in the year; `own_carries` whether the user declared them.
    `predecessors`: of LAs of the year. `low_reliability`: of any year, as declared."""

    expected: tuple[str, ...]
    population: dict[str, int]
    unusable: tuple[UnusableItem, ...]
    population_source: PopulationSource
    vintage: int
    practice: Practice = Practice.ESTIMATE
    asked: bool = False
    carry_forward: tuple[CarryForward, ...] = ()
    own_carries: bool = False
    predecessors: Mapping[str, str] = field(default_factory=dict)
    low_reliability: frozenset[UnreliableFigure] = frozenset()


Word = TypeVar("Word")


class InputFiles:
    """Keeps the user's files by year; what was not given is the shipped reference."""

    def __init__(self, bundles: Bundles) -> None:
        self._bundles = bundles

    def keep(
        self,
        year: int,
        *,
        expected: Path | None,
        people: Path | None,
        unusable: Path | None,
        carry_forward: Path | None = None,
        predecessors: Path | None = None,
        low_reliability: Path | None = None,
        vintage: int | None = None,
        missing: Practice | None = None,
    ) -> NationalInputs:
        """Checks the files, keeps copies and what else was given in place of earlier ones, and returns what they say.

        Raises InputFileError, before anything is changed."""
        given = given_in(
            {
                "expected": expected,
                "people": people,
                "unusable": unusable,
                "carry_forward": carry_forward,
                "predecessors": predecessors,
                "low_reliability": low_reliability,
            },
            vintage,
            missing,
        )
        inputs = inputs_of(year, given)
        files = {stored: getattr(given, name) for name, stored in _FILES.items()}
        words = {stored: getattr(given, name) for name, stored in _WORDS.items()}
        kept = {stored: file.data for stored, file in files.items() if file is not None}
        kept |= {stored: f"{word}\n".encode("ascii") for stored, word in words.items() if word is not None}
        self._bundles.write(_place(year), kept)
        return inputs

    def of(self, year: int) -> NationalInputs:
        """The inputs of a year: what was last kept for it, else the shipped reference. Raises InputFileError."""
        return inputs_of(year, self._kept(year))

    def predecessors(self, year: int) -> dict[str, str]:
        """By new LA of a year, the one whose return of the year before stands in for its own, for re-referrals [A70].

        Raises InputFileError."""
        return _predecessors(year, self._kept(year).predecessors)

    def _kept(self, year: int) -> Given:
        try:
            kept = self._bundles.read_also_earlier(_place(year))
        except BundleDamaged as damaged:
            raise InputFileError(
                f"{damaged}: gone or changed since it was kept; give it again with run --landing"
            ) from None
        files = {stored: UserFile(f"{_place(year)}/{stored}", data) for stored, data in kept.items()}
        vintages = {str(vintage): vintage for vintage in VINTAGES}
        practices = {str(practice): practice for practice in Practice}
        return Given(
            **{name: files.get(stored) for name, stored in _FILES.items()},
            vintage=_word(files.get(_WORDS["vintage"]), "vintage", vintages),
            missing=_word(files.get(_WORDS["missing"]), "practice for missing data", practices),
        )


def given_in(paths: Mapping[str, Path | None], vintage: int | None, missing: Practice | None) -> Given:
    """What files on the user's disk, by field of Given, say with the rest. Raises InputFileError."""
    files = {name: None if path is None else user_file(path) for name, path in paths.items()}
    return Given(**files, vintage=vintage, missing=missing)


def inputs_of(year: int, given: Given) -> NationalInputs:
    """What was given for a year, and the shipped reference where nothing was. Raises InputFileError."""
    vintage = vintage_of(year) if given.vintage is None else given.vintage
    asked = given.missing in (Practice.ESTIMATE, Practice.LEAVE_OUT)
    practice = given.missing if asked and given.missing else practice_of(year)
    expected = tuple(user_files.expected_authorities(given.expected)) if given.expected else tuple(authorities(year))
    carries = tuple(user_files.carried_forward(given.carry_forward)) if given.carry_forward else None
    lines = missing_data.carried_forward() if carries is None else carries
    return NationalInputs(
        expected=expected,
        population=dict(user_files.people(given.people)) if given.people else population(year, vintage),
        unusable=tuple(user_files.unusable_items(given.unusable)) if given.unusable else (),
        population_source=PopulationSource(year, None if given.people else vintage),
        vintage=vintage,
        practice=practice,
        asked=asked,
        carry_forward=() if asked else tuple(each for each in lines if each.year == year and each.la_code in expected),
        own_carries=carries is not None,
        predecessors=_predecessors(year, given.predecessors),
        low_reliability=frozenset(user_files.unreliable_figures(given.low_reliability))
        if given.low_reliability
        else frozenset(),
    )


def _predecessors(year: int, own: UserFile | None) -> dict[str, str]:
    lines: tuple[Predecessor, ...] = tuple(user_files.predecessors(own)) if own else missing_data.predecessors()
    return {each.la_code: each.predecessor for each in lines if each.year == year}


def _place(year: int) -> str:
    return f"inputs/{year}"


def _word(file: UserFile | None, what: str, known: Mapping[str, Word]) -> Word | None:
    """What was kept in a word for a year; None where nothing was."""
    if file is None:
        return None
    kept = file.data.decode("utf-8", errors="replace").strip()
    if kept not in known:
        raise InputFileError(f"{file.name}: the {what} is {kept!r}; {' or '.join(known)} was expected")
    return known[kept]
