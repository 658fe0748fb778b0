"""What holds for each collection year, derived from the declarations that the pipeline itself works by."""

from dataclasses import dataclass
from functools import cache

from cin_pipeline.census import specification
from cin_pipeline.census.years import COLLECTION_YEARS, FIRST_YEAR, CollectionYear
from cin_pipeline.publication.profiles import DEFAULT, NAMES, profile_named
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.missing_data import carried_forward, practice_of, predecessors
from cin_pipeline.reference.population import PopulationSource, population, vintage_of
from cin_pipeline.validation.registry import rule_set

COLUMNS = ("year", "authorities", "items", "rules run", "population", "missing data", "release profile")
NONE_HELD = "none held: give --population"


@dataclass(frozen=True)
class YearFacts:
    """What the pipeline takes for a collection year, in words.

    `authorities`: how many are expected, and which are new or gone; `items`: how many a return may hold, and which are
    new or gone; `rules`: validation rules in force, without a setting; `population`: whose people missing figures are
    estimated with; `missing`: what is done about what LAs did not give; `profile`: of its release, of that very year
    where the Department's is known; `provisional`: why, empty where it is not."""

    year: CollectionYear
    authorities: str
    items: str
    rules: str
    population: str
    missing: str
    profile: str
    provisional: str

    @property
    def cells(self) -> tuple[str, ...]:
        """Its row of the table, without the reason why it is provisional; as COLUMNS."""
        year = self.year.short
        return year, self.authorities, self.items, self.rules, self.population, self.missing, self.profile


@cache
def facts_of(year: int) -> YearFacts:
    """What holds for a collection year."""
    return YearFacts(
        year=CollectionYear(year),
        authorities=_counted(_authorities(year), _authorities(year - 1) if year > FIRST_YEAR else None),
        items=_counted(_items(year), _items(year - 1) if year > FIRST_YEAR else None),
        rules=f"{sum(not each.not_run for each in rule_set(year))} of {len(rule_set(year))}",
        population=_population(year),
        missing=_missing(year),
        profile=_profile(str(year) if str(year) in NAMES else DEFAULT),
        provisional=CollectionYear(year).provisional,
    )


def notes() -> list[str]:
    """What stands below the table: why years are provisional, and what is assumed of release profiles."""
    provisional = [year.provisional for year in COLLECTION_YEARS if year.provisional]
    assumed = [f"Release profile {name}, assumed: {each}." for name in NAMES for each in profile_named(name).assumed]
    return [
        "A year without a release profile of its own is published in the newest, unless another is asked for "
        "(publish --profile).",
        *provisional,
        *assumed,
    ]


def _authorities(year: int) -> frozenset[str]:
    return frozenset(authorities(year))


def _items(year: int) -> frozenset[str]:
    tables = specification.tables(year).values()
    return frozenset(item.element for table in tables for item in table.items)


def _counted(held: frozenset[str], before: frozenset[str] | None) -> str:
    """How many there are, and what is new or gone since the year before."""
    if before is None:
        return str(len(held))
    changes = (*(f"+{each}" for each in sorted(held - before)), *(f"-{each}" for each in sorted(before - held)))
    return " ".join((str(len(held)), *changes))


def _population(year: int) -> str:
    vintage = vintage_of(year)
    lacking = sorted(_authorities(year) - population(year, vintage).keys())
    if len(lacking) == len(_authorities(year)):
        return NONE_HELD
    without = f", none of {', '.join(lacking)}" if lacking else ""
    return f"{PopulationSource(year, vintage)}{without}"


def _profile(name: str) -> str:
    return f"{name}, part of it assumed" if profile_named(name).assumed else name


def _missing(year: int) -> str:
    carried = [f"{each.la_code} from {each.from_year}" for each in carried_forward() if each.year == year]
    after = [f"{each.la_code} after {each.predecessor}" for each in predecessors() if each.year == year]
    parts = [str(practice_of(year))]
    if carried:
        parts.append(f"carried forward: {', '.join(carried)}")
    if after:
        parts.append(f"predecessors: {', '.join(after)}")
    return "; ".join(parts)
