"""What the cells of the Department's tables are of: counts, percentages and rates of our measures."""

from functools import cache
from typing import Final, NamedTuple

from cin_pipeline.reference.figure_keys import FigureKey
from cin_pipeline.reference.published import PLACE_TABLES
from cin_pipeline.reference.published_columns import DISABILITIES, count_columns


class Column(NamedTuple):
    """A column of a table."""

    table: str
    name: str


class Percentage(NamedTuple):
    """What a percentage is of: a part and its whole."""

    part: FigureKey
    whole: FigureKey


_AT_31_MARCH: Final = FigureKey("cpp_at_31_march")
_BANDED: Final = ("b2", "b4", "b5", "b6", "d5", "d7", "d8")  # with a percentage of the total for each category
_OF_ANOTHER: Final = {  # percentages of something else than the total of their measure
    Column("c1", "rereferral_percent"): ("rereferral_count", "referral_count"),
    Column("c1", "no_further_action_percent"): ("no_further_action_count", "referral_count"),
    Column("c1", "not_in_need_percent"): ("not_in_need_count", "referral_count"),
    Column("c1", "rereferral_child_percent"): ("rereferral_child_count", "referral_child_count"),
    Column("d3", "CPP_subsequent_percent"): ("CPP_subsequent", "CPP_start"),
    Column("d6", "Reviewed_within_timescales_percent"): ("Reviewed_within_timescales", "CPP_At31_3Months"),
    Column("d8", "3_months_or_less_transfer_percent"): ("3_months_or_less_transfer", "3_months_or_less"),
}
_ROWS_OF_A1: Final = {
    "Episodes of need at any point in the year": ("cin_episodes_any_point", ""),
    "Children in Need at any point during the year": ("cin_children_any_point", ""),
    "Episodes of need starting in the year": ("cin_episodes_starting", ""),
    "Children starting an episode of need in the year": ("cin_children_starting", ""),
    "Episodes of need ending in the year": ("cin_episodes_ending", ""),
    "Children ending an episode of need in the year": ("cin_children_ending", ""),
    "Children in Need at 31 March": ("cin_episodes_at_31_march", ""),
    "Children awaiting assessment or assessment not required at 31 March": (
        "cin_awaiting_assessment_at_31_march",
        "cin_episodes_at_31_march",
    ),
    "Referrals in the year": ("referrals", ""),
    "Re-referrals within 12 months of a previous referral": ("re_referrals", "referrals"),
    "Referral - No Further Action": ("referrals_no_further_action", "referrals"),
    "Referral - Assessed as not in Need": ("referrals_assessed_not_in_need", "referrals"),
    "Children referred in the year": ("children_referred", ""),
    "Children re-referred within 12 months of a previous referral": ("children_re_referred", "children_referred"),
    "Assessments completed in the year": ("assessments_completed", ""),
}
_ROWS_OF_A2: Final = {
    "Section 47s in the year": ("section_47_enquiries", ""),
    "Children subject to a Section 47 in the year": ("children_section_47", ""),
    "ICPCs in the year": ("icpcs", ""),
    "Children subject to an ICPC in the year": ("children_icpc", ""),
    "CPP at 31 March": ("cpp_at_31_march", ""),
    "Children subject to a CPP for 3 months or more": ("cpp_open_3_months_at_31_march", ""),
    "CPP for 3 months or more reviewed within timescales": (
        "cpp_reviewed_in_time_at_31_march",
        "cpp_open_3_months_at_31_march",
    ),
    "CPPs starting in the year": ("cpp_starting", ""),
    "CPPs starting which were a second or subsequent plan": ("cpp_starting_second_or_subsequent", "cpp_starting"),
    "Children starting CPPs in the year": ("children_cpp_starting", ""),
    "CPPs ending in the year": ("cpp_ending", ""),
    "Children ending CPPs in the year": ("children_cpp_ending", ""),
}
_LASTING: Final = "CPPs ending that had lasted two years or more"
# Tables of England with a row for each measure: what the number of a row counts, and its percentage is of.
ROWS: Final[dict[tuple[str, str], tuple[FigureKey, FigureKey | None]]] = {
    **{
        (table, row): (FigureKey(measure), FigureKey(whole) if whole else None)
        for table, rows in (("a1", _ROWS_OF_A1), ("a2", _ROWS_OF_A2))
        for row, (measure, whole) in rows.items()
    },
    ("a2", _LASTING): (FigureKey.one("cpp_ending", "duration", "2_years_or_more"), FigureKey("cpp_ending")),
}
# Others of England with a row for each year: counts, and rates of counts.
_A6: Final = {
    "Neglect_Initial": "NEG",
    "Physical_abuse_Initial": "PHY",
    "Sexual_abuse_Initial": "SAB",
    "Emotional_abuse_Initial": "EMO",
    "Multiple_Initial": "MUL",
}
ENGLAND_COUNTS: Final[dict[Column, FigureKey]] = {
    Column("a6", "CPP_At31"): _AT_31_MARCH,
    **{Column("a6", name): FigureKey.one(_AT_31_MARCH.measure, "initial_category", code) for name, code in _A6.items()},
    Column("headline", "children_in_need"): FigureKey("cin_episodes_at_31_march"),
    Column("headline", "child_protection_plans"): _AT_31_MARCH,
    Column("headline", "referrals"): FigureKey("referrals"),
    Column("headline", "completed_assessments"): FigureKey("assessments_completed"),
}
_ENGLAND_RATES: Final = {
    Column("headline", "children_in_need_per_10000_children"): FigureKey("cin_episodes_at_31_march"),
    Column("headline", "child_protection_plans_per_10000_children"): _AT_31_MARCH,
}
DAYS: Final = frozenset(
    (
        *(Column("c2", f"{name}_days") for name in ("25th_Percentile", "Median", "75th_Percentile")),
        *(Column("c4", f"Duration_{name}") for name in ("25th_Percentile", "median", "75th_Percentile")),
    )
)


@cache
def counts(year: int) -> dict[Column, FigureKey]:
    """The columns of counts of tables by place, with what each counts in a collection year."""
    return {Column(table, name): key for table in PLACE_TABLES for name, key in count_columns(table, year).items()}


@cache
def percentages(year: int) -> dict[Column, Percentage]:
    """The columns of percentages of tables by place."""
    held = counts(year)
    with_disability = held[Column("b2", "At31_episodes_disability_recorded")]
    return {
        **{
            Column(table, f"{name}_percent"): Percentage(key, FigureKey(key.measure))
            for (table, name), key in held.items()
            if table in _BANDED and not key.is_whole
        },
        **{
            Column("b2", name): Percentage(FigureKey(with_disability.measure, "disability", (code,)), with_disability)
            for name, code in DISABILITIES.items()
        },
        **{
            column: Percentage(held[Column(column.table, part)], held[Column(column.table, whole)])
            for column, (part, whole) in _OF_ANOTHER.items()
        },
    }


@cache
def rates(year: int) -> dict[Column, FigureKey]:
    """The columns of rates per 10,000 people aged 0 to 17, with the count each is of."""
    return _ENGLAND_RATES | {Column(table, f"{name}_rate"): key for (table, name), key in counts(year).items()}
