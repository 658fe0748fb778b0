"""Which spans of days cover a day, within groups of records: for every record at once, in the time of a sort.

Comparing every record with every other of its group would be slow for one child with very many records.
"""

from dataclasses import dataclass

import numpy as np

from cin_pipeline.reference.days import Days
from cin_pipeline.validation.inputs import Positions

_DAYS = np.int64(1 << 23)  # more than lie between the years 1 and 9999, either side of 1970
_NONE = np.int64(-1)


@dataclass(frozen=True)
class Spans:
    """Spans of days, both ends in, each in a group. One with a missing end covers nothing."""

    group: Positions
    first: Days
    last: Days


def covering(group: Positions, day: Days, spans: Spans) -> Positions:
    """For each day, the position of a span of its group that covers it (the one that lasts longest), else -1."""
    return _covering(group, day, spans, own=False)


def on_same_day(group: Positions, day: Days, other_group: Positions, other_day: Days) -> Positions:
    """For each day, the position of a record of its group in another table that has the same day, else -1."""
    return covering(group, day, Spans(other_group, other_day, other_day))


def covered_by_another(spans: Spans, start: Days) -> Positions:
    """For each span, the position of another span of its group that covers its start, else -1.

    `start` is the first day of each span, also of those that cover nothing themselves. Of two spans with the same
    first day each can be covered by the other."""
    return _covering(spans.group, start, spans, own=True)


def _covering(group: Positions, day: Days, spans: Spans, own: bool) -> Positions:
    whole = np.flatnonzero(~np.isnat(spans.first) & ~np.isnat(spans.last))
    asked = np.flatnonzero(~np.isnat(day))
    found = np.full(len(day), _NONE)
    if not len(whole) or not len(asked):
        return found
    order = whole[np.lexsort((spans.last[whole], spans.first[whole], spans.group[whole]))]
    begins = _keys(spans.group[order], spans.first[order])
    longest = _longest_so_far(spans.group[order], spans.last[order])
    # The last span in the order that begins in time. All before it in its group begin in time as well.
    upto = np.searchsorted(begins, _keys(group[asked], day[asked]), side="right") - 1
    ranks = [longest[np.maximum(upto, 0)]]
    usable = [upto >= 0]
    if own:
        rank = np.full(len(day), _NONE)
        rank[order] = np.arange(len(order))
        mine = rank[asked]
        # A span is no cover of its own start: so the longest before it, or the last that begins on the same day.
        ranks = [np.where(mine < 0, ranks[0], longest[np.maximum(mine - 1, 0)]), np.maximum(upto, 0)]
        usable = [np.where(mine < 0, usable[0], mine > 0), (mine >= 0) & (upto > mine)]
    for candidate, is_one in zip(ranks, usable, strict=True):
        span = order[candidate]
        covers = is_one & (spans.group[span] == group[asked]) & (spans.last[span] >= day[asked])
        found[asked[covers]] = span[covers]
    return found


def _keys(group: Positions, day: Days) -> Positions:
    """Numbers in the order of group, then day."""
    return group.astype(np.int64) * _DAYS + day.astype(np.int64) + _DAYS // 2


def _longest_so_far(group: Positions, last: Days) -> Positions:
    """For sorted spans, the rank of the one with the latest end among those of its group up to here."""
    ends = _keys(group, last)  # a later group's keys are all larger, so the running maximum starts anew with it
    running = np.maximum.accumulate(ends)
    is_new = np.concatenate([[True], ends[1:] > running[:-1]])
    return np.maximum.accumulate(np.where(is_new, np.arange(len(ends)), 0))
