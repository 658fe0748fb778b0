"""The functional core in the shape of the independent calculation in `oracle`, so that the two can be compared."""

from fractions import Fraction

import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.catalogue import catalogue_of
from cin_pipeline.methodology.episodes import flag_episodes
from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.measures import KNOWN, MEASURE_COLUMNS, NOT_AVAILABLE, la_measures
from cin_pipeline.methodology.missing import UnusableItem, without_unusable
from cin_pipeline.methodology.referrals import latest_referrals
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline_tests.support import oracle


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
    items = [UnusableItem(year, la, measure, "", breakdown or "") for la, measure, breakdown in unusable]
    tables = [_table(la, sent, year) for la, sent in measures.items()]
    table = pd.concat(tables, ignore_index=True) if tables else DataFrame(columns=list(MEASURE_COLUMNS))
    england = estimate_england(without_unusable(table, items), expected, population, year)
    return {
        (row.geography_code, row.measure, row.breakdown, row.category): (
            row.known,
            row.estimated,
            row.value,
            row.grossing_factor,
        )
        for row in england.itertuples()
    }


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
