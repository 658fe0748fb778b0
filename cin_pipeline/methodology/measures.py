"""The catalogue: every measure, declared once. Checks, estimates, documentation and outputs derive from it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology import assessments, calendar, children, episodes, plans, referrals, section47
from cin_pipeline.methodology.facts import ReturnFacts, reading
from cin_pipeline.tables.columns import BREAKDOWN, CATEGORY, COLLECTION_YEAR, LA_CODE, MEASURE
from cin_pipeline.tables.declaring import TEXT, WHOLE_OR_NONE, Column, TableDeclaration

TOTAL = "total"
KNOWN, NOT_AVAILABLE = "known", "not_available"
LA_MEASURES = TableDeclaration(
    "la_measures",
    "A count of one LA's return: a measure, or a category of one of its breakdowns. `measures.csv`, of all LAs.",
    (
        COLLECTION_YEAR,
        LA_CODE,
        MEASURE,
        BREAKDOWN,
        CATEGORY,
        Column(
            "value",
            WHOLE_OR_NONE,
            "How many, not rounded; missing where the figure is not available.",
            "children, or records",
            nullable=True,
            caution="Child counts of several LAs do not add up to children: one may be in two.",
        ),
        Column(
            "status",
            TEXT,
            "Whether the LA's return gives the figure. Re-referrals are not available without the previous year's.",
            longest=16,
            values=(KNOWN, NOT_AVAILABLE),
        ),
    ),
    key=("collection_year", "la_code", "measure", "breakdown", "category"),
)
MEASURE_COLUMNS = LA_MEASURES.names

Population = Callable[[ReturnFacts], DataFrame | None]
_Row = tuple[str, str, str, int | None, str]  # measure, breakdown, category, value, status


@dataclass(frozen=True)
class Measure:
    """One figure of the release and how it is counted.

    `population` gives the rows that are counted, one by one or, for `children`, each child once; None means the
    figure is not available. A breakdown counts the rows by the population's column of that name, two joined by a
    colon by both."""

    name: str
    table: str  # of the release
    population: Population
    title: str
    breakdowns: tuple[str, ...] = ()
    children: bool = False
    counted_from: str = ""  # the measure whose rows it counts the children of
    part_of: str = ""  # "of those": never more than that, and estimated as a share of it
    stock: bool = False  # at 31 March, so that every duration has an end

    def population_of(self, breakdown: str) -> Population:
        """What the cells of a breakdown are counted from."""
        return OVERLAPPING.get(breakdown, self.population)

    def readings(self, breakdown: str = TOTAL) -> tuple[str, ...]:
        """How it is counted and put into the categories of a breakdown: sentences, with the sections and ambiguities
        that decided them, as the functions that do it say."""
        functions: list[Callable[..., object]] = [self.population_of(breakdown)]
        if self.children:
            functions.append(children.one_child)
        for name in breakdown.split(":"):
            decided = DECIDED_BY.get(f"{self.name}.{name}") or DECIDED_BY.get(name)
            functions += [decided] if decided else []
        return tuple(dict.fromkeys(reading(function) for function in functions))

    def adds_up(self, breakdown: str) -> bool:
        """Whether the categories of a breakdown sum to the measure, on any input."""
        dated = breakdown not in ("wait", "working_days") and (self.stock or breakdown != "duration")
        return dated and breakdown not in OVERLAPPING


# Breakdowns in which a row may be in several categories, counted from rows of their own.
OVERLAPPING: dict[str, Callable[[ReturnFacts], DataFrame]] = {
    "disability": episodes.disabilities_at_31_march,
    "factor": assessments.factors,
    "factor_group": assessments.factor_groups,
}

# What puts a row into its category, where the population does not: by breakdown, or by measure and breakdown.
DECIDED_BY: dict[str, Callable[..., object]] = {
    "has_disability": children.disabilities,
    "primary_need": children.with_unknown,
    "reason_for_closure": children.with_unknown,
    "referral_source": children.with_unknown,
    "initial_category": children.with_unknown,
    "latest_category": children.with_unknown,
    "gender": children.characteristics,
    "ethnicity": children.characteristics,
    "age_band": children.age_bands,
    "duration": calendar.duration_bands,
    "assessments_completed.duration": calendar.assessment_bands,
    "wait": calendar.wait_bands,
    "working_days": calendar.working_days,
}

CATALOGUE = (
    # B1 to B6, A3, A4: children in need
    Measure("cin_episodes_starting", "B1", episodes.starting, "Episodes of need starting in the year"),
    Measure(
        "cin_children_starting",
        "B1",
        episodes.starting,
        "Children starting an episode of need in the year",
        children=True,
        counted_from="cin_episodes_starting",
    ),
    Measure(
        "cin_episodes_ending",
        "B1",
        episodes.ending,
        "Episodes of need ending in the year",
        breakdowns=("duration", "reason_for_closure"),
    ),
    Measure(
        "cin_children_ending",
        "B1",
        episodes.ending,
        "Children ending an episode of need in the year",
        children=True,
        counted_from="cin_episodes_ending",
    ),
    Measure("cin_episodes_any_point", "B1", episodes.at_any_point, "Episodes of need at any point in the year"),
    Measure(
        "cin_children_any_point",
        "B1",
        episodes.at_any_point,
        "Children in need at any point in the year",
        children=True,
        counted_from="cin_episodes_any_point",
    ),
    Measure(
        "cin_episodes_at_31_march",
        "B1",
        episodes.at_31_march,
        "Episodes of need open at 31 March",
        breakdowns=(
            "has_disability",
            "disability",
            "primary_need",
            "duration",
            "gender",
            "age_band",
            "ethnicity",
            "primary_need:gender",
            "primary_need:age_band",
            "ethnicity:gender",
            "ethnicity:age_band",
        ),
        stock=True,
    ),
    Measure(
        "cin_children_at_31_march",
        "B1",
        episodes.at_31_march,
        "Children in need at 31 March",
        children=True,
        counted_from="cin_episodes_at_31_march",
        stock=True,
    ),
    Measure(
        "cin_awaiting_assessment_at_31_march",
        "B1",
        episodes.awaiting_assessment,
        "Episodes of need open at 31 March without an assessment",
        part_of="cin_episodes_at_31_march",
        stock=True,
    ),
    # C1, C5, C6: referrals
    Measure(
        "referrals",
        "C1",
        referrals.received,
        "Referrals in the year",
        breakdowns=("referral_source", "month"),
    ),
    Measure(
        "children_referred",
        "C1",
        referrals.received,
        "Children referred in the year",
        children=True,
        counted_from="referrals",
    ),
    Measure(
        "referrals_no_further_action",
        "C1",
        referrals.no_further_action,
        "Referrals resulting in no further action",
        part_of="referrals",
    ),
    Measure(
        "referrals_assessed_not_in_need",
        "C1",
        referrals.assessed_not_in_need,
        "Referrals assessed not to be in need",
        part_of="referrals",
    ),
    Measure(
        "re_referrals",
        "C1",
        referrals.re_referrals,
        "Referrals within 12 months of a previous referral",
        part_of="referrals",
    ),
    Measure(
        "children_re_referred",
        "C1",
        referrals.re_referrals,
        "Children with a referral within 12 months of a previous one",
        children=True,
        counted_from="re_referrals",
        part_of="children_referred",
    ),
    # C2 to C4: assessments, factors, section 47 enquiries and conferences
    Measure(
        "assessments_completed",
        "C2",
        assessments.completed,
        "Assessments completed in the year",
        breakdowns=("duration", "working_days"),
    ),
    Measure(
        "factor_episodes",
        "C3",
        assessments.with_factors,
        "Referrals with factors identified at the end of an assessment in the year",
        breakdowns=("factor", "factor_group"),
    ),
    Measure("section_47_enquiries", "C4", section47.enquiries, "Section 47 enquiries started in the year"),
    Measure(
        "children_section_47",
        "C4",
        section47.enquiries,
        "Children with a section 47 enquiry started in the year",
        children=True,
        counted_from="section_47_enquiries",
    ),
    Measure(
        "icpcs",
        "C4",
        section47.conferences,
        "Initial child protection conferences in the year",
        breakdowns=("wait", "working_days"),
    ),
    Measure(
        "children_icpc",
        "C4",
        section47.conferences,
        "Children with an initial child protection conference in the year",
        children=True,
        counted_from="icpcs",
    ),
    # D1 to D7, A5: child protection plans
    Measure(
        "cpp_starting",
        "D1",
        plans.starting,
        "Child protection plans starting in the year",
        breakdowns=("initial_category", "latest_category"),
    ),
    Measure(
        "children_cpp_starting",
        "D1",
        plans.starting,
        "Children starting a child protection plan in the year",
        children=True,
        counted_from="cpp_starting",
    ),
    Measure(
        "cpp_starting_second_or_subsequent",
        "D3",
        plans.second_or_subsequent,
        "Child protection plans starting in the year for a second or subsequent time",
        part_of="cpp_starting",
    ),
    Measure("cpp_ending", "D1", plans.ending, "Child protection plans ending in the year", breakdowns=("duration",)),
    Measure(
        "children_cpp_ending",
        "D1",
        plans.ending,
        "Children ending a child protection plan in the year",
        children=True,
        counted_from="cpp_ending",
    ),
    Measure("cpp_any_point", "D1", plans.at_any_point, "Child protection plans at any point in the year"),
    Measure(
        "children_cpp_any_point",
        "D1",
        plans.at_any_point,
        "Children with a child protection plan at any point in the year",
        children=True,
        counted_from="cpp_any_point",
    ),
    Measure(
        "cpp_at_31_march",
        "D1",
        plans.at_31_march,
        "Child protection plans at 31 March",
        breakdowns=(
            "initial_category",
            "latest_category",
            "duration",
            "gender",
            "age_band",
            "ethnicity",
            "initial_category:gender",
            "initial_category:age_band",
            "initial_category:ethnicity",
        ),
        stock=True,
    ),
    Measure(
        "children_cpp_at_31_march",
        "D1",
        plans.at_31_march,
        "Children with a child protection plan at 31 March",
        children=True,
        counted_from="cpp_at_31_march",
        stock=True,
    ),
    Measure(
        "cpp_open_3_months_at_31_march",
        "D6",
        plans.open_3_months,
        "Child protection plans at 31 March open for three months or more",
        part_of="cpp_at_31_march",
        stock=True,
    ),
    Measure(
        "cpp_reviewed_in_time_at_31_march",
        "D6",
        plans.reviewed_in_time,
        "Child protection plans at 31 March reviewed within the required timescales",
        part_of="cpp_open_3_months_at_31_march",
        stock=True,
    ),
)

MEASURES = {measure.name: measure for measure in CATALOGUE}

# Sums that hold for every LA on any input: each total is the signed sum of the others.
SUMS: tuple[tuple[str, dict[str, int]], ...] = (
    ("cin_episodes_any_point", {"cin_episodes_ending": 1, "cin_episodes_at_31_march": 1}),
    ("cpp_any_point", {"cpp_ending": 1, "cpp_at_31_march": 1}),
    (
        "cin_episodes_starting",
        {"referrals": 1, "referrals_no_further_action": -1, "referrals_assessed_not_in_need": -1},
    ),
)


def la_measures(facts: ReturnFacts, la_code: str) -> DataFrame:
    """Every measure of one LA with its breakdowns, as the long table of `measures.csv`.

    Columns as MEASURE_COLUMNS; value is a whole number (Int64), null and `not_available` where the LA has no return of
    the year before. A total row for each measure; categories without a count are left out."""
    rows = [row for measure in CATALOGUE for row in _rows_of(measure, facts)]
    counts = DataFrame(rows, columns=["measure", "breakdown", "category", "value", "status"])
    counts = counts.assign(collection_year=facts.year.ending, la_code=la_code, value=counts["value"].astype("Int64"))
    return counts[list(MEASURE_COLUMNS)]


def count(measure: Measure, breakdown: str, category: str, facts: ReturnFacts) -> int | None:
    """One figure of a return, as it stands in `la_measures`; None where it is not available."""
    rows = measure.population(facts)
    if rows is None or breakdown == TOTAL:
        return None if rows is None else _total(measure, rows)
    return dict(_count_categories(measure.population_of(breakdown)(facts), breakdown)).get(category, 0)


def not_available_rows(keys: DataFrame) -> DataFrame:
    """One row without a value for each measure and breakdown in `keys`; no category but for the total."""
    return keys.assign(
        category=keys["breakdown"].where(keys["breakdown"] == TOTAL, ""),
        value=pd.array([pd.NA] * len(keys), dtype="Int64"),
        status=NOT_AVAILABLE,
    )


def in_catalogue_order(measures: DataFrame, place: str = "la_code") -> DataFrame:
    """Rows by LA (or another column), measures and breakdowns as declared; categories stay in the order they have."""
    order_of = {
        (measure.name, breakdown): n
        for n, (measure, breakdown) in enumerate((m, b) for m in CATALOGUE for b in (TOTAL, *m.breakdowns))
    }
    keys = pd.MultiIndex.from_frame(measures[["measure", "breakdown"]])
    order = measures.assign(_order=keys.map(order_of)).sort_values([place, "_order"], kind="stable")
    return order.drop(columns="_order").reset_index(drop=True)


def _rows_of(measure: Measure, facts: ReturnFacts) -> list[_Row]:
    rows = measure.population(facts)
    if rows is None:
        categories = (TOTAL, *("" for _ in measure.breakdowns))
        keys = zip((TOTAL, *measure.breakdowns), categories, strict=True)
        return [(measure.name, breakdown, category, None, NOT_AVAILABLE) for breakdown, category in keys]
    counted: list[_Row] = [(measure.name, TOTAL, TOTAL, _total(measure, rows), KNOWN)]
    for breakdown in measure.breakdowns:
        counts = _count_categories(measure.population_of(breakdown)(facts), breakdown)
        counted += [(measure.name, breakdown, category, count, KNOWN) for category, count in counts]
    return counted


def _total(measure: Measure, rows: DataFrame) -> int:
    return int(rows["child"].nunique()) if measure.children else len(rows)


def _count_categories(rows: DataFrame, breakdown: str) -> list[tuple[str, int]]:
    """Rows by category, in the order of the categories; rows without one are in the total alone."""
    columns = [rows[name].cat for name in breakdown.split(":")]
    codes = [column.codes.to_numpy().astype(np.int64) for column in columns]
    names = [list(column.categories) for column in columns]
    held = np.logical_and.reduce([code >= 0 for code in codes])
    shape = tuple(len(name) for name in names)
    counts = np.bincount(np.ravel_multi_index([code[held] for code in codes], shape), minlength=int(np.prod(shape)))
    (present,) = np.nonzero(counts)
    places = zip(*np.unravel_index(present, shape), strict=True)
    labels = (":".join(name[n] for name, n in zip(names, place, strict=True)) for place in places)
    return list(zip(labels, counts[present].tolist(), strict=True))
