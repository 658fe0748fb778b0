"""Runs a year's rules over a return and writes down what they found.

Value issues of cleaning join the hits as rule VALUE, unless a rule reports that very value: one mistake gives one row.
That is decided value by value. A rule says which values its hits find missing or wrong (`demands`, `faulty_values`);
a value issue on one of these is dropped, every other one stays. So an unreadable CINreferralDate, which counts as
missing, is one row of rule 8600; an invalid ReferralSource is a row of 8866 under a referral of 2013 or later and a
VALUE under an older one; and with a rule left out or crashed, the values it would have reported are VALUE rows.
What a bad value brings about elsewhere (other records, comparisons that now lack a date) is the other rules' business.
"""

import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
from pandas import DataFrame
from pandas.api.types import union_categoricals

from cin_pipeline.census.specification import tables
from cin_pipeline.tables.held_once import by_number, repeated
from cin_pipeline.validation.hits import Hits, whole_return
from cin_pipeline.validation.inputs import Mask, Positions, Records, RuleInput
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
from cin_pipeline.validation.whole_return import CHECKS, Found, WholeReturnCheck

VALUE = "VALUE"
_NO_PREVIOUS = "no return for the previous year"
_ONE_EACH = "; several codes stand in one {}, give one code each"
WHOLE_RETURN = "return"  # stands for the table of an issue that concerns the return as a whole


@dataclass(frozen=True)
class _Outcome:
    rule_id: str
    severity: str
    status: str
    hits: int = 0
    reason: str = ""


class _OfOurs(NamedTuple):
    """A fault that a check of ours found, in the place of the rule that it is none of."""

    rule_id: str
    severity: str
    fields: tuple[str, ...]
    message: str


_Broken = list[tuple[Rule | _OfOurs, Hits]]


def check(sent: RuleInput, settings: RuleSettings | None = None, rules: Iterable[Rule] | None = None) -> RuleResults:
    """Runs the rules of the collection year, with what the settings add and leave out, and our checks over a return.

    `rules` runs these instead of the year's. What crashes is reported as crashed and does not stop the others.
    """
    reported = {name: _no_values(sent, name) for name in sent.tables}
    ended: list[_Outcome] = []
    found: _Broken = []
    for rule in rule_set(sent.year, settings) if rules is None else rules:
        outcome, hits = _run(rule, sent)
        ended.append(outcome)
        if hits is not None and len(hits.at):
            found.append((rule, hits))
            _note_reported_values(rule, hits, reported)
    for ours in CHECKS:
        outcome, faults = _run_ours(ours, sent)
        ended.append(outcome)
        found += [
            (_OfOurs(ours.check_id, ours.severity, each.fields, each.message), whole_return(True)) for each in faults
        ]
    issues, values = _issue_rows(found, sent), _value_issue_rows(sent, reported)
    unreported = len(values["line"])
    ended.append(_Outcome(VALUE, "error", FAILED if unreported else PASSED, unreported))
    return RuleResults(
        issues=_stacked(ISSUE_COLUMNS, issues, values),
        named=_named_rows(found, sent),
        outcomes=DataFrame(ended, columns=list(OUTCOME_COLUMNS)).astype({"hits": "int64"}),
    )


def _run(rule: Rule, sent: RuleInput) -> tuple[_Outcome, Hits | None]:
    if rule.not_run:
        return _Outcome(rule.rule_id, rule.severity, NOT_RUN, reason=rule.not_run), None
    if rule.declaration.needs_previous and sent.previous is None:
        return _Outcome(rule.rule_id, rule.severity, NOT_RUN, reason=_NO_PREVIOUS), None
    try:
        found = rule.declaration.function(sent)
        count = len(found.at)
    except Exception as error:  # noqa: BLE001 - a bug in one rule must not hide the other rules' hits; it is no pass
        return _Outcome(rule.rule_id, rule.severity, CRASHED, reason=_where_it_crashed(error)), None
    return _Outcome(rule.rule_id, rule.severity, FAILED if count else PASSED, count), found


