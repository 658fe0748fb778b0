"""The 28 tables of the release, A1 to D8, declared once: cells, disclosure control, files and documents read this."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypedDict

from cin_pipeline.methodology import breakdowns as by
from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.methodology.cin_plans import SINCE as CIN_PLANS_SINCE
from cin_pipeline.publication import categories
from cin_pipeline.publication.declaring import (
    ALL_LEVELS,
    COUNT,
    DAYS,
    ENGLAND_ONLY,
    PERCENT,
    RATE,
    Category,
    Figure,
    Filter,
    Indicator,
    Table,
    figures_of,
)
from cin_pipeline.reference.code_sets import codes

__all__ = [
    "TABLES",
    "Category",
    "Figure",
    "Filter",
    "Indicator",
    "Table",
    "every_figure",
    "labelled",
    "table",
    "worded",
]

_EPISODES = "Counts episodes, so a child with two episodes counts twice."
_UNDATED = "Categories may add up to less than the total: records with an impossible end date are in the total alone."
_EACH = "One may be counted in several categories, so they add up to more than the total."
_WORKING_DAYS = (
    "Working days are Monday to Friday less bank holidays in England and Wales, counted after the first day. Quartiles "
    "and median are the smallest whole number of days in which at least a quarter, half or three quarters were done."
)
_RATE = (
    "Rates are per 10,000 people aged 0 to 17, by the mid-year estimate of the calendar year before the one in which "
    "the year ends."
)
_GENDER = "Unborn children are in a row of their own, and in none by gender."


class _Columns(TypedDict):
    filters: tuple[Filter, ...]
    indicators: tuple[Indicator, ...]


def _count(name: str, measure: str, label: str = "") -> Indicator:
    return Indicator(name, label or MEASURES[measure].title, COUNT, measure)


def _share(name: str, label: str, part: str, whole: str) -> Indicator:
    return Indicator(name, label, PERCENT, of=(part, whole))


def _percent(name: str, of: str, label: str = "Percentage of the total") -> Indicator:
    return Indicator(name, label, PERCENT, of=(of,))


def _rate(name: str, of: Indicator) -> Indicator:
    return Indicator(name, f"{of.label}: rate per 10,000", RATE, of=(of.name,))


def _with_rates(*counts: tuple[str, str], stem: str = "") -> tuple[Indicator, ...]:
    """Counts of measures, each followed by its rate; `stem`: what the names of the counts end in."""
    indicators = [(name, _count(f"{name}{stem}", measure)) for name, measure in counts]
    return tuple(each for name, count in indicators for each in (count, _rate(f"{name}_rate", count)))


def _bands(stem: str, measure: str, breakdown: str, labels: Mapping[str, str], total: str) -> tuple[Indicator, ...]:
    """For each band of a wide table the count and its percentage of the total."""
    found: list[Indicator] = []
    for band, label in labels.items():
        name = f"{stem}_{band.replace('-', '_').replace('+', '_or_more')}"
        found += [
            Indicator(f"{name}_count", label, COUNT, measure, breakdown, (band,)),
            _share(f"{name}_percent", f"{label}: percentage", f"{name}_count", total),
        ]
    return tuple(found)


def _quartiles(stem: str, measure: str) -> tuple[Indicator, ...]:
    rows = (
        ("lower_quartile", "Lower quartile", 0.25),
        ("median", "Median", 0.5),
        ("upper_quartile", "Upper quartile", 0.75),
    )
    return tuple(
        Indicator(f"{stem}_{name}", f"{label} of working days", DAYS, measure, "working_days", quantile=part)
        for name, label, part in rows
    )


def _by(filter_: Filter, measure: str, stem: str) -> _Columns:
    """A table of one measure by the categories of a filter: count and percentage."""
    return {
        "filters": (filter_,),
        "indicators": (_count(f"{stem}_count", measure), _percent(f"{stem}_percent", f"{stem}_count")),
    }


def _by_category_of_abuse(measure: str, stem: str) -> _Columns:
    """Plans by the category they began with, and by the latest."""
    found: list[Indicator] = []
    for which in ("initial", "latest"):
        count = f"{stem}_{which}_count"
        label = f"{MEASURES[measure].title}, by {which} category"
        found += [
            Indicator(count, label, COUNT, measure, f"{which}_category"),
            _percent(f"{stem}_{which}_percent", count, f"Percentage of the total, by {which} category"),
        ]
    return {"filters": (categories.CATEGORY_OF_ABUSE,), "indicators": tuple(found)}


def _rate_of(code: str, measure: str) -> Category:
    """A row of a time series: number and rate."""
    return Category(code, MEASURES[measure].title, measure=measure, percent_of="")


def _share_of(code: str, measure: str, whole: str) -> Category:
    """A row of a time series: number and percentage of another row."""
    return Category(code, MEASURES[measure].title, measure=measure, percent_of=whole, rated=False)


def _series(*rows: Category) -> _Columns:
    """A time series: a row for each measure with number, percentage and rate."""
    return {
        "filters": (Filter("category", "Category", rows),),
        "indicators": (
            Indicator("number", "Number", COUNT),
            Indicator("percent", "Percentage", PERCENT, of=("number",)),
            Indicator("rate", "Rate per 10,000", RATE, of=("number",)),
        ),
    }


_A = (
    Table(
        "A1",
        "Children in need, referrals and assessments",
        "Children in need, episodes of need, referrals and assessments completed in England, by year.",
        ENGLAND_ONLY,
        2013,
        **_series(
            _rate_of("at31_episodes", "cin_episodes_at_31_march"),
            _rate_of("anypoint_child", "cin_children_any_point"),
            _rate_of("started_child", "cin_children_starting"),
            _rate_of("ended_child", "cin_children_ending"),
            replace(_rate_of("awaiting_assessment", "cin_awaiting_assessment_at_31_march"), percent_of="at31_episodes"),
            _rate_of("anypoint_episodes", "cin_episodes_any_point"),
            _rate_of("started_episodes", "cin_episodes_starting"),
            _rate_of("ended_episodes", "cin_episodes_ending"),
            _rate_of("referral", "referrals"),
            _rate_of("referral_child", "children_referred"),
            _share_of("rereferral", "re_referrals", "referral"),
            _share_of("rereferral_child", "children_re_referred", "referral_child"),
            _share_of("no_further_action", "referrals_no_further_action", "referral"),
            _share_of("not_in_need", "referrals_assessed_not_in_need", "referral"),
            _rate_of("assessment", "assessments_completed"),
        ),
        notes=(
            _RATE,
            "Percentages: awaiting assessment of those in need at 31 March; re-referrals, no further action and not in "
            "need of referrals; children re-referred of children referred.",
        ),
    ),
    Table(
        "A2",
        "Section 47 enquiries, conferences and child protection plans",
        "Section 47 enquiries, initial child protection conferences and child protection plans in England, by year.",
        ENGLAND_ONLY,
        2013,
        **_series(
            _rate_of("section_47", "section_47_enquiries"),
            _rate_of("section_47_child", "children_section_47"),
            _rate_of("icpc", "icpcs"),
            _rate_of("icpc_child", "children_icpc"),
            _rate_of("cpp_at31", "cpp_at_31_march"),
            replace(_rate_of("cpp_open_3_months", "cpp_open_3_months_at_31_march"), rated=False),
            _share_of("cpp_reviewed", "cpp_reviewed_in_time_at_31_march", "cpp_open_3_months"),
            _rate_of("cpp_start", "cpp_starting"),
            _share_of("cpp_subsequent", "cpp_starting_second_or_subsequent", "cpp_start"),
            _rate_of("cpp_start_child", "children_cpp_starting"),
            _rate_of("cpp_end", "cpp_ending"),
            Category(
                "cpp_end_2_years",
                "Child protection plans ending in the year that had lasted two years or more",
                "duration",
                ("2_years_or_more",),
                "cpp_ending",
                "cpp_end",
                rated=False,
            ),
            _rate_of("cpp_end_child", "children_cpp_ending"),
        ),
        notes=(
            _RATE,
            "Percentages: reviewed in time of those open for 3 months or more; second or subsequent plans of those "
            "starting; plans that had lasted two years of those ending.",
        ),
    ),
    Table(
        "A3",
        "Children in need at 31 March by primary need, gender and age",
        "Episodes of need open at 31 March in England by primary need, and by gender or age.",
        ENGLAND_ONLY,
        2018,
        filters=(categories.PRIMARY_NEED, categories.GENDER_AND_AGE),
        indicators=(
            _count("cin_at31_count", "cin_episodes_at_31_march"),
            _percent("cin_at31_percent", "cin_at31_count", "Percentage of those of the same gender or age"),
        ),
        notes=(_GENDER,),
    ),
    Table(
        "A4",
        "Children in need at 31 March by ethnicity, gender and age",
        "Episodes of need open at 31 March in England by ethnicity, and by gender or age.",
        ENGLAND_ONLY,
        2018,
        filters=(categories.ETHNICITY, categories.GENDER_AND_AGE),
        indicators=(
            _count("cin_at31_count", "cin_episodes_at_31_march"),
            _percent("cin_at31_percent", "cin_at31_count", "Percentage of those of the same gender or age"),
        ),
        notes=(_GENDER,),
    ),
    Table(
        "A5",
        "Child protection plans at 31 March by initial category, gender, age and ethnicity",
        "Child protection plans at 31 March in England by initial category of abuse, and by gender, age or ethnicity.",
        ENGLAND_ONLY,
        2018,
        filters=(categories.INITIAL_CATEGORY, categories.CHARACTERISTIC),
        indicators=(
            _count("cpp_at31_count", "cpp_at_31_march"),
            _percent("cpp_at31_percent", "cpp_at31_count", "Percentage of those with the same characteristic"),
        ),
        notes=(_GENDER,),
    ),
    Table(
        "A6",
        "Child protection plans at 31 March by initial category",
        "Child protection plans at 31 March in England by initial category of abuse, by year.",
        ENGLAND_ONLY,
        2013,
        **_by(categories.INITIAL_CATEGORY, "cpp_at_31_march", "cpp_at31"),
    ),
    Table(
        "A7",
        "Children in need at 31 March by gender, age and ethnicity",
        "Episodes of need open at 31 March in England by gender, age and ethnicity.",
        ENGLAND_ONLY,
        2015,
        **_by(categories.DETAILED_CHARACTERISTIC, "cin_episodes_at_31_march", "cin_at31"),
        notes=(_GENDER, "Percentages of ethnic groups are of those whose ethnicity is known."),
    ),
)
_B = (
    Table(
        "B1",
        "Episodes of need and children in need",
        "Episodes of need, and children, at any point in the year, starting, ending and at 31 March.",
        ALL_LEVELS,
        2013,
        indicators=_with_rates(
            ("Anypoint_episodes", "cin_episodes_any_point"),
            ("Anypoint_child", "cin_children_any_point"),
            ("Started_episodes", "cin_episodes_starting"),
            ("Started_child", "cin_children_starting"),
            ("Ended_episodes", "cin_episodes_ending"),
            ("Ended_child", "cin_children_ending"),
            ("At31_episodes", "cin_episodes_at_31_march"),
            ("awaiting_assessment", "cin_awaiting_assessment_at_31_march"),
        ),
        notes=(_EPISODES, _RATE),
    ),
    Table(
        "B2",
        "Children in need at 31 March by recorded disability",
        "Episodes of need open at 31 March with a disability recorded, and by each disability.",
        ALL_LEVELS,
        2013,
        **_by(categories.DISABILITY, "cin_episodes_at_31_march", "cin_at31"),
        notes=(_EACH, "Percentages of each disability are of those with a disability recorded."),
    ),
    Table(
        "B3",
        "Children in need at 31 March by primary need",
        "Episodes of need open at 31 March by primary need at assessment.",
        ALL_LEVELS,
        2013,
        **_by(categories.PRIMARY_NEED, "cin_episodes_at_31_march", "cin_at31"),
        notes=(_EPISODES, "Not stated takes in needs that were not recorded."),
    ),
    Table(
        "B4",
        "Children in need at 31 March by duration of the episode",
        "Episodes of need open at 31 March by the time since the referral.",
        ALL_LEVELS,
        2013,
        **_by(categories.DURATION, "cin_episodes_at_31_march", "cin_at31"),
        notes=(_EPISODES,),
    ),
    Table(
        "B5",
        "Episodes of need ending in the year by duration",
        "Episodes of need ending in the year by the time from referral to closure.",
        ALL_LEVELS,
        2013,
        **_by(categories.DURATION, "cin_episodes_ending", "ended"),
        notes=(_EPISODES, _UNDATED),
    ),
    Table(
        "B6",
        "Episodes of need ending in the year by reason for closure",
        "Episodes of need ending in the year by reason for closure.",
        ALL_LEVELS,
        2013,
        **_by(categories.REASON_FOR_CLOSURE, "cin_episodes_ending", "ended"),
        notes=(
            _EPISODES,
            "Missing or unknown takes in episodes closed after assessment that had other activity.",
        ),
    ),
    Table(
        "B7",
        "Child in need plans",
        "Child in need plans, and children, starting, ending and at any point in the year, and plans at 31 March.",
        ALL_LEVELS,
        CIN_PLANS_SINCE,
        indicators=_with_rates(
            ("CINPlan_start", "cin_plans_starting"),
            ("CINPlan_child_start", "children_cin_plan_starting"),
            ("CINPlan_end", "cin_plans_ending"),
            ("CINPlan_child_end", "children_cin_plan_ending"),
            ("CINPlan_anypoint", "cin_plans_any_point"),
            ("CINPlan_child_anypoint", "children_cin_plan_any_point"),
            ("CINPlan_at31", "cin_plans_at_31_march"),
        ),
        notes=(_RATE, "Plans were not collected before the year ending 31 March 2022."),
        since=CIN_PLANS_SINCE,
    ),
)
_REFERRALS = (
    *_with_rates(("referral", "referrals"), stem="_count"),
    _count("rereferral_count", "re_referrals"),
    _share("rereferral_percent", "Re-referrals: percentage of referrals", "rereferral_count", "referral_count"),
    _count("no_further_action_count", "referrals_no_further_action"),
    _share(
        "no_further_action_percent",
        "No further action: percentage of referrals",
        "no_further_action_count",
        "referral_count",
    ),
    _count("not_in_need_count", "referrals_assessed_not_in_need"),
    _share("not_in_need_percent", "Not in need: percentage of referrals", "not_in_need_count", "referral_count"),
    *_with_rates(("referral_child", "children_referred"), stem="_count"),
    _count("rereferral_child_count", "children_re_referred"),
    _share(
        "rereferral_child_percent",
        "Children re-referred: percentage of children referred",
        "rereferral_child_count",
        "referral_child_count",
    ),
)
_C = (
    Table(
        "C1",
        "Referrals and re-referrals",
        "Referrals in the year, re-referrals within 12 months, referrals without further action or found not in need.",
        ALL_LEVELS,
        2013,
        indicators=_REFERRALS,
        notes=(_RATE, "Re-referrals of an LA are not available without its previous year's return."),
    ),
    Table(
        "C2",
        "Assessments by duration",
        "Assessments completed in the year by working days from start to authorisation.",
        ALL_LEVELS,
        2014,
        indicators=(
            *_with_rates(("assessment", "assessments_completed"), stem="_count"),
            *_bands(
                "assessment", "assessments_completed", "duration", by.ASSESSMENT_DURATION.labels, "assessment_count"
            ),
            *_quartiles("assessment", "assessments_completed"),
        ),
        notes=(_RATE, _WORKING_DAYS, _UNDATED),
    ),
    Table(
        "C3",
        "Factors identified at the end of assessment",
        "Referrals with an assessment completed in the year and factors identified, by factor.",
        ALL_LEVELS,
        2018,
        **_by(categories.FACTOR, "factor_episodes", "factor"),
        notes=(
            _EACH,
            "A factor not collected in a year is shown as not available.",
            "Privately fostered takes in five factors: a referral with two of them counts once.",
        ),
    ),
    Table(
        "C4",
        "Section 47 enquiries and initial child protection conferences",
        "Section 47 enquiries and initial child protection conferences in the year, and the wait in working days.",
        ALL_LEVELS,
        2013,
        indicators=(
            *_with_rates(
                ("section_47", "section_47_enquiries"),
                ("section_47_child", "children_section_47"),
                ("icpc", "icpcs"),
                ("icpc_child", "children_icpc"),
                stem="_count",
            ),
            *_bands("icpc", "icpcs", "wait", by.WAIT.labels, "icpc_count"),
            *_quartiles("icpc", "icpcs"),
        ),
        notes=(_RATE, _WORKING_DAYS, _UNDATED),
    ),
    Table(
        "C5",
        "Referrals by source",
        "Referrals in the year by who made them.",
        ALL_LEVELS,
        2014,
        **_by(categories.REFERRAL_SOURCE, "referrals", "referral"),
        notes=("Unknown takes in sources that were not recorded.",),
    ),
    Table(
        "C6",
        "Referrals by month",
        "Referrals in the year by month.",
        ALL_LEVELS,
        2013,
        **_by(categories.MONTH, "referrals", "referral"),
    ),
)
_D = (
    Table(
        "D1",
        "Child protection plans",
        "Child protection plans, and children, starting, ending and at any point in the year, and plans at 31 March.",
        ALL_LEVELS,
        2013,
        indicators=_with_rates(
            ("CPP_start", "cpp_starting"),
            ("CPP_child_start", "children_cpp_starting"),
            ("CPP_end", "cpp_ending"),
            ("CPP_child_end", "children_cpp_ending"),
            ("CPP_anypoint", "cpp_any_point"),
            ("CPP_child_anypoint", "children_cpp_any_point"),
            ("CPP_at31", "cpp_at_31_march"),
        ),
        notes=(_RATE,),
    ),
    Table(
        "D2",
        "Child protection plans starting in the year by category",
        "Child protection plans starting in the year by initial and latest category of abuse.",
        ALL_LEVELS,
        2013,
        **_by_category_of_abuse("cpp_starting", "CPP_start"),
    ),
    Table(
        "D3",
        "Second or subsequent child protection plans",
        "Child protection plans starting in the year, and those for a second or subsequent time.",
        ALL_LEVELS,
        2013,
        indicators=(
            _count("CPP_start", "cpp_starting"),
            _count("CPP_subsequent", "cpp_starting_second_or_subsequent"),
            _share(
                "CPP_subsequent_percent",
                "Second or subsequent: percentage of plans starting",
                "CPP_subsequent",
                "CPP_start",
            ),
        ),
    ),
    Table(
        "D4",
        "Child protection plans at 31 March by category",
        "Child protection plans at 31 March by initial and latest category of abuse.",
        ALL_LEVELS,
        2013,
        **_by_category_of_abuse("cpp_at_31_march", "CPP_at31"),
    ),
    Table(
        "D5",
        "Child protection plans at 31 March by duration",
        "Child protection plans at 31 March by the time since they started.",
        ALL_LEVELS,
        2013,
        **_by(categories.DURATION, "cpp_at_31_march", "CPP_at31"),
    ),
    Table(
        "D6",
        "Child protection plans at 31 March reviewed in time",
        "Child protection plans open for 3 months or more at 31 March, and those reviewed within the required times.",
        ALL_LEVELS,
        2013,
        indicators=(
            _count("CPP_open_3_months", "cpp_open_3_months_at_31_march"),
            _count("CPP_reviewed", "cpp_reviewed_in_time_at_31_march"),
            _share(
                "CPP_reviewed_percent",
                "Reviewed in time: percentage of those open for 3 months or more",
                "CPP_reviewed",
                "CPP_open_3_months",
            ),
        ),
    ),
    Table(
        "D7",
        "Child protection plans ending in the year by duration",
        "Child protection plans ending in the year by the time they lasted.",
        ALL_LEVELS,
        2013,
        **_by(categories.DURATION, "cpp_ending", "CPP_end"),
        notes=(_UNDATED,),
    ),
    Table(
        "D8",
        "Child protection plans ending in the first six months by time in need afterwards",
        "Child protection plans ending between April and September, by how long the child stayed in need afterwards.",
        ALL_LEVELS,
        2013,
        indicators=(
            _count("CPP_end_first_6_months", "cpp_ending_first_6_months"),
            *_bands(
                "remained",
                "cpp_ending_first_6_months",
                "remained_in_need",
                by.REMAINED_IN_NEED.labels,
                "CPP_end_first_6_months",
            ),
            _count("transferred_count", "cpp_ending_first_6_months_transferred", "Transferred to another LA"),
            _share(
                "transferred_percent",
                "Transferred to another LA: percentage of those in need for 3 months or less",
                "transferred_count",
                "remained_up_to_3_months_count",
            ),
        ),
        notes=(
            "From the end of the plan to the closure of the case; open at 31 March, or closed later, is more than 6 "
            "months. What closed before the plan ended is in the total alone. Those transferred are among those in "
            "need for 3 months or less.",
        ),
    ),
)

TABLES: tuple[Table, ...] = (*_A, *_B, *_C, *_D)


def table(table_id: str) -> Table:
    """The table of that id, `A1` to `D8`."""
    return next(each for each in TABLES if each.id == table_id)


def labelled(year: int) -> dict[str, Table]:
    """The tables by id, in the words of a release year."""
    words = worded(year)
    return {each.id: _in_words(each, words) for each in TABLES}


def worded(year: int) -> Callable[[str], str]:
    """Texts in the words of a release year: sex where the census collected it, else gender."""
    if not codes("Sex", year):
        return lambda text: text
    return lambda text: text.replace("gender", "sex").replace("Gender", "Sex")


def _in_words(each: Table, words: Callable[[str], str]) -> Table:
    def of_filter(filter_: Filter) -> Filter:
        rows = tuple(replace(row, label=words(row.label)) for row in filter_.categories)
        return replace(filter_, label=words(filter_.label), categories=rows)

    return replace(
        each,
        title=words(each.title),
        description=words(each.description),
        filters=tuple(map(of_filter, each.filters)),
        indicators=tuple(replace(one, label=words(one.label)) for one in each.indicators),
        notes=tuple(map(words, each.notes)),
    )


def every_figure() -> tuple[Figure, ...]:
    """Every figure of every table, of any place and year, in their order."""
    return tuple(figure for each in TABLES for figure in figures_of(each))
