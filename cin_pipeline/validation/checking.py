"""Runs a year's rules over a return and writes down what they found.

Value issues of cleaning join the hits as rule VALUE, unless a rule reports that very value: one mistake gives one row.
That is decided value by value. A rule says which values its hits find missing or wrong (`demands`, `faulty_values`);
a value issue on one of these is dropped, every other one stays. So an unreadable CINreferralDate, which counts as
missing, is one row of rule 8600; an invalid ReferralSource is a row of 8866 under a referral of 2013 or later and a
VALUE under an older one; and with a rule left out or crashed, the values it would have reported are VALUE rows.
What a bad value brings about elsewhere (other records, comparisons that now lack a date) is the other rules' business.
"""

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from cin_pipeline.census.specification import tables
from cin_pipeline.validation.hits import Hits
from cin_pipeline.validation.inputs import Mask, Positions, RuleInput
from cin_pipeline.validation.registry import Rule, RuleSettings, rule_set
from cin_pipeline.validation.results import (
    CRASHED,
    FAILED,
    ISSUE_COLUMNS,
    NAMED_COLUMNS,
    NOT_RUN,
    OUTCOME_COLUMNS,
    PASSED,
    RuleResults,
)

VALUE = "VALUE"
WHOLE_RETURN = "return"  # stands for the table of an issue that concerns the return as a whole


@dataclass(frozen=True)
class _Outcome:
    rule_id: str
    severity: str
    status: str
    hits: int = 0
    reason: str = ""


@dataclass(frozen=True)
class _Issues:
    """Issues of one rule: record positions in one table, or of several value issues, already in columns."""

    columns: DataFrame
    named: DataFrame


def check(sent: RuleInput, settings: RuleSettings | None = None, rules: Iterable[Rule] | None = None) -> RuleResults:
    """Runs the rules of the collection year, with what the settings add and leave out, over a return.

    `rules` runs these instead of the year's. A rule that crashes is reported as crashed and does not stop the others.
    """
    reported = {name: _no_values(sent, name) for name in sent.tables}
    ended: list[_Outcome] = []
    issues: list[DataFrame] = []
    named: list[DataFrame] = []
    number = 0
    for rule in rule_set(sent.year, settings) if rules is None else rules:
        outcome, found = _run(rule, sent)
        ended.append(outcome)
        if found is None or not len(found.at):
            continue
        _note_reported_values(rule, found, reported)
        issues.append(_issue_rows(rule, found, sent))
        named.append(_named_rows(found, sent, number))
        number += len(found.at)
    values = _value_issue_rows(sent, reported)
    ended.append(_Outcome(VALUE, "error", FAILED if len(values) else PASSED, len(values)))
    return RuleResults(
        issues=_table(ISSUE_COLUMNS, [*issues, values]),
        named=_table(NAMED_COLUMNS, named),
        outcomes=DataFrame(ended, columns=list(OUTCOME_COLUMNS)).astype({"hits": "int64"}),
    )


def _run(rule: Rule, sent: RuleInput) -> tuple[_Outcome, Hits | None]:
    if rule.not_run:
        return _Outcome(rule.rule_id, rule.severity, NOT_RUN, reason=rule.not_run), None
    if rule.declaration.needs_previous and sent.previous is None:
        return _Outcome(rule.rule_id, rule.severity, NOT_RUN, reason="no return of the year before"), None
    try:
        found = rule.declaration.function(sent)
    except Exception as error:  # noqa: BLE001 - a bug in one rule must not hide the other rules' hits; it is no pass
        return _Outcome(rule.rule_id, rule.severity, CRASHED, reason=_where_it_crashed(error)), None
    count = len(found.at)
    return _Outcome(rule.rule_id, rule.severity, FAILED if count else PASSED, count), found


