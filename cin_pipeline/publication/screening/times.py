"""Time periods and their identifiers."""

import re
from collections.abc import Iterator

from cin_pipeline.publication.screening.checks import File, Wrong, check, few
from cin_pipeline.publication.screening.pair import Pair
from cin_pipeline.publication.screening.vocabulary import TIME_IDENTIFIER, TIME_IDENTIFIERS, TIME_PERIOD

_BY_NAME = {name: each for each in TIME_IDENTIFIERS for name in each.names}


@check("precheck_time_period_num")
def periods_are_numbers(pair: Pair) -> Iterator[Wrong]:
    """Time periods have digits only."""
    if wrong := [period for period in pair.values[TIME_PERIOD] if not re.fullmatch("[0-9]+", period)]:
        yield Wrong(File.DATA, TIME_PERIOD, f"digits were expected, not {few(wrong)}")


@check("precheck_time_id_valid")
def identifiers_known(pair: Pair) -> Iterator[Wrong]:
    """Time identifiers are those of the standard."""
    if wrong := [name for name in pair.values[TIME_IDENTIFIER] if name not in _BY_NAME]:
        yield Wrong(File.DATA, TIME_IDENTIFIER, f"unknown: {few(wrong)}")


@check("precheck_time_id_mix")
def identifiers_of_one_kind(pair: Pair) -> Iterator[Wrong]:
    """A file has time identifiers of one kind: years, or months, or terms."""
    kinds = {_BY_NAME[name] for name in pair.values[TIME_IDENTIFIER] if name in _BY_NAME}
    if len(kinds) > 1:
        yield Wrong(File.DATA, TIME_IDENTIFIER, f"of several kinds: {few(pair.values[TIME_IDENTIFIER])}")


@check("check_time_period")
def periods_as_long_as_identified(pair: Pair) -> Iterator[Wrong]:
    """Time periods have the four or six digits that their identifier calls for."""
    both = pair.data[[TIME_PERIOD, TIME_IDENTIFIER]].drop_duplicates()
    for name, periods in both.groupby(TIME_IDENTIFIER, sort=False)[TIME_PERIOD]:
        digits = _BY_NAME[name].digits if name in _BY_NAME else 0
        if digits and (wrong := [period for period in periods if len(period) != digits]):
            yield Wrong(File.DATA, TIME_PERIOD, f"{digits} digits were expected with {name}, not {few(wrong)}")


@check("check_time_period_six")
def six_digits_are_two_years(pair: Pair) -> Iterator[Wrong]:
    """Six digits are a year and the last two digits of the next."""
    six = [period for period in pair.values[TIME_PERIOD] if re.fullmatch("[0-9]{6}", period)]
    if wrong := [period for period in six if (int(period[2:4]) + 1) % 100 != int(period[4:])]:
        yield Wrong(File.DATA, TIME_PERIOD, f"no year and the next: {few(wrong)}")
