"""The collection years as a page to read: docs/years.md, written by `make docs`."""

from pathlib import Path

from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.outputs.years_table import COLUMNS, assumed, facts_of, notes

PAGE = Path("docs", "years.md")


def years_page() -> str:
    """The page as Markdown."""
    rows = [COLUMNS, tuple("---" for _ in COLUMNS), *(facts_of(year.ending).cells for year in COLLECTION_YEARS)]
    return "\n".join(
        (
            "# Collection years",
            "",
            "What holds for which year, as `cin-pipeline years` prints it; written by `make docs` from the",
            "declarations that the pipeline works by. `+` and `-` say what is new or gone since the year before.",
            "",
            *(f"| {' | '.join(row)} |" for row in rows),
            "",
            *(f"- {note}" for note in (*notes(), *assumed())),
            "",
        )
    )


if __name__ == "__main__":
    PAGE.write_text(years_page(), encoding="utf-8")
