"""What suppressed counts can be, by hand."""

import numpy as np
import pytest

from cin_pipeline.reference.figure_keys import FigureKey
from cin_pipeline_tests.backtests.tables.columns import counts
from cin_pipeline_tests.backtests.tables.suppressed import Bounds, bounds

PLANS = [
    FigureKey("cpp_at_31_march"),
    *(key for column, key in counts(2017).items() if column.table == "d5" and column.name != "CPP_At31"),
]
ALL_PLANS = [FigureKey("cpp_any_point"), FigureKey("cpp_ending"), FigureKey("cpp_at_31_march")]
NONE = float("nan")


def _bounds(keys: list[FigureKey], texts: list[str]) -> Bounds:
    known = np.array([[float(text) if text.isdigit() else NONE for text in texts]])
    return bounds(keys, known, np.array([[text == "c" for text in texts]]), np.array([[text == "u" for text in texts]]))


@pytest.mark.parametrize(
    ("keys", "texts", "low", "high"),
    [
        # 100 - 40 - 30 - 10 = 20 for two; either can be the small one, and a nought can be suppressed for another.
        (PLANS, ["100", "40", "30", "10", "c", "c"], [100, 40, 30, 10, 0, 0], [100, 40, 30, 10, 20, 20]),
        (PLANS, ["100", "40", "30", "10", "c", "17"], [100, 40, 30, 10, 3, 17], [100, 40, 30, 10, 3, 17]),
        # A whole that nothing is more than is small, and its parts with it.
        (PLANS, ["c", "0", "0", "0", "c", "c"], [0, 0, 0, 0, 0, 0], [5, 0, 0, 0, 5, 5]),
        (ALL_PLANS, ["9", "8", "c"], [9, 8, 1], [9, 8, 1]),
        (ALL_PLANS, ["c", "8", "c"], [8, 8, 0], [8, 8, 0]),
        # Of unreliable counts nothing is known but what the others say.
        (ALL_PLANS, ["u", "8", "12"], [20, 8, 12], [20, 8, 12]),
        (ALL_PLANS, ["u", "8", "u"], [8, 8, 0], [np.inf, 8, np.inf]),
        # What an LA did not give stays so and says nothing of others; contradictions are left as they are.
        (ALL_PLANS, ["20", "x", "c"], [20, NONE, 0], [20, NONE, 5]),
        (ALL_PLANS, ["30", "8", "12"], [30, 8, 12], [30, 8, 12]),
    ],
)
def test_bounds_by_hand(keys: list[FigureKey], texts: list[str], low: list[float], high: list[float]) -> None:
    found = _bounds(keys, texts)
    np.testing.assert_array_equal(found.low, [low])
    np.testing.assert_array_equal(found.high, [high])


def test_settled_counts_add_up() -> None:
    found = _bounds(PLANS, ["100", "c", "30", "c", "c", "17"]).settled()[0]
    assert found[0] == found[1:].sum() == 100
    assert (found >= 0).all()
