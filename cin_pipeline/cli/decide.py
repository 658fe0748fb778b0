"""`cin-pipeline accept`, `reject`, `withdraw`: what the data team decides about a submission, with a reason."""

import getpass
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from cin_pipeline.cli.terminal import console, os_fault, wrong_use
from cin_pipeline.settings import Settings
from cin_pipeline.store.surroundings import fault_of

Number = Annotated[int, typer.Argument(help="The number of the submission.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept with the submission.")]
By = Annotated[str, typer.Option(default_factory=getpass.getuser, help="Who decided.", show_default="who you are")]
StateDirectory = Annotated[
    Path | None, typer.Option(exists=True, file_okay=False, help="The state of a run; CIN_STATE by default.")
]

_Decision = Callable[[Settings, int, str, str], str]


def accept(submission: Number, reason: Reason, by: By, state: StateDirectory = None) -> None:
    """Make a submission current all the same: confirm one that is held, or let its blocking checks only warn.

    One that was rejected is run again; one that is held, or was current before, is current as it was counted; for one
    that is current and in doubt this is the answer, and nothing is run. Exit code 2: that cannot be done.
    """
    from cin_pipeline.orchestration import decisions

    _decide(decisions.accept, submission, reason, by, state, runs=True)


def reject(submission: Number, reason: Reason, by: By, state: StateDirectory = None) -> None:
    """Turn down a submission that waits, before any run takes it, or one that is held for confirmation."""
    from cin_pipeline.orchestration import decisions

    _decide(decisions.reject, submission, reason, by, state)


def withdraw(submission: Number, reason: Reason, by: By, state: StateDirectory = None) -> None:
    """Take a submission back: the one that was current before it is current again, or none is."""
    from cin_pipeline.orchestration import decisions

    _decide(decisions.withdraw, submission, reason, by, state, runs=True)


def _decide(
    decision: _Decision, submission: int, reason: str, by: str, state: Path | None, *, runs: bool = False
) -> None:
    """Decides, and says what follows. `runs`: something is run, so Dagster must be able to remember it."""
    from cin_pipeline.orchestration.home_faults import refuse_unusable
    from cin_pipeline.store.opening import is_there

    if not reason.strip():
        wrong_use("--reason is empty; why was expected")
    try:
        settings = Settings.from_environment(state=state)
        if not is_there(settings):
            wrong_use(f"there is no state in {settings.state}; name one with --state")
        if runs:
            refuse_unusable(settings)
        console.print(decision(settings, submission, by, reason.strip()), markup=False)
        again = _england_again(settings, submission)
    except KeyError:
        wrong_use(f"there is no submission {submission} in {settings.state}")
    except ValueError as refused:  # also what the registry or the state refuses
        wrong_use(str(refused))
    except OSError as error:  # such as a folder that may not be written
        if fault_of(error):
            raise
        wrong_use(os_fault(error, state))
    if again:
        console.print(f"England is made again by the sensors, or with: {again}", markup=False)
        console.print("With --output FOLDER it writes the files of results again, too.", markup=False)


def _england_again(settings: Settings, submission: int) -> str:
    """The command that makes England again where a decision moves its figures: with this LA alone, unless nothing of it
    is current now."""
    from cin_pipeline.store.moves import ACCEPTED
    from cin_pipeline.store.store import Store

    with closing(Store(settings)) as store:
        last = store.registry.events(submission)[-1]
        if (last.from_state == ACCEPTED) is (last.to_state == ACCEPTED):  # an answer, or what was not current is not
            return ""
        year, la_code = store.registry.get(submission).partition
        made = store.figures.years_made()
        if year not in made and year + 1 in made:  # a return of the previous year: what moves is the next one's
            year += 1
        alone = f" --la {la_code}" if store.registry.current(year, la_code) else ""
    return f"cin-pipeline run --year {year}{alone} --state {settings.state}"
