"""Unique pupil numbers (UPNs) of children who do not exist, right in every digit.

A UPN is a check letter, the number of the LA that gave it, a school (four digits), the year it was given in (two) and
a serial number (three, the last of which is a letter in a temporary one).
"""

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.reference.days import DAY
from cin_pipeline.synthetic.days import EPOCH, Days

_LETTERS = np.array(list("ABCDEFGHJKLMNPQRTUVWXYZ"))
_WEIGHTS = np.arange(2, 14)  # of characters 2 to 13
_SCHOOL, _FORMER_SCHOOL = 2000, 5000  # first school numbers in use
_GIVEN_AT_YEARS = 4

# Numbers of LAs formed since 2019 are not recognised in every year they sent returns; children there go by the
# numbers of the authorities before them.
_BEFORE = {"838": "835", "839": "837", "940": "928", "941": "928", "942": "909", "943": "909"}


def upns(la_code: str, child: NDArray[np.int64], birth: Days) -> tuple[list[str], list[str]]:
    """The UPN and a former, temporary UPN of each child, different for all numbers of children of an LA."""
    years = (EPOCH + birth * DAY).astype("datetime64[Y]").astype(np.int64) + 1970 + _GIVEN_AT_YEARS
    digits = np.empty((len(child), 12), dtype=np.int64)
    digits[:, :3] = [int(digit) for digit in _BEFORE.get(la_code, la_code)]
    digits[:, 7:9] = _digits(years % 100, 2)
    digits[:, 9:] = _digits(child % 1000, 3)
    digits[:, 3:7] = _digits(_SCHOOL + child // 1000, 4)
    current = _texts(digits, _numerals(digits[:, -1]))
    digits[:, 3:7] = _digits(_FORMER_SCHOOL + child // 1000, 4)
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


def _digits(numbers: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return (numbers[:, None] // 10 ** np.arange(count - 1, -1, -1)) % 10


def _numerals(digits: NDArray[np.int64]) -> NDArray[np.str_]:
    return np.array(list("0123456789"))[digits]
