"""Which cases of a year are of one child, one after another, and which children were referred in the year before.

How many children have two episodes, or are referred again, is published. Cases that do not overlap are put together
after they have got their dates: that leaves nearly any number of them to choose from.
"""

from typing import Final

import numpy as np

from cin_pipeline.synthetic.calibrated.apportion import Counts
from cin_pipeline.synthetic.calibrated.dating import YearCases
from cin_pipeline.synthetic.calibrated.figures import Figures
from cin_pipeline.synthetic.calibrated.flows import followed
from cin_pipeline.synthetic.calibrated.pool import Pool
from cin_pipeline.synthetic.calibrated.windows import YearDays
from cin_pipeline.synthetic.cases import IN_NEED, NOT_IN_NEED, Booleans
from cin_pipeline.synthetic.days import HORIZON, NONE, Days

Numbers = Counts

RE_REFERRED: Final = 365  # days between two referrals that make a re-referral, at most (methodology)

# Invented. Of the children referred several times, how many are so only twice; how much of what can be first of a child
# may close late, tried one after another until what is to follow has room.
_TWICE: Final = 0.85
_SHARES: Final = (1.0, 0.7, 0.5, 0.35, 0.25, 0.15)
# Invented: which part of the referrals that start no episode can be the first of a pair.
_FIRST: Final = 0.6
_BOTH_NEW: Final = 0.5  # of what can go either way, children whose two episodes began and ended in the year; invented
_PASSES: Final = 6  # how often more referrals are added to children with several; invented, two or three are enough


class _Chains:
    """The cases while they are put together."""

    def __init__(self, rng: np.random.Generator, cases: YearCases) -> None:
        self.rng, self.cases = rng, cases

    @property
    def single(self) -> Booleans:
        """Cases that are their child's only one as yet."""
        single: Booleans = (self.cases.follows == NONE) & (self.cases.leads == NONE)
        return single

    def put_together(self, firsts: Numbers, seconds: Numbers, count: int) -> int:
        """Lets `count` of the seconds follow one of the firsts each; how many do."""
        cases = self.cases
        pair = pairs(self.rng, cases.closure[firsts], cases.referral[seconds], count)
        first, second = firsts[pair[0]], seconds[pair[1]]
        cases.leads[first], cases.follows[second] = second, first
        return len(first)


def pairs(rng: np.random.Generator, ends: Days, starts: Days, count: int) -> tuple[Numbers, Numbers]:
    """Positions of `count` ends and as many starts, such that each start is later than the end it is paired with.

    Random ones as far as can be, and as many as there are."""
    count = min(count, len(ends), len(starts))
    if count <= 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    early, late = np.argsort(ends, kind="stable"), np.argsort(-starts, kind="stable")
    for share in _SHARES:
        first = rng.permutation(early[: max(count, int(share * len(early)))])[:count]
        second = rng.permutation(late[: max(count, int(share * len(late)))])[:count]
        first = first[np.argsort(ends[first], kind="stable")]
        second = second[np.argsort(starts[second], kind="stable")]
        if (ends[first] < starts[second]).all():
            return first, second
    low, high = 0, count
    while low < high:  # the most for which the earliest ends and the latest starts go together
        middle = (low + high + 1) // 2
        if (np.sort(ends[early[:middle]]) < np.sort(starts[late[:middle]])).all():
            low = middle
        else:
            high = middle - 1
    first, second = early[:low], late[:low]
    return first[np.argsort(ends[first], kind="stable")], second[np.argsort(starts[second], kind="stable")]


