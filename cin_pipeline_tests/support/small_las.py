"""Measures of made-up LAs of any size, with all the identities of real ones, and releases made of them."""

from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.catalogue import MEASURES, Measure, catalogue_of
from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.methodology.measures import MEASURE_COLUMNS
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.reference.figure_keys import TOTAL

YEAR = 2017
SHARES = {  # categories with their weights: small and large ones
    "duration": {
        "up_to_3_months": 30,
        "over_3_to_6_months": 20,
        "over_6_months_to_1_year": 20,
        "1_to_2_years": 10,
        "2_years_or_more": 3,
    },
    "assessments_completed.working_days": {"0": 2, "3": 8, "9": 12, "14": 20, "25": 30, "44": 10, "70": 5},
    "icpcs.working_days": {"0": 1, "3": 9, "9": 10, "14": 60, "18": 10, "33": 3},
    "reason_for_closure": {"RC1": 2, "RC3": 2, "RC5": 5, "RC7": 80, "RC8": 3, "unknown": 2},
    "has_disability": {"no": 80, "yes": 20},
    "primary_need": {"N1": 50, "N2": 10, "N4": 20, "N9": 2, "N0": 5, "unknown": 1},
    "gender": {"1": 50, "2": 45, "0": 4, "unknown": 1},
    "age_band": {"unborn": 2, "under_1": 8, "1-4": 20, "5-9": 30, "10-15": 30, "16+": 10},
    "ethnicity": {"WBRI": 70, "MOTH": 8, "APKN": 6, "BAFR": 5, "CHNE": 1, "NOBT": 3, "unknown": 1},
    "referral_source": {"1A": 8, "1C": 2, "2A": 20, "3B": 10, "4": 1, "6": 25, "9": 2, "10": 1, "unknown": 1},
    "month": {f"{y}-{m:02}": 1 for y, m in ((YEAR - (m > 3), m) for m in (*range(4, 13), 1, 2, 3))},
    "initial_category": {"NEG": 45, "PHY": 10, "SAB": 5, "EMO": 35, "MUL": 4, "unknown": 1},
    "latest_category": {"NEG": 48, "PHY": 8, "SAB": 4, "EMO": 38, "MUL": 2},
    "remained_in_need": {"up_to_3_months": 50, "over_3_to_6_months": 20, "over_6_months": 30},
}
BANDS = {  # of working days, up to and including
    ("assessments_completed", "duration"): {
        0: "same_day",
        10: "1-10",
        20: "11-20",
        30: "21-30",
        45: "41-45",
        99: "61+",
    },
    ("icpcs", "wait"): {10: "0-10", 15: "11-15", 20: "16-20", 99: "21+"},
}
EACH = {
    "disability": ("MOB", "LD", "AUT", "BEH"),
    "factor": ("1A", "2B", "3B", "4B", "7A", "15A", "21"),
    "factor_group": ("1", "2", "3", "4", "7", "15", "21"),
}


def totals(rng: np.random.Generator, scale: int, year: int = YEAR) -> dict[str, int]:
    """Every measure's total of one LA, about `scale` children in need."""

    def part(of: int, share: float) -> int:
        return int(rng.binomial(of, share))

    referrals = int(rng.poisson(1.5 * scale))
    no_further, at_31, ending = part(referrals, 0.1), int(rng.poisson(scale)), int(rng.poisson(scale))
    not_in_need = part(referrals - no_further, 0.3)
    found = {
        "referrals": referrals,
        "referrals_no_further_action": no_further,
        "referrals_assessed_not_in_need": not_in_need,
        "cin_episodes_starting": referrals - no_further - not_in_need,
        "re_referrals": part(referrals, 0.2),
        "cin_episodes_at_31_march": at_31,
        "cin_episodes_ending": ending,
        "cin_episodes_any_point": at_31 + ending,
        "cin_awaiting_assessment_at_31_march": part(at_31, 0.1),
        "assessments_completed": int(rng.poisson(scale)),
        "section_47_enquiries": int(rng.poisson(scale / 2)),
        "icpcs": int(rng.poisson(scale / 4)),
        "factor_episodes": int(rng.poisson(scale)),
        "cpp_starting": int(rng.poisson(scale / 5)),
        "cpp_ending": int(rng.poisson(scale / 5)),
        "cpp_at_31_march": int(rng.poisson(scale / 5)),
    }
    found["cpp_any_point"] = found["cpp_ending"] + found["cpp_at_31_march"]
    found["cpp_starting_second_or_subsequent"] = part(found["cpp_starting"], 0.2)
    found["cpp_ending_first_6_months"] = part(found["cpp_ending"], 0.5)
    found["children_referred"] = referrals - part(referrals, 0.1)
    found["children_re_referred"] = min(part(found["re_referrals"], 0.9), found["children_referred"])
    if year >= MEASURES["cin_plans_starting"].since:
        found |= {f"cin_plans_{when}": int(rng.poisson(scale / 2)) for when in ("starting", "ending", "at_31_march")}
        found["cin_plans_any_point"] = found["cin_plans_ending"] + found["cin_plans_at_31_march"]
    for measure in catalogue_of(year):
        if measure.counted_from and measure.name not in found:
            found[measure.name] = found[measure.counted_from] - part(found[measure.counted_from], 0.08)
    return found


