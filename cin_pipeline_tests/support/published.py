"""Protected cells made by hand: every cell of every table from one function that says what a figure is."""

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.estimates import ESTIMATE_COLUMNS
from cin_pipeline.methodology.measures import MEASURE_COLUMNS
from cin_pipeline.publication.cells import CELL_COLUMNS, ReleaseInput
from cin_pipeline.publication.declaring import LOCAL_AUTHORITY, NATIONAL, Figure
from cin_pipeline.publication.release_tables import every_figure
from cin_pipeline.reference.authorities import ENGLAND, every_authority
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.reference.population import PopulationSource

NATION = ""  # instead of an LA code
Says = Callable[[Figure, int, str], Decimal | int | str]  # figure, year, LA code: a number, or a symbol


def protected_cells(says: Says, las: Iterable[str], years: Iterable[int]) -> DataFrame:
    """England and LAs as `disclosure.protect` gives them."""
    rows = []
    for figure in every_figure():
        places = [(NATIONAL, ENGLAND, NATION)]
        places += [(LOCAL_AUTHORITY, every_authority()[la].new_la_code, la) for la in las]
        first, second, *_ = [*(category.code for category in figure.row), "", ""]
        names = [*(each.name for each in figure.table.filters), "", ""]
        for year in years:
            for level, code, la in places:
                if level not in figure.table.levels:
                    continue
                said = says(figure, year, la)
                symbol = said if isinstance(said, str) else ""
                keys = (figure.table.id, year, level, code, la, names[0], first, names[1], second)
                shown = None if symbol else said
                value = float("nan") if symbol else float(said)
                rows.append(
                    (*keys, figure.indicator.name, figure.indicator.unit, value, "known", figure.of, shown, symbol, "")
                )
    return DataFrame(rows, columns=[*CELL_COLUMNS, "shown", "symbol", "suppressed"])


def says_from(
    values: Mapping[tuple[int, str], Mapping[tuple[str, str, str], float]], people: Mapping[str, int]
) -> Says:
    """Rounds and suppresses as the release does at its simplest: England to 10, LAs suppressed from 1 to 5, percentages
    and rates with them. `values` by year and LA code, then measure, breakdown and category."""

    def says(figure: Figure, year: int, la: str) -> Decimal | int | str:
        held = values.get((year, la))
        if held is None:
            return "x"
        if not figure.applies:
            return "z"
        if not figure.exists_in(year):
            return "x"
        whole = (figure.numerator[0], TOTAL, TOTAL)
        if whole not in held:
            return "x"
        if figure.indicator.unit == "days":
            return 20

        def count(of: tuple[str, str, tuple[str, ...]]) -> float:
            return sum(held.get((of[0], of[1], category), 0) for category in of[2])

        parts = [count(figure.numerator)]
        if figure.denominator:
            parts.append(count(figure.denominator))
        if la != NATION and any(1 <= part <= 5 for part in parts):
            return "c"
        if figure.indicator.unit == "count":
            return int((parts[0] + 5) // 10 * 10) if la == NATION else int(parts[0])
        if figure.indicator.unit == "rate":
            return _one_decimal(parts[0] * 10_000, people[la]) if people.get(la) else "x"
        return _one_decimal(parts[0] * 100, parts[1]) if parts[1] else "z"

    return says


def _one_decimal(part: float, whole: float) -> Decimal:
    return Decimal(repr(part / whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def release_input(
    year: int = 2017,
    expected: Mapping[int, tuple[str, ...]] | None = None,
    population: Mapping[int, Mapping[str, int]] | None = None,
    measures: DataFrame | None = None,
    estimates: DataFrame | None = None,
) -> ReleaseInput:
    empty_measures = DataFrame(columns=list(MEASURE_COLUMNS))
    empty_estimates = DataFrame(columns=list(ESTIMATE_COLUMNS))
    return ReleaseInput(
        CollectionYear(year),
        empty_measures if measures is None else measures,
        empty_estimates if estimates is None else estimates,
        expected or {},
        population or {},
        {each: PopulationSource(each, None) for each in {year, *(expected or {})}},
    )


def values_of(measures: DataFrame, england: DataFrame) -> dict[tuple[int, str], dict[tuple[str, str, str], float]]:
    """By year and LA code the cells of `measures.csv`, and of England those of `england.csv`."""
    nation = england[england["geography_code"] == ENGLAND].assign(la_code=NATION)
    found: dict[tuple[int, str], dict[tuple[str, str, str], float]] = {}
    for table in (measures, nation):
        known = table[pd.notna(table["value"])]
        for (year, la), rows in known.groupby(["collection_year", "la_code"]):
            keys = zip(rows["measure"], rows["breakdown"], rows["category"], strict=True)
            found[int(year), str(la)] = dict(zip(keys, rows["value"].astype(float), strict=True))
    return found
