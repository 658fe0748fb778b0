"""What a case of a rule is. The cases themselves stand in `cases_<part>.py`, as data."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from cin_pipeline.reference.validation_rules import rule_variants
from cin_pipeline_tests.support.building import Record, record_counts, return_xml, valid_children


@dataclass(frozen=True)
class Case:
    """Children that stand before the valid ones in a return, and where in it the rule finds them at fault.

    A place is a table and the number of the record in it, `plans 2`; the first records are the case's own."""

    rule_id: str
    name: str
    children: tuple[Record, ...]
    places: tuple[str, ...] = ()
    named: frozenset[str] | None = None  # records named with the hits; None: not looked at
    also: tuple[str, ...] = ()  # hits that the mistake necessarily gives besides, as `8810 referrals 1`
    year: int = 2017
    header: Record | None = None
    alone: bool = False  # without the valid children
    before: tuple[Record, ...] | None = None  # children of the previous year's return, if there is one

    @property
    def is_on_whole_return(self) -> bool:
        """Whether the rule looks at all children together."""
        return rule_variants()[self.rule_id][0].part in ("return", "LA-level", "year-on-year")

    @property
    def xml(self) -> bytes:
        others = [] if self.alone else valid_children()
        return return_xml([*self.children, *others], self.year, self.header)

    @property
    def previous_xml(self) -> bytes | None:
        return None if self.before is None else return_xml(self.before, self.year - 1)

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.name}"


def hit(
    rule_id: str,
    name: str,
    children: Record | list[Record],
    *places: str,
    named: str | None = None,
    also: tuple[str, ...] = (),
    year: int = 2017,
    header: Record | None = None,
    alone: bool = False,
) -> Case:
    """A case that breaks the rule at these places; `named` lists the records named with them, by comma."""
    assert places
    records = None if named is None else frozenset(filter(None, named.split(", ")))
    return Case(rule_id, name, _several(children), places, records, also, year, header, alone)


def miss(
    rule_id: str,
    name: str,
    children: Record | list[Record],
    year: int = 2017,
    header: Record | None = None,
    alone: bool = False,
) -> Case:
    """A case that the rule lets pass."""
    return Case(rule_id, name, _several(children), year=year, header=header, alone=alone)


def _several(children: Record | list[Record]) -> tuple[Record, ...]:
    return tuple(children) if isinstance(children, list) else (children,)


@dataclass(frozen=True)
class Together:
    """Cases of one year in one return, before the valid children."""

    cases: tuple[Case, ...]
    year: int

    @cached_property
    def xml(self) -> bytes:
        children = [child for case in self.cases for child in case.children]
        return return_xml([*children, *valid_children()], self.year)

    @cached_property
    def _before(self) -> list[dict[str, int]]:
        """For each case, how many records of each table stand before its own; at the end, for the valid children."""
        before: list[dict[str, int]] = [{}]
        for case in self.cases:
            own = record_counts(case.children, self.year)
            before.append({t: before[-1].get(t, 0) + own[t] for t in {*before[-1], *own}})
        return before

    def moved(self, case: Case, places: Iterable[str]) -> list[str]:
        """A case's places as they are in this return."""
        before = self._before[self.cases.index(case)]
        split = (place.rsplit(" ", 1) for place in places)
        return [f"{table} {int(record) + before.get(table.split()[-1], 0)}" for table, record in split]

    def own(self, case: Case, places: Iterable[str]) -> list[str]:
        """Those of the places in this return that lie in the case, as they are in the case."""
        n = self.cases.index(case)
        found = []
        for place in places:
            table, record = place.rsplit(" ", 1)
            first, last = (self._before[at].get(table, 0) for at in (n, n + 1))
            if first < int(record) <= last:
                found.append(f"{table} {int(record) - first}")
        return found

    def of_no_case(self, places: Iterable[str]) -> list[str]:
        """Those of the places that lie in the valid children."""
        split = (place.rsplit(" ", 1) for place in places)
        return [f"{table} {record}" for table, record in split if int(record) > self._before[-1].get(table, 0)]
