"""The prompt of `cin-pipeline sql`: queries one after the other."""

import importlib
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from cin_pipeline.cli.sql_tables import columns_table, views_table
from cin_pipeline.cli.terminal import console

if TYPE_CHECKING:
    from cin_pipeline.analysis import Analysis

_PROMPT, _GOES_ON = "sql> ", "...> "
_HELP = "A query ends with a semicolon. .tables lists the views, .columns NAME the columns of one; Ctrl+D ends."


def answer_prompts(analysis: "Analysis", answer: Callable[[str], object], read: Callable[[str], str] = input) -> None:
    """Reads queries until the end of the input, and gives each to `answer`. Ctrl+C gives up the one being written."""
    with suppress(ImportError):  # history and arrow keys; the console of Windows has its own
        importlib.import_module("readline")
    console.print(_HELP, markup=False)
    lines: list[str] = []
    while True:
        try:
            line = read(_GOES_ON if lines else _PROMPT)
        except EOFError:
            console.print()
            return
        except KeyboardInterrupt:
            console.print()
            lines = []
            continue
        if not lines and line.startswith("."):
            _command(analysis, line.split())
            continue
        if lines or line.strip():
            lines.append(line)
        if line.rstrip().endswith(";"):
            answer("\n".join(lines))
            lines = []


def _command(analysis: "Analysis", words: list[str]) -> None:
    match words:
        case [".tables"]:
            console.print(views_table(analysis.views.values()), soft_wrap=False)
        case [".columns", name] if name in analysis.views:
            console.print(columns_table(analysis.views[name]), soft_wrap=False)
        case [".columns", name]:
            console.print(f"There is no view {name}; .tables lists them.", markup=False)
        case _:
            console.print(_HELP, markup=False)
