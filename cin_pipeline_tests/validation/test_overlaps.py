"""The fast overlap search agrees with comparing every record with every other."""

import numpy as np
import pytest

from cin_pipeline.reference.days import DAY
from cin_pipeline.validation.overlaps import Spans, covered_by_another, covering, on_same_day


def _days(random, number):
    days = np.datetime64("2016-01-01") + random.integers(0, 12, number) * DAY
    days[random.random(number) < 0.15] = np.datetime64("NaT", "D")
    return days


def _spans(random, number):
    return Spans(random.integers(0, 3, number), _days(random, number), _days(random, number))


@pytest.mark.parametrize("seed", range(200))
def test_covered_by_another(seed):
    random = np.random.default_rng(seed)
    spans = _spans(random, int(random.integers(0, 12)))
    found = covered_by_another(spans, spans.first)
    everyone = range(len(spans.group))
    covers = [
        [b for b in everyone if b != a and _covers(spans, b, spans.group[a], spans.first[a])] for a in everyone
    ]  # fmt: skip
    assert [partner >= 0 for partner in found] == [bool(others) for others in covers]
    assert all(partner < 0 or partner in covers[a] for a, partner in enumerate(found))


@pytest.mark.parametrize("seed", range(200))
def test_covering(seed):
    random = np.random.default_rng(seed)
    spans, number = _spans(random, int(random.integers(0, 12))), int(random.integers(0, 6))
    group, day = random.integers(0, 3, number), _days(random, number)
    found = covering(group, day, spans)
    covers = [
        [b for b in range(len(spans.group)) if _covers(spans, b, group[a], day[a])] for a in range(number)
    ]  # fmt: skip
    assert [partner >= 0 for partner in found] == [bool(others) for others in covers]
    assert all(partner < 0 or partner in covers[a] for a, partner in enumerate(found))


def test_on_same_day():
    group, days = np.array([1, 1, 2]), np.array(["2016-01-01", "2016-01-02", "NaT"], dtype="datetime64[D]")
    assert on_same_day(np.array([2, 1, 1]), days[[0, 1, 2]], group, days).tolist() == [-1, 1, -1]


def test_first_and_last_years_there_are():
    days = np.array(["0001-01-01", "9999-12-31"], dtype="datetime64[D]")
    spans = Spans(np.array([0, 0]), days[[0, 0]], days[[1, 1]])
    assert covered_by_another(spans, spans.first).tolist() == [1, 0]
    assert covering(np.array([0, 1]), days, spans).tolist()[1] == -1


def _covers(spans, b, group, day):
    return bool(spans.group[b] == group and spans.first[b] <= day <= spans.last[b])
