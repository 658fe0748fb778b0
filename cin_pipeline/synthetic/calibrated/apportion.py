"""Whole numbers shared out: how a total of England is spread over local authorities (LAs), or of an LA over kinds."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Counts = NDArray[np.int64]

# Invented. How often the interval that holds the common factor is halved: after 80 times a float cannot tell its ends
# apart; with 20 the parts are wrong. The weight of what has none, so that it can take what the others cannot: less than
# any other. What is added before rounding down, so that a whole number that came out a little low stays whole.
_HALVINGS = 80
_NOTHING = 1e-9
_ROUNDING = 1e-9


def apportion(total: float, weights: ArrayLike, lowest: ArrayLike = 0, highest: ArrayLike = np.inf) -> Counts:
    """Whole numbers that add up to `total`, as nearly proportional to the weights as their bounds allow.

    A total that the bounds do not allow is moved to the nearest one they do. Something of weight 0 gets its lowest
    unless the others are full."""
    weight = np.maximum(np.asarray(weights, dtype=np.float64), _NOTHING)
    low = np.broadcast_to(np.asarray(lowest, dtype=np.float64), weight.shape)
    high = np.maximum(np.broadcast_to(np.asarray(highest, dtype=np.float64), weight.shape), low)
    goal = int(np.clip(round(total), low.sum(), high.sum()))
    most = goal + 1.0
    under, over = 0.0, most / float(weight.min()) if weight.size else 0.0
    for _ in range(_HALVINGS):
        middle = (under + over) / 2
        if np.clip(weight * middle, low, np.minimum(high, most)).sum() < goal:
            under = middle
        else:
            over = middle
    exact = np.clip(weight * over, low, np.minimum(high, most))
    whole = np.floor(exact + _ROUNDING)
    # Those nearest to their next whole number get one more, or give one back.
    order = np.argsort(whole - exact, kind="stable")
    for step, room in ((1, whole < high), (-1, whole > low)):
        short = int(step * (goal - whole.sum()))
        if short > 0:
            chosen = [at for at in (order if step == 1 else order[::-1]) if room[at]][:short]
            whole[chosen] += step
    return whole.astype(np.int64)


def spread(rng: np.random.Generator, counts: ArrayLike) -> Counts:
    """Each position as many times as its count says, in random order."""
    many = np.asarray(counts, dtype=np.int64)
    return rng.permutation(np.repeat(np.arange(len(many)), many))


def spread_shares(rng: np.random.Generator, weights: ArrayLike, size: int) -> Counts:
    """`size` positions in random order, each in proportion to its weight but for the rounding, which is random.

    Unlike independent draws, the shares come out in every LA and so in England."""
    shares = np.cumsum(np.asarray(weights, dtype=np.float64))
    places = (np.arange(size) + rng.random()) / max(size, 1)
    return rng.permutation(np.searchsorted(shares / shares[-1], places, side="right")).astype(np.int64)
