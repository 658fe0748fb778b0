"""Unique pupil numbers (UPNs) of children who do not exist, right in every digit.

A UPN is a check letter, the number of the LA that gave it, a school (four digits), the year it was given in (two) and
a serial number (three, the last of which is a letter in a temporary one).
"""

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.reference.days import DAY
from cin_pipeline.synthetic.days import EPOCH, Days

# The check letter: the weighted sum of the other characters by the position of a letter here (rule 1510).
_LETTERS = np.array(list("ABCDEFGHJKLMNPQRTUVWXYZ"))
_WEIGHTS = np.arange(2, 14)  # of characters 2 to 13

# Digits after the check letter, by what they say.
_LENGTH = 12
_LA, _SCHOOL_DIGITS, _YEAR_DIGITS, _SERIAL = slice(0, 3), slice(3, 7), slice(7, 9), slice(9, 12)
_SERIALS, _CENTURY = 1000, 100  # how many serial numbers, and years, their digits tell apart

# First school numbers in use, invented: 2000 on are primary schools. Each is given 1000 children, then the next one; a
# former UPN is of another school, so that no two numbers of an LA are the same.
_SCHOOL, _FORMER_SCHOOL = 2000, 5000
_GIVEN_AT_YEARS = 4  # of age, when a child starts school; invented
_EPOCH_YEAR = 1970  # from which numpy counts years

# Numbers of LAs formed since 2019 are not recognised in every year they sent returns; children there go by the
# numbers of the authorities before them.
BEFORE = {"838": "835", "839": "837", "940": "928", "941": "928", "942": "909", "943": "909"}


def upns(la_code: str, child: NDArray[np.int64], birth: Days) -> tuple[list[str], list[str]]:
    """The UPN and a former, temporary UPN of each child, different for all numbers of children of an LA."""
    years = (EPOCH + birth * DAY).astype("datetime64[Y]").astype(np.int64) + _EPOCH_YEAR + _GIVEN_AT_YEARS
    digits = np.empty((len(child), _LENGTH), dtype=np.int64)
    digits[:, _LA] = [int(digit) for digit in BEFORE.get(la_code, la_code)]
    digits[:, _YEAR_DIGITS] = _digits(years % _CENTURY, _YEAR_DIGITS)
    digits[:, _SERIAL] = _digits(child % _SERIALS, _SERIAL)
    digits[:, _SCHOOL_DIGITS] = _digits(_SCHOOL + child // _SERIALS, _SCHOOL_DIGITS)
    current = _texts(digits, _numerals(digits[:, -1]))
    digits[:, _SCHOOL_DIGITS] = _digits(_FORMER_SCHOOL + child // _SERIALS, _SCHOOL_DIGITS)
    former = _texts(digits, _LETTERS[digits[:, -1]])
    return current, former


def _texts(digits: NDArray[np.int64], last: NDArray[np.str_]) -> list[str]:
    """The full text, the last character as given. It counts by its position in the letters, which a digit equals."""
    check = _LETTERS[(digits @ _WEIGHTS) % len(_LETTERS)]
    text = check
    for place in range(digits.shape[1] - 1):
        text = np.char.add(text, _numerals(digits[:, place]))
    texts: list[str] = np.char.add(text, last).tolist()
    return texts


def _digits(numbers: NDArray[np.int64], place: slice) -> NDArray[np.int64]:
    """As many digits as the place has."""
    digits: NDArray[np.int64] = (numbers[:, None] // 10 ** np.arange(place.stop - place.start - 1, -1, -1)) % 10
    return digits


def _numerals(digits: NDArray[np.int64]) -> NDArray[np.str_]:
    return np.array(list("0123456789"))[digits]
