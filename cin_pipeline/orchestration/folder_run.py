"""The main job: land the returns of a folder, run every LA, then England, then write the files.

Without a folder, what the state holds is run again."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import dagster as dg
from pandas import DataFrame

from cin_pipeline.answers.low_confidence import LowConfidence, low_confidence
from cin_pipeline.census.years import FIRST_YEAR, CollectionYear
from cin_pipeline.methodology.doubts import Doubt
from cin_pipeline.methodology.missing import without_unusable
from cin_pipeline.methodology.practice import MissingData
from cin_pipeline.orchestration.assets.validation import VALIDATION
from cin_pipeline.orchestration.build import build_definitions
from cin_pipeline.orchestration.bulk import Load, Outcome, load_returns
from cin_pipeline.orchestration.decisions import command
from cin_pipeline.orchestration.faults import fault_in_events, stopped_after_run
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.io_managers import ISSUES
from cin_pipeline.orchestration.jobs import NATIONAL_JOB
from cin_pipeline.orchestration.la_job import QUIET
from cin_pipeline.outputs.publishing import ShowSteps
from cin_pipeline.outputs.run_files import issue_rows, write_england, write_issues, write_measures
from cin_pipeline.reference.missing_data import Practice
from cin_pipeline.settings import Settings
from cin_pipeline.settings.log import happened
from cin_pipeline.store.deliveries.directory import RESULTS_MARKER, files_in
from cin_pipeline.store.doubts import doubts_of, note_earlier
from cin_pipeline.store.landing import ExpectedReturns, identities_in, land
from cin_pipeline.store.missing_data import for_re_referrals_alone, missing_data_of
from cin_pipeline.store.moves import ACCEPTED, CLAIMED, HELD, LANDED
from cin_pipeline.store.national_inputs import Given, InputFileError, NationalInputs, given_in, inputs_of
from cin_pipeline.store.notes import without_notes
from cin_pipeline.store.opening import is_there
from cin_pipeline.store.registry import CONFIRMED_BEFOREHAND, CONFIRMED_BY
from cin_pipeline.store.store import Store, place_of
from cin_pipeline.store.submissions import OnceHeld, RefusedFile, Submission
from cin_pipeline.store.surroundings import SurroundingsFailed

MEASURES_FILE, ISSUES_FILE, ENGLAND_FILE = "measures.csv", "validation_issues.csv", "england.csv"


class NothingToRun(ValueError):
    """The folder holds no file that might be a return, or not returns but results."""


@dataclass(frozen=True)
class Folder:
    """What the user asked to be run. Without `landing` what the state has received; without `output` no files."""

    landing: Path | None
    year: int
    output: Path | None
    la_codes: tuple[str, ...] = ()
    expected: Path | None = None
    population: Path | None = None
    unusable: Path | None = None
    vintage: int | None = None  # of the population, where not the year's
    carry_forward: Path | None = None
    predecessors: Path | None = None
    low_reliability: Path | None = None
    missing: Practice | None = None  # what is done about missing data, where not the practice of the year
    confirm_held: bool = False  # take what is held for confirmation, now and by this run

    @property
    def given(self) -> Given:
        """What national figures are to be made with. Raises InputFileError."""
        paths = {
            "expected": self.expected,
            "people": self.population,
            "unusable": self.unusable,
            "carry_forward": self.carry_forward,
            "predecessors": self.predecessors,
            "low_reliability": self.low_reliability,
        }
        return given_in(paths, self.vintage, self.missing)


@dataclass
class Report:
    """What came of it. `england` is None where England could not be estimated, for the reason in `impossible`.

    held: what waits for a person to confirm it, of the year and the previous one, whoever held it. confirmed: what is
    current of the two years because this run, or one before it, was told to take all that are held. `doubts` and `low`
    are of the expected returns of the year that are current, whichever run took them."""

    year: CollectionYear
    inputs: NationalInputs
    missing: MissingData
    landed: list[Submission] = field(default_factory=list)
    rejected: list[Submission | RefusedFile] = field(default_factory=list)
    left_alone: list[Submission] = field(default_factory=list)  # a person has decided against these bytes
    notes: int = 0  # files in the folder that are no returns
    held: list[Submission] = field(default_factory=list)
    confirmed: list[OnceHeld] = field(default_factory=list)
    earlier: list[Submission] = field(default_factory=list)  # current since an earlier run, not in this folder
    measures: DataFrame = field(default_factory=DataFrame)
    hits: Counter[str] = field(default_factory=Counter)  # of the validation rules, by severity
    england: DataFrame | None = None
    impossible: str = ""
    doubts: tuple[Doubt, ...] = ()
    low: list[LowConfidence] = field(default_factory=list)


def run_folder(folder: Folder, settings: Settings, received: datetime, progress: ShowSteps) -> Report:
    """Runs the whole pipeline on a folder and writes `measures.csv`, `validation_issues.csv` and `england.csv`.

    Returns that were rejected do not keep the others from being done. Raises NothingToRun, or InputFileError for a
    file of the user's that cannot be used, before anything is written; WorkerDied, SurroundingsFailed, Stopped."""
    paths, notes = _paths(folder, settings.max_return_bytes)
    if folder.landing is not None:
        _refuse_wrong_inputs(folder, settings, paths)
    if folder.output:
        folder.output.mkdir(parents=True, exist_ok=True)
        (folder.output / RESULTS_MARKER).touch()
    with (
        closing(Store(settings)) as store,
        open_instance(settings) as instance,
        command(store, instance) as holder,
    ):
        report = _run(folder, settings, store, paths, received, progress, holder)
    report.notes = notes
    return report


