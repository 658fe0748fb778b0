"""What each column of the Department's tables counts, in our measures.

Written down here a second time, on purpose: the release profiles say it for what is published, this for what is put in,
so that a column that is arranged wrongly shows as a difference."""

from typing import Final, NamedTuple

from cin_pipeline.reference.code_sets import every_code
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey


class Percentage(NamedTuple):
    """A column of percentages: of what, and what it is a part of."""

    part: FigureKey
    whole: FigureKey


class Rate(NamedTuple):
    """A column of rates per 10,000 people aged 0 to 17."""

    of: FigureKey


class Column(NamedTuple):
    """A column of a table."""

    table: str
    name: str


_DURATIONS: Final = {
    "3_months_or_less": "up_to_3_months",
    "more_than_3_months_6_months": "over_3_to_6_months",
    "more_than_6_months_less_than_1_year": "over_6_months_to_1_year",
    "1_year_less_than_2_years": "1_to_2_years",
}
_EPISODE_DURATIONS: Final = _DURATIONS | {"2years+": "2_years_or_more"}
_PLAN_DURATIONS: Final = _DURATIONS | {"2_years_or_more": "2_years_or_more"}
_CATEGORIES_OF_ABUSE: Final = {
    "Neglect": "NEG",
    "Physical": "PHY",
    "Sexual": "SAB",
    "Emotional": "EMO",
    "Multiple": "MUL",
}
_NEEDS: Final = {
    "N1_Abuse_or_neglect": ("N1",),
    "N2_Childs_disability_or_illness": ("N2",),
    "N3_Parents_disability_or_illness": ("N3",),
    "N4_Family_in_acute_stress": ("N4",),
    "N5_Family_dysfunction": ("N5",),
    "N6_Socially_unacceptable_behaviour": ("N6",),
    "N7_Low_income": ("N7",),
    "N8_Absent_parenting": ("N8",),
    "N9_Cases_other_than_CIN": ("N9",),
    "N0_Not_stated": ("N0", "unknown"),
}
_DISABILITIES: Final = {
    "Autism": "AUT",
    "Behaviour": "BEH",
    "Communication": "COMM",
    "Consciousness": "CON",
    "Hand_Function": "HAND",
    "Hearing": "HEAR",
    "Incontinence": "INC",
    "Learning_Difficulties": "LD",
    "Mobility": "MOB",
    "Personal_care": "PC",
    "Vision": "VIS",
    "Other": "DDA",
}
_REASONS: Final = {
    "unknown": ("RC8", "RC9", "unknown"),
    "RC1_Adopted": ("RC1",),
    "RC2_Died": ("RC2",),
    "RC3_Residence_Order": ("RC3",),
    "RC4_Special_Guardianship_Order": ("RC4",),
    "RC5_Transfer_to_another_LA": ("RC5",),
    "RC6_Transfer_to_Adult_Social_Service": ("RC6",),
    "RC7_Other": ("RC7",),
}
_SOURCES: Final = (
    "Individual",
    "Schools",
    "Education_Services",
    "Health_Services",
    "Housing",
    "LA_Services",
    "Police",
    "Other_legal_agency",
    "Other",
    "Anonymous",
    "Unknown",
)
_MONTHS: Final = {
    "April": "04",
    "May": "05",
    "June": "06",
    "July": "07",
    "August": "08",
    "September": "09",
    "October": "10",
    "November": "11",
    "December": "12",
    "January": "01",
    "February": "02",
    "March": "03",
}
_FACTORS: Final = {
    **{
        f"{kind}_{who}": f"{number}{letter}"
        for number, kind in enumerate(
            (
                "Alcohol_Misuse",
                "Drug_Misuse",
                "Domestic_Abuse",
                "Mental_Health",
                "Learning_Disability",
                "Physical_Disability",
            ),
            start=1,
        )
        for letter, who in (("A", "child"), ("B", "parent"), ("C", "person"))
    },
    "Young_Carer": "7A",
    "Unaccompanied_asylum_seeker": "9A",
    "Going_missing": "10A",
    "Child_sexual_exploitation": "11A",
    "Trafficking": "12A",
    "Gangs": "13A",
    "Socially_unacceptable_behaviour": "14A",
    "Self_harm": "15A",
    "Neglect": "16A",
    "Emotional_Abuse": "17A",
    "Physical_Abuse_unknown": "18A",
    "Physical_Abuse_child_on_child": "18B",
    "Physical_Abuse_adult_on_child": "18C",
    "Sexual_Abuse_unknown": "19A",
    "Sexual_Abuse_child_on_child": "19B",
    "Sexual_Abuse_adult_on_child": "19C",
    "Female_Genital_Mutilation": "22A",
    "Faith_linked_abuse": "23A",
    "Child_criminal_exploitation": "24A",
    "Other": "20",
}
_ASSESSMENT_BANDS: Final = {
    "Same_day": "same_day",
    **{f"{band}_days": band for band in ("1-10", "11-20", "21-30", "31-40", "41-45", "46-50", "51-60", "61+")},
}
_WAITS: Final = {f"Duration_{band}_days": band for band in ("0-10", "11-15", "16-20", "21+")}


