"""The `cin-pipeline` command: one module per verb."""

import logging
import os
import sys
from collections.abc import Sequence

import typer

from cin_pipeline.cli import (
    compare,
    decide,
    diff,
    doctor,
    explain,
    health,
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
from cin_pipeline.settings.log import happened
from cin_pipeline.store.surroundings import Stopped, fault_of

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
app.command("doctor")(doctor.doctor)
app.command("health")(health.health)


# As sysexits.h has them: never mistaken for a code that a command documents. After a signal it is 128 and its number.
INTERNAL_ERROR, TRY_AGAIN = 70, 75

_GO_ON = "What was accepted is kept; the same command goes on with the rest."


def main(args: Sequence[str] | None = None) -> None:
    """Entry point: exits with what the command documents; a fault of ours is one sentence and exit code 70, one of the
    surroundings, such as a lost connection or a full disk, exit code 75.

    Its message is left out, for it could hold a value of a return; CIN_DEBUG=1 shows it with the traceback."""
    try:
        sys.exit(app(args=list(args) if args is not None else None, standalone_mode=True))
    except Stopped as stopped:
        errors.print(f"cin-pipeline: stopped. {_GO_ON}", markup=False)
        sys.exit(stopped.code)
    except Exception as error:
        if os.environ.get("CIN_DEBUG"):
            raise
        if fault := fault_of(error):
            errors.print(f"cin-pipeline: {fault.sentence}. {_GO_ON}", markup=False)
            sys.exit(TRY_AGAIN)
        happened("internal_error", level=logging.ERROR, why=type(error).__name__)
        errors.print(
            f"cin-pipeline: internal error ({type(error).__name__}). What was accepted before is kept. Set CIN_DEBUG=1 "
            "to see where.",
            markup=False,
        )
        sys.exit(INTERNAL_ERROR)
