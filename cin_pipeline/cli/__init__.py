"""The `cin-pipeline` command: one module per verb."""

import os
import sys
from collections.abc import Sequence

import typer

from cin_pipeline.cli import (
    compare,
    decide,
    diff,
    explain,
    publish,
    replay,
    rules,
    run,
    sql,
    status,
    synthesise,
    ui,
    upgrade,
    validate,
    years,
)
from cin_pipeline.cli.terminal import errors

app = typer.Typer(
    help="Children in need census: from returns to national statistics.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("synthesise")(synthesise.synthesise)
app.command("replay")(replay.replay)
app.command("ui")(ui.ui)
app.command("validate")(validate.validate)
app.command("rules")(rules.rules)
app.command("years")(years.years)
app.command("status")(status.status)
app.command("diff")(diff.diff)
app.command("explain")(explain.explain)
app.command("accept")(decide.accept)
app.command("reject")(decide.reject)
app.command("withdraw")(decide.withdraw)
app.command("publish")(publish.publish)
app.command("compare")(compare.compare)
app.command("sql")(sql.sql)
app.command("upgrade")(upgrade.upgrade)


INTERNAL_ERROR = 70  # as sysexits.h has it: never mistaken for a code that a command documents


def main(args: Sequence[str] | None = None) -> None:
    """Entry point: exits with what the command documents; a fault of ours is one sentence and exit code 70.

    Its message is left out, for it could hold a value of a return; CIN_DEBUG=1 shows it with the traceback."""
    try:
        sys.exit(app(args=list(args) if args is not None else None, standalone_mode=True))
    except Exception as error:
        if os.environ.get("CIN_DEBUG"):
            raise
        errors.print(
            f"cin-pipeline: internal error ({type(error).__name__}). What was accepted before is kept. Set CIN_DEBUG=1 "
            "to see where.",
            markup=False,
        )
        sys.exit(INTERNAL_ERROR)
