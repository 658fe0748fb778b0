"""CPU seconds of the validation rules over returns of 10,000 and 50,000 children, beside reading and cleaning them.

Run from the root of the repository: `python -m benchmarks.validation`. Bars: under 1 CPU second at 10,000 children
beyond reading and cleaning, and linear to 50,000. One child in twenty has a mistake, each rule's in turn. A further
return gives all its records to one child, where comparing each record with each other would be slow; in another every
value is wrong.
"""

import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.validation import RuleInput, check
from cin_pipeline_tests.support.building import (
    Record,
    assessment,
    child,
    enquiry,
    plan,
    referral,
    return_xml,
    upn,
    valid_children,
)
from cin_pipeline_tests.validation.all_cases import PLANTS

YEAR = 2017
SIZES = (10_000, 50_000)
BAR = 1.0  # CPU seconds at the first size
SLACK = 1.5  # how much more than in proportion to the children the larger return may take

T = TypeVar("T")


def children(number: int) -> Iterator[Record]:
    """Valid children over and over, every twentieth with a mistake, each with ids of its own."""
    valid = valid_children()
    mistaken = [plant.children[0] for plant in PLANTS.values() if plant.year == YEAR and plant.children]
    for n in range(number):
        record = mistaken[n // 20 % len(mistaken)] if n % 20 == 0 else valid[n % len(valid)]
        ids = {"LAchildID": f"{n:07}"} if record.get("LAchildID") else {}
        ids |= {"UPN": upn(f"201{n:09}")} if len(str(record.get("UPN") or "")) == 13 else {}
        yield record | ids


def one_child(number: int) -> list[Record]:
    """One child with `number` overlapping records of each kind in one referral."""
    return [
        child(
            CINdetails=[
                referral(
                    Assessments=[assessment()] * number,
                    Section47=[enquiry(DateOfInitialCPC=None)] * number,
                    ChildProtectionPlans=[plan(CPPendDate=None)] * number,
                ),
                *[referral()] * number,
            ]
        )
    ]


def garbled(record: Record, n: int) -> Record:
    """The record with a text for every value that is no valid one."""
    return {name: _garbled(value, n) for name, value in record.items()}


def _garbled(value: object, n: int) -> object:
    if isinstance(value, dict):
        return garbled(value, n)
    if isinstance(value, list):
        return [_garbled(one, n) for one in value]
    return None if value is None else f"x{n}"


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it returns, and the CPU seconds it took."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def measure(label: str, records: list[Record]) -> float:
    """Prints a line for one return; CPU seconds of the rules, the better of three."""
    xml = return_xml(records, YEAR)
    sent, reading = timed(lambda: read_return(xml, YEAR))
    cleaned, cleaning = timed(lambda: clean_return(sent.tables, YEAR))
    runs = [timed(lambda: check(RuleInput(sent, cleaned, YEAR))) for _ in range(3)]
    results, rules = min(runs, key=lambda run: run[1])
    assert results.crashed == ()
    rows = sum(sent.tables.row_counts().values())
    print(
        f"{label:28} {rows:>9,} records  reading {reading:5.2f}  cleaning {cleaning:5.2f}  "
        f"rules {rules:5.2f}  issues {len(results.issues):,}"
    )
    return rules


def main() -> int:
    measure("warm-up", list(children(500)))
    taken = [measure(f"{size:,} children", list(children(size))) for size in SIZES]
    crowded = measure("1 child, 40,000 records", one_child(10_000))
    wrong = measure(f"{SIZES[0]:,}, every value wrong", [garbled(r, n) for n, r in enumerate(children(SIZES[0]))])
    limits = [BAR, taken[0] * SIZES[1] / SIZES[0] * SLACK, BAR, BAR]
    met = all(seconds <= limit for seconds, limit in zip([*taken, crowded, wrong], limits, strict=True))
    print("bars met" if met else f"bars missed: at most {', '.join(f'{limit:.2f}' for limit in limits)} expected")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
