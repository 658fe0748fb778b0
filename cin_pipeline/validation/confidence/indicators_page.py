"""The tables of docs/data-confidence.md, written by `python -m cin_pipeline.validation.confidence.indicators_page`.

A test compares the page with the declarations, so it cannot fall behind them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from cin_pipeline.census.unreadable import FEWEST_UNREADABLE, UNREADABLE_PERCENT
from cin_pipeline.census.years import FIRST_YEAR, LAST_YEAR, years_in_words
from cin_pipeline.validation.confidence.completeness import DUE_ITEMS, DueItem, due_items
from cin_pipeline.validation.confidence.grading import THRESHOLDS, Threshold
from cin_pipeline.validation.confidence.year_on_year import AS_PREVIOUS_YEAR, HEADLINES, PER_1000_CHILDREN

PAGE = Path("docs", "data-confidence.md")

_TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_tables(page: str) -> str:
    """The page with each table between its two markers as declared."""
    made = {"in_doubt": _in_doubt, "thresholds": _thresholds, "items": _items, "measures": _measures}
    return _TABLE.sub(lambda found: found[1] + "\n".join(made[found[2]]()) + "\n" + found[3], page)


def _thresholds() -> Iterator[str]:
    yield "| indicator | item | high | low |"
    yield "|---|---|---|---|"
    for threshold in THRESHOLDS:
        yield f"| `{threshold.indicator}` | {_code(threshold.item) or 'any other'} | {' | '.join(_bounds(threshold))} |"


def _bounds(threshold: Threshold) -> tuple[str, str]:
    high, low = f"{threshold.high:.0%}", f"{threshold.low:.0%}"
    falling = threshold.high > threshold.low
    return (f"{high} or more", f"under {low}") if falling else (f"up to {high}", f"over {low}")


def _in_doubt() -> Iterator[str]:
    yield "| unreadable | from |"
    yield "|---|---|"
    yield f"| share of the records that give the item | {UNREADABLE_PERCENT}% |"
    yield f"| number of records | {FEWEST_UNREADABLE} |"


def _items() -> Iterator[str]:
    yield "| module | item | due | not known |"
    yield "|---|---|---|---|"
    for due in DUE_ITEMS:
        cells = (due.module, f"{due.item}{_years(due)}", due.when, ", ".join(due.not_known))
        yield f"| {' | '.join(cells)} |"


def _years(due: DueItem) -> str:
    years = [year for year in range(FIRST_YEAR, LAST_YEAR + 1) if due in due_items(year)]
    words = years_in_words(years[0] if years[0] > FIRST_YEAR else None, years[-1] if years[-1] < LAST_YEAR else None)
    return words and f", {words}"


def _measures() -> Iterator[str]:
    yield "| module | compared with the previous year | expected records |"
    yield "|---|---|---|"
    for module in HEADLINES:
        usual = f"{PER_1000_CHILDREN[module]} per 1,000 children" if module in PER_1000_CHILDREN else "1"
        compared = ", ".join(map(_code, HEADLINES[module]))
        yield f"| {module} | {compared} | {usual}, or the previous year's {_code(AS_PREVIOUS_YEAR[module])} |"


def _code(name: str) -> str:
    return f"`{name}`" if name else ""


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
