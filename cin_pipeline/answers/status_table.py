"""One line per LA: how far its return of a year has come, how good it is, and what is missing."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.years import FIRST_YEAR, CollectionYear
from cin_pipeline.methodology.doubts import Doubt
from cin_pipeline.methodology.missing import UnusableItem
from cin_pipeline.methodology.practice import MissingData
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline.store.doubts import doubts_of
from cin_pipeline.store.missing_data import missing_data_of
from cin_pipeline.store.moves import HELD, SubmissionState
from cin_pipeline.store.quality import Grade
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission
from cin_pipeline.validation.confidence import LOW, MEDIUM

STATUS_COLUMNS = (
    "collection_year", "la_code", "la_name", "state", "current", "received", "submissions", "errors", "queries",
    "confidence", "missing",
)  # fmt: skip

IN_DOUBT = "in doubt"
NO_RETURN = "no return"
NOT_EXPECTED = "not among the expected authorities"


def status_of_year(store: Store, year: int, doubts: Iterable[Doubt] | None = None) -> DataFrame:
    """The status table of a year from what a state holds: `status_table`. `doubts`: where they are known already."""
    before = store.registry.all_current(year - 1) if year > FIRST_YEAR else None
    missing = missing_data_of(store, year)
    counted = {each.la_code for each in missing.new if each.counted_with}
    inputs = store.inputs.of(year)
    return status_table(
        year,
        inputs.expected,
        store.registry.history(year),
        store.quality.of_year(year),
        None if before is None else {each.la_code for each in before} | counted,
        inputs.unusable,
        missing,
        doubts_of(store, year) if doubts is None else doubts,
    )


def status_table(
    year: int,
    expected: Sequence[str],
    submissions: Iterable[Submission],
    grades: Mapping[int, Grade],
    returned_before: Collection[str] | None,
    unusable: Iterable[UnusableItem],
    missing: MissingData | None = None,
    doubts: Iterable[Doubt] = (),
) -> DataFrame:
    """One row per expected LA, and per other LA with a current return; what needs attention first. STATUS_COLUMNS:

    state is that of the LA's last submission of the year (`no return` without one), `held` where any waits for a
    person to confirm it, current the number of the one that figures come from (missing without one), received the time
    of the last. errors, queries and confidence are those of the current submission, else of the last; missing where
    nobody looked. `missing` says in words what the figures lack. `submissions` in the order they were received;
    `returned_before`: LAs with a current return of the previous year, their own or their predecessor's, None in the
    first year. `missing`: what stands in for missing figures. `doubts`: the current returns in doubt, which `missing`
    says too."""
    of_la: dict[str, list[Submission]] = {}
    for each in submissions:
        of_la.setdefault(each.la_code, []).append(each)
    declared: dict[str, int] = {}
    for item in unusable:
        declared[item.la_code] = declared.get(item.la_code, 0) + (item.year == year)
    carried = missing.in_place_of_returns if missing else {}
    unreliable = Counter(la for la, _ in missing.low_reliability) if missing else Counter[str]()
    in_doubt = {each.la_code: each for each in doubts}
    others = [la for la, several in of_la.items() if la not in expected and _current(several)]
    rows = []
    for la in (*expected, *sorted(others)):
        several = of_la.get(la, [])
        current = _current(several)
        last = several[-1] if several else None
        shown = current or last
        grade = grades.get(shown.submission, Grade()) if shown else Grade()
        doubt = in_doubt.get(la)
        lacking = [
            *([f"{IN_DOUBT}, {f'accepted by {doubt.answer.by}' if doubt.answer else 'not answered'}"] if doubt else []),
            *_lacking(several, current),
            *([f"{CollectionYear(carried[la])} carried forward"] if la in carried else []),
            *([NOT_EXPECTED] if la not in expected else []),
            *([f"no return of {CollectionYear(year - 1)}"] if la not in (returned_before or {la}) else []),
            *([f"{declared[la]} declared unusable"] if declared.get(la) else []),
            *([f"{unreliable[la]} of low reliability"] if unreliable[la] else []),
            *([f"{grade.rules_crashed} rules crashed"] if grade.rules_crashed else []),
        ]
        rows.append(
            {
                "collection_year": year,
                "la_code": la,
                "la_name": every_authority()[la].name,
                "state": _state(several),
                "current": current.submission if current else None,
                "received": last.received if last else None,
                "submissions": len(several),
                "errors": grade.errors,
                "queries": grade.queries,
                "confidence": grade.confidence,
                "missing": "; ".join(lacking),
                "_attention": _attention(several, current, grade, lacking, doubt),
            }
        )
    table = DataFrame(rows, columns=[*STATUS_COLUMNS, "_attention"])
    numbers = dict.fromkeys(("current", "errors", "queries"), "Int64")
    table = table.astype({**numbers, "confidence": "str", "missing": "str", "state": "str"})
    table = table.assign(received=pd.to_datetime(table["received"], utc=True), _errors=-table["errors"].fillna(0))
    ordered = table.sort_values(["_attention", "_errors", "la_code"], kind="stable", ignore_index=True)
    return ordered[list(STATUS_COLUMNS)]


def status_summary(table: DataFrame) -> str:
    """The table in one sentence."""
    expected = ~table["missing"].str.contains(NOT_EXPECTED, regex=False)
    current = table["current"].notna()
    waiting = table[expected & ~current]
    held = int((table["state"] == HELD).sum())
    states = [f"{count} {state}" for state, count in waiting["state"].value_counts(sort=False).items() if state != HELD]
    doubted = int(table["missing"].str.contains(IN_DOUBT, regex=False).sum())
    low = int((table["confidence"] == LOW).sum())
    others = int((~expected).sum())
    parts = [
        f"{int(expected.sum())} expected",
        f"{int((expected & current).sum())} current",
        *states,
        *([f"{held} held for confirmation"] if held else []),
        *([f"{doubted} in doubt"] if doubted else []),
        *([f"{others} current but not expected"] if others else []),
        f"{int(table['errors'].sum()):,} errors",
        f"{int(table['queries'].sum()):,} queries",
        f"{low} of low confidence",
    ]
    return ", ".join(parts)


def _current(submissions: Sequence[Submission]) -> Submission | None:
    return next((each for each in reversed(submissions) if each.state is SubmissionState.ACCEPTED), None)


def _state(submissions: Sequence[Submission]) -> str:
    if any(each.state is HELD for each in submissions):
        return HELD.value
    return submissions[-1].state.value if submissions else NO_RETURN


def _lacking(submissions: Sequence[Submission], current: Submission | None) -> list[str]:
    """What the state of an LA's submissions leaves to be done."""
    if not submissions:
        return [NO_RETURN]
    last = submissions[-1]
    open_ones = [each for each in submissions if each.state is HELD or (each is last and each is not current)]
    return [
        f"submission {each.submission} is {each.state.value}" + (f": {each.told}" if each.told else "")
        for each in open_ones
    ]


def _attention(
    submissions: Sequence[Submission],
    current: Submission | None,
    grade: Grade,
    lacking: Collection[str],
    doubt: Doubt | None,
) -> int:
    """How soon somebody should look: 0 first."""
    if _state(submissions) == HELD:
        return 0
    if current is None:
        return 1 if submissions else 2
    if submissions[-1] is not current or (doubt and doubt.answer is None):
        return 3
    if grade.rules_crashed or grade.confidence == LOW:
        return 4
    if lacking:
        return 5
    return 6 if grade.confidence == MEDIUM else 7
