"""From a figure to a confidence: the thresholds, declared once, and how they are applied.

All thresholds are ours, but for those of the Department's year-on-year checks, each of which brings its own. Those of
changes were chosen on the published figures of 2015-16 and 2016-17, so that about one LA in ten is asked about a
measure and one in forty is in real doubt.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from cin_pipeline.validation.year_on_year import Compared

HIGH, MEDIUM, LOW, NOT_AVAILABLE = "high", "medium", "low", "not available"
_FROM_WORST = (LOW, MEDIUM, HIGH)

WHOLE_RETURN = "whole_return"

COMPLETENESS, ERRORS, QUERIES = "completeness", "records_with_errors", "records_with_queries"
CHANGE, RECORDS, OVERALL = "year_on_year_change", "records_against_expected", "overall"
CHECK = "year_on_year_check"

A_HANDFUL = 3  # fewer records at fault than these are no pattern: the confidence stays medium at worst
CHANCE = 3.0  # standard deviations of the difference of two counts that chance alone seldom exceeds


@dataclass(frozen=True)
class Threshold:
    """Where confidence ends: high up to `high`, low beyond `low`, medium between; a value on a bound is the better.

    `item` empty: for every item of the indicator without a threshold of its own."""

    indicator: str
    item: str
    high: float
    low: float


THRESHOLDS = (
    Threshold(COMPLETENESS, "", 0.98, 0.90),
    # Codes for "not known" count as missing, and some of these are honest: they are known to be hard to obtain.
    Threshold(COMPLETENESS, "Ethnicity", 0.95, 0.80),
    Threshold(COMPLETENESS, "ReferralSource", 0.95, 0.80),
    Threshold(COMPLETENESS, "PrimaryNeedCode", 0.95, 0.80),
    Threshold(COMPLETENESS, "AssessmentFactors", 0.95, 0.80),
    Threshold(COMPLETENESS, "InitialCPCtarget", 0.90, 0.70),  # demanded by no rule, used in no figure
    Threshold(COMPLETENESS, "Reviews", 0.90, 0.70),  # a review can be late, which is no fault of the data
    Threshold(ERRORS, "", 0.01, 0.05),
    Threshold(QUERIES, "", 0.10, 0.25),
    Threshold(RECORDS, "", 0.25, 0.10),
    Threshold(CHANGE, "", 0.50, 1.00),
    Threshold(CHANGE, "cin_children_any_point", 0.30, 0.50),
    Threshold(CHANGE, "cin_episodes_at_31_march", 0.30, 0.50),
    # A case is opened or closed by a decision of the authority; and a clear-out of old cases is no fault.
    Threshold(CHANGE, "cin_episodes_starting", 0.75, 1.50),
    Threshold(CHANGE, "cin_episodes_ending", 0.75, 1.50),
    Threshold(CHANGE, "re_referrals", 0.75, 1.50),
    # These depend on local practice most of all.
    Threshold(CHANGE, "referrals_no_further_action", 3.00, 10.00),
    Threshold(CHANGE, "referrals_assessed_not_in_need", 3.00, 10.00),
)

_BY_ITEM = {(threshold.indicator, threshold.item): threshold for threshold in THRESHOLDS}


def threshold_of(indicator: str, item: str) -> Threshold:
    """The threshold of an item, its own or the indicator's."""
    return _BY_ITEM.get((indicator, item)) or _BY_ITEM[indicator, ""]


@dataclass(frozen=True)
class Indicator:
    """One row of the table. `reason` says why it is not available."""

    module: str
    indicator: str
    item: str = ""
    numerator: int | None = None
    denominator: int | None = None
    value: float | None = None
    confidence: str = NOT_AVAILABLE
    reason: str = ""


def graded_completeness(module: str, item: str, held: int, due: int) -> Indicator:
    """Share of the records where an item is due that hold a usable value."""
    if not due:
        return Indicator(module, COMPLETENESS, item, held, due, reason="due in no record")
    share, bounds = held / due, threshold_of(COMPLETENESS, item)
    confidence = _but_for_a_handful(_falling(share, bounds), due - held)
    return Indicator(module, COMPLETENESS, item, held, due, share, confidence)


def graded_faults(module: str, indicator: str, item: str, faulty: int, records: int, reason: str = "") -> Indicator:
    """Share of records with at least one error, or query. With a reason, some faults are unknown: never high then."""
    if not records:
        return Indicator(module, indicator, item, faulty, records, reason=reason or "no records")
    share, bounds = faulty / records, threshold_of(indicator, item)
    confidence = _but_for_a_handful(_rising(share, bounds), faulty)
    if reason and confidence != LOW:
        return Indicator(module, indicator, item, faulty, records, reason=reason)
    return Indicator(module, indicator, item, faulty, records, share, confidence, reason)


def graded_change(module: str, measure: str, now: int, before: int) -> Indicator:
    """Change of a count, relative to the previous year's.

    Judged by how far the larger of both years exceeds the smaller, so that doubling weighs as much as halving; and no
    signal at all while chance alone could explain the difference. Something where there was nothing is medium: the
    doubt is as much about the previous year's return."""
    value = (now - before) / before if before else None
    if not beyond_chance(now, before):
        confidence = HIGH
    elif not before:
        confidence = MEDIUM
    elif not now:
        confidence = LOW
    else:
        confidence = _rising(abs(now - before) / min(now, before), threshold_of(CHANGE, measure))
    return Indicator(module, CHANGE, measure, now, before, value, confidence)


def graded_records(module: str, records: int, expected: int) -> Indicator:
    """Number of records against how many could be expected: far fewer, beyond chance, are implausible."""
    if not expected:
        return Indicator(module, RECORDS, "", records, expected, reason="nothing to compare with")
    share = records / expected
    few = records < expected and beyond_chance(records, expected)
    confidence = _falling(share, threshold_of(RECORDS, "")) if few else HIGH
    return Indicator(module, RECORDS, "", records, expected, share, confidence)


def graded_check(compared: Compared) -> Indicator:
    """A year-on-year check of the Department's: high where it is not met. Never low: it only asks."""
    confidence = MEDIUM if compared.is_met else HIGH
    figures = (compared.now, compared.before, compared.change)
    return Indicator(WHOLE_RETURN, CHECK, compared.check.rule_id, *figures, confidence)


def overall(module: str, indicators: Iterable[Indicator]) -> Indicator:
    """The worst of some indicators; numerator of the denominator that could be graded are high."""
    found = [indicator.confidence for indicator in indicators if indicator.confidence != NOT_AVAILABLE]
    if not found:
        return Indicator(module, OVERALL, "", 0, 0, reason="no indicator is available")
    high = found.count(HIGH)
    return Indicator(module, OVERALL, "", high, len(found), high / len(found), worst(found))


def worst(found: Iterable[str]) -> str:
    """The lowest of some confidences."""
    return min(found, key=_FROM_WORST.index)


def beyond_chance(one: int, other: int) -> bool:
    """Whether two counts differ by more than CHANCE standard deviations, were both Poisson with the same mean."""
    return abs(one - other) > CHANCE * math.sqrt(one + other)


def _rising(value: float, bounds: Threshold) -> str:
    return HIGH if value <= bounds.high else MEDIUM if value <= bounds.low else LOW


def _falling(value: float, bounds: Threshold) -> str:
    return HIGH if value >= bounds.high else MEDIUM if value >= bounds.low else LOW


def _but_for_a_handful(confidence: str, at_fault: int) -> str:
    return MEDIUM if confidence == LOW and at_fault < A_HANDFUL else confidence
