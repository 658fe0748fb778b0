"""What a release is made from, as a state holds it; and whether it is fit to be published."""

from collections.abc import Mapping
from importlib.metadata import version

import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.years import FIRST_YEAR, CollectionYear
from cin_pipeline.methodology.estimates import EstimateImpossible, estimate_england
from cin_pipeline.methodology.missing import without_unusable
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.manifest import Provenance, YearInputs
from cin_pipeline.reference.authorities import authorities, every_authority, places
from cin_pipeline.reference.data_files import fingerprints
from cin_pipeline.reference.population import place_population, population
from cin_pipeline.store.made_from import ESTIMATES, NOT_NOTED, since_changed
from cin_pipeline.store.national_inputs import NationalInputs
from cin_pipeline.store.store import Store


def _again(year: int) -> str:
    return f"run job england for it in the UI, or cin-pipeline run --year {year} with the returns again"


class ReleaseRefused(ValueError):
    """A release that must not be made; the message says why and what to do."""


def release_input(store: Store, year: int) -> ReleaseInput:
    """The figures of the year and of the earlier years for which England was made.

    Raises ReleaseRefused where England's figures of the year are missing, or those of any of the years were not made
    from what is current."""
    held = [each for each in range(FIRST_YEAR, year + 1) if not store.figures.estimates(each).empty]
    if year not in held:
        raise ReleaseRefused(_why_no_england(store, year))
    for each in held:
        if changed := since_changed(store, ESTIMATES, each):
            old = "are older than the current returns or inputs"
            if str(changed) == NOT_NOTED:
                old = "were made by an earlier version, which did not note all that they were made from"
            raise ReleaseRefused(f"the figures of England for {CollectionYear(each)} {old}: {_again(each)}")
    inputs = {each: store.inputs.of(each) for each in held}
    measures = {each: _measures(store, each, inputs[each]) for each in held}
    return ReleaseInput(
        year=CollectionYear(year),
        measures=pd.concat(measures.values(), ignore_index=True),
        estimates=pd.concat([store.figures.estimates(each) for each in held], ignore_index=True),
        expected={each: inputs[each].expected for each in held},
        population={each: people_of(each, inputs[each].expected, inputs[each].population) for each in held},
    )


def _why_no_england(store: Store, year: int) -> str:
    """Why there are no figures of England for a year, and what to do."""
    inputs = store.inputs.of(year)
    measures = _measures(store, year, inputs)
    if measures.empty:
        years = ", ".join(str(CollectionYear(each)) for each in sorted(store.registry.years_with_current()))
        return f"no return of {CollectionYear(year)} is current; there are returns of: {years or 'no year'}"
    try:
        estimate_england(measures, inputs.expected, inputs.population, year)
    except EstimateImpossible as impossible:
        return f"England cannot be estimated for {CollectionYear(year)}: {impossible}"
    return f"there are no figures of England for {CollectionYear(year)}: {_again(year)}"


def years_left_out(store: Store, release: ReleaseInput) -> list[CollectionYear]:
    """Earlier years with current returns for which England was never made."""
    earlier = range(FIRST_YEAR, release.year.ending)
    return [
        CollectionYear(each) for each in earlier if each not in release.expected and store.registry.all_current(each)
    ]


def provenance(store: Store, release: ReleaseInput) -> Provenance:
    """Which submissions, population, settings, code and reference data a release comes from."""
    settings = store.settings
    return Provenance(
        inputs=tuple(_year_inputs(store, year) for year in sorted(release.expected)),
        package_version=version("cin_pipeline"),
        data_versions=fingerprints(),
        settings={
            "rules_added": sorted(settings.rules_added),
            "rules_removed": sorted(settings.rules_removed),
            "years": sorted(release.expected),
        },
    )


def people_of(year: int, expected: tuple[str, ...], people: Mapping[str, int]) -> dict[str, int]:
    """People aged 0 to 17 by LA code, and by geography code of the places that have a figure.

    A place has the sum of its expected LAs. Where an LA has none, it has its own published figure, if the others'
    figures are the published ones and all LAs of the year are expected in it."""
    shipped = all(population(year).get(la) == number for la, number in people.items())
    found = {la: people[la] for la in expected if la in people}
    for place in places():
        inside = {la for la in expected if place.geography_code in every_authority()[la].places}
        if inside <= people.keys():
            found |= {place.geography_code: sum(people[la] for la in inside)} if inside else {}
        elif (
            shipped and inside == _all_in(place.geography_code, year) and place.geography_code in place_population(year)
        ):
            found[place.geography_code] = place_population(year)[place.geography_code]
    return found


def _all_in(geography_code: str, year: int) -> set[str]:
    return {code for code, la in authorities(year).items() if geography_code in la.places}


def _measures(store: Store, year: int, inputs: NationalInputs) -> DataFrame:
    current = store.figures.current_la_measures(year)
    return without_unusable(current[current["la_code"].isin(inputs.expected)], inputs.unusable)


def _year_inputs(store: Store, year: int) -> YearInputs:
    inputs = store.inputs.of(year)
    current = store.registry.all_current(year)
    return YearInputs(
        year=CollectionYear(year),
        submissions=tuple(
            (each.la_code, each.submission, each.sha256) for each in current if each.la_code in inputs.expected
        ),
        expected=inputs.expected,
        population=inputs.population,
        own_population=inputs.population != population(year),
        unusable=tuple((each.la_code, each.measure, each.breakdown) for each in inputs.unusable if each.year == year),
    )
