"""The catalogue as a page for people: `docs/measures.md`."""

from pathlib import Path

from cin_pipeline.census.years import FIRST_YEAR, LAST_YEAR, CollectionYear
from cin_pipeline.methodology.catalogue import CATALOGUE, SUMS, Measure
from cin_pipeline.methodology.tracing import derivation
from cin_pipeline.reference.figure_keys import FigureKey

PAGE = Path("docs/measures.md")

_HEAD = """\
# The measures

Generated from `cin_pipeline/methodology/catalogue.py` by `make docs`. Counts are unrounded. Each has a
row `total`; breakdowns marked * need not: a row may be in several categories, or have no date to band by. A missing
figure is estimated by population; what is "of" another measure marked † as a share of that.

| table | measure | what | counts | part of | breakdowns |
|---|---|---|---|---|---|
"""

_DECIDED = """\
## How each is decided

Said in the docstrings of the functions that do it, with the sections of the methodology and the interpretations
(docs/interpretations.md); `cin-pipeline explain` says it of any figure. The definitions are written out in
docs/definitions.md.

| decided | for |
|---|---|
"""


def measures_page() -> str:
    """Every measure with its table, unit, what it is a part of, and its breakdowns; what decides each; sums."""
    rows = "".join(f"| {' | '.join(_cells(measure))} |\n" for measure in CATALOGUE)
    sums = "".join(f"- {_sum(whole, parts)}\n" for whole, parts in SUMS)
    decided = "".join(f"| {sentence} | {_names(names)} |\n" for sentence, names in _decisions().items())
    return f"{_HEAD}{rows}\n{_DECIDED}{decided}\n## Sums that hold for every LA\n\n{sums}"


def _decisions() -> dict[str, list[str]]:
    """What was decided, in a sentence each, with the measures that rest on it, then the breakdowns."""
    decisions: dict[str, list[str]] = {}
    for measure in CATALOGUE:
        for sentence in derivation(FigureKey(measure.name), LAST_YEAR):
            decisions.setdefault(sentence, []).append(measure.name)
    decided: dict[str, object] = {}  # by name, the first that is so called
    for measure in CATALOGUE:
        for name, breakdown in measure.breakdowns.items():
            first = decided.setdefault(name, breakdown.decided_by)
            shown = name if breakdown.decided_by is first else f"{measure.name}.{name}"
            for sentence in () if breakdown.crossing_of else measure.interpretations(name):
                names = decisions.setdefault(sentence, [])
                names += [shown] if measure.name not in names and shown not in names else []
    return decisions


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cells(measure: Measure) -> tuple[str, ...]:
    breakdowns = (f"`{name}`{'' if each.kind.adds_up else ' *'}" for name, each in measure.breakdowns.items())
    return (
        measure.table,
        f"`{measure.name}`",
        measure.title + (f", from {CollectionYear(measure.since)}" if measure.since > FIRST_YEAR else ""),
        "children" if measure.children else "records",
        f"`{measure.part_of}`{' †' if measure.share_of else ''}" if measure.part_of else "",
        ", ".join(breakdowns),
    )


def _sum(whole: str, parts: dict[str, int]) -> str:
    terms = "".join(f" {'+' if sign > 0 else '-'} `{part}`" for part, sign in parts.items())
    return f"`{whole}` = {terms.removeprefix(' + ')}"


if __name__ == "__main__":
    PAGE.write_text(measures_page(), encoding="utf-8")