def _sources(name: str) -> tuple[str, ...]:
    group = name.replace("_", " ").lower()
    codes = tuple(code.code for code in every_code("ReferralSource") if code.group.lower() == group)
    return (*codes, "unknown") if name == "Unknown" else codes


def _whole(table: str, **columns: str) -> dict[Column, FigureKey]:
    return {Column(table, name): FigureKey(measure) for name, measure in columns.items()}


def _parts(
    table: str, measure: str, breakdown: str, categories: dict[str, str] | dict[str, tuple[str, ...]]
) -> dict[Column, FigureKey]:
    return {
        Column(table, name): FigureKey(measure, breakdown, (codes,) if isinstance(codes, str) else codes)
        for name, codes in categories.items()
    }


COUNTS: Final[dict[Column, FigureKey]] = {
    **_whole(
        "b1",
        Anypoint_episodes="cin_episodes_any_point",
        Anypoint_child="cin_children_any_point",
        Started_episodes="cin_episodes_starting",
        Started_child="cin_children_starting",
        Ended_episodes="cin_episodes_ending",
        Ended_child="cin_children_ending",
        At31_episodes="cin_episodes_at_31_march",
        awaiting_assessment="cin_awaiting_assessment_at_31_march",
    ),
    **_whole("b2", At31_episodes="cin_episodes_at_31_march"),
    **_parts("b2", "cin_episodes_at_31_march", "has_disability", {"At31_episodes_disability_recorded": "yes"}),
    **_whole("b3", At31_episodes="cin_episodes_at_31_march"),
    **_parts("b3", "cin_episodes_at_31_march", "primary_need", _NEEDS),
    **_whole("b4", At31_episodes="cin_episodes_at_31_march"),
    **_parts("b4", "cin_episodes_at_31_march", "duration", _EPISODE_DURATIONS),
    **_whole("b5", Ended_episodes="cin_episodes_ending"),
    **_parts("b5", "cin_episodes_ending", "duration", _EPISODE_DURATIONS),
    **_whole("b6", Ended_episodes="cin_episodes_ending"),
    **_parts("b6", "cin_episodes_ending", "reason_for_closure", _REASONS),
    **_whole(
        "b7",
        CINPlan_start="cin_plans_starting",
        CINPlan_child_start="children_cin_plan_starting",
        CINPlan_end="cin_plans_ending",
        CINPlan_child_end="children_cin_plan_ending",
        CINPlan_anypoint="cin_plans_any_point",
        CINPlan_child_anypoint="children_cin_plan_any_point",
        CINPlan_At31="cin_plans_at_31_march",
    ),
    **_whole(
        "c1",
        referral_count="referrals",
        rereferral_count="re_referrals",
        no_further_action_count="referrals_no_further_action",
        not_in_need_count="referrals_assessed_not_in_need",
        referral_child_count="children_referred",
        rereferral_child_count="children_re_referred",
    ),
    **_whole("c2", Assessments_completed="assessments_completed"),
    **_parts("c2", "assessments_completed", "duration", _ASSESSMENT_BANDS),
    **_whole("c3", Episodes_with_assessment_factor="factor_episodes"),
    **_parts("c3", "factor_episodes", "factor", _FACTORS),
    **_parts("c3", "factor_episodes", "factor_group", {"Privately_fostered": "8"}),
    **_whole(
        "c4",
        Section47="section_47_enquiries",
        Section47_child="children_section_47",
        ICPC="icpcs",
        ICPC_child="children_icpc",
    ),
    **_parts("c4", "icpcs", "wait", _WAITS),
    **_whole("c5", Referrals="referrals"),
    **_parts("c5", "referrals", "referral_source", {name: _sources(name) for name in _SOURCES}),
    **_whole("c6", Referrals="referrals"),
    **_parts("c6", "referrals", "month", _MONTHS),
    **_whole(
        "d1",
        CPP_start="cpp_starting",
        CPP_child_start="children_cpp_starting",
        CPP_end="cpp_ending",
        CPP_child_end="children_cpp_ending",
        CPP_anypoint="cpp_any_point",
        CPP_child_anypoint="children_cpp_any_point",
        CPP_At31="cpp_at_31_march",
    ),
    **_whole("d2", CPP_start="cpp_starting"),
    **_whole("d3", CPP_start="cpp_starting", CPP_subsequent="cpp_starting_second_or_subsequent"),
    **_whole("d4", CPP_At31="cpp_at_31_march"),
    **{
        column: key
        for table, measure in (("d2", "cpp_starting"), ("d4", "cpp_at_31_march"))
        for when in ("Initial", "Latest")
        for column, key in _parts(
            table,
            measure,
            f"{when.lower()}_category",
            {f"{name}_{when}": code for name, code in _CATEGORIES_OF_ABUSE.items()},
        ).items()
    },
    **_whole("d5", CPP_At31="cpp_at_31_march"),
    **_parts("d5", "cpp_at_31_march", "duration", _PLAN_DURATIONS),
    **_whole(
        "d6",
        CPP_At31_3Months="cpp_open_3_months_at_31_march",
        Reviewed_within_timescales="cpp_reviewed_in_time_at_31_march",
    ),
    **_whole("d7", CPP_End="cpp_ending"),
    **_parts("d7", "cpp_ending", "duration", _PLAN_DURATIONS),
    **_whole(
        "d8",
        CPP_End_first_6months="cpp_ending_first_6_months",
        **{"3_months_or_less_transfer": "cpp_ending_first_6_months_transferred"},
    ),
    **_parts(
        "d8",
        "cpp_ending_first_6_months",
        "remained_in_need",
        {
            "3_months_or_less": "up_to_3_months",
            "more_than_3_months_6_months": "over_3_to_6_months",
            "more_than_6_months": "over_6_months",
        },
    ),
}  # fmt: skip

