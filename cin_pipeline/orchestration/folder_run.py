"""The main job on a folder: land the returns, run every LA, then England, then write the files."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import dagster as dg
from pandas import DataFrame

from cin_pipeline.census.years import FIRST_YEAR, CollectionYear
from cin_pipeline.methodology.missing import without_unusable
from cin_pipeline.orchestration.assets.validation import VALIDATION
from cin_pipeline.orchestration.build import build_definitions
from cin_pipeline.orchestration.bulk import QUIET, load_returns
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.io_managers import ISSUES
from cin_pipeline.orchestration.jobs import NATIONAL_JOB
from cin_pipeline.settings import Settings
from cin_pipeline.store.exports import issue_rows, write_england, write_issues, write_measures
from cin_pipeline.store.landing import RESULTS_MARKER, Wanted, files_in, land
from cin_pipeline.store.national_inputs import NationalInputs
from cin_pipeline.store.registry import Submission, SubmissionState
from cin_pipeline.store.row_tables import read_tables
from cin_pipeline.store.state import State

Progress = Callable[[str, int], Callable[[], None]]  # (what is done, how many steps) -> call after each step


class NothingToRun(ValueError):
    """The folder holds no file at all, or not returns but results."""


@dataclass(frozen=True)
class Folder:
    """What the user asked to be run."""

    landing: Path
    year: int
    output: Path
    la_codes: tuple[str, ...] = ()
    expected: Path | None = None
    population: Path | None = None
    unusable: Path | None = None

    @property
    def measures(self) -> Path:
        """Where the measures of all LAs are written."""
        return self.output / "measures.csv"

    @property
    def issues(self) -> Path:
        """Where every hit of the census rules is written."""
        return self.output / "validation_issues.csv"

    @property
    def england(self) -> Path:
        """Where the figures of England and its regions are written."""
        return self.output / "england.csv"


@dataclass
class Report:
    """What came of it. `england` is None where England could not be estimated, for the reason in `impossible`."""

    year: CollectionYear
    inputs: NationalInputs
    landed: list[Submission] = field(default_factory=list)
    rejected: list[Submission] = field(default_factory=list)
    earlier: list[Submission] = field(default_factory=list)  # in force from an earlier run, not in this folder
    measures: DataFrame = field(default_factory=DataFrame)
    hits: Counter[str] = field(default_factory=Counter)  # of the census rules, by severity
    england: DataFrame | None = None
    impossible: str = ""


def run_folder(folder: Folder, settings: Settings, received: datetime, progress: Progress) -> Report:
    """Runs the whole pipeline on a folder and writes `measures.csv` and `england.csv`.

    Returns that were rejected do not keep the others from being done. Raises NothingToRun, or InputFileError for a
    file of the user's that cannot be used, before anything is run."""
    if (folder.landing / RESULTS_MARKER).exists() or folder.landing.resolve() == folder.output.resolve():
        raise NothingToRun(
            f"{folder.landing}: the folder holds the results of runs; one with returns only was expected"
        )
    folder.output.mkdir(parents=True, exist_ok=True)
    (folder.output / RESULTS_MARKER).touch()
    paths = files_in(folder.landing)
    if not paths:
        raise NothingToRun(f"{folder.landing}: there are no files in the folder")
    with closing(State(settings)) as state:
        return _run(folder, settings, state, paths, received, progress)


def _run(
    folder: Folder, settings: Settings, state: State, paths: list[Path], received: datetime, progress: Progress
) -> Report:
    year = CollectionYear(folder.year)
    inputs = state.inputs.keep(
        year.ending, expected=folder.expected, people=folder.population, unusable=folder.unusable
    )
    report = Report(year, inputs)
    received_files = land(
        paths,
        _wanted(folder, state, inputs),
        state.registry,
        state.returns,
        folder=folder.landing,
        received=received,
        max_bytes=settings.max_return_bytes,
        on_file=progress("Receiving files", len(paths)),
    )
    report.rejected = [each for each in received_files if each.state is SubmissionState.REJECTED]
    landed = [each for each in received_files if each.state is not SubmissionState.REJECTED]
    step = progress("Reading returns and counting", len(landed))
    for outcome in load_returns(landed, settings, figures_only=frozenset({year.previous.ending})):
        submission = replace(state.registry.get(outcome.submission), reason=outcome.reason)
        (report.landed if outcome.accepted else report.rejected).append(submission)
        step()
    report.rejected.sort(key=lambda each: each.file_name)
    step = progress("Adding up England", 1)
    report.impossible = _run_england(year, settings, state)
    step()
    _write(report, folder, state)
    here = {(each.collection_year, each.la_code) for each in report.landed}
    report.earlier = [
        each for each in state.registry.all_in_force(year.ending) if (year.ending, each.la_code) not in here
    ]
    return report


def _wanted(folder: Folder, state: State, inputs: NationalInputs) -> Wanted:
    expected = {folder.year: frozenset(inputs.expected)}
    if folder.year > FIRST_YEAR:
        # The user's list is for the whole run; without one, each year has the authorities of its own time.
        before = inputs.expected if folder.expected else state.inputs.of(folder.year - 1).expected
        expected[folder.year - 1] = frozenset(before)
    return Wanted(expected, frozenset(folder.la_codes))


def _run_england(year: CollectionYear, settings: Settings, state: State) -> str:
    """Why England could not be estimated; empty where it could."""
    job = build_definitions(settings, state).resolve_job_def(NATIONAL_JOB)
    with open_instance(settings) as instance:
        run = job.execute_in_process(partition_key=year.key, instance=instance, run_config=QUIET, raise_on_error=False)
    if run.success:
        return ""
    failures = [event for event in run.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
    reasons = [
        data.user_failure_data.description
        for event in failures
        if (data := event.step_failure_data).user_failure_data is not None
    ]
    return next((reason for reason in reasons if reason), f"the run failed; run {run.run_id} in the UI tells more")


def _write(report: Report, folder: Folder, state: State) -> None:
    in_force = state.figures.la_measures_in_force(folder.year)
    expected = in_force[in_force["la_code"].isin(report.inputs.expected)]
    report.measures = without_unusable(expected, report.inputs.unusable)
    write_measures(report.measures, folder.measures)
    write_issues(_issues_in_force(report, state), folder.issues)
    if report.impossible:
        folder.england.unlink(missing_ok=True)  # an earlier one would pass for this run's
        return
    report.england = state.figures.estimates(folder.year)
    write_england(report.england, folder.england)


def _issues_in_force(report: Report, state: State) -> Iterator[DataFrame]:
    """The hits of the census rules on each expected return that is in force, one return at a time."""
    year = report.year.ending
    for each in state.registry.all_in_force(year):
        directory = state.tables_directory(VALIDATION, year, str(each.la_code), each.submission)
        # A return that was only ever counted, as last year's, has no issues stored.
        if each.la_code in report.inputs.expected and directory.is_dir():
            issues = read_tables(directory)[ISSUES]
            report.hits.update(issues["severity"].value_counts().to_dict())
            yield issue_rows(issues, year, str(each.la_code))
