"""One return cut from the timeline of a local authority (LA): what its records say on the reference date.

What lies before the year is left out where the census does not take it, and what happens after the reference date is
not known yet.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.census.specification import tables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.cases import NFA, NOT_IN_NEED, Booleans, Spans
from cin_pipeline.synthetic.codes import UN1, UN4, UN7, code_sets
from cin_pipeline.synthetic.days import NONE, TEXTS, YEAR, Days, day, on_or_after, year_of
from cin_pipeline.synthetic.pre_proceedings import pre_proceedings
from cin_pipeline.synthetic.timeline import Timeline
from cin_pipeline.synthetic.upns import upns
from cin_pipeline.synthetic.xml import Column, TableRecords, Vocabulary

_SCHOOL_AGE_YEARS = 5  # from which a child without a UPN has a reason that belongs to schools (UPNunknown, not UN1)
_CONFERENCE_TARGET = 15  # working days from the start of the enquiry: statutory
_LAST_WEEK = 7  # days up to the reference date in which a child first referred may have no UPN yet (UN4)
_DAYS = Vocabulary(TEXTS)
_COUNTS = Vocabulary([str(number) for number in range(50)])  # of previous plans: more than any child has
_FLAGS = Vocabulary(["0", "1"])


def cut(timeline: Timeline, la_code: str, year: int) -> dict[str, TableRecords]:
    """The tables of the LA's return of the collection year `year`, records in the order of children and dates."""
    return _Cut(timeline, la_code, year).tables()


def _dates(days: Days, known: Booleans | bool = True) -> Column:
    """A column of dates, of those that are known."""
    return Column(np.where(known, days, NONE), _DAYS)


