"""Geographic levels, and which columns of places their rows fill in."""

from collections.abc import Iterator

from cin_pipeline.publication.screening.checks import File, Wrong, check, each, few
from cin_pipeline.publication.screening.pair import Pair
from cin_pipeline.publication.screening.vocabulary import (
    INSTITUTION,
    LA,
    LAD,
    LEVEL,
    LEVELS,
    NATIONAL,
    PLANNING_AREA,
    PROVIDER,
    REGIONAL,
    SCHOOL,
)


@check("precheck_geog_level")
def levels_known(pair: Pair) -> Iterator[Wrong]:
    """Geographic levels are those of the standard, written so."""
    if wrong := [level for level in pair.values[LEVEL] if level not in LEVELS]:
        yield Wrong(File.DATA, LEVEL, f"unknown: {few(wrong)}")


@check("precheck_geog_level_present")
def columns_of_levels(pair: Pair) -> Iterator[Wrong]:
    """Every level that has rows has its columns."""
    for name, level in LEVELS.items():
        if name != PLANNING_AREA and name in pair.values[LEVEL]:
            lacking = [column for column in level.columns if column not in pair.data.columns]
            yield from each(File.DATA, lacking, f"this column is missing; there are rows of level {name!r}")


@check("check_geog_la_col_present")
def la_columns_together(pair: Pair) -> Iterator[Wrong]:
    """Both codes and the name of LAs are there, or none of them."""
    yield from _together(pair, LA)


@check("check_geog_region_col_present")
def region_columns_together(pair: Pair) -> Iterator[Wrong]:
    """Code and name of regions are there, or neither."""
    yield from _together(pair, REGIONAL)


def _together(pair: Pair, level: str) -> Iterator[Wrong]:
    lacking = [column for column in LEVELS[level].columns if column not in pair.data.columns]
    if len(lacking) < len(LEVELS[level].columns):
        yield from each(File.DATA, lacking, f"this column is missing beside the others of {level}")


@check("check_geog_level_completed")
def own_columns_filled(pair: Pair) -> Iterator[Wrong]:
    """Rows of a level have its columns filled in; only the nine-character code of an LA may be blank."""
    for name, level in LEVELS.items():
        for column in level.columns:
            if name == PLANNING_AREA or column == "new_la_code" or column not in pair.data.columns:
                continue
            if ((pair.data[column] == "") & (pair.levels == name)).any():
                yield Wrong(File.DATA, column, f"blank in rows of level {name!r}")


@check("check_geog_overcompleted_cols")
def other_columns_blank(pair: Pair) -> Iterator[Wrong]:
    """Rows of a level have only the columns of their own place filled in, and of the places it lies in."""
    for name, level in LEVELS.items():
        for column in level.columns:
            if name == NATIONAL or column not in pair.observational:
                continue
            may = {name, *(each for each, other in LEVELS.items() if name in other.within)}
            if over := pair.levels[(pair.data[column] != "") & ~pair.levels.isin(may)].unique().tolist():
                yield Wrong(File.DATA, column, f"filled in rows of level {few(over)}")


@check("check_geog_region_for_la", advice=True)
def las_have_regions(pair: Pair) -> Iterator[Wrong]:
    """Rows of LAs have their region filled in."""
    yield from _without_region(pair, LA)


@check("check_geog_region_for_lad", advice=True)
def districts_have_regions(pair: Pair) -> Iterator[Wrong]:
    """Rows of LA districts have their region filled in."""
    yield from _without_region(pair, LAD)


def _without_region(pair: Pair, level: str) -> Iterator[Wrong]:
    rows = pair.data[pair.levels == level]
    for column in LEVELS[REGIONAL].columns:
        if len(rows) and (column not in rows.columns or (rows[column] == "").any()):
            yield Wrong(File.DATA, column, f"blank or missing in rows of level {level!r}")


@check("check_geog_ignored_rows")
def rows_the_service_shows(pair: Pair) -> Iterator[Wrong]:
    """Not all rows are of levels the service passes over, and schools and providers are not in one file."""
    present = set(pair.values[LEVEL])
    if present <= {INSTITUTION, PLANNING_AREA}:
        yield Wrong(File.DATA, LEVEL, f"the service shows no rows of {few(sorted(present))}")
    elif {SCHOOL, PROVIDER} <= present:
        yield Wrong(File.DATA, LEVEL, f"rows of both {few((SCHOOL, PROVIDER))}")
