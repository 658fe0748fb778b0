"""What an intruder sees of one year: shown numbers, places where a number is suppressed, and what rounding leaves
open."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.publication.closing import Indices
from cin_pipeline.publication.declaring import (
    COUNT,
    DAYS,
    LOCAL_AUTHORITY,
    PERCENT,
    REGIONAL,
    Figure,
)
from cin_pipeline.publication.numbers import Flags, Floats
from cin_pipeline.publication.relations import bands_of, la_counts, place_counts
from cin_pipeline.publication.release_tables import every_figure
from cin_pipeline.publication.rounding import step, to_whole
from cin_pipeline.publication.symbols import INAPPLICABLE, ROUNDS_TO_ZERO, SUPPRESSED, UNRELIABLE
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline.reference.figure_keys import FigureKey

LARGEST_SUPPRESSED = 5
_SMALL = 0.5, LARGEST_SUPPRESSED + 0.5  # from, and up to, what rounds to a small whole number
# What is suppressed of a count of a place: nothing; its rate, and the percentages and quartiles it is in; itself, too.
LEVELS = NOTHING, FINE, COUNTS = 0, 1, 2
ROW_KEY = ["table", "filter_1_category", "filter_2_category", "indicator"]


@dataclass(frozen=True)
class Percentage:
    """A published percentage: 100 times one count lies between `low` and `high` times another."""

    place: int
    part: int
    whole: int
    low: float
    high: float


@dataclass(frozen=True)
class Quartile:
    """A published quartile: before its band less than `part` of a distribution was done, up to its end at least that;
    where it may be in either of two bands, before the `first` and up to the end of the `last`."""

    place: int
    bands: tuple[int, ...]
    first: int
    last: int
    part: float


@dataclass(frozen=True)
class Intruder:
    """One year as published. Rows are LAs, columns the counts of `la_counts`.

    `published`: the counts that have a cell of any LA. `shown` holds the numbers that are there, empty where one is
    suppressed or there is none. Places are England, regions, and every LA as a place of its own; `members` says which
    LAs lie in each. `low` and `high` bound each place's count by what is published of it: its rate says no more, as it
    is that of the rounded count.
    Of a suppressed count of a place nothing is known: it may be suppressed for its own sake or for another's.
    What a place holds beside its LAs' own figures is `grossed` times what all LAs together gave: the intruder, who
    could repeat the estimate, is granted that."""

    codes: tuple[str, ...]  # geography codes of the places other than LAs
    las: tuple[str, ...]
    published: frozenset[FigureKey]
    shown: Floats
    suppressed: Flags
    small: Flags  # of the suppressed ones, those suppressed for their own sake
    members: Flags
    low: Floats
    high: Floats
    grossed: Floats
    shares: tuple[Percentage, ...]
    quartiles: tuple[Quartile, ...]

    def weights(self, place: int, column: int) -> Floats:
        """How often each LA's count is in a place's: once if it lies in it, and as part of what is estimated of it."""
        found: Floats = self.members[place] + self.grossed[place, column]
        return found

    def suppressing(self, values: Floats, suppressed: Flags, places: Indices) -> "Intruder":
        """The same year with other counts of LAs suppressed, and with them what depends on them; of `places` by
        LEVELS."""
        gone = np.concatenate([places >= COUNTS, suppressed])
        fine = np.concatenate([places >= FINE, suppressed])
        return replace(
            self,
            shown=np.where(suppressed, np.nan, values),
            suppressed=suppressed,
            small=suppressed & is_small(values),
            low=np.where(gone, -np.inf, self.low),
            high=np.where(gone, np.inf, self.high),
            shares=tuple(each for each in self.shares if not fine[each.place, [each.part, each.whole]].any()),
            quartiles=tuple(each for each in self.quartiles if not fine[each.place, list(each.bands)].any()),
        )


def is_small(values: Floats) -> Flags:
    """Whether a count is suppressed for its own sake: 1 to 5 to the nearest whole number [A50]."""
    whole = to_whole(values)
    return (whole >= 1) & (whole <= LARGEST_SUPPRESSED)


@cache
def figure_index() -> tuple[pd.MultiIndex, tuple[Figure, ...]]:
    """Every figure by its table, categories and indicator, as the rows of cells name it."""
    figures = every_figure()
    keys = [
        (figure.table.id, *(*(category.code for category in figure.row), "", "")[:2], figure.indicator.name)
        for figure in figures
    ]
    return pd.MultiIndex.from_tuples(keys, names=ROW_KEY), figures


def positions_of(cells: DataFrame) -> tuple[Indices, Indices]:
    """For each cell the position of its figure, and of its numerator among `la_counts` (-1 where it is not one)."""
    keys, figures = figure_index()
    found = keys.get_indexer(pd.MultiIndex.from_frame(cells[ROW_KEY]))
    position = {count: n for n, count in enumerate(la_counts())}
    numerators = np.array([position.get(figure.numerator, -1) for figure in figures])
    return found, numerators[found]


def place_positions(cells: DataFrame) -> Indices:
    """For each cell the position of its numerator among `place_counts` (-1 where it is not one)."""
    keys, figures = figure_index()
    found = keys.get_indexer(pd.MultiIndex.from_frame(cells[ROW_KEY]))
    position = {count: n for n, count in enumerate(place_counts())}
    numerators: Indices = np.array([position.get(figure.numerator, -1) for figure in figures])[found]
    return numerators


def intruder_of(protected: DataFrame) -> Intruder:
    """What is published of one collection year; columns of cells with `shown`, `symbol` and `suppressed`."""
    protected = protected.reset_index(drop=True)
    of_las = protected[(protected["geographic_level"] == LOCAL_AUTHORITY) & (protected["unit"] == COUNT)]
    las = tuple(of_las["la_code"].unique())
    codes = tuple(protected["geography_code"][protected["geographic_level"] != LOCAL_AUTHORITY].unique())
    figure, column = positions_of(protected)
    row = rows_of(protected, codes, las)
    values, suppressed, shown = _la_counts(protected, column, row - len(codes), len(las))
    members = _members(codes, las)
    exact, grossed = _exact_counts(protected, column, row, members, values)
    low, high = _windows(protected, column, row, exact.shape)
    return Intruder(
        codes=codes,
        las=las,
        published=_published(protected, column),
        shown=shown,
        suppressed=suppressed,
        small=suppressed & is_small(values),
        members=members,
        low=low,
        high=high,
        grossed=grossed,
        shares=tuple(_shares(protected, figure, row)),
        quartiles=tuple(_quartiles(protected, figure, row)),
    )


def rows_of(protected: DataFrame, codes: tuple[str, ...], las: tuple[str, ...]) -> Indices:
    """For each cell the row of its place, LAs after the other places."""
    position = {**{code: n for n, code in enumerate(codes)}, **{la: len(codes) + n for n, la in enumerate(las)}}
    names = protected["la_code"].where(protected["la_code"] != "", protected["geography_code"])
    rows: Indices = names.map(position).to_numpy(dtype=np.int64)
    return rows


def _published(protected: DataFrame, column: Indices) -> frozenset[FigureKey]:
    counts = (protected["geographic_level"] == LOCAL_AUTHORITY) & (protected["unit"] == COUNT)
    return frozenset(la_counts()[n] for n in np.unique(column[counts.to_numpy() & (column >= 0)]))


def _members(codes: tuple[str, ...], las: tuple[str, ...]) -> Flags:
    of_places = [[code in every_authority()[la].places for la in las] for code in codes]
    return np.concatenate([np.array(of_places, dtype=bool).reshape(len(codes), len(las)), np.eye(len(las), dtype=bool)])


def _la_counts(protected: DataFrame, column: Indices, row: Indices, las: int) -> tuple[Floats, Flags, Floats]:
    """True values (for what is granted), which are suppressed, and shown ones; a count that no year has is 0.

    What is not shown for low reliability alone is granted; what would be suppressed besides is suppressed."""
    held = ((row >= 0) & (column >= 0) & (protected["unit"] == COUNT)).to_numpy()
    at = row[held], column[held]
    shape = (las, len(la_counts()))
    values, shown, suppressed = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    values[at] = protected["value"].to_numpy()[held]
    unreliable = (protected["symbol"] == UNRELIABLE).to_numpy()[held]
    would_be = unreliable & (protected["suppressed"] != "").to_numpy()[held]
    suppressed[at] = (protected["symbol"] == SUPPRESSED).to_numpy()[held] | would_be
    shown[at] = _as_numbers(protected["shown"].to_numpy()[held])
    shown[at] = np.where(unreliable & ~would_be, values[at], shown[at])
    shown[at] = np.where((protected["symbol"] == INAPPLICABLE).to_numpy()[held], 0.0, shown[at])
    return values, suppressed, shown


def _as_numbers(shown: NDArray[np.object_]) -> Floats:
    return np.array([np.nan if number is None else float(number) for number in shown], dtype=np.float64)


def _exact_counts(
    protected: DataFrame, column: Indices, row: Indices, members: Flags, values: Floats
) -> tuple[Floats, Floats]:
    """The count of every place, and what is estimated in it as a part of what all LAs gave."""
    exact = np.full((len(members), len(la_counts())), np.nan)
    counts = ((column >= 0) & (protected["unit"] == COUNT)).to_numpy()
    exact[row[counts], column[counts]] = protected["value"].to_numpy()[counts]
    inside = np.stack([np.nansum(values[member], axis=0) for member in members])
    estimated = np.nan_to_num(np.round(exact - inside, 9))
    estimated[len(members) - len(values) :] = 0.0
    given = np.nansum(values, axis=0)
    return exact, np.divide(estimated, given, out=np.zeros_like(estimated), where=given > 0)


def _windows(protected: DataFrame, column: Indices, row: Indices, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Bounds of every count of every place from its rounded count; a shown count of an LA is no variable.

    A figure r rounded half up to s is of a value from r - s/2 up to, not including, r + s/2; a count that is shown is
    not small to the nearest whole number."""
    low, high = np.full(shape, -np.inf), np.full(shape, np.inf)
    used = protected["shown"].notna() & (column >= 0) & (protected["unit"] == COUNT)
    used &= protected["geographic_level"] != LOCAL_AUTHORITY
    shown = _as_numbers(protected["shown"].to_numpy())
    for n in np.flatnonzero(used.to_numpy()):
        at = row[n], column[n]
        bounds = _count_bounds(shown[n])
        low[at], high[at] = max(low[at], bounds[0]), min(high[at], bounds[1])
    return low, high


