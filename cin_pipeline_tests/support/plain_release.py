"""Every cell of the release by plain sums over the rows of `measures.csv` and `england.csv`: the tables written down a
second time, without any of the code that publishes."""

from fractions import Fraction
from math import floor

from pandas import DataFrame

from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.data_files import rows

# Row: measure, what its percentage is of, whether it has a rate.
SERIES = {
    "at31_episodes": ("cin_episodes_at_31_march", "", True),
    "anypoint_child": ("cin_children_any_point", "", True),
    "started_child": ("cin_children_starting", "", True),
    "ended_child": ("cin_children_ending", "", True),
    "awaiting_assessment": ("cin_awaiting_assessment_at_31_march", "cin_episodes_at_31_march", True),
    "anypoint_episodes": ("cin_episodes_any_point", "", True),
    "started_episodes": ("cin_episodes_starting", "", True),
    "ended_episodes": ("cin_episodes_ending", "", True),
    "referral": ("referrals", "", True),
    "referral_child": ("children_referred", "", True),
    "rereferral": ("re_referrals", "referrals", False),
    "rereferral_child": ("children_re_referred", "children_referred", False),
    "no_further_action": ("referrals_no_further_action", "referrals", False),
    "not_in_need": ("referrals_assessed_not_in_need", "referrals", False),
    "assessment": ("assessments_completed", "", True),
    "section_47": ("section_47_enquiries", "", True),
    "section_47_child": ("children_section_47", "", True),
    "icpc": ("icpcs", "", True),
    "icpc_child": ("children_icpc", "", True),
    "cpp_at31": ("cpp_at_31_march", "", True),
    "cpp_open_3_months": ("cpp_open_3_months_at_31_march", "", False),
    "cpp_reviewed": ("cpp_reviewed_in_time_at_31_march", "cpp_open_3_months_at_31_march", False),
    "cpp_start": ("cpp_starting", "", True),
    "cpp_subsequent": ("cpp_starting_second_or_subsequent", "cpp_starting", False),
    "cpp_start_child": ("children_cpp_starting", "", True),
    "cpp_end": ("cpp_ending", "", True),
    "cpp_end_child": ("children_cpp_ending", "", True),
}
WIDE = {
    "B1": {
        "Anypoint_episodes": "cin_episodes_any_point",
        "Anypoint_child": "cin_children_any_point",
        "Started_episodes": "cin_episodes_starting",
        "Started_child": "cin_children_starting",
        "Ended_episodes": "cin_episodes_ending",
        "Ended_child": "cin_children_ending",
        "At31_episodes": "cin_episodes_at_31_march",
        "awaiting_assessment": "cin_awaiting_assessment_at_31_march",
    },
    "C1": {
        "referral_count": "referrals",
        "rereferral_count": "re_referrals",
        "no_further_action_count": "referrals_no_further_action",
        "not_in_need_count": "referrals_assessed_not_in_need",
        "referral_child_count": "children_referred",
        "rereferral_child_count": "children_re_referred",
    },
    "C2": {"assessment_count": "assessments_completed"},
    "C4": {
        "section_47_count": "section_47_enquiries",
        "section_47_child_count": "children_section_47",
        "icpc_count": "icpcs",
        "icpc_child_count": "children_icpc",
    },
    "B7": {
        "CINPlan_start": "cin_plans_starting",
        "CINPlan_child_start": "children_cin_plan_starting",
        "CINPlan_end": "cin_plans_ending",
        "CINPlan_child_end": "children_cin_plan_ending",
        "CINPlan_anypoint": "cin_plans_any_point",
        "CINPlan_child_anypoint": "children_cin_plan_any_point",
        "CINPlan_at31": "cin_plans_at_31_march",
    },
    "D1": {
        "CPP_start": "cpp_starting",
        "CPP_child_start": "children_cpp_starting",
        "CPP_end": "cpp_ending",
        "CPP_child_end": "children_cpp_ending",
        "CPP_anypoint": "cpp_any_point",
        "CPP_child_anypoint": "children_cpp_any_point",
        "CPP_at31": "cpp_at_31_march",
    },
    "D3": {"CPP_start": "cpp_starting", "CPP_subsequent": "cpp_starting_second_or_subsequent"},
    "D6": {
        "CPP_open_3_months": "cpp_open_3_months_at_31_march",
        "CPP_reviewed": "cpp_reviewed_in_time_at_31_march",
    },
    "D8": {
        "CPP_end_first_6_months": "cpp_ending_first_6_months",
        "transferred_count": "cpp_ending_first_6_months_transferred",
    },
}
WHOLE = {
    "rereferral_percent": ("re_referrals", "referrals"),
    "no_further_action_percent": ("referrals_no_further_action", "referrals"),
    "not_in_need_percent": ("referrals_assessed_not_in_need", "referrals"),
    "rereferral_child_percent": ("children_re_referred", "children_referred"),
    "CPP_subsequent_percent": ("cpp_starting_second_or_subsequent", "cpp_starting"),
    "CPP_reviewed_percent": ("cpp_reviewed_in_time_at_31_march", "cpp_open_3_months_at_31_march"),
}
BANDED = {"C2": ("assessment_", "assessments_completed", "duration"), "C4": ("icpc_", "icpcs", "wait")}
LONG = {  # table: measure and breakdown of its first filter
    "A3": ("cin_episodes_at_31_march", "primary_need"),
    "A4": ("cin_episodes_at_31_march", "ethnicity"),
    "A5": ("cpp_at_31_march", "initial_category"),
    "A6": ("cpp_at_31_march", "initial_category"),
    "A7": ("cin_episodes_at_31_march", "characteristic"),
    "B2": ("cin_episodes_at_31_march", "disability"),
    "B3": ("cin_episodes_at_31_march", "primary_need"),
    "B4": ("cin_episodes_at_31_march", "duration"),
    "B5": ("cin_episodes_ending", "duration"),
    "B6": ("cin_episodes_ending", "reason_for_closure"),
    "C3": ("factor_episodes", "factor"),
    "C5": ("referrals", "referral_source"),
    "C6": ("referrals", "month"),
    "D2": ("cpp_starting", "{}_category"),
    "D4": ("cpp_at_31_march", "{}_category"),
    "D5": ("cpp_at_31_march", "duration"),
    "D7": ("cpp_ending", "duration"),
}
AGES = {
    "age_unborn": "unborn",
    "age_under_1": "under_1",
    "age_1_to_4": "1-4",
    "age_5_to_9": "5-9",
    "age_10_to_15": "10-15",
    "age_16_and_over": "16+",
    "age_unknown": "unknown",
}
REMAINED = {
    f"remained_{band}": ("cpp_ending_first_6_months", "remained_in_need", band)
    for band in ("up_to_3_months", "over_3_to_6_months", "over_6_months")
}
TRAVELLERS = ["WIRT", "WROM"]
GENDERS = {"gender_male": ["1"], "gender_female": ["2"], "gender_unknown": ["0", "9", "unknown"]}


