"""The codes of a collection year as vocabularies of XML values, and what the timeline's draws stand for in it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.reference.code_sets import codes
from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.xml import Vocabulary

_Positions = NDArray[np.int64]

_SEX_CODES_SINCE = 2025  # collection year (census guide 2024-25)
_SOURCES_SINCE = 2014  # year in which referral sources were first reported (table C5); earlier ones have been filled in
# The sets of factors and disabilities are part of the declared distributions: always the same. Invented; with another
# one rare factors come out a little more or less often than declared, and so than published.
_SET_SEED = 20_170_331


@dataclass(frozen=True)
class CodeSets:
    """Vocabularies of one collection year. Those drawn from the distributions are in the order given there.

    The last set of disabilities, which position NONE (-1) takes, is that there are none; so with factors."""

    year: int
    gender: Vocabulary
    ethnicity: Vocabulary
    disability: Vocabulary
    disability_sets: Sequence[_Positions]
    upn_unknown: Vocabulary
    source: Vocabulary
    need: Vocabulary
    reason: Vocabulary
    factor: Vocabulary
    factor_sets: Sequence[_Positions]
    category: Vocabulary

    def gender_positions(self, drawn: _Positions, born: NDArray[np.bool_]) -> _Positions:
        """Of 0 male, 1 female, 2 indeterminate; unknown before birth."""
        return np.where(born, drawn, _GENDER_UNBORN)

    def source_positions(self, shares: NDArray[np.float64], years: _Positions) -> _Positions:
        """The referral source at each share among those that were collected in the year of the referral."""
        positions = np.empty(len(shares), dtype=np.int64)
        for since, until, cumulative in _source_shares(self.year):
            at = (years >= since) & (years < until)
            positions[at] = np.searchsorted(cumulative, shares[at], side="right")
        return positions

    def reason_positions(self, drawn: _Positions) -> _Positions:
        """Of the position in the reasons of the distributions, -1 for the death of the child."""
        return np.where(drawn < 0, REASONS.index("RC2"), drawn)

    @property
    def closed_after_assessment(self) -> int:
        """RC8."""
        return REASONS.index("RC8")

    @property
    def closed_to_early_help(self) -> int:
        """RC9 where it is collected, else RC8."""
        return REASONS.index("RC9" if "RC9" in codes("ReasonForClosure", self.year) else "RC8")


_GENDER_UNBORN = 3  # position of unknown among the genders of `code_sets`
_UPN_UNKNOWN = (*d.UPN_UNKNOWN, "UN1", "UN4", "UN7")
UN1, UN4, UN7 = (_UPN_UNKNOWN.index(code) for code in ("UN1", "UN4", "UN7"))
_ALL_FACTORS = (*(code for _, group in d.FACTORS for code in group), d.FACTOR_OTHER)
# Reasons for closure and factors in the order of their positions; the last factor says that none was found.
REASONS = (*d.CLOSURE_REASONS, "RC2", "RC8", "RC9")
FACTOR_NAMES = (*_ALL_FACTORS, "21")


@cache
def code_sets(year: int) -> CodeSets:
    """What codes a return of the collection year `year` is written with."""
    # Sex has no indeterminate.
    genders = ("M", "F", "F", "U") if year >= _SEX_CODES_SINCE else ("1", "2", "9", "0")
    return CodeSets(
        year=year,
        gender=Vocabulary(genders),
        ethnicity=Vocabulary(list(d.ETHNICITIES)),
        disability=Vocabulary([*d.DISABILITIES, "NONE"]),
        disability_sets=_disability_sets(),
        upn_unknown=Vocabulary(_UPN_UNKNOWN),
        source=Vocabulary(list(d.SOURCES)),
        need=Vocabulary(list(d.NEEDS)),
        reason=Vocabulary(REASONS),
        factor=Vocabulary(FACTOR_NAMES),
        factor_sets=_factor_sets(year),
        category=Vocabulary(list(d.CATEGORIES)),
    )


@cache
def _disability_sets() -> tuple[_Positions, ...]:
    """The sets of disabilities a disabled child takes one of; after them that of children with complex needs, and of
    those without a disability."""
    drawn = _sets(d.DISABILITIES.values(), d.DISABILITIES_PER_CHILD, d.DISABILITY_SETS)
    return (*drawn, np.arange(d.COMPLEX_DISABILITIES), np.array([len(d.DISABILITIES)]))


@cache
def _factor_sets(year: int) -> tuple[_Positions, ...]:
    """The sets of factors a case takes one of, each group in as many as declared; after them that of nothing found."""
    rng = np.random.default_rng(_SET_SEED)
    valid = codes("AssessmentFactors", year)
    has = np.zeros((d.FACTOR_SETS, len(_ALL_FACTORS)), dtype=bool)
    for percent, group in d.FACTORS:
        used = {
            code: weight
            for code, weight in group.items()
            if code in valid and year < d.FACTORS_REPLACED.get(code, year + 1)
        }
        if not used:
            continue
        positions = np.array([_ALL_FACTORS.index(code) for code in used])
        of = rng.permutation(d.FACTOR_SETS)[: round(percent / 100 * d.FACTOR_SETS)]
        has[of, positions[d.weighted(rng, tuple(used.values()), len(of))]] = True
        second = of[rng.random(len(of)) < d.SECOND_OF_GROUP]
        has[second, positions[d.weighted(rng, tuple(used.values()), len(second))]] = True
    has[~has.any(axis=1), _ALL_FACTORS.index(d.FACTOR_OTHER)] = True
    return (*(np.flatnonzero(row) for row in has), np.array([len(_ALL_FACTORS)]))


def _sets(weights: Iterable[float], sizes: Sequence[float], count: int) -> tuple[_Positions, ...]:
    """Sets of different positions in `weights`, in order; the one of weight 0 is in none."""
    rng = np.random.default_rng(_SET_SEED)
    shares = np.array(list(weights), dtype=np.float64)
    shares /= shares.sum()
    return tuple(
        np.sort(rng.choice(len(shares), size=size + 1, replace=False, p=shares)).astype(np.int64)
        for size in d.weighted(rng, sizes, count)
    )


@cache
def _source_shares(year: int) -> tuple[tuple[int, int, NDArray[np.float64]], ...]:
    """First year, year after the last, and cumulative shares of the sources, for all referrals up to `year`."""
    found: list[tuple[int, int, NDArray[np.float64]]] = []
    for of in range(_SOURCES_SINCE, year + 1):
        valid = codes("ReferralSource", of)
        weights = _source_weights(of, valid)
        since = 0 if of == _SOURCES_SINCE else of
        found.append((since, of + 1, np.cumsum(weights) / weights.sum()))
    return tuple(found)


def _source_weights(year: int, valid: Collection[str]) -> NDArray[np.float64]:
    """Percent of each source that is collected in a year: published for some groups, the rest as they divide it."""
    published = d.SOURCES_PUBLISHED.get(year, d.SOURCES_PUBLISHED[max(d.SOURCES_PUBLISHED)])
    group = np.array([next((start for start in published if code.startswith(start)), "") for code in d.SOURCES])
    weights = np.array([weight if code in valid else 0.0 for code, weight in d.SOURCES.items()])
    percent = {**published, "": 100 - sum(published.values())}
    for name in percent:
        of = group == name
        weights[of] *= percent[name] / weights[of].sum()
    return weights
