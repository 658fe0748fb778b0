"""Three LAs and two years, small enough to work every figure of the reports out by hand."""

from collections.abc import Mapping

from pandas import DataFrame

from cin_pipeline.methodology.catalogue import CATALOGUE
from cin_pipeline.methodology.measures import KNOWN, MEASURE_COLUMNS, NOT_AVAILABLE
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline_tests.support.published import NATION, protected_cells, release_input, says_from

LAS = ("201", "202", "203")  # City of London, Camden, Greenwich
PEOPLE = {
    "201": 1_000,
    "202": 40_000,
    "203": 60_000,
    NATION: 1_010_000,
}  # England has more, so that one child moves none of its rates
YEARS = (2016, 2017)

Values = dict[tuple[str, str, str], float]


def la_values(at_31_march: int, plans: int) -> Values:
    """An LA's figures: as many referrals as there are children in need, half of them from the police."""
    values: Values = {(measure.name, TOTAL, TOTAL): 10 for measure in CATALOGUE}
    values |= {
        ("cin_episodes_at_31_march", TOTAL, TOTAL): at_31_march,
        ("cin_episodes_at_31_march", "primary_need", "N1"): at_31_march - plans,
        ("cin_episodes_at_31_march", "primary_need", "N5"): plans,
        ("referrals", TOTAL, TOTAL): at_31_march,
        ("referrals", "referral_source", "6"): at_31_march // 2,
        ("assessments_completed", TOTAL, TOTAL): 100,
        ("assessments_completed", "duration", "same_day"): 20,
        ("assessments_completed", "duration", "41-45"): 60,
        ("assessments_completed", "duration", "46-50"): 15,
        ("cpp_at_31_march", TOTAL, TOTAL): plans,
    }
    return values


def all_values(small: int = 3) -> dict[tuple[int, str], Values]:
    """By year and LA code, England last; City of London has `small` plans."""
    of_las = {
        (2016, "201"): la_values(40, small),
        (2016, "202"): la_values(1_000, 100),
        (2016, "203"): la_values(3_000, 200),
        (2017, "201"): la_values(40, small),
        (2017, "202"): la_values(2_000, 110),
        (2017, "203"): la_values(3_000, 220),
    }
    nations: dict[tuple[int, str], Values] = {}
    for (year, _), values in of_las.items():
        nation = nations.setdefault((year, NATION), {})
        for key, value in values.items():
            nation[key] = nation.get(key, 0) + value
    return of_las | nations


def world_cells(small: int = 3) -> DataFrame:
    return protected_cells(says_from(all_values(small), PEOPLE), LAS, YEARS)


def world_release(
    small: int = 3,
    expected: tuple[str, ...] = LAS,
    unavailable: Mapping[str, tuple[str, ...]] | None = None,
) -> ReleaseInput:
    """`unavailable`: measures that an LA could not give in 2017."""
    rows = [
        (year, la, *key, value, KNOWN)
        for (year, la), values in all_values(small).items()
        for key, value in values.items()
        if la != NATION and key[0] not in (unavailable or {}).get(la, ())
    ]
    rows += [
        (2017, la, name, TOTAL, TOTAL, None, NOT_AVAILABLE)
        for la, names in (unavailable or {}).items()
        for name in names
    ]
    measures = DataFrame(rows, columns=list(MEASURE_COLUMNS)).astype({"value": "Int64"})
    people = dict.fromkeys(YEARS, PEOPLE)
    return release_input(2017, dict.fromkeys(YEARS, expected), people, measures)
