"""Numbers in the place of suppressed cells: so that rows add up, and places to what was published of them.

A suppressed cell holds 1 to 5, unless it was suppressed to protect another (then it may be larger, and to 2018 also 0).
All cells of a year that hang together by an identity or by a figure of a region or England are chosen at once:
identities come first, then places, then few cells beyond 1 to 5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cin_pipeline.reference.authorities import Authority
from cin_pipeline.reference.figure_keys import FigureKey
from cin_pipeline.reference.published import SUPPRESSED
from cin_pipeline.synthetic.calibrated.identities import Identity

Cells = Mapping[FigureKey, int | str]

# A number is suppressed where it is 1 to 5 (guidance of the published tables); figures of places are rounded to 10.
_LEAST, _MOST = 1, 5
_ROUNDED: Final = (-5, 4)  # from the rounded figure to the lowest and the highest that round to it: half up, by count

# What it costs to break an identity by one, to miss a place's figure by one, to have one without a category, to be one
# beyond 1 to 5 in a suppressed cell: invented, so that each weighs more than some of the next.
_IDENTITY, _PLACE, _SHORT, _UNUSUAL = 10_000.0, 100.0, 10.0, 1.0


@dataclass
class _Problem:
    """Unknown whole numbers from 0 on with costs, and conditions on them: those of a year."""

    cost: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    bounds: list[tuple[float, float]] = field(default_factory=list)

    def unknown(self, cost: float) -> int:
        self.cost.append(cost)
        return len(self.cost) - 1

    def between(self, terms: Iterable[tuple[int, float]], low: float, high: float, cost: float) -> None:
        """That a sum lies between two numbers, or else costs so much for each one it does not."""
        row = len(self.bounds)
        self.bounds.append((low, high))
        missing, over = (self.unknown(cost) for _ in range(2))
        for column, weight in (*terms, (missing, 1.0), (over, -1.0)):
            self.rows.append(row)
            self.columns.append(column)
            self.weights.append(weight)

    def solved(self) -> Sequence[int]:
        # A second to load, which returns that are not calibrated need not wait for.
        from scipy.optimize import LinearConstraint, milp
        from scipy.sparse import coo_array

        low, high = np.array(self.bounds).T
        matrix = coo_array((self.weights, (self.rows, self.columns)), shape=(len(self.bounds), len(self.cost)))
        found = milp(
            self.cost,
            integrality=np.ones(len(self.cost)),
            constraints=LinearConstraint(matrix.tocsr(), low, high),
        )
        numbers: list[int] = np.rint(found.x).astype(int).tolist()
        return numbers


def resolve(
    las: Mapping[str, Authority],
    cells: Mapping[str, Cells],
    places: Mapping[str, Cells],
    identities: Sequence[Identity],
) -> dict[str, dict[FigureKey, int]]:
    """By LA code the number of every cell of a year that was published: what is not available has none.

    `cells`: those of each LA; `places`: those of regions and England."""
    problem = _Problem()
    hidden: dict[tuple[str, FigureKey], int] = {}
    for la_code, row in cells.items():
        for key, value in row.items():
            if value == SUPPRESSED:
                hidden[la_code, key] = problem.unknown(0)
                problem.between([(hidden[la_code, key], 1.0)], _LEAST, _MOST, _UNUSUAL)
    for la_code, row in cells.items():
        for identity in identities:
            _hold(problem, identity, la_code, row, hidden)
    for code, row in places.items():
        for key, value in row.items():
            inside = [cells[la].get(key, "") for la, each in las.items() if code in each.places]
            if isinstance(value, int) and all(isinstance(each, int) or each == SUPPRESSED for each in inside):
                terms = [
                    (hidden[la, key], 1.0) for la, each in las.items() if code in each.places and (la, key) in hidden
                ]
                rest = value - sum(each for each in inside if isinstance(each, int))
                if terms:
                    problem.between(terms, rest + _ROUNDED[0], rest + _ROUNDED[1], _PLACE)
    numbers = problem.solved() if hidden else ()
    resolved: dict[str, dict[FigureKey, int]] = {
        la: {key: value for key, value in row.items() if isinstance(value, int)} for la, row in cells.items()
    }
    for (la_code, key), at in hidden.items():
        resolved[la_code][key] = numbers[at]
    return resolved


def _hold(
    problem: _Problem, identity: Identity, la_code: str, row: Cells, hidden: Mapping[tuple[str, FigureKey], int]
) -> None:
    """Adds an identity of an LA in which something is suppressed and all is available."""
    members = [(key, 1.0) for key in identity.whole] + [(key, -1.0) for key in identity.parts]
    if not any((la_code, key) in hidden for key, _ in members):
        return
    if any(not isinstance(row.get(key), int) and (la_code, key) not in hidden for key, _ in members):
        return
    terms = [(hidden[la_code, key], weight) for key, weight in members if (la_code, key) in hidden]
    numbers = [(row[key], weight) for key, weight in members]
    known = sum(weight * number for number, weight in numbers if isinstance(number, int))
    problem.between(terms, -known, -known if identity.exact else np.inf, _IDENTITY)
    if identity.near and not identity.exact:
        # Categories that may fall short do so rarely, and few children are counted twice.
        problem.between(terms, -known, -known, _SHORT)