def _count_bounds(shown: float) -> tuple[float, float]:
    half = float(step(COUNT, REGIONAL)) / 2
    return (0.0, _SMALL[0]) if shown == 0 else (max(shown - half, _SMALL[1]), shown + half)


def _percentage_bounds(shown: float) -> tuple[float, float]:
    half = float(step(PERCENT, REGIONAL)) / 2
    return max(shown - half, 0.0), shown + half


def _shares(protected: DataFrame, figure: Indices, row: Indices) -> Iterator[Percentage]:
    _, figures = figure_index()
    position = {count: n for n, count in enumerate(la_counts())}
    used = (protected["unit"] == PERCENT) & (protected["shown"].notna() | (protected["symbol"] == ROUNDS_TO_ZERO))
    shown = np.nan_to_num(_as_numbers(protected["shown"].to_numpy()))
    for n in np.flatnonzero(used.to_numpy()):
        found = figures[figure[n]]
        part, whole = position.get(found.numerator, -1), position.get(found.denominator or FigureKey(""), -1)
        if part >= 0 and whole >= 0 and part != whole:
            low, high = _percentage_bounds(shown[n])
            yield Percentage(int(row[n]), part, whole, low, high)


def _quartiles(protected: DataFrame, figure: Indices, row: Indices) -> Iterator[Quartile]:
    _, figures = figure_index()
    position = {count: n for n, count in enumerate(la_counts())}
    used = (protected["unit"] == DAYS) & protected["shown"].notna()
    for n in np.flatnonzero(used.to_numpy()):
        found = figures[figure[n]]
        bands = bands_of(found.numerator.measure)
        days = float(protected["shown"].iat[n])
        first = next(k for k, band in enumerate(bands) if days <= _last_day(band))
        # No working day may have gone by in `1-10` too, so that a quartile of 0 is in either.
        last = 1 if days == 0 and bands[0].categories == ("same_day",) else first
        yield Quartile(int(row[n]), tuple(position[band] for band in bands), first, last, found.indicator.quantile)


def _last_day(band: FigureKey) -> float:
    """The longest duration in a band, in working days."""
    (name,) = band.categories
    if name == "same_day":
        return 0.0
    return np.inf if name.endswith("+") else float(name.split("-")[1])