def _paths(folder: Folder, max_bytes: int) -> tuple[list[Path], int]:
    """The files to take or reject, and how many others are left alone."""
    if folder.landing is None:
        return [], 0
    same = folder.output and folder.landing.resolve() == folder.output.resolve()
    if (folder.landing / RESULTS_MARKER).exists() or same:
        raise NothingToRun(
            f"{folder.landing}: the folder holds the results of runs; one with returns only was expected"
        )
    paths, notes = without_notes(files_in(folder.landing), max_bytes)
    if not paths:
        what = (
            f"are no returns in the folder; not returns, left alone: {notes}" if notes else "are no files in the folder"
        )
        raise NothingToRun(f"{folder.landing}: there {what}")
    return paths, notes


def _refuse_wrong_inputs(folder: Folder, settings: Settings, paths: list[Path]) -> None:
    """Reads the user's files, and looks for the returns whose figures they say are carried forward."""
    inputs = inputs_of(folder.year, folder.given)
    if not inputs.own_carries or not inputs.carry_forward:
        return
    held = set[tuple[int, str]]()
    if is_there(settings):  # none is made to see that it holds nothing
        with closing(Store(settings)) as store:
            lines = [(line.from_year, line.la_code) for line in inputs.carry_forward]
            held = {(year, la) for year, la in lines if store.registry.current(year, la) is not None}
    here = identities_in(paths, settings.max_return_bytes)
    for line in inputs.carry_forward:
        whose = (line.from_year, line.la_code)
        if whose not in held and not (whose in here and line.from_year == folder.year - 1):
            raise InputFileError(
                f"{folder.carry_forward}: {line.la_code} is to be carried forward from "
                f"{CollectionYear(line.from_year)}, of which neither the state holds an accepted return nor the folder "
                "has a file (a folder gives the year and the one before)"
            )


