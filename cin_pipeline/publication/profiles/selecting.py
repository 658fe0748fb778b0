"""Which cells a profile shows, and which are protected for them."""

import numpy as np
import pandas as pd
from pandas import DataFrame

from cin_pipeline.publication.declaring import Figure
from cin_pipeline.publication.numbers import Flags
from cin_pipeline.publication.profiles.declaring import Cell, Profile
from cin_pipeline.publication.release_tables import every_figure

_NEVER = 10_000


def shown_by(profile: Profile, cells: DataFrame) -> DataFrame:
    """The cells that stand in a file of the release."""
    return cells if profile.is_tidy else cells[_from_year(cells, profile.first_years())]


def protected_for(profile: Profile, cells: DataFrame) -> DataFrame:
    """The cells that are protected: those shown, and the counts that a percentage or rate shown is of, for it says
    nearly what they are."""
    if profile.is_tidy:
        return cells
    wanted = profile.first_years()
    for figure in every_figure():
        cell = _cell(figure, figure.indicator.name)
        if cell in wanted:
            for other in _depends_on(figure):
                wanted[other] = min(wanted[cell], wanted.get(other, _NEVER))
    return cells[_from_year(cells, wanted)]


def _depends_on(figure: Figure) -> list[Cell]:
    """The counts of its own table that a percentage or rate is of."""
    counts = [_cell(figure, name) for name in figure.indicator.of]
    if len(figure.indicator.of) == 1 and figure.denominator is not None:
        counts.append(counts[0]._replace(filter_1_category=figure.row[0].percent_of))
    return counts


def _cell(figure: Figure, indicator: str) -> Cell:
    first, second, *_ = [*(category.code for category in figure.row), "", ""]
    return Cell(figure.table.id, first, second, indicator)


def _from_year(cells: DataFrame, first_years: dict[Cell, int]) -> Flags:
    """Which cells are among these, in a year from the first on."""
    index = pd.MultiIndex.from_tuples(list(first_years), names=Cell._fields)
    found = index.get_indexer(pd.MultiIndex.from_frame(cells[list(Cell._fields)]))
    first = np.array([*first_years.values(), _NEVER])[found]  # -1: none
    return np.asarray(cells["collection_year"].to_numpy(dtype=np.int64) >= first)