def _run_ours(ours: WholeReturnCheck, sent: RuleInput) -> tuple[_Outcome, list[Found]]:
    if ours.needs_previous and sent.previous is None:
        return _Outcome(ours.check_id, ours.severity, NOT_RUN, reason=_NO_PREVIOUS), []
    try:
        found = list(ours.find(sent))
    except Exception as error:  # noqa: BLE001 - as of a rule
        return _Outcome(ours.check_id, ours.severity, CRASHED, reason=_where_it_crashed(error)), []
    return _Outcome(ours.check_id, ours.severity, FAILED if found else PASSED, len(found)), found


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


def _issue_rows(found: _Broken, sent: RuleInput) -> dict[str, Any]:
    """The columns of a row for each hit, made for all rules at once: a table for each rule costs more than the rule."""
    times = [len(hits.at) for _, hits in found]
    where = [_places(hits, sent) for _, hits in found]
    columns = {
        "rule_id": repeated([rule.rule_id for rule, _ in found], times),
        "severity": repeated([rule.severity for rule, _ in found], times),
        "child_number": _joined([child + 1 for child, _, _ in where]),
        "table": repeated([hits.table or WHOLE_RETURN for _, hits in found], times),
        "record": _joined([record for _, record, _ in where]),
        "fields": repeated([", ".join(rule.fields) for rule, _ in found], times),
        "line": _joined([line for _, _, line in where]),
        "message": _with_first([], *(_messages(rule, hits, sent) for rule, hits in found)),
    }
    columns["la_child_id"] = _child_ids(sent, columns["child_number"])
    return columns


def _child_ids(sent: RuleInput, children: Positions) -> pd.Categorical:
    """The ids of children by their numbers, from 1; empty for 0, the return as a whole."""
    ids = sent.children.text("la_child_id")
    numbers = np.append(np.where(ids.given, ids.numbers, len(ids.different)), len(ids.different))
    different, codes = np.unique(np.array([*ids.different, ""], dtype=object), return_inverse=True)
    return by_number(codes[numbers[children - 1]].astype(np.int32), different.tolist())


def _messages(rule: Rule | _OfOurs, found: Hits, sent: RuleInput) -> pd.Categorical:
    """What each hit says: the rule's sentence, and of an item it looks at that several codes stand in one element."""
    several: dict[str, Mask] = {}
    for (table, item), at in sent.several_codes.items():
        if item in rule.fields:
            several[item] = np.isin(found.at, _seen_from(found.table, sent.tables[table], at))
    said = found.message or rule.message
    if not several:
        return repeated([said], [len(found.at)])
    which = sum(mask.astype(np.int64) << place for place, mask in enumerate(several.values()))
    different, numbers = np.unique(which, return_inverse=True)
    asked = ["".join(_ONE_EACH.format(item) for n, item in enumerate(several) if each >> n & 1) for each in different]
    return by_number(numbers, [said + more for more in asked])


def _seen_from(table: str, records: Records, at: Positions) -> Positions:
    """Positions of records in the table itself, or of the records of a table above that they belong to."""
    holder = records
    while holder.name != table:
        if holder.parent is None:
            return at[:0]
        at, holder = holder.up(holder.parent)[at], holder.parent
    return at


def _places(hits: Hits, sent: RuleInput) -> tuple[Positions, Positions, Positions]:
    """Position of the child, record number and line of each hit; for the whole return -1, 0, and the header's line."""
    if not hits.table:
        none = hits.at * 0
        return none - 1, none, none + (sent.header.line or 0)
    records = sent.tables[hits.table]
    child = hits.at if hits.table == "children" else records.up(sent.children)[hits.at]
    return child, hits.at + 1, records.line[hits.at]


def _named_rows(found: _Broken, sent: RuleInput) -> DataFrame:
    """A row for each record named; its issue is the place of the hit among those of its rule, counted on."""
    first = np.cumsum([0, *(len(hits.at) for _, hits in found)])
    parts = [(start, hits, named) for start, (_, hits) in zip(first, found, strict=False) for named in hits.named]
    columns = {
        "issue": _joined([start + np.searchsorted(hits.at, named.hit) for start, hits, named in parts]),
        "table": repeated([named.table for _, _, named in parts], [len(named.hit) for _, _, named in parts]),
        "record": _joined([named.named + 1 for _, _, named in parts]),
        "line": _joined([sent.tables[named.table].line[named.named] for _, _, named in parts]),
    }
    return DataFrame({name: _typed(name, columns[name]) for name in NAMED_COLUMNS})


