"""How assets are stored: row tables as Parquet by submission, figures in SQL."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import dagster as dg
import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.cleaning import CleanedReturn
from cin_pipeline.census.return_tables import ReturnTables, with_declared_types
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.orchestration.partitions import year_and_la
from cin_pipeline.orchestration.submissions import submission_at_work
from cin_pipeline.store.figures import Input
from cin_pipeline.store.row_tables import read_tables, write_tables
from cin_pipeline.store.store import Store
from cin_pipeline.validation import RuleResults

ISSUES, ROWS, SOURCE = "issues", "rows", "source"


@dataclass(frozen=True)
class PreviousReturn:
    """The cleaned current return of the previous year, and which submission that is."""

    submission: int
    cleaned: CleanedReturn


@dataclass(frozen=True)
class PriorYear:
    """Each child's latest referral in the year before, and the submission they are from; None where there is none."""

    referrals: DataFrame
    submission: int | None = None


@dataclass(frozen=True)
class Counted:
    """An LA's measures, and the submission of the year before that they were counted with."""

    measures: DataFrame
    previous: int | None


@dataclass(frozen=True)
class CurrentFigures:
    """The measures of every current return, and what they were counted from."""

    measures: DataFrame
    inputs: list[Input]


RowData: TypeAlias = ReturnTables | CleanedReturn | RuleResults | PriorYear | DataFrame


class RowTables(dg.IOManager):
    """Row tables: a version per submission, so that what is current stays readable while the next is at work.

    What a run has just stored is handed to its next step as it is: reading it back took a sixth of a run."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._run = ""
        self._stored: dict[Path, RowData] = {}  # of that run only: memory stays bounded by one return

    def handle_output(self, context: dg.OutputContext, obj: RowData) -> None:
        """Stores the tables of the submission at work."""
        year, la_code = year_and_la(context.partition_key)
        submission = submission_at_work(self._store, year.ending, la_code, _run(context))
        match obj:
            case ReturnTables():
                tables = dict(obj.items())
            case CleanedReturn():
                tables = {**dict(obj.tables.items()), ISSUES: obj.issues}
            case RuleResults():
                tables = {ISSUES: obj.issues, "named": obj.named, "outcomes": obj.outcomes}
            case PriorYear():
                tables = {ROWS: obj.referrals, SOURCE: DataFrame({"submission": [obj.submission]}, dtype="Int64")}
            case _:
                tables = {ROWS: obj}
        directory = self._directory(context, year, la_code, submission.submission)
        write_tables(directory, tables)
        if self._run != context.run_id:
            self._run, self._stored = context.run_id, {}
        self._stored[directory] = obj

    def load_input(self, context: dg.InputContext) -> RowData | PreviousReturn | None:
        """The tables of the submission at work; of another year, those of the current return, None without one."""
        keys = context.asset_partition_keys
        if not keys:
            return None  # the year before the first
        year, la_code = year_and_la(keys[0])
        if keys[0] == context.step_context.partition_key:
            submission = submission_at_work(self._store, year.ending, la_code, _run(context))
            return self._read(context, year, la_code, submission.submission)
        current = self._store.registry.current(year.ending, la_code)
        if current is None:
            return None
        cleaned = self._read(context, year, la_code, current.submission)
        if not isinstance(cleaned, CleanedReturn):
            raise TypeError(f"{context.asset_key.path[-1]} of another year was asked for; only cleaned_return is")
        return PreviousReturn(current.submission, cleaned)

    def _read(self, context: dg.InputContext, year: CollectionYear, la_code: str, submission: int) -> RowData:
        directory = self._directory(context, year, la_code, submission)
        if self._run == context.step_context.run_id and directory in self._stored:
            return self._stored[directory]
        tables = read_tables(directory)
        match context.asset_key.path[-1]:
            case "raw_return":
                return ReturnTables(**tables)
            case "cleaned_return":
                issues = tables.pop(ISSUES)
                return CleanedReturn(with_declared_types(ReturnTables(**tables), year.ending), issues)
            case "validation_issues":
                return RuleResults(**tables)
            case "prior_year_referrals":
                (source,) = tables[SOURCE]["submission"]
                return PriorYear(tables[ROWS], None if pd.isna(source) else int(source))
            case _:
                return tables[ROWS]

    def _directory(self, context: Any, year: CollectionYear, la_code: str, submission: int) -> Path:
        return self._store.tables_directory(context.asset_key.path[-1], year.ending, la_code, submission)


class FigureTables(dg.IOManager):
    """Figures: long tables in SQL, by submission for an LA and by year for England."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def handle_output(self, context: dg.OutputContext, obj: Counted | DataFrame) -> None:
        """Stores the figures in place of those of the same submission or year."""
        figures = self._store.figures
        if isinstance(obj, Counted):
            year, la_code = year_and_la(context.partition_key)
            submission = submission_at_work(self._store, year.ending, la_code, _run(context))
            figures.write_la_measures(obj.measures, submission.submission, obj.previous)
        else:
            figures.write_estimates(obj, CollectionYear.from_key(context.partition_key).ending)

    def load_input(self, context: dg.InputContext) -> DataFrame | CurrentFigures:
        """For an LA the figures of the submission at work, for England the current ones of the year."""
        key = context.step_context.partition_key
        if isinstance(key, dg.MultiPartitionKey):
            year, la_code = year_and_la(key)
            submission = submission_at_work(self._store, year.ending, la_code, _run(context))
            return self._store.figures.la_measures_of(submission.submission)
        year = CollectionYear.from_key(key)
        match context.asset_key.path[-1]:
            case "la_measures":
                return CurrentFigures(*self._store.figures.la_measures_with_inputs(year.ending))
            case _:
                return self._store.figures.estimates(year.ending)


def _run(context: dg.OutputContext | dg.InputContext) -> dg.DagsterRun:
    return context.step_context.dagster_run
