"""What is shown of each cell, and what is suppressed so that no small count of an LA can be worked out [A50].

Counts from 1 to 5 are suppressed, of England and regions too (`small_places`); then, as long as the disclosure audit
(`disclosure_audit`) works one of an LA out, the next smallest count that it hangs together with: in its row, then over
LAs in its region."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.methodology.measures import NOT_AVAILABLE
from cin_pipeline.publication.cells import LOW_RELIABILITY, NOT_APPLICABLE
from cin_pipeline.publication.closing import MUST_REMAIN, Indices, close_sums, suppress_next
from cin_pipeline.publication.declaring import COUNT, DAYS, PERCENT
from cin_pipeline.publication.disclosure_audit import audit, follows_from_rows
from cin_pipeline.publication.intruder import (
    COUNTS,
    FINE,
    LARGEST_SUPPRESSED,
    NOTHING,
    Intruder,
    Percentage,
    figure_index,
    intruder_of,
    is_small,
    place_positions,
    positions_of,
    rows_of,
)
from cin_pipeline.publication.numbers import Flags, Floats
from cin_pipeline.publication.protected_cells import DEPENDENT, PRIMARY, SECONDARY
from cin_pipeline.publication.relations import AT_MOST, bands_of, la_counts, la_relations, place_counts
from cin_pipeline.publication.rounding import rounded, to_whole
from cin_pipeline.publication.small_places import SmallPlaces, small_places
from cin_pipeline.publication.symbols import INAPPLICABLE, ROUNDS_TO_ZERO, SUPPRESSED, UNAVAILABLE, UNRELIABLE
from cin_pipeline.reference.figure_keys import FigureKey

_ROUNDS = 60
_NOISE = 1e-6
_MANY = 1e7  # more than any count of an LA
_ATTEMPTS = 12  # to suppress a count among those of other LAs, before places' own go


def protect(cells: DataFrame) -> DataFrame:
    """The cells as they are published: `shown`, `symbol` and `suppressed` beside the columns of `release_cells`.

    `shown` is a whole number or a Decimal, None where a symbol stands: `c` suppressed, `x` not available, `z` not
    applicable, `u` of low reliability, `k` a percentage that rounds to zero though its count does not. `suppressed`:
    `primary` for its own sake, `secondary` so that such a count cannot be worked out, `dependent` with a count it is
    of. The same cells always give the same."""
    cells = rounded_cells(cells)
    protected = [_protected_year(of_year) for _, of_year in cells.groupby("collection_year", sort=False)]
    return _without_unreliable(pd.concat(protected).sort_index()) if protected else cells


def _without_unreliable(cells: DataFrame) -> DataFrame:
    """Figures of low reliability are not shown; what would be suppressed of them is protected as if they were."""
    not_shown = cells["status"] == LOW_RELIABILITY
    return cells.assign(symbol=cells["symbol"].mask(not_shown, UNRELIABLE), shown=cells["shown"].mask(not_shown, None))


def rounded_cells(cells: DataFrame) -> DataFrame:
    """The cells with what `protect` adds, everything rounded and nothing suppressed yet."""
    cells = cells.reset_index(drop=True)
    symbol = cells["status"].map({NOT_AVAILABLE: UNAVAILABLE, NOT_APPLICABLE: INAPPLICABLE}).fillna("").astype(object)
    shown = [
        None if stands else rounded(value, unit, level)
        for value, unit, level, stands in zip(
            cells["value"], cells["unit"], cells["geographic_level"], symbol != "", strict=True
        )
    ]
    found = cells.assign(shown=pd.Series(shown, dtype=object), symbol=symbol, suppressed="")
    return _with_vanished(found) if len(found) else found


def _with_vanished(cells: DataFrame) -> DataFrame:
    """Cells in which a percentage that rounds to zero says so, unless its count does too."""
    place = pd.factorize(cells["geography_code"] + " " + cells["collection_year"].astype(str))[0]
    numerator = place_positions(cells)
    counts = np.zeros((place.max() + 1, len(place_counts())))
    is_count = (cells["unit"] == COUNT).to_numpy()
    counts[place[is_count], numerator[is_count]] = cells["value"].to_numpy()[is_count]
    vanished = (cells["unit"] == PERCENT) & (cells["shown"] == 0) & (to_whole(counts[place, numerator]) > 0)
    return cells.assign(
        symbol=cells["symbol"].mask(vanished, ROUNDS_TO_ZERO), shown=cells["shown"].mask(vanished, None)
    )


def _protected_year(cells: DataFrame) -> DataFrame:
    seen = intruder_of(cells)
    of_places = small_places(cells, seen.codes)
    decided = _Suppressing(seen, seen.shown, of_places.suppressed[:, : len(la_counts())])
    decided.until_safe()
    return _suppressed(cells, decided, of_places)


@dataclass
class _Suppressing:
    """Which counts of LAs, and in the last resort of places, are suppressed; grows until the disclosure audit finds
    nothing."""

    seen: Intruder  # with every count of the LAs shown
    values: Floats
    first: Flags  # counts of places that are suppressed whatever LAs need

    def __post_init__(self) -> None:
        self.suppressed: Flags = is_small(self.values)
        self.attempts = np.zeros(self.suppressed.shape, dtype=np.int64)
        self.places: Indices = np.where(self.first, COUNTS, NOTHING)
        self._begin_round()

    def _begin_round(self) -> None:
        """What was done in a round is not done twice for two counts: the next disclosure audit tells whether it was
        enough."""
        self.used = np.zeros(len(self.suppressed), dtype=np.int64)  # counts of each LA suppressed for others'
        self.raised: Flags = np.zeros(self.places.shape, dtype=bool)  # counts of places
        self.rows: set[tuple[int, int]] = set()  # LA and relation in which one more is suppressed
        self.over: set[tuple[int, int]] = set()  # place and count of which one more LA's is suppressed

    def until_safe(self) -> None:
        """Suppresses until nothing can be worked out, or nothing is left to suppress with."""
        safe = np.zeros(self.suppressed.shape, dtype=bool)
        for _ in range(_ROUNDS):
            self._close_rows()
            published = self.seen.suppressing(self.values, self.suppressed, self.places)
            # What subtraction works out is suppressed before linear programming, which takes longer, is asked.
            narrowed = audit(published, self.suppressed & ~safe, subtraction_alone=True)
            if not narrowed:
                narrowed = audit(published, self.suppressed & ~safe)
                # What is safe stays so: whatever is suppressed after it leaves an intruder with less.
                safe = self.suppressed.copy()
                for la, column, *_ in narrowed:
                    safe[la, column] = False
            if not narrowed or not self._suppress_more(narrowed, follows_from_rows(published)):
                return

    def _close_rows(self) -> None:
        """In each sum of each LA suppresses the next smallest count while what is suppressed follows from the rest."""
        position = {count: n for n, count in enumerate(la_counts())}
        sums = [
            (np.array([position[count] for count, _ in relation.terms]), np.array([sign for _, sign in relation.terms]))
            for relation in la_relations(self.seen.published)
            if relation.kind != AT_MOST
        ]
        close_sums(self.values, self.suppressed, sums)

    def _suppress_more(self, narrowed: list[tuple[int, int, float, float, str]], in_rows: Flags) -> bool:
        """One more count for each that was worked out, where there is one; whether there was any."""
        self._begin_round()
        changed = False
        for la, column, *_ in narrowed:
            self.attempts[la, column] += 1
            alone = self._given_away_by(la, column)
            if alone is not None and not (self._free(alone, column) > 0).any():
                changed |= self._suppress_in(alone, np.array([column]))
                continue
            # What gives a count away may be a partner's column: where suppressing over LAs did not help, the row is
            # next.
            row_first = in_rows[la, column] or (alone is None and self.attempts[la, column] % 2 == 0)
            if row_first and self._in_row(la, column):
                changed = True
                continue
            found = self._with_others(la, column) if self.attempts[la, column] <= _ATTEMPTS else None
            if found is None:
                changed |= (
                    self._suppress_in_a_place(la, np.array([column]))
                    or self._in_row(la, column)
                    or self._partners_in_places(la, column)
                )
            elif found not in self.over:
                self.over.add(found)
                changed |= self._over_las(*found)
        return changed

    def _given_away_by(self, la: int, column: int) -> int | None:
        """The smallest place whose own figures leave too few values for a suppressed count of an LA."""
        return next((place for place in self._places_of(la, column) if self._is_narrow(place, la, column)), None)

    def _is_narrow(self, place: int, la: int, column: int) -> bool:
        """Whether a place's count or percentages leave too few values for a suppressed count of an LA."""
        seen, values, level = self.seen, self.values[:, column], self.places[place, column]
        if level == COUNTS:
            return False
        weights = seen.weights(place, column)
        others = self.suppressed[:, column] & ~np.isnan(values)
        others[la] = False
        known = np.nansum((weights * values)[~self.suppressed[:, column]])
        least, most = seen.low[place, column], seen.high[place, column]
        for share in self._shares.get((place, column), ()) if level == NOTHING else ():
            if self.places[place, share.whole] == NOTHING:
                whole = np.nansum(seen.weights(place, share.whole) * self.values[:, share.whole])
                least, most = max(least, share.low * whole / 100), min(most, share.high * whole / 100)
        most_of_others = np.where(is_small(values), LARGEST_SUPPRESSED, _MANY)
        least = max((least - known - (weights * most_of_others)[others].sum()) / weights[la], 1)
        most = (most - known - weights[others].sum()) / weights[la]
        if is_small(values)[la]:
            most = min(most, LARGEST_SUPPRESSED + 1)
        return bool(np.ceil(most - _NOISE) - np.ceil(least - _NOISE) < MUST_REMAIN)

    @cached_property
    def _shares(self) -> dict[tuple[int, int], list[Percentage]]:
        """The percentages of places by place and part."""
        found: dict[tuple[int, int], list[Percentage]] = {}
        for share in self.seen.shares:
            found.setdefault((share.place, share.part), []).append(share)
        return found

    def _in_row(self, la: int, column: int) -> bool:
        """Suppresses one more of the counts that one hangs together with in its LA, of sums first; whether there was
        any."""
        for number, columns in enumerate(_columns_of_relations(self.seen.published)):
            if column in columns and (
                (la, number) in self.rows or suppress_next(self.values, self.suppressed, la, columns)
            ):
                self.rows.add((la, number))
                return True
        return False

    def _partners_in_places(self, la: int, column: int) -> bool:
        """Last of all, suppresses what places of the LA show of the counts that one hangs together with, and, where
        they show none of those any more, of the counts that these hang together with."""
        together = np.array([column])
        while True:
            touched = (
                columns for columns in _columns_of_relations(self.seen.published) if np.isin(columns, together).any()
            )
            wider = np.unique(np.concatenate([together, *touched]))
            if self._suppress_in_a_place(la, wider):
                return True
            if len(wider) == len(together):
                return False
            together = wider

    def _suppress_in_a_place(self, la: int, columns: Indices) -> bool:
        """Suppresses more of these counts of the smallest place of an LA that shows any; whether there was one."""
        return any(self._suppress_in(place, columns) for place in self._places_of(la, columns))

    def _suppress_in(self, place: int, columns: Indices) -> bool:
        """Suppresses more of these counts of a place, and of any of the same LAs: first what says them finely, then
        themselves; whether there was any."""
        members = self.seen.members[: len(self.seen.codes)]
        at = np.ix_(np.flatnonzero((members == members[place]).all(axis=1)), columns)
        if self.raised[at].any():
            return True
        if (self.places[at] == COUNTS).all():
            return False
        self.places[at] = np.maximum(self.places[at], self.places[at].min() + 1)
        self.raised[at] = True
        return True

    def _places_of(self, la: int, columns: Indices | int) -> list[int]:
        """The places other than itself that say something of counts of an LA: first those it lies in, the smallest
        first, then those that are estimated from it among others."""
        count = len(self.seen.codes)
        members = self.seen.members[:count]
        grossed = (self.seen.grossed[:count, np.atleast_1d(columns)] != 0).any(axis=1)
        places = np.flatnonzero(members[:, la] | grossed)
        size = members[places].sum(axis=1) + len(self.suppressed) * ~members[places, la]
        return [int(place) for place in places[np.argsort(size, kind="stable")]]

    def _with_others(self, la: int, column: int) -> tuple[int, int] | None:
        """The smallest place of an LA in which the same count of another LA can be suppressed, and the count."""
        for place in self._places_of(la, column):
            if (self._free(place, column) > 0).any():
                return place, column
        return None

    def _free(self, place: int, column: int) -> Floats:
        """The counts of a place that another could be suppressed among: not those of an LA that is a place's only one,
        for that place would say them."""
        usable = self.seen.members[place] & ~self.suppressed[:, column] & ~self._lonely
        free: Floats = np.where(usable, self.values[:, column], np.nan)
        return free

    @cached_property
    def _lonely(self) -> Flags:
        members = self.seen.members[: len(self.seen.codes)]
        lonely: Flags = members[members.sum(axis=1) == 1].any(axis=0)
        return lonely

    def _over_las(self, place: int, column: int) -> bool:
        """Suppresses the smallest count of a place that is not suppressed and not 0; whether there was any."""
        free = self._free(place, column)
        candidates = np.flatnonzero(free > 0)
        if not len(candidates):
            return False
        # Two counts suppressed in the same two LAs each add up to what is known: another LA each, if there is one.
        fewest = candidates[self.used[candidates] == self.used[candidates].min()]
        chosen = fewest[np.argmin(free[fewest])]
        self.suppressed[chosen, column] = True
        self.used[chosen] += 1
        return True


