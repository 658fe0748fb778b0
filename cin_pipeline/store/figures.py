"""Measures and estimates in SQL. Each write replaces what it is about in one transaction."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd
from pandas import DataFrame
from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.store.database import (
    COUNTS,
    ESTIMATES,
    INTERPRETATION_COUNTS,
    LA_MEASURES,
    NATIONAL_INPUT_VERSIONS,
    NATIONAL_INPUTS,
    SUBMISSIONS,
)
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.submission_queries import OURS, current_of_year
from cin_pipeline.store.transactions import Guard, alone, unguarded


@dataclass(frozen=True, order=True)
class Input:
    """What a national figure is made from, of one LA. data_version changes when a figure of the LA does."""

    la_code: str
    submission: int
    sha256: str
    data_version: str


@dataclass(frozen=True)
class Recount:
    """A current submission counted with another return of the previous year than the current one.

    previous: that one, None where it was withdrawn. run_requests: how many runs that were asked for it have ended
    in vain."""

    submission: int
    year: int
    la_code: str
    previous: int | None
    run_requests: int


def version_of(measures: DataFrame) -> str:
    """The version of an LA's measures: the same for the same figures, whatever their order."""
    keys = ["measure", "breakdown", "category"]
    rows = measures[[*keys, "value", "status"]].sort_values(keys)
    return hashlib.sha256(rows.to_csv(index=False, lineterminator="\n").encode()).hexdigest()[:16]