def _run(
    folder: Folder,
    settings: Settings,
    store: Store,
    paths: list[Path],
    received: datetime,
    progress: ShowSteps,
    holder: str,
) -> Report:
    year = CollectionYear(folder.year)
    confirmed_by = CONFIRMED_BY if folder.confirm_held else ""
    if confirmed_by:
        for each in _held(store, year):
            if not folder.la_codes or each.la_code in folder.la_codes:
                store.registry.confirm(each.submission, confirmed_by, CONFIRMED_BEFOREHAND)
    if folder.landing is None:
        inputs = store.inputs.of(year.ending)
        known: list[Submission | RefusedFile] = [*_known(folder, store)]
    else:
        inputs = store.inputs.keep(
            year.ending,
            expected=folder.expected,
            people=folder.population,
            unusable=folder.unusable,
            carry_forward=folder.carry_forward,
            predecessors=folder.predecessors,
            low_reliability=folder.low_reliability,
            vintage=folder.vintage,
            missing=folder.missing,
        )
        known = land(
            paths,
            _expected(folder, store, inputs),
            store.registry,
            store.returns,
            folder=folder.landing,
            received=received,
            max_bytes=settings.max_return_bytes,
            on_file=progress("Receiving files", len(paths)),
        )
    report = Report(year, inputs, MissingData(year.ending, inputs.practice))
    to_do = [each for each in known if isinstance(each, Submission) and each.state in (LANDED, CLAIMED, ACCEPTED)]
    report.left_alone = [each for each in known if isinstance(each, Submission) and each.decided_against]
    held = [each for each in known if isinstance(each, Submission) and each.state is HELD]
    report.rejected = [each for each in known if each not in (*to_do, *report.left_alone, *held)]
    step = progress("Reading returns and counting", len(to_do))
    fence = store.liveness.fence(holder)
    load = Load(holder, figures_only=frozenset({year.previous.ending}), confirmed_by=confirmed_by, fence=fence)
    outcomes = []
    for outcome in load_returns(to_do, settings, load):
        outcomes.append(outcome)
        step()
    outcomes += _counted_again(year, settings, store, progress, holder)
    for outcome in outcomes:
        submission = replace(store.registry.get(outcome.submission), reason=outcome.reason)
        if submission.state is not HELD:  # at once, or once a return with the same children was accepted
            (report.landed if outcome.accepted else report.rejected).append(submission)
    report.rejected.sort(key=lambda each: each.file_name)
    report.held = _held(store, year)
    if confirmed_by:
        once_held = [each for ending in _two_years(year) for each in store.registry.once_held(ending)]
        report.confirmed = [each for each in once_held if each.confirmed_by == confirmed_by]
    step = progress("Adding up England", 1)
    report.impossible = _run_england(year, settings, store)
    step()
    report.missing = missing_data_of(store, year.ending)
    _figures(report, store)
    if folder.output:
        _write(report, folder.output, store)
    note_earlier(store, year.ending)
    report.doubts = doubts_of(store, year.ending, inputs.expected)
    report.low = low_confidence(store, year.ending, inputs.expected)
    here = {(each.collection_year, each.la_code) for each in report.landed}
    report.earlier = [
        each
        for each in store.registry.all_current(year.ending)
        if (year.ending, each.la_code) not in here and each.la_code in inputs.expected
    ]
    return report


def _two_years(year: CollectionYear) -> tuple[int, int]:
    return year.previous.ending, year.ending


def _held(store: Store, year: CollectionYear) -> list[Submission]:
    """What waits for a person to confirm it, of a year and the previous one."""
    return [each for ending in _two_years(year) for each in store.registry.held(ending)]


def _counted_again(
    year: CollectionYear, settings: Settings, store: Store, progress: ShowSteps, holder: str
) -> list[Outcome]:
    """Counts again what was counted with another return of the previous year than is current now, as that was held or
    confirmed meanwhile. What failed of it."""
    recounts = [each for each in store.figures.recounts(store.inputs.predecessors) if each.year == year.ending]
    if not recounts:
        return []
    step = progress("Counting again", len(recounts))
    failed = []
    for outcome in load_returns(
        [store.registry.get(each.submission) for each in recounts],
        settings,
        Load(holder, recount=True, fence=store.liveness.fence(holder)),
    ):
        failed += [] if outcome.accepted else [outcome]
        step()
    return failed


