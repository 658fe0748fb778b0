"""Columns of text that hold each different text once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def by_number(numbers: NDArray[np.integer[Any]], texts: Sequence[str]) -> pd.Categorical:
    """The texts that numbers, from 0, stand for; each text is given once."""
    return pd.Categorical.from_codes(numbers, categories=pd.Index(texts, dtype="str"))


def repeated(texts: Sequence[str], times: Sequence[int]) -> pd.Categorical:
    """Each text so many times; the numbers they are held by are in the order of the texts."""
    different = sorted(set(texts))
    numbers = np.array([different.index(text) for text in texts], dtype=np.int32)
    return by_number(np.repeat(numbers, times), different)
