"""Where a figure comes from: from England or a region to the LAs, and from an LA to its submission and records."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame

from cin_pipeline.answers.history import tables_of
from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.methodology.episodes import flag_episodes
from cin_pipeline.methodology.estimates import Ratio, figures_by_la
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.measures import KNOWN
from cin_pipeline.methodology.missing import without_unusable
from cin_pipeline.methodology.referrals import latest_referrals, re_referrals
from cin_pipeline.methodology.tracing import counted_records
from cin_pipeline.reference.authorities import Place, every_authority
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey
from cin_pipeline.reference.missing_data import Practice
from cin_pipeline.store.missing_data import previous_return, treatment_of
from cin_pipeline.store.national_inputs import NationalInputs
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission

ESTIMATED, NOT_ESTIMATED, CARRIED, LEFT_OUT = "estimated", "not available", "carried forward", "left out"
AUTHORITY_COLUMNS = ("la_code", "la_name", "status", "value", "base", "why")


class NotExplained(ValueError):
    """There is no figure to explain; the message says what is missing."""


@dataclass(frozen=True)
class NationalFigure:
    """A figure of England or a region as it was last made, and the LAs it is the sum of.

    `authorities`: a row per expected LA of the place, columns AUTHORITY_COLUMNS: status known, estimated, carried
    forward, left out or not available; value; base, what a missing figure is estimated from; why it is missing.
    `ratio`: how missing figures are estimated, None where none is in England. `agrees`: whether the LAs add up to the
    figure; they do not where returns were accepted after England was made."""

    place: Place
    known: float
    estimated: float
    value: float
    grossing_factor: float
    authorities: DataFrame
    ratio: Ratio | None
    agrees: bool


@dataclass(frozen=True)
class AuthorityFigure:
    """A figure of an LA and the records that were counted (`methodology.tracing.counted_records`).

    `of_children`: whether each child is counted once. `figure`: the current one, None where not available. `records`:
    None where there is no return to count, or the figure is not available. `why`: why it is not used in England's
    figures; empty where it is. `submission`: the current one, number `number` of the LA's submissions; `previous`:
    the previous year's, where the measure looks at it, of a new LA perhaps its predecessor's. `agrees`: whether the
    records add up to the current figure; they do not where the previous year's return came after it was counted."""

    la_code: str
    figure: int | None
    why: str
    submission: Submission | None
    number: int
    previous: Submission | None
    records: DataFrame | None
    of_children: bool

    @property
    def listed(self) -> int | None:
        """What the records add up to."""
        return None if self.records is None else int(self.records["unit"].nunique())

    @property
    def agrees(self) -> bool:
        """Whether that is the current figure."""
        return self.listed == self.figure


def explain_place(store: Store, year: int, key: FigureKey, place: Place) -> NationalFigure:
    """The figure of a place and what every LA adds to it. Raises NotExplained, EstimateImpossible."""
    inputs = store.inputs.of(year)
    given = without_unusable(store.figures.current_la_measures(year), inputs.unusable)
    treatment = treatment_of(store, year, inputs)
    table, ratio = figures_by_la(given, inputs.expected, inputs.population, year, key, treatment)
    inside = table[[place.geography_code in every_authority()[la].places for la in table["la_code"]]]
    missing = inside["known"].isna()
    left_out = inside["missing_data"] == Practice.LEAVE_OUT
    stands_in = inside["estimated"][missing & ~left_out].sum(skipna=False)
    sums = [inside["known"].sum(), np.nan if len(inside) and left_out.all() else stands_in]
    found = _estimate(store, year, key, place) or _of_zeros(sums[1])
    agrees = bool(np.allclose(sums, [found["known"], found["estimated"]], equal_nan=True))
    value = inside["known"].where(~missing, inside["estimated"])
    lacking = set(inside["la_code"][missing])
    carried = set(inside["la_code"][inside["missing_data"] == Practice.CARRY_FORWARD])
    authorities = inside.assign(
        la_name=[every_authority()[la].name for la in inside["la_code"]],
        status=np.select(
            [~missing, left_out, inside["missing_data"] == Practice.CARRY_FORWARD, value.notna()],
            [KNOWN, LEFT_OUT, CARRIED, ESTIMATED],
            NOT_ESTIMATED,
        ),
        value=value,
        base=inside["base"].where(inside["missing_data"] == Practice.ESTIMATE),
        why=[_why(store, year, key, la, inputs, carried) if la in lacking else "" for la in inside["la_code"]],
    )
    ordered = authorities.sort_values("known", na_position="first", ascending=False, kind="stable", ignore_index=True)
    return NationalFigure(place, **found, authorities=ordered[list(AUTHORITY_COLUMNS)], ratio=ratio, agrees=agrees)