def measures_of(la_code: str, rng: np.random.Generator, scale: int, year: int = YEAR) -> DataFrame:
    """The measures of one LA, as the pipeline gives them; rows of zeros left out."""
    found = totals(rng, scale, year)
    parts: dict[tuple[str, str], dict[str, int]] = {}
    for measure in catalogue_of(year):
        for breakdown, declared in measure.breakdowns.items():
            if not declared.crossing_of and declared.kind.limited and (measure.name, breakdown) not in BANDS:
                total = found[measure.name]
                shares = SHARES.get(f"{measure.name}.{breakdown}") or SHARES[breakdown]
                counts = rng.multinomial(total, np.array(list(shares.values())) / sum(shares.values()))
                parts[measure.name, breakdown] = dict(zip(shares, counts.tolist(), strict=True))
    for (name, breakdown), bands in BANDS.items():
        parts[name, breakdown] = _banded(parts[name, "working_days"], bands)
    short = parts["cpp_at_31_march", "duration"]["up_to_3_months"]
    found["cpp_open_3_months_at_31_march"] = found["cpp_at_31_march"] - short
    found["cpp_reviewed_in_time_at_31_march"] = int(rng.binomial(found["cpp_at_31_march"] - short, 0.9))
    soon = parts["cpp_ending_first_6_months", "remained_in_need"]["up_to_3_months"]
    found["cpp_ending_first_6_months_transferred"] = int(rng.binomial(soon, 0.1))
    disabled = parts["cin_episodes_at_31_march", "has_disability"]["yes"]
    parts["cin_episodes_at_31_march", "disability"] = _each(rng, "disability", disabled)
    for breakdown in ("factor", "factor_group"):
        parts["factor_episodes", breakdown] = _each(rng, breakdown, found["factor_episodes"])
    for measure in catalogue_of(year):
        parts |= _crossed(rng, measure, parts)
    rows = [
        (year, la_code, measure.name, breakdown, category, count, "known")
        for measure in catalogue_of(year)
        for breakdown, counts in (
            (TOTAL, {TOTAL: found[measure.name]}),
            *((breakdown, parts[measure.name, breakdown]) for breakdown in measure.breakdowns),
        )
        for category, count in counts.items()
        if count or breakdown == TOTAL
    ]
    rows = [(y, la, m, b, _of_year(b, c, year), *rest) for y, la, m, b, c, *rest in rows]
    return DataFrame(rows, columns=list(MEASURE_COLUMNS)).astype({"value": "Int64"})


def _of_year(breakdown: str, category: str, year: int) -> str:
    return f"{year + int(category[:4]) - YEAR}{category[4:]}" if breakdown == "month" else category


def _banded(days: dict[str, int], bands: dict[int, str]) -> dict[str, int]:
    counts = dict.fromkeys(bands.values(), 0)
    for day, count in days.items():
        counts[next(band for last, band in bands.items() if int(day) <= last)] += count
    return counts


def _each(rng: np.random.Generator, breakdown: str, whole: int) -> dict[str, int]:
    """Overlapping categories; the first makes up for those in no other. No factor (21) makes up for none: the total is
    of those with another."""
    counts = {name: int(rng.binomial(whole, 0.2)) for name in EACH[breakdown][1:]}
    others = sum(count for name, count in counts.items() if name != "21")
    return {EACH[breakdown][0]: max(whole - others, int(rng.binomial(whole, 0.3))), **counts}


def _crossed(
    rng: np.random.Generator, measure: Measure, parts: dict[tuple[str, str], dict[str, int]]
) -> dict[tuple[str, str], dict[str, int]]:
    """The crossings of a measure: its rows have their categories of all items at random, once for all crossings."""
    crossings = [each for each in measure.breakdowns.values() if each.crossing_of]
    rows: dict[str, NDArray[np.str_]] = {}
    for name in dict.fromkeys(item.name for each in crossings for item in each.items):
        counts = parts[measure.name, name]
        rows[name] = rng.permutation(np.repeat(list(counts), list(counts.values())))
    found = {}
    for each in crossings:
        joined = [":".join(row) for row in zip(*(rows[item.name] for item in each.items), strict=True)]
        found[measure.name, each.name] = dict(Counter(joined))
    return found


def release_of(
    measures: DataFrame, expected: dict[int, tuple[str, ...]], population: dict[str, int], year: int = YEAR
) -> ReleaseInput:
    """A release made as the pipeline makes it: places from the estimates."""
    estimates = [estimate_england(measures, las, population, each) for each, las in expected.items()]
    return ReleaseInput(
        CollectionYear(year),
        measures,
        pd.concat(estimates, ignore_index=True),
        expected,
        dict.fromkeys(expected, population),
    )


def known(measures: DataFrame, name: str) -> int:
    """The total of a measure over some LAs."""
    assert name in MEASURES
    return int(measures[(measures["measure"] == name) & (measures["breakdown"] == TOTAL)]["value"].sum())
