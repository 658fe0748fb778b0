"""How each rule ended, with its words: what a report and a terminal show."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cin_pipeline.validation.checking import NAMESPACE, NAMESPACE_MESSAGE
from cin_pipeline.validation.registry import Rule, rule_set
from cin_pipeline.validation.results import NOT_RUN, RuleResults
from cin_pipeline.validation.rules_page import part_title

VALUE_MESSAGE = (
    "A value cannot be read or is no valid code, or one that has to be there is missing, "
    "and no rule reports that value; each hit says what was expected"
)


class RuleLine(NamedTuple):
    """A rule and how it ended."""

    rule_id: str
    severity: str
    part: str
    message: str
    fields: Sequence[str]
    status: str
    hits: int
    reason: str


def rule_lines(year: int, results: RuleResults) -> list[RuleLine]:
    """Every rule with how it ended: errors before queries, most hits first, then in the order of the rules."""
    rules = {rule.rule_id: rule for rule in rule_set(year)}
    first = results.issues.drop_duplicates("rule_id")
    said = dict(zip(first["rule_id"], first["message"], strict=True))
    lines = [
        RuleLine(
            row.rule_id,
            row.severity,
            *_words(row.rule_id, rules.get(row.rule_id), said),
            row.status,
            row.hits,
            row.reason,
        )
        for row in results.outcomes.itertuples()
    ]
    return sorted(lines, key=lambda line: (line.severity != "error", -line.hits))


def not_run_by_reason(lines: Iterable[RuleLine]) -> dict[str, list[RuleLine]]:
    """The rules that were not run, under why."""
    found: dict[str, list[RuleLine]] = {}
    for line in lines:
        if line.status == NOT_RUN:
            found.setdefault(line.reason, []).append(line)
    return found


def number_run(lines: Iterable[RuleLine]) -> int:
    """How many of the rules were run (a crashed one was, too)."""
    return sum(line.status != NOT_RUN for line in lines)


def _words(rule_id: str, rule: Rule | None, said: Mapping[str, str]) -> tuple[str, str, Sequence[str]]:
    """Part of the return, message and fields of a rule; of none, those of VALUE. A rule that was broken says what its
    hits say: of a year-on-year check that is met the counts as well."""
    if rule_id == NAMESPACE:
        return "The return", NAMESPACE_MESSAGE, ()
    if rule is None:
        return "Any", VALUE_MESSAGE, ()
    return part_title(rule.facts.part), said.get(rule.rule_id, rule.message), rule.fields
