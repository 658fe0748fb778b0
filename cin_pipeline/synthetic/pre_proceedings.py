"""Pre-proceedings and family group decision-making (module 5) of a return, from the year that collects them.

Drawn when a return is cut, by a generator of its own that starts from a draw of the timeline: so the same seed gives
the same bytes, and nothing else of a return, or of another year's, moves. What the codes of the outcome stand for is
not known, so an application to the court goes with any of them.
"""

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.reference.code_sets import codes
from cin_pipeline.synthetic.cases import IN_NEED, Booleans
from cin_pipeline.synthetic.days import NONE, TEXTS, Days, on_or_after
from cin_pipeline.synthetic.timeline import Timeline
from cin_pipeline.synthetic.xml import Column, TableRecords, Vocabulary

# All invented. Shares:
_OF_PLANNED = 0.3  # of cases with a child protection plan in the year
_LETTER = 0.9  # of those begun; the others are still without, and have offered no meeting
_TO_COURT = 0.4  # of those decided
_AGAIN = 0.05  # of those begun: a second time in the case
# Working days, from the first number up to below the second, from the start to the letter before proceedings, from that
# to the first meeting, to the decision, to the application, to the letter that begins care proceedings.
_STEPS = ((3, 15), (7, 20), (30, 80), (5, 20), (1, 8))
_REVIEWS = 4  # fewer review meetings than that

_DAYS, _FLAGS = Vocabulary(TEXTS), Vocabulary(["0", "1"])
_NUMBERS = Vocabulary([str(number) for number in range(_REVIEWS)])


def pre_proceedings(timeline: Timeline, at: NDArray[np.int64], start: int, end: int, year: int) -> TableRecords:
    """The records of the cases `at` these positions, which are those of the return, in a year from `start` to `end`.

    One at least, so that no return is queried as having none (8995Q): rather of a case in need."""
    cases, plans = timeline.cases, timeline.cases.plans
    rng = np.random.default_rng(np.random.SeedSequence([year, int(timeline.source[:1].view(np.uint64)[0])]))
    of_year = (plans.start <= end) & (plans.end >= start)
    planned = np.isin(at, plans.case[of_year])
    begun = planned & (rng.random(len(at)) < _OF_PLANNED)
    if not begun.any() and len(at):
        begun[np.lexsort((cases.kind[at] != IN_NEED, ~planned))[0]] = True
    referral = np.repeat(np.flatnonzero(begun), 1 + (rng.random(int(begun.sum())) < _AGAIN))
    case = at[referral]
    # Nothing after the closure, or after the year: it has not happened yet.
    last = np.minimum(cases.closure[case], end)
    first = np.minimum(np.maximum(cases.referral[case], start), last)
    days = [np.minimum(on_or_after(first + (rng.random(len(case)) * (last - first)).astype(np.int64)), last)]
    days += [on_or_after(days[0], rng.integers(*_STEPS[0], len(case)))]
    for step in _STEPS[1:]:
        days.append(on_or_after(days[-1], rng.integers(*step, len(case))))
    reached = rng.random(len(case)) < _LETTER
    to_court = rng.random(len(case)) < _TO_COURT
    begin, letter, meeting, decision, application, last_letter = days
    sent = reached & (letter <= last)
    met, decided = sent & (meeting <= last), sent & (decision <= last)
    applied = decided & to_court & (application <= last)
    outcome = rng.integers(0, len(codes("PPOutcome", year)), len(case))
    reviews = rng.integers(0, _REVIEWS, len(case))
    return TableRecords(
        {
            "pp_start_date": _dates(begin, np.ones(len(case), dtype=bool)),
            "lbp_sent_date": _dates(letter, sent),
            "fgdm_meeting_offer": Column(sent.astype(np.int64), _FLAGS),
            "fgdm_meeting_fac": Column(sent.astype(np.int64), _FLAGS),
            "initial_pp_meeting_date": _dates(meeting, met),
            "review_meetings_count": Column(np.where(met, reviews, NONE), _NUMBERS),
            "step_decision_date": _dates(decision, decided),
            "pp_outcome": Column(np.where(decided, outcome, NONE), Vocabulary(codes("PPOutcome", year))),
            "court_app_date": _dates(application, applied),
            "letter_init_cp_date": _dates(last_letter, applied & (last_letter <= last)),
        },
        referral,
    )


def _dates(days: Days, known: Booleans) -> Column:
    return Column(np.where(known, days, NONE), _DAYS)