_OF_ANOTHER: Final = {  # percentages of something else than the total of their measure
    Column("c1", "rereferral_percent"): ("rereferral_count", "referral_count"),
    Column("c1", "no_further_action_percent"): ("no_further_action_count", "referral_count"),
    Column("c1", "not_in_need_percent"): ("not_in_need_count", "referral_count"),
    Column("c1", "rereferral_child_percent"): ("rereferral_child_count", "referral_child_count"),
    Column("d3", "CPP_subsequent_percent"): ("CPP_subsequent", "CPP_start"),
    Column("d6", "Reviewed_within_timescales_percent"): ("Reviewed_within_timescales", "CPP_At31_3Months"),
    Column("d8", "3_months_or_less_transfer_percent"): ("3_months_or_less_transfer", "3_months_or_less"),
}
PERCENTAGES: Final[dict[Column, Percentage]] = {
    **{
        Column(table, f"{name}_percent"): Percentage(key, FigureKey(key.measure))
        for (table, name), key in COUNTS.items()
        if key.breakdown != TOTAL and table in ("b2", "b4", "b5", "b6", "d5", "d7", "d8")
    },
    **{
        Column("b2", f"{name}_percent"): Percentage(
            FigureKey("cin_episodes_at_31_march", "disability", (code,)),
            FigureKey("cin_episodes_at_31_march", "has_disability", ("yes",)),
        )
        for name, code in _DISABILITIES.items()
    },
    **{
        column: Percentage(COUNTS[Column(column.table, part)], COUNTS[Column(column.table, whole)])
        for column, (part, whole) in _OF_ANOTHER.items()
    },
}
RATES: Final[dict[Column, Rate]] = {
    Column(table, f"{name}_rate"): Rate(key)
    for (table, name), key in COUNTS.items()
    if table in ("b7", "d1") or (table, name) == ("c2", "Assessments_completed")
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
# Others of England with a row for each year.
ENGLAND_COUNTS: Final[dict[Column, FigureKey]] = {
    **_whole("a6", CPP_At31="cpp_at_31_march"),
    **{
        Column("a6", f"{name}_Initial"): FigureKey.one("cpp_at_31_march", "initial_category", code)
        for name, code in (
            ("Neglect", "NEG"),
            ("Physical_abuse", "PHY"),
            ("Sexual_abuse", "SAB"),
            ("Emotional_abuse", "EMO"),
            ("Multiple", "MUL"),
        )
    },
    **_whole(
        "headline",
        children_in_need="cin_episodes_at_31_march",
        child_protection_plans="cpp_at_31_march",
        referrals="referrals",
        completed_assessments="assessments_completed",
    ),
}
ENGLAND_RATES: Final = {
    Column("headline", "children_in_need_per_10000_children"): Rate(FigureKey("cin_episodes_at_31_march")),
    Column("headline", "child_protection_plans_per_10000_children"): Rate(FigureKey("cpp_at_31_march")),
}
DAYS: Final = frozenset(
    (
        *(Column("c2", f"{name}_days") for name in ("25th_Percentile", "Median", "75th_Percentile")),
        *(Column("c4", f"Duration_{name}") for name in ("25th_Percentile", "median", "75th_Percentile")),
    )
)
