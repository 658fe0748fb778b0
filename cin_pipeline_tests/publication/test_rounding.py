"""Half up, on decimals held exactly."""

from decimal import Decimal

import pytest

from cin_pipeline.publication.rounding import rounded


@pytest.mark.parametrize(
    ("value", "unit", "level", "published"),
    [
        (51_495, "count", "Regional", 51_500),  # the South West, as published
        (389_037, "count", "National", 389_040),
        (105, "count", "Regional", 110),  # half to even would say 100
        (104.99999999999999, "count", "Regional", 110),  # a sum of estimates that is 105
        (4.9, "count", "National", 0),
        (7_472, "count", "Local authority", 7_472),
        (100 * 49 / 400, "percent", "Local authority", Decimal("12.3")),  # 12.25
        (100 * 41 / 400, "percent", "Local authority", Decimal("10.3")),  # 10.25: half to even would say 10.2
        (100 * 1 / 2000, "percent", "Local authority", Decimal("0.1")),  # 0.05
        (100.0, "percent", "National", Decimal("100.0")),
        (330.1449, "rate", "National", Decimal("330.1")),
        (29.0, "days", "National", 29),
    ],
)
def test_rounded(value: float, unit: str, level: str, published: object) -> None:
    assert rounded(value, unit, level) == published
    assert str(rounded(value, unit, level)) == str(published)