def _where_it_crashed(error: Exception) -> str:
    """Type of the exception and the place in the code; its text could hold a value of the return."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"


ReportedValues = dict[str, dict[str, Mask]]  # by table and column, the records whose value a rule reported


def _no_values(sent: RuleInput, table: str) -> dict[str, Mask]:
    columns = {item.column for item in tables(sent.year)[table].items}
    return {column: np.zeros(sent.tables[table].count, dtype=bool) for column in columns}


def _note_reported_values(rule: Rule, found: Hits, reported: ReportedValues) -> None:
    own = [(found.table, column, found.at) for column in rule.declaration.demands]
    for table, column, at in (*own, *found.faulty_values):
        if column in reported[table]:  # else not collected in that year: an added rule
            reported[table][column][at] = True


def _issue_rows(rule: Rule, found: Hits, sent: RuleInput) -> DataFrame:
    common = {
        "rule_id": rule.rule_id,
        "severity": rule.severity,
        "fields": ", ".join(rule.fields),
        "message": rule.message,
    }
    if not found.table:
        line = sent.header.line if rule.facts.part == "return" else None
        where: dict[str, object] = {
            "child_number": [None], "la_child_id": "", "table": WHOLE_RETURN, "record": [None], "line": [line],
        }  # fmt: skip
        return DataFrame(where | common, columns=ISSUE_COLUMNS)
    child = _child_of(sent, found.table, found.at)
    where = {
        "child_number": child + 1,
        "la_child_id": sent.children.text("la_child_id").values()[child],
        "table": found.table,
        "record": found.at + 1,
        "line": sent.tables[found.table].line[found.at],
    }
    return DataFrame(where | common, columns=ISSUE_COLUMNS)


def _child_of(sent: RuleInput, table: str, at: Positions) -> Positions:
    return at if table == "children" else sent.tables[table].up(sent.children)[at]


def _named_rows(found: Hits, sent: RuleInput, first_issue: int) -> DataFrame:
    """Rows of the named records; the issue of a hit is its place among the rule's hits, counted on from the first."""
    rows = [
        DataFrame(
            {
                "issue": first_issue + np.searchsorted(found.at, named.hit),
                "table": named.table,
                "record": named.named + 1,
                "line": sent.tables[named.table].line[named.named],
            }
        )
        for named in found.named
        if len(named.hit)
    ]
    return _table(NAMED_COLUMNS, rows)


def _value_issue_rows(sent: RuleInput, reported: ReportedValues) -> DataFrame:
    """Value issues that no rule reported, and what only the header lacks."""
    found = sent.value_issues
    unreported = np.array([not gone for gone in _is_reported(found, sent, reported)], dtype=bool)
    found = found[unreported]
    missing = found["value"] == ""
    wrong = np.where(missing, "", ", which the text sent is not")
    rows = DataFrame(
        {
            "rule_id": VALUE,
            "severity": "error",
            "child_number": found["child_number"],
            "la_child_id": sent.children.text("la_child_id").values()[found["child_number"].to_numpy() - 1],
            "table": found["table"],
            "record": found["record"],
            "fields": found["item"],
            "line": found["line"],
            "message": found["item"] + ": expected " + found["expected"] + wrong,
        },
        columns=ISSUE_COLUMNS,
    ).sort_values(["line", "table", "record", "fields"], kind="stable")
    return pd.concat([_header_issues(sent), rows]) if not sent.header.la_code else rows


def _is_reported(found: DataFrame, sent: RuleInput, reported: ReportedValues) -> Iterator[bool]:
    columns = {(name, item.element): item.column for name, table in tables(sent.year).items() for item in table.items}
    for table, record, item in zip(found["table"], found["record"], found["item"], strict=True):
        column = columns.get((table, item))  # none for a missing group, which no rule reports
        yield column is not None and bool(reported[table][column][record - 1])


def _header_issues(sent: RuleInput) -> DataFrame:
    """LEA is demanded by the schema, and no rule reports it when it is missing."""
    return DataFrame(
        {
            "rule_id": [VALUE],
            "severity": "error",
            "child_number": None,
            "la_child_id": "",
            "table": WHOLE_RETURN,
            "record": None,
            "fields": "Header.LEA",
            "line": sent.header.line,
            "message": "Header.LEA: expected the three-digit code of the authority, but it is missing",
        },
        columns=ISSUE_COLUMNS,
    )


_TYPES = {"child_number": "Int64", "record": "Int64", "line": "Int64", "issue": "int64"}


def _table(columns: tuple[str, ...], parts: list[DataFrame]) -> DataFrame:
    """The parts below each other, typed alike also when there is none."""
    types = {column: _TYPES.get(column, "str") for column in columns}
    parts = [part.astype(types) for part in parts if len(part)]
    if not parts:
        return DataFrame({column: Series(dtype=kind) for column, kind in types.items()})
    return pd.concat(parts, ignore_index=True)
