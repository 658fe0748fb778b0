"""An intruder's attempt to work out what is suppressed: by subtraction, then by linear programming.

It knows what is published and how the tables hang together (`relations`), not how the suppression was decided. It can
repeat the estimates, and is granted more than an intruder has: which suppressed cells are small, and that dates are
never impossible."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import highspy
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from cin_pipeline.publication.closing import MUST_REMAIN, Indices
from cin_pipeline.publication.declaring import COUNT, LOCAL_AUTHORITY
from cin_pipeline.publication.intruder import (
    LARGEST_SUPPRESSED,
    Intruder,
    Quartile,
    intruder_of,
    positions_of,
)
from cin_pipeline.publication.numbers import Flags, Floats
from cin_pipeline.publication.relations import AS_A_RULE, AT_MOST, EXACT, la_counts, la_relations

SUBTRACTION, LINEAR_PROGRAMMING, NOT_PROVABLE = "subtraction", "linear programming", "not provable"
FOUND_COLUMNS = (
    *("table", "collection_year", "geography_code", "la_code", "filter_1_category", "filter_2_category"),
    *("indicator", "lowest", "highest", "found_by"),
)

_UNBOUNDED = 1e7  # more than any count of an LA
_NEARLY = 1e-6
_SWEEPS = 60


def recoverable(protected: DataFrame) -> DataFrame:
    """Every suppressed cell that an intruder could work out, or narrow to fewer than MUST_REMAIN values; none is safe.

    `protected`: cells with `shown`, `symbol` and `suppressed`. Columns FOUND_COLUMNS: the cell, the least and the most
    it can be, and how that was found; `not provable` where what is published contradicts itself."""
    found = [_found_in(of_year) for _, of_year in protected.groupby("collection_year", sort=True)]
    empty = DataFrame(columns=list(FOUND_COLUMNS))
    found = [each for each in found if len(each)]
    return pd.concat(found, ignore_index=True) if found else empty


def _found_in(of_year: DataFrame) -> DataFrame:
    of_year = of_year.reset_index(drop=True)
    intruder = intruder_of(of_year)
    narrowed = audit(intruder)
    rows = [(intruder.las[la], column, *rest) for la, column, *rest in narrowed]
    found = DataFrame(rows, columns=["la_code", "column", "lowest", "highest", "found_by"])
    _, column = positions_of(of_year)
    cells = of_year.assign(column=column)
    cells = cells[(cells["geographic_level"] == LOCAL_AUTHORITY) & (cells["unit"] == COUNT)]
    return cells.merge(found, on=["la_code", "column"])[list(FOUND_COLUMNS)]


def audit(
    intruder: Intruder, among: Flags | None = None, *, subtraction_alone: bool = False
) -> list[tuple[int, int, float, float, str]]:
    """Each suppressed count that is worked out, of all or of those `among`: LA, count, least, most, and how."""
    if not intruder.suppressed.any():
        return []
    system = _system(intruder)
    wanted = np.ones(len(system.la), dtype=bool) if among is None else among[system.la, system.column]
    parts = _components(system)
    low, high = _propagated(system)
    if (cannot_be := low > system.most(high)).any():
        system = system.without_rules(np.isin(parts, parts[cannot_be]))
        low, high = _propagated(system)
    found = dict.fromkeys((int(n) for n in np.flatnonzero(~system.leaves_enough(low, high))), SUBTRACTION)
    for part in () if subtraction_alone else np.unique(parts):
        variables = np.flatnonzero(parts == part)
        if any(wanted[n] and n not in found for n in variables):
            _audit_component(system, variables, wanted, low, high, found)
    return [
        (int(system.la[n]), int(system.column[n]), float(low[n]), float(high[n]), how)
        for n, how in sorted(found.items())
        if wanted[n]
    ]


def follows_from_rows(intruder: Intruder) -> Flags:
    """Which suppressed counts are worked out from their LA's own row alone."""
    nothing = np.full(intruder.low.shape, np.inf)
    system = _system(replace(intruder, low=-nothing, high=nothing, shares=(), quartiles=()))
    found = np.zeros(intruder.suppressed.shape, dtype=bool)
    found[system.la, system.column] = ~system.leaves_enough(*_propagated(system))
    return found