class _Cut:
    """One return while its tables are made: which cases and children are in it, and the days between which it looks.

    In it is every case that was open at some time of the year, and of NFA referrals those of the year."""

    def __init__(self, timeline: Timeline, la_code: str, year: int) -> None:
        self._timeline, self._la_code = timeline, la_code
        self._start, self._end = day(CollectionYear(year).start), day(CollectionYear(year).end)
        self._year = year
        self._codes = code_sets(year)
        cases = timeline.cases
        self._case = np.flatnonzero(
            (cases.referral <= self._end)
            & (cases.recorded <= year)
            & np.where(cases.kind == NFA, cases.referral >= self._start, cases.closure >= self._start)
        )
        self._child = np.unique(timeline.child[self._case])

    def tables(self) -> dict[str, TableRecords]:
        return {
            "children": self._children(),
            "disabilities": self._disabilities(),
            "referrals": self._referrals(),
            **self._assessments(),
            "cin_plans": self._cin_plans(),
            "section47": self._section47(),
            **self._plans(),
            **self._pre_proceedings(),
        }

    def _within(self, days: Days) -> Booleans:
        return (days >= self._start) & (days <= self._end)

    def _chosen(self, spans: Spans, wanted: Booleans) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The wanted spans of the cases in the return, and the position of each one's referral in it."""
        place = np.full(len(self._timeline.child), NONE)
        place[self._case] = np.arange(len(self._case))
        at = np.flatnonzero(wanted & (place[spans.case] != NONE))
        return at, place[spans.case[at]]

    def _disabilities(self) -> TableRecords:
        children, child = self._timeline.children, self._child
        details = self._timeline.details
        sets = details.disability_sets if details else self._codes.disability_sets
        of, positions = _ragged(sets, children.disabilities[child])
        # Nobody knows of an unborn child's disabilities.
        born = (children.birth[child] <= self._end)[of]
        return TableRecords({"disability": Column(positions[born], self._codes.disability)}, of[born])

    def _children(self) -> TableRecords:
        children, child, sets = self._timeline.children, self._child, self._codes
        birth = children.birth[child]
        born = birth <= self._end
        only_nfa = self._only_nfa()
        upn_known = (children.upn_from[child] <= self._end) & born
        school_age = birth <= self._end - _SCHOOL_AGE_YEARS * YEAR
        excuse = children.upn_excuse[child]
        unknown = np.where(school_age, children.upn_unknown[child], UN1)
        unknown[school_age & self._first_referred_last_week() & (excuse < d.UPN_LAST_WEEK)] = UN4
        unknown[only_nfa & (excuse < d.UPN_NFA)] = UN7
        numbers = np.flatnonzero(upn_known)
        upn, former = upns(self._la_code, child[numbers], birth[numbers])
        upn_positions = np.full(len(child), NONE)
        upn_positions[numbers] = np.arange(len(numbers))
        has_former = upn_known & children.former_upn[child]
        return TableRecords(
            {
                "la_child_id": Column(np.arange(len(child)), Vocabulary([f"C{number:06d}" for number in child + 1])),
                "upn": Column(upn_positions, Vocabulary(upn)),
                "former_upn": Column(np.where(has_former, upn_positions, NONE), Vocabulary(former)),
                "upn_unknown": Column(np.where(upn_known, NONE, unknown), sets.upn_unknown),
                "birth_date": _dates(birth, born),
                "expected_birth_date": _dates(children.expected[child], ~born),
                "gender": Column(sets.gender_positions(children.gender[child], born), sets.gender),
                "death_date": _dates(children.death[child], children.death[child] <= self._end),
                "ethnicity": Column(children.ethnicity[child], sets.ethnicity),
            }
        )

    def _only_nfa(self) -> Booleans:
        in_order = np.searchsorted(self._child, self._timeline.child[self._case])
        more = np.zeros(len(self._child), dtype=bool)
        more[in_order[self._timeline.cases.kind[self._case] != NFA]] = True
        return ~more

    def _first_referred_last_week(self) -> Booleans:
        first = np.searchsorted(self._timeline.child, self._child)
        first_referral: Days = self._timeline.cases.referral[first]
        return first_referral > self._end - _LAST_WEEK

    def _referrals(self) -> TableRecords:
        timeline, at, sets = self._timeline, self._case, self._codes
        cases = timeline.cases
        closed = (cases.closure[at] <= self._end) & timeline.closure_recorded[at]
        details = timeline.details
        reason = np.maximum(timeline.reason[at], NONE) if details else sets.reason_positions(timeline.reason[at])
        source = (
            details.source[at] if details else sets.source_positions(timeline.source[at], year_of(cases.referral[at]))
        )
        after_assessment = np.where(timeline.early_help[at], sets.closed_to_early_help, sets.closed_after_assessment)
        reason = np.where(cases.kind[at] == NOT_IN_NEED, after_assessment, reason)
        return TableRecords(
            {
                "referral_date": _dates(cases.referral[at]),
                "referral_source": Column(source, sets.source),
                # Some LAs close NFA referrals with all that belongs to a closed case, others just leave them.
                "primary_need": Column(np.where(timeline.closure_recorded[at], timeline.need[at], NONE), sets.need),
                "closure_date": _dates(cases.closure[at], closed),
                "reason_for_closure": Column(np.where(closed, reason, NONE), sets.reason),
                "date_of_initial_cpc": _dates(cases.transfer_in[at], self._within(cases.transfer_in[at])),
                "referral_nfa": Column((cases.kind[at] == NFA).astype(np.int64), _FLAGS),
            },
            np.searchsorted(self._child, timeline.child[at]),
        )

    def _assessments(self) -> dict[str, TableRecords]:
        cases = self._timeline.cases
        spans = cases.assessments
        pending = self._within(spans.start) & (spans.end > self._end)
        at, referral = self._chosen(spans, self._within(spans.end) | pending)
        done = spans.end[at] <= self._end
        start, end = spans.start[at], spans.end[at]
        reviewed = on_or_after(start, d.INTERNAL_REVIEW_DAYS)
        details = self._timeline.details
        factor_sets = details.factor_sets if details and details.factor_sets else self._codes.factor_sets
        of, factors = _ragged(factor_sets, self._timeline.factors[at])
        return {
            "assessments": TableRecords(
                {
                    "assessment_start_date": _dates(start),
                    "assessment_internal_review_date": _dates(
                        reviewed, done & self._timeline.reviewed_internally[at] & (reviewed < end)
                    ),
                    "assessment_authorisation_date": _dates(end, done),
                },
                referral,
            ),
            "assessment_factors": TableRecords({"factor": Column(factors[done[of]], self._codes.factor)}, of[done[of]]),
        }

    def _cin_plans(self) -> TableRecords:
        spans = self._timeline.cases.cin_plans
        at, referral = self._chosen(spans, (spans.start <= self._end) & (spans.end >= self._start))
        ended = spans.end[at] <= self._end
        return TableRecords(
            {"cin_plan_start_date": _dates(spans.start[at]), "cin_plan_end_date": _dates(spans.end[at], ended)},
            referral,
        )

    def _section47(self) -> TableRecords:
        spans = self._timeline.cases.section47
        conference = spans.end != NONE
        pending = conference & (spans.end > self._end)
        of_year = np.where(conference & ~pending, self._within(spans.end), self._within(spans.start))
        at, referral = self._chosen(spans, of_year)
        start, held = spans.start[at], conference[at] & ~pending[at]
        return TableRecords(
            {
                "s47_start_date": _dates(start),
                "icpc_target_date": _dates(on_or_after(start, _CONFERENCE_TARGET), conference[at]),
                "date_of_initial_cpc": _dates(spans.end[at], held),
                "icpc_not_required": Column((~conference[at]).astype(np.int64), _FLAGS),
            },
            referral,
        )

    def _plans(self) -> dict[str, TableRecords]:
        spans, plans, sets = self._timeline.cases.plans, self._timeline.plans, self._codes
        there = (spans.start <= self._end) & (spans.end >= self._start) & (plans.last_return >= self._year)
        at, referral = self._chosen(spans, there)
        place = np.full(len(spans.case), NONE)
        place[at] = np.arange(len(at))
        reviews = np.flatnonzero((place[plans.review_plan] != NONE) & (plans.review <= self._end))
        of = place[plans.review_plan[reviews]]
        reviewed = np.zeros(len(at), dtype=bool)
        reviewed[of] = True
        if self._timeline.details:
            reviewed[:] = True
        latest = np.where(reviewed, plans.latest_category[at], plans.initial_category[at])
        return {
            "plans": TableRecords(
                {
                    "cpp_start_date": _dates(spans.start[at]),
                    "cpp_end_date": _dates(spans.end[at], spans.end[at] <= self._end),
                    "initial_category": Column(plans.initial_category[at], sets.category),
                    "latest_category": Column(latest, sets.category),
                    "number_of_previous_cpp": Column(plans.previous[at], _COUNTS),
                },
                referral,
            ),
            "reviews": TableRecords({"cpp_review_date": _dates(plans.review[reviews])}, of),
        }

    def _pre_proceedings(self) -> dict[str, TableRecords]:
        if not tables(self._year)["pre_proceedings"].items:
            return {}
        return {"pre_proceedings": pre_proceedings(self._timeline, self._case, self._start, self._end, self._year)}


def _ragged(sets: Sequence[NDArray[np.int64]], which: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The members of the set each record takes, one after another: position of the record, and the member."""
    sizes = np.array([len(members) for members in sets])
    firsts = np.cumsum(sizes) - sizes
    members = np.concatenate(list(sets))
    counts = sizes[which]
    record = np.repeat(np.arange(len(which)), counts)
    turn = np.arange(len(record)) - np.repeat(np.cumsum(counts) - counts, counts)
    return record, members[firsts[which][record] + turn]
