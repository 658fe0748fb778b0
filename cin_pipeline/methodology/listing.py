"""The catalogue as a page for people: `docs/measures.md`."""

from pathlib import Path

from cin_pipeline.methodology.measures import CATALOGUE, SUMS, Measure

PAGE = Path("docs/measures.md")

_HEAD = """\
# The measures

Generated from the catalogue in `cin_pipeline/methodology/measures.py` by `make docs`. Counts are unrounded. Each has a
row `total`; breakdowns marked * need not: a row may be in several categories, or have no date to band by.

| table | measure | what | counts | part of | breakdowns |
|---|---|---|---|---|---|
"""


def measures_page() -> str:
    """Every measure with its table, unit, what it is a part of, and its breakdowns; then the sums that hold."""
    rows = "".join(f"| {' | '.join(_cells(measure))} |\n" for measure in CATALOGUE)
    sums = "".join(f"- {_sum(whole, parts)}\n" for whole, parts in SUMS)
    return f"{_HEAD}{rows}\n## Sums that hold for every LA\n\n{sums}"


def _cells(measure: Measure) -> tuple[str, ...]:
    breakdowns = (f"`{name}`{'' if measure.adds_up(name) else ' *'}" for name in measure.breakdowns)
    return (
        measure.table,
        f"`{measure.name}`",
        measure.title,
        "children" if measure.children else "records",
        f"`{measure.part_of}`" if measure.part_of else "",
        ", ".join(breakdowns),
    )


def _sum(whole: str, parts: dict[str, int]) -> str:
    terms = "".join(f" {'+' if sign > 0 else '-'} `{part}`" for part, sign in parts.items())
    return f"`{whole}` = {terms.removeprefix(' + ')}"


if __name__ == "__main__":
    PAGE.write_text(measures_page(), encoding="utf-8")
