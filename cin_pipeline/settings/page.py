"""The table of the settings in docs/operations.md. `python -m cin_pipeline.settings.page` writes it anew.

A test compares the page with the declarations, so it cannot fall behind them.
"""

import re
from collections.abc import Iterator
from dataclasses import Field
from pathlib import Path
from typing import Any

from cin_pipeline.settings import declared
from cin_pipeline.settings.kinds import Setting

PAGE = Path("docs", "operations.md")

_TABLE = re.compile(r"(<!-- table: settings -->\n).*?(<!-- end -->)", re.DOTALL)


def with_settings(page: str) -> str:
    """The page with the table between its two markers as declared."""
    return _TABLE.sub(lambda found: found[1] + "\n".join(_rows()) + "\n" + found[2], page)


def _rows() -> Iterator[str]:
    yield "| variable | what | value | default |"
    yield "|---|---|---|---|"
    for field, setting in declared():
        commas = ", commas between" if setting.kind.several else ""
        cells = (f"`{setting.variable}`", setting.meaning, setting.kind.expected + commas, _default(field, setting))
        yield f"| {' | '.join(cells)} |"


def _default(field: Field[Any], setting: Setting) -> str:
    value = setting.in_state(Path("state")) if setting.in_state else field.default
    return setting.unset or f"`{setting.written(value)}`"


if __name__ == "__main__":
    PAGE.write_text(with_settings(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
