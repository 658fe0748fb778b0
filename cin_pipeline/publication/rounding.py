"""Rounding as the release rounds: half up, on decimals held exactly [A49]."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.publication.declaring import COUNT, DECIMALS, LOCAL_AUTHORITY

# Sums of estimates carry errors of the last binary digits; a half must not be lost to them.
_NOISE = 9


def half_up(value: float, to: Decimal) -> Decimal:
    """The multiple of `to` nearest to a number, a half away from zero: 51,495 to tens is 51,500; 12.25 to tenths 12.3.

    A percentage counted as 100 * part / whole is the float nearest to it, whose shortest decimal is the tie itself
    where there is one."""
    exact = Decimal(repr(round(float(value), _NOISE)))
    return (exact / to).quantize(Decimal(1), ROUND_HALF_UP) * to


def to_whole(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest whole numbers, halves up; what is empty stays so."""
    whole: NDArray[np.float64] = np.floor(np.round(values, _NOISE) + 0.5)
    return whole


def step(unit: str, geographic_level: str) -> Decimal:
    """What figures are rounded to: counts of places to 10, those of LAs not at all; percentages and rates to 0.1."""
    if unit == COUNT and geographic_level != LOCAL_AUTHORITY:
        return Decimal(10)
    return Decimal(1).scaleb(-DECIMALS[unit])


def rounded(value: float, unit: str, geographic_level: str) -> int | Decimal:
    """A figure as it is published: whole numbers, percentages and rates with one decimal."""
    to = step(unit, geographic_level)
    found = half_up(value, to)
    return int(found) if to >= 1 else found.quantize(to)
