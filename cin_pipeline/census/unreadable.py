"""How an item of a return was read: of the records that give it, in how many it cannot be read.

A value or two that cannot be read is a mistake; an item that cannot be read in a large share of its records says that
figures which rest on it are no figures. Where that begins is declared here, and is our choice.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame, Series

from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.specification import TABLES, Item, ValueType, tables

UNREADABLE_PERCENT = 20  # of the records that give an item, from which on the item is unreadable
FEWEST_UNREADABLE = 3  # fewer records are no pattern, whatever their share

_RECORDS = {"section47": "section 47 enquiries", "plans": "child protection plans", "cin_plans": "child in need plans"}


@dataclass(frozen=True)
class ItemRead:
    """An item of a table by its element: how many records give it, and in how many of these it cannot be read."""

    table: str
    item: str
    given: int
    unreadable: int

    @property
    def is_unreadable(self) -> bool:
        """Whether it is unreadable, as declared: in so large a share of the records, and in so many."""
        return self.unreadable >= FEWEST_UNREADABLE and 100 * self.unreadable >= UNREADABLE_PERCENT * self.given

    @property
    def percent(self) -> int:
        """The share in whole per cent, rounded down; 1 at least where there is any."""
        return max(100 * self.unreadable // self.given, min(self.unreadable, 1)) if self.given else 0

    @property
    def records(self) -> str:
        """What its records are called."""
        return _RECORDS.get(self.table, self.table.replace("_", " "))

    @property
    def givers(self) -> str:
        """What the records that give it are called: where it has to be given, all of them."""
        return self.records if self._item.required else f"{self.records} that give one"

    @property
    def words(self) -> str:
        """What it is called: `referral date`."""
        return self.column.replace("_", " ")

    @property
    def column(self) -> str:
        """The column it is read into."""
        return self._item.column

    @property
    def _item(self) -> Item:
        return next(item for item in TABLES[self.table].items if item.element == self.item)


def items_not_read(sent: ReturnTables, issues: DataFrame, year: int) -> Iterator[ItemRead]:
    """Every item of the year's return with a value that could not be read, in the order of the return.

    `sent`: the records as text; `issues`: the value issues of cleaning them. White space alone gives no value."""
    wrong = issues[issues["value"] != ""].groupby(["table", "item"]).size()
    unreadable = {(str(table), str(item)): int(number) for (table, item), number in wrong.items()}
    for name, table in tables(year).items():
        for item in table.items:
            # Any text is read; the issue of one is an id that an earlier child has.
            if item.type is not ValueType.TEXT and (name, item.element) in unreadable:
                yield ItemRead(name, item.element, _given(sent[name][item.column]), unreadable[name, item.element])


def _given(column: "Series[str]") -> int:
    texts = column.astype("category").cat
    held = np.array([*(bool(str(text).strip()) for text in texts.categories), False])
    return int(held[texts.codes.to_numpy()].sum())
