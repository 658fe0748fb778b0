"""Variables that all of the Department's data write alike, and how long texts of an API may be."""

from collections.abc import Collection, Iterable, Iterator

from cin_pipeline.publication.screening.checks import File, Wrong, check, each, few
from cin_pipeline.publication.screening.pair import Pair
from cin_pipeline.publication.screening.vocabulary import (
    ETHNICITIES,
    HARMONISED,
    LEVELS,
    LONGEST_CODE,
    LONGEST_COLUMN,
    LONGEST_ITEM,
    LONGEST_LABEL,
)

_GROUP, _CHARACTERISTIC = "characteristic_group", "characteristic"
_PHRASES = ("ethnicity major", "ethnicity minor", "ethnicity detailed", "minority ethnic")


@check("check_harmonised_variables")
def harmonised_names(pair: Pair) -> Iterator[Wrong]:
    """A column that seems to hold a harmonised variable has the name agreed for it."""
    every_name = {name for names in HARMONISED.values() for name in names}
    for name in dict.fromkeys((*pair.meta["col_name"], *pair.meta["filter_grouping_column"])):
        agreed = [names for part, names in HARMONISED.items() if part in name.lower()]
        if agreed and name not in every_name:
            yield Wrong(File.META, name, f"one of the agreed names was expected: {', '.join(agreed[0])}")


@check("check_harmonised_eth_vals", advice=True)
def harmonised_ethnicities(pair: Pair) -> Iterator[Wrong]:
    """Major and minor ethnic groups are named as the standard names them, and belong together."""
    columns = [name for name in ("ethnicity_major", "ethnicity_minor") if name in pair.data.columns]
    major, minor = zip(*ETHNICITIES, strict=True)
    known: Collection[tuple[str, ...]] = ETHNICITIES
    if len(columns) == 1:
        known = {(name,) for name in (major if columns == ["ethnicity_major"] else minor)}
    found = pair.data[columns].drop_duplicates().itertuples(index=False, name=None) if columns else ()
    if wrong := [row for row in found if tuple(map(_close, row)) not in {tuple(map(_close, row)) for row in known}]:
        yield Wrong(File.DATA, columns[0], f"not in the standard: {few(map(' / '.join, wrong))}")


@check("check_harmonised_eth_char_grp")
def harmonised_ethnic_characteristics(pair: Pair) -> Iterator[Wrong]:
    """Groups of characteristics that are ethnic are called by the standard's words."""
    if _GROUP in pair.data.columns:
        ethnic = [group for group in pair.values[_GROUP] if "ethnic" in group.lower()]
        if wrong := [group for group in ethnic if not any(phrase in group.lower() for phrase in _PHRASES)]:
            yield Wrong(File.DATA, _GROUP, f"not in the standard: {few(wrong)}")


@check("check_harmonised_eth_char_vals", advice=True)
def harmonised_values_of_characteristics(pair: Pair) -> Iterator[Wrong]:
    """Characteristics that are ethnic groups are named as the standard names them."""
    if {_GROUP, _CHARACTERISTIC} <= set(pair.data.columns):
        known = {_close(name) for both in ETHNICITIES for name in both}
        values = pair.data[_CHARACTERISTIC][pair.data[_GROUP].str.contains("ethnic", case=False)].unique()
        if wrong := [value for value in values if _close(value) not in known]:
            yield Wrong(File.DATA, _CHARACTERISTIC, f"not in the standard: {few(wrong)}")


def _close(name: str) -> str:
    """A name without blanks around strokes: the standard has both."""
    return "/".join(part.strip() for part in name.split("/"))


@check("check_api_char_col_name", advice=True)
def short_columns(pair: Pair) -> Iterator[Wrong]:
    """Names of columns have 50 characters at most."""
    yield from _longer(File.DATA, "", pair.data.columns, LONGEST_COLUMN)


@check("check_api_char_col_label", advice=True)
def short_labels(pair: Pair) -> Iterator[Wrong]:
    """Labels have 100 characters at most."""
    yield from _longer(File.META, "label", pair.meta["label"], LONGEST_LABEL)


@check("check_api_char_loc_code", advice=True)
def short_codes(pair: Pair) -> Iterator[Wrong]:
    """Codes of places have 30 characters at most."""
    for column in (column for level in LEVELS.values() for column in (level.code, level.second_code)):
        if column in pair.data.columns:
            yield from _longer(File.DATA, column, pair.values[column], LONGEST_CODE)


@check("check_api_char_filter_items", advice=True)
def short_items(pair: Pair) -> Iterator[Wrong]:
    """Items of filters and names of places have 120 characters at most."""
    names = [level.name for level in LEVELS.values() if level.name in pair.data.columns]
    for column in (*pair.filters_and_groupings, *names):
        yield from _longer(File.DATA, column, pair.values[column], LONGEST_ITEM)


def _longer(file: File, column: str, texts: Iterable[str], most: int) -> Iterator[Wrong]:
    for text in texts:
        if len(text) > most:
            yield from each(file, [column or text], f"longer than {most} characters: {text[:most]!r}...")
