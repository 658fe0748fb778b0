"""Checks of ours on the return as a whole, beside the Department's rules, which do not have them.

Each is declared once, with an id in words that no rule of the Department's could have, and names a fault of the whole
return once, however many records it touches. They run with the rules and like these cannot stop one another; no
setting leaves them out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from cin_pipeline.census.specification import ValueType, tables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.reference.validation_rules import Severity
from cin_pipeline.validation.inputs import RuleInput

COLLECTION = "CIN"
FEWEST_VALUES = 3  # of a code set, all wrong, that are a column and no slips


@dataclass(frozen=True)
class Found:
    """One fault of the whole return: the items it is about, and a sentence in counts; never a value."""

    fields: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class WholeReturnCheck:
    """A check of the whole return. `message` says in general what is wrong and what would be right."""

    check_id: str
    severity: Severity
    message: str
    find: Callable[[RuleInput], Iterable[Found]]
    needs_previous: bool = False


def _no_child(sent: RuleInput) -> Iterable[Found]:
    if not sent.children.count:
        yield Found(("Child",), _NO_CHILD)


def _other_collection(sent: RuleInput) -> Iterable[Found]:
    """A header without Collection says nothing else, and is taken for what it is read as."""
    if sent.header.collection not in ("", COLLECTION):
        yield Found(("Header.Collection",), _OTHER_COLLECTION)


def _in_a_namespace(sent: RuleInput) -> Iterable[Found]:
    if sent.header.namespace:
        yield Found(("Message",), _NAMESPACE)


def _no_code_valid(sent: RuleInput) -> Iterable[Found]:
    for name, table in tables(sent.year).items():
        records = sent.tables[name]
        for item in table.items:
            if item.type is not ValueType.CODE:
                continue
            texts = records.text(item.column)
            given = int(texts.given.sum())
            if given < FEWEST_VALUES or records.readable(item.column).any():
                continue
            different = len(np.unique(texts.numbers[texts.given]))
            yield Found(
                (item.element,),
                f"{item.element}: none of the {given:,} values given ({different:,} different) is a code of "
                f"{CollectionYear(sent.year)}; check how your system's codes are turned into those of the census",
            )


def _module_gone(sent: RuleInput) -> Iterable[Found]:
    """Of a module inside one that is gone as well, and of a return without a child, nothing is said besides."""
    for name, table in tables(sent.year).items():
        collected = table.parent and table.items and not table.lists_codes
        now, before = sent.tables[name].count, sent.previous_input.tables[name].count
        if collected and sent.tables[table.parent].count and before and not now:
            yield Found(
                (table.element,),
                f"{table.element}: no record in the whole return, {before:,} in the previous year's; "
                "check that this part of your system was written into the return",
            )


_NO_CHILD = (
    "The return holds no child; send one with every child that was referred, in need or on a plan during the year"
)
_OTHER_COLLECTION = "The header's Collection is not CIN; check that this is a children in need return, and give CIN"

_NAMESPACE = (
    "Every element of the return is in an XML namespace, where the census has none; it was read as if there were none: "
    "check how your system writes the file"
)

CHECKS = (
    WholeReturnCheck("NOCHILD", "error", _NO_CHILD, _no_child),
    WholeReturnCheck("COLLECTION", "error", _OTHER_COLLECTION, _other_collection),
    WholeReturnCheck("NAMESPACE", "query", _NAMESPACE, _in_a_namespace),
    WholeReturnCheck(
        "CODES",
        "error",
        f"No value given in an item of a code set is a code of the year, of {FEWEST_VALUES} or more; "
        "check how your system's codes are turned into those of the census",
        _no_code_valid,
    ),
    WholeReturnCheck(
        "MODULE",
        "query",
        "A part of the return that had records in the previous year's has none; "
        "check that this part of your system was written into the return",
        _module_gone,
        needs_previous=True,
    ),
)
BY_ID = {each.check_id: each for each in CHECKS}
