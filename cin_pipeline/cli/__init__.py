"""The `cin-pipeline` command: one module per verb."""

import sys
from collections.abc import Sequence

import typer

from cin_pipeline.cli import rules, run, synthesise, ui, validate

app = typer.Typer(
    help="Children in need census: from returns to national statistics.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("synthesise")(synthesise.synthesise)
app.command("ui")(ui.ui)
app.command("validate")(validate.validate)
app.command("rules")(rules.rules)


def main(args: Sequence[str] | None = None) -> None:
    """Entry point: exits with 0 done, 1 some returns were rejected, 2 wrong use; `validate` has codes of its own."""
    sys.exit(app(args=list(args) if args is not None else None, standalone_mode=True))
