"""What the rules found, how far returns can be relied on, and what the interpretations touch: small counts are
not said."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.interpretations import CASES
from cin_pipeline.publication.quality.coverage import SMALL, la_name
from cin_pipeline.publication.quality.inputs import QualityInput
from cin_pipeline.validation.confidence import HIGH, LOW, MEDIUM, NOT_AVAILABLE
from cin_pipeline.validation.confidence.grading import OVERALL, WHOLE_RETURN
from cin_pipeline.validation.registry import rule_set
from cin_pipeline.validation.reporting.outcomes import message_of

GRADES = (HIGH, MEDIUM, LOW, NOT_AVAILABLE)


class RuleHits(NamedTuple):
    """What one rule found in all returns of the year."""

    rule_id: str
    severity: str
    message: str
    hits: str
    las: int


class OneReturn(NamedTuple):
    """The return of one LA in a line."""

    la_name: str
    state: str
    errors: str
    queries: str
    confidence: str


class InterpretationTouched(NamedTuple):
    """What one case of an interpretation touches in all returns of the year."""

    interpretation: str
    what: str  # a sentence
    records: str
    las: int


def said(count: object) -> str:
    """A count of records as it may be said."""
    if count is None or pd.isna(count):
        return "not known"
    number = int(str(count))
    return f"{SMALL.start} to {SMALL.stop - 1}" if number in SMALL else f"{number:,}"


def rules_by_hits(facts: QualityInput) -> list[RuleHits]:
    """Every rule with hits: errors before queries, most hits first."""
    rules = {rule.rule_id: rule for rule in rule_set(facts.release.year.ending)}
    found = facts.rule_counts[facts.rule_counts["hits"] > 0]
    by_rule = found.groupby(["rule_id", "severity"], as_index=False).agg(
        hits=("hits", "sum"), las=("la_code", "nunique")
    )
    ordered = sorted(by_rule.itertuples(), key=lambda row: (row.severity != "error", -row.hits, row.rule_id))
    return [
        RuleHits(row.rule_id, row.severity, message_of(row.rule_id, rules), said(row.hits), int(row.las))
        for row in ordered
    ]


def total_of(facts: QualityInput, severity: str) -> str:
    """How many hits all rules of a severity have, as it may be said."""
    counts = facts.rule_counts
    return said(counts.loc[counts["severity"] == severity, "hits"].sum())


def returns(facts: QualityInput) -> list[OneReturn]:
    """A line for each submission, by LA."""
    overall = _overall(facts.confidence)
    grades = dict(zip(overall["la_code"], overall["confidence"], strict=True))
    rows = facts.submissions.sort_values(["la_code", "submission"])
    return [
        OneReturn(
            la_name(row.la_code),
            row.state,
            said(row.errors),
            said(row.queries),
            grades.get(row.la_code, NOT_AVAILABLE),
        )
        for row in rows.itertuples()
    ]


def grades_by_module(facts: QualityInput) -> dict[str, dict[str, int]]:
    """By module, the whole return last, how many LAs are of each grade."""
    overall = facts.confidence[facts.confidence["indicator"] == OVERALL]
    found: dict[str, dict[str, int]] = {}
    for module, grade in zip(overall["module"], overall["confidence"], strict=True):
        found.setdefault(module, dict.fromkeys(GRADES, 0))[grade] += 1
    whole = found.pop(WHOLE_RETURN, None)
    return found | ({WHOLE_RETURN: whole} if whole else {})


def of_low_confidence(facts: QualityInput) -> dict[str, tuple[str, ...]]:
    """By module, the names of the LAs of low confidence; modules without one are left out."""
    overall = facts.confidence[facts.confidence["indicator"] == OVERALL]
    low = overall[overall["confidence"] == LOW]
    return {module: _names(rows["la_code"]) for module, rows in low.groupby("module", sort=False)}


def interpretations_touched(facts: QualityInput) -> list[InterpretationTouched]:
    """Every case of the interpretations with the records it touches, none too; empty without counts."""
    counts = facts.interpretations
    if counts.empty:
        return []
    records = counts.groupby("interpretation_case")["records"].sum()
    las = counts[counts["records"] > 0].groupby("interpretation_case")["la_code"].nunique()
    return [
        InterpretationTouched(
            case.interpretation, f"{case.what}.", said(records.get(case.name)), int(las.get(case.name, 0))
        )
        for case in CASES
    ]


def _overall(confidence: DataFrame) -> DataFrame:
    return confidence[(confidence["indicator"] == OVERALL) & (confidence["module"] == WHOLE_RETURN)]


def _names(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(la_name(la) for la in sorted(codes))
