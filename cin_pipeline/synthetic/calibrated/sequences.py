"""Which cases follow each other in the histories of children, and how long each lasts: counts, and no dates yet.

A history is what happens to a child in a year: perhaps a case carried in, then referrals one after another, of which
only the last may stay open. Every count of `flows` is met exactly here; what comes later only finds room for it.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated.apportion import spread
from cin_pipeline.synthetic.calibrated.case_table import Numbers
from cin_pipeline.synthetic.calibrated.flows import Flows
from cin_pipeline.synthetic.calibrated.windows import BAND_DAYS, WITHIN_A_YEAR, draw_lengths
from cin_pipeline.synthetic.cases import IN_NEED, NFA, NOT_IN_NEED, Booleans
from cin_pipeline.synthetic.days import HORIZON, NONE, Days

KEPT: Final = 3  # counts on from the kinds of referral: an episode of need still open at the end of its year

# Calendar days from a referral to its closure as not in need, at most. Invented: 45 working days to assess (the target)
# are 65, the longest assessment is about 135. It has to exceed `carrying_over.DROPPED_SINCE`.
LONGEST_NOT_IN_NEED: Final = 150

# Days that the cases of a child referred several times in a year take together, at most (but that none is shorter than
# its band). Invented: of 365, so that days are left to draw the referrals from. 340 still fits; with 400 there is "no
# day between the last and the first" in one LA.
_LONGEST_CHAIN: Final = 250

_AFTER_ANY_SHARE: Final = 2.0  # sorts behind random shares, which are below 1

# Calendar days of a case closed as not in need, invented so that most come well below the longest: of the working days
# to start and to finish the assessment, of the time then to the closure, and some more.
_DAYS_OF_WORKING_DAY: Final = 1.42  # 7 days for 5, and a little for bank holidays
_PART_OF_CLOSURE_LAG: Final = 1 / 2
_DAYS_MORE: Final = 3


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


def draw_sequences(rng: np.random.Generator, flows: Flows, year: int) -> Histories:
    """Which referrals follow each other in each history of a year, without their lengths and dates."""
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
    order = np.where(kind == KEPT, _AFTER_ANY_SHARE, rng.random(len(kind)))
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


def set_lengths(rng: np.random.Generator, histories: Histories, flows: Flows, year: int) -> None:
    """How long each case lasts, the short ones for children with several, and since when the kept are open.

    Raises ValueError where there are not as many episodes, ended or kept, as durations for them."""
    chained = (histories.number > 1) | histories.returning
    in_chain = np.repeat(chained[:, None], histories.kind.shape[1], axis=1)
    ended = histories.kind == IN_NEED
    bands = np.full(histories.kind.shape, NONE)
    first = np.sort(np.repeat(WITHIN_A_YEAR, flows.bands("ended_new", year, len(WITHIN_A_YEAR))))
    if len(first) != ended.sum():
        raise ValueError(f"{ended.sum()} episodes start and end in {year} by their histories, {len(first)} by duration")
    chain_count = int((ended & in_chain).sum())
    bands[ended & in_chain] = rng.permutation(first[:chain_count])
    bands[ended & ~in_chain] = rng.permutation(first[chain_count:])
    days = np.zeros_like(histories.kind)
    days[ended] = draw_lengths(rng, bands[ended])
    not_in_need = histories.kind == NOT_IN_NEED
    count = int(not_in_need.sum())
    days[not_in_need] = np.minimum(_days_to_assess(rng, count), LONGEST_NOT_IN_NEED)
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
    counts = flows.bands("kept_new", year, len(WITHIN_A_YEAR))
    if len(kept) != sum(counts):
        raise ValueError(f"{len(kept)} episodes of {year} stay open by their histories, {sum(counts)} by duration")
    histories.band[kept] = _bands_of_kept(rng, counts, int(chained[kept].sum()))


def _bands_of_kept(rng: np.random.Generator, counts: list[int], chained: int) -> Numbers:
    """Bands of the kept cases, those of children with more cases first: they are the most recent, but for a few."""
    bands = np.repeat(WITHIN_A_YEAR, counts)
    return np.concatenate((rng.permutation(bands[:chained]), rng.permutation(bands[chained:])))


def _days_to_assess(rng: np.random.Generator, count: int) -> Days:
    """Calendar days from the referral of a child who turns out not to be in need to the closure."""
    working = d.ASSESSMENT_LAG.draw(rng, count) + d.ASSESSMENT.draw(rng, count)
    closing = d.CLOSURE_LAG.draw(rng, count) * _PART_OF_CLOSURE_LAG
    return (working * _DAYS_OF_WORKING_DAY + closing).astype(np.int64) + _DAYS_MORE
