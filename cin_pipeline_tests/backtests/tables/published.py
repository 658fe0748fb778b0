"""The Department's tables, cell by cell, and the published counts of LAs among them."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import pandas as pd
from pandas import DataFrame

from cin_pipeline.publication.declaring import LOCAL_AUTHORITY, NATIONAL, REGIONAL
from cin_pipeline.publication.symbols import INAPPLICABLE, UNAVAILABLE, UNRELIABLE
from cin_pipeline.reference.authorities import ENGLAND, authorities
from cin_pipeline.reference.figure_keys import FigureKey
from cin_pipeline.reference.published import ENGLAND_TABLES, LOCAL, PLACE_TABLES, published_la_figures, published_rows
from cin_pipeline.reference.published import REGIONAL as REGION
from cin_pipeline_tests.backtests.tables.columns import DAYS, Column, counts, rates

HEADLINE = "headline"
_LEVELS = {"N": NATIONAL, REGION: REGIONAL, LOCAL: LOCAL_AUTHORITY}
_ROWS = ("characteristic_type", "characteristic", "category_type")  # columns that tell the rows of a place apart
_NEVER = ("year", "level", "code", "category", *_ROWS)

_WITHDRAWN: Final = {(2022, "371", "cpp_starting_second_or_subsequent")}  # Doncaster, in the release of 2023
_OF_CHILDREN: Final = ("a3", "a4", "a5", "a7")  # characteristics, published of England alone


class Cell(NamedTuple):
    """What names a cell: `row` where a table has several for a place."""

    table: str
    year: int
    level: str
    code: str
    row: str
    column: str

    @property
    def is_rate(self) -> bool:
        """Whether it depends on a population."""
        return self.column == "rate" or Column(self.table, self.column) in rates(self.year)

    @property
    def is_computable(self) -> bool:
        """Whether counts published of LAs decide it."""
        needs_children = self.table in _OF_CHILDREN or Column(self.table, self.column) in DAYS
        kind_of_disability = self.table == "b2" and not self.column.startswith("At31_episodes")
        return not (needs_children or kind_of_disability)


def cells() -> DataFrame:
    """Every published cell: columns those of Cell and `published`, its text."""
    return DataFrame(
        [cell for table in (*ENGLAND_TABLES, *PLACE_TABLES, HEADLINE) for cell in _cells(table)],
        columns=[*Cell._fields, "published"],
    )


def _cells(table: str) -> Iterator[tuple[str, int, str, str, str, str, str]]:
    for row in published_rows(table):
        level, code = _LEVELS[row.get("level", "N")], row.get("code", ENGLAND)
        name = row_name(row)
        for column, text in row.items():
            if column not in _NEVER:
                yield table, int(row["year"]), level, code, name, column, text


def row_name(row: Mapping[str, str]) -> str:
    """What tells a row from the others of its place; empty where there are no others."""
    return ": ".join(dict.fromkeys(row[each] for each in _ROWS if each in row))


def texts_of_las(year: int) -> DataFrame:
    """The published counts of the LAs of a year: a row for each LA, a column for each count, its text or a blank."""
    codes, figures = list(authorities(year)), published_la_figures(year)
    keys = list(dict.fromkeys(counts(year).values()))
    texts = [[_given(figures.get(code, {}), year, code, key) for key in keys] for code in codes]
    return DataFrame(texts, index=codes, columns=pd.Index(keys, tupleize_cols=False))


def _given(figures: Mapping[FigureKey, int | str], year: int, code: str, key: FigureKey) -> str:
    """A count as it went into England: what is unreliable is in it, but for categories of a total that is not, and for
    what was withdrawn after England had been published."""
    text = str(figures.get(key, "")).replace(INAPPLICABLE, UNAVAILABLE)
    alone = figures.get(FigureKey(key.measure)) != UNRELIABLE
    withdrawn = (year, code, key.measure) in _WITHDRAWN
    return UNAVAILABLE if text == UNRELIABLE and (alone or withdrawn) else text
