"""What a case of a rule is. The cases themselves stand in `cases_<part>.py`, as data."""

from dataclasses import dataclass

from cin_pipeline_tests.validation.building import Record, return_xml, valid_children


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

    @property
    def xml(self) -> bytes:
        return return_xml(self.in_return, self.year, self.header)

    @property
    def in_return(self) -> list[Record]:
        return [*self.children, *([] if self.alone else valid_children())]

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
