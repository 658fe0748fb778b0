"""The report as one HTML page that needs nothing else: not a server, not the network, and scripts only for comfort.

Whatever came out of the file is escaped by the template, or stands in a JSON block that only text is made of; besides,
the page forbids itself every script and style but its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from cin_pipeline.census.errors import ReturnRejected, StructureFaults
from cin_pipeline.census.text import visible
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.pages import environment, render
from cin_pipeline.validation.checking import WHOLE_RETURN
from cin_pipeline.validation.inputs import RuleInput
from cin_pipeline.validation.reporting.outcomes import not_run_by_reason, number_run, rule_lines
from cin_pipeline.validation.reporting.values import Value, hit_values
from cin_pipeline.validation.results import CRASHED, FAILED, PASSED, RuleResults

MOST_GROUPS = 200  # kinds and elements of faults of structure that the page lists
MOST_HITS = 60_000  # that the page holds; a browser opens no page of a million
MOST_WITHOUT_SCRIPT = 1_000  # hits in the table for readers without scripts; a page of all would not open


@dataclass(frozen=True)
class About:
    """The file a report is about, as far as it is known."""

    file_name: str
    size: int
    made: datetime
    sha256: str = ""
    la_code: str = ""
    la_name: str = ""
    year: int | None = None
    previous: str = ""  # name of the file with the previous year's return, where one was given


class _Hit(NamedTuple):
    rule_id: str
    severity: str
    message: str
    child: str
    table: str
    record: int
    line: int
    values: Sequence[Value]


def report_page(about: About, sent: RuleInput, results: RuleResults) -> str:
    """The report on a return that could be read."""
    lines = rule_lines(sent.year, results)
    of_each = _most_of_each(results.outcomes["hits"].tolist())
    held = _first_of_each(results, of_each)
    hits = list(_hits(sent, held))
    return _render(
        "report.html",
        about=about,
        counts={"errors": results.count("error"), "queries": results.count("query"), "hits": len(results.issues)},
        of_each=of_each if len(hits) < len(results.issues) else 0,
        records={name: records.count for name, records in sent.tables.items()},
        failed=[line for line in lines if line.status == FAILED],
        crashed=[line for line in lines if line.status == CRASHED],
        passed=[line for line in lines if line.status == PASSED],
        not_run=not_run_by_reason(lines),
        run=number_run(lines),
        shown=hits[:MOST_WITHOUT_SCRIPT],
        data=_data(hits),
    )


def rejection_page(about: About, rejected: ReturnRejected) -> str:
    """The report on a file that is no readable return: what is wrong, where, and what to do; of faults of structure
    all, by kind and element."""
    path = visible(rejected.path or "", most=400)
    found = rejected if isinstance(rejected, StructureFaults) else None
    return _render(
        "rejection.html",
        about=about,
        reason=_capital(visible(rejected.reason, most=600)),
        line=rejected.line,
        path=path,
        groups=[(group, _capital(group.first.reason)) for group in found.groups[:MOST_GROUPS]] if found else [],
        all_groups=len(found.groups) if found else 0,
        faults=found.count if found else 0,
        rows=len(found.faults) if found else 0,
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _most_of_each(counts: list[int]) -> int:
    """How many hits of each rule the page holds, so that all together are no more than MOST_HITS."""
    left, most = MOST_HITS, 0
    for done, count in enumerate(sorted(counts)):
        most = left // (len(counts) - done)
        if count > most:
            break
        left -= count
        most = max(count, most)
    return most


def _first_of_each(results: RuleResults, most: int) -> RuleResults:
    """The results with the first hits of each rule alone, where there are more than the page holds."""
    if len(results.issues) <= MOST_HITS:
        return results
    rules = results.issues["rule_id"].astype("category").cat.codes.to_numpy()
    begins = np.flatnonzero(np.concatenate([[True], rules[1:] != rules[:-1]]))  # the hits of a rule stand together
    shown = np.zeros(len(rules), dtype=bool)
    for begin, end in zip(begins.tolist(), [*begins[1:].tolist(), len(rules)], strict=True):
        shown[begin : min(end, begin + most)] = True
    number = np.cumsum(shown) - 1
    named = results.named[shown[results.named["issue"]]]
    return replace(
        results,
        issues=results.issues[shown].reset_index(drop=True),
        named=named.assign(issue=number[named["issue"]]).reset_index(drop=True),
    )


def _hits(sent: RuleInput, results: RuleResults) -> Iterator[_Hit]:
    issues = results.issues
    columns = (
        *(issues[name].tolist() for name in ("rule_id", "severity", "message")),
        [visible(child) for child in issues["la_child_id"]],
        [table if table != WHOLE_RETURN else "" for table in issues["table"]],
        *(issues[name].fillna(0).astype("int64").tolist() for name in ("record", "line")),
        hit_values(sent, results),
    )
    return (_Hit(*row) for row in zip(*columns, strict=True))


class _Numbered(dict[str, int]):
    """Texts by the number they were first met under, so that each is sent once."""

    def __missing__(self, text: str) -> int:
        return self.setdefault(text, len(self))


def _data(hits: Iterable[_Hit]) -> dict[str, Any]:
    """The hits for the script: names, fields and messages once, and numbers for them."""
    rules, messages, tables, fields = _Numbered(), _Numbered(), _Numbered(), _Numbered()
    rows = [
        [
            rules[hit.rule_id],
            int(hit.severity != "error"),
            messages[hit.message],
            hit.child,
            tables[hit.table],
            hit.record,
            hit.line,
            [
                [
                    fields[value.field],
                    value.text,
                    *([tables[value.table], value.record, value.line] * bool(value.table)),
                ]
                for value in hit.values
            ],
        ]
        for hit in hits
    ]
    return {
        "rules": list(rules), "messages": list(messages), "tables": list(tables), "fields": list(fields), "rows": rows,
    }  # fmt: skip


def _render(template: str, about: About, **facts: Any) -> str:
    return render(
        environment("cin_pipeline.validation.reporting"),
        template,
        style="report.css",
        script="report.js",
        about=about,
        file_name=visible(about.file_name),
        previous=visible(about.previous),
        year=str(CollectionYear(about.year)) if about.year else "",
        provisional=CollectionYear(about.year).provisional if about.year else "",
        made=f"{about.made.day} {about.made:%B %Y at %H:%M %Z}".strip(),
        **facts,
    )
