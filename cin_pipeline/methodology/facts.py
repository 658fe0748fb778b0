"""What the measures of one LA in one collection year are counted from."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TypeAlias, TypeVar

from pandas import DataFrame

from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.years import CollectionYear


@dataclass(frozen=True)
class ReturnFacts:
    """One LA's return with its flagged referrals, and what the year before adds to it.

    `episodes`: one row per CINdetails record, see `methodology.episodes.flag_episodes`. `prior_referrals`: latest
    referral per child in the previous year's return, None where the LA has no such return."""

    year: CollectionYear
    episodes: DataFrame
    tables: ReturnTables
    prior_referrals: DataFrame | None
    _counted: dict[str, object] = field(default_factory=dict, repr=False, compare=False)
    _drawn_from: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)
    _at_work: list[str] = field(default_factory=list, repr=False, compare=False)

    def derivation(self, select: Callable[..., object]) -> tuple[str, ...]:
        """What the rows that a function selects are made of, itself first, each by its interpretation."""
        ordered: dict[str, None] = {}
        waiting = [_name(select)]
        while waiting:
            name = waiting.pop(0)
            ordered.setdefault(name)
            waiting += [each for each in self._drawn_from.get(name, ()) if each not in ordered]
        return tuple(_INTERPRETATIONS[name] for name in ordered)


_INTERPRETATIONS: dict[str, str] = {}  # of every function that selects rows, by its name


def interpretation(function: Callable[..., object]) -> str:
    """The sentence of the methodology that a function implements, with the sections and interpretations behind it.

    It is said once, in the function's docstring: the first paragraph, up to its last reference."""
    paragraph = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
    referred = paragraph.rfind("]") + 1
    return (paragraph[:referred] if referred else paragraph).rstrip(".:")


def _name(select: Callable[..., object]) -> str:
    return f"{select.__module__}.{select.__qualname__}"


CountedRows: TypeAlias = Callable[[ReturnFacts], DataFrame | None]  # a measure's rows; None: it is not available
_Rows = TypeVar("_Rows", DataFrame, DataFrame | None)


def counted_rows(select: Callable[[ReturnFacts], _Rows]) -> Callable[[ReturnFacts], _Rows]:
    """Marks a function that selects the rows a measure counts; several measures share what was selected once."""
    name = _name(select)
    _INTERPRETATIONS[name] = interpretation(select)

    @wraps(select)
    def selected(facts: ReturnFacts) -> _Rows:
        if facts._at_work:
            facts._drawn_from.setdefault(facts._at_work[-1], []).append(name)
        if name not in facts._counted:
            facts._at_work.append(name)
            try:
                facts._counted[name] = select(facts)
            finally:
                facts._at_work.pop()
        return facts._counted[name]

    return selected
