"""Every mistake that can be planted in a child's records, each declared once beside the function that makes it.

A function gets a record of a return without faults. Where the record allows the mistake it changes it and returns the
change; where it does not, it changes nothing and returns None. It must not break the structure of the return.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from cin_pipeline.reference.validation_rules import rule_variants
from cin_pipeline.synthetic.mistakes.elements import Change, Record

VALUE_ERROR = "value_error"  # a value that cannot be read, or a required one that is missing
HARMLESS = "harmless"  # unusual, but to be taken without complaint

Plant = Callable[[Record], Change | None]

_MODULES = ("children", "referrals", "assessments", "section47", "plans", "cin_plans", "pre_proceedings", "values")
_declared: dict[str, "Mistake"] = {}


@dataclass(frozen=True)
class Mistake:
    """A kind of mistake in the records of an element."""

    name: str
    kind: str  # the id of the rule it breaks, VALUE_ERROR or HARMLESS
    element: str
    also: tuple[str, ...]  # rules it may break besides, in the same child or in the return as a whole
    plant: Plant

    def belongs_to(self, year: int) -> bool:
        """Whether the rule it breaks runs in a collection year; what breaks none belongs to all."""
        return self.kind not in rule_variants() or runs(self.kind, year)


def runs(rule_id: str, year: int) -> bool:
    """Whether a rule runs in a collection year."""
    return any(facts.runs_in(year) for facts in rule_variants()[rule_id])


def mistake(kind: str, element: str, *also: str) -> Callable[[Plant], Plant]:
    """Declares the function below it; its name is that of the mistake."""

    def declare(function: Plant) -> Plant:
        _declare(Mistake(function.__name__, kind, element, also, function))
        return function

    return declare


def replaced(
    name: str,
    kind: str,
    element: str,
    item: str,
    became: str | Callable[[str], str],
    *also: str,
    where: Callable[[Record], bool] = lambda record: True,
) -> None:
    """Declares a mistake in the text of one item that is given, of records with a property."""

    def plant(record: Record) -> Change | None:
        text = record.text(item)
        if not text or not where(record):
            return None
        return record.put(item, became if isinstance(became, str) else became(text))

    _declare(Mistake(name, kind, element, also, plant))


def left_out(
    name: str,
    kind: str,
    element: str,
    item: str,
    *also: str,
    where: Callable[[Record], bool] = lambda record: True,
) -> None:
    """Declares that an item that is given is left out, of records with a property."""
    _declare(
        Mistake(
            name,
            kind,
            element,
            also,
            lambda record: record.remove(item) if record.text(item) and where(record) else None,
        )
    )


def _declare(new: Mistake) -> None:
    if new.name in _declared:
        raise ValueError(f"mistake {new.name} is declared twice")
    _declared[new.name] = new


@cache
def catalogue(year: int) -> tuple[Mistake, ...]:
    """The mistakes that can be planted in a return of a collection year."""
    for module in _MODULES:
        import_module(f"cin_pipeline.synthetic.mistakes.{module}")
    return tuple(mistake for mistake in _declared.values() if mistake.belongs_to(year))
