"""What each column of a published table counts, as the key of a measure: the columns of counts, not rates and shares.

A column that is in several tables (all episodes at 31 March in B1 to B4) has the same key in each.
"""

from functools import cache

from cin_pipeline.reference.code_sets import every_code
from cin_pipeline.reference.figure_keys import FigureKey

UNKNOWN = "unknown"  # the category of codes that are missing or invalid

_DURATIONS = {
    "3_months_or_less": "up_to_3_months",
    "more_than_3_months_6_months": "over_3_to_6_months",
    "more_than_6_months_less_than_1_year": "over_6_months_to_1_year",
    "1_year_less_than_2_years": "1_to_2_years",
    "2years+": "2_years_or_more",
}
_PLAN_DURATIONS = {**dict(list(_DURATIONS.items())[:-1]), "2_years_or_more": "2_years_or_more"}
_NEEDS = (
    "N1_Abuse_or_neglect",
    "N2_Childs_disability_or_illness",
    "N3_Parents_disability_or_illness",
    "N4_Family_in_acute_stress",
    "N5_Family_dysfunction",
    "N6_Socially_unacceptable_behaviour",
    "N7_Low_income",
    "N8_Absent_parenting",
    "N9_Cases_other_than_CIN",
    "N0_Not_stated",
)
_REASONS = (
    "RC1_Adopted",
    "RC2_Died",
    "RC3_Residence_Order",
    "RC4_Special_Guardianship_Order",
    "RC5_Transfer_to_another_LA",
    "RC6_Transfer_to_Adult_Social_Service",
    "RC7_Other",
)
_WORKING_DAYS = ("1-10", "11-20", "21-30", "31-40", "41-45", "46-50", "51-60", "61+")
_WAITS = ("0-10", "11-15", "16-20", "21+")
_ROLES = (("child", "A"), ("parent", "B"), ("person", "C"))
_FACTORS = {
    **{
        f"{name}_{role}": f"{number}{letter}"
        for number, name in enumerate(
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
        for role, letter in _ROLES
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
_SOURCES = (
    "Individual",
    "Schools",
    "Education services",
    "Health services",
    "Housing",
    "LA services",
    "Police",
    "Other legal agency",
    "Other",
    "Anonymous",
    "Unknown",
)
_MONTHS = (
    *("April", "May", "June", "July", "August", "September", "October", "November", "December"),
    *("January", "February", "March"),
)
_CATEGORIES = {"Neglect": "NEG", "Physical": "PHY", "Sexual": "SAB", "Emotional": "EMO", "Multiple": "MUL"}
# Table B2 has the share of those with a disability for each of them, and no count.
DISABILITIES = {
    "Autism_percent": "AUT",
    "Behaviour_percent": "BEH",
    "Communication_percent": "COMM",
    "Consciousness_percent": "CON",
    "Hand_Function_percent": "HAND",
    "Hearing_percent": "HEAR",
    "Incontinence_percent": "INC",
    "Learning_Difficulties_percent": "LD",
    "Mobility_percent": "MOB",
    "Personal_care_percent": "PC",
    "Vision_percent": "VIS",
    "Other_percent": "DDA",
}


@cache
def count_columns(table: str, year: int) -> dict[str, FigureKey]:
    """The columns of a table by place that hold counts, with what each counts in a collection year, in their order.

    Raises KeyError for a table that is none by place."""
    return {
        "b1": {
            "Anypoint_episodes": FigureKey("cin_episodes_any_point"),
            "Anypoint_child": FigureKey("cin_children_any_point"),
            "Started_episodes": FigureKey("cin_episodes_starting"),
            "Started_child": FigureKey("cin_children_starting"),
            "Ended_episodes": FigureKey("cin_episodes_ending"),
            "Ended_child": FigureKey("cin_children_ending"),
            "At31_episodes": FigureKey("cin_episodes_at_31_march"),
            "awaiting_assessment": FigureKey("cin_awaiting_assessment_at_31_march"),
        },
        "b2": {
            "At31_episodes": FigureKey("cin_episodes_at_31_march"),
            "At31_episodes_disability_recorded": FigureKey.one("cin_episodes_at_31_march", "has_disability", "yes"),
        },
        "b3": {
            "At31_episodes": FigureKey("cin_episodes_at_31_march"),
            **{
                name: FigureKey(
                    "cin_episodes_at_31_march", "primary_need", (name[:2], *([UNKNOWN] if name[:2] == "N0" else ()))
                )
                for name in _NEEDS
            },
        },
        "b4": {
            "At31_episodes": FigureKey("cin_episodes_at_31_march"),
            **_parts("cin_episodes_at_31_march", "duration", _DURATIONS),
        },
        "b5": {
            "Ended_episodes": FigureKey("cin_episodes_ending"),
            **_parts("cin_episodes_ending", "duration", _DURATIONS),
        },
        "b6": {
            "Ended_episodes": FigureKey("cin_episodes_ending"),
            "unknown": FigureKey("cin_episodes_ending", "reason_for_closure", ("RC8", "RC9", UNKNOWN)),
            **_parts("cin_episodes_ending", "reason_for_closure", {name: name[:3] for name in _REASONS}),
        },
        "b7": {
            "CINPlan_start": FigureKey("cin_plans_starting"),
            "CINPlan_child_start": FigureKey("children_cin_plan_starting"),
            "CINPlan_end": FigureKey("cin_plans_ending"),
            "CINPlan_child_end": FigureKey("children_cin_plan_ending"),
            "CINPlan_anypoint": FigureKey("cin_plans_any_point"),
            "CINPlan_child_anypoint": FigureKey("children_cin_plan_any_point"),
            "CINPlan_At31": FigureKey("cin_plans_at_31_march"),
        },
        "c1": {
            "referral_count": FigureKey("referrals"),
            "rereferral_count": FigureKey("re_referrals"),
            "no_further_action_count": FigureKey("referrals_no_further_action"),
            "not_in_need_count": FigureKey("referrals_assessed_not_in_need"),
            "referral_child_count": FigureKey("children_referred"),
            "rereferral_child_count": FigureKey("children_re_referred"),
        },
        "c2": {
            "Assessments_completed": FigureKey("assessments_completed"),
            "Same_day": FigureKey.one("assessments_completed", "duration", "same_day"),
            **_parts("assessments_completed", "duration", {f"{band}_days": band for band in _WORKING_DAYS}),
        },
        "c3": {
            "Episodes_with_assessment_factor": FigureKey("factor_episodes"),
            "Privately_fostered": FigureKey.one("factor_episodes", "factor_group", "8"),
            **_parts("factor_episodes", "factor", _FACTORS),
        },
        "c4": {
            "Section47": FigureKey("section_47_enquiries"),
            "Section47_child": FigureKey("children_section_47"),
            "ICPC": FigureKey("icpcs"),
            "ICPC_child": FigureKey("children_icpc"),
            **_parts("icpcs", "wait", {f"Duration_{band}_days": band for band in _WAITS}),
        },
        "c5": {
            "Referrals": FigureKey("referrals"),
            **{group.replace(" ", "_").replace("services", "Services"): _source(group) for group in _SOURCES},
        },
        "c6": {
            "Referrals": FigureKey("referrals"),
            **_parts("referrals", "month", {name: _month(at, year) for at, name in enumerate(_MONTHS)}),
        },
        "d1": {
            "CPP_start": FigureKey("cpp_starting"),
            "CPP_child_start": FigureKey("children_cpp_starting"),
            "CPP_end": FigureKey("cpp_ending"),
            "CPP_child_end": FigureKey("children_cpp_ending"),
            "CPP_anypoint": FigureKey("cpp_any_point"),
            "CPP_child_anypoint": FigureKey("children_cpp_any_point"),
            "CPP_At31": FigureKey("cpp_at_31_march"),
        },
        "d2": {"CPP_start": FigureKey("cpp_starting"), **_by_category("cpp_starting")},
        "d3": {
            "CPP_start": FigureKey("cpp_starting"),
            "CPP_subsequent": FigureKey("cpp_starting_second_or_subsequent"),
        },
        "d4": {"CPP_At31": FigureKey("cpp_at_31_march"), **_by_category("cpp_at_31_march")},
        "d5": {
            "CPP_At31": FigureKey("cpp_at_31_march"),
            **_parts("cpp_at_31_march", "duration", _PLAN_DURATIONS),
        },
        "d6": {
            "CPP_At31_3Months": FigureKey("cpp_open_3_months_at_31_march"),
            "Reviewed_within_timescales": FigureKey("cpp_reviewed_in_time_at_31_march"),
        },
        "d7": {"CPP_End": FigureKey("cpp_ending"), **_parts("cpp_ending", "duration", _PLAN_DURATIONS)},
        "d8": {
            "CPP_End_first_6months": FigureKey("cpp_ending_first_6_months"),
            **_parts(
                "cpp_ending_first_6_months",
                "remained_in_need",
                {
                    "3_months_or_less": "up_to_3_months",
                    "more_than_3_months_6_months": "over_3_to_6_months",
                    "more_than_6_months": "over_6_months",
                },
            ),
            "3_months_or_less_transfer": FigureKey("cpp_ending_first_6_months_transferred"),
        },
    }[table]


def _parts(measure: str, breakdown: str, categories: dict[str, str]) -> dict[str, FigureKey]:
    return {column: FigureKey.one(measure, breakdown, category) for column, category in categories.items()}


def _by_category(measure: str) -> dict[str, FigureKey]:
    return {
        f"{name}_{which.capitalize()}": FigureKey.one(measure, f"{which}_category", code)
        for which in ("initial", "latest")
        for name, code in _CATEGORIES.items()
    }


def _source(group: str) -> FigureKey:
    codes = tuple(code.code for code in every_code("ReferralSource") if code.group == group)
    return FigureKey("referrals", "referral_source", (*codes, *([UNKNOWN] if group == "Unknown" else ())))


def _month(at: int, year: int) -> str:
    """The month at a position from April."""
    in_first = at < 9
    return f"{year - 1 if in_first else year:04}-{at + 4 if in_first else at - 8:02}"
