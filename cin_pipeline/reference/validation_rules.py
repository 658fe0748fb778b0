"""The facts of every census validation rule: severity, part of the return, data items, years.

What a rule says is code, in `cin_pipeline.validation.rules`. A rule whose test changed with the years has a row for
each variant. Source: the rules known of 2021-22 and later; the document of 2016-17 was not found, so the file says
for each row whether it is taken to be in force then, and how sure that is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from cin_pipeline.reference.data_files import rows

Severity = Literal["error", "query"]

SURVEYED_YEAR = 2017  # the collection year that `in_force` and `confidence` speak of


@dataclass(frozen=True)
class RuleFacts:
    """One variant of a rule, and the collection years (None: open) it belongs to."""

    rule_id: str  # as last known: a Q at the end where it is a query now
    variant: str
    severity: Severity  # as last known
    error_until: int | None  # last collection year in which what is a query now was an error
    part: str  # of the return, under which the rule is filed
    hit_on: str  # the record that is counted, + records named with it, | for either
    items: tuple[str, ...]  # XML names, with their group where one name stands in two
    first_year: int | None
    last_year: int | None
    in_force: str  # in SURVEYED_YEAR: yes, unconfirmed or no
    confidence: str  # in that: high, medium or low

    def covers(self, year: int) -> bool:
        """Whether the collection year is one of this variant's."""
        return (self.first_year or year) <= year <= (self.last_year or year)

    def runs_in(self, year: int) -> bool:
        """Whether this variant is run in the collection year unless a setting says otherwise.

        A variant that could have been in force in SURVEYED_YEAR, and is taken not to have been, runs in no year."""
        doubted = self.in_force == "no" or self.confidence not in ("high", "medium")
        return self.covers(year) and not (doubted and self.covers(SURVEYED_YEAR))

    def severity_in(self, year: int) -> Severity:
        """Error or query, in the collection year."""
        return "error" if year <= (self.error_until or 0) else self.severity

    def id_in(self, year: int) -> str:
        """The id the census gave the rule in that year: an error has no Q at the end."""
        return self.rule_id.removesuffix("Q") if self.severity_in(year) == "error" else self.rule_id


@cache
def rule_variants() -> dict[str, tuple[RuleFacts, ...]]:
    """The variants of every rule by rule id, in the order of the file, each rule's in the order of their years."""
    found: dict[str, list[RuleFacts]] = {}
    for row in rows("validation-rules"):
        found.setdefault(row["rule_id"], []).append(_facts(row))
    return {rule_id: tuple(sorted(variants, key=_first_year)) for rule_id, variants in found.items()}


def variant_in(variants: Iterable[RuleFacts], year: int) -> RuleFacts:
    """The variant of a rule to run in a collection year: the one of that year, else the nearest in time."""
    return min(variants, key=lambda facts: (_years_away(facts, year), facts.first_year or 0))


def _facts(row: dict[str, str]) -> RuleFacts:
    severity = row["severity"]
    if severity not in ("error", "query"):
        raise ValueError(f"validation-rules.csv: {severity} is no severity; error or query was expected")
    return RuleFacts(
        rule_id=row["rule_id"],
        variant=row["variant"],
        severity="error" if severity == "error" else "query",
        error_until=_year(row["error_until"]),
        part=row["part"],
        hit_on=row["hit_on"],
        items=tuple(row["items"].split()),
        first_year=_year(row["first_year"]),
        last_year=_year(row["last_year"]),
        in_force=row["in_force_2016_17"],
        confidence=row["confidence"],
    )


def _year(cell: str) -> int | None:
    return int(cell) if cell else None


def _first_year(facts: RuleFacts) -> int:
    return facts.first_year or 0


def _years_away(facts: RuleFacts, year: int) -> int:
    return max((facts.first_year or year) - year, year - (facts.last_year or year), 0)
