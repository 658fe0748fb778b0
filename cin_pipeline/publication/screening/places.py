"""Codes and names of places: that they exist, and belong together."""

from collections.abc import Collection, Iterator

from pandas import DataFrame

from cin_pipeline.publication.screening.checks import File, Wrong, check, few
from cin_pipeline.publication.screening.pair import Pair
from cin_pipeline.publication.screening.vocabulary import (
    COUNTRIES,
    ELSEWHERE,
    INSTITUTION,
    LEVEL,
    LEVELS,
    LEVELS_WITH_LISTS,
    LEVELS_WITHOUT_LISTS_OF_GROUPS,
    NATIONAL,
    NOT_AVAILABLE,
    PLANNING_AREA,
    REGIONAL,
    REGIONS,
    las,
)

_NO_LIST = [
    level
    for name, level in LEVELS.items()
    if level.code and name not in (*LEVELS_WITH_LISTS, INSTITUTION, PLANNING_AREA)
]


@check("check_geog_country_combos")
def countries_known(pair: Pair) -> Iterator[Wrong]:
    """Code and name of the country are England's, in every row."""
    yield from _unknown(pair.data, LEVELS[NATIONAL].columns, COUNTRIES | ELSEWHERE, code="country_code")


@check("check_geog_region_combos")
def regions_known(pair: Pair) -> Iterator[Wrong]:
    """Codes and names of regions are those of the nine, Inner and Outer London; none is blank in rows of regions."""
    columns = LEVELS[REGIONAL].columns
    if set(columns) <= set(pair.data.columns):
        asked = (pair.levels == REGIONAL) | (pair.data[columns[0]] != "")
        yield from _unknown(pair.data[asked], columns, REGIONS | ELSEWHERE, code="region_code")


@check("check_geog_la_combos")
def las_known(pair: Pair) -> Iterator[Wrong]:
    """Both codes and the name of an LA belong together, in some year."""
    columns = ("old_la_code", "la_name", "new_la_code")
    if set(columns) <= set(pair.data.columns):
        elsewhere = {("z", name, code) for code, name in ELSEWHERE}
        asked = pair.data["old_la_code"] != ""
        yield from _unknown(pair.data[asked], columns, las() | elsewhere, code="new_la_code")


def _unknown(
    rows: DataFrame, columns: tuple[str, ...], known: Collection[tuple[str, ...]], *, code: str
) -> Iterator[Wrong]:
    """Combinations that are not known; those whose code says that it is not available are passed over."""
    found = rows.loc[rows[code] != NOT_AVAILABLE[0], [*columns]].drop_duplicates().itertuples(index=False, name=None)
    if wrong := [row for row in found if row not in known]:
        yield Wrong(File.DATA, columns[0], f"unknown, with {' and '.join(columns[1:])}: {few(map(' / '.join, wrong))}")


@check("check_geog_na")
def code_of_not_available(pair: Pair) -> Iterator[Wrong]:
    """A place whose code says that it is not available is named so."""
    code, name = NOT_AVAILABLE
    for level in _NO_LIST:
        if set(level.columns) <= set(pair.data.columns):
            named = pair.data[level.name][pair.data[level.code] == code].unique()
            if wrong := [one for one in named if one != name]:
                yield Wrong(File.DATA, level.name, f"{name!r} was expected beside the code {code!r}, not {few(wrong)}")


@check("check_geog_na_code")
def name_of_not_available(pair: Pair) -> Iterator[Wrong]:
    """A place named as not available has the code that says so."""
    code, name = NOT_AVAILABLE
    for level in _NO_LIST:
        if set(level.columns) <= set(pair.data.columns):
            codes = pair.data[level.code][pair.data[level.name] == name].unique()
            if wrong := [one for one in codes if one != code]:
                yield Wrong(File.DATA, level.code, f"{code!r} was expected beside {name!r}, not {few(wrong)}")


@check("check_geog_other_dupes")
def one_code_for_a_name(pair: Pair) -> Iterator[Wrong]:
    """A trust, sponsor or opportunity area has one code."""
    yield from _several(pair, by_name=True)


@check("check_geog_other_code_dupes")
def one_name_for_a_code(pair: Pair) -> Iterator[Wrong]:
    """A code of a trust, sponsor or opportunity area has one name."""
    yield from _several(pair, by_name=False)


def _several(pair: Pair, *, by_name: bool) -> Iterator[Wrong]:
    for name in LEVELS_WITHOUT_LISTS_OF_GROUPS:
        level = LEVELS[name]
        if name not in pair.values[LEVEL] or not set(level.columns) <= set(pair.data.columns):
            continue
        key, other = (level.name, level.code) if by_name else (level.code, level.name)
        rows = pair.data.loc[pair.data[level.code] != "", [key, other]].drop_duplicates()
        if wrong := rows[key][rows[key].duplicated()].tolist():
            yield Wrong(File.DATA, key, f"several of {other} for {few(wrong)}")
