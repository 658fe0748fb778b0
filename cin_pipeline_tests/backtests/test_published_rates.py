"""Published rates worked out again from the published counts and the populations held."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from cin_pipeline.publication.declaring import LOCAL_AUTHORITY, RATE, REGIONAL
from cin_pipeline.publication.rounding import rounded
from cin_pipeline.reference.authorities import ENGLAND
from cin_pipeline.reference.population import CENSUS_2021, place_population, population
from cin_pipeline.reference.published import LOCAL, published_rows

# Mid-2022 and mid-2023 of the release of 2024, revised in the next: held of England alone.
ENGLAND_THEN = {2023: 11_885_789, 2024: 11_998_646}
EQUAL, NO_POPULATION, NO_FIGURE, REVISED = "equal", "no population held", "no figure published", "population revised"


def _people(level: str, code: str, year: int) -> int | None:
    if level == LOCAL:
        return population(year, CENSUS_2021).get(code)
    if code == ENGLAND and year in ENGLAND_THEN:
        return ENGLAND_THEN[year]
    return place_population(year, CENSUS_2021).get(code)


def _outcome(count: str, rate: str, level: str, people: int | None, *, revised: bool) -> str:
    if people is None:
        return NO_POPULATION
    if not count.isdigit() or not rate.replace(".", "").isdigit():
        return NO_FIGURE
    if revised:
        return REVISED
    again = rounded(10_000 * int(count) / people, RATE, LOCAL_AUTHORITY if level == LOCAL else REGIONAL)
    return EQUAL if again == Decimal(rate) else f"{count} of {people} is {again}, published is {rate}"


def _outcomes() -> Iterator[tuple[str, str]]:
    """Level and outcome of each published rate of B7, C2 and D1."""
    for table in ("b7", "c2", "d1"):
        for row in published_rows(table):
            level, code, year = row["level"], row["code"], int(row["year"])
            revised = year in ENGLAND_THEN and code != ENGLAND
            for column in row:
                if column.endswith("_rate"):
                    count = row[column.removesuffix("_rate")]
                    yield level, _outcome(count, row[column], level, _people(level, code, year), revised=revised)


def test_every_rate_of_a_place_is_its_published_count_by_its_population() -> None:
    """Of LAs, and of regions and England, whose counts are rounded first [A100].

    Bournemouth, Dorset and Poole have no population of the 2021 Census, and no published rate either."""
    assert Counter(_outcomes()) == {
        ("L", EQUAL): 12_728,
        ("L", NO_POPULATION): 165,
        ("L", NO_FIGURE): 259,
        ("L", REVISED): 4_479,
        ("R", EQUAL): 946,
        ("R", REVISED): 330,
        ("N", EQUAL): 115,
        # Children with a child in need plan in 2023-24: the one rate that its own count contradicts.
        ("N", "273750 of 11998646 is 228.2, published is 228.1"): 1,
    }


def test_every_rate_of_a1_and_a2_is_its_published_count_by_the_population_of_england() -> None:
    """Those of 2023 and 2024 by the estimates of the time."""
    rated = [
        (table, row)
        for table in ("a1", "a2")
        for row in published_rows(table)
        if row["rate"].replace(".", "").isdigit()
    ]
    assert len(rated) == 239
    for table, row in rated:
        outcome = _outcome(row["number"], row["rate"], "N", _people("N", ENGLAND, int(row["year"])), revised=False)
        assert outcome == EQUAL, f"{table} {row['year']} {row['category_type']}"
