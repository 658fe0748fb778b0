"""The rules of the open-data screener of explore education statistics, which turns a file away that breaks one.

Our own implementation: each rule is a pure function from a pair of files to messages. What the screener only advises
against (capitals in the names of columns, which the real files have) is no rule here.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod

from pandas import DataFrame

from cin_pipeline.reference.authorities import ENGLAND, authorities, every_authority, places

TIME = ("time_period", "time_identifier")
COUNTRY = ("country_code", "country_name")
REGION = ("region_code", "region_name")
LA = ("old_la_code", "la_name", "new_la_code")
MANDATORY = (*TIME, "geographic_level", *COUNTRY)
OBSERVATIONAL = (*MANDATORY, *REGION, *LA)
META_COLUMNS = (
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
)  # fmt: skip
REPORTING_YEAR = "Reporting year"
LEVELS = ("National", "Regional", "Local authority")
FILTER, INDICATOR = "Filter", "Indicator"
WHOLE = "Total"
SEPARATE = {"category"}  # a filter of things that have no total, as that of A1 and A2: the screener only advises there
SYMBOLS = ("z", "x", "c", "u", "low", "k")
UNITS = ("", "%", "pp", "£", "£m", "numberstring")

LONGEST_NAME = 65  # of a file; the longest of the real ones has 63 characters
LONGEST_COLUMN = 50

_COLUMN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FILE_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_YEAR = re.compile(r"(?<![0-9])(19|20)[0-9]{2}(?![0-9])")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NULLS = {"NA", "na", "N/A", "n/a", "NaN", "nan", "None", "NULL", "Null", "null"}
_FILTER_ITEMS = re.compile(r"(^|_)(male|female|asian|black|chinese|white|roma|irish)(_|$)", re.IGNORECASE)
_FEW = 3  # examples in a message


@dataclass(frozen=True)
class Pair:
    """A data file and its metadata file, every cell as the text it is."""

    name: str
    data: DataFrame
    meta: DataFrame

    @cached_property
    def filters(self) -> list[str]:
        """Columns the metadata calls filters, and those that group them, that the data has."""
        rows = self.meta[self.meta["col_type"] == FILTER]
        named = [*rows["col_name"], *filter(None, rows["filter_grouping_column"])]
        return [name for name in dict.fromkeys(named) if name in self.data.columns]

    @cached_property
    def indicators(self) -> list[str]:
        """Columns the metadata calls indicators that the data has."""
        named = self.meta.loc[self.meta["col_type"] == INDICATOR, "col_name"]
        return [name for name in named if name in self.data.columns]

    @cached_property
    def observational(self) -> list[str]:
        """Columns of time and place that the data has."""
        return [name for name in OBSERVATIONAL if name in self.data.columns]


Rule = Callable[[Pair], Iterable[str]]
SHAPE: list[Rule] = []  # without them the others cannot be asked
RULES: list[Rule] = []


def screen_files(files: Mapping[str, bytes]) -> list[str]:
    """What the screener would say of all open-data files of a release, by file name; empty when they pass."""
    messages = [f"{name}: {message}" for name in files for message in _file_name(name, files)]
    for name in files:
        stem = name.removesuffix(".csv")
        if name.endswith(".meta.csv") or f"{stem}.meta.csv" not in files:
            continue
        try:
            pair = Pair(stem, _read(name, files[name]), _read(f"{stem}.meta.csv", files[f"{stem}.meta.csv"]))
        except _Unreadable as unreadable:
            messages.append(str(unreadable))
        else:
            messages += screen_pair(pair)
    return messages


def screen_pair(pair: Pair) -> list[str]:
    """Each rule that the pair breaks, in words: file, rule, what is wrong; empty when it passes."""
    shape = list(_ask(SHAPE, pair))
    return shape or list(_ask(RULES, pair))


def _ask(rules: Iterable[Rule], pair: Pair) -> Iterator[str]:
    for rule in rules:
        for message in rule(pair):
            yield f"{pair.name}: {rule.__name__}: {message}"


class _Unreadable(ValueError):
    pass


def _read(name: str, content: bytes) -> DataFrame:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _Unreadable(f"{name}: is not UTF-8 text") from None
    if text.startswith("\ufeff"):
        raise _Unreadable(f"{name}: starts with a byte order mark")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if len(rows) < 2:
        raise _Unreadable(f"{name}: has no rows")
    ragged = [number for number, row in enumerate(rows, start=1) if len(row) != len(rows[0])]
    if ragged:
        raise _Unreadable(f"{name}: line {ragged[0]} has another number of cells than the header")
    return DataFrame(rows[1:], columns=rows[0], dtype="str")


def _file_name(name: str, files: Mapping[str, bytes]) -> Iterator[str]:
    meta = name.endswith(".meta.csv")
    stem = name.removesuffix(".csv").removesuffix(".meta")
    if not name.endswith(".csv") or not _FILE_NAME.fullmatch(stem):
        yield "names are lower-case letters, digits, hyphens and underscores, ending in .csv or .meta.csv"
    if _YEAR.search(stem):
        yield "the name holds a year"
    if len(stem) > LONGEST_NAME:
        yield f"the name is longer than {LONGEST_NAME} characters"
    partner = f"{stem}.csv" if meta else f"{stem}.meta.csv"
    if partner not in files:
        yield f"{partner} is missing"


def _shape(rule: Rule) -> Rule:
    SHAPE.append(rule)
    return rule


def _rule(rule: Rule) -> Rule:
    RULES.append(rule)
    return rule


def _few(values: Iterable[object]) -> str:
    found = list(dict.fromkeys(map(str, values)))
    return ", ".join(found[:_FEW]) + (f" and {len(found) - _FEW} more" if len(found) > _FEW else "")


def _twice(values: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [value for value in values if value in seen or seen.add(value)]  # type: ignore[func-returns-value]


# The shape of the two files.


@_shape
def mandatory_columns(pair: Pair) -> Iterator[str]:
    """Time, level and country in the data; every column of the metadata."""
    for columns, frame, what in ((MANDATORY, pair.data, "data"), (META_COLUMNS, pair.meta, "metadata")):
        lacking = [name for name in columns if name not in frame.columns]
        if lacking:
            yield f"the {what} lack {_few(lacking)}"


@_shape
def columns_once(pair: Pair) -> Iterator[str]:
    """No column twice."""
    for frame, what in ((pair.data, "data"), (pair.meta, "metadata")):
        if twice := _twice(frame.columns):
            yield f"the {what} have {_few(twice)} twice"


@_shape
def col_name_once(pair: Pair) -> Iterator[str]:
    """No column described twice."""
    if "col_name" in pair.meta.columns and (twice := _twice(pair.meta["col_name"])):
        yield f"the metadata describe {_few(twice)} twice"


# Columns and their description.


@_rule
def column_names(pair: Pair) -> Iterator[str]:
    """Letters, digits and underscores, starting with a letter, not too long."""
    if wrong := [name for name in pair.data.columns if not _COLUMN_NAME.fullmatch(name)]:
        yield f"letters, digits and underscores were expected, not {_few(map(repr, wrong))}"
    if long := [name for name in pair.data.columns if len(name) > LONGEST_COLUMN]:
        yield f"longer than {LONGEST_COLUMN} characters: {_few(long)}"


@_rule
def fewer_rows_of_metadata_than_columns(pair: Pair) -> Iterator[str]:
    """The metadata describe some of the columns."""
    if len(pair.meta) >= len(pair.data.columns):
        yield f"{len(pair.meta)} rows of metadata for {len(pair.data.columns)} columns"


@_rule
def column_types(pair: Pair) -> Iterator[str]:
    """Filter or Indicator, and at least one indicator."""
    if wrong := [kind for kind in pair.meta["col_type"] if kind not in (FILTER, INDICATOR)]:
        yield f"Filter or Indicator was expected, not {_few(map(repr, wrong))}"
    if INDICATOR not in set(pair.meta["col_type"]):
        yield "there is no indicator"


@_rule
def metadata_in_data(pair: Pair) -> Iterator[str]:
    """Every column that is described, and every one that groups a filter, is in the data."""
    named = [*pair.meta["col_name"], *filter(None, pair.meta["filter_grouping_column"])]
    if lacking := [name for name in named if name not in pair.data.columns]:
        yield f"not in the data: {_few(lacking)}"


@_rule
def data_in_metadata(pair: Pair) -> Iterator[str]:
    """Every column is time, place, described, grouping, or the same in every row."""
    described = {*pair.meta["col_name"], *pair.meta["filter_grouping_column"], *OBSERVATIONAL}
    others = [name for name in pair.data.columns if name not in described and pair.data[name].nunique() > 1]
    if others:
        yield f"not in the metadata: {_few(others)}"


@_rule
def no_rows_for_time_or_place(pair: Pair) -> Iterator[str]:
    """Time and place describe themselves."""
    if wrong := [name for name in pair.meta["col_name"] if name in OBSERVATIONAL]:
        yield f"the metadata have rows for {_few(wrong)}"


@_rule
def labels(pair: Pair) -> Iterator[str]:
    """Every column has a label of its own, without blanks around it."""
    if not pair.meta["label"].str.strip().all():
        yield f"no label: {_few(pair.meta.loc[pair.meta['label'].str.strip() == '', 'col_name'])}"
    if twice := _twice(filter(None, pair.meta["label"])):
        yield f"labels used twice: {_few(twice)}"
    texts = pair.meta[["col_name", "label", "indicator_grouping", "filter_hint"]]
    if (texts != texts.apply(lambda column: column.str.strip())).any(axis=None):
        yield "blanks around a text"


@_rule
def metadata_of_filters(pair: Pair) -> Iterator[str]:
    """Hints and grouping columns are for filters; a grouping column serves one filter and is none itself."""
    of_others = pair.meta[pair.meta["col_type"] != FILTER]
    if (of_others[["filter_hint", "filter_grouping_column"]] != "").any(axis=None):
        yield "only filters have filter_hint and filter_grouping_column"
    grouping = [name for name in pair.meta["filter_grouping_column"] if name]
    if twice := _twice(grouping):
        yield f"{_few(twice)} groups two filters"
    if described := [name for name in grouping if name in set(pair.meta["col_name"])]:
        yield f"{_few(described)} groups a filter and is described itself"


@_rule
def metadata_of_indicators(pair: Pair) -> Iterator[str]:
    """Groups, units and decimal places are for indicators; known units, whole decimal places, always given."""
    is_indicator = pair.meta["col_type"] == INDICATOR
    of_indicators = pair.meta[["indicator_grouping", "indicator_unit", "indicator_dp"]]
    if (of_indicators[~is_indicator] != "").any(axis=None):
        yield "only indicators have indicator_grouping, indicator_unit and indicator_dp"
    if wrong := [unit for unit in of_indicators["indicator_unit"] if unit not in UNITS]:
        yield f"unknown unit: {_few(wrong)}"
    if wrong := [dp for dp in of_indicators.loc[is_indicator, "indicator_dp"] if not re.fullmatch("[0-9]", dp)]:
        yield f"decimal places from 0 to 9 were expected, not {_few(map(repr, wrong))}"


@_rule
def indicators_hold_no_filter_items(pair: Pair) -> Iterator[str]:
    """An indicator named after a sex or ethnic group should be a filter."""
    if wrong := [name for name in pair.indicators if _FILTER_ITEMS.search(name)]:
        yield f"these look like items of a filter: {_few(wrong)}"


# Time and place.


@_rule
def time_periods(pair: Pair) -> Iterator[str]:
    """Four digits, and the same identifier throughout: `Reporting year`."""
    if wrong := [time for time in pair.data["time_period"].unique() if not re.fullmatch("[0-9]{4}", time)]:
        yield f"four digits were expected, not {_few(map(repr, wrong))}"
    if wrong := [name for name in pair.data["time_identifier"].unique() if name != REPORTING_YEAR]:
        yield f"{REPORTING_YEAR} was expected, not {_few(map(repr, wrong))}"


@_rule
def geographic_levels(pair: Pair) -> Iterator[str]:
    """National, Regional and Local authority; with the columns of those that are there."""
    present = set(pair.data["geographic_level"])
    if wrong := sorted(present - set(LEVELS)):
        yield f"unknown level: {_few(map(repr, wrong))}"
    needed = [*(REGION if present & set(LEVELS[1:]) else ()), *(LA if LEVELS[2] in present else ())]
    if lacking := [name for name in needed if name not in pair.data.columns]:
        yield f"columns are missing: {_few(lacking)}"


@_rule
def places_completed(pair: Pair) -> Iterator[str]:
    """Each level has its own columns and those above it filled in, and the others blank."""
    levels = pair.data["geographic_level"]
    for columns, having in ((COUNTRY, LEVELS), (REGION, LEVELS[1:]), (LA, LEVELS[2:])):
        for name in columns:
            if name not in pair.data.columns:
                continue
            filled = pair.data[name] != ""
            if blank := levels[levels.isin(having) & ~filled].unique().tolist():
                yield f"{name} is blank in rows of level {_few(blank)}"
            if over := levels[~levels.isin(having) & filled].unique().tolist():
                yield f"{name} is filled in rows of level {_few(over)}"


@_rule
def places_known(pair: Pair) -> Iterator[str]:
    """Codes and names belong together and exist: LAs in their year, in their region."""
    if wrong := _unknown(pair.data, COUNTRY, {(ENGLAND, "England")}):
        yield f"unknown country: {_few(wrong)}"
    regions = {(place.geography_code, place.name) for place in places() if place.geographic_level == "Regional"}
    if wrong := _unknown(pair.data, REGION, regions):
        yield f"unknown region: {_few(wrong)}"
    for year, rows in pair.data.groupby("time_period"):
        known = authorities(int(year)) if re.fullmatch("[0-9]{4}", year) else {}
        # An LA that the year's list does not have, but the user's own list of expected ones may.
        las = {code: known.get(code, last) for code, last in every_authority().items()}
        combinations = {
            (la.la_code, la.name, la.new_la_code, region) for la in las.values() for region in la.places[1:]
        }
        if wrong := _unknown(rows, (*LA, "region_code"), combinations):
            yield f"unknown LA, or not of its region, in {year}: {_few(wrong)}"


def _unknown(rows: DataFrame, columns: tuple[str, ...], known: Collection[tuple[str, ...]]) -> list[str]:
    if not set(columns) <= set(rows.columns):
        return []
    filled = rows.loc[rows[columns[0]] != "", list(columns)].drop_duplicates()
    return [" ".join(row) for row in filled.itertuples(index=False, name=None) if row not in known]


@_rule
def no_totals_of_time_or_place(pair: Pair) -> Iterator[str]:
    """A total over places is a row of a higher level."""
    wrong = [name for name in pair.observational if pair.data[name].str.lower().isin(["total", "all"]).any()]
    if wrong:
        yield f"Total or All in {_few(wrong)}"


# Filters and rows.


@_rule
def filters_have_items(pair: Pair) -> Iterator[str]:
    """A filter has several items, none blank or with blanks around; a column that is always the same is none."""
    for name in pair.filters:
        items = pair.data[name].unique()
        if len(items) == 1:
            yield f"{name} is always {items[0]!r}: such a column is not described"
        if "" in items:
            yield f"{name} has blank cells"
        if any(item != item.strip() for item in items):
            yield f"{name} has blanks around an item"


@_rule
def filters_have_totals(pair: Pair) -> Iterator[str]:
    """Every filter has the item Total, and so has what groups it; but not one of different things."""
    if lacking := [name for name in pair.filters if name not in SEPARATE and WHOLE not in set(pair.data[name])]:
        yield f"no {WHOLE} in {_few(lacking)}"


@_rule
def groups_are_coarser(pair: Pair) -> Iterator[str]:
    """What groups a filter has fewer items than it."""
    for name, grouping in pair.meta[["col_name", "filter_grouping_column"]].itertuples(index=False, name=None):
        if {name, grouping} <= set(pair.filters) and pair.data[grouping].nunique() >= pair.data[name].nunique():
            yield f"{grouping} has no fewer items than {name}"


@_rule
def no_duplicate_rows(pair: Pair) -> Iterator[str]:
    """One row for each time, place and combination of filters."""
    if repeated := int(pair.data.duplicated([*pair.observational, *pair.filters]).sum()):
        yield f"{repeated} rows repeat another's time, place and filters"


@_rule
def every_combination(pair: Pair) -> Iterator[str]:
    """Every place of a year has every combination of filters."""
    grouping = set(pair.meta["filter_grouping_column"])
    filters = [name for name in pair.filters if name not in grouping]
    expected = prod(pair.data[name].nunique() for name in filters)
    place = [*pair.observational]
    have = pair.data.drop_duplicates([*place, *filters]).groupby(place, sort=False).size()
    if short := int((have < expected).sum()):
        yield f"{short} places and years lack some of the {expected} combinations of {_few(filters)}"


# Cells.


@_rule
def no_null_words(pair: Pair) -> Iterator[str]:
    """No word of a program for nothing."""
    for frame, what in ((pair.data, "data"), (pair.meta, "metadata")):
        if found := sorted(set(frame.to_numpy().ravel()) & _NULLS):
            yield f"the {what} hold {_few(found)}"


@_rule
def cells_are_numbers_or_symbols(pair: Pair) -> Iterator[str]:
    """Plain numbers, without separators or percent signs, with no more decimals than said, or a symbol in use."""
    dps = dict(zip(pair.meta["col_name"], pair.meta["indicator_dp"], strict=True))
    for name in pair.indicators:
        cells = [cell for cell in pair.data[name].unique() if cell not in SYMBOLS]
        if wrong := [cell for cell in cells if not _NUMBER.fullmatch(cell)]:
            yield f"{name} holds {_few(map(repr, wrong))}"
        most = int(dps[name]) if re.fullmatch("[0-9]", dps[name]) else 0
        if long := [cell for cell in cells if _NUMBER.fullmatch(cell) and len(cell.partition(".")[2]) > most]:
            yield f"{name} has more than {most} decimals: {_few(long)}"
