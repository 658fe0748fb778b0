"""A data file and its metadata file."""

import csv
import io
from dataclasses import dataclass
from functools import cached_property

from pandas import DataFrame, Series

from cin_pipeline.publication.screening.vocabulary import (
    FILTER,
    INDICATOR,
    LEVEL,
    NAMES_THAT_MAY_BE_FILTERS,
    OBSERVATIONAL,
)


@dataclass(frozen=True)
class Pair:
    """A data file and its metadata file, every cell as the text it is."""

    name: str
    data: DataFrame
    meta: DataFrame

    @cached_property
    def values(self) -> dict[str, list[str]]:
        """What each column of the data holds, each value once, in order."""
        return {name: list(self.data[name].unique()) for name in self.data.columns}

    @cached_property
    def filters(self) -> list[str]:
        """Columns the metadata calls filters that the data has."""
        return self._in_data(self.described_as(FILTER)["col_name"])

    @cached_property
    def groupings(self) -> list[str]:
        """Columns that group a filter, that the data has."""
        return self._in_data(filter(None, self.meta["filter_grouping_column"]))

    @cached_property
    def filters_and_groupings(self) -> list[str]:
        """Both, each once."""
        return list(dict.fromkeys((*self.filters, *self.groupings)))

    @cached_property
    def indicators(self) -> list[str]:
        """Columns the metadata calls indicators that the data has."""
        return self._in_data(self.described_as(INDICATOR)["col_name"])

    @cached_property
    def observational(self) -> list[str]:
        """Columns of time and place that the data has; names of schools or providers not where they are the filter."""
        of_its_own = NAMES_THAT_MAY_BE_FILTERS if self.names_are_the_filter else ()
        return [name for name in OBSERVATIONAL if name in self.data.columns and name not in of_its_own]

    @cached_property
    def names_are_the_filter(self) -> bool:
        """Whether names of schools or providers are the one filter, or group it."""
        return len(self.filters) == 1 and bool({*self.filters_and_groupings} & {*NAMES_THAT_MAY_BE_FILTERS})

    @cached_property
    def levels(self) -> Series:
        """The geographic level of each row."""
        return self.data[LEVEL]

    def described_as(self, kind: str) -> DataFrame:
        """Rows of the metadata of filters, or of indicators."""
        return self.meta[self.meta["col_type"] == kind]

    def _in_data(self, names: "Series[str] | filter[str]") -> list[str]:
        return [name for name in dict.fromkeys(names) if name in self.data.columns]


class Unreadable(ValueError):
    """A file that is no table of texts; the message says why."""


def read_table(content: bytes) -> DataFrame:
    """A CSV file, every cell as text; a byte order mark is passed over. Raises Unreadable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Unreadable(f"is not UTF-8 text from byte {wrong.start} on") from None
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if len(rows) < 2:
        raise Unreadable("has no rows")
    width = len(rows[0])
    for number, row in enumerate(rows, start=1):
        if row and len(row) != width:
            raise Unreadable(f"row {number} has {len(row)} cells, the header {width}")
    return DataFrame([row or [""] * width for row in rows[1:]], columns=rows[0], dtype="str")
