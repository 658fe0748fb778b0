"""How a case of an interpretation is declared: beside the function that counts what it touches."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from pandas import DataFrame

from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.tables.columns import COLLECTION_YEAR, LA_CODE
from cin_pipeline.tables.declaring import TEXT, WHOLE, Column, TableDeclaration

INTERPRETATION_COUNTS = TableDeclaration(
    "interpretation_counts",
    "How many records of an LA's return one case of an interpretation of the methodology touches.",
    (
        COLLECTION_YEAR,
        LA_CODE,
        Column("interpretation_case", TEXT, "The case, by its name in `methodology/interpretations`.", longest=64),
        Column("records", WHOLE, "How many records it touches; 0 too.", "records"),
    ),
    key=("collection_year", "la_code", "interpretation_case"),
)
INTERPRETATION_COLUMNS = INTERPRETATION_COUNTS.names

Count = Callable[[ReturnFacts], int]


@dataclass(frozen=True)
class Case:
    """Records that an interpretation decides about: its name, the number of the interpretation, what is counted and
    what is done with it, and the function that counts."""

    name: str
    interpretation: str
    what: str
    count: Count

    @property
    def number(self) -> int:
        """12 of A12."""
        return int(self.interpretation.removeprefix("A"))


class Cases:
    """The cases of one part of a return, in the order they are declared."""

    def __init__(self) -> None:
        self.declared: list[Case] = []

    def case(self, interpretation: str, what: str) -> Callable[[Count], Count]:
        """Declares the function below it: of A12, say, how many records there are of `what`, and what is done."""

        def declare(function: Count) -> Count:
            self.declared.append(Case(function.__name__, interpretation, what, function))
            return function

        return declare


def number_of(which: ArrayLike) -> int:
    """How many are true."""
    return int(np.count_nonzero(which))


def repeated(rows: DataFrame, keys: list[str]) -> int:
    """How many rows have the keys of one before."""
    return int(rows.duplicated(keys).sum())
