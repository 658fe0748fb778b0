"""The numbers of one year of a release: every count of every place and LA, before it is a cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.methodology.catalogue import CATALOGUE, MEASURES
from cin_pipeline.methodology.measures import KNOWN
from cin_pipeline.publication.declaring import LOCAL_AUTHORITY, held_as
from cin_pipeline.publication.rounding import to_whole
from cin_pipeline.reference.authorities import authorities, every_authority, places
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Breakdown:
    """A measure by the categories of a breakdown, a row per place and LA."""

    columns: Mapping[str, int]  # of each category that occurs
    values: Floats  # empty where nothing can be said of a category
    available: Flags
    complete: Flags  # whether all LAs of the place gave it
    estimated: Flags  # as `values`

    def added(self, categories: Sequence[str]) -> tuple[Floats, Flags]:
        """Some categories added up, empty where not available; and whether some of it is estimated."""
        held = [self.columns[category] for category in categories if category in self.columns]
        summed = np.nan_to_num(self.values[:, held]).sum(axis=1)
        # Of several empty adds nothing; where all are, so is the sum.
        empty = np.isnan(self.values[:, held]).all(axis=1) if held else np.zeros(len(summed), dtype=bool)
        known = self.available & ~empty
        return np.where(known, summed, np.nan), np.asarray(self.estimated[:, held].any(axis=1))


@dataclass(frozen=True)
class YearNumbers:
    """Counts of places (from the estimates), then of the expected LAs (from their measures), in the rows of `places`.

    `places` has columns geographic_level, geography_code, la_code; `people` those aged 0 to 17; `nothing_expected` says
    which places have no expected LA."""

    year: int
    places: DataFrame
    people: Floats
    nothing_expected: Flags
    breakdowns: Mapping[tuple[str, str], _Breakdown]

    def count(self, count: FigureKey) -> tuple[Floats, Flags]:
        """A count in every place and LA, empty where it is not available; and whether some of it is estimated.

        A category that does not occur is 0 where the breakdown is known. What the measures have only within finer
        crossings is taken, in each place, from the first of these that all its LAs gave; where none is, from the first
        that is available."""
        ways = [(self.breakdowns[each.measure, each.breakdown], each.categories) for each in held_as(count)]
        (held, categories), *others = ways
        value, estimated = held.added(categories)
        available, complete = held.available, held.complete
        for other, of_other in others:
            takes = (other.complete & ~complete) | (other.available & ~available)
            if takes.any():
                instead, instead_estimated = other.added(of_other)
                value, estimated = np.where(takes, instead, value), np.where(takes, instead_estimated, estimated)
                available, complete = available | takes, complete | (takes & other.complete)
        return value, estimated

    def as_rated(self, counts: Floats) -> Floats:
        """The counts that rates are of: those of LAs, and of places as they are published, to the nearest 10 [A100]."""
        of_las = (self.places["geographic_level"] == LOCAL_AUTHORITY).to_numpy()
        return np.where(of_las, counts, 10 * to_whole(counts / 10))

    def quantile(self, measure: str, part: float) -> tuple[Floats, Flags, Flags]:
        """The smallest number of working days in which at least `part` was done, in every place and LA; whether it is
        estimated, and whether there was nothing to be done."""
        by_number = MEASURES[measure].numbers
        if by_number is None:
            raise KeyError(f"{measure} is not counted by any number of working days")
        days = self.breakdowns[measure, by_number.name]
        numbers = np.array([int(category) for category in days.columns], dtype=np.int64)
        if not len(numbers):
            return np.full(len(self.places), np.nan), np.zeros(len(self.places), dtype=bool), days.available
        order = np.argsort(numbers)
        done = np.nan_to_num(days.values[:, order]).cumsum(axis=1)
        whole = done[:, -1]
        # Sums of estimates carry errors of the last binary digits.
        reached = (done < (part * whole * (1 - 1e-12))[:, None]).sum(axis=1).clip(max=len(order) - 1)
        none = days.available & (whole == 0)
        at = numbers[order][reached].astype(np.float64)
        found: Floats = np.where(days.available & ~none, at, np.nan)
        return found, np.asarray(days.estimated.any(axis=1)), none


def numbers_of(
    year: int, measures: DataFrame, estimates: DataFrame, expected: Sequence[str], population: Mapping[str, int]
) -> YearNumbers:
    """The numbers of a year; `measures` and `estimates` may hold others. An LA without a return has none."""
    places_and_las = _places(expected)
    inside = _inside(expected)
    given = without_years(measures[(measures["collection_year"] == year) & measures["la_code"].isin(expected)])
    estimated = without_years(estimates[estimates["collection_year"] == year])
    las = dict(list(given.groupby(["measure", "breakdown"], sort=False)))
    whole = dict(list(estimated.groupby(["measure", "breakdown"], sort=False)))
    returned = np.isin(expected, given["la_code"].unique())
    breakdowns = {
        (measure.name, breakdown): _breakdown(
            las.get((measure.name, breakdown), given[:0]),
            whole.get((measure.name, breakdown), estimated[:0]),
            whole.get((measure.name, TOTAL), estimated[:0]),
            expected,
            returned & (year >= measure.since),
            inside,
        )
        for measure in CATALOGUE
        for breakdown in (TOTAL, *measure.breakdowns)
    }
    nothing_expected = np.concatenate([~inside.any(axis=1), np.zeros(len(expected), dtype=bool)])
    people = _people(year, expected, inside, population)
    return YearNumbers(year, places_and_las, people, nothing_expected, breakdowns)


def _breakdown(
    of_las: DataFrame,
    of_places: DataFrame,
    total_of_places: DataFrame,
    expected: Sequence[str],
    returned: Flags,
    inside: Flags,
) -> _Breakdown:
    known = of_las[of_las["status"] == KNOWN]
    gave = returned & ~np.isin(expected, of_las["la_code"][of_las["status"] != KNOWN])
    codes = [place.geography_code for place in places()]
    names = dict.fromkeys([*of_places["category"], *known["category"]])
    columns = {name: n for n, name in enumerate(names)}
    values = _spread(of_places, "geography_code", "value", codes, columns)
    (total,) = _spread(total_of_places, "geography_code", "value", codes, {TOTAL: 0}, absent=np.nan).T
    incomplete = (inside & ~gave).any(axis=1)
    # Rows of zeros are left out of the estimates: what is not there is 0, unless nothing could be said of the place.
    empty = np.isnan(values)
    impossible = np.isnan(total) | (empty.all(axis=1) & bool(columns))
    impossible |= incomplete & (len(of_places) == 0) & (total != 0)
    estimated = _spread(of_places, "geography_code", "estimated", codes, columns) > 0
    return _Breakdown(
        columns=columns,
        values=np.concatenate([values, _spread(known, "la_code", "value", expected, columns)]),
        available=np.concatenate([~impossible, gave]),
        complete=np.concatenate([~incomplete & inside.any(axis=1), gave]),
        estimated=np.concatenate([estimated, np.zeros((len(expected), len(columns)), dtype=bool)]),
    )


def _spread(
    rows: DataFrame,
    by: str,
    value: str,
    order: Sequence[str],
    columns: Mapping[str, int],
    absent: float = 0.0,
) -> Floats:
    """A row per place or LA in `order`, a column per category; `absent` where a row is left out."""
    row = {name: n for n, name in enumerate(order)}
    table = np.full((len(order), len(columns)), absent)
    at = [row[name] for name in rows[by]], [columns[name] for name in rows["category"]]
    table[at] = rows[value].to_numpy(dtype=np.float64, na_value=np.nan)
    return table


def without_years(rows: DataFrame) -> DataFrame:
    """Rows of measures or estimates whose categories do not name their year, so that they are the same in all years."""
    category = rows["category"]
    for measure in CATALOGUE:
        for breakdown in measure.breakdowns.values():
            if breakdown.year_in_category:
                about_it = (rows["measure"] == measure.name) & (rows["breakdown"] == breakdown.name)
                category = category.mask(about_it, category[about_it].map(breakdown.without_year))
    return rows.assign(category=category)


def _places(expected: Sequence[str]) -> DataFrame:
    rows = [(place.geographic_level, place.geography_code, "") for place in places()]
    las = every_authority()
    rows += [(LOCAL_AUTHORITY, las[la].new_la_code, la) for la in expected]
    return DataFrame(rows, columns=["geographic_level", "geography_code", "la_code"])


def _inside(expected: Sequence[str]) -> Flags:
    """For each place, which of the expected LAs lie in it."""
    las = every_authority()
    return np.array(
        [[place.geography_code in las[la].places for la in expected] for place in places()], dtype=bool
    ).reshape(len(places()), len(expected))


def _people(year: int, expected: Sequence[str], inside: Flags, population: Mapping[str, int]) -> Floats:
    """People aged 0 to 17: of an LA its own, of a place its own where all its LAs are expected, else of those that are.

    Empty where an LA that should be counted has none: its records would stand against nobody."""
    of_las = np.array([population.get(la, np.nan) for la in expected], dtype=np.float64)
    summed = [of_las[row].sum() if row.any() else np.nan for row in inside]
    existing = authorities(year).values()
    whole = [
        {la.la_code for la in existing if place.geography_code in la.places} <= set(expected) for place in places()
    ]
    own = [population.get(place.geography_code, np.nan) for place in places()]
    of_places = [
        own_figure if complete and not np.isnan(own_figure) else figure
        for own_figure, complete, figure in zip(own, whole, summed, strict=True)
    ]
    return np.concatenate([np.array(of_places, dtype=np.float64), of_las])