def codes_in(code_set: str, start: str) -> list[str]:
    return [
        r["code"] for r in rows("code-sets") if r["code_set"] == code_set and r["publication_group"].startswith(start)
    ]


def split(breakdown: str, code: str, year: int) -> tuple[str, list[str]]:
    """The breakdown and its categories that a row of a table stands for."""
    if breakdown == "characteristic" or code.startswith(("age_", "gender_", "ethnicity_", "male_", "female_")):
        if code in AGES:
            return "age_band", [AGES[code]]
        if code in GENDERS:
            ages = [age for age in AGES.values() if age != "unborn"]
            return "gender:age_band", [f"{gender}:{age}" for gender in GENDERS[code] for age in ages]
        if code.startswith(("male_", "female_")):
            gender, _, age = code.partition("_")
            return "gender:age_band", [f"{each}:{AGES[f'age_{age}']}" for each in GENDERS[f"gender_{gender}"]]
        return split("ethnicity", code.removeprefix("ethnicity_"), year)
    if code == "privately_fostered":
        return "factor_group", ["8"]
    if breakdown == "ethnicity" and code.isupper():
        return breakdown, [code]
    if breakdown == "ethnicity" and code == "travellers":
        return breakdown, TRAVELLERS
    if breakdown == "ethnicity" and code == "known":
        return breakdown, [
            c for start in ("White", "Mixed", "Asian", "Black", "Other") for c in codes_in("Ethnicity", start)
        ]
    if breakdown == "ethnicity":
        start = "Not" if code == "unknown" else code.title()
        return breakdown, codes_in("Ethnicity", start) + (["unknown"] if code == "unknown" else [])
    if breakdown == "referral_source":
        group = "LA services" if code == "la_services" else code.replace("_", " ").capitalize()
        exact = [
            r["code"]
            for r in rows("code-sets")
            if r["code_set"] == "ReferralSource" and r["publication_group"] == group
        ]
        return breakdown, exact + (["unknown"] if code == "unknown" else [])
    if breakdown == "month":
        return breakdown, [f"{year if int(code) < 4 else year - 1}-{code}"]
    if breakdown == "disability" and code == "any":
        return "has_disability", ["yes"]
    if code == "unknown" and breakdown == "reason_for_closure":
        return breakdown, ["RC8", "RC9", "unknown"]
    return breakdown, ["N0", "unknown"] if code == "N0" else [code]