def put_cases_together(rng: np.random.Generator, cases: YearCases, of: Figures, days: YearDays) -> int:
    """Sets which cases follow each other, so that as many children as published have several of a kind.

    Returns how many cases there was none for that could be put before or after them."""
    get = of.count
    more_starting = get("cin_episodes_starting") - get("cin_children_starting")
    more_any = get("cin_episodes_ending") + get("cin_episodes_at_31_march") - get("cin_children_any_point")
    if not of.knows("cin_children_starting"):
        more_starting = min(more_starting, more_any)
    follow = followed(more_starting, get("cin_episodes_ending") - get("cin_children_ending"), more_any, _BOTH_NEW)
    more_referrals = max(get("referrals") - get("children_referred"), 0)
    several = _referred_several_times(of, more_referrals)[0]
    chains = _Chains(rng, cases)
    need, new = cases.kind == IN_NEED, cases.pool == NONE
    open_, old = cases.closure == HORIZON, cases.pool != NONE
    both = follow.new_open + follow.new_ended
    merged = min(max(both - several, 0), follow.new_ended)  # pairs that are put before others

    def of_old(count: int, suited: Booleans) -> int:
        # After a case of before the year before: else it is a re-referral too.
        long_ago = cases.referral < days.year_before
        firsts = old & need & ~open_ & chains.single
        done = chains.put_together(np.flatnonzero(firsts & long_ago), np.flatnonzero(suited & chains.single), count)
        firsts &= chains.single & ~long_ago
        return done + chains.put_together(np.flatnonzero(firsts), np.flatnonzero(suited & chains.single), count - done)

    new_open, new_ended = need & new & open_, need & new & ~open_
    done = chains.put_together(np.flatnonzero(new_ended), np.flatnonzero(new_open), follow.new_open)
    singles = np.flatnonzero(new_ended & chains.single)
    half = rng.permutation(len(singles)) < len(singles) / 2
    both_ended = chains.put_together(singles[half], singles[~half], follow.new_ended - merged)
    # Where that is not enough, three and more of a child.
    for turn in range(_PASSES):
        lone = np.flatnonzero(new_ended & chains.single)
        heads = np.flatnonzero(new_ended & (cases.follows == NONE) & (cases.leads != NONE))
        tails = np.flatnonzero(new_ended & (cases.leads == NONE) & (cases.follows != NONE))
        firsts, seconds = (tails, lone) if turn % 2 else (lone, heads)
        both_ended += chains.put_together(firsts, seconds, follow.new_ended - both_ended)
    done += both_ended + of_old(follow.old_open, new_open) + of_old(follow.old_ended, new_ended)
    wanted = follow.new_open + follow.new_ended + follow.old_open + follow.old_ended
    others = more_referrals - more_starting
    done += _add_others(rng, chains, others, several - (both - merged))
    return wanted + max(others, 0) - done


def _referred_several_times(of: Figures, more: int) -> tuple[int, int, int]:
    """How many children are referred several times in the year, how many again from the year before, how many both."""
    across = max(of.count("re_referrals") - more, 0)
    again = of.count("children_re_referred")
    low, high = max(0, across - again + min(more, 1)), max(min(across, more - again + across), 0)
    both = min(max(round(_TWICE * more) - again + across, low), high)
    return max(min(again - across + both, more), 0), across, both


def _add_others(rng: np.random.Generator, chains: _Chains, more: int, openers: int) -> int:
    """Adds referrals that start no episode: `openers` of the `more` to children with one referral; how many."""
    cases = chains.cases
    other, new = cases.kind != IN_NEED, cases.pool == NONE
    openers = min(max(openers, 0), max(more, 0))
    lone = chains.single & new
    others = rng.permutation(np.flatnonzero(other & lone))
    first = others[: max(round(_FIRST * len(others)), min(openers, len(others)))]
    done = chains.put_together(first, np.setdiff1d(np.flatnonzero(lone), first), openers)
    ended = np.flatnonzero(chains.single & new & ~other & (cases.closure != HORIZON))
    done += chains.put_together(ended, np.flatnonzero(chains.single & new & other), openers - done)
    rest = max(more, 0) - done
    for turn in range(_PASSES):
        if rest <= 0:
            break
        singles = np.flatnonzero(chains.single & new & other)
        of_year = new & (cases.follows == NONE) & (cases.leads != NONE)
        tails = new & (cases.leads == NONE) & (cases.follows != NONE) & (cases.closure != HORIZON)
        if turn % 2:
            rest -= chains.put_together(np.flatnonzero(tails), singles, rest)
        else:
            rest -= chains.put_together(singles, np.flatnonzero(of_year), rest)
    return max(more, 0) - rest


