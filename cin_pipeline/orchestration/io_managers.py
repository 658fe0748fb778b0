"""How assets are stored: row tables as Parquet by submission, figures in SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import dagster as dg
import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.cleaning import CleanedReturn
from cin_pipeline.census.reading import SentReturn
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.orchestration.partitions import year_and_la
from cin_pipeline.orchestration.submissions import Work
from cin_pipeline.store.cleaned_returns import CLEANED_RETURN, cleaned_of
from cin_pipeline.store.figures import Figures, Input
from cin_pipeline.store.missing_data import previous_return
from cin_pipeline.store.sent_returns import RAW_RETURN, sent_return
from cin_pipeline.store.store import Store, place_of
from cin_pipeline.store.stored_returns import tables_of_cleaned, tables_of_sent
from cin_pipeline.store.submissions import Submission
from cin_pipeline.validation import RuleResults

ISSUES, ROWS, SOURCE = "issues", "rows", "source"
LA_MEASURES = "la_measures"


@dataclass(frozen=True)
class PreviousReturn:
    """The cleaned current return of the previous year, and which submission that is."""

    submission: int
    cleaned: CleanedReturn


@dataclass(frozen=True)
class PriorYear:
    """Each child's latest referral in the previous year, and the submission they are from; None where there is none."""

    referrals: DataFrame
    submission: int | None = None


@dataclass(frozen=True)
class Counted:
    """An LA's measures, the submission of the previous year that they were counted with, and how many records each
    interpretation of the methodology touches."""

    measures: DataFrame
    previous: int | None
    interpretations: DataFrame


@dataclass(frozen=True)
class CurrentFigures:
    """The measures of every current return, and what they were counted from."""

    measures: DataFrame
    inputs: list[Input]


RowData: TypeAlias = SentReturn | CleanedReturn | RuleResults | PriorYear | DataFrame
Value = TypeVar("Value", bound=RowData)


@dataclass(frozen=True)
class Form(Generic[Value]):
    """As which row tables a value is stored, and how that of an asset and submission is read back."""

    to_tables: Callable[[Value], dict[str, DataFrame]]
    read: Callable[[Store, str, Submission], Value]


def _form(
    to_tables: Callable[[Value], dict[str, DataFrame]], from_tables: Callable[[dict[str, DataFrame]], Value]
) -> Form[Value]:
    """The form of a value that is made from its tables alone."""

    def read(store: Store, asset: str, submission: Submission) -> Value:
        return from_tables(store.tables.read(place_of(asset, submission)))

    return Form(to_tables, read)


def _prior_year(tables: dict[str, DataFrame]) -> PriorYear:
    (source,) = tables[SOURCE]["submission"]
    return PriorYear(tables[ROWS], None if pd.isna(source) else int(source))


# By asset; what is not here is one table.
_FORMS: dict[str, Form[Any]] = {
    RAW_RETURN: Form(tables_of_sent, lambda store, _, submission: sent_return(store, submission)),
    CLEANED_RETURN: Form(tables_of_cleaned, lambda store, _, submission: cleaned_of(store, submission)),
    "validation_issues": _form(
        lambda value: {ISSUES: value.issues, "named": value.named, "outcomes": value.outcomes},
        lambda tables: RuleResults(**tables),
    ),
    "prior_year_referrals": _form(
        lambda value: {ROWS: value.referrals, SOURCE: DataFrame({"submission": [value.submission]}, dtype="Int64")},
        _prior_year,
    ),
}
_ONE_TABLE: Form[DataFrame] = _form(lambda rows: {ROWS: rows}, lambda tables: tables[ROWS])

# How the figures of a year are written and read, by asset.
_FIGURES_OF_A_YEAR: dict[str, tuple[Callable[[Figures, DataFrame, int], None], Callable[[Figures, int], DataFrame]]] = {
    "estimates": (Figures.write_estimates, Figures.estimates),
}


class RowTables(dg.IOManager):
    """Row tables: a version per submission, so that what is current stays readable while the next is at work.

    What a run has just stored is handed to its next step as it is: reading it back took a sixth of a run."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._stored: dict[str, RowData] = {}  # of this run only: memory stays bounded by one return

    def handle_output(self, context: dg.OutputContext, obj: RowData) -> None:
        """Stores the tables of the submission at work."""
        asset = _asset(context)
        place = place_of(asset, self._work.submission)
        self._work.store.tables.write(place, _FORMS.get(asset, _ONE_TABLE).to_tables(obj), context.run_id)
        self._stored[place] = obj

    def load_input(self, context: dg.InputContext) -> RowData | PreviousReturn | None:
        """The tables of the submission at work; of the previous year, those of the return that its re-referrals are
        counted with, None without one."""
        keys = context.asset_partition_keys
        if not keys:
            return None  # the year before the first
        asset, (year, la_code) = _asset(context), year_and_la(keys[0])
        if (year, la_code) == (self._work.year, self._work.la_code):
            return self._read(asset, self._work.submission)
        if asset != CLEANED_RETURN:
            raise TypeError(f"{asset} of another year was asked for; only {CLEANED_RETURN} is")
        current = previous_return(self._work.store, self._work.year.ending, la_code)
        return None if current is None else PreviousReturn(current.submission, self._read(asset, current))

    def _read(self, asset: str, submission: Submission) -> Any:
        stored = self._stored.get(place_of(asset, submission))
        return _FORMS.get(asset, _ONE_TABLE).read(self._work.store, asset, submission) if stored is None else stored


class FigureTables(dg.IOManager):
    """Figures: long tables in SQL, by submission for an LA and by year for England."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._figures = work.store.figures

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Stores the figures in place of those of the same submission or year: Counted for an LA, else a table."""
        asset = _asset(context)
        if asset != LA_MEASURES:
            write, _ = _FIGURES_OF_A_YEAR[asset]
            write(self._figures, obj, CollectionYear.from_key(context.partition_key).ending)
            return
        submission = self._work.submission.submission
        self._figures.write_interpretation_counts(obj.interpretations, submission)
        self._figures.write_la_measures(obj.measures, submission, obj.previous)

    def load_input(self, context: dg.InputContext) -> DataFrame | CurrentFigures:
        """For an LA the figures of the submission at work, for England the current ones of the year."""
        asset, key = _asset(context), context.step_context.partition_key
        if asset != LA_MEASURES:
            _, read = _FIGURES_OF_A_YEAR[asset]
            return read(self._figures, CollectionYear.from_key(key).ending)
        if isinstance(key, dg.MultiPartitionKey):
            return self._figures.la_measures_of(self._work.submission.submission)
        return CurrentFigures(*self._figures.la_measures_with_inputs(CollectionYear.from_key(key).ending))


def _asset(context: dg.OutputContext | dg.InputContext) -> str:
    return context.asset_key.path[-1]
