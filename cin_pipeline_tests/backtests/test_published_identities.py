"""What cannot be made from the published counts of LAs is held against identities among the published cells."""

from collections.abc import Iterable
from typing import Final

import pytest

from cin_pipeline.reference.published import published_rows

_ROUNDING: Final = 20  # a total and its four or more parts are each rounded to 10
_OF_GENDER: Final = ("Female", "Male", "Unknown or Indeterminate gender")
Rows = dict[str, dict[str, str]]
# Published quartiles that lie in another band than the published counts say: in C4 those of Yorkshire and The Humber
# are a hundred days and more too long in six years, and three quartiles of LAs are next to the right band.
_ODD_QUARTILES: Final = {
    "c2": {("2024", "E12000008")},
    "c4": {
        *((str(year), "E12000003") for year in range(2013, 2019)),
        ("2016", "841"),
        ("2020", "883"),
        ("2020", "205"),
    },
}


def _years(table: str) -> dict[str, Rows]:
    """The rows of a table by year and characteristic."""
    found: dict[str, Rows] = {}
    for row in published_rows(table):
        found.setdefault(row["year"], {})[row.get("characteristic_type") or row["characteristic"]] = row
    return found


def _sum(rows: Rows, names: Iterable[str], column: str) -> int:
    return sum(int(rows[name][column]) for name in names)


@pytest.mark.parametrize(("table", "column"), [("a3", "CIN_At31"), ("a4", "CIN_At31"), ("a7", "number")])
def test_girls_boys_unknown_and_unborn_are_all_children_in_need(table: str, column: str) -> None:
    """In every year within rounding: unborn children are in no row by gender [A65]."""
    for year, rows in _years(table).items():
        apart = _sum(rows, (*_OF_GENDER, "Unborn"), column) - int(rows["Total"][column])
        assert abs(apart) <= _ROUNDING, f"{table} {year}: {apart}"


def test_girls_and_boys_by_age_are_all_girls_and_boys() -> None:
    for table in ("a3", "a4"):
        for year, rows in _years(table).items():
            for gender in ("Female", "Male"):
                ages = [name for name in rows if name.startswith(f"{gender} Aged")]
                assert len(ages) == 5
                apart = _sum(rows, ages, "CIN_At31") - int(rows[gender]["CIN_At31"])
                assert -_ROUNDING <= apart <= _ROUNDING, f"{table} {year} {gender}: {apart}"


def test_ethnic_groups_are_those_whose_ethnicity_is_known() -> None:
    groups = ("White", "Mixed", "Asian_or_Asian_British", "Black_or_Black_British", "Other_group")
    for row in published_rows("a4"):
        apart = sum(int(row[group]) for group in groups) - int(row["Known"])
        assert abs(apart) <= _ROUNDING + 10, f"{row['year']} {row['characteristic']}: {apart}"


def test_asian_children_take_in_chinese_ones() -> None:
    """The total of 2017 is 26,690 with Chinese children [A64]."""
    asian = ("Indian", "Pakistani", "Bangladeshi", "Chinese", "Any other Asian background")
    for year, rows in _years("a7").items():
        assert abs(_sum(rows, asian, "number") - int(rows["Total Asian or Asian British"]["number"])) <= _ROUNDING, year
    assert _sum(_years("a7")["2017"], asian, "number") == 26_690


@pytest.mark.parametrize(
    ("table", "quartiles", "whole", "bands"),
    [
        (
            "c2",
            ("25th_Percentile_days", "Median_days", "75th_Percentile_days"),
            "Assessments_completed",
            {
                "Same_day": 0,
                "1-10_days": 10,
                "11-20_days": 20,
                "21-30_days": 30,
                "31-40_days": 40,
                "41-45_days": 45,
                "46-50_days": 50,
                "51-60_days": 60,
                "61+_days": 10_000,
            },
        ),
        (
            "c4",
            ("Duration_25th_Percentile", "Duration_median", "Duration_75th_Percentile"),
            "ICPC",
            {
                "Duration_0-10_days": 10,
                "Duration_11-15_days": 15,
                "Duration_16-20_days": 20,
                "Duration_21+_days": 10_000,
            },
        ),
    ],
)
def test_quartiles_lie_in_the_band_that_the_published_counts_put_them_in(
    table: str, quartiles: tuple[str, str, str], whole: str, bands: dict[str, int]
) -> None:
    """Of every LA and place with all bands shown. Days are whole working days, so a band says between which two the
    quartile is; a place's counts are rounded, and one on the edge may lie in the next."""
    checked, odd = 0, set()
    for row in published_rows(table):
        if not all(row[name].isdigit() for name in (*bands, whole)) or not int(row[whole]):
            continue
        if not all(row[name].isdigit() for name in quartiles):
            continue
        days = [int(row[name]) for name in quartiles]
        assert days == sorted(days)
        counts = [int(row[name]) for name in bands]
        slack = 0 if row["level"] == "L" else 5 * len(counts)
        for part, day in zip((0.25, 0.5, 0.75), days, strict=True):
            at = next(n for n, last in enumerate(bands.values()) if day <= last)
            checked += 1
            if not sum(counts[:at]) - slack <= part * sum(counts) <= sum(counts[: at + 1]) + slack:
                odd.add((row["year"], row["code"]))
    assert checked > 4_000
    assert odd == _ODD_QUARTILES[table]


def test_kinds_of_disability_are_percentages_of_children_with_one() -> None:
    """Each at most 100, together at least 100: everybody with a disability has one of them."""
    for row in published_rows("b2"):
        kinds = [row[name] for name in row if name.endswith("_percent") and not name.startswith("At31")]
        shown = [float(each) for each in kinds if each.replace(".", "").isdigit()]
        assert all(each <= 100 for each in shown)
        if len(shown) == len(kinds) and sum(shown):
            assert sum(shown) >= 99, (row["year"], row["code"])