@dataclass(frozen=True)
class _System:
    """Bounds on weighted sums of suppressed counts: low <= matrix x <= high, x from `start`."""

    la: Indices
    column: Indices
    matrix: csr_array
    low: Floats
    high: Floats
    as_a_rule: Flags  # of the rows
    start: tuple[Floats, Floats]
    small: Flags
    enough: Indices  # values that must remain among 1 to 5 of a small count

    def without_rules(self, variables: Flags) -> "_System":
        """The same without the assumption that dates are never impossible, for some of the counts."""
        concerned = (abs(self.matrix) @ variables.astype(np.float64)) > 0
        return replace(self, high=np.where(self.as_a_rule & concerned, np.inf, self.high))

    def most(self, high: Floats) -> Floats:
        """Upper bounds with what is granted of small counts: a rule that makes one large is seen not to hold."""
        return np.where(self.small, np.minimum(high, LARGEST_SUPPRESSED), high)

    def leaves_enough(self, low: Floats, high: Floats) -> Flags:
        """Whether the whole numbers from low to high leave an intruder in doubt."""
        least, most = np.ceil(low - _NEARLY), np.floor(high + _NEARLY)
        in_doubt = most - least + 1 >= MUST_REMAIN
        among_small = np.minimum(most, LARGEST_SUPPRESSED) - np.maximum(least, 1) + 1 >= self.enough
        enough: Flags = in_doubt & (~self.small | among_small)
        return enough


def _system(intruder: Intruder) -> _System:
    la, column = np.nonzero(intruder.suppressed)
    number = np.full(intruder.suppressed.shape, -1, dtype=np.int64)
    number[la, column] = np.arange(len(la))
    # What follows from the number of suppressed counts alone, of which each is at least 1, cannot be concealed.
    alone = _assembled(intruder, la, column, list(_relation_rows(intruder, number, with_shown=False)))
    floors = np.clip(_propagated(alone)[0], 1, LARGEST_SUPPRESSED)
    system = _assembled(intruder, la, column, [row for row in _rows(intruder, number) if len(row[0])])
    return replace(system, enough=np.minimum(MUST_REMAIN, LARGEST_SUPPRESSED + 1 - floors).astype(np.int64))


def _assembled(intruder: Intruder, la: Indices, column: Indices, rows: "list[_Row]") -> _System:
    starts = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows])]).astype(np.int64)
    weights = np.concatenate([row[1] for row in rows]) if rows else np.zeros(0)
    variables = np.concatenate([row[0] for row in rows]) if rows else np.zeros(0, dtype=np.int64)
    return _System(
        la=la,
        column=column,
        matrix=csr_array((weights, variables, starts), shape=(len(rows), len(la))),
        low=np.array([row[2] for row in rows], dtype=np.float64),
        high=np.array([row[3] for row in rows], dtype=np.float64),
        as_a_rule=np.array([row[4] for row in rows], dtype=bool),
        start=(np.ones(len(la)), np.full(len(la), _UNBOUNDED)),
        small=intruder.small[la, column],
        enough=np.full(len(la), MUST_REMAIN),
    )


_Row = tuple[Indices, Floats, float, float, bool]  # variables, weights, low, high, as a rule


def _rows(intruder: Intruder, number: Indices) -> Iterator[_Row]:
    yield from _relation_rows(intruder, number)
    concerned = (intruder.members.astype(np.int64) @ intruder.suppressed.astype(np.int64)) > 0
    concerned |= (intruder.grossed != 0) & intruder.suppressed.any(axis=0)
    yield from _window_rows(intruder, number, concerned)
    for share in intruder.shares:
        if not concerned[share.place, [share.part, share.whole]].any():
            continue
        for bound, sign in ((share.low, 1.0), (share.high, -1.0)):
            weights = {share.part: 100.0 * sign, share.whole: -bound * sign}
            variables, factors, constant = _form(intruder, number, share.place, weights)
            yield variables, factors, -constant, np.inf, False
    for quartile in intruder.quartiles:
        if not concerned[quartile.place, list(quartile.bands)].any():
            continue
        yield from _quartile_rows(intruder, number, quartile)


