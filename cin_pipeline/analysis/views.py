"""The views that analysts see: names, types and sentences from the declarations, and where the rows of each lie."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, select

from cin_pipeline.census.cleaning import VALUE_ISSUES
from cin_pipeline.census.specification import TABLES, Item, Table, ValueType, years_in_words
from cin_pipeline.methodology.episodes import EPISODES
from cin_pipeline.methodology.estimates import ESTIMATES
from cin_pipeline.methodology.interpretations import INTERPRETATION_COUNTS
from cin_pipeline.methodology.measures import LA_MEASURES
from cin_pipeline.methodology.referrals import PRIOR_REFERRALS
from cin_pipeline.publication.cells import CELLS
from cin_pipeline.publication.protected_cells import PROTECTED_CELLS
from cin_pipeline.store import database
from cin_pipeline.store.cleaned_returns import CLEANED_RETURN
from cin_pipeline.store.listings import (
    LA_NAME,
    LOCAL_AUTHORITIES,
    SUBMISSION,
    SUBMISSION_LIST,
    current_rows,
    submission_list,
)
from cin_pipeline.store.stored_returns import VALUE_ISSUES as STORED_VALUE_ISSUES
from cin_pipeline.tables import declaring
from cin_pipeline.tables.columns import COLLECTION_YEAR, LA_CODE, LINE
from cin_pipeline.tables.declaring import WHOLE, Column, TableDeclaration, in_words
from cin_pipeline.validation.confidence.table import DATA_CONFIDENCE
from cin_pipeline.validation.results import NAMED_RECORDS, RULE_HITS, RULE_OUTCOMES

_TYPES = {
    declaring.TEXT: "VARCHAR",
    declaring.CODE: "VARCHAR",
    declaring.ANY: "VARCHAR",
    declaring.FLAG: "BOOLEAN",
    declaring.DAY: "DATE",
    declaring.WHOLE: "BIGINT",
    declaring.WHOLE_OR_NONE: "BIGINT",
    declaring.NUMBER: "DOUBLE",
    declaring.NUMBER_OR_NONE: "DOUBLE",
}
_ITEM_TYPES = {
    ValueType.TEXT: "VARCHAR",
    ValueType.UPN: "VARCHAR",
    ValueType.CODE: "VARCHAR",
    ValueType.DATE: "DATE",
    ValueType.FLAG: "BOOLEAN",
    ValueType.COUNT: "BIGINT",
}


@dataclass(frozen=True)
class ViewColumn:
    """A column of a view: its SQL type, and a sentence for its comment."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class RowFiles:
    """Rows in Parquet, a file for each submission: an asset and the name of its table there.

    `number`: the column that is the number of the row in the file, from `first`, where the file does not hold it."""

    asset: str
    table: str
    number: str = ""
    first: int = 1


@dataclass(frozen=True)
class InDatabase:
    """Rows of the database, as a query over them; the name of the LA is added where the view has one."""

    query: Select[Any]


@dataclass(frozen=True)
class View:
    """What an analyst can ask for. `child_level`: whether a row is about one child, or holds an id."""

    name: str
    comment: str
    columns: tuple[ViewColumn, ...]
    rows: RowFiles | InDatabase | None  # None: reference data
    child_level: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(column.name for column in self.columns)


def _column(column: Column) -> ViewColumn:
    return ViewColumn(column.name, _TYPES[column.dtype], in_words(column))


# What says whose a row is: year, LA and submission, first in every view by submission.
WHOSE = tuple(map(_column, (COLLECTION_YEAR, LA_CODE, LA_NAME, SUBMISSION)))
_RELEASE_YEAR = Column("release_year", WHOLE, "The collection year of the release: it shows earlier years too.", "year")
_ISSUE = Column("issue", WHOLE, "The number of the row among those of the submission, from 0.", "row number")


def _declared(
    table: TableDeclaration,
    rows: RowFiles | InDatabase | None,
    *,
    before: tuple[ViewColumn, ...] = WHOSE,
    more: tuple[Column, ...] = (),
    name: str = "",
    child_level: bool = False,
) -> View:
    """The view of a declared table: `before`, its index, its columns."""
    named = {column.name for column in before}
    own = (*more, *((table.index,) if table.index else ()), *table.columns)
    columns = tuple(_column(column) for column in own if column.name not in named)
    comment = " ".join(filter(None, (table.summary, table.caution)))
    return View(name or table.name, comment, (*before, *columns), rows, child_level)


def _of_return(table: Table) -> View:
    number = ViewColumn(
        table.number, "BIGINT", f"The number of the {table.record} record, from 1, in the file's order."
    )
    parent = TABLES.get(table.parent)
    lies_in = (ViewColumn(parent.number, "BIGINT", f"The {parent.record} record that it lies in."),) if parent else ()
    comment = " ".join(filter(None, (table.meaning, table.caution, f"A record for each {table.element}.")))
    items: dict[str, list[Item]] = {}
    for item in table.items:
        items.setdefault(item.column, []).append(item)
    columns = (*WHOSE, number, *lies_in, _column(LINE), *(_of_items(name, of) for name, of in items.items()))
    return View(table.name, comment, columns, RowFiles(CLEANED_RETURN, table.name, table.number), child_level=True)


def _of_items(name: str, items: list[Item]) -> ViewColumn:
    """A column that items of different years are read into."""
    sentences = (
        " ".join(filter(None, (f"{item.element}{years_in_words(item)}:", item.meaning, item.caution))) for item in items
    )
    return ViewColumn(name, _ITEM_TYPES[items[0].type], " ".join(sentences))


def _views() -> Iterator[View]:
    for table in TABLES.values():
        yield _of_return(table)
    yield _declared(VALUE_ISSUES, RowFiles(CLEANED_RETURN, STORED_VALUE_ISSUES), child_level=True)
    yield _declared(EPISODES, RowFiles("episodes", "rows", "referral_number"), child_level=True)
    yield _declared(PRIOR_REFERRALS, RowFiles("prior_year_referrals", "rows"), child_level=True)
    issues = RowFiles("validation_issues", "issues", _ISSUE.name, first=0)
    yield _declared(RULE_HITS, issues, more=(_ISSUE,), child_level=True)
    yield _declared(NAMED_RECORDS, RowFiles("validation_issues", "named"), child_level=True)
    yield _declared(RULE_OUTCOMES, RowFiles("validation_issues", "outcomes"))
    yield _declared(DATA_CONFIDENCE, RowFiles("data_confidence", "rows"))
    yield _declared(LA_MEASURES, InDatabase(current_rows(database.LA_MEASURES)))
    yield _declared(INTERPRETATION_COUNTS, InDatabase(current_rows(database.INTERPRETATION_COUNTS)))
    yield _declared(ESTIMATES, InDatabase(select(*database.ESTIMATES.c)), before=())
    release = replace(
        PROTECTED_CELLS, summary=f"{PROTECTED_CELLS.summary} Of each year's last one, made by job publish."
    )
    rows = RowFiles(RELEASE_TABLES, "cells")
    yield _declared(release, rows, before=(_column(_RELEASE_YEAR),), name=CELLS.name)
    yield _declared(SUBMISSION_LIST, InDatabase(submission_list()))
    yield _declared(LOCAL_AUTHORITIES, None, before=())


RELEASE_TABLES = "publication_tables"  # the asset: by release year, not by submission
VIEWS = {view.name: view for view in _views()}