def _known(folder: Folder, store: Store) -> list[Submission]:
    """What is to be run again: of each LA asked for, what waits, else what is current; nothing of what is held.

    Raises NothingToRun where there is nothing of one of them."""
    of_year = [each for each in store.registry.waiting() if each.collection_year == folder.year]
    waiting_las = {each.la_code for each in of_year}
    of_year += [each for each in store.registry.all_current(folder.year) if each.la_code not in waiting_las]
    known = {each.la_code for each in (*of_year, *store.registry.held(folder.year))}
    if missing := sorted(set(folder.la_codes) - known) or ([] if known else ["any LA"]):
        label = CollectionYear(folder.year)
        raise NothingToRun(f"the state holds no return of {', '.join(missing)} for {label} that waits or is current")
    return [each for each in of_year if not folder.la_codes or each.la_code in folder.la_codes]


def _expected(folder: Folder, store: Store, inputs: NationalInputs) -> ExpectedReturns:
    expected = {folder.year: frozenset(inputs.expected)}
    if folder.year > FIRST_YEAR:
        # The user's list is for the whole run; without one, each year has the authorities of its own time.
        before = inputs.expected if folder.expected else store.inputs.of(folder.year - 1).expected
        expected[folder.year - 1] = frozenset(before) | for_re_referrals_alone(folder.year, inputs)
    return ExpectedReturns(expected, frozenset(folder.la_codes))


def _run_england(year: CollectionYear, settings: Settings, store: Store) -> str:
    """Why England could not be estimated; empty where it could. Raises SurroundingsFailed, Stopped."""
    job = build_definitions(settings, store).resolve_job_def(NATIONAL_JOB)
    with open_instance(settings) as instance, stopped_after_run():
        run = job.execute_in_process(partition_key=year.key, instance=instance, run_config=QUIET, raise_on_error=False)
    if run.success:
        return ""
    happened("run_failed", level=logging.ERROR, year=year.ending, run=run.run_id, job=NATIONAL_JOB)
    if fault := fault_in_events(run.all_events):
        raise SurroundingsFailed(fault.sentence)
    failures = [event for event in run.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
    reasons = [
        data.user_failure_data.description
        for event in failures
        if (data := event.step_failure_data).user_failure_data is not None
    ]
    return next((reason for reason in reasons if reason), f"the run failed; run {run.run_id} in the UI tells more")


def _figures(report: Report, store: Store) -> None:
    year = report.year.ending
    current = store.figures.current_la_measures(year)
    expected = current[current["la_code"].isin(report.inputs.expected)]
    report.measures = without_unusable(expected, report.inputs.unusable)
    if not report.impossible:
        report.england = store.figures.estimates(year)


def _write(report: Report, output: Path, store: Store) -> None:
    write_measures(report.measures, output / MEASURES_FILE)
    write_issues(_current_issues(report, store), output / ISSUES_FILE)
    if report.england is None:
        (output / ENGLAND_FILE).unlink(missing_ok=True)  # an earlier one would pass for this run's
    else:
        write_england(report.england, output / ENGLAND_FILE)


def _current_issues(report: Report, store: Store) -> Iterator[DataFrame]:
    """The hits of the validation rules on each expected return that is current, one return at a time."""
    year = report.year.ending
    for each in store.registry.all_current(year):
        place = place_of(VALIDATION, each)
        # A return that was only ever counted, as the previous year's, has no issues stored.
        if each.la_code in report.inputs.expected and store.tables.has(place):
            issues = store.tables.read(place, (ISSUES,))[ISSUES]
            report.hits.update(issues["severity"].value_counts().to_dict())
            yield issue_rows(issues, year, each.la_code)
