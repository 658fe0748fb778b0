"""Columns of the two files, and that each file has those the other speaks of."""

import re
from collections.abc import Iterator

from cin_pipeline.publication.screening.checks import File, Wrong, check, each, few
from cin_pipeline.publication.screening.pair import Pair
from cin_pipeline.publication.screening.vocabulary import (
    INDICATOR,
    OBSERVATIONAL,
    OPTIONAL_IN_METADATA,
    PEOPLE,
    REQUIRED_OF_DATA,
    REQUIRED_OF_METADATA,
)


@check("precheck_col_req_meta", first=True)
def columns_of_metadata(pair: Pair) -> Iterator[Wrong]:
    """The metadata have all of their eight columns."""
    yield from each(File.META, set(REQUIRED_OF_METADATA) - set(pair.meta.columns), "this column is missing")


@check("precheck_col_invalid_meta", first=True)
def no_other_columns_of_metadata(pair: Pair) -> Iterator[Wrong]:
    """The metadata have no columns that the standard does not know."""
    known = {*REQUIRED_OF_METADATA, *OPTIONAL_IN_METADATA}
    yield from each(File.META, set(pair.meta.columns) - known, "metadata have no such column")


@check("precheck_col_req_data", first=True)
def columns_of_data(pair: Pair) -> Iterator[Wrong]:
    """The data have time, geographic level and country."""
    yield from each(File.DATA, set(REQUIRED_OF_DATA) - set(pair.data.columns), "this column is missing")


@check("precheck_col_to_rows", first=True)
def fewer_rows_of_metadata_than_columns(pair: Pair) -> Iterator[Wrong]:
    """The metadata have no more rows than the data have columns beside the five that all data have."""
    most = len(pair.data.columns) - len(REQUIRED_OF_DATA)
    if len(pair.meta) > most:
        yield Wrong(File.META, "", f"{len(pair.meta)} rows for {most} columns that could be described")


@check("precheck_cross_meta_to_data", first=True)
def described_columns_exist(pair: Pair) -> Iterator[Wrong]:
    """Every column that is described is in the data."""
    if "col_name" in pair.meta.columns:
        lacking = [name for name in pair.meta["col_name"] if name and name not in pair.data.columns]
        yield from each(File.META, lacking, "col_name says this, and the data have no such column")


@check("check_meta_fil_grp_match", "precheck_cross_meta_to_data", first=True)
def grouping_columns_exist(pair: Pair) -> Iterator[Wrong]:
    """Every column that groups a filter is in the data."""
    if "filter_grouping_column" in pair.meta.columns:
        lacking = [name for name in pair.meta["filter_grouping_column"] if name and name not in pair.data.columns]
        yield from each(File.META, lacking, "filter_grouping_column says this, and the data have no such column")


@check("precheck_cross_data_to_meta", advice=True)
def columns_described(pair: Pair) -> Iterator[Wrong]:
    """Every column is of time or place, described, a grouping, or the same in every row."""
    known = {*pair.meta["col_name"], *pair.meta["filter_grouping_column"], *OBSERVATIONAL}
    for name in pair.data.columns:
        if name not in known and len(pair.values[name]) > 1:
            yield Wrong(File.DATA, name, f"holds {few(pair.values[name])} and is not in the metadata")


@check("check_col_names_spaces")
def no_blanks_in_columns(pair: Pair) -> Iterator[Wrong]:
    """No blank in the name of a column of the data."""
    yield from each(File.DATA, filter(re.compile(r"\s").search, pair.data.columns), "the name has a blank")


@check("check_col_snake_case", advice=True)
def lower_case_columns(pair: Pair) -> Iterator[Wrong]:
    """Names of columns have lower-case letters, digits and underscores only."""
    for name in pair.data.columns:
        if other := re.findall("[^a-z0-9_]", name):
            yield Wrong(File.DATA, name, f"the name has {few(other)}")


@check("check_col_var_start", advice=True)
def columns_start_with_letter(pair: Pair) -> Iterator[Wrong]:
    """Names of columns start with a lower-case letter."""
    wrong = [name for name in pair.data.columns if not re.match("[a-z]", name)]
    yield from each(File.DATA, wrong, "the name does not start with a lower-case letter")


@check("check_col_ind_smushed")
def indicators_hold_no_filter_items(pair: Pair) -> Iterator[Wrong]:
    """No indicator is named after a sex or ethnic group: those are items of a filter."""
    for name in pair.described_as(INDICATOR)["col_name"]:
        if found := [item for item in PEOPLE if item in name.lower()]:
            yield Wrong(File.META, name, f"an indicator named after {few(found)}, which a filter should hold")


@check("check_col_var_characteristic", advice=True)
def no_characteristic(pair: Pair) -> Iterator[Wrong]:
    """No filter is called characteristic: each should be a column of its own."""
    named = {*pair.meta["col_name"], *pair.meta["filter_grouping_column"]}
    yield from each(File.META, sorted({"characteristic", "characteristic_group"} & named), "says not what it holds")


@check("check_empty_cols")
def no_empty_columns(pair: Pair) -> Iterator[Wrong]:
    """No column of the data, those of places apart, is blank in every row."""
    empty = [name for name in pair.data.columns if name not in OBSERVATIONAL and (pair.data[name] == "").all()]
    yield from each(File.DATA, empty, "blank in every row")


@check("check_empty_rows", first=True)
def no_empty_rows(pair: Pair) -> Iterator[Wrong]:
    """No row of either file is blank."""
    for file, frame in ((File.DATA, pair.data), (File.META, pair.meta)):
        if blank := [number for number, row in enumerate((frame == "").all(axis="columns"), start=2) if row]:
            yield Wrong(file, "", f"blank rows: {few(blank)}")
