"""What we ask of our own files beyond the service, and which of its findings do not stop a release, with the reason."""

import re
from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from cin_pipeline.publication.screening.checks import File, Finding, Wrong, each, few, holding, our_check, twice
from cin_pipeline.publication.screening.pair import Pair
from cin_pipeline.publication.screening.vocabulary import (
    INDICATOR,
    LA,
    LEVEL,
    NATIONAL,
    REGIONAL,
    SYMBOLS,
    TIME_IDENTIFIER,
    TIME_PERIOD,
    las_of,
)

LEVELS_PUBLISHED = (NATIONAL, REGIONAL, LA)
IDENTIFIER_PUBLISHED = "Reporting year"

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WORDS_OF_PYTHON = ("NaN", "nan", "None", "NaT", "<NA>")


class Exemption(NamedTuple):
    """A check that does not stop a release of ours: of which columns (all, where none is named), and why; `file`: only
    of files whose names start so."""

    check: str
    columns: tuple[str, ...]
    why: str
    file: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is one of these."""
        of_column = not self.columns or finding.column in self.columns
        return finding.check == self.check and of_column and finding.file.startswith(self.file)


_REAL_NAMES = "the Department's own files of this release have capitals in names of columns"
_OTHER_CENSUS = "groups of children as this census has them, with those not stated"
EXEMPTIONS = (
    Exemption("check_col_snake_case", (), _REAL_NAMES),
    Exemption("check_col_var_start", (), _REAL_NAMES),
    Exemption("check_col_var_characteristic", ("characteristic",), "gender, age and ethnic group are not crossed"),
    Exemption("check_filter_defaults", ("category",), "the rows of A1 and A2 are different things: they have no total"),
    Exemption("check_harmonised_eth_vals", ("ethnicity_major",), _OTHER_CENSUS),
    # The one exemption from a check that turns files away.
    Exemption(
        "check_harmonised_variables",
        ("primary_need",),
        "taken for special educational needs, which it is not: the service would turn A3 and B3 away under this name",
    ),
)
_THEIRS = "as the Department's own files have it"
_PEOPLE = "ons_mid-year_population_estimates"
# Of files in the form of the Department's.
EXEMPTIONS_OF_ITS_FORM = (
    Exemption("no_year_in_name", (), "the Department's files say in their names which years they hold"),
    Exemption("short_name", (), "the Department's longest name has 69 characters with its years", "a5_"),
    Exemption("check_col_snake_case", (), _REAL_NAMES),
    Exemption("check_col_var_start", (), _REAL_NAMES),
    Exemption("plain_names", (), "columns named 3_months_or_less or 61+_days, as in the Department's own files"),
    # The one that turns files away.
    Exemption(
        "check_col_ind_smushed",
        ("White", "Asian_or_Asian_British", "Black_or_Black_British", "Female_Genital_Mutilation"),
        "columns of A4 and C3, wide in the Department's own files: the service would turn these away today",
    ),
    Exemption("check_col_var_characteristic", ("characteristic",), _THEIRS),
    Exemption("check_meta_fil_grp_is_fil", ("category", "characteristic"), _THEIRS),
    Exemption(
        "check_filter_defaults",
        ("category", "category_type", "characteristic"),
        "rows of A1 and A2 are different things, and the total of A5 stands under gender: they have none",
    ),
    Exemption("check_api_char_col_label", ("label",), "labels of 100 characters and more, as the Department's"),
    Exemption("identifier_published", ("time_identifier",), "mid-year estimates are of a calendar year", _PEOPLE),
    Exemption(
        "las_of_their_year_and_region",
        ("old_la_code",),
        "people counted in the middle of a year are those of the LAs of the collection year that ends in the next",
        _PEOPLE,
    ),
)


@our_check(first=True)
def columns_once(pair: Pair) -> Iterator[Wrong]:
    """No column twice in a file."""
    yield from each(File.DATA, twice(pair.data.columns), "twice in the header")
    yield from each(File.META, twice(pair.meta.columns), "twice in the header")


@our_check()
def plain_names(pair: Pair) -> Iterator[Wrong]:
    """Names of columns are letters, digits and underscores, starting with a letter."""
    wrong = [name for name in pair.data.columns if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name)]
    yield from each(File.DATA, wrong, "a name of letters, digits and underscores was expected")


@our_check()
def an_indicator(pair: Pair) -> Iterator[Wrong]:
    """The metadata describe an indicator at least."""
    if INDICATOR not in set(pair.meta["col_type"]):
        yield Wrong(File.META, "col_type", "there is no indicator")


@our_check()
def no_blanks_around_texts(pair: Pair) -> Iterator[Wrong]:
    """No blanks before or after a text of the metadata."""
    for column in pair.meta.columns:
        if wrong := [text for text in pair.meta[column] if text != text.strip()]:
            yield Wrong(File.META, column, f"blanks around {few(wrong)}")


@our_check()
def levels_published(pair: Pair) -> Iterator[Wrong]:
    """Geographic levels are the three we publish: of the others we hold no codes to check."""
    if wrong := [level for level in pair.values[LEVEL] if level not in LEVELS_PUBLISHED]:
        yield Wrong(File.DATA, LEVEL, f"not published: {few(wrong)}")


@our_check()
def identifier_published(pair: Pair) -> Iterator[Wrong]:
    """Time is the reporting year, throughout."""
    if wrong := [name for name in pair.values[TIME_IDENTIFIER] if name != IDENTIFIER_PUBLISHED]:
        yield Wrong(File.DATA, TIME_IDENTIFIER, f"{IDENTIFIER_PUBLISHED} was expected, not {few(wrong)}")


@our_check()
def las_of_their_year_and_region(pair: Pair) -> Iterator[Wrong]:
    """LAs have the name and codes of their year, and stand in their region; in London also in Inner or Outer London."""
    columns = ["old_la_code", "la_name", "new_la_code", "region_code"]
    if not set(columns) <= set(pair.data.columns):
        return
    found = pair.data.loc[pair.data["old_la_code"] != "", [TIME_PERIOD, *columns]].drop_duplicates()
    for year, rows in found.groupby(TIME_PERIOD):
        if not re.fullmatch("[0-9]{4}", year):
            continue
        known = {
            (la.la_code, la.name, la.new_la_code, region)
            for la in las_of(int(year)).values()
            for region in la.places[1:]
        }
        if wrong := [row for row in rows[columns].itertuples(index=False, name=None) if row not in known]:
            yield Wrong(
                File.DATA, columns[0], f"unknown, or not of its region, in {year}: {few(map(' / '.join, wrong))}"
            )


@our_check()
def every_combination(pair: Pair) -> Iterator[Wrong]:
    """Every place of a year has every combination of filters."""
    filters = [name for name in pair.filters if name not in pair.groupings]
    expected = prod(len(pair.values[name]) for name in filters)
    have = pair.data.drop_duplicates([*pair.observational, *filters]).groupby(pair.observational, sort=False).size()
    if len(short := have[have < expected]):
        first = " ".join(filter(None, short.index[0]))
        yield Wrong(File.DATA, ", ".join(filters), f"{len(short)} places lack some combinations, first {first!r}")


@our_check()
def no_words_of_python(pair: Pair) -> Iterator[Wrong]:
    """No cell of either file is Python's word for nothing."""
    yield from holding(_WORDS_OF_PYTHON, pair, File.DATA)
    yield from holding(_WORDS_OF_PYTHON, pair, File.META)


@our_check()
def numbers_or_symbols(pair: Pair) -> Iterator[Wrong]:
    """Cells of indicators are plain numbers, with no more decimals than said, or a symbol in use."""
    places = dict(zip(pair.meta["col_name"], pair.meta["indicator_dp"], strict=True))
    for name in pair.indicators:
        cells = [cell for cell in pair.values[name] if cell and cell not in SYMBOLS]
        if wrong := [cell for cell in cells if not _NUMBER.fullmatch(cell)]:
            yield Wrong(File.DATA, name, f"no number and no symbol: {few(wrong)}")
        if re.fullmatch("[0-9]+", places[name]):
            most = int(places[name])
            if long := [cell for cell in cells if _NUMBER.fullmatch(cell) and len(cell.partition(".")[2]) > most]:
                yield Wrong(File.DATA, name, f"more than {most} decimals: {few(long)}")
