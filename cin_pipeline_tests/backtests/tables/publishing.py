"""The published counts of LAs put through the product: estimates, tables, disclosure control and files."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.carrying import Carried, Treatment
from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.outputs.population_of_rates import people_by_year
from cin_pipeline.publication.cells import ReleaseInput, release_cells
from cin_pipeline.publication.declaring import LOCAL_AUTHORITY, NATIONAL, REGIONAL
from cin_pipeline.publication.disclosure import protect
from cin_pipeline.publication.open_data import open_data_files
from cin_pipeline.publication.profiles import filled, profile_named, protected_for
from cin_pipeline.publication.release_tables import labelled
from cin_pipeline.reference.authorities import ENGLAND
from cin_pipeline.reference.missing_data import carried_forward, practice_of
from cin_pipeline.reference.population import CENSUS_2021, PopulationSource, place_population, population
from cin_pipeline_tests.backtests.tables.inputs import PublishedYear
from cin_pipeline_tests.backtests.tables.leeway import MANY, Leeway
from cin_pipeline_tests.backtests.tables.people import populations
from cin_pipeline_tests.backtests.tables.published import Cell, row_name, texts_of_las
from cin_pipeline_tests.backtests.tables.suppressed import Floats

# The published tables held are those of the release of 2024, some with 2025 beside them in the columns of its release.
PROFILES: Final = ("2024", "2025")
_LEVELS: Final = {NATIONAL: ENGLAND, REGIONAL: "region_code", LOCAL_AUTHORITY: "old_la_code"}


@dataclass(frozen=True)
class Backtest:
    """Some collection years, made from what was published of their LAs."""

    years: Sequence[int]

    @cached_property
    def published(self) -> Mapping[int, PublishedYear]:
        """The counts of LAs, by year; with the years whose figures stand in for others."""
        needed = {*self.years, *(before for year in self.years for before in _carried_from(year))}
        return {year: PublishedYear(year, texts_of_las(year)) for year in sorted(needed)}

    def leeway(self, year: int) -> Leeway:
        """What the figures of England and the regions can be."""
        of_year = self.published[year]
        people = list(populations(year, of_year.lacking))
        estimates = []
        for most in product((False, True), repeat=2):
            counts = {each: _extreme(self.published[each], *most) for each in (year, *_carried_from(year))}
            measures = of_year.measures(counts[year])
            estimates += [self._estimate(year, measures, counts, each) for each in people]
        return Leeway(year, estimates, place_population(year, CENSUS_2021))

    def files(self) -> dict[Cell, str]:
        """Every cell of our open-data files."""
        settled = {year: of_year.bounds.settled() for year, of_year in self.published.items()}
        measures = {year: self.published[year].measures(settled[year], complete=True) for year in self.years}
        estimates = [
            self._estimate(year, measures[year], settled, next(iter(populations(year, frozenset()))))
            for year in self.years
        ]
        release = ReleaseInput(
            year=CollectionYear(max(self.years)),
            measures=pd.concat(measures.values(), ignore_index=True),
            estimates=pd.concat(estimates, ignore_index=True),
            expected={year: self.published[year].la_codes for year in self.years},
            population={
                year: population(year, CENSUS_2021) | place_population(year, CENSUS_2021) for year in self.years
            },
            population_sources={year: PopulationSource(year, CENSUS_2021) for year in self.years},
            low_reliability=frozenset().union(*(self.published[year].low_reliability for year in self.years)),
        )
        every, people, found = release_cells(release), people_by_year(release), {}
        for profile in map(profile_named, reversed(PROFILES)):
            protected = protect(protected_for(profile, every))
            arranged = filled(profile, labelled(release.year.ending), protected, release.year.ending, people)
            found |= dict(_cells(open_data_files(arranged)))
        return found

    def _estimate(
        self, year: int, measures: DataFrame, counts: Mapping[int, Floats], people: Mapping[str, int]
    ) -> DataFrame:
        carried = {}
        for each in carried_forward():
            if each.year == year:
                figures = self.published[each.from_year].measures(counts[each.from_year])
                carried[each.la_code] = Carried(each.from_year, figures[figures["la_code"] == each.la_code])
        expected = self.published[year].la_codes
        return estimate_england(measures, expected, people, year, Treatment(practice_of(year), carried))


def _carried_from(year: int) -> set[int]:
    """The years whose figures stand in for others of a year."""
    return {each.from_year for each in carried_forward() if each.year == year}


def _extreme(year: PublishedYear, most_totals: bool, most_categories: bool) -> Floats:
    """Suppressed counts as low or as high as they can be, totals and categories each way: an estimate may rise with the
    one and fall with the other."""
    low, high = year.bounds.low, np.minimum(year.bounds.high, MANY)
    whole = np.array([key.is_whole for key in year.bounds.keys])
    return np.where(np.where(whole, most_totals, most_categories), high, low)


def _cells(files: Mapping[str, bytes]) -> Iterator[tuple[Cell, str]]:
    for path, content in files.items():
        if path.endswith(".meta.csv"):
            continue
        table = path.partition("_")[0]
        for row in csv.DictReader(io.StringIO(content.decode())):
            level = row["geographic_level"]
            code = ENGLAND if level == NATIONAL else row[_LEVELS[level]]
            for column, text in row.items():
                yield Cell(table, int(row["time_period"]), level, code, row_name(row), column), text
