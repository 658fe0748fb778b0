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

COLUMNS = ("year", "authorities", "items", "rules run", "estimated with", "missing data", "release profile")
NONE_HELD = "none held: give --population"


@dataclass(frozen=True)
class YearFacts:
    """What the pipeline takes for a collection year, in words.

    `authorities`: how many are expected, and which are new or gone; `items`: how many a return may hold, and which are
    new or gone; `rules`: validation rules in force, without a setting; `population`: whose people missing figures are
    estimated with; `missing`: what is done about what LAs did not give; `profile`: of its release, and that of the
    Department's release of the very year where it is known; `provisional`: why, empty where it is not."""

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
        profile=f"{DEFAULT}; as then: {year}" if str(year) in NAMES and str(year) != DEFAULT else DEFAULT,
        provisional=CollectionYear(year).provisional,
    )


def notes() -> list[str]:
    """What stands below the table: of release profiles, and why years are provisional."""
    return [
        f"Releases are published in profile {DEFAULT}, unless another is asked for (publish --profile "
        f"{', '.join(name for name in NAMES if name != DEFAULT)}); their rates are of the population that the "
        "profile names.",
        *(year.provisional for year in COLLECTION_YEARS if year.provisional),
    ]


def assumed() -> list[str]:
    """What is not known of the release profiles, and what is taken for it: a sentence each."""
    return [f"Release profile {name}, assumed: {each}." for name in NAMES for each in profile_named(name).assumed]


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


def _missing(year: int) -> str:
    carried = [f"{each.la_code} from {each.from_year}" for each in carried_forward() if each.year == year]
    after = [f"{each.la_code} after {each.predecessor}" for each in predecessors() if each.year == year]
    parts = [str(practice_of(year))]
    if carried:
        parts.append(f"carried forward: {', '.join(carried)}")
    if after:
        parts.append(f"predecessors: {', '.join(after)}")
    return "; ".join(parts)
