"""What came of checking a return, as tables."""

from dataclasses import dataclass

from pandas import DataFrame

ISSUE_COLUMNS = (
    "rule_id", "severity", "child_number", "la_child_id", "table", "record", "fields", "line", "message",
)  # fmt: skip
NAMED_COLUMNS = ("issue", "table", "record", "line")
OUTCOME_COLUMNS = ("rule_id", "severity", "status", "hits", "reason")

PASSED, FAILED, NOT_RUN, CRASHED = "passed", "failed", "not_run", "crashed"


@dataclass(frozen=True)
class RuleResults:
    """The hits of the rules on one return, and how each rule ended.

    `issues`: one row per rule and record, in the order of the rules, then of the file. Columns ISSUE_COLUMNS: severity
    in that year (error, query), child_number and la_child_id of the child (empty for the return as a whole), table and
    record (its number there; `return` and none for the return as a whole), fields (the items the rule looks at), line
    (of the record in the file), message. Holds no value of the return but the child's id.

    `named`: the records named with an issue (the referral a plan starts before, say): issue (row number in `issues`),
    table, record, line.

    `outcomes`: one row per rule there is: status passed, failed (hits: how many issues), not_run (reason: why) or
    crashed (reason: type of the exception and where; never a value)."""

    issues: DataFrame
    named: DataFrame
    outcomes: DataFrame

    @property
    def crashed(self) -> tuple[str, ...]:
        """Ids of the rules that crashed: nothing is known of what they look for."""
        return tuple(self.outcomes.loc[self.outcomes["status"] == CRASHED, "rule_id"])

    def count(self, severity: str) -> int:
        """Number of issues that are errors, or queries."""
        return int((self.issues["severity"] == severity).sum())