def _form(intruder: Intruder, number: Indices, place: int, weights: dict[int, float]) -> tuple[Indices, Floats, float]:
    """A weighted sum of counts of a place as suppressed variables with weights, and a constant of what is known."""
    variables, factors, constant = [], [], 0.0
    for column, weight in weights.items():
        of_las = weight * intruder.weights(place, column)
        suppressed = (number[:, column] >= 0) & (of_las != 0)
        variables.append(number[suppressed, column])
        factors.append(of_las[suppressed])
        constant += float((of_las * np.nan_to_num(intruder.shown[:, column])).sum())
    return np.concatenate(variables), np.concatenate(factors), constant


def _relation_rows(intruder: Intruder, number: Indices, *, with_shown: bool = True) -> Iterator[_Row]:
    position = {count: n for n, count in enumerate(la_counts())}
    for relation in la_relations(intruder.published):
        columns = np.array([position[count] for count, _ in relation.terms])
        weights = np.array([sign for _, sign in relation.terms], dtype=np.float64)
        suppressed = intruder.suppressed[:, columns]
        shown = intruder.shown[:, columns]
        whole_row_known = (suppressed | (~np.isnan(shown) if with_shown else shown == 0)).all(axis=1)
        for la in np.flatnonzero(suppressed.any(axis=1) & whole_row_known):
            at = suppressed[la]
            constant = float((weights * np.nan_to_num(intruder.shown[la, columns])).sum())
            variables, factors = number[la, columns[at]], weights[at]
            if relation.kind == AT_MOST:
                yield variables, factors, -np.inf, -constant, False
            elif relation.kind == EXACT or _can_be_exact(factors, constant):
                yield variables, factors, -constant, -constant, relation.kind == AS_A_RULE
            else:
                yield variables, factors, -constant, np.inf, False


def _can_be_exact(factors: Floats, constant: float) -> bool:
    """Whether a sum of counts of at least 1 each can make up for the constant."""
    return bool((factors > 0).any() or -factors.sum() <= constant)


def _window_rows(intruder: Intruder, number: Indices, concerned: Flags) -> Iterator[_Row]:
    bounded = np.isfinite(intruder.low) & np.isfinite(intruder.high)
    for place, column in zip(*np.nonzero(bounded & concerned), strict=True):
        variables, factors, constant = _form(intruder, number, place, {column: 1.0})
        low, high = intruder.low[place, column] - constant, intruder.high[place, column] - constant
        if low == high or intruder.grossed[place, column]:
            yield variables, factors, low, high, False
        else:  # up to, not including, the upper bound
            yield variables, factors, np.ceil(low - _NEARLY), np.ceil(high - _NEARLY) - 1, False


def _quartile_rows(intruder: Intruder, number: Indices, quartile: Quartile) -> Iterator[_Row]:
    part = quartile.part
    for until, sign in ((quartile.first, -1.0), (quartile.last + 1, 1.0)):
        # Less than the part was done before the band; at least the part up to its end.
        weights = {column: sign * ((1.0 if n < until else 0.0) - part) for n, column in enumerate(quartile.bands)}
        variables, factors, constant = _form(intruder, number, quartile.place, weights)
        yield variables, factors, -constant, np.inf, False


def _propagated(system: _System) -> tuple[Floats, Floats]:
    """Bounds of each suppressed count that follow from one row after the other, until nothing follows any more."""
    rows = np.repeat(np.arange(system.matrix.shape[0]), np.diff(system.matrix.indptr))
    at, weight = system.matrix.indices, system.matrix.data
    used = weight != 0
    rows, at, weight = rows[used], at[used], weight[used]
    low, high = system.start
    for _ in range(_SWEEPS):
        least = np.where(weight > 0, weight * low[at], weight * high[at])
        most = np.where(weight > 0, weight * high[at], weight * low[at])
        least_of_row = np.bincount(rows, least, minlength=len(system.low))
        most_of_row = np.bincount(rows, most, minlength=len(system.low))
        up_to = system.high[rows] - (least_of_row[rows] - least)
        down_to = system.low[rows] - (most_of_row[rows] - most)
        new_high = np.where(weight > 0, up_to, down_to) / weight
        new_low = np.where(weight > 0, down_to, up_to) / weight
        next_low, next_high = low.copy(), high.copy()
        np.maximum.at(next_low, at, np.ceil(new_low - _NEARLY))
        np.minimum.at(next_high, at, np.floor(new_high + _NEARLY))
        if (next_low == low).all() and (next_high == high).all():
            break
        low, high = next_low, next_high
    return low, high