class Plain:
    """Sums over the rows of one place or LA and year, known in every measure."""

    def __init__(self, counts: DataFrame, people: int, year: int) -> None:
        keys = zip(counts["measure"], counts["breakdown"], counts["category"], strict=True)
        self.counts = {key: Fraction(float(value)) for key, value in zip(keys, counts["value"], strict=True)}
        self.people, self.year, self.is_la = people, year, "la_code" in counts.columns

    def count(
        self, measure: str, breakdown: str = "total", categories: tuple[str, ...] | list[str] = ("total",)
    ) -> Fraction:
        return sum((self.counts.get((measure, breakdown, name), Fraction(0)) for name in categories), Fraction(0))

    def cell(self, table: str, first: str, second: str, indicator: str) -> Fraction | None:
        """A cell's value; None where there is none, like a percentage of nothing."""
        if table in ("A1", "A2"):
            return self._series(first, indicator)
        if table in WIDE:
            return self._wide(table, indicator)
        measure, breakdown = LONG[table]
        breakdown = breakdown.format("latest" if "latest" in indicator else "initial")
        part = self._crossing(measure, breakdown, first, second)
        of = "any" if table == "B2" and first not in ("Total", "any") else "Total"
        if table == "A7" and first.startswith("ethnicity_") and first != "ethnicity_unknown":
            of = "ethnicity_known"
        whole = self._crossing(measure, breakdown, of, second)
        return self._of(indicator, part, whole)

    def _series(self, row: str, indicator: str) -> Fraction | None:
        if row == "cpp_end_2_years":
            part = self.count("cpp_ending", "duration", ["2_years_or_more"])
            return None if indicator == "rate" else self._of(indicator, part, self.count("cpp_ending"))
        measure, whole, has_rate = SERIES[row]
        if indicator == "rate" and not has_rate:
            return None
        return self._of(indicator, self.count(measure), self.count(whole) if whole else Fraction(0))

    def _crossing(self, measure: str, breakdown: str, first: str, second: str) -> Fraction:
        parts = [
            split(b, c, self.year)
            for b, c in ((breakdown, first), ("characteristic", second))
            if c not in ("", "Total")
        ]
        if not parts:
            return self.count(measure)
        names = parts[0][1] if len(parts) == 1 else [f"{a}:{b}" for a in parts[0][1] for b in parts[1][1]]
        if measure == "cin_episodes_at_31_march" and parts[0][0] == "gender:age_band":
            # Gender and age of all episodes are in `measures.csv` only beside the need.
            breakdown = "primary_need:gender:age_band"
            held = ((b, category.partition(":")[2], n) for (m, b, category), n in self.counts.items() if m == measure)
            return sum((n for b, category, n in held if b == breakdown and category in names), Fraction(0))
        return self.count(measure, ":".join(name for name, _ in parts), names)

    def _wide(self, table: str, indicator: str) -> Fraction | None:
        if indicator in WHOLE:
            part, whole = WHOLE[indicator]
            return self._of("percent", self.count(part), self.count(whole))
        if indicator in WIDE[table]:
            return self.count(WIDE[table][indicator])
        if indicator.endswith("_rate"):
            stem = indicator.removesuffix("_rate")
            counted = WIDE[table].get(stem) or WIDE[table][f"{stem}_count"]
            return self._of("rate", self.count(counted), Fraction(0))
        if table == "D8":
            return self._remained(indicator)
        stem, measure, breakdown = BANDED[table]
        name = indicator.removeprefix(stem)
        if name in ("lower_quartile", "median", "upper_quartile"):
            return self._days(measure, {"lower_quartile": 1, "median": 2, "upper_quartile": 3}[name])
        band, kind = name.rsplit("_", 1)
        band = band if band == "same_day" else band.replace("_or_more", "+").replace("_", "-")
        return self._of(kind, self.count(measure, breakdown, [band]), self.count(measure))

    def _remained(self, indicator: str) -> Fraction | None:
        if indicator == "transferred_percent":
            part, first = self.count("cpp_ending_first_6_months_transferred"), REMAINED["remained_up_to_3_months"]
            return self._of(indicator, part, self.count(*first[:2], [first[2]]))
        measure, breakdown, band = REMAINED[indicator.rsplit("_", 1)[0]]
        return self._of(indicator, self.count(measure, breakdown, [band]), self.count(measure))

    def _days(self, measure: str, quarters: int) -> Fraction | None:
        days = sorted((int(c), n) for (m, b, c), n in self.counts.items() if (m, b) == (measure, "working_days"))
        total, done = sum(n for _, n in days), Fraction(0)
        for day, n in days:
            done += n
            if n and 4 * done >= quarters * total:
                return Fraction(day)
        return None

    def _of(self, indicator: str, part: Fraction, whole: Fraction) -> Fraction | None:
        if "percent" in indicator:
            return 100 * part / whole if whole else None
        if "rate" not in indicator:
            return part
        rated = part if self.is_la else 10 * floor(part / 10 + Fraction(1, 2))
        return rated * 10_000 / self.people


def exists(table: str, code: str, year: int) -> bool:
    """Whether a factor was collected in a year; all else always was."""
    years = [
        (r["valid_from_year"], r["valid_to_year"])
        for r in rows("code-sets")
        if (r["code_set"], r["code"]) == ("AssessmentFactors", code)
    ]
    return table != "C3" or not years or int(years[0][0] or 0) <= year <= int(years[0][1] or 9999)


def people_of(code: str, la_code: str, population: dict[str, int], expected: tuple[str, ...]) -> int:
    """Of an LA its own; of a place, none of which is whole here, those of its expected LAs."""
    if la_code:
        return population[la_code]
    las = authorities(2017)
    return sum(population[la] for la in expected if code in las[la].places)
