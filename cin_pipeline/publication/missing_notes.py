"""What was done about missing data, as a note of every table it touches."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.measures import KNOWN
from cin_pipeline.methodology.practice import MissingData, carried_sentence, names
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.declaring import Table, figures_of
from cin_pipeline.reference.authorities import ENGLAND
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.reference.missing_data import Practice

_Keys = frozenset[tuple[str, str]]  # measures and breakdowns


def with_missing_notes(tables: Mapping[str, Table], release: ReleaseInput) -> dict[str, Table]:
    """The tables with a note for each year held in which LAs did not give a figure of theirs: which LAs, and whether
    they were estimated, left out or carried forward from which year."""
    counted = {name: _keys(table) for name, table in tables.items()}
    notes: dict[str, list[str]] = {name: [] for name in tables}
    for year in release.years:
        missing = release.missing_in(year)
        done = what_was_done(release.estimates, year)
        without = _without(release, year)
        for name, keys in counted.items():
            notes[name] += _notes(missing, {key: done[key] for key in keys if key in done}, without)
    return {name: replace(table, notes=(*table.notes, *notes[name])) for name, table in tables.items()}


def _notes(
    missing: MissingData, done: Mapping[tuple[str, str], frozenset[str]], without: Mapping[str, _Keys]
) -> Iterator[str]:
    """`done`: of each figure of a table that was missing; `without`: of each LA, the figures that it did not give."""
    carried = missing.in_place_of_returns
    label = CollectionYear(missing.year)
    for la, from_year in carried.items():
        if any(Practice.CARRY_FORWARD in each for each in done.values()):
            yield carried_sentence(la, from_year, missing.year)
    others = [la for la, keys in without.items() if la not in carried and keys & done.keys()]
    lacked = {key for la in others for key in without[la]}
    if any(Practice.LEAVE_OUT in each for key, each in done.items() if key not in lacked):
        yield f"{label}: what the year carried forward did not have is left out of England and its regions."
    if others:
        how = "estimated in" if missing.practice is Practice.ESTIMATE else "left out of"
        yield f"{label}: what local authorities did not give is {how} England and its regions: {names(others)}."


def _keys(table: Table) -> _Keys:
    """What the figures of a table are counted from."""
    keys = [key for figure in figures_of(table) for key in (figure.numerator, figure.denominator) if key is not None]
    return frozenset((key.measure, key.breakdown) for key in keys)


def what_was_done(estimates: DataFrame, year: int) -> dict[tuple[str, str], frozenset[str]]:
    """What was done in England about each measure and breakdown that LAs did not give: of categories that differ, all
    that was."""
    england = estimates[(estimates["geography_code"] == ENGLAND) & (estimates["collection_year"] == year)]
    told = england[england["missing_data"] != ""].groupby(["measure", "breakdown"])["missing_data"].unique()
    return {(str(measure), str(by)): _several(texts) for (measure, by), texts in told.items()}


def _several(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(each for text in texts for each in text.split("; "))


def _without(release: ReleaseInput, year: int) -> dict[str, _Keys]:
    """The expected LAs that lack figures of a year, each with these; of one without a return, all."""
    measures = release.measures[release.measures["collection_year"] == year]
    lacking = measures[measures["status"] != KNOWN].groupby("la_code")[["measure", "breakdown"]]
    found = {str(la): frozenset(rows.itertuples(index=False, name=None)) for la, rows in lacking}
    england = release.estimates[release.estimates["collection_year"] == year]
    every: _Keys = frozenset(england[["measure", "breakdown"]].drop_duplicates().itertuples(index=False, name=None))
    returned = set(measures.loc[measures["breakdown"] == TOTAL, "la_code"])
    return {
        la: found.get(la, frozenset()) if la in returned else every
        for la in release.expected.get(year, ())
        if la not in returned or la in found
    }
