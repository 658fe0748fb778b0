"""The cases of one local authority (LA) while they are drawn up, and what every step of drawing them works with."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.synthetic.calibrated.flows import Flows
from cin_pipeline.synthetic.days import NONE, Days

Numbers = NDArray[np.int64]


@dataclass
class CaseTable:
    """Cases in order of creation, dates NONE until drawn. `recorded` is the first year whose return has a case."""

    referral: Days = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    closure: Days = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    kind: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    child: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    recorded: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    children: int = 0

    def add(self, kind: Numbers, child: Numbers | None = None, recorded: int = 0) -> Numbers:
        """New cases, of new children unless given; their numbers."""
        count = len(kind)
        if child is None:
            child = self.new_children(count)
        at = np.arange(len(self.kind), len(self.kind) + count)
        unknown = np.full(count, NONE)
        self.referral = np.concatenate((self.referral, unknown))
        self.closure = np.concatenate((self.closure, unknown))
        self.kind = np.concatenate((self.kind, kind))
        self.child = np.concatenate((self.child, child))
        self.recorded = np.concatenate((self.recorded, np.full(count, recorded)))
        return at

    def new_children(self, count: int) -> Numbers:
        """Numbers of so many further children."""
        self.children += count
        return np.arange(self.children - count, self.children)


@dataclass(frozen=True)
class Drawing:
    """What the steps of drawing an LA share: its draws, its counts by `flows`, and the cases that they add to.

    The draws are one sequence, so the order of the steps, and of the draws within one, is part of what is drawn:
    another order is another England that comes to the same figures."""

    rng: np.random.Generator
    flows: Flows
    cases: CaseTable
