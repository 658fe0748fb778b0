"""From XML to results, as a caller would: read, clean, check."""

from collections.abc import Iterable

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.validation import RuleInput, RuleResults, RuleSettings, check
from cin_pipeline.validation.registry import Rule


def sent(xml: bytes, year: int = 2017, previous: bytes | None = None) -> RuleInput:
    found = read_return(xml, year)
    before = None if previous is None else clean_return(read_return(previous, year - 1).tables, year - 1).tables
    return RuleInput(found, clean_return(found.tables, year), year, before)


def checked(
    xml: bytes, year: int = 2017, settings: RuleSettings | None = None, rules: Iterable[Rule] | None = None
) -> RuleResults:
    return check(sent(xml, year), settings, rules)


def places(results: RuleResults, rule_id: str | None = None) -> list[str]:
    """Where the hits (of one rule) are: `plans 3` for the third plan of the file, `return` for the whole."""
    found = results.issues if rule_id is None else results.issues[results.issues["rule_id"] == rule_id]
    return [_place(table, record) for table, record in zip(found["table"], found["record"].tolist(), strict=True)]


def named(results: RuleResults, rule_id: str) -> set[str]:
    """Which records are named with the hits of a rule."""
    issues = results.issues.index[results.issues["rule_id"] == rule_id]
    found = results.named[results.named["issue"].isin(issues)]
    return {_place(table, record) for table, record in zip(found["table"], found["record"], strict=True)}


def _place(table: str, record: object) -> str:
    return table if table == "return" else f"{table} {record}"
