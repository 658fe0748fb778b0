"""Shares of records with at least one error, or query: of each module, of the children, and of the return itself."""

from collections.abc import Collection, Iterator

import numpy as np
from pandas import DataFrame

from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.specification import RECORD_NUMBER, TABLES, tables
from cin_pipeline.reference.validation_rules import rule_variants, variant_in
from cin_pipeline.validation.checking import WHOLE_RETURN as RETURN_TABLE
from cin_pipeline.validation.confidence.grading import (
    ERRORS,
    QUERIES,
    WHOLE_RETURN,
    Indicator,
    graded_faults,
)
from cin_pipeline.validation.inputs import Mask, Positions
from cin_pipeline.validation.whole_return import BY_ID

SEVERITIES = {"error": ERRORS, "query": QUERIES}

# Each table's module: a fault in a code is one of the record above that it says something of.
MODULES = {table.name: table.parent if table.lists_codes else table.name for table in TABLES.values()}

# The word for a record in validation-rules.csv, and its module.
_HIT_ON = {table.record: MODULES[table.name] for table in TABLES.values()}


def modules(year: int) -> tuple[str, ...]:
    """The modules of a return of the collection year."""
    return tuple(name for name, module in MODULES.items() if name == module and tables(year)[name].items)


def faults(cleaned: ReturnTables, year: int, issues: DataFrame | None, crashed: Collection[str]) -> Iterator[Indicator]:
    """Errors and queries of every module; of the whole return, the children with one anywhere under them, and whether
    the return itself has one.

    Without issues nothing is available. Where a rule crashed, some faults of its module are unknown."""
    places = [*((module, "") for module in modules(year)), (WHOLE_RETURN, "children"), (WHOLE_RETURN, "return")]
    for severity, indicator in SEVERITIES.items():
        if issues is None:
            yield from (Indicator(module, indicator, item, reason="no rules were run") for module, item in places)
            continue
        where = issues.loc[issues["severity"] == severity, ["table", "record", "child_number"]]
        at_fault = _at_fault(where, cleaned)
        uncertain = _touched_by(crashed, severity, year)
        for module, item in places:
            mask = at_fault[module, item]
            reason = "a rule crashed" if module in uncertain else ""
            yield graded_faults(module, indicator, item, int(mask.sum()), len(mask), reason)


def _at_fault(found: DataFrame, cleaned: ReturnTables) -> dict[tuple[str, str], Mask]:
    """By module and item, which records are at fault."""
    records = dict(cleaned.items())
    record, child = _positions(found, "record"), _positions(found, "child_number")
    table = found["table"].astype("category").cat
    names, name_of_row = list(table.categories), table.codes.to_numpy()
    masks = {(module, ""): np.zeros(len(records[module]), dtype=bool) for module in MODULES.values()}
    for name in set(names) & set(MODULES):
        at, module = record[name_of_row == names.index(name)], MODULES[name]
        masks[module, ""][at if name == module else _position_above(records[name], module)[at]] = True
    children = np.zeros(len(cleaned.children), dtype=bool)
    children[child[child >= 0]] = True
    return masks | {
        (WHOLE_RETURN, "children"): children,
        (WHOLE_RETURN, "return"): np.array([RETURN_TABLE in names]),
    }


def _positions(found: DataFrame, column: str) -> Positions:
    """Positions in the table, -1 for an issue of the return as a whole."""
    numbers: Positions = found[column].to_numpy(dtype=np.int64, na_value=0)
    return numbers - 1


def _position_above(records: DataFrame, module: str) -> Positions:
    positions: Positions = records[RECORD_NUMBER[module]].to_numpy(dtype=np.int64) - 1
    return positions


def _touched_by(crashed: Collection[str], severity: str, year: int) -> set[str]:
    """The modules that rules of a severity would have reported on, had they not crashed; the whole return with any."""
    touched: set[str] = set()
    for rule_id in crashed:
        if rule_id in BY_ID:
            touched |= {WHOLE_RETURN} if BY_ID[rule_id].severity == severity else set()
            continue
        facts = variant_in(rule_variants()[rule_id], year)
        if facts.severity_in(year) == severity:
            records = {option.split("+")[0] for option in facts.hit_on.split("|")}
            touched |= {WHOLE_RETURN} | {_HIT_ON[record] for record in records if record in _HIT_ON}
    return touched
