"""Ten thousand mutants, the same ones every time; `make fuzz` tries others."""

from collections import Counter

import pytest

from cin_pipeline_tests.fuzz.targets import TARGETS

COUNTS = {"reader": 3_000, "header": 4_000, "inputs": 3_000}
PARTS = 3  # of a target, so that workers share them


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", COUNTS)
def test_what_must_hold_holds_for_every_mutant(name: str, part: int) -> None:
    target, verdicts = TARGETS[name], Counter[str]()
    for number in range(part, COUNTS[name], PARTS):
        data = target.mutant(1, number)
        try:
            verdicts[target.verdict(data)] += 1
        except Exception as fault:
            raise AssertionError(f"mutant {number} of seed 1: {data[:300]!r}") from fault
    assert verdicts.total() == len(range(part, COUNTS[name], PARTS))
    assert min(verdicts.values()) > 20  # each way to end is gone by enough of them


@pytest.mark.parametrize("name", COUNTS)
def test_a_mutant_is_made_by_seed_and_number_alone(name: str) -> None:
    made = [TARGETS[name].mutant(2, number) for number in range(50)]
    assert made == [TARGETS[name].mutant(2, number) for number in range(50)]
    assert len(set(made)) > 25
