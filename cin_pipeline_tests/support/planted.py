"""What the readers and the validation rules find in a return with planted mistakes, beside what its key says."""

from collections.abc import Sequence
from dataclasses import dataclass

from cin_pipeline.reference.validation_rules import rule_variants
from cin_pipeline.synthetic.mistakes import HARMLESS, VALUE_ERROR, Planted
from cin_pipeline.validation import VALUE, check
from cin_pipeline_tests.support.checked import sent

_OF_TWO_CHILDREN = {"1520", "8510"}  # a child and its copy right after it


@dataclass(frozen=True)
class Compared:
    """Rows of the key that were not found, and findings that the key does not explain, each in words."""

    not_found: list[str]
    unexplained: list[str]


def compared(text: str, year: int, key: Sequence[Planted]) -> Compared:
    """Reads, cleans and checks a return, and compares with its key."""
    found = sent(text.encode(), year)
    results = check(found)
    assert "crashed" not in results.outcomes["status"].tolist()
    issues = results.issues[results.issues["rule_id"] != VALUE]
    hits = set(zip(issues["rule_id"], issues["table"], issues["line"], issues["record"].fillna(0), strict=True))
    values = found.value_issues
    faults = set(zip(values["item"], values["table"], values["line"], values["record"], strict=True))

    def is_found(row: Planted) -> bool:
        what = (row.table, row.line, row.record or 0)
        if row.kind in rule_variants():
            return (row.kind, *what) in hits
        return row.kind == HARMLESS or (row.field, *what) in faults

    of_child: dict[int, Planted] = {}
    for row in key:
        if row.record:
            records = found.tables[row.table]
            at = row.record - 1
            of_child[int(at if row.table == "children" else records.up(found.children)[at]) + 1] = row
    for_all = {rule for row in key for rule in (*row.also, row.kind if row.record is None else "")}

    def explains(row: Planted | None, rule_id: str) -> bool:
        return row is not None and rule_id in (row.kind, *row.also)

    def of_rule(rule_id: str, table: str, child: int) -> bool:
        if table == "return":
            return rule_id in for_all
        next_one = of_child.get(child + 1)
        of_copy = rule_id in _OF_TWO_CHILDREN and next_one is not None and next_one.kind in _OF_TWO_CHILDREN
        return explains(of_child.get(child), rule_id) or (of_copy and explains(next_one, rule_id))

    def of_value(item: str, child: int) -> bool:
        row = of_child.get(child)
        return row is not None and row.kind != HARMLESS and item in (row.field, "LAchildID")

    unexplained = [
        f"{rule} {table} {getattr(of_child.get(child), 'mistake', None)}"
        for rule, table, child in zip(issues["rule_id"], issues["table"], issues["child_number"].fillna(0), strict=True)
        if not of_rule(rule, table, int(child))
    ] + [
        f"value {item} {getattr(of_child.get(child), 'mistake', None)}"
        for item, child in zip(values["item"], values["child_number"], strict=True)
        if not of_value(item, int(child))
    ]
    assert VALUE_ERROR not in rule_variants()
    return Compared(
        [f"{row.mistake} {row.table} {row.line} {row.record}" for row in key if not is_found(row)], unexplained
    )
