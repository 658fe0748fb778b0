"""The catalogue as a page to read: docs/mistakes.md.

`python -m cin_pipeline.synthetic.mistakes.mistakes_page` writes it anew. A test compares the page with the
catalogue, so it cannot fall behind.
"""

from collections.abc import Iterator
from pathlib import Path

from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.synthetic.mistakes.catalogue import Mistake, catalogue
from cin_pipeline.synthetic.mistakes.whole_returns import RETURN_MISTAKES

_RULE_DIGITS = 4  # of the number of a rule, before the Q of a query
PAGE = Path("docs", "mistakes.md")


def mistakes_page() -> str:
    """The page as Markdown: a row for each mistake, in the order of their kinds."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Mistakes that can be planted"
    yield ""
    yield (
        "<!-- Written by `python -m cin_pipeline.synthetic.mistakes.mistakes_page`; "
        "edit the catalogue, not this page. -->"
    )
    yield ""
    yield (
        "By `cin-pipeline synthesise --mistakes`, see [synthetic.md](synthetic.md). The kind is the rule that is "
        "broken, `value_error` for a value that cannot be read or is missing, or `harmless` for what must be taken "
        "without complaint. `also` are the rules that may be broken besides, in the same child or in the whole return."
    )
    yield ""
    yield "| mistake | kind | record | also |"
    yield "|---|---|---|---|"
    every: dict[str, Mistake] = {each.name: each for year in COLLECTION_YEARS for each in catalogue(year.ending)}
    rows = [(each.kind, each.name, each.element, each.also) for each in every.values()]
    rows += [(each.kind, each.name, "the return", each.also) for each in RETURN_MISTAKES]
    for kind, name, record, also in sorted(
        rows, key=lambda row: (not row[0][0].isdigit(), row[0].rstrip("Q").zfill(_RULE_DIGITS), row)
    ):
        yield f"| {name} | {kind} | {record} | {', '.join(also)} |"


if __name__ == "__main__":
    PAGE.write_text(mistakes_page(), encoding="utf-8")
