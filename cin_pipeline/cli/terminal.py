"""What the commands share: progress, tables, and how a user's mistake is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

# A file or a pipe has no width; tables would be cut to 80 columns.
_WIDTH = None if Console().is_terminal else 120
console = Console(soft_wrap=True, highlight=False, width=_WIDTH)
errors = Console(stderr=True, soft_wrap=True, highlight=False, width=_WIDTH)

DONE, SOME_REJECTED, WRONG_USE = 0, 1, 2
# Of `validate`: what a return is like. 2 stays wrong use.
CLEAN, QUERIES, ERRORS, UNREADABLE, CRASHED = 0, 1, 3, 4, 5

Step = Callable[[], None]


def wrong_use(message: str) -> NoReturn:
    """Ends the command over a mistake in how it was called, in one sentence."""
    errors.print(f"cin-pipeline: {message}", markup=False)
    raise typer.Exit(WRONG_USE)


def os_fault(error: OSError, where: object) -> str:
    """What the system said of a file, or what a store of objects says of itself; `where`: what it was about, if not
    said."""
    return f"{error.filename or where}: {error.strerror}" if error.strerror else str(error)


@contextmanager
def progress_shown() -> Iterator[Callable[[str, int], Step]]:
    """Gives a function that starts a bar (what is done, how many steps) and returns what to call after each step.

    Where the output is no terminal, a line at each tenth of the way instead."""
    if not console.is_terminal:
        yield _line_progress
        return
    columns = (TextColumn("{task.description:<30}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:

        def start(what: str, steps: int) -> Step:
            task = bars.add_task(what, total=steps)
            return lambda: bars.advance(task)

        yield start


def _line_progress(what: str, steps: int) -> Step:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if done == steps or done * 10 // steps > (done - 1) * 10 // steps:
            console.print(f"{what}: {done} of {steps}", markup=False)

    return step
