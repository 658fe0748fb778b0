"""What came of checking a return, as tables."""

from dataclasses import dataclass, replace

from pandas import DataFrame

from cin_pipeline.tables.columns import CHILD_ID, LINE, NUMBER_OF_CHILD, RECORD, TABLE
from cin_pipeline.tables.declaring import TEXT, WHOLE, WHOLE_OR_NONE, Column, TableDeclaration, held_once

PASSED, FAILED, NOT_RUN, CRASHED = "passed", "failed", "not_run", "crashed"

_RULE = Column(
    "rule_id",
    TEXT,
    "The id of the rule, or of a check of ours (in words); VALUE for a value issue that no rule reports.",
)
_SEVERITY = Column("severity", TEXT, "How the rule is meant in that year.", values=("error", "query"))
_RECORD, _LINE = (replace(each, dtype=WHOLE_OR_NONE, nullable=True) for each in (RECORD, LINE))
RULE_HITS = TableDeclaration(
    "validation_issues",
    "A record that breaks a validation rule, once for each rule; with year and LA, `validation_issues.csv`.",
    (
        held_once(_RULE),
        held_once(_SEVERITY),
        replace(NUMBER_OF_CHILD, meaning="The number of the Child record; none for the whole return.", nullable=True),
        held_once(replace(CHILD_ID, meaning="The LA's own number of the child; empty for the return as a whole.")),
        held_once(
            replace(TABLE, meaning="The linked table of the record at fault; `return` for the return as a whole.")
        ),
        _RECORD,
        held_once(Column("fields", TEXT, "The items the rule looks at.")),
        _LINE,
        held_once(
            Column(
                "message",
                TEXT,
                "What is wrong, in a sentence without any value; of a year-on-year check both counts, and the sentence "
                "to send back.",
            )
        ),
    ),
    caution="An error is no reason to leave a record out: every record counts as the methodology says.",
)
NAMED_RECORDS = TableDeclaration(
    "named_records",
    "A record that is named with a hit, such as the referral that a plan starts before.",
    (
        Column("issue", WHOLE, "The row of the hit in validation_issues, from 0.", "row number"),
        held_once(TABLE),
        _RECORD,
        _LINE,
    ),
)
RULE_OUTCOMES = TableDeclaration(
    "rule_outcomes",
    "How a rule ended on the return.",
    (
        _RULE,
        _SEVERITY,
        Column(
            "status",
            TEXT,
            "Whether it found anything, or why it did not look.",
            values=(PASSED, FAILED, NOT_RUN, CRASHED),
        ),
        Column("hits", WHOLE, "How many records break it.", "records"),
        Column("reason", TEXT, "Why it was not run, or what it crashed on; never a value."),
    ),
    key=("rule_id",),
    caution="Of what a crashed rule looks for nothing is known: that is not the same as none.",
)
ISSUE_COLUMNS, NAMED_COLUMNS, OUTCOME_COLUMNS = RULE_HITS.names, NAMED_RECORDS.names, RULE_OUTCOMES.names


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

    @property
    def run(self) -> frozenset[str]:
        """Ids of the rules that came to a result."""
        return frozenset(self.outcomes.loc[self.outcomes["status"].isin([PASSED, FAILED]), "rule_id"])

    def count(self, severity: str) -> int:
        """Number of issues that are errors, or queries."""
        return int((self.issues["severity"] == severity).sum())
