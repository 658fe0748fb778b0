"""Measures and estimates in SQL. Each write replaces what it is about in one transaction."""

from typing import Any

import pandas as pd
from pandas import DataFrame
from sqlalchemy import Engine, Select, Table, delete, insert, select
from sqlalchemy.sql.elements import ColumnElement

from cin_pipeline.store.database import ESTIMATES, LA_MEASURES, NATIONAL_MEASURES, READING_COUNTS, SUBMISSIONS
from cin_pipeline.store.registry import SubmissionState


class Figures:
    """Reads and writes the long tables of figures."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write_la_measures(self, measures: DataFrame, submission: int) -> None:
        """Stores the measures counted from one submission in place of earlier ones."""
        self._replace(LA_MEASURES, LA_MEASURES.c.submission == submission, measures.assign(submission=submission))

    def la_measures_in_force(self, year: int) -> DataFrame:
        """The measures of every LA of a year, from the submissions in force, by LA in the order they were counted."""
        return self._read(_in_force(LA_MEASURES, year), {"value": "Int64"})

    def la_measures_of(self, submission: int) -> DataFrame:
        """The measures counted from one submission."""
        columns = [column for column in LA_MEASURES.c if column.name != "submission"]
        return self._read(select(*columns).where(LA_MEASURES.c.submission == submission), {"value": "Int64"})

    def write_reading_counts(self, counts: DataFrame, submission: int) -> None:
        """Stores how many records of one submission each reading touches, in place of earlier counts."""
        self._replace(READING_COUNTS, READING_COUNTS.c.submission == submission, counts.assign(submission=submission))

    def reading_counts_in_force(self, year: int) -> DataFrame:
        """How many records each reading touches in every LA of a year, from the submissions in force; columns
        READING_COLUMNS. Submissions that were counted before there were such counts are not in it."""
        return self._read(_in_force(READING_COUNTS, year), {})

    def write_national_measures(self, measures: DataFrame, year: int) -> None:
        """Stores the sums of a year in place of earlier ones."""
        self._replace(NATIONAL_MEASURES, NATIONAL_MEASURES.c.collection_year == year, measures)

    def national_measures(self, year: int) -> DataFrame:
        """The sums of a year."""
        return self._read(select(NATIONAL_MEASURES).where(NATIONAL_MEASURES.c.collection_year == year), {})

    def write_estimates(self, estimates: DataFrame, year: int) -> None:
        """Stores the estimates of a year in place of earlier ones."""
        self._replace(ESTIMATES, ESTIMATES.c.collection_year == year, estimates)

    def estimates(self, year: int) -> DataFrame:
        """The estimates of a year."""
        numbers = dict.fromkeys(("known", "estimated", "value", "grossing_factor"), "float64")
        return self._read(select(ESTIMATES).where(ESTIMATES.c.collection_year == year), numbers)

    def clear_estimates(self, year: int) -> None:
        """Takes back the estimates of a year, so that none outlives the figures it was made from."""
        with self._engine.begin() as connection:
            connection.execute(delete(ESTIMATES).where(ESTIMATES.c.collection_year == year))

    def _replace(self, table: Table, where: ColumnElement[bool], rows: DataFrame) -> None:
        values = rows[[column.name for column in table.c]].astype(object).where(rows.notna(), None)
        records = values.to_dict("records")
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(where))
            if records:
                connection.execute(insert(table), records)

    def _read(self, query: object, dtypes: dict[str, str]) -> DataFrame:
        with self._engine.connect() as connection:
            return pd.read_sql_query(query, connection).astype(dtypes)


def _in_force(table: Table, year: int) -> Select[Any]:
    """The rows of a table by submission for every LA of a year, from the submissions in force, by LA."""
    return (
        select(*(column for column in table.c if column.name != "submission"))
        .join(SUBMISSIONS, SUBMISSIONS.c.submission == table.c.submission)
        .where(table.c.collection_year == year, SUBMISSIONS.c.state == SubmissionState.ACCEPTED)
        .order_by(table.c.la_code)
    )
