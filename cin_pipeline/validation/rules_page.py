"""The rules as a page to read: docs/rules.md. `python -m cin_pipeline.validation.rules_page` writes it anew.

A test compares the page with the rules, so it cannot fall behind them.
"""

from collections.abc import Iterator
from pathlib import Path

from cin_pipeline.census.years import COLLECTION_YEARS, CollectionYear, years_in_words
from cin_pipeline.reference.validation_rules import SURVEYED_YEAR, RuleFacts, rule_variants
from cin_pipeline.validation.registry import registry
from cin_pipeline.validation.whole_return import CHECKS

PAGE = Path("docs", "rules.md")
OURS = "The return, by checks of ours"  # the heading of what is no rule of the Department's

_PARTS = {
    "return": "The return",
    "LA-level": "The children of a return together",
    "child": "Child",
    "CIN details": "Referral (CINdetails)",
    "assessment": "Assessment",
    "section47": "Section 47 enquiry",
    "CPP": "Child protection plan",
    "review": "Review",
    "pre-proceedings": "Pre-proceedings and family group decision-making",
    "year-on-year": "The return against the previous year's",
}


def rules_page() -> str:
    """The page as Markdown: for every part of the return a table of its rules."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    default = sum(any(facts.runs_in(SURVEYED_YEAR) for facts in variants) for variants in rule_variants().values())
    yield "# Validation rules"
    yield ""
    yield "<!-- Written by `python -m cin_pipeline.validation.rules_page`; edit the rules, not this page. -->"
    yield ""
    yield (
        f"{len(rule_variants())} rules, {default} of them run on a return of {CollectionYear(SURVEYED_YEAR).short}. "
        "Severities and years are facts of `reference/data/validation-rules.csv`; messages stand beside the functions "
        "in `validation/rules/`. A query that was an error before had no Q in its id then. Values that cannot be read, "
        "and required ones that are missing, are reported as VALUE where no rule reports them."
    )
    for why in filter(None, (year.provisional for year in COLLECTION_YEARS)):
        yield from ("", why)
    every = [facts for variants in rule_variants().values() for facts in variants]
    for part, title in _PARTS.items():
        yield from ("", f"## {title}", "", "| id | severity | years | items | message |", "|---|---|---|---|---|")
        for facts in every:
            if facts.part == part:
                yield f"| {' | '.join(_cells(facts))} |"
    yield from ("", f"## {OURS}", "")
    yield (
        "Not the Department's, with ids in words (`validation/whole_return.py`). Each names a fault of the whole "
        "return once, beside what the rules and VALUE say of records. No setting leaves them out."
    )
    yield from ("", "| id | severity | message |", "|---|---|---|")
    yield from (f"| {ours.check_id} | {ours.severity} | {ours.message} |" for ours in CHECKS)


def part_title(part: str) -> str:
    """What a part of the return is called in headings."""
    return _PARTS[part]


def severity_words(facts: RuleFacts) -> str:
    """Error or query, with its history."""
    if not facts.error_until:
        return facts.severity
    return f"error to {CollectionYear(facts.error_until).short}, then {facts.severity}"


def years_words(facts: RuleFacts) -> str:
    """The collection years of a variant; `off` where it runs in none of them unless a setting says so."""
    years = years_in_words(facts.first_year, facts.last_year) or "all"
    return years if facts.runs_in(facts.first_year or facts.last_year or SURVEYED_YEAR) else f"{years}; off"


def _cells(facts: RuleFacts) -> tuple[str, ...]:
    items = ", ".join(facts.items)
    return facts.rule_id, severity_words(facts), years_words(facts), items, registry().of(facts).message


if __name__ == "__main__":
    PAGE.write_text(rules_page(), encoding="utf-8")