def _estimate(store: Store, year: int, key: FigureKey, place: Place) -> dict[str, float] | None:
    """The row of a place in the table of estimates; None where it is left out, as rows of zeros are."""
    estimates = store.figures.estimates(year)
    if estimates.empty:
        raise NotExplained(f"England was not made for {CollectionYear(year)}; make it with: cin-pipeline run")
    of_place = (estimates["geography_code"] == place.geography_code) & (estimates["measure"] == key.measure)
    of_key = (estimates["breakdown"] == key.breakdown) & (estimates["category"] == key.category)
    found = estimates[of_place & of_key]
    figures = ("known", "estimated", "value", "grossing_factor")
    return {name: float(found[name].iloc[0]) for name in figures} if len(found) else None


def _of_zeros(estimated: float) -> dict[str, float]:
    """A row that was left out: nobody has the category, so that it can only be 0, or not be estimated."""
    zero = 0.0 * estimated  # missing where the estimate is
    return {"known": 0.0, "estimated": zero, "value": zero, "grossing_factor": float("nan")}


def explain_authority(store: Store, year: int, key: FigureKey, la_code: str) -> AuthorityFigure:
    """The current figure of an LA, and the records of its return that it counts.

    Holds one return at a time. Raises NotComparable where a return is kept no more, RecordsDoNotAddUp."""
    inputs = store.inputs.of(year)
    measure, submission = MEASURES[key.measure], store.registry.current(year, la_code)
    earlier = treatment_of(store, year, inputs).carried.get(la_code) if submission is None else None
    carried = {la_code} if earlier and earlier.stands_in_for(key, year) else ()
    why = _why(store, year, key, la_code, inputs, carried)
    if submission is None:
        return AuthorityFigure(la_code, None, why, None, 0, None, None, measure.children)
    # Only re-referrals look at the previous year's return.
    looks_back = measure.rows is re_referrals
    previous = previous_return(store, year, la_code) if looks_back else None
    prior = None
    if previous is not None:
        prior = latest_referrals(_cleaned(store, previous), CollectionYear(year - 1))
    tables = _cleaned(store, submission)
    ending = CollectionYear(year)
    records = counted_records(ReturnFacts(ending, flag_episodes(tables, ending), tables, prior), key)
    history = [each.submission for each in store.registry.history(year, la_code)]
    number = history.index(submission.submission) + 1
    figure = _current_figure(store, submission, key)
    return AuthorityFigure(la_code, figure, why, submission, number, previous, records, measure.children)


def _cleaned(store: Store, submission: Submission) -> ReturnTables:
    return clean_return(tables_of(store, submission), submission.collection_year).tables


def _current_figure(store: Store, submission: Submission, key: FigureKey) -> int | None:
    """The figure as it was counted when the return was accepted."""
    measures = store.figures.la_measures_of(submission.submission)
    own = measures[measures["measure"] == key.measure]
    total = own[own["breakdown"] == TOTAL]["value"]
    if total.empty or total.isna().any():
        return None
    found = own[(own["breakdown"] == key.breakdown) & (own["category"] == key.category)]["value"]
    return int(found.iloc[0]) if len(found) else 0


def _carried(store: Store, la_code: str, inputs: NationalInputs, *, figure: bool) -> str:
    """What of an LA without a return is carried forward, and where that is explained. `figure`: whether the earlier
    return has this one."""
    for line in inputs.carry_forward:
        if line.la_code == la_code:
            before, submission = CollectionYear(line.from_year), store.registry.current(line.from_year, la_code)
            if submission is None:
                return f", and none of {before} to carry forward"
            number = submission.submission
            if not figure:
                return f"; submission {number}, of {before}, does not have this figure, so nothing is carried forward"
            return f"; what submission {number}, of {before}, has is carried forward (explain --year {line.from_year})"
    return ""


def _why(
    store: Store, year: int, key: FigureKey, la_code: str, inputs: NationalInputs, carried: Collection[str]
) -> str:
    """Why the figure of an LA is not known to England's figures; empty where it is. `carried`: LAs of which that of an
    earlier year stands in."""
    if la_code not in inputs.expected:
        return "not among the expected authorities: in no figure of England"
    submission = store.registry.current(year, la_code)
    if submission is None:
        before = _carried(store, la_code, inputs, figure=la_code in carried)
        return f"no accepted return for {CollectionYear(year)}{before}"
    for item in inputs.unusable:
        about_it = (item.year, item.la_code, item.measure) == (year, la_code, key.measure)
        if about_it and key.breakdown in item.breakdowns:
            return f"declared unusable: {item.reason}"
    if _current_figure(store, submission, key) is None:
        return f"no return for the previous year ({CollectionYear(year - 1)}) when it was counted"
    return ""
