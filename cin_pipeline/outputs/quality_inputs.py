"""What the quality report of a release is made from: what the state knows of the returns of a year."""

from collections.abc import Callable, Iterator

import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.interpretations import INTERPRETATION_COLUMNS
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.quality import QualityInput
from cin_pipeline.store.quality import Grade
from cin_pipeline.store.row_tables import TablesMissing
from cin_pipeline.store.store import Store, place_of
from cin_pipeline.store.submissions import Submission
from cin_pipeline.validation.confidence.table import CONFIDENCE_COLUMNS

SUBMISSION_COLUMNS = ("la_code", "submission", "sha256", "state", "errors", "queries")
RULE_COLUMNS = ("la_code", "rule_id", "severity", "hits")

_ROWS = "rows"  # the table of an asset that has one


def quality_input(
    store: Store, release: ReleaseInput, protected: DataFrame, on_la: Callable[[], None] = lambda: None
) -> QualityInput:
    """What is known of the returns of the release year; `on_la` is called after each current return.

    Row tables are read one LA at a time. What a return was never put through (the rules, say) is left out."""
    year = release.year.ending
    current = returns_of(store, release)
    rules, confidence = [], []
    for each in current:
        rules.append(_rule_counts(store, each))
        confidence.append(_stored(store, "data_confidence", each, _ROWS))
        on_la()
    inputs = store.inputs.of(year)
    touched = store.figures.current_interpretation_counts(year)
    return QualityInput(
        release=release,
        protected=protected,
        submissions=last_submissions(store, year),
        rule_counts=_together(rules, RULE_COLUMNS),
        confidence=_together(confidence, CONFIDENCE_COLUMNS),
        unusable=inputs.unusable,
        interpretations=touched[touched["la_code"].isin(release.expected[year])][list(INTERPRETATION_COLUMNS)],
        estimated_with=inputs.population_source,
    )


def returns_of(store: Store, release: ReleaseInput) -> list[Submission]:
    """The current submissions of the release year, of the LAs that are expected."""
    expected = release.expected[release.year.ending]
    return [each for each in store.registry.all_current(release.year.ending) if each.la_code in expected]


def last_submissions(store: Store, year: int) -> DataFrame:
    """The last submission of each LA as SUBMISSION_COLUMNS. What is held counts as not sent: it stands only where there
    is no other, and without what was found in it."""
    history, held = store.registry.history(year), {each.submission for each in store.registry.held(year)}
    grades = {number: grade for number, grade in store.quality.of_year(year).items() if number not in held}
    last = {each.la_code: each for each in sorted(history, key=lambda each: each.submission not in held)}
    return DataFrame(list(_described(last, grades)), columns=list(SUBMISSION_COLUMNS)).astype(
        {"errors": "Int64", "queries": "Int64"}
    )


def _described(last: dict[str, Submission], grades: dict[int, Grade]) -> Iterator[tuple[object, ...]]:
    for la_code, each in sorted(last.items()):
        grade = grades.get(each.submission, Grade())
        about = (each.submission, each.sha256, each.state.value)
        yield la_code, *about, grade.errors, grade.queries


def _rule_counts(store: Store, submission: Submission) -> DataFrame:
    issues = _stored(store, "validation_issues", submission, "issues")
    if issues.empty:
        return DataFrame()
    counts = issues.groupby(["rule_id", "severity"], as_index=False).size().rename(columns={"size": "hits"})
    return counts.assign(la_code=submission.la_code)


def _stored(store: Store, asset: str, submission: Submission, name: str) -> DataFrame:
    """A row table of an asset; empty where the asset was never made. Raises TablesDamaged where it was."""
    try:
        return store.tables.read(place_of(asset, submission), (name,))[name]
    except TablesMissing:
        return DataFrame()


def _together(frames: list[DataFrame], columns: tuple[str, ...]) -> DataFrame:
    filled = [frame for frame in frames if not frame.empty]
    if not filled:
        return DataFrame(columns=list(columns))
    return pd.concat(filled, ignore_index=True)[list(columns)]