def _components(system: _System) -> NDArray[np.int32]:
    """Which suppressed counts hang together."""
    together = system.matrix.T @ system.matrix
    _, parts = connected_components(abs(together), directed=False)
    found: NDArray[np.int32] = parts
    return found


def _audit_component(
    system: _System, variables: Indices, wanted: Flags, low: Floats, high: Floats, found: dict[int, str]
) -> None:
    """Adds to `found`, and narrows low and high of, what linear programming works out."""
    programme = _Programme(system, variables, low, high)
    if not _Programme(system, variables, low, system.most(high)).is_possible():
        relaxed = system.without_rules(np.isin(np.arange(len(low)), variables))
        programme = _Programme(relaxed, variables, *_propagated(relaxed))
        if not programme.is_possible():
            found.update({int(n): found.get(int(n), NOT_PROVABLE) for n in variables})
            return
    settled = [n in found or not wanted[n] for n in variables]
    programme.look_around(settled)
    for position in programme.in_question(settled):
        bounds = programme.range_of(int(position))
        n = int(variables[position])
        if not system.leaves_enough(*(np.full(len(low), bound) for bound in bounds))[n]:
            found[n] = LINEAR_PROGRAMMING
            low[n], high[n] = bounds


class _Programme:
    """The linear programme of one component, and the least and most seen of each of its counts in any solution.

    One model for all objectives: each is solved from the solution of the one before, in a tenth of the time."""

    def __init__(self, system: _System, variables: Indices, low: Floats, high: Floats) -> None:
        self.system, self.variables = system, variables
        self.bounds = low[variables], high[variables]
        self.seen_low = np.full(len(variables), np.inf)
        self.seen_high = np.full(len(variables), -np.inf)
        part = system.matrix[:, variables]
        rows = np.flatnonzero(np.diff(part.indptr) > 0)
        self._solver = highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(_model(part[rows], self.bounds, (system.low[rows], system.high[rows])))

    def is_possible(self) -> bool:
        """Whether there are counts that what is published allows."""
        consistent = bool((self.bounds[0] <= self.bounds[1]).all())
        return consistent and self.solve(np.zeros(len(self.variables))) is not None

    def solve(self, objective: Floats) -> Floats | None:
        """Counts that are possible and make the objective least; None where none are found."""
        self._solver.changeColsCost(len(objective), np.arange(len(objective), dtype=np.int32), objective)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        counts: Floats = np.array(self._solver.getSolution().col_value)
        self.seen_low, self.seen_high = np.minimum(self.seen_low, counts), np.maximum(self.seen_high, counts)
        return counts

    def in_question(self, settled: list[bool]) -> Indices:
        """Which counts have not been seen at enough different values."""
        low, high = (np.zeros(len(self.system.la)) for _ in range(2))
        low[self.variables], high[self.variables] = self.seen_low, self.seen_high
        enough = self.system.leaves_enough(low, high)[self.variables]
        return np.flatnonzero(~enough & ~np.array(settled, dtype=bool))

    def look_around(self, settled: list[bool]) -> None:
        """Solves for many counts at once, half of them as small as can be and half as large: the halves are told by the
        bits of their numbers, so that any two counts are pulled apart once."""
        for bit in range(int(np.ceil(np.log2(max(len(self.variables), 2))))):
            for sign in (1.0, -1.0):
                open_still = self.in_question(settled)
                if not len(open_still):
                    return
                objective = np.zeros(len(self.variables))
                objective[open_still] = sign * (1.0 - 2.0 * (open_still >> bit & 1))
                self.solve(objective)

    def range_of(self, position: int) -> tuple[float, float]:
        """The least and the most one count can be."""
        objective = np.zeros(len(self.variables))
        objective[position] = 1.0
        least, most = self.solve(objective), self.solve(-objective)
        low = self.bounds[0][position] if least is None else least[position]
        high = self.bounds[1][position] if most is None else most[position]
        return float(low), float(high)


def _model(matrix: csr_array, of_counts: tuple[Floats, Floats], of_rows: tuple[Floats, Floats]) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = np.zeros(matrix.shape[1])
    model.col_lower_, model.col_upper_ = of_counts
    model.row_lower_, model.row_upper_ = of_rows
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    return model
