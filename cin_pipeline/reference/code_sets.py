"""The codes a return may hold, with their labels and the collection years they are valid in."""

from dataclasses import dataclass
from functools import cache

from cin_pipeline.reference.data_files import holds_year, rows

_EVER = (0, 9999)


@dataclass(frozen=True)
class Code:
    """A code, how it is called, the group it is published in, and the first and last collection year it is valid in."""

    code: str
    label: str
    group: str
    years: tuple[int, int]


@cache
def code_labels(code_set: str, year: int) -> dict[str, str]:
    """Codes valid in the collection year `year` with their labels, in the order of the code set.

    Raises KeyError for a code set that does not exist in any year."""
    known = [row for row in rows("code-sets") if row["code_set"] == code_set]
    if not known:
        raise KeyError(code_set)
    return {
        row["code"]: row["label"] for row in known if holds_year(year, row["valid_from_year"], row["valid_to_year"])
    }


def codes(code_set: str, year: int) -> tuple[str, ...]:
    """Codes valid in the collection year `year`, in the order of the code set."""
    return tuple(code_labels(code_set, year))


@cache
def every_code(code_set: str) -> tuple[Code, ...]:
    """Every code a set ever had, in its order.

    Raises KeyError for a code set that does not exist."""
    first, last = _EVER
    found = tuple(
        Code(
            row["code"],
            row["label"],
            row["publication_group"],
            (int(row["valid_from_year"] or first), int(row["valid_to_year"] or last)),
        )
        for row in rows("code-sets")
        if row["code_set"] == code_set
    )
    if not found:
        raise KeyError(code_set)
    return found