def name_children(
    rng: np.random.Generator, cases: YearCases, pool: Pool, of: Figures, days: YearDays, known: int
) -> tuple[int, Numbers, Days]:
    """Numbers the children: those of the pool, those referred again from the year before, and new ones from `known` on.

    Returns how many there are then, and the children re-referred for whom the pool has no referral, with the first
    referral of each: a return of the year before has to have one."""
    old = cases.pool != NONE
    cases.child[old] = pool.child[cases.pool[old]]
    more = max(of.count("referrals") - of.count("children_referred"), 0)
    _, across, both = _referred_several_times(of, more)
    heads = np.flatnonzero(cases.follows == NONE)
    follower = cases.leads[heads]
    # Who had a case from before, and is in need again within a year of its referral, is re-referred already.
    after = heads[(follower != NONE) & old[heads]]
    natural = (cases.referral[after] >= days.year_before) & (
        cases.referral[cases.leads[after]] - cases.referral[after] <= RE_REFERRED
    )
    across = max(across - int(natural.sum()), 0)
    mine = heads[~old[heads]]
    multiple = cases.leads[mine] != NONE
    made_up: list[Numbers] = []
    taken = np.zeros(len(pool.closed_child), dtype=bool)
    for wanted, which in ((min(both, across), mine[multiple]), (across - min(both, across), mine[~multiple])):
        free = np.flatnonzero(~taken)
        closed, later = pairs(rng, -pool.closed_referral[free] - RE_REFERRED - 1, -cases.referral[which], wanted)
        cases.child[which[later]] = pool.closed_child[free[closed]]
        taken[free[closed]] = True
        left = which[cases.child[which] == NONE]
        rest = wanted - len(later)
        if pool.closed_child.size:
            rest -= _after_open(rng, cases, left, rest, days)
        # In a year before; not after its last day less the days that make a re-referral.
        left = left[(cases.follows[left] == NONE) & (cases.referral[left] - RE_REFERRED < days.start)]
        made_up.append(rng.permutation(left)[: max(rest, 0)])
    new = mine[(cases.child[mine] == NONE) & (cases.follows[mine] == NONE)]
    cases.child[new] = known + np.arange(len(new))
    again = np.concatenate(made_up)
    _pass_on(cases, heads)
    return known + len(new), cases.child[again], cases.referral[again]


def _after_open(rng: np.random.Generator, cases: YearCases, heads: Numbers, count: int, days: YearDays) -> int:
    """Lets referrals follow cases that were open when the year began, where too few had closed; how many do.

    After cases that close as not in need, and, of children who are in need no more, after episodes."""
    if count <= 0:
        return 0
    last_year = (cases.pool != NONE) & (cases.referral >= days.year_before)
    closing = last_year & (cases.kind == NOT_IN_NEED) & (cases.leads == NONE)
    ended = last_year & (cases.kind == IN_NEED) & (cases.closure != HORIZON) & (cases.leads == NONE)
    in_need = cases.kind[heads] == IN_NEED
    chained = cases.leads[heads]
    in_need |= (chained != NONE) & (cases.kind[chained] == IN_NEED)
    done = 0
    for before, after in (
        (closing, heads[cases.referral[heads] > days.start + _CLOSES_WITHIN]),
        (ended, heads[~in_need]),
    ):
        free = np.flatnonzero(before)
        after = after[cases.follows[after] == NONE]
        early, late = pairs(rng, -cases.referral[free] - RE_REFERRED - 1, -cases.referral[after], count - done)
        first, second = free[early], after[late]
        fits = (cases.kind[first] == NOT_IN_NEED) | (cases.closure[first] < cases.referral[second])
        first, second = first[fits], second[fits]
        cases.leads[first], cases.follows[second] = second, first
        closes = cases.kind[first] == NOT_IN_NEED
        cases.closure[first[closes]] = np.minimum(cases.closure[first], cases.referral[second] - 1)[closes]
        done += len(first)
    return done


_CLOSES_WITHIN: Final = 12  # days into the year by which a case that is followed closes as not in need; invented


def _pass_on(cases: YearCases, heads: Numbers) -> None:
    """Gives every case the child of the first of its chain."""
    at = heads
    while len(at):
        at = at[cases.leads[at] != NONE]
        cases.child[cases.leads[at]] = cases.child[at]
        at = cases.leads[at]
