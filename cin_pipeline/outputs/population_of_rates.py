"""The people aged 0 to 17 that the rates of a release are per 10,000 of, and what is said where there are none [A66;
A67]."""

from collections.abc import Iterable

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.profiles import People
from cin_pipeline.reference.authorities import authorities, every_authority, places
from cin_pipeline.reference.population import VINTAGES, PopulationSource, mid_year, place_population, population
from cin_pipeline.store.national_inputs import NationalInputs


def rates_from(year: int, inputs: NationalInputs, vintage: int) -> PopulationSource:
    """Whose people the rates of a year are per 10,000 of: the user's own where given, else the vintage's."""
    own = inputs.population_source.vintage is None
    return inputs.population_source if own else PopulationSource(year, vintage)


def people_of(inputs: NationalInputs, source: PopulationSource) -> dict[str, int]:
    """People aged 0 to 17 by LA code, and by geography code of the places that have a figure, for rates.

    A place has the sum of its expected LAs. Where an LA has none, it has its own published figure, if the figures are a
    vintage's and all LAs of the year are expected in it."""
    year, expected = source.year, inputs.expected
    if source.vintage is None:
        people, own = inputs.population, dict[str, int]()
    else:
        people, own = population(year, source.vintage), place_population(year, source.vintage)
    found = {la: people[la] for la in expected if la in people}
    for place in places():
        inside = {la for la in expected if place.geography_code in every_authority()[la].places}
        if inside <= people.keys():
            found |= {place.geography_code: sum(people[la] for la in inside)} if inside else {}
        elif place.geography_code in own and inside == _all_in(place.geography_code, year):
            found[place.geography_code] = own[place.geography_code]
    return found


def _all_in(geography_code: str, year: int) -> set[str]:
    return {code for code, la in authorities(year).items() if geography_code in la.places}


def people_by_year(release: ReleaseInput) -> dict[int, People]:
    """The people that rates of each collection year are of, and in the middle of which year they were counted: of the
    user's own file the year before the one in which the collection ends."""
    found = {}
    for year, people in release.population.items():
        source = release.population_sources.get(year)
        held = mid_year(year, source.vintage) if source and source.vintage else None
        found[year] = People(year - 1 if held is None else held, people)
    return found


def without_population(release: ReleaseInput, year: int) -> str:
    """Which places and expected LAs have no rates of a year for want of a number of people, and what to do; empty where
    all have one."""
    expected, people, las = release.expected[year], release.population[year], every_authority()
    lacking = [la for la in expected if la not in people]
    around = [
        place.name
        for place in places()
        if place.geography_code not in people and any(place.geography_code in las[la].places for la in expected)
    ]
    if not lacking:
        return ""
    names = ", ".join((*around, *(las[la].name for la in lacking)))
    how = _how(release.population_sources[year], lacking)
    return f"No population, so no rate of {CollectionYear(year)} (x): {names}. {how}"


def no_population(expected: Iterable[str], source: PopulationSource) -> str:
    """That no rate of a year could be made, and what to do."""
    return (
        f"no population of any authority expected in {CollectionYear(source.year)} is held ({source}), so there would "
        f"be no rate at all. {_how(source, expected)}"
    )


def _how(source: PopulationSource, las: Iterable[str]) -> str:
    """How people of these LAs come into a release."""
    others = [] if source.vintage is None else [each for each in VINTAGES if {*las} & {*population(source.year, each)}]
    choice = "".join(f", or publish with --vintage {each}" for each in others)
    return f"Give it: cin-pipeline run --year {source.year} with the returns and --population FILE{choice}"
