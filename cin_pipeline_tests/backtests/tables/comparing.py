"""What the product publishes, made from the published counts of LAs, beside what was published: cell by cell."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from pandas import DataFrame

from cin_pipeline.publication.declaring import LOCAL_AUTHORITY
from cin_pipeline.publication.rounding import half_up
from cin_pipeline.publication.symbols import ROUNDS_TO_ZERO, SUPPRESSED
from cin_pipeline_tests.backtests.tables.leeway import Interval, Leeway
from cin_pipeline_tests.backtests.tables.published import Cell

EQUAL: Final = "equal"
WITHIN: Final = "equal within what suppressed cells leave open"
NOT_COMPUTABLE: Final = "not computable from LA rows"
POPULATION_REVISED: Final = "population since revised"
SUPPRESSED_HERE: Final = "suppressed here alone"
SUPPRESSED_THERE: Final = "suppressed there alone"
DIFFERENT: Final = "different"
OUTCOMES: Final = (EQUAL, WITHIN, NOT_COMPUTABLE, POPULATION_REVISED, SUPPRESSED_HERE, SUPPRESSED_THERE, DIFFERENT)
# Rates of these years were published on populations that the next release revised: not held.
REVISED: Final = (2023, 2024)


def compared(published: DataFrame, ours: Mapping[Cell, str], leeway: Mapping[int, Leeway]) -> DataFrame:
    """The published cells with columns `ours` (the text of our file, blank where it has none) and `outcome`.

    `leeway` by year."""
    cells = [Cell(*names) for names in published[list(Cell._fields)].itertuples(index=False, name=None)]
    texts = [ours.get(cell, "") for cell in cells]
    outcomes = [
        _outcome(cell, text, our_text, leeway[cell.year])
        for cell, text, our_text in zip(cells, published["published"], texts, strict=True)
    ]
    return published.assign(ours=texts, outcome=outcomes)


def _outcome(cell: Cell, published: str, ours: str, leeway: Leeway) -> str:
    there, here = _number(published), _number(ours)
    if published == ours or (there is not None and there == here):
        return EQUAL
    if not cell.is_computable:
        return NOT_COMPUTABLE
    if cell.is_rate and cell.year in REVISED:
        return POPULATION_REVISED
    if published == SUPPRESSED:
        return SUPPRESSED_THERE
    if ours == SUPPRESSED:
        return SUPPRESSED_HERE
    between = None if cell.level == LOCAL_AUTHORITY else leeway.of(cell.code, cell.table, cell.row, cell.column)
    if between is None:
        return DIFFERENT
    if published == ROUNDS_TO_ZERO:
        return WITHIN if between.low < 0.05 and between.high > 0 else DIFFERENT
    return WITHIN if there is not None and _rounds_to(there, between, cell) else DIFFERENT


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _rounds_to(number: Decimal, between: Interval, cell: Cell) -> bool:
    """Whether a figure in the interval can have been rounded to the number, which is of England or a region."""
    fraction = cell.is_rate or "percent" in cell.column
    to = Decimal("0.1") if fraction else Decimal(10)
    low, high = (half_up(each, to) for each in between)
    return low <= number <= high
