"""Plants mistakes in the text of a return without faults, and says which and where."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from random import Random
from typing import TypeVar

from lxml import etree

from cin_pipeline.census.specification import tables
from cin_pipeline.synthetic.mistakes.catalogue import Mistake, catalogue
from cin_pipeline.synthetic.mistakes.elements import Change, Record, written
from cin_pipeline.synthetic.mistakes.whole_returns import ReturnMistake, return_mistakes

_CHILD = re.compile("<Child>")
_DEPTH = 2  # of a Child in the layout
_WHOLE_RETURN = "return"
_PARSER = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Planted:
    """One mistake as it stands in a return: line and number of the record it shows in, the item, before and after."""

    line: int
    table: str  # `return` for the return as a whole
    record: int | None
    la_child_id: str
    kind: str
    field: str
    was: str
    became: str
    mistake: str
    also: tuple[str, ...]


@dataclass(frozen=True)
class _Placed:
    change: Change
    mistake: Mistake
    offset: int  # of the start tag of the record in the text


def plant(text: str, year: int, rate: float, random: Random, at_least: int = 0) -> tuple[str, list[Planted]]:
    """The text with mistakes, and what was planted, in the order of the file.

    Each child gets one mistake with the probability `rate`, and so does the return as a whole. Which one: of those
    that its records allow, the one planted longest ago in this return. Where fewer than `at_least` children would get
    one, so many do (as far as there are). The text must be a return of the collection year `year` without faults, laid
    out as `synthetic.xml` does: an element on each line, no attributes, no comments."""
    whole: ReturnMistake | None = None
    if random.random() < rate:
        whole = random.choice(return_mistakes(year))
        text = whole.plant(text, year)
    text, placed = _with_mistakes(text, year, rate, random, at_least)
    found = _numbered(text, placed, {table.element: name for name, table in tables(year).items()})
    return text, [*_of_return(text, whole), *found]


def _with_mistakes(text: str, year: int, rate: float, random: Random, at_least: int) -> tuple[str, list[_Placed]]:
    starts = [_line_start(text, found.start()) for found in _CHILD.finditer(text)]
    ends = [*starts[1:], _line_start(text, max(text.rfind("</Children>"), 0))]
    at = [n for n in range(len(starts)) if random.random() < rate]
    if len(at) < at_least:
        at = sorted(random.sample(range(len(starts)), min(at_least, len(starts))))
    queue = _shuffled(list(catalogue(year)), random)
    parts: list[str] = []
    placed: list[_Placed] = []
    done = length = 0
    for start, end in ((starts[n], ends[n]) for n in at):
        root = etree.fromstring(f"<Children>{text[start:end]}</Children>", _PARSER)
        made = _one_of(queue, Record(root[0], year), random)
        if made is None:
            continue
        mistake, change = made
        block, before = written(iter(root), _DEPTH, change.record.element)
        parts += [text[done:start], block]
        placed.append(_Placed(change, mistake, length + len(parts[-2]) + before))
        length += len(parts[-2]) + len(block)
        done = end
    return "".join([*parts, text[done:]]), placed


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _one_of(queue: list[Mistake], child: Record, random: Random) -> tuple[Mistake, Change] | None:
    """Plants the first of the queue that the child allows, which then goes to its end; None where it allows none."""
    records: dict[str, list[Record]] = {}
    for place, mistake in enumerate(queue):
        if mistake.element not in records:
            records[mistake.element] = _shuffled(_records(child, mistake.element), random)
        for record in records[mistake.element]:
            change = mistake.plant(record)
            if change:
                queue.append(queue.pop(place))
                return mistake, change
    return None


def _records(child: Record, element: str) -> list[Record]:
    if element == "Child":
        return [child]
    referrals = child.below("CINdetails")
    if element == "CINdetails":
        return referrals
    found = [record for referral in referrals for record in referral.below(element)]
    if element == "CPPreviewDate":
        plans = [plan for referral in referrals for plan in referral.below("ChildProtectionPlans")]
        return [review for plan in plans for review in plan.below(element)]
    return found


def _shuffled(things: list[_T], random: Random) -> list[_T]:
    return random.sample(things, len(things)) if len(things) > 1 else things


def _numbered(text: str, placed: list[_Placed], names: dict[str, str]) -> Iterable[Planted]:
    """Lines and record numbers, each counted in one pass over the text."""
    lines = _counts(text, "\n", [each.offset for each in placed])
    numbers: dict[int, int] = {}
    for element in {each.change.record.element.tag for each in placed}:
        offsets = [each.offset for each in placed if each.change.record.element.tag == element]
        numbers |= zip(offsets, _counts(text, f"<{element}>", offsets), strict=True)
    for each, line in zip(placed, lines, strict=True):
        change = each.change
        yield Planted(
            line=line + 1,
            table=names[change.record.element.tag],
            record=numbers[each.offset] + 1,
            la_child_id=change.record.child.text("LAchildID") or (change.was if change.field == "LAchildID" else ""),
            kind=each.mistake.kind,
            field=change.field,
            was=change.was,
            became=change.became,
            mistake=each.mistake.name,
            also=each.mistake.also,
        )


def _counts(text: str, sought: str, offsets: list[int]) -> list[int]:
    """How often something stands before each of some places that ascend."""
    return list(accumulate(text.count(sought, first, last) for first, last in pairwise([0, *offsets])))


def _of_return(text: str, whole: ReturnMistake | None) -> Iterable[Planted]:
    if whole:
        line = text.count("\n", 0, text.index("<Header>")) + 1
        yield Planted(line, _WHOLE_RETURN, None, "", whole.kind, whole.field, "", whole.became, whole.name, whole.also)
