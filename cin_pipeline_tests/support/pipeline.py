"""The functional core in the shape of the independent calculation in `oracle`, so that the two can be compared."""

from collections.abc import Iterator
from fractions import Fraction

import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.carrying import Carried, Treatment
from cin_pipeline.methodology.catalogue import catalogue_of
from cin_pipeline.methodology.episodes import flag_episodes
from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.measures import KNOWN, MEASURE_COLUMNS, NOT_AVAILABLE, la_measures
from cin_pipeline.methodology.missing import UnusableItem, without_unusable
from cin_pipeline.methodology.referrals import latest_referrals
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.reference.missing_data import Practice, practice_of
from cin_pipeline_tests.support import oracle
from cin_pipeline_tests.support.missing_data_examples import Example


def tables_of(xml: bytes, year: int) -> ReturnTables:
    return clean_return(read_return(xml, year).tables, year).tables


def facts_of(xml: bytes, previous: bytes | None, year: int) -> ReturnFacts:
    ending = CollectionYear(year)
    tables = tables_of(xml, year)
    prior = None if previous is None else latest_referrals(tables_of(previous, year - 1), ending.previous)
    return ReturnFacts(ending, flag_episodes(tables, ending), tables, prior)


def measures_table(xml: bytes, previous: bytes | None, year: int, la_code: str = "201") -> DataFrame:
    return la_measures(facts_of(xml, previous, year), la_code)


def counted(xml: bytes, previous: bytes | None, year: int) -> oracle.Measures:
    """The pipeline's measures as the oracle gives them."""
    table = measures_table(xml, previous, year)
    whole_or_known = table[(table["breakdown"] == TOTAL) | (table["status"] == KNOWN)]
    return {
        (row.measure, row.breakdown, row.category): None if row.status == NOT_AVAILABLE else int(row.value)
        for row in whole_or_known.itertuples()
    }


def estimated(
    measures: dict[str, oracle.Measures],
    expected: list[str],
    population: dict[str, int],
    unusable: oracle.Unusable,
    year: int,
) -> dict[tuple[str, str, str, str], tuple[float, ...]]:
    """The pipeline's national figures as the oracle gives them, empty ones as NaN."""
    england = _england(measures, expected, population, unusable, year, None)
    numbers = ["known", "estimated", "value", "grossing_factor"]
    return dict(zip(_keys(england), england[numbers].itertuples(index=False, name=None), strict=True))


def by_the_pipeline(of: Example) -> dict[oracle.RowKey, oracle.EnglandRow]:
    """The pipeline's national figures of a hand-worked example, numbers as floats."""
    practice = practice_of(of.year) if of.practice in (None, Practice.CARRY_FORWARD) else Practice(of.practice)
    carried = {
        la: Carried(
            each.from_year, _given({la: each.measures}, [(la, *item) for item in each.unusable], each.from_year)
        )
        for la, each in of.carried.items()
        if of.practice in (None, Practice.CARRY_FORWARD)
    }
    treatment = Treatment(practice, carried)
    england = _england(of.measures, of.expected, of.population, of.unusable, of.year, treatment)
    columns = ["known", "estimated", "value", "grossing_factor", "missing_data"]
    values = england[columns].astype(object).where(england[columns].notna(), None)
    return {
        key: oracle.EnglandRow(*row)
        for key, row in zip(_keys(england), values.itertuples(index=False, name=None), strict=True)
    }


def _england(
    measures: dict[str, oracle.Measures],
    expected: list[str],
    population: dict[str, int],
    unusable: oracle.Unusable,
    year: int,
    treatment: Treatment | None,
) -> DataFrame:
    return estimate_england(_given(measures, unusable, year), expected, population, year, treatment)


def _keys(england: DataFrame) -> Iterator[tuple[str, str, str, str]]:
    names = ["geography_code", "measure", "breakdown", "category"]
    return iter(england[names].itertuples(index=False, name=None))


def _given(measures: dict[str, oracle.Measures], unusable: oracle.Unusable, year: int) -> DataFrame:
    """Measures of LAs without what is unusable of them."""
    items = [UnusableItem(year, la, measure, "", breakdown or "") for la, measure, breakdown in unusable]
    tables = [_table(la, sent, year) for la, sent in measures.items()]
    table = pd.concat(tables, ignore_index=True) if tables else DataFrame(columns=list(MEASURE_COLUMNS))
    return without_unusable(table, items)


def as_floats(rows: dict[tuple[str, str, str, str], oracle.Row]) -> dict[tuple[str, str, str, str], tuple[float, ...]]:
    """The oracle's exact national figures as numbers that can be compared, empty ones as NaN."""
    return {
        key: tuple(float("nan") if number is None else float(Fraction(number)) for number in row)
        for key, row in rows.items()
    }


def _table(la_code: str, sent: oracle.Measures, year: int) -> DataFrame:
    """A measures table from an oracle's dictionary; totals that it leaves out are 0."""
    totals = {(measure.name, TOTAL, TOTAL): 0 for measure in catalogue_of(year)}
    rows = [
        (year, la_code, *key, number, NOT_AVAILABLE if number is None else KNOWN)
        for key, number in {**totals, **sent}.items()
    ]
    return DataFrame(rows, columns=list(MEASURE_COLUMNS)).astype({"value": "Int64"})
