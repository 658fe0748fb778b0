"""What a release is made from, as a state holds it; and whether it is fit to be published."""

from collections.abc import Iterable, Sequence
from importlib.metadata import version

import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.hold_reasons import reasons_named
from cin_pipeline.census.years import FIRST_YEAR, CollectionYear
from cin_pipeline.methodology.estimates import EstimateImpossible, estimate_england
from cin_pipeline.methodology.missing import without_unusable
from cin_pipeline.methodology.practice import MissingData
from cin_pipeline.outputs.population_of_rates import no_population, people_of, rates_from
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.manifest import Population, Provenance, YearInputs
from cin_pipeline.publication.profiles import TIDY, Profile
from cin_pipeline.reference.data_files import fingerprints
from cin_pipeline.store.doubts import doubts_of, note_earlier
from cin_pipeline.store.made_from import ESTIMATES, NOT_NOTED, since_changed, why_uncounted
from cin_pipeline.store.missing_data import missing_data_of, treatment_of
from cin_pipeline.store.national_inputs import NationalInputs
from cin_pipeline.store.registry import CONFIRMED_BY
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import OnceHeld


def _again(store: Store, years: Sequence[int]) -> str:
    which = "it" if len(years) == 1 else "each of them"
    commands = " and ".join(f"cin-pipeline run --year {year} --state {store.settings.state}" for year in years)
    return f"run job england for {which} in the UI, or {commands}"


class ReleaseRefused(ValueError):
    """A release that must not be made; the message says why and what to do."""


def release_input(store: Store, year: int, vintage: int | None = None, profile: Profile = TIDY) -> ReleaseInput:
    """The figures of the year and of the earlier years for which England was made.

    All rates are on one vintage of the population, but for years with the user's own: `vintage`, else that of the
    profile, else the one that the release year is estimated with [A66]. Raises ReleaseRefused where England's figures
    of the year are missing, those of any of the years were not made from what is current, returns lack figures, or a
    year has no population at all."""
    held = [each for each in range(FIRST_YEAR, year + 1) if not store.figures.estimates(each).empty]
    if year not in held and (why := _why_no_england(store, year)):
        raise ReleaseRefused(why)
    # First what making England again would not mend.
    if uncounted := [why for each in held if (why := why_uncounted(store, each))]:
        raise ReleaseRefused("; ".join(uncounted))
    to_make = {each: lacking for each in dict.fromkeys((*held, year)) if (lacking := _lacking(store, each, held))}
    if to_make:
        raise ReleaseRefused(f"{'; '.join(to_make.values())}: {_again(store, list(to_make))}")
    inputs = {each: store.inputs.of(each) for each in held}
    vintage = next(each for each in (vintage, profile.vintage, inputs[year].vintage) if each is not None)
    sources = {each: rates_from(each, inputs[each], vintage) for each in held}
    people = {each: people_of(inputs[each], sources[each]) for each in held}
    for each in held:
        if not people[each]:
            raise ReleaseRefused(no_population(inputs[each].expected, sources[each]))
    measures = {each: _measures(store, each, inputs[each]) for each in held}
    missing = {each: missing_data_of(store, each) for each in held}
    for each in held:
        note_earlier(store, each)
    return ReleaseInput(
        year=CollectionYear(year),
        measures=pd.concat(measures.values(), ignore_index=True),
        estimates=pd.concat([store.figures.estimates(each) for each in held], ignore_index=True),
        expected={each: inputs[each].expected for each in held},
        population=people,
        population_sources=sources,
        missing=missing,
        low_reliability=low_reliability(missing.values()),
        doubts=tuple(doubt for each in held for doubt in doubts_of(store, each, inputs[each].expected)),
    )


def low_reliability(missing: Iterable[MissingData]) -> frozenset[tuple[int, str, str]]:
    """Year, LA and measure of what is declared of low reliability in years; not of an LA without a return whose figures
    are carried forward, which has none of its own to show."""
    return frozenset(
        (each.year, la, measure)
        for each in missing
        for la, measure in each.low_reliability
        if la not in each.in_place_of_returns
    )


def _lacking(store: Store, year: int, held: Sequence[int]) -> str:
    """Why England of a year is to be made first; empty where it is not. `held`: the years for which it was made."""
    if year not in held:
        return f"there are no figures of England for {CollectionYear(year)}"
    if not (changed := since_changed(store, ESTIMATES, year)):
        return ""
    old = "are older than the current returns or inputs"
    if str(changed) == NOT_NOTED:
        old = "were made by an earlier version, which did not note all that they were made from"
    return f"the figures of England for {CollectionYear(year)} {old}"


def _why_no_england(store: Store, year: int) -> str:
    """Why there can be no figures of England for a year; empty where they only have to be made."""
    inputs = store.inputs.of(year)
    measures = _measures(store, year, inputs)
    if measures.empty:
        years = ", ".join(str(CollectionYear(each)) for each in sorted(store.registry.years_with_current()))
        return f"no return of {CollectionYear(year)} is current; there are returns of: {years or 'no year'}"
    try:
        estimate_england(measures, inputs.expected, inputs.population, year, treatment_of(store, year, inputs))
    except EstimateImpossible as impossible:
        return f"England cannot be estimated for {CollectionYear(year)}: {impossible}"
    return ""


def years_left_out(store: Store, release: ReleaseInput) -> list[CollectionYear]:
    """Earlier years with current returns for which England was never made."""
    earlier = range(FIRST_YEAR, release.year.ending)
    return [
        CollectionYear(each) for each in earlier if each not in release.expected and store.registry.all_current(each)
    ]


def provenance(store: Store, release: ReleaseInput, profile: Profile = TIDY) -> Provenance:
    """Which submissions, population, settings, profile, code and reference data a release comes from."""
    settings = store.settings
    return Provenance(
        inputs=tuple(_year_inputs(store, release, year) for year in sorted(release.expected)),
        package_version=version("cin_pipeline"),
        data_versions=fingerprints(),
        settings={
            "rules_added": sorted(settings.rules_added),
            "rules_removed": sorted(settings.rules_removed),
            "hold_off": sorted(settings.hold_off),
            "years": sorted(release.expected),
        },
        profile=profile,
    )


def _measures(store: Store, year: int, inputs: NationalInputs) -> DataFrame:
    current = store.figures.current_la_measures(year)
    return without_unusable(current[current["la_code"].isin(inputs.expected)], inputs.unusable)


def _year_inputs(store: Store, release: ReleaseInput, year: int) -> YearInputs:
    inputs = store.inputs.of(year)
    current = store.registry.all_current(year)
    return YearInputs(
        year=CollectionYear(year),
        submissions=tuple(
            (each.la_code, each.submission, each.sha256) for each in current if each.la_code in inputs.expected
        ),
        expected=inputs.expected,
        population=Population(inputs.population_source, inputs.population),
        population_of_rates=Population(release.population_sources[year], release.population[year]),
        missing=release.missing_in(year),
        doubts=tuple(each for each in release.doubts if each.year == year),
        once_held=tuple(
            (each.la_code, of, each.submission, reasons_named(each.why_held), _who(each))
            # Re-referrals rest on the previous year's returns, also where that year is not in the release.
            for of in (year, *({year - 1} - set(release.years)))
            for each in store.registry.once_held(of)
            if each.la_code in inputs.expected
        ),
        unusable=tuple((each.la_code, each.measure, each.breakdown) for each in inputs.unusable if each.year == year),
    )


def _who(held: OnceHeld) -> str:
    """Who confirmed it, without a name: a release is for all to read."""
    return CONFIRMED_BY if held.confirmed_by == CONFIRMED_BY else "a person"
