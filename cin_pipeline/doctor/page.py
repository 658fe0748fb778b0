"""The table of the looks in docs/deployment.md. `python -m cin_pipeline.doctor.page` writes it anew.

A test compares the page with the declarations, so it cannot fall behind them.
"""

import re
from pathlib import Path

from cin_pipeline.doctor.looks import LOOKS

PAGE = Path("docs", "deployment.md")

_TABLE = re.compile(r"(<!-- table: looks -->\n).*?(<!-- end -->)", re.DOTALL)


def with_looks(page: str) -> str:
    """The page with the table between its two markers as declared."""
    rows = ["| look | what is looked at | goes by |", "|---|---|---|"]
    for look in LOOKS:
        settings = ", ".join(f"`{each}`" for each in look.settings) or "-"
        rows.append(f"| {look.name} | {look.about} | {settings} |")
    return _TABLE.sub(lambda found: found[1] + "\n".join(rows) + "\n" + found[2], page)


if __name__ == "__main__":
    PAGE.write_text(with_looks(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
