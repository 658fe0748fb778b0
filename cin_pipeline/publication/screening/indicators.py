"""Cells of indicators."""

from collections.abc import Iterator

from cin_pipeline.publication.screening.checks import File, Wrong, check, holding
from cin_pipeline.publication.screening.pair import Pair
from cin_pipeline.publication.screening.vocabulary import OBSOLETE_SYMBOLS


@check("check_ind_blanks", "check_ind_invalid_entry")
def no_blank_cells(pair: Pair) -> Iterator[Wrong]:
    """No cell of an indicator is blank."""
    for name in pair.indicators:
        if blank := int((pair.data[name] == "").sum()):
            yield Wrong(File.DATA, name, f"blank in {blank} rows: '' where a number or symbol was expected")


@check("check_ind_obsolete_symbols", "check_ind_invalid_entry")
def no_obsolete_symbols(pair: Pair) -> Iterator[Wrong]:
    """No cell of an indicator holds a symbol that is used no more."""
    yield from holding(OBSOLETE_SYMBOLS, pair, File.DATA, pair.indicators)
