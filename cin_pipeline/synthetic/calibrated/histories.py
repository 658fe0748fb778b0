"""The children and cases of one local authority (LA), so many of each kind and duration as its plan says.

A history is what happens to a child in a year: perhaps a case carried in, then referrals one after another, of which
only the last may stay open. Histories are drawn up first, with how long each case lasts; dates follow, and last year's
before those of the year before where a child is re-referred within 365 days.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated import england as e
from cin_pipeline.synthetic.calibrated.apportion import spread
from cin_pipeline.synthetic.calibrated.figures import YEARS
from cin_pipeline.synthetic.calibrated.flows import Flows
from cin_pipeline.synthetic.calibrated.windows import BAND_DAYS, draw_days, draw_lengths, year_days
from cin_pipeline.synthetic.cases import IN_NEED, NFA, NOT_IN_NEED, Booleans
from cin_pipeline.synthetic.days import HORIZON, NONE, Days

Numbers = NDArray[np.int64]

FIRST, LAST = YEARS
KEPT: Final = 3  # beside the kinds of referral: an episode of need still open at the end of its year

_RE_REFERRED = 365  # days between two referrals that make a re-referral, at most
_LONGEST_CHAIN = 250  # days that the cases of a child referred several times in a year take together
_FOLLOWED_BY = 100  # days into the year by which a case ends that is followed by another in it
_SHORT = 30  # days; longest case of the year before the first, of which nothing is counted here
_OLDEST_YEARS = 14.0


@dataclass
class CaseTable:
    """Cases while they are drawn up, in order of creation. `recorded` is the first year whose return has it."""

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


@dataclass
class Histories:
    """The histories of a year with referrals. Rows of `kind` and `days` are histories, columns their referrals.

    `carried` is the number of the case from before that ended in the year, or NONE; `returning` says where there has
    to be one; `first_by` and `last_from` bound the first and the last referral."""

    kind: Numbers  # NONE beyond the last
    days: Days  # how long each case lasts; 0 for one that is kept
    band: Numbers  # of the kept case at the end of the year, or NONE
    returning: Booleans
    carried: Numbers
    first_by: Days
    last_from: Days
    case: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def number(self) -> Numbers:
        """How many referrals each history has."""
        number: Numbers = (self.kind != NONE).sum(axis=1)
        return number

    @property
    def kept(self) -> Booleans:
        """Whether each ends with an open case."""
        kept: Booleans = self.band != NONE
        return kept

    def last(self, of: Numbers) -> Numbers:
        """The last column of each row of a table like `kind`."""
        return of[np.arange(len(of)), self.number - 1]


def draw_histories(rng: np.random.Generator, flows: Flows, *, year_before: bool) -> CaseTable:
    """The cases of an LA. `year_before` says whether children have the referrals of 2014-15 that 2015-16 counts on."""
    return _Draw(rng, flows).all(year_before)


def _sequences(rng: np.random.Generator, flows: Flows, year: int) -> Histories:
    """Which referrals follow each other in each history, without their dates."""
    kept, ended = flows("kept_new", year), flows("ended_new", year)
    returning_kept, reopened = flows("returning_kept", year), flows("reopened_here", year)
    returning_ended = flows("returning", year) - returning_kept
    further = flows("further_starts", year)
    more = flows("more_referrals", year) - flows("more_starts", year)  # not in need or NFA, of children in the year
    others = spread(rng, [flows("no_further_action", year), flows("not_in_need", year)])  # NFA, NOT_IN_NEED
    single = [
        *([KEPT] * (kept - returning_kept - reopened)),
        *([IN_NEED] * (ended - reopened - returning_ended - further)),
    ]
    base = np.concatenate((
        np.full(returning_kept, KEPT), np.full(reopened, KEPT), np.full(returning_ended, IN_NEED),
        np.array(single, dtype=np.int64), others[more:],
    )).astype(np.int64)  # fmt: skip
    every = np.arange(len(base))
    returning = (every < returning_kept) | (
        (every >= returning_kept + reopened) & (every < returning_kept + reopened + returning_ended)
    )
    is_reopened = (every >= returning_kept) & (every < returning_kept + reopened)
    # What is added to histories: the episode that a reopened one begins with, further episodes, other referrals.
    starts, rest = _hosts(rng, base, is_reopened, returning, flows("several_referrals", year) - reopened, further, more)
    history = np.concatenate((every, every[is_reopened], starts, rest))
    kind = np.concatenate((base, np.full(reopened + len(starts), IN_NEED), others[:more])).astype(np.int64)
    order = np.where(kind == KEPT, 2.0, rng.random(len(kind)))
    rows = np.lexsort((order, history))
    history, kind = history[rows], kind[rows]
    number = np.bincount(history, minlength=len(base))
    column = np.arange(len(history)) - np.repeat(np.cumsum(number) - number, number)
    table = np.full((len(base), int(number.max(initial=1))), NONE)
    table[history, column] = kind
    size = len(base)
    return Histories(
        kind=table,
        days=np.zeros_like(table),
        band=np.full(size, NONE),
        returning=returning,
        carried=np.full(size, NONE),
        first_by=np.full(size, HORIZON),
        last_from=np.full(size, 0),
    )


def _hosts(
    rng: np.random.Generator,
    base: Numbers,
    reopened: Booleans,
    returning: Booleans,
    openers: int,
    further: int,
    more: int,
) -> tuple[Numbers, Numbers]:
    """The histories to which further episodes and other referrals are added, `openers` of which had only one before.

    Further episodes go to children with an ended episode: others would be counted as reopened."""
    ended = np.flatnonzero((base == IN_NEED) & ~returning)
    last_resort = np.flatnonzero(returning)
    takers = np.concatenate((rng.permutation(ended), rng.permutation(last_resort)))
    opened = takers[: min(further, openers)]
    several = np.concatenate((opened, np.flatnonzero(reopened)))
    starts = np.concatenate((opened, _around(rng, several, further - len(opened))))
    free = np.ones(len(base), dtype=bool)
    free[several] = False
    opened_by_others = rng.permutation(np.flatnonzero(free))[: openers - len(opened)]
    several = np.concatenate((several, opened_by_others))
    rest = np.concatenate((opened_by_others, _around(rng, several, more - len(opened_by_others))))
    return starts, rest


def _around(rng: np.random.Generator, hosts: Numbers, count: int) -> Numbers:
    """`count` hosts, each as often as the others."""
    if not count:
        return np.empty(0, dtype=np.int64)
    return np.resize(rng.permutation(hosts), count)


def _set_lengths(rng: np.random.Generator, histories: Histories, flows: Flows, year: int) -> None:
    """How long each case lasts, the short ones for children with several, and since when the kept are open."""
    chained = (histories.number > 1) | histories.returning
    in_chain = np.repeat(chained[:, None], histories.kind.shape[1], axis=1)
    ended = histories.kind == IN_NEED
    bands = np.full(histories.kind.shape, NONE)
    first = np.sort(np.repeat(np.arange(3), flows.bands("ended_new", year, 3)))
    chain_count = int((ended & in_chain).sum())
    bands[ended & in_chain] = rng.permutation(first[:chain_count])
    bands[ended & ~in_chain] = rng.permutation(first[chain_count:])
    days = np.zeros_like(histories.kind)
    days[ended] = draw_lengths(rng, bands[ended])
    not_in_need = histories.kind == NOT_IN_NEED
    count = int(not_in_need.sum())
    days[not_in_need] = np.minimum(_days_to_assess(rng, count), 150)
    no_further = histories.kind == NFA
    days[no_further] = rng.integers(0, d.DECISION_DAYS + 1, int(no_further.sum()))
    most = _LONGEST_CHAIN // np.maximum(histories.number, 1)
    shortest = np.where(histories.kind == IN_NEED, np.array([low for low, _ in BAND_DAYS])[np.maximum(bands, 0)], 0)
    capped = np.minimum(days, np.maximum(most[:, None], shortest))
    # On the day a child is referred, no other case of it begins.
    histories.days = np.where(
        in_chain & (histories.kind != NONE) & (histories.kind != KEPT), np.maximum(capped, 1), days
    )

    kept = np.flatnonzero(histories.kept | (histories.kind == KEPT).any(axis=1))
    kept = kept[np.argsort(~chained[kept], kind="stable")]
    histories.band[kept] = _bands_of_kept(rng, flows.bands("kept_new", year, 3), int(chained[kept].sum()))


def _bands_of_kept(rng: np.random.Generator, counts: list[int], chained: int) -> Numbers:
    """Bands of the kept cases, those of children with more cases first: they are the most recent, but for a few."""
    bands = np.repeat(np.arange(3), counts)
    return np.concatenate((rng.permutation(bands[:chained]), rng.permutation(bands[chained:])))


def _days_to_assess(rng: np.random.Generator, count: int) -> Days:
    """Calendar days from the referral of a child who turns out not to be in need to the closure."""
    working = d.ASSESSMENT_LAG.draw(rng, count) + d.ASSESSMENT.draw(rng, count)
    return (working * 1.42 + d.CLOSURE_LAG.draw(rng, count) / 2).astype(np.int64) + 3


class _Draw:
    """One LA while it is drawn."""

    def __init__(self, rng: np.random.Generator, flows: Flows) -> None:
        self._rng, self._flows, self._cases = rng, flows, CaseTable()
        self._histories = {year: _sequences(rng, flows, year) for year in YEARS}
        self._days = {year: year_days(year) for year in YEARS}
        for year in YEARS:
            _set_lengths(rng, self._histories[year], flows, year)

    def all(self, year_before: bool) -> CaseTable:
        cases = self._cases
        first, last = self._histories[FIRST], self._histories[LAST]
        across = self._choose_re_referred(first, FIRST)
        if year_before:
            # Those re-referred from 2014-15 had a short case in it.
            first.first_by[across] = self._days[FIRST].start + _RE_REFERRED - _SHORT - 5
        self._carry_in_first(first)
        self._add_children(first, NONE)
        kept = first.kept
        self._place(first, FIRST, kept)
        old = self._long_open()
        fates = self._fates(self._kept_cases(first), old)

        self._carry_in_last(last, fates)
        across_last = self._choose_re_referred(last, LAST)
        before = self._link(first, last, across_last, fates)
        self._add_children(last, before)
        self._place(last, LAST, np.ones(len(last.kind), dtype=bool))
        linked = np.flatnonzero(before != NONE)
        first.last_from[before[linked]] = cases.referral[last.case[linked, 0]] - _RE_REFERRED
        self._place(first, FIRST, ~kept)
        self._dropped_first()
        self._late()
        if year_before:
            self._before(first, across)
        return cases

    def _choose_re_referred(self, histories: Histories, year: int) -> Numbers:
        """The histories whose first referral comes within 365 days of one in the year before."""
        number, rng = histories.number, self._rng
        both = self._flows("across_and_again", year)
        several = rng.permutation(np.flatnonzero((number > 1) & ~histories.returning))
        single = np.flatnonzero((number == 1) & ~histories.returning)
        # A re-referral in the last quarter needs a referral in the last quarter of the year before.
        late = (histories.band[single] == 0) & (rng.random(len(single)) < 0.9)
        few = self._flows("children_referred", FIRST) - self._flows("kept_new", FIRST)
        in_need = histories.kept[single] | (histories.kind[single, 0] == IN_NEED)
        if year == LAST and self._flows("re_referred_across", year) > few:
            late = late | in_need
        single = single[np.lexsort((rng.random(len(single)), late))]
        if len(several) < both:
            # Children who return can be among them where they are few: their case from before is older than a year.
            raise ValueError("too few children are referred several times in the year")
        return np.concatenate((several[:both], single[: self._flows("re_referred_across", year) - both]))

    def _carry_in_first(self, first: Histories) -> None:
        """The episodes and other cases of before the first year that ended in it."""
        flows, rng, year = self._flows, self._rng, self._days[FIRST]
        counts = flows.bands("ended_old", FIRST, 5)
        # A child who is in need again had an episode of a year or more, so that it is no re-referral.
        band = np.repeat(np.arange(5), counts)[::-1]
        returning = np.flatnonzero(first.returning)
        case = self._cases.add(np.full(len(band), IN_NEED))
        taken = rng.permutation(np.arange(counts[3] + counts[4]))[: len(returning)]
        first.carried[returning] = case[taken]
        closes_by = np.full(len(case), year.end)
        closes_by[taken] = year.start + _FOLLOWED_BY
        days = draw_lengths(rng, np.minimum(band, 2))
        days = np.where(band == 3, rng.integers(*_inclusive(BAND_DAYS[3]), len(band)), days)
        days = np.where(band == 4, self._long_days(len(band)), days)
        closure = draw_days(rng, year.start, np.minimum(closes_by, year.start + days - 1))
        self._cases.closure[case], self._cases.referral[case] = closure, closure - days

    def _long_days(self, count: int) -> Days:
        """Days of episodes of two years and more."""
        more = np.minimum(self._rng.exponential(d.EPISODE_TAIL_YEARS, count), _OLDEST_YEARS) * 365.25
        return (BAND_DAYS[4][0] + more).astype(np.int64)

    def _long_open(self) -> Numbers:
        """Episodes kept through the first year: those open for 1 to 2 years at its end, then longer ones."""
        flows, rng, year = self._flows, self._rng, self._days[FIRST]
        case = self._cases.add(np.full(flows("kept_old", FIRST), IN_NEED))
        one_year = flows("kept_1_year", FIRST)
        recent, older = case[:one_year], case[one_year:]
        self._cases.referral[recent] = draw_days(rng, np.full(one_year, year.start - 365), year.start - 1)
        self._cases.referral[older] = year.end - self._long_days(len(older))
        self._cases.closure[case] = HORIZON
        return case

    def _kept_cases(self, histories: Histories) -> Numbers:
        return histories.last(histories.case)[histories.kept]

    def _fates(self, new: Numbers, old: Numbers) -> dict[str, Numbers]:
        """What becomes of the cases open at the turn of the year; sets closures but of those that others follow."""
        flows, rng = self._flows, self._rng
        turn = self._days[FIRST].end
        referral = self._cases.referral
        of_new, of_old = _Picker(rng, new), _Picker(rng, old)
        fates: dict[str, Numbers] = {}
        age = turn - referral[new]
        fates["ended_new0"] = of_new.pick(flows("ended_from_new0", LAST), age <= 78)
        returning_new = max(0, flows("returning", LAST) - flows("ended_from_old", LAST))
        early = age >= 365 - _FOLLOWED_BY + 12
        fates["ended_new3_followed"] = of_new.pick(
            min(returning_new, flows("ended_from_new3", LAST)), np.where(early, 400, age)
        )
        fates["dropped_new"] = of_new.pick(flows("dropped_from_new", LAST), age <= 120)
        fates["ended_new1"] = of_new.pick(flows("ended_from_new1", LAST), age <= 165)
        fates["ended_new2"] = of_new.pick(flows("ended_from_new2", LAST), age <= 350)
        rest = flows("ended_from_new3", LAST) - len(fates["ended_new3_followed"])
        fates["ended_new3"] = of_new.pick(rest, age >= 3)
        fates["kept_new"] = of_new.rest()

        age = turn - referral[old]
        followed = min(flows("returning", LAST), flows("ended_from_old", LAST))
        ended3, ended4 = flows("ended_from_old3", LAST), flows("ended_from_old4", LAST)
        of_3 = min(ended3, round(followed * ended3 / max(ended3 + ended4, 1)))
        of_4 = min(followed - of_3, ended4)
        of_3 = followed - of_4
        fates["ended_old3_followed"] = of_old.pick(of_3, age <= 722)
        fates["ended_old4_followed"] = of_old.pick(of_4, age >= 732 - _FOLLOWED_BY + 12)
        fates["ended_old3"] = of_old.pick(ended3 - of_3, age <= 722)
        fates["ended_old4"] = of_old.pick(ended4 - of_4, age >= 732 - 350)
        fates["dropped_old"] = of_old.pick(flows("dropped_from_old", LAST))
        fates["kept_old"] = of_old.rest()
        self._close(fates)
        return fates

    def _close(self, fates: dict[str, Numbers]) -> None:
        """Closures in the last year of the cases that ended or were dropped in it."""
        year, rng, cases = self._days[LAST], self._rng, self._cases
        for fate, case in fates.items():
            low, high = np.full(len(case), year.start), np.full(len(case), year.end)
            if fate.startswith("kept"):
                cases.closure[case] = HORIZON
                continue
            earliest, latest = low, high
            if fate.startswith("ended"):
                shortest, longest = BAND_DAYS[int(fate.removesuffix("_followed")[-1])]
                referral = cases.referral[case]
                earliest = np.maximum(low, referral + shortest)
                latest = np.minimum(high, np.maximum(referral + longest, earliest))
            else:
                cases.kind[case] = NOT_IN_NEED
                latest = np.minimum(high, np.maximum(cases.referral[case] + 150, low + 60))
            if fate.endswith("_followed"):
                latest = np.minimum(latest, np.maximum(low + _FOLLOWED_BY, earliest))
            cases.closure[case] = draw_days(rng, np.minimum(earliest, latest), latest)

    def _carry_in_last(self, last: Histories, fates: dict[str, Numbers]) -> None:
        """Those who return get a case that ended early enough for what follows it."""
        followed = np.concatenate([case for fate, case in fates.items() if fate.endswith("_followed")])
        returning = np.flatnonzero(last.returning)
        by_room = returning[np.argsort(self._latest_start(last, LAST)[returning], kind="stable")]
        last.carried[by_room] = followed[np.argsort(self._cases.closure[followed], kind="stable")]

    def _latest_start(self, histories: Histories, year: int) -> Days:
        """The last day on which each history can begin."""
        of = self._days[year]
        high = np.where(histories.kept, np.array(of.open_since)[histories.band, 1], of.end)
        latest: Days = high - histories.days.sum(axis=1)
        return latest

    def _link(self, first: Histories, last: Histories, across: Numbers, fates: dict[str, Numbers]) -> Numbers:
        """For each history of the last year the one of the first with the same child, or NONE.

        A child re-referred within 365 days had in the first year a case that closed in it, or one that closed in the
        last year before the re-referral: as not in need, or as an episode where it is in need no more."""
        rng, turn = self._rng, self._days[FIRST].end
        referral = self._cases.referral
        closed = np.flatnonzero(~first.kept)
        dropped = fates["dropped_new"][referral[fates["dropped_new"]] >= turn - 250]
        wanted = max(round(e.AFTER_OLD_CASE * len(across)), len(across) - len(closed) * 9 // 10)
        in_need: Booleans = np.asarray(np.isin(last.kind, (IN_NEED, KEPT)).any(axis=1))
        late = ((last.number == 1) & np.isin(last.band, (0, 1))) | (self._latest_start(last, LAST) < turn + 65)
        of = across[np.lexsort((last.number[across] > 1, ~in_need[across], late[across]))]
        after_dropped = of[: min(wanted, len(dropped))]
        self._follow(last, after_dropped, rng.permutation(dropped)[: len(after_dropped)])
        rest = across[~np.isin(across, after_dropped)]
        if len(rest) > len(closed):
            # Those who are in need no more.
            other = rest[~in_need[rest]][: len(rest) - len(closed)]
            ended = np.concatenate((fates["ended_new1"], fates["ended_new2"]))
            ended = ended[np.argsort(self._cases.closure[ended], kind="stable")][: len(other)]
            self._follow(last, other, ended)
            rest = rest[~np.isin(rest, other)]
        return self._follow_closed(first, last, closed, rest)

    def _follow(self, last: Histories, histories: Numbers, case: Numbers) -> None:
        """Makes histories follow on cases that close early in the last year."""
        cases, turn = self._cases, self._days[FIRST].end
        last.carried[histories] = case
        last.first_by[histories] = cases.referral[case] + _RE_REFERRED
        dropped = case[cases.kind[case] == NOT_IN_NEED]
        cases.closure[dropped] = np.minimum(
            cases.closure[dropped], np.minimum(turn + 60, cases.referral[dropped] + 300)
        )

    def _follow_closed(self, first: Histories, last: Histories, closed: Numbers, rest: Numbers) -> Numbers:
        """Gives histories of the last year a child whose history of the first has ended."""
        turn = self._days[FIRST].end
        last_days = first.last(first.days)
        # The shortest cases of the first year: the re-referral has to come so much earlier than a year after it.
        noise = self._rng.random(len(closed)) * 60
        linked = closed[np.argsort(last_days[closed] + noise, kind="stable")][: len(rest)]
        # Where the re-referral has to come late, the shortest of all.
        linked = linked[np.argsort(last_days[linked], kind="stable")]
        rest = rest[np.argsort(last.band[rest] != 0, kind="stable")]
        before = np.full(len(last.kind), NONE)
        before[rest] = linked
        due = turn + _RE_REFERRED - 3 - last_days[linked]
        only = first.number[linked] == 1
        last.first_by[rest] = np.where(only, np.minimum(due, first.first_by[linked] + _RE_REFERRED - 1), due)
        return before

    def _add_children(self, histories: Histories, before: Numbers | int) -> None:
        """Adds the cases of histories: of the children of `before`, else of the case carried in, else of new ones."""
        cases = self._cases
        size = len(histories.kind)
        child = np.full(size, NONE)
        carried = histories.carried != NONE
        child[carried] = cases.child[histories.carried[carried]]
        if not isinstance(before, int):
            linked = before != NONE
            child[linked] = cases.child[self._histories[FIRST].case[before[linked], 0]]
        new = child == NONE
        child[new] = cases.new_children(int(new.sum()))
        there = histories.kind != NONE
        kind = np.where(histories.kind[there] == KEPT, IN_NEED, histories.kind[there])
        histories.case = np.full(histories.kind.shape, NONE)
        histories.case[there] = cases.add(kind, np.repeat(child, histories.number))

    def _place(self, histories: Histories, year: int, which: Booleans) -> None:
        """Dates of the referrals of some histories, and closures of those that are not kept."""
        of, rng, cases = self._days[year], self._rng, self._cases
        at = np.flatnonzero(which)
        number, kept = histories.number[at], histories.kept[at]
        if not len(at):
            return
        days, case = histories.days[at], histories.case[at]
        last = number - 1
        rows = np.arange(len(at))
        carried = histories.carried[at]
        low = np.where(carried != NONE, cases.closure[carried], of.start)
        windows = np.array(of.open_since)[histories.band[at]]
        last_low = np.where(kept, windows[:, 0], of.start)
        last_high = np.where(kept, windows[:, 1], of.end - days[rows, last])
        before = days.sum(axis=1) - days[rows, last]
        last_low = np.maximum(np.maximum(last_low, histories.last_from[at]), low + before)
        first_by = histories.first_by[at]
        last_high = np.where(number == 1, np.minimum(last_high, first_by), last_high)
        referral = np.full(days.shape, NONE)
        referral[rows, last] = final = draw_days(rng, last_low, last_high)
        # The others between the case carried in and the last referral, one after another.
        free_from, behind = low, before
        for column in range(days.shape[1] - 1):
            here = np.flatnonzero(column < last)
            latest = final[here] - behind[here]
            if column == 0:
                latest = np.minimum(latest, first_by[here])
            referral[here, column] = draw_days(rng, free_from[here], latest)
            free_from = free_from.copy()
            free_from[here] = referral[here, column] + days[here, column]
            behind = behind.copy()
            behind[here] -= days[here, column]
        there = case != NONE
        closure = referral + days
        closure[rows[kept], last[kept]] = HORIZON
        cases.referral[case[there]] = referral[there]
        fresh = there.copy()
        if year == FIRST:
            # What was kept at the end of the first year has been given its fate, or will be.
            fresh[rows[kept], last[kept]] = False
        cases.closure[case[fresh]] = closure[fresh]

    def _dropped_first(self) -> None:
        """Cases that closed in the first year as not in need and were referred before it."""
        year, rng = self._days[FIRST], self._rng
        case = self._cases.add(np.full(self._flows("dropped", FIRST), NOT_IN_NEED))
        referral = draw_days(rng, np.full(len(case), year.start - 120), year.start - 1)
        self._cases.referral[case] = referral
        self._cases.closure[case] = draw_days(rng, np.maximum(year.start, referral + 20), referral + 150)

    def _late(self) -> None:
        """Episodes of the first year that were entered only when its return had been sent, still open a year later."""
        year = self._days[FIRST]
        case = self._cases.add(np.full(self._flows("late", LAST), IN_NEED), recorded=LAST)
        self._cases.referral[case] = draw_days(self._rng, np.full(len(case), year.start), year.end)
        self._cases.closure[case] = HORIZON

    def _before(self, first: Histories, across: Numbers) -> None:
        """The referrals of 2014-15 that the re-referrals of 2015-16 are counted from: short cases, closed in it."""
        cases, rng, year = self._cases, self._rng, self._days[FIRST]
        kind = np.where(rng.random(len(across)) < d.NO_FURTHER_ACTION, NFA, IN_NEED)
        days = np.where(kind == NFA, 0, rng.integers(5, _SHORT, len(across)))
        case = cases.add(kind, cases.child[first.case[across, 0]])
        after = cases.referral[first.case[across, 0]]
        latest = year.start - 1 - days
        earliest = np.minimum(np.maximum(after - _RE_REFERRED, year.start - 365), latest)
        cases.referral[case] = draw_days(rng, earliest, latest)
        cases.closure[case] = cases.referral[case] + days


class _Picker:
    """Cases given out one group after another."""

    def __init__(self, rng: np.random.Generator, cases: Numbers) -> None:
        self._rng, self._cases = rng, cases
        self._left = np.ones(len(cases), dtype=bool)

    def pick(self, count: int, suited: Booleans | Numbers | None = None) -> Numbers:
        """`count` cases that are left, at random; those that suit best first."""
        left = np.flatnonzero(self._left)
        order = self._rng.random(len(left))
        if suited is not None:
            order = order - suited[left]
        chosen = left[np.argsort(order, kind="stable")[:count]]
        self._left[chosen] = False
        return self._cases[chosen]

    def rest(self) -> Numbers:
        """All that are left."""
        return self.pick(int(self._left.sum()))


def _inclusive(bounds: tuple[int, int]) -> tuple[int, int]:
    return bounds[0], bounds[1] + 1