@cache
def _columns_of_relations(published: frozenset[FigureKey]) -> tuple[Indices, ...]:
    """The counts of each relation, sums first."""
    position = {count: n for n, count in enumerate(la_counts())}
    ordered = sorted(la_relations(published), key=lambda relation: relation.kind == AT_MOST)
    return tuple(np.array([position[count] for count, _ in relation.terms]) for relation in ordered)


def _suppressed(cells: DataFrame, decided: _Suppressing, of_places: SmallPlaces) -> DataFrame:
    """The cells with what was decided, and all that depends on it, suppressed."""
    seen = decided.seen
    row = rows_of(cells, seen.codes, seen.las)

    def of_all(places: Flags, las: Flags) -> Flags:
        """Of places and LAs, in columns of `place_counts`: what LAs have none of is in tables of England alone."""
        found = np.concatenate([of_places.suppressed, np.zeros((len(las), len(place_counts())), dtype=bool)])
        found[:, : las.shape[1]] = np.concatenate([places, las])
        return found

    gone = of_all(decided.places == COUNTS, decided.suppressed)
    fine = of_all(decided.places >= FINE, decided.suppressed)
    small = np.concatenate([of_places.small, np.zeros((len(seen.las), len(place_counts())), dtype=bool)])
    small[len(seen.codes) :, : len(la_counts())] = is_small(decided.values)
    part, whole, distribution = _depends_on(cells)
    is_count = (cells["unit"] == COUNT).to_numpy()
    suppresses = (part >= 0) & np.where(is_count, gone[row, part], fine[row, part])
    suppresses |= (whole >= 0) & fine[row, whole]
    for measure in set(distribution) - {""}:
        bands = [n for n, count in enumerate(la_counts()) if count in (FigureKey(measure), *bands_of(measure))]
        of_bands = np.asarray(fine[:, bands].any(axis=1))
        suppresses |= (distribution == measure).astype(bool) & of_bands[row]
    suppresses &= cells["symbol"].isin(["", ROUNDS_TO_ZERO]).to_numpy()
    reason = np.select([~suppresses, ~is_count, small[row, part]], ["", DEPENDENT, PRIMARY], SECONDARY)
    return cells.assign(
        suppressed=reason.astype(object),
        symbol=cells["symbol"].mask(suppresses, SUPPRESSED),
        shown=cells["shown"].mask(suppresses, None),
    )


def _depends_on(cells: DataFrame) -> tuple[Indices, Indices, NDArray[np.object_]]:
    """Of each cell the count it shows or is a part of, that it is a percentage of (-1: none), both in `place_counts`,
    and the measure whose distribution it is of."""
    _, figures = figure_index()
    number = {count: n for n, count in enumerate(place_counts())}
    figure_at, _ = positions_of(cells)
    part = place_positions(cells)
    whole = np.array([number.get(figure.denominator or FigureKey(""), -1) for figure in figures])
    of_days = [figure.numerator.measure if figure.indicator.unit == DAYS else "" for figure in figures]
    return part, whole[figure_at], np.array(of_days, dtype=object)[figure_at]
