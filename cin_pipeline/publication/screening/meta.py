"""What the metadata say of filters and indicators."""

import re
from collections.abc import Iterator

from cin_pipeline.publication.screening.checks import File, Wrong, check, each, few, twice
from cin_pipeline.publication.screening.pair import Pair
from cin_pipeline.publication.screening.vocabulary import (
    FILTER,
    INDICATOR,
    NAMES_THAT_MAY_BE_FILTERS,
    OBSERVATIONAL,
    UNITS,
    like_a_place,
)

_ONLY_FOR = "{column} is {value!r}: only {kind}s have one"


@check("precheck_meta_col_type", first=True)
def column_types(pair: Pair) -> Iterator[Wrong]:
    """Every column described is a Filter or an Indicator, written so."""
    if "col_type" in pair.meta.columns:
        for kind in dict.fromkeys(pair.meta["col_type"]):
            if kind not in (FILTER, INDICATOR):
                yield Wrong(File.META, "col_type", f"{FILTER} or {INDICATOR} was expected, not {kind!r}")


@check("precheck_meta_ob_unit")
def no_rows_for_time_or_place(pair: Pair) -> Iterator[Wrong]:
    """Time and place describe themselves: the metadata have no rows for them."""
    named = [*pair.meta["col_name"], *pair.meta["filter_grouping_column"]]
    own = set(OBSERVATIONAL) - set(NAMES_THAT_MAY_BE_FILTERS)
    yield from each(File.META, [name for name in named if name in own], "columns of time and place are not described")


@check("precheck_meta_col_name")
def names_given(pair: Pair) -> Iterator[Wrong]:
    """Every row of the metadata names its column."""
    if "" in set(pair.meta["col_name"]):
        yield Wrong(
            File.META, "col_name", f"blank beside the label {few(pair.meta['label'][pair.meta['col_name'] == ''])}"
        )


@check("check_meta_dupe_label")
def labels_once(pair: Pair) -> Iterator[Wrong]:
    """No two columns have the same label."""
    if again := twice(filter(None, pair.meta["label"])):
        yield Wrong(File.META, "label", f"used twice: {few(again)}")


@check("check_meta_label")
def labels_given(pair: Pair) -> Iterator[Wrong]:
    """Every column has a label."""
    yield from each(File.META, pair.meta["col_name"][pair.meta["label"].str.strip() == ""], "has no label")


@check("check_meta_fil_grp")
def grouping_columns_of_filters(pair: Pair) -> Iterator[Wrong]:
    """Only filters have a grouping column."""
    yield from _given_to(INDICATOR, pair, "filter_grouping_column", of=FILTER)


@check("check_meta_filter_hint")
def hints_of_filters(pair: Pair) -> Iterator[Wrong]:
    """Only filters have a hint."""
    yield from _given_to(INDICATOR, pair, "filter_hint", of=FILTER)


@check("check_meta_indicator_dp")
def decimal_places_of_indicators(pair: Pair) -> Iterator[Wrong]:
    """Only indicators have decimal places."""
    yield from _given_to(FILTER, pair, "indicator_dp", of=INDICATOR)


@check("check_meta_ind_unit")
def units_of_indicators(pair: Pair) -> Iterator[Wrong]:
    """Only indicators have a unit."""
    yield from _given_to(FILTER, pair, "indicator_unit", of=INDICATOR)


@check("check_meta_indicator_grouping")
def groups_of_indicators(pair: Pair) -> Iterator[Wrong]:
    """Only indicators stand in a group of indicators."""
    yield from _given_to(FILTER, pair, "indicator_grouping", of=INDICATOR)


def _given_to(kind: str, pair: Pair, column: str, *, of: str) -> Iterator[Wrong]:
    for name, value in pair.described_as(kind)[["col_name", column]].itertuples(index=False, name=None):
        if value:
            yield Wrong(File.META, name, _ONLY_FOR.format(column=column, value=value, kind=of.lower()))


@check("check_meta_fil_grp_dupe")
def grouping_columns_once(pair: Pair) -> Iterator[Wrong]:
    """No column groups two filters."""
    yield from each(File.META, twice(filter(None, pair.meta["filter_grouping_column"])), "groups two filters")


@check("check_meta_fil_grp_is_fil", advice=True)
def grouping_columns_described(pair: Pair) -> Iterator[Wrong]:
    """A column that groups a filter is described as a filter too."""
    lacking = [name for name in pair.meta["filter_grouping_column"] if name and name not in set(pair.meta["col_name"])]
    yield from each(File.META, lacking, "groups a filter and is not described")


@check("check_meta_fil_grp_stripped")
def groups_differ_in_letters(pair: Pair) -> Iterator[Wrong]:
    """Groups of filter items differ in more than signs and blanks."""
    for name in pair.groupings:
        if again := twice(re.sub(r"[\W_]", "", group) for group in pair.values[name]):
            yield Wrong(File.DATA, name, f"groups that differ in signs only: {few(again)}")


@check("check_meta_geog_catch")
def filters_are_no_places(pair: Pair) -> Iterator[Wrong]:
    """No filter has a name that columns of places have."""
    named = [*pair.described_as(FILTER)["col_name"], *filter(None, pair.meta["filter_grouping_column"])]
    allowed = NAMES_THAT_MAY_BE_FILTERS if pair.names_are_the_filter else ()
    caught = [name for name in named if name not in allowed and like_a_place(name)]
    yield from each(File.META, caught, "a filter with the name of a place")


@check("check_meta_col_name_spaces")
def no_blanks_in_names(pair: Pair) -> Iterator[Wrong]:
    """No blank in the name of a column that is described."""
    yield from each(File.META, filter(re.compile(r"\s").search, pair.meta["col_name"]), "the name has a blank")


@check("check_meta_col_name_dupe")
def described_once(pair: Pair) -> Iterator[Wrong]:
    """No column is described twice."""
    yield from each(File.META, twice(filter(None, pair.meta["col_name"])), "described twice")


@check("check_meta_ind_dp_set", advice=True)
def decimal_places_given(pair: Pair) -> Iterator[Wrong]:
    """Every indicator has its number of decimal places."""
    indicators = pair.described_as(INDICATOR)
    yield from each(File.META, indicators["col_name"][indicators["indicator_dp"] == ""], "indicator_dp is blank")


@check("check_meta_ind_dp_values")
def decimal_places_whole(pair: Pair) -> Iterator[Wrong]:
    """Decimal places are whole numbers, none below 0."""
    for name, places in pair.meta[["col_name", "indicator_dp"]].itertuples(index=False, name=None):
        if places and not re.fullmatch("[0-9]+", places):
            yield Wrong(File.META, name, f"indicator_dp is {places!r}: a whole number was expected")


@check("check_meta_ind_unit_validation")
def units_known(pair: Pair) -> Iterator[Wrong]:
    """Units are those of the standard."""
    for name, unit in pair.meta[["col_name", "indicator_unit"]].itertuples(index=False, name=None):
        if unit not in UNITS:
            yield Wrong(File.META, name, f"indicator_unit is {unit!r}: {', '.join(filter(None, UNITS))} or none")
