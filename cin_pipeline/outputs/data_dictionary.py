"""Every table and column as a page to read: docs/data-dictionary.md, written by `make docs`.

A test compares the page with the declarations, and looks for declarations that are not in it.
"""

from collections.abc import Iterator
from pathlib import Path

from cin_pipeline.census.cleaning import VALUE_ISSUES
from cin_pipeline.census.specification import HEADER, TABLES, Group, Item, Table, ValueType, years_in_words
from cin_pipeline.methodology.episodes import EPISODES
from cin_pipeline.methodology.estimates import ESTIMATES
from cin_pipeline.methodology.interpretations import INTERPRETATION_COUNTS
from cin_pipeline.methodology.measures import LA_MEASURES
from cin_pipeline.methodology.national import NATIONAL_MEASURES
from cin_pipeline.methodology.referrals import PRIOR_REFERRALS
from cin_pipeline.publication.cells import CELLS
from cin_pipeline.publication.protected_cells import PROTECTED_CELLS
from cin_pipeline.store.listings import LOCAL_AUTHORITIES, SUBMISSION_LIST
from cin_pipeline.tables.declaring import Column
from cin_pipeline.validation.confidence.table import DATA_CONFIDENCE
from cin_pipeline.validation.results import NAMED_RECORDS, RULE_HITS, RULE_OUTCOMES

PAGE = Path("docs", "data-dictionary.md")

# In the order of the work.
DECLARED = (
    VALUE_ISSUES,
    RULE_HITS,
    NAMED_RECORDS,
    RULE_OUTCOMES,
    EPISODES,
    PRIOR_REFERRALS,
    LA_MEASURES,
    INTERPRETATION_COUNTS,
    DATA_CONFIDENCE,
    NATIONAL_MEASURES,
    ESTIMATES,
    CELLS,
    PROTECTED_CELLS,
    SUBMISSION_LIST,
    LOCAL_AUTHORITIES,
)

_TYPES = {
    ValueType.TEXT: "text",
    ValueType.UPN: "text",
    ValueType.DATE: "day",
    ValueType.FLAG: "true or false",
    ValueType.COUNT: "whole number",
}

_HEAD = """\
# Data dictionary

<!-- Written by `make docs`; edit the declarations, not this page. -->

Every table, with a line for each column. Numbers such as [A9] are cases that the methodology leaves open
([interpretations.md](interpretations.md)). The figures themselves are explained in [measures.md](measures.md), the
rules in [rules.md](rules.md), indicators of confidence in [data-confidence.md](data-confidence.md).

## The return

`raw_return` and `cleaned_return` are the linked tables of one return. Each is indexed by its record number, from 1 in
the order of the file, and also holds the `line` of the file where the record begins and the record number of the record
it lies in. In `raw_return` every value is the text as sent, and `has_<group>` tells whether a record holds a group that
may be empty; in `cleaned_return` a value that cannot be read, or is no code of the year, is missing and in
`value_issues`.
"""


def data_dictionary() -> str:
    """The page as Markdown."""
    return "\n".join([_HEAD.rstrip("\n"), *_header(), *_linked(), "", "## What is made of it", *_declared()]) + "\n"


def _header() -> Iterator[str]:
    yield from ("", "### Header", "", "Read for its own sake: no table.", "")
    yield from ("| element | meaning |", "|---|---|")
    yield from (f"| {item.element} | {item.meaning} |" for item in _items(HEADER) if item.column)


def _items(group: Group) -> Iterator[Item]:
    for member in group.members:
        if isinstance(member, Item):
            yield member
        else:
            yield from _items(member)


def _linked() -> Iterator[str]:
    for table in TABLES.values():
        yield from ("", f"### {table.name}", "", " ".join(_about(table)), "")
        yield from ("| column | element | type | meaning | caution |", "|---|---|---|---|---|")
        for item in table.items:
            element = f"{item.element}{years_in_words(item)}"
            yield f"| {' | '.join((f'`{item.column}`', element, _type(item), item.meaning, item.caution))} |"


def _about(table: Table) -> Iterator[str]:
    yield from filter(None, (table.meaning, table.caution))
    within = f" in a record of {table.parent}, `{TABLES[table.parent].number}`" if table.parent else ""
    yield f"A record for each `{table.element}`{within}; its number: `{table.number}`."


def _type(item: Item) -> str:
    return f"code of {item.code_set}" if item.code_set else _TYPES[item.type]


def _declared() -> Iterator[str]:
    for table in DECLARED:
        yield from ("", f"### {table.name}", "", " ".join(filter(None, (table.summary, table.caution))))
        if table.key:
            yield f"One row for each {', '.join(f'`{name}`' for name in table.key)}."
        if table is PROTECTED_CELLS:
            yield f"Every column of {CELLS.name}, and:"
        yield from ("", "| column | type | unit | meaning | caution |", "|---|---|---|---|---|")
        for column in (*([table.index] if table.index else ()), *table.columns):
            if table is PROTECTED_CELLS and column in CELLS.columns:
                continue
            yield f"| {' | '.join(_cells(column))} |"


def _cells(column: Column) -> tuple[str, ...]:
    named = ", ".join(f"`{value}`" if value else "empty" for value in column.values)
    values = f" One of {named}." if named else ""
    may_be = ", or missing" if column.nullable else ""
    return f"`{column.name}`", column.type_in_words + may_be, column.unit, column.meaning + values, column.caution


if __name__ == "__main__":
    PAGE.write_text(data_dictionary(), encoding="utf-8")
