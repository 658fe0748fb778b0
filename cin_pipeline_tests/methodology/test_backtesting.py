"""Estimates beside the truth, worked by hand."""

from pathlib import Path

import pandas as pd
import pytest
from pandas import DataFrame

from benchmarks.estimates import compared
from cin_pipeline.methodology.backtesting import (
    ACCURACY_COLUMNS,
    DIFFERENT,
    NOT_COUNTED,
    england_against_published,
    estimate_against_truth,
)
from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.outputs.run_files import write_england, write_measures

CODES = ("201", "202", "203")


def measures(values: dict[str, dict[tuple[str, str, str], int | None]], year: int = 2017) -> DataFrame:
    rows = [
        (year, la, *key, value, "known" if value is not None else "not_available")
        for la, figures in values.items()
        for key, value in figures.items()
    ]
    columns = ["collection_year", "la_code", "measure", "breakdown", "category", "value", "status"]
    return DataFrame(rows, columns=columns).astype({"value": "Int64"})


def _figures(referrals: int, sources: dict[str, int]) -> dict[tuple[str, str, str], int | None]:
    total: dict[tuple[str, str, str], int | None] = {("referrals", "total", "total"): referrals}
    return total | {("referrals", "referral_source", source): number for source, number in sources.items()}


SENT = {"201": _figures(100, {"1A": 60, "1B": 40}), "202": _figures(300, {"1A": 300})}
LEFT_OUT = {"203": _figures(250, {"1A": 100, "1C": 150})}


def estimates_of(sent: DataFrame) -> DataFrame:
    return estimate_england(sent, CODES, {"201": 1000, "202": 3000, "203": 2000}, 2017)


def test_figures_worked_by_hand() -> None:
    """400 referrals of 4,000 children make 200 of 2,000, of which 360 in 400 from 1A: 180, and 20 from 1B."""
    found = estimate_against_truth(estimates_of(measures(SENT)), measures(LEFT_OUT))
    assert tuple(found.columns) == ACCURACY_COLUMNS
    rows = found[found["measure"] == "referrals"]
    of = {
        (breakdown, category): tuple(None if pd.isna(n) else round(n, 6) for n in numbers)
        for _, breakdown, category, *numbers in rows.itertuples(index=False, name=None)
    }
    assert of[("total", "total")] == (250, 200, -50, -20, 650, round(-5000 / 650, 6))
    assert of[("referral_source", "1A")] == (100, 180, 80, 80, 460, round(8000 / 460, 6))
    assert of[("referral_source", "1B")] == (0, 20, 20, None, 40, 50)
    assert of[("referral_source", "1C")] == (150, 0, -150, -100, 150, -100)  # nobody else has it


def test_what_an_la_left_out_does_not_know_has_no_truth() -> None:
    unknown = {"203": LEFT_OUT["203"] | {("re_referrals", "total", "total"): None}}
    found = estimate_against_truth(estimates_of(measures(SENT)), measures(unknown))
    assert "re_referrals" not in set(found["measure"])
    assert "referrals" in set(found["measure"])


def test_years_must_be_the_same() -> None:
    with pytest.raises(ValueError, match=r"collection years \[2016, 2017\]"):
        estimate_against_truth(estimates_of(measures(SENT)), measures(LEFT_OUT, year=2016))


def test_from_the_files_of_two_runs(tmp_path: Path) -> None:
    """As `python -m benchmarks.estimates` reads them."""
    estimates, left_out = estimates_of(measures(SENT)), measures(LEFT_OUT)
    write_england(estimates, tmp_path / "england.csv")
    write_measures(left_out, tmp_path / "measures.csv")
    found = compared(tmp_path, tmp_path)
    pd.testing.assert_frame_equal(found, estimate_against_truth(estimates, left_out), check_dtype=False)


def test_figures_that_england_does_not_have_are_not_counted() -> None:
    """Nothing at all, or a measure without the breakdown that was published: no figure, and no crash."""
    nobody = estimate_england(measures({}), CODES, {}, 2017)
    assert set(england_against_published(nobody)["outcome"]) == {NOT_COUNTED}
    found = england_against_published(estimates_of(measures(SENT)))
    outcomes = found.set_index(["figure", "unit"])["outcome"]
    assert outcomes["referrals", "count"] == DIFFERENT
    assert found["ours"][(found["figure"] == "referrals") & (found["unit"] == "count")].tolist() == [600]  # 400 and 200
    assert outcomes["assessments_completed working_days", "median"] == NOT_COUNTED