class Figures:
    """Reads and writes the long tables of figures."""

    def __init__(self, engine: Engine, guard: Guard = unguarded) -> None:
        self._engine = engine
        self._guard = guard

    def write_la_measures(self, measures: DataFrame, submission: int, previous: int | None = None) -> None:
        """Stores the measures counted from one submission in place of earlier ones.

        previous: the submission of the previous year that re-referrals were counted with."""
        counted = {"submission": submission, "data_version": version_of(measures), "previous": previous}
        with alone(self._engine, f"{LA_MEASURES.name} {submission}", self._guard) as connection:
            connection.execute(delete(COUNTS).where(COUNTS.c.submission == submission))
            connection.execute(insert(COUNTS).values(**counted, run_requests=0))
            rows = measures.assign(submission=submission)
            _replace(connection, LA_MEASURES, LA_MEASURES.c.submission == submission, rows)

    def current_la_measures(self, year: int) -> DataFrame:
        """The measures of every LA of a year, from the current submissions, by LA in the order they were counted."""
        return self._current(year)

    def la_measures_with_inputs(self, year: int) -> tuple[DataFrame, list[Input]]:
        """The same with what they were counted from: read in one statement, so that the two always agree."""
        inputs = (SUBMISSIONS.c.submission, SUBMISSIONS.c.sha256, COUNTS.c.data_version)
        table = self._current(year, *inputs)
        names = ["la_code", *(column.name for column in inputs)]
        found = table[names].drop_duplicates().itertuples(index=False)
        manifest = [Input(row.la_code, int(row.submission), row.sha256, row.data_version) for row in found]
        return table.drop(columns=names[1:]), manifest

    def _current(self, year: int, *more: "ColumnElement[object]") -> DataFrame:
        columns = [column for column in LA_MEASURES.c if column.name != "submission"]
        query = (
            select(*columns, *more)
            .join(SUBMISSIONS, SUBMISSIONS.c.submission == LA_MEASURES.c.submission)
            .join(COUNTS, COUNTS.c.submission == LA_MEASURES.c.submission)
            .where(LA_MEASURES.c.collection_year == year, current_of_year(year))
            .order_by(LA_MEASURES.c.la_code)
        )
        return self._read(query, {"value": "Int64"})

    def uncounted(self, year: int, measures: Collection[str]) -> list[str]:
        """The LAs whose current return has no total of one of these measures, not even one that is not available: an
        earlier version counted it, or figures were lost. By code."""
        totals = (
            select(func.count())
            .where(
                LA_MEASURES.c.submission == SUBMISSIONS.c.submission,
                LA_MEASURES.c.breakdown == TOTAL,
                LA_MEASURES.c.measure.in_(measures),
            )
            .scalar_subquery()
        )
        query = select(SUBMISSIONS.c.la_code).where(current_of_year(year), totals < len(measures))
        with self._engine.connect() as connection:
            return list(connection.execute(query.order_by(SUBMISSIONS.c.la_code)).scalars())

    def current_inputs(self, year: int) -> list[Input]:
        """What national figures of a year would be made from now, by LA."""
        query = (
            select(SUBMISSIONS.c.la_code, SUBMISSIONS.c.submission, SUBMISSIONS.c.sha256, COUNTS.c.data_version)
            .join(COUNTS, COUNTS.c.submission == SUBMISSIONS.c.submission)
            .where(current_of_year(year))
            .order_by(SUBMISSIONS.c.la_code)
        )
        with self._engine.connect() as connection:
            return [Input(*row) for row in connection.execute(query)]

    def write_manifest(self, asset: str, year: int, inputs: list[Input], versions: Mapping[str, str]) -> None:
        """Stores what a national asset was made from: of each LA, and a version of every other input by its name."""
        about = {"asset": asset, "collection_year": year}
        others = [{"input": name, "version": version} for name, version in versions.items()]
        with alone(self._engine, f"{NATIONAL_INPUTS.name} {asset} {year}", self._guard) as connection:
            for table, rows in ((NATIONAL_INPUTS, map(vars, inputs)), (NATIONAL_INPUT_VERSIONS, others)):
                connection.execute(delete(table).where(table.c.asset == asset, table.c.collection_year == year))
                if values := [{**about, **row} for row in rows]:
                    connection.execute(insert(table), values)

    def manifest(self, asset: str, year: int) -> list[Input]:
        """What a national asset was made from, by LA; empty where it was not made."""
        columns = [NATIONAL_INPUTS.c[name] for name in Input.__dataclass_fields__]
        where = (NATIONAL_INPUTS.c.asset == asset) & (NATIONAL_INPUTS.c.collection_year == year)
        with self._engine.connect() as connection:
            return [Input(*row) for row in connection.execute(select(*columns).where(where).order_by("la_code"))]

    def input_versions(self, asset: str, year: int) -> dict[str, str]:
        """The version of every other input that a national asset was made from; empty where none was noted."""
        table = NATIONAL_INPUT_VERSIONS
        query = select(table.c.input, table.c.version).where(table.c.asset == asset, table.c.collection_year == year)
        with self._engine.connect() as connection:
            return {row.input: row.version for row in connection.execute(query)}

    def years_made(self) -> list[int]:
        """The years that any national figure was made for."""
        with self._engine.connect() as connection:
            return sorted(connection.execute(select(NATIONAL_INPUTS.c.collection_year).distinct()).scalars())

    def recounts(self, predecessors: Callable[[int], Mapping[str, str]] = lambda _: {}) -> list[Recount]:
        """What was counted with another return of the previous year than the current one.

        `predecessors`: of a year, those of new LAs, whose return counts where a new LA has none itself."""
        query = (
            select(
                SUBMISSIONS.c.submission,
                SUBMISSIONS.c.collection_year,
                SUBMISSIONS.c.la_code,
                COUNTS.c.submission.label("counted"),
                COUNTS.c.previous,
                COUNTS.c.requested_previous,
                COUNTS.c.run_requests,
            )
            .outerjoin(COUNTS, COUNTS.c.submission == SUBMISSIONS.c.submission)
            .where(OURS & (SUBMISSIONS.c.state == SubmissionState.ACCEPTED))
            .order_by(SUBMISSIONS.c.submission)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        current = {(row.collection_year, row.la_code): row.submission for row in rows}
        of_year = cache(predecessors)
        found = []
        for row in rows:
            year, la_code = row.collection_year, row.la_code
            now = current.get((year - 1, la_code))
            if now is None and la_code in (old := of_year(year)):
                now = current.get((year - 1, old[la_code]))
            if row.counted is not None and now != row.previous:
                asked = row.run_requests if now == row.requested_previous else 0
                found.append(Recount(row.submission, year, la_code, now, asked))
        return found

    def note_recounts_in_vain(self, recounts: Iterable[Recount]) -> None:
        """Notes of each how many runs that were asked for it have ended in vain."""
        with alone(self._engine, COUNTS.name, self._guard) as connection:
            for each in recounts:
                connection.execute(
                    update(COUNTS)
                    .where(COUNTS.c.submission == each.submission)
                    .values(requested_previous=each.previous, run_requests=each.run_requests)
                )

    def la_measures_of(self, submission: int) -> DataFrame:
        """The measures counted from one submission."""
        columns = [column for column in LA_MEASURES.c if column.name != "submission"]
        return self._read(select(*columns).where(LA_MEASURES.c.submission == submission), {"value": "Int64"})

    def write_interpretation_counts(self, counts: DataFrame, submission: int) -> None:
        """Stores how many records of one submission each interpretation touches, in place of earlier counts."""
        table = INTERPRETATION_COUNTS
        with alone(self._engine, f"{table.name} {submission}", self._guard) as connection:
            _replace(connection, table, table.c.submission == submission, counts.assign(submission=submission))

    def current_interpretation_counts(self, year: int) -> DataFrame:
        """How many records each interpretation touches in every LA of a year, from the current submissions; columns
        INTERPRETATION_COLUMNS. Submissions that were counted before there were such counts are not in it."""
        columns = [column.label(column.key) for column in INTERPRETATION_COUNTS.c if column.name != "submission"]
        query = (
            select(*columns)
            .join(SUBMISSIONS, SUBMISSIONS.c.submission == INTERPRETATION_COUNTS.c.submission)
            .where(current_of_year(year))
            .order_by(INTERPRETATION_COUNTS.c.la_code)
        )
        return self._read(query, {})

    def write_estimates(self, estimates: DataFrame, year: int) -> None:
        """Stores the estimates of a year in place of earlier ones."""
        with alone(self._engine, f"{ESTIMATES.name} {year}", self._guard) as connection:
            _replace(connection, ESTIMATES, ESTIMATES.c.collection_year == year, estimates)

    def estimates(self, year: int) -> DataFrame:
        """The estimates of a year."""
        numbers = dict.fromkeys(("known", "estimated", "value", "grossing_factor"), "float64")
        return self._read(select(ESTIMATES).where(ESTIMATES.c.collection_year == year), numbers)

    def clear_estimates(self, year: int) -> None:
        """Takes back the estimates of a year, so that none outlives the figures it was made from."""
        with alone(self._engine, f"{ESTIMATES.name} {year}", self._guard) as connection:
            connection.execute(delete(ESTIMATES).where(ESTIMATES.c.collection_year == year))

    def _read(self, query: object, dtypes: dict[str, str]) -> DataFrame:
        with self._engine.connect() as connection:
            return pd.read_sql_query(query, connection).astype(dtypes)


def _replace(connection: Connection, table: Table, where: ColumnElement[bool], rows: DataFrame) -> None:
    values = rows[[column.key for column in table.c]].astype(object).where(rows.notna(), None)
    records = values.to_dict("records")
    connection.execute(delete(table).where(where))
    if records:
        connection.execute(insert(table), records)
