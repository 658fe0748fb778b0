"""The catalogue: every measure, declared once. Checks, estimates, documentation and outputs derive from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cin_pipeline.methodology import assessments, children, cin_plans, episodes, plans, referrals, section47
from cin_pipeline.methodology import breakdowns as by
from cin_pipeline.methodology.breakdowns import Breakdown, Kind
from cin_pipeline.methodology.facts import CountedRows, interpretation
from cin_pipeline.reference.figure_keys import TOTAL


@dataclass(frozen=True)
class Measure:
    """One figure of the release and how it is counted.

    `rows` gives the rows that are counted, one by one or, for `children`, each child once; None means the figure is not
    available. `breakdowns`, by name, put the rows into categories. Raises ValueError for a breakdown that counts rows
    made for another measure."""

    name: str
    table: str  # of the release
    rows: CountedRows
    title: str
    breakdowns: Mapping[str, Breakdown] = field(default_factory=dict, hash=False)
    children: bool = False
    counted_from: str = ""  # the measure whose rows it counts the children of
    part_of: str = ""  # "of those": in an LA never more than that
    since: int = 0  # the collection year from which it is counted: before it there are no rows
    estimated_as_share: bool = False  # of what it is a part of, where it is missing; else by population [A46, A87]

    def __post_init__(self) -> None:
        for breakdown in self.breakdowns.values():
            if breakdown.of not in (None, self.rows):
                raise ValueError(f"{self.name}: {breakdown.name} counts rows made for another measure")

    def rows_of(self, breakdown: str) -> CountedRows:
        """What the cells of a breakdown are counted from."""
        own = None if breakdown == TOTAL else self.breakdowns[breakdown].rows
        return own or self.rows

    @property
    def share_of(self) -> str:
        """The measure that a missing figure is estimated as a share of; empty where it is by population."""
        return self.part_of if self.estimated_as_share else ""

    @property
    def margins(self) -> list[tuple[Breakdown, Breakdown]]:
        """Each crossing with each breakdown by some of its items to which it adds up on any input."""
        whole = [each for each in self.breakdowns.values() if each.kind.adds_up]
        return [(one, other) for one in whole for other in whole if set(other.items) < set(one.items)]

    @property
    def numbers(self) -> Breakdown | None:
        """The breakdown by whole numbers, from which quartiles are taken."""
        return next((each for each in self.breakdowns.values() if each.kind is Kind.NUMBERS), None)

    def interpretations(self, breakdown: str = TOTAL) -> tuple[str, ...]:
        """How it is counted and put into the categories of a breakdown: sentences, with the sections and
        interpretations that decided them, as the functions that do it say."""
        functions: list[Callable[..., object]] = [self.rows_of(breakdown)]
        if self.children:
            functions.append(children.one_child)
        if breakdown != TOTAL:
            functions += [each.decided_by for each in self.breakdowns[breakdown].items if each.decided_by]
        return tuple(dict.fromkeys(interpretation(function) for function in functions))


def named(*several: Breakdown) -> dict[str, Breakdown]:
    """Breakdowns by their names, in their order."""
    return {each.name: each for each in several}


CATALOGUE = (
    # B1 to B7, A3, A4: children in need
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
        breakdowns=named(by.DURATION, by.REASON_FOR_CLOSURE),
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
        breakdowns=named(
            by.HAS_DISABILITY,
            by.DISABILITY,
            by.PRIMARY_NEED,
            by.DURATION_TO_31_MARCH,
            by.GENDER,
            by.AGE_BAND,
            by.ETHNICITY,
            by.crossed(by.PRIMARY_NEED, by.GENDER),
            by.crossed(by.PRIMARY_NEED, by.AGE_BAND),
            by.crossed(by.PRIMARY_NEED, by.GENDER, by.AGE_BAND),
            by.crossed(by.ETHNICITY, by.GENDER),
            by.crossed(by.ETHNICITY, by.AGE_BAND),
            by.crossed(by.ETHNICITY, by.GENDER, by.AGE_BAND),
        ),
    ),
    Measure(
        "cin_children_at_31_march",
        "B1",
        episodes.at_31_march,
        "Children in need at 31 March",
        children=True,
        counted_from="cin_episodes_at_31_march",
    ),
    Measure(
        "cin_awaiting_assessment_at_31_march",
        "B1",
        episodes.awaiting_assessment,
        "Episodes of need open at 31 March without an assessment",
        part_of="cin_episodes_at_31_march",
        estimated_as_share=True,
    ),
    Measure(
        "cin_plans_starting",
        "B7",
        cin_plans.starting,
        "Child in need plans starting in the year",
        since=cin_plans.SINCE,
    ),
    Measure(
        "children_cin_plan_starting",
        "B7",
        cin_plans.starting,
        "Children starting a child in need plan in the year",
        since=cin_plans.SINCE,
        children=True,
        counted_from="cin_plans_starting",
    ),
    Measure(
        "cin_plans_ending",
        "B7",
        cin_plans.ending,
        "Child in need plans ending in the year",
        since=cin_plans.SINCE,
    ),
    Measure(
        "children_cin_plan_ending",
        "B7",
        cin_plans.ending,
        "Children ending a child in need plan in the year",
        since=cin_plans.SINCE,
        children=True,
        counted_from="cin_plans_ending",
    ),
    Measure(
        "cin_plans_any_point",
        "B7",
        cin_plans.at_any_point,
        "Child in need plans at any point in the year",
        since=cin_plans.SINCE,
    ),
    Measure(
        "children_cin_plan_any_point",
        "B7",
        cin_plans.at_any_point,
        "Children with a child in need plan at any point in the year",
        since=cin_plans.SINCE,
        children=True,
        counted_from="cin_plans_any_point",
    ),
    Measure(
        "cin_plans_at_31_march",
        "B7",
        cin_plans.at_31_march,
        "Child in need plans at 31 March",
        since=cin_plans.SINCE,
    ),
    # C1, C5, C6: referrals
    Measure(
        "referrals",
        "C1",
        referrals.received,
        "Referrals in the year",
        breakdowns=named(by.REFERRAL_SOURCE, by.MONTH),
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
        estimated_as_share=True,
    ),
    Measure(
        "referrals_assessed_not_in_need",
        "C1",
        referrals.assessed_not_in_need,
        "Referrals assessed not to be in need",
        part_of="referrals",
        estimated_as_share=True,
    ),
    Measure(
        "re_referrals",
        "C1",
        referrals.re_referrals,
        "Referrals within 12 months of a previous referral",
        part_of="referrals",
        estimated_as_share=True,
    ),
    Measure(
        "children_re_referred",
        "C1",
        referrals.re_referrals,
        "Children with a referral within 12 months of a previous one",
        children=True,
        counted_from="re_referrals",
        part_of="children_referred",
        estimated_as_share=True,
    ),
    # C2 to C4: assessments, factors, section 47 enquiries and conferences
    Measure(
        "assessments_completed",
        "C2",
        assessments.completed,
        "Assessments completed in the year",
        breakdowns=named(by.ASSESSMENT_DURATION, by.WORKING_DAYS),
    ),
    Measure(
        "factor_episodes",
        "C3",
        assessments.with_factors,
        "Referrals with factors identified at the end of an assessment in the year",
        breakdowns=named(by.FACTOR, by.FACTOR_GROUP),
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
        breakdowns=named(by.WAIT, by.WORKING_DAYS_OF_WAIT),
    ),
    Measure(
        "children_icpc",
        "C4",
        section47.conferences,
        "Children with an initial child protection conference in the year",
        children=True,
        counted_from="icpcs",
    ),
    # D1 to D8, A5: child protection plans
    Measure(
        "cpp_starting",
        "D1",
        plans.starting,
        "Child protection plans starting in the year",
        breakdowns=named(by.INITIAL_CATEGORY, by.LATEST_CATEGORY),
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
        estimated_as_share=True,
    ),
    Measure(
        "cpp_ending",
        "D1",
        plans.ending,
        "Child protection plans ending in the year",
        breakdowns=named(by.DURATION),
    ),
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
        breakdowns=named(
            by.INITIAL_CATEGORY,
            by.LATEST_CATEGORY,
            by.DURATION_TO_31_MARCH,
            by.GENDER,
            by.AGE_BAND,
            by.ETHNICITY,
            by.crossed(by.GENDER, by.AGE_BAND),
            by.crossed(by.INITIAL_CATEGORY, by.GENDER),
            by.crossed(by.INITIAL_CATEGORY, by.AGE_BAND),
            by.crossed(by.INITIAL_CATEGORY, by.GENDER, by.AGE_BAND),
            by.crossed(by.INITIAL_CATEGORY, by.ETHNICITY),
        ),
    ),
    Measure(
        "children_cpp_at_31_march",
        "D1",
        plans.at_31_march,
        "Children with a child protection plan at 31 March",
        children=True,
        counted_from="cpp_at_31_march",
    ),
    Measure(
        "cpp_open_3_months_at_31_march",
        "D6",
        plans.open_3_months,
        "Child protection plans at 31 March open for three months or more",
        part_of="cpp_at_31_march",
    ),
    Measure(
        "cpp_reviewed_in_time_at_31_march",
        "D6",
        plans.reviewed_in_time,
        "Child protection plans at 31 March reviewed within the required timescales",
        part_of="cpp_open_3_months_at_31_march",
    ),
    Measure(
        "cpp_ending_first_6_months",
        "D8",
        plans.ending_first_6_months,
        "Child protection plans ending from 1 April to 30 September",
        breakdowns=named(by.REMAINED_IN_NEED),
        part_of="cpp_ending",
    ),
    Measure(
        "cpp_ending_first_6_months_transferred",
        "D8",
        plans.transferred,
        "Child protection plans ending from 1 April to 30 September, transferred to another LA within 3 months",
        part_of="cpp_ending_first_6_months",
    ),
)


def catalogue_faults(catalogue: tuple[Measure, ...]) -> list[str]:
    """What is wrong with the order of a catalogue: a whole stands before its parts, as estimates are made in order.

    Also a breakdown that is said to be a part of another that the measure does not have, or of no category of it."""
    faults, before = [], set[str]()
    for measure in catalogue:
        for whole in filter(None, (measure.counted_from, measure.part_of)):
            if whole not in before:
                faults.append(f"{whole} stands after {measure.name}, which is a part of it")
        for each in measure.breakdowns.values():
            needed = [name for name in (each.bands, each.part_of[0] if each.part_of else "") if name]
            faults += [
                f"{measure.name} has {each.name} but no {name}" for name in needed if name not in measure.breakdowns
            ]
        before.add(measure.name)
    return faults


if _FAULTS := catalogue_faults(CATALOGUE):
    raise ValueError("; ".join(_FAULTS))


def catalogue_of(year: int) -> tuple[Measure, ...]:
    """The measures that are counted in a collection year, in the order of the catalogue."""
    return tuple(measure for measure in CATALOGUE if measure.since <= year)


MEASURES = {measure.name: measure for measure in CATALOGUE}

# Sums that hold for every LA on any input: each total is the signed sum of the others.
SUMS: tuple[tuple[str, dict[str, int]], ...] = (
    ("cin_episodes_any_point", {"cin_episodes_ending": 1, "cin_episodes_at_31_march": 1}),
    ("cin_plans_any_point", {"cin_plans_ending": 1, "cin_plans_at_31_march": 1}),
    ("cpp_any_point", {"cpp_ending": 1, "cpp_at_31_march": 1}),
    (
        "cin_episodes_starting",
        {"referrals": 1, "referrals_no_further_action": -1, "referrals_assessed_not_in_need": -1},
    ),
)
