"""Filters and their items, and rows that say the same of the same."""

from collections.abc import Iterator

from cin_pipeline.publication.screening.checks import File, Wrong, check, each, few, holding
from cin_pipeline.publication.screening.pair import Pair
from cin_pipeline.publication.screening.vocabulary import (
    FILTER,
    FILTER_DEFAULT,
    INSTITUTION,
    LEVELS,
    MOST_ITEMS,
    NULLS,
    OLD_WORDS_FOR_NOTHING,
    PLANNING_AREA,
    PROVIDER,
    SCHOOL,
    TOTAL,
    like_a_place,
)


@check("precheck_filter_not_singular")
def filters_have_items(pair: Pair) -> Iterator[Wrong]:
    """A filter has more than one item; a column that is always the same is none."""
    for name in pair.filters:
        if len(items := pair.values[name]) == 1:
            yield Wrong(File.DATA, name, f"a filter, and always {items[0]!r}")


@check("check_filter_defaults", advice=True)
def filters_have_totals(pair: Pair) -> Iterator[Wrong]:
    """Every filter, and what groups it, has the item Total, or the one its metadata name as its default."""
    defaults = dict.fromkeys(pair.filters_and_groupings, TOTAL)
    if FILTER_DEFAULT in pair.meta.columns:
        described = pair.described_as(FILTER)[["col_name", FILTER_DEFAULT]].itertuples(index=False, name=None)
        defaults |= {name: default for name, default in described if default and name in defaults}
    for name, default in defaults.items():
        if default not in pair.values[name]:
            yield Wrong(File.DATA, name, f"has no item {default!r}")


@check("check_filter_group_level")
def groups_are_coarser(pair: Pair) -> Iterator[Wrong]:
    """What groups a filter has no more groups than the filter has items."""
    for name, grouping in pair.meta[["col_name", "filter_grouping_column"]].itertuples(index=False, name=None):
        if {name, grouping} <= set(pair.filters_and_groupings):
            groups, items = len(pair.values[grouping]), len(pair.values[name])
            if groups > items:
                yield Wrong(File.DATA, grouping, f"{groups} groups for the {items} items of {name}")


@check("check_filter_item_limit")
def filters_are_not_endless(pair: Pair) -> Iterator[Wrong]:
    """No filter has more items than the service can show."""
    for name in pair.filters_and_groupings:
        if (items := len(pair.values[name])) > MOST_ITEMS:
            yield Wrong(File.DATA, name, f"{items:,} items; {MOST_ITEMS:,} at most")


@check("check_filter_whitespace", "check_meta_whitespace_filters")
def no_blanks_around_items(pair: Pair) -> Iterator[Wrong]:
    """No blanks before or after an item of a filter, or the name or code of a place."""
    places = [column for level in LEVELS.values() for column in level.columns if column in pair.data.columns]
    for name in (*pair.filters_and_groupings, *places):
        if wrong := [item for item in pair.values[name] if item != item.strip()]:
            yield Wrong(File.DATA, name, f"blanks around {few(wrong)}")


@check("check_filter_ob_total")
def no_totals_of_time_or_place(pair: Pair) -> Iterator[Wrong]:
    """No Total or All in a column of time or place: a total over places is a row of a higher level."""
    alike = [name for name in pair.data.columns if like_a_place(name) and name not in pair.filters_and_groupings]
    for name in dict.fromkeys((*pair.observational, *alike)):
        if totals := [value for value in pair.values[name] if value.lower() in ("total", "all")]:
            yield Wrong(File.DATA, name, f"holds {few(totals)}")


@check("check_filter_blanks")
def no_blank_items(pair: Pair) -> Iterator[Wrong]:
    """No cell of a filter, or of what groups it, is blank."""
    blank = [name for name in pair.filters_and_groupings if "" in pair.values[name]]
    yield from each(File.DATA, blank, "a filter with blank cells")


@check("check_general_dupes")
def no_duplicate_rows(pair: Pair) -> Iterator[Wrong]:
    """One row for each time, place and combination of filters."""
    passed_over = {INSTITUTION, PLANNING_AREA}
    if set(pair.levels) not in ({SCHOOL}, {PROVIDER}):
        passed_over |= {SCHOOL, PROVIDER}
    rows = pair.data.loc[
        ~pair.levels.isin(passed_over), [*dict.fromkeys((*pair.observational, *pair.filters_and_groupings))]
    ]
    if len(repeated := rows[rows.duplicated()]):
        first = ", ".join(filter(None, repeated.iloc[0]))
        yield Wrong(File.DATA, "", f"{len(repeated)} rows repeat another's time, place and filters, first {first}")


@check("check_general_null")
def no_words_of_programs(pair: Pair) -> Iterator[Wrong]:
    """No cell of either file holds a program's word for nothing."""
    yield from holding(NULLS, pair, File.DATA)
    yield from holding(NULLS, pair, File.META)


@check("check_general_null", advice=True)
def no_old_words_for_nothing(pair: Pair) -> Iterator[Wrong]:
    """No cell of the data holds a sign that once stood for no number."""
    yield from holding(OLD_WORDS_FOR_NOTHING, pair, File.DATA)
