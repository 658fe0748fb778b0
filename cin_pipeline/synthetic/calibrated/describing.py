"""What a return says of its cases and children beside dates: sources, needs, reasons for closure, disabilities.

As many of each as published; a case or child that was in the return before keeps what that said, where the figures of
both years leave it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.reference.code_sets import codes, every_code
from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated.apportion import Counts, apportion, spread
from cin_pipeline.synthetic.calibrated.assessing import dealt
from cin_pipeline.synthetic.calibrated.year import Year
from cin_pipeline.synthetic.cases import IN_NEED, Booleans
from cin_pipeline.synthetic.codes import REASONS
from cin_pipeline.synthetic.days import HORIZON, NONE, YEAR, Days

Numbers = Counts

NEEDS: Final = tuple(d.NEEDS)
SOURCES: Final = tuple(d.SOURCES)
DISABILITIES: Final = tuple(d.DISABILITIES)
WITHOUT: Final = np.array([len(DISABILITIES)])  # the set of who has no disability
_CODES_ASKED_FOR: Final = 8  # different disabilities in a return, below which it is queried as a whole (rule 2887Q)
_ADULT_YEARS: Final = 17.0  # from which age a case is for preference one that goes to adult services; invented


def needs(rng: np.random.Generator, year: Year) -> Numbers:
    """The primary need of each case (table B3 at 31 March)."""
    cases, of = year.cases, year.of
    known = np.full(len(cases), NONE)
    old = cases.pool != NONE
    known[old] = year.pool.need[cases.pool[old]]
    open_ = np.flatnonzero(cases.closure == HORIZON)
    categories = [(code, "unknown") if code == "N0" else (code,) for code in NEEDS]
    counts = of.split("cin_episodes_at_31_march", "primary_need", categories, len(open_))
    known[open_] = assigned(rng, counts, known[open_])
    rest = np.flatnonzero(known == NONE)
    known[rest] = d.weighted(rng, counts.tolist() if counts.sum() else tuple(d.NEEDS.values()), len(rest))
    return known


def sources(rng: np.random.Generator, year: Year) -> Numbers:
    """The source of each referral (table C5 of those of the year)."""
    cases, of = year.cases, year.of
    source = np.full(len(cases), NONE)
    old = cases.pool != NONE
    source[old] = year.pool.source[cases.pool[old]]
    new = np.flatnonzero(~old)
    valid = set(codes("ReferralSource", of.year))
    groups: dict[str, list[str]] = {}
    for code in every_code("ReferralSource"):
        groups.setdefault(code.group, []).append(code.code)
    categories = [(*each, *(("unknown",) if group == "Unknown" else ())) for group, each in groups.items()]
    counts = of.split("referrals", "referral_source", categories, len(new))
    by_code = np.zeros(len(SOURCES), dtype=np.int64)
    for each, count in zip(groups.values(), counts.tolist(), strict=True):
        collected = [SOURCES.index(code) for code in each if code in valid]
        by_code[collected] += apportion(count, [d.SOURCES[SOURCES[at]] for at in collected])
    source[new] = assigned(rng, by_code, np.full(len(new), NONE))
    rest = np.flatnonzero(source == NONE)
    earliest = set(codes("ReferralSource", _FIRST_SOURCES))
    weights = [weight if code in earliest else 0 for code, weight in d.SOURCES.items()]
    source[rest] = d.weighted(rng, weights, len(rest))
    return source


_FIRST_SOURCES: Final = 2014  # collection year in which sources were first reported (table C5): for older referrals


def assigned(rng: np.random.Generator, counts: Counts, known: Numbers) -> Numbers:
    """So many of each kind: as known where the counts allow, NONE for those over."""
    left = counts.copy()
    given = np.full(len(known), NONE)
    order = rng.permutation(len(known))
    for kind in range(len(left)):
        at = order[known[order] == kind][: left[kind]]
        given[at] = kind
        left[kind] -= len(at)
    rest = np.flatnonzero(given == NONE)
    drawn = spread(rng, left)[: len(rest)]
    given[rest[: len(drawn)]] = drawn
    return given


def reasons(rng: np.random.Generator, year: Year, birth: Days, seen_later: Booleans) -> tuple[Numbers, Numbers]:
    """The reason for the closure of each case (table B6 of the episodes that ended), and the cases that ended with the
    death of the child.

    `birth`: of each child; `seen_later`: children in a later return."""
    cases, of = year.cases, year.of
    other, unknown = REASONS.index("RC7"), REASONS.index("RC8")
    reason = np.full(len(cases), other)
    ended = np.flatnonzero((cases.kind == IN_NEED) & (cases.closure != HORIZON))
    counts = of.reasons(len(ended))
    age = (cases.closure - birth[cases.child]) / YEAR
    taken = year.unassessed.copy()
    reason[taken] = unknown
    transferred = rng.permutation(year.to_another_la)
    most = min(of.part("cpp_ending_first_6_months_transferred", "total", "total"), counts["RC5"])
    transferred, not_transferred = transferred[:most], transferred[most:]
    reason[transferred] = REASONS.index("RC5")
    taken[transferred] = True

    def give(code: str, count: int, preferred: NDArray[np.float64], able: Booleans) -> Numbers:
        at = ended[~taken[ended] & able[ended]]
        at = at[np.argsort(preferred[at] + rng.random(len(at)), kind="stable")][: max(count, 0)]
        reason[at] = REASONS.index(code)
        taken[at] = True
        return at

    every = np.ones(len(cases), dtype=bool)
    last = (cases.leads == NONE) & ~seen_later[cases.child] & (age >= 0)
    died = give("RC2", counts["RC2"], np.zeros(len(cases)), last)
    youngest, oldest = d.ADOPTED_YEARS
    give("RC1", counts["RC1"], np.where((age >= youngest) & (age <= oldest), 0.0, 2.0), every)
    give("RC6", counts["RC6"], np.where(age >= _ADULT_YEARS, 0.0, -age + 100), every)
    elsewhere = every.copy()
    elsewhere[not_transferred] = False
    give("RC5", counts["RC5"] - len(transferred), np.zeros(len(cases)), elsewhere)
    for code in ("RC3", "RC4"):
        give(code, counts[code], np.zeros(len(cases)), every)
    # Where too few could be closed without an assessment, the reason is missing.
    rest = counts["RC8"] - int((reason[ended] == unknown).sum())
    at = give("RC7", rest, np.zeros(len(cases)), every)
    reason[at] = NONE_GIVEN
    reason[(cases.kind != IN_NEED)] = other
    return reason, died


NONE_GIVEN: Final = -2  # position: of a closure without a reason


def disabilities(
    rng: np.random.Generator, year: Year, born: Booleans, before: list[NDArray[np.int64]]
) -> list[NDArray[np.int64]]:
    """The disabilities of every child as the return has them (table B2 of the children at 31 March), from those it had
    before. `born`: children born by the end of the year."""
    cases, of = year.cases, year.of
    now = list(before)
    present = np.unique(cases.child[cases.closure == HORIZON])
    able = present[born[present]]
    whole = min(of.part("cin_episodes_at_31_march", "has_disability", "yes"), len(able))
    if not of.knows("cin_episodes_at_31_march", "has_disability"):
        whole = round(d.DISABLED * len(able))
    was = np.array([len(before[child]) > 1 or before[child][0] != WITHOUT[0] for child in able], dtype=bool)
    chosen = able[np.argsort(rng.random(len(able)) - was, kind="stable")]
    for child in present.tolist():
        now[child] = WITHOUT
    counts = np.array([of.disabilities(whole)[code] for code in DISABILITIES], dtype=np.int64)
    members = _dealt_again(rng, [before[child] for child in chosen[:whole].tolist()], counts)
    for child, each in zip(chosen[:whole].tolist(), members, strict=True):
        now[child] = each
    _enough(year, born, now, present)
    return now


def _dealt_again(
    rng: np.random.Generator, before: Sequence[NDArray[np.int64]], counts: Counts
) -> list[NDArray[np.int64]]:
    """For each of some children the kinds it has, as before as far as the counts of each kind allow."""
    has = np.zeros((len(before), len(counts)), dtype=bool)
    for row, kinds in enumerate(before):
        has[row, kinds[kinds < len(counts)]] = True
    new = np.flatnonzero(~has.any(axis=1))
    for row, kinds in zip(new.tolist(), dealt(rng, np.maximum(counts - has.sum(axis=0), 0), len(new)), strict=True):
        has[row, kinds] = True
    for kind, wanted in enumerate(counts.tolist()):
        holders = np.flatnonzero(has[:, kind])
        over = len(holders) - wanted
        if over > 0:
            spare = holders[np.argsort(-has[holders].sum(axis=1) + rng.random(len(holders)), kind="stable")]
            has[spare[:over], kind] = False
        elif over < 0:
            free = np.flatnonzero(~has[:, kind])
            has[free[np.argsort(has[free].any(axis=1) + rng.random(len(free)), kind="stable")][:-over], kind] = True
    # Who has none takes one from a child with several.
    for row in np.flatnonzero(~has.any(axis=1)).tolist():
        donor = int(np.argmax(has.sum(axis=1)))
        kind = int(d.weighted(rng, tuple(d.DISABILITIES.values()), 1)[0])
        if has[donor].sum() > 1:
            kind = int(np.flatnonzero(has[donor])[0])
            has[donor, kind] = False
        has[row, kind] = True
    return [np.flatnonzero(row) for row in has]


def _enough(year: Year, born: Booleans, now: list[NDArray[np.int64]], present: Numbers) -> None:
    """Sees to it that the return has enough different disabilities, by a child who is not there at 31 March."""
    cases = year.cases
    there = np.unique(cases.child)
    different = set(np.concatenate([now[child] for child in there.tolist()]).tolist()) - set(WITHOUT.tolist())
    if len(different) >= _CODES_ASKED_FOR:
        return
    known = np.setdiff1d(np.unique(cases.child[cases.kind == IN_NEED]), present)
    known = known[born[known]]
    if len(known):
        now[int(known[0])] = np.arange(d.COMPLEX_DISABILITIES)
