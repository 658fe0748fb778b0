"""What the Department's year-on-year checks count in a return, and how a count compares with the previous year's.

Records are counted as the guide of 2025-26 says (section 1.10), not the children, episodes and conferences of the
methodology: so a count here can differ from a measure of like name. A date that is missing or cannot be read lies in
no year, and ends nothing.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.reference.days import Days
from cin_pipeline.reference.year_on_year_checks import YearOnYearCheck, year_on_year_checks
from cin_pipeline.validation.inputs import Mask, Records, RuleInput

Count = Callable[[RuleInput], int]


@dataclass(frozen=True)
class Compared:
    """A check with its count in the previous year's return and in this one."""

    check: YearOnYearCheck
    before: int
    now: int

    @property
    def change(self) -> float | None:
        """The change relative to the previous year's count; None where that is 0."""
        return (self.now - self.before) / self.before if self.before else None

    @property
    def is_met(self) -> bool:
        """Whether the count changed by the check's percentage or more, up or down, or rose from nothing."""
        return self.now != self.before and 100 * abs(self.now - self.before) >= self.check.percent * self.before

    @property
    def in_words(self) -> str:
        """Both counts and the change."""
        before = f"{self.before:,}" if self.before else "none"
        by = "" if self.change is None else f" ({self.change:+.1%})"
        return f"{self.check.counted}: {before} in the previous year's return, {self.now:,} in this one{by}"


def compared(rule_id: str, sent: RuleInput, previous: RuleInput) -> Compared:
    """The check of that id, on a return and the previous year's."""
    count = COUNTS[rule_id]
    return Compared(year_on_year_checks()[rule_id], count(previous), count(sent))


def compared_checks(
    cleaned: ReturnTables, previous: ReturnTables | None, year: int, run: Collection[str]
) -> tuple[Compared, ...]:
    """The checks among the rules that were run, on the typed tables of a return and of the previous year's."""
    if previous is None:
        return ()
    sent, before = RuleInput.from_cleaned(cleaned, year), RuleInput.from_cleaned(previous, year - 1)
    return tuple(compared(rule_id, sent, before) for rule_id in COUNTS if rule_id in run)


def _dated_in_year(records: str, column: str) -> Count:
    return lambda sent: _number(sent.in_period(sent.tables[records].day(column)))


def _open_at_end(records: str, start: str, end: str) -> Count:
    return lambda sent: _number(_is_open_at_end(sent, sent.tables[records], start, end))


def _is_open_at_end(sent: RuleInput, records: Records, start: str, end: str) -> Mask:
    ended: Days = records.day(end)
    return (records.day(start) <= sent.reference_date) & (np.isnat(ended) | (ended > sent.reference_date))


def _conferences(sent: RuleInput) -> int:
    """Those under a section 47 enquiry, and those that a referral holds itself."""
    return sum(_number(sent.in_period(held.day("date_of_initial_cpc"))) for held in (sent.referrals, sent.section47))


def _not_in_need(sent: RuleInput) -> Mask:
    """Referrals with an assessment and neither section 47 enquiry nor protection plan, closed as not in need. What else
    there could be (a plan of a child in need, a conference of the referral's own) the guide does not name."""
    referrals = sent.referrals
    only_assessed = sent.assessments.any_in(referrals)
    for activity in (sent.section47, sent.plans):
        only_assessed &= ~activity.any_in(referrals)
    return only_assessed & referrals.text("reason_for_closure").among(sent.not_in_need_reasons)


def _is_episode(sent: RuleInput) -> Mask:
    """Referrals that are episodes of need: neither without further action nor not in need. A missing flag is no 1."""
    return ~sent.nfa & ~_not_in_need(sent)


def _referred_in_year(sent: RuleInput) -> Mask:
    return sent.in_period(sent.referrals.day("referral_date"))


def _episodes_open(sent: RuleInput) -> int:
    return _number(_is_episode(sent) & _is_open_at_end(sent, sent.referrals, "referral_date", "closure_date"))


def _episodes_starting(sent: RuleInput) -> int:
    return _number(_is_episode(sent) & _referred_in_year(sent))


def _episodes_ending(sent: RuleInput) -> int:
    return _number(_is_episode(sent) & sent.in_period(sent.referrals.day("closure_date")))


def _number(mask: Mask) -> int:
    return int(mask.sum())


COUNTS: dict[str, Count] = {
    "YonY01": lambda sent: sent.children.count,
    "YonY02": lambda sent: _number(_referred_in_year(sent)),
    "YonY03": _dated_in_year("assessments", "assessment_authorisation_date"),
    "YonY04": _dated_in_year("section47", "s47_start_date"),
    "YonY05": _open_at_end("plans", "cpp_start_date", "cpp_end_date"),
    "YonY06": _dated_in_year("plans", "cpp_start_date"),
    "YonY07": _dated_in_year("plans", "cpp_end_date"),
    "YonY08": _open_at_end("cin_plans", "cin_plan_start_date", "cin_plan_end_date"),
    "YonY09": _dated_in_year("cin_plans", "cin_plan_start_date"),
    "YonY10": _dated_in_year("cin_plans", "cin_plan_end_date"),
    "YonY11": _conferences,
    "YonY12": _episodes_open,
    "YonY13": _episodes_starting,
    "YonY14": _episodes_ending,
    "YonY15": lambda sent: _number(_referred_in_year(sent) & sent.nfa),
    "YonY16": lambda sent: _number(_referred_in_year(sent) & sent.not_nfa & _not_in_need(sent)),
}
