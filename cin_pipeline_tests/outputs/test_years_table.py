"""What holds for each collection year, as the command and the page say it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.cli import app
from cin_pipeline.outputs.years_page import PAGE, years_page
from cin_pipeline.outputs.years_table import NONE_HELD, facts_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("year", "authorities", "items", "population", "missing", "profile"),
    [
        (2014, "152", "30", "2011 Census, mid-2013", "estimate", "2025"),
        (2018, "152", "30", "2011 Census, mid-2017", "estimate", "2025"),
        (2019, "152", "30", "2011 Census, mid-2018", "leave-out", "2025"),
        (2020, "151 +838 +839 -835 -836 -837", "30", "2011 Census, mid-2019", "leave-out", "2025"),
        (
            2022,
            "152 +940 +941 -928",
            "32 +CINPlanEndDate +CINPlanStartDate",
            "2011 Census, mid-2020, none of 204, 940, 941",
            "leave-out; carried forward: 204 from 2020; predecessors: 940 after 928, 941 after 928",
            "2025; as then: 2022",
        ),
        (
            2024,
            "153 +942 +943 -909",
            "32",
            "2021 Census, mid-2023",
            "leave-out; carried forward: 850 from 2023; predecessors: 942 after 909, 943 after 909",
            "2025; as then: 2024",
        ),
        (2025, "153", "32 +Sex -GenderCurrent", "2021 Census, mid-2024", "leave-out", "2025"),
        (2026, "153", "32", NONE_HELD, "leave-out", "2025"),
    ],
)
def test_a_year(year: int, authorities: str, items: str, population: str, missing: str, profile: str) -> None:
    found = facts_of(year)
    assert (found.authorities, found.items, found.population) == (authorities, items, population)
    assert (found.missing, found.profile, found.provisional) == (missing, profile, "")


def test_more_rules_run_the_more_is_collected() -> None:
    run = [int(facts_of(year.ending).rules.split()[0]) for year in COLLECTION_YEARS]
    assert run == sorted(run)
    assert run[0] < run[-1]


def test_the_command_lists_every_year_and_what_is_provisional() -> None:
    found = CliRunner().invoke(app, ["years"], env={"COLUMNS": "80"})
    assert found.exit_code == 0
    assert all(year.short.split()[0] in found.output for year in COLLECTION_YEARS)
    assert "…" not in found.output  # nothing is cut in a narrow window
    assert "Collection year 2027 (2026-27) is provisional" in found.output


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == years_page(), "run: make docs"