def _stacked(names: tuple[str, ...], above: dict[str, Any], below: dict[str, Any]) -> DataFrame:
    """Columns, one below the other, as a table; each is let go of once it is in it."""
    columns: dict[str, Any] = {}
    for name in names:
        parts = above.pop(name), below.pop(name)
        same = isinstance(parts[0], pd.Categorical)
        columns[name] = _typed(name, union_categoricals(parts, sort_categories=True) if same else np.concatenate(parts))
    return DataFrame(columns)


def _joined(parts: list[Positions]) -> Positions:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _value_issue_rows(sent: RuleInput, reported: ReportedValues) -> dict[str, Any]:
    """The columns of value issues that no rule reported, and of what the header lacks; in the order of the file."""
    found = sent.value_issues
    at = np.flatnonzero(~_are_reported(found, sent, reported))
    no_la = [_MISSING_LEA] if not sent.header.la_code else []

    def numbers(name: str, first: int) -> Positions:
        return np.append([first] * len(no_la), found[name].to_numpy()[at]).astype(np.int64)

    def texts(name: str, first: list[str]) -> pd.Categorical:
        return _with_first(first, _categories(found[name])[at])

    children = numbers("child_number", 0)
    return {
        "rule_id": repeated([VALUE], [len(children)]),
        "severity": repeated(["error"], [len(children)]),
        "child_number": children,
        "la_child_id": _child_ids(sent, children),
        "table": texts("table", [WHOLE_RETURN] * len(no_la)),
        "record": numbers("record", 0),
        "fields": texts("item", [", ".join(each.fields) for each in no_la]),
        "line": numbers("line", sent.header.line or 0),
        "message": _with_first([each.message for each in no_la], _value_messages(found, at)),
    }


def _value_messages(found: DataFrame, at: Positions) -> pd.Categorical:
    """What is said of each of some value issues. Each sentence is made once."""
    items, expected = (_categories(found[name])[at] for name in ("item", "expected"))
    wrong = (found["value"] != "").to_numpy()[at]
    key = (items.codes.astype(np.int64) * len(expected.categories) + expected.codes) * 2 + wrong
    different, numbers = np.unique(key, return_inverse=True)
    said = [
        f"{items.categories[each // 2 // len(expected.categories)]}: expected "
        f"{expected.categories[each // 2 % len(expected.categories)]}{_WRONG * (each % 2)}"
        for each in different.tolist()
    ]
    return by_number(numbers, said)


def _categories(column: "pd.Series[str]") -> pd.Categorical:
    """A column of text by its different texts, which are text also where there is none: a stored table without a row
    forgets its types."""
    held = pd.Categorical(column)
    return by_number(held.codes, [str(each) for each in held.categories])


def _with_first(texts: list[str], *others: pd.Categorical) -> pd.Categorical:
    return union_categoricals([repeated(texts, [1] * len(texts)), *others], sort_categories=True)


_WRONG = ", which the text sent is not"
# The schema demands LEA, and no rule reports it when it is missing.
_MISSING_LEA = Found(("Header.LEA",), "Header.LEA: expected the three-digit code of the authority, but it is missing")


def _are_reported(found: DataFrame, sent: RuleInput, reported: ReportedValues) -> Mask:
    """Which value issues are of a value that a rule reported."""
    columns = {(name, item.element): item.column for name, table in tables(sent.year).items() for item in table.items}
    at = found["record"].to_numpy() - 1
    gone = np.zeros(len(found), dtype=bool)
    for pair, rows in found.groupby(["table", "item"]).indices.items():
        table, item = cast(tuple[str, str], pair)
        column = columns.get((table, item))  # none for a missing group, which no rule reports
        if column:
            gone[rows] = reported[table][column][at[rows]]
    return gone


_NUMBERS = ("child_number", "record", "line")  # 0 where there is none


def _typed(name: str, values: Any) -> Any:
    """The column of that name, typed alike also when there is no row."""
    return pd.arrays.IntegerArray(values.astype(np.int64), mask=values == 0) if name in _NUMBERS else values
