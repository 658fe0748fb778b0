"""Published cells that cannot come out, and what says so in the published tables themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pandas import DataFrame

from cin_pipeline_tests.backtests.tables.comparing import DIFFERENT


@dataclass(frozen=True)
class Explanation:
    """Why some cells differ; each of `tables`, `years`, `codes`, `columns` and `rows` takes in all where it is empty.

    `published`: the symbols they are published with, where it is for these."""

    reason: str
    tables: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    published: tuple[str, ...] = ()

    def takes_in(self, cells: DataFrame) -> "Iterable[bool]":
        """Which cells it explains; columns of `compared`."""
        found = cells["outcome"] == DIFFERENT
        for column, names in (
            ("table", self.tables),
            ("year", self.years),
            ("code", self.codes),
            ("column", self.columns),
            ("row", self.rows),
            ("published", self.published),
        ):
            if names:
                found &= cells[column].isin(names)
        return found


EXPLANATIONS: Final[tuple[Explanation, ...]] = ()


def explained(cells: DataFrame) -> DataFrame:
    """The cells with a column `reason`, the first that takes them in; blank where none does."""
    reasons = cells["published"].map(lambda _: "")
    for each in reversed(EXPLANATIONS):
        reasons = reasons.mask(each.takes_in(cells), each.reason)
    return cells.assign(reason=reasons)
