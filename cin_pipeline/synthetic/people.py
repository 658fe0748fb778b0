"""People aged 0 to 17 for a year of which no estimate is held: a file for `run --population`, beside the returns."""

import csv
from pathlib import Path

from cin_pipeline.census.years import FIRST_YEAR
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.population import CENSUS_2021, mid_year, population, vintage_of
from cin_pipeline.synthetic.key import beside

POPULATION_COLUMNS = ("la_code", "population", "source")


def population_path(out: Path) -> Path:
    """Where the population file of a folder of returns is: beside it, so that no run takes it for a return."""
    return beside(out, "_population.csv")


def has_population(year: int) -> bool:
    """Whether an estimate of the people of a collection year is held."""
    return bool(population(year, vintage_of(year)))


def write_population(out: Path, year: int) -> Path:
    """Writes the people of each authority of a year without an estimate: those of the newest mid-year that is held,
    unchanged, which the column `source` says.

    Returns the path. An authority that had no figure then has no row."""
    newest = max(each for each in range(FIRST_YEAR, year) if population(each, CENSUS_2021))
    people = population(newest, CENSUS_2021)
    source = f"mid-{mid_year(newest, CENSUS_2021)} carried forward: no estimate of mid-{year - 1} is held"
    path = population_path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(POPULATION_COLUMNS)
        written.writerows((la, people[la], source) for la in authorities(year) if la in people)
    return path
