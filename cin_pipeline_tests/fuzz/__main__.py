"""Gives mutants to a target and keeps each one for which something does not hold, made as small as is easy."""

import argparse
import faulthandler
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from cin_pipeline_tests.fuzz.targets import TARGETS, Target

MOST_SECONDS = 20  # for one mutant; they are small
TRIES = 400  # at making one smaller


class TooLong(Exception):
    """A mutant needs longer than any should."""


def main() -> int:
    """0 where everything held for every mutant."""
    parser = argparse.ArgumentParser(prog="python -m cin_pipeline_tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--to", type=Path, default=Path("build/fuzz"), help="folder for what failed")
    given = parser.parse_args()
    target, verdicts = TARGETS[given.target], Counter[str]()
    signal.signal(signal.SIGALRM, _stop)
    for number in range(given.count):
        data = target.mutant(given.seed, number)
        verdict, fault = judged(target, data)
        verdicts[verdict] += 1
        if fault:
            _keep(given.to / f"{given.target}-{given.seed}-{number}", target, data, fault)
        if (number + 1) % max(1, given.count // 20) == 0:
            print(f"{number + 1:,}: {_counts(verdicts)}", flush=True)
    return int(bool(verdicts["FAILED"]))


def judged(target: Target, data: bytes) -> tuple[str, str]:
    """The verdict on a mutant, and what does not hold for it; empty where all does."""
    try:
        with _limited():
            return target.verdict(data), ""
    except Exception as fault:  # noqa: BLE001 - whatever escapes is a finding
        return "FAILED", f"{type(fault).__name__}: {fault}"


@contextmanager
def _limited() -> Iterator[None]:
    signal.alarm(MOST_SECONDS)
    faulthandler.dump_traceback_later(10 * MOST_SECONDS, exit=True)  # where no Python runs to be stopped
    try:
        yield
    finally:
        signal.alarm(0)
        faulthandler.cancel_dump_traceback_later()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TooLong(f"more than {MOST_SECONDS} seconds")


def _keep(path: Path, target: Target, data: bytes, fault: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".bytes").write_bytes(data)
    path.with_suffix(".small").write_bytes(_smaller(target, data, fault))
    path.with_suffix(".txt").write_text(fault, encoding="utf-8", errors="backslashreplace")
    print(f"FAILED {path.name}: {fault[:300]}", flush=True)


def _smaller(target: Target, data: bytes, fault: str) -> bytes:
    """The mutant without whatever the fault does without, found by leaving out ever shorter pieces."""
    kind, tries, length = fault[:40], 0, len(data) // 2
    while length and tries < TRIES:
        at = 0
        while at < len(data) and tries < TRIES:
            shorter = data[:at] + data[at + length :]
            tries += 1
            if judged(target, shorter)[1][:40] == kind:
                data = shorter
            else:
                at += length
        length //= 2
    return data


def _counts(verdicts: Counter[str]) -> str:
    return ", ".join(f"{verdict} {count:,}" for verdict, count in sorted(verdicts.items()))


if __name__ == "__main__":
    sys.exit(main())
