"""What is done, year by year, about what LAs did not give; and which LAs follow on others [A68; A69; A70]."""

from enum import StrEnum
from functools import cache
from typing import NamedTuple

from cin_pipeline.reference.data_files import holds_year, rows


class Practice(StrEnum):
    """What is done about a figure that an LA did not give."""

    ESTIMATE = "estimate"  # from what the others gave
    LEAVE_OUT = "leave-out"  # it adds nothing
    CARRY_FORWARD = "carry-forward"  # the LA's figure of an earlier year, where that is declared


class CarryForward(NamedTuple):
    """The figures of an LA's accepted return of `from_year` stand in for a return of `year`."""

    year: int
    la_code: str
    from_year: int


class Predecessor(NamedTuple):
    """The children of a new LA were with `predecessor` in the year before `year`, its first."""

    year: int
    la_code: str
    predecessor: str


@cache
def practice_of(year: int) -> Practice:
    """What is done in a collection year about what is not declared to be carried forward [A68]."""
    (row,) = (row for row in rows("missing-data-practice") if holds_year(year, row["valid_from"], row["valid_to"]))
    return Practice(row["practice"])


@cache
def carried_forward() -> tuple[CarryForward, ...]:
    """What the Department carried forward, in all years [A69]."""
    return tuple(CarryForward(int(row["year"]), row["la_code"], int(row["from_year"])) for row in rows("carry-forward"))


@cache
def predecessors() -> tuple[Predecessor, ...]:
    """The counties that new LAs were made of, where ids of children went over to them [A70]."""
    return tuple(Predecessor(int(row["year"]), row["la_code"], row["predecessor"]) for row in rows("predecessors"))
